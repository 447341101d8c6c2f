"""Tests of policies: what is generated passes, covers, and agrees with the interpreter."""

import re
from collections.abc import Collection

import attrs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tests.support.enumeration import every_lead, tiny_columns
from tests.support.policies import attempted, errors, kept_legs
from tests.support.strategies import PEOPLE, Written, policies
from turnout.compiler.meaning.interpreter import Answering, decided, holds, match
from turnout.compiler.program import Program, lower
from turnout.compiler.questions.testable import coverables
from turnout.dsl.expectations import Absence, Expectation
from turnout.dsl.policy import Policy
from turnout.dsl.source import Source, Span
from turnout.dsl.targets import LeastLoaded, RoundRobin, Target, ToOwner, ToPartner, ToPerson
from turnout.dsl.types import Values
from turnout.dsl.wording import parts, quoted
from turnout.trials.generation import UNMADE, Generated, generate
from turnout.trials.testing import Covered, Tester, covered

ROUTE = "inbound"
WORDS = (
    *("team near", "team far", "person ana", "person ben", "person cleo", "owner owner"),
    *("partner outside", "queue triage", "queue extra", "sequence later", "nobody"),
)
NOWHERE = Span(Source("", ""), 0, 0)
"""Each policy lies in a folder of its own."""


def lowered(written: Written, *tests: str) -> Program:
    """Return the program of a policy with further tests; what is unreachable in it may be."""
    text = "\n".join([written.text, *tests])
    policy, findings = attempted(attrs.evolve(written, text=text))
    assume(not errors(findings))
    return lower(policy)


def with_generated(written: Written) -> tuple[Program, Generated, Program]:
    """Return a policy, the tests generated for it, and the policy with those tests in it."""
    before = lowered(written)
    made = generate(before, coverables(before))
    return before, made, lowered(written, *(text for _, text in made.tests))


def run(made: Program) -> Covered:
    """Run every test, each of which passes, and return what they cover."""
    tester = Tester(made)
    results = [tester.run(test) for test in made.policy.tests]
    assert all(result.is_passed for result in results)
    return covered(made, [each for result in results for each in result.arrived])


@settings(max_examples=25)
@given(policies())
def test_generated_tests_pass_and_cover_all_but_what_is_named(written: Written) -> None:
    before, made, after = with_generated(written)
    assert len(after.policy.tests) == len(made.tests)
    found = run(after)
    unnamed = [attrs.evolve(each, span=NOWHERE) for each in found.missed]
    assert set(unnamed) == {attrs.evolve(each.item, span=NOWHERE) for each in made.untestable}
    assert len(found.items) == len(coverables(before))
    if not made.untestable:
        assert found.percent == 100


@settings(max_examples=20)
@given(st.data())
def test_what_no_test_is_made_for_no_lead_reaches(data: DataObject) -> None:
    columns = data.draw(tiny_columns())
    written = data.draw(policies(columns, patterns=False, rules=4, most=len(columns)))
    before, made, _ = with_generated(written)
    for item in (each.item for each in made.untestable if each.reason != UNMADE):
        clauses = before.routes[item.route].clauses
        taking = [clauses[item.clause]]
        if item.handover is not None:
            taking = [clause for clause in clauses if item.handover in clause.handed_by]
        for lead in every_lead(before.policy):
            found = match(before.policy, item.route, lead.values, lead.today)
            legs = [(leg.rule, leg.named_by) for leg in kept_legs(found)]
            is_taken = any(
                (clause.name if clause.is_rule else None, tuple(a.by for a in clause.attempts))
                in legs
                for clause in taking
            )
            if item.kind == "branch":
                assert not (is_taken and holds(item.condition, lead.values, lead.today))
            elif item.kind != "else":
                assert not is_taken


@settings(max_examples=20)
@given(policies(), st.data())
def test_a_test_passes_iff_the_interpreter_says_so(written: Written, data: DataObject) -> None:
    before = lowered(written)
    rules = [quoted(clause.name) for clause in before.routes[ROUTE].clauses if clause.is_rule]
    assume(rules)
    made = generate(before, [each for each in coverables(before) if each.route == ROUTE])
    assume(made.tests)
    text = data.draw(st.sampled_from([text for _, text in made.tests]))
    rule = data.draw(st.sampled_from(rules))
    word = data.draw(st.sampled_from(["", "not "]))
    kept = [line for line in text.splitlines() if not line.strip().startswith("expect")]
    asked = "\n".join([*kept[:-1], f"expect {word}rule {rule}", "}"])
    after = lowered(written, asked)
    (test,) = after.policy.tests
    result = Tester(after).run(test)
    (arrived,) = result.arrived
    said = match(after.policy, ROUTE, arrived.lead.values, arrived.decision.at)
    away = {name for step in test.steps if isinstance(step, Absence) for name in step.names}
    values = arrived.lead.values
    leg, _ = decided(said, accepting(after.policy, values, away, is_full="outside" in away))
    assert result.is_passed == ((quoted(leg.rule or "") == rule) != bool(word))
    assert isinstance(test.steps[-1], Expectation)


def accepting(policy: Policy, values: Values, gone: Collection[str], *, is_full: bool) -> Answering:
    """Return what answers for a target where these people are gone, or the partner is full."""

    def accept(target: Target) -> tuple[str | None, str | None]:
        match target:
            case RoundRobin(team) | LeastLoaded(team):
                members = {member.person for member in policy.teams[team].members}
                return None, None if members - set(gone) else "away"
            case ToPerson(person):
                return None, "away" if person in gone else None
            case ToOwner(field):
                return None, None if values.get(field) in set(PEOPLE) - set(gone) else "away"
            case ToPartner():
                return None, "at-cap" if is_full else None
            case _:
                return None, None

    return accept


@settings(max_examples=20)
@given(policies(), st.data())
def test_whoever_a_test_says_is_away_is_passed_over(written: Written, data: DataObject) -> None:
    before = lowered(written)
    items = [each for each in coverables(before) if each.route == ROUTE and each.kind != "else"]
    made = generate(before, items)
    assume(made.tests)
    text = data.draw(st.sampled_from([text for _, text in made.tests]))
    away = data.draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    full = data.draw(st.booleans())
    word = data.draw(st.sampled_from(WORDS))
    lines = [line for line in text.splitlines() if not line.strip().startswith("expect")]
    absent = [f"away {', '.join(away)}"] if away else []
    absent += ["at-cap outside"] if full else []
    asked = "\n".join([lines[0], *absent, *lines[1:-1], f"expect {word}", "}"])
    after = lowered(written, asked)
    (test,) = after.policy.tests
    result = Tester(after).run(test)
    (arrived,) = result.arrived
    values = arrived.lead.values
    said = match(after.policy, ROUTE, values, arrived.decision.at)

    earlier = {name for step in test.steps if isinstance(step, Absence) for name in step.names}
    gone = {*away, *earlier}
    accept = accepting(after.policy, values, gone, is_full=full or "outside" in earlier)
    has_it = decided(said, accept)[1].attempt
    reached = "nobody" if has_it is None else " ".join(parts(has_it[0]))
    reached = re.sub("^(round-robin|least-loaded)", "team", reached)
    assert result.is_passed == (reached == word)


@settings(max_examples=10)
@given(policies())
def test_generating_again_writes_the_same_tests(written: Written) -> None:
    before = lowered(written)
    items = coverables(before)
    assert generate(before, items) == generate(before, items)
