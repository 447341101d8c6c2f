"""Laws of the decision tree: what it and its JSON say is what the policy says."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import kept_legs, resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.plan.decide import decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program, lower
from turnout.compiler.tree import Leaf, Question, Tree, every_step, way
from turnout.compiler.tree.grow import decision_tree
from turnout.compiler.tree.tree_json import as_json
from turnout.dsl.conditions import Condition
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Target
from turnout.dsl.types import Values
from turnout.dsl.wording import parts
from turnout.rendering.jsons import json_text

ROUTE = "inbound"


@attrs.frozen
class Grown:
    """A policy and the tree of its route."""

    policy: Policy
    program: Program
    tree: Tree


def grown(written: Written) -> Grown:
    policy = resolved(written)
    program = lower(policy)
    return Grown(policy, program, decision_tree(program, ROUTE))


def some_leads(data: st.DataObject, policy: Policy) -> list[tuple[Values, date]]:
    """Return leads that have every required field, which the tree doesn't ask."""
    drawn = data.draw(st.lists(leads(policy), min_size=1, max_size=8))
    return [(values, today) for values, today in drawn]


def said(
    policy: Policy, values: Values, today: date
) -> tuple[str | None, tuple[tuple[Target, str], ...]]:
    """Return the interpreter's rule and attempts."""
    found = match(policy, ROUTE, values, today)
    return found.rule, found.attempts


@given(policies(), st.data())
def test_the_tree_says_what_the_interpreter_says(written: Written, data: st.DataObject) -> None:
    of = grown(written)
    for values, today in some_leads(data, of.policy):
        leaves = [*way(of.tree, lambda condition: holds(condition, values, today))]  # noqa: B023 - called here
        legs = [
            (leg.rule, leg.attempts)
            for leg in kept_legs(match(of.policy, ROUTE, values, today))
            if leg.rule is not None or leg.attempts
        ]
        clauses = [leaf.clause for leaf in leaves]
        attempts = [tuple((a.target, a.by) for a in clause.attempts) for clause in clauses]
        names = [clause.name if clause.is_rule else None for clause in clauses]
        assert [*zip(names, attempts, strict=True)] == legs


@given(policies(), st.data())
def test_the_plan_finds_the_interpreters_clause(written: Written, data: st.DataObject) -> None:
    of = grown(written)
    find = decider(plan_of(of.program, ROUTE))
    clauses = of.program.routes[ROUTE].clauses
    for values, today in some_leads(data, of.policy):
        number = find(values, today)
        rule, attempts = said(of.policy, values, today)
        if number is None:
            assert (rule, attempts) == (None, ())
            continue
        clause = clauses[number]
        assert (clause.name if clause.is_rule else None) == rule
        assert tuple((each.target, each.by) for each in clause.attempts) == attempts


@given(policies())
def test_the_tree_has_each_clause_once_in_its_order_and_no_more_questions(
    written: Written,
) -> None:
    of = grown(written)
    steps = [*every_step(of.tree.steps)]
    leaves = [step for step in steps if isinstance(step, Leaf)]
    clauses = of.program.routes[ROUTE].clauses
    assert [leaf.number for leaf in leaves] == list(range(len(clauses)))
    assert all(leaf.clause is clauses[leaf.number] for leaf in leaves)
    rules = sum(clause.is_rule for clause in clauses)
    blocks = [step for step in steps if isinstance(step, Question) and step.is_block]
    # A rule asks once; rules that ask the same first have one question more than that.
    assert of.tree.questions <= 2 * rules + len(blocks)


# -- the tree as JSON --


def read_conditions(written: Written, texts: list[str]) -> list[Condition]:
    """Return the conditions of these texts, read as whens of another route of the policy."""
    rules = "".join(
        f"rule c{at} {{ when {text} to queue triage }}\n" for at, text in enumerate(texts)
    )
    more = f"\nroute reading {{\n{rules}fallback to queue triage\n}}"
    policy = resolved(attrs.evolve(written, text=written.text + more))
    return [entry.condition for entry in policy.routes["reading"].entries]


def end_of(document: Any, is_true: Callable[[str], bool], today: date, start: int = 0) -> Any:  # noqa: ANN401 - what JSON holds
    """Return the leaf that a program finds which knows the documented format only."""
    node = document["nodes"][start]
    while node["type"] == "question":
        is_day = (node.get("from") or "0") <= today.isoformat() <= (node.get("until") or "9")
        holds_ = is_day and (node["when"] is None or is_true(node["when"]))
        node = document["nodes"][node["yes" if holds_ else "else"]]
    return node


@given(policies(), st.data())
def test_the_json_tree_read_back_as_policy_text_ends_in_the_same_leaves(
    written: Written, data: st.DataObject
) -> None:
    of = grown(written)
    document = json.loads(json_text(as_json(of.tree, of.program), indent=2))
    asked = (node.get("when") for node in document["nodes"])
    texts = [text for text in asked if text is not None]
    conditions = dict(zip(texts, read_conditions(written, texts), strict=True))
    for values, today in some_leads(data, of.policy):

        def is_true(text: str, values: Values = values, today: date = today) -> bool:
            return holds(conditions[text], values, today)

        leaf = end_of(document, is_true, today)
        for leg in kept_legs(match(of.policy, ROUTE, values, today)):
            assert leaf is not None
            assert leaf["rule"] == leg.rule
            named = [(target["kind"], target["name"], target["by"]) for target in leaf["targets"]]
            assert named == [(*parts(target), by) for target, by in leg.attempts]
            start = leaf["continue"]
            leaf = None if start is None else end_of(document, is_true, today, start)
        assert leaf is None


@given(policies())
def test_the_nodes_of_the_json_stand_in_reading_order_and_each_is_reached(
    written: Written,
) -> None:
    of = grown(written)
    nodes = as_json(of.tree, of.program)["nodes"]
    assert [node["node"] for node in nodes] == list(range(len(nodes)))
    reached = {0}
    for node in nodes:
        if node["type"] == "question":
            assert node["node"] < node["yes"]
            assert node["node"] < node["else"] < len(nodes)
            reached |= {node["yes"], node["else"]}
        elif node["continue"] is not None:
            assert node["node"] < node["continue"] < len(nodes)
            reached.add(node["continue"])
    assert reached == set(range(len(nodes)))


@given(policies(), st.data())
def test_each_definition_in_the_json_means_what_the_policy_means_by_it(
    written: Written, data: st.DataObject
) -> None:
    of = grown(written)
    definitions = as_json(of.tree, of.program)["definitions"]
    meanings = read_conditions(written, [found["means"] for found in definitions.values()])
    for values, today in some_leads(data, of.policy):
        for name, meaning in zip(definitions, meanings, strict=True):
            meant = of.policy.definitions[name].meaning
            assert holds(meaning, values, today) == holds(meant, values, today)
