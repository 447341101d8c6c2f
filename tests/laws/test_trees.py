"""Laws of the decision tree: what it, its JSON and its drawing say is what the policy says."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.plan.decide import decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program, lower
from turnout.compiler.tree import Leaf, Split, Tree, follow
from turnout.compiler.tree.compact import Panel, compact
from turnout.compiler.tree.dot import dot
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
        leaf = follow(of.tree, lambda condition: holds(condition, values, today))  # noqa: B023 - called here
        attempts = tuple((attempt.target, attempt.by) for attempt in leaf.attempts)
        assert (leaf.clause if leaf.is_rule else None, attempts) == said(of.policy, values, today)


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


@given(policies(), st.data())
def test_no_lead_is_in_two_branches_of_a_split(written: Written, data: st.DataObject) -> None:
    of = grown(written)
    splits = [node for node in of.tree.nodes if isinstance(node, Split)]
    for values, today in some_leads(data, of.policy):
        for split in splits:
            taken = [b for b in split.branches if holds(b.condition, values, today)]
            assert len(taken) <= 1
            assert taken or split.otherwise is not None


@given(policies())
def test_nodes_stand_once_children_first_and_all_are_reached(written: Written) -> None:
    tree = grown(written).tree
    assert len(set(tree.nodes)) == len(tree.nodes)
    reached = {tree.root}
    for at in reversed(range(len(tree.nodes))):
        node = tree.nodes[at]
        if isinstance(node, Split):
            children = [branch.child for branch in node.branches]
            children += [] if node.otherwise is None else [node.otherwise]
            assert all(child < at for child in children)
            reached.update(children if at in reached else ())
    assert reached == set(range(len(tree.nodes)))


# -- the tree as JSON --


def read_conditions(written: Written, texts: list[str]) -> list[Condition]:
    """Return the conditions of these texts, read as whens of another route of the policy."""
    rules = "".join(
        f"rule c{at} {{ when {text} to queue triage }}\n" for at, text in enumerate(texts)
    )
    more = f"\nroute reading {{\n{rules}fallback to queue triage\n}}"
    policy = resolved(attrs.evolve(written, text=written.text + more))
    return [entry.condition for entry in policy.routes["reading"].entries]


def end_of(document: Any, is_true: Callable[[str], bool]) -> Any:  # noqa: ANN401 - what JSON holds
    """Return the leaf that a program finds which knows the documented format only."""
    nodes = {node["node"]: node for node in document["nodes"]}
    node = nodes[document["root"]]
    while node["type"] == "split":
        taken = [branch["to"] for branch in node["branches"] if is_true(branch["when"])]
        node = nodes[taken[0] if taken else node["otherwise"]]
    return node


@given(policies(), st.data())
def test_the_json_tree_read_back_as_policy_text_ends_in_the_same_leaves(
    written: Written, data: st.DataObject
) -> None:
    of = grown(written)
    document = json.loads(json_text(as_json(of.tree, of.program), indent=2))
    texts = [b["when"] for node in document["nodes"] for b in node.get("branches", ())]
    conditions = dict(zip(texts, read_conditions(written, texts), strict=True))
    for values, today in some_leads(data, of.policy):
        leaf = end_of(document, lambda text: holds(conditions[text], values, today))  # noqa: B023 - called here
        rule, attempts = said(of.policy, values, today)
        assert leaf["rule"] == rule
        named = [(target["kind"], target["name"], target["by"]) for target in leaf["targets"]]
        assert named == [(*parts(target), by) for target, by in attempts]


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


# -- the drawing --


@given(policies())
def test_every_leaf_of_the_tree_is_drawn_and_reached_by_an_arrow(written: Written) -> None:
    tree = grown(written).tree
    drawn = dot(tree, "a policy")
    for at, node in enumerate(tree.nodes):
        if isinstance(node, Leaf):
            assert re.search(rf"^\tn{at} \[label=", drawn, re.MULTILINE)
            assert re.search(rf"^\t\w+ -> n{at}\b(?! \[style=invis)", drawn, re.MULTILINE)


@given(policies(), st.data())
def test_the_boxes_of_the_drawing_lead_where_the_tree_leads(
    written: Written, data: st.DataObject
) -> None:
    of = grown(written)
    boxes = {box.node: box for box in compact(of.tree)}
    for values, today in some_leads(data, of.policy):
        at: int | None = of.tree.root
        while at in boxes:
            at = _next(of.tree, boxes[at], values, today)
        assert at is not None
        leaf = of.tree.nodes[at]
        assert leaf is follow(of.tree, lambda condition: holds(condition, values, today))  # noqa: B023 - called here


def _next(tree: Tree, box: Panel, values: Values, today: date) -> int | None:
    """Return where a box's first arrow leads whose labels all hold."""
    for arrow, conditions in _conditions(tree, box):
        if all(holds(condition, values, today) for condition in conditions):
            return arrow
    return box.otherwise


def _conditions(tree: Tree, box: Panel) -> list[tuple[int, list[Condition]]]:
    """Return each arrow's end and, label by label, what must hold for it."""
    found: list[tuple[int, list[Condition]]] = []
    waiting = list(box.arrows)

    def walk(split: Split, so_far: list[tuple[str, Condition]]) -> None:
        for branch in split.branches:
            path = [*so_far, (branch.label, branch.condition)]
            labels = tuple(label for label, _ in path)
            child = tree.nodes[branch.child]
            if waiting and waiting[0].labels == labels and waiting[0].child == branch.child:
                found.append((waiting.pop(0).child, [condition for _, condition in path]))
            else:
                assert isinstance(child, Split)
                walk(child, path)

    for split in box.splits:
        walk(split, [])
    assert not waiting
    return found
