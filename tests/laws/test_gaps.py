"""What is said of a gap, read back and held to counting: nothing left out, nothing added."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.test_exactness import ROUTE, Counted, counted, tiny, union
from tests.policies import attempted, compiled, named
from tests.strategies import Written
from turnout.compiler.analysis import Analysis, analyse
from turnout.compiler.describe import words
from turnout.compiler.gaps import gaps
from turnout.compiler.regions import Masks
from turnout.compiler.spelling import spelled
from turnout.dsl.conditions import ALWAYS, Condition
from turnout.dsl.policy import Rule
from turnout.dsl.wording import written
from turnout.runtime.compiled import run_witness
from turnout.runtime.interpreter import holds


def analysed(of: Counted) -> Analysis:
    return analyse(of.compiled.program, ROUTE, run_witness)


def inside(of: Counted, analysis: Analysis, box: Masks) -> int:
    """Return the leads in `box`, one bit each."""
    found = 0
    for number, lead in enumerate(of.leads):
        classes = analysis.space.classify(lead.values, lead.today)
        if all(mask >> at & 1 for mask, at in zip(box, classes, strict=True)):
            found |= 1 << number
    return found


def holding(of: Counted, condition: Condition) -> int:
    return sum(
        1 << number
        for number, lead in enumerate(of.leads)
        if holds(condition, lead.values, lead.today)
    )


def with_rules(text: str, conditions: list[str]) -> str:
    """Return the policy with a rule for each of `conditions` at the end of its route."""
    rules = [f"rule more{n} {{ when {c} to queue triage }}" for n, c in enumerate(conditions)]
    assert text.endswith("}")
    return "\n".join([text[:-1], *rules, "}"])


def read_back(policy: Written, condition: Condition, of: Counted) -> Condition:
    """Return what the condition's text means to a policy with the same definitions."""
    text = written(condition, of.policy.fields)
    again, findings = attempted(Written(with_rules(policy.text, [text]), policy.tables))
    assert not findings, (text, [finding.message for finding in findings])
    last = again.routes[ROUTE].entries[-1]
    assert isinstance(last, Rule)
    return last.condition


@given(tiny(patterns=False))
def test_the_regions_of_a_gap_are_the_gap_but_for_their_exceptions(policy: Written) -> None:
    of = counted(policy)
    if of.policy.routes[ROUTE].fallback is not None:
        return
    analysis = analysed(of)
    found = gaps(analysis)
    assert found.is_whole
    boxes = [inside(of, analysis, gap.box) for gap in found.regions]
    assert union([box & of.through for box in boxes]) == of.through
    for at, (gap, box) in enumerate(zip(found.regions, boxes, strict=True)):
        taken = [of.hits[by] for by in gap.exceptions]
        assert not box & ~of.through & ~union(taken)
        assert all(box & hit for hit in taken)
        others = union([*boxes[:at], *boxes[at + 1 :]])
        assert box & of.through & ~others, "a region that the others cover"


@given(tiny(patterns=True))
def test_a_rule_as_the_help_proposes_for_each_gap_closes_them_all(policy: Written) -> None:
    made = compiled(policy)
    found = named(made.findings, "coverage-gap")
    proposals = [re.search(r"in a rule for these leads: `when (.*)`$", f.help[-1]) for f in found]
    conditions = [proposal[1] for proposal in proposals if proposal]
    if len(conditions) < len(found) or not found:
        return
    closed = compiled(Written(with_rules(policy.text, conditions), policy.tables))
    assert not named(closed.findings, "coverage-gap", "syntax-error", "unknown-name")


@given(tiny(), st.data())
def test_a_box_as_written_is_read_back_as_the_same_leads(
    policy: Written, data: st.DataObject
) -> None:
    of = counted(policy)
    if of.policy.routes[ROUTE].fallback is not None:
        return
    analysis = analysed(of)
    known = words(analysis.regions, of.policy.definitions.values())
    box = tuple(
        full if data.draw(st.booleans()) else data.draw(st.integers(1, full)) & full or full
        for full in analysis.space.full
    )
    condition = spelled(known, box)
    assert holding(of, condition) == inside(of, analysis, box)
    if condition != ALWAYS:
        again = read_back(policy, condition, of)
        assert holding(of, again) == inside(of, analysis, box)
