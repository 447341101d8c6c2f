"""What is said of a gap, read back and held to counting: nothing left out, nothing added."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from tests.support.counting import ROUTE, Counted, claim, counted, tiny, union
from tests.support.policies import attempted, compiled, errors, named
from tests.support.strategies import Written
from tests.support.witnesses import arrival, shown
from turnout.compiler.checks.coverage_gaps import MOST_EXCEPTIONS, MOST_GAPS
from turnout.compiler.leads.regions import Masks
from turnout.compiler.words.describe import side_names
from turnout.compiler.words.spelling import spelled
from turnout.dsl.conditions import ALWAYS, And, Condition, During, atoms
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Rule
from turnout.dsl.wording import written
from turnout.runtime.leads import lead_reader

PROPOSED = re.compile(
    r"in a rule for these leads: "
    r"`(?:rule \.\.\. (?P<days>[^{]+) \{ )?when (?P<when>.*?)(?: \.\.\. \})?`$"
)


def inside(of: Counted, box: Masks) -> int:
    """Return the leads in `box`."""
    return union(
        1 << number
        for number, classes in enumerate(of.classes)
        if all(mask >> at & 1 for mask, at in zip(box, classes, strict=True))
    )


Proposal: TypeAlias = tuple[str, str]
"""On which days a rule counts, "" for all of them, and its condition."""


def proposals(findings: Sequence[Finding]) -> list[Proposal | None]:
    """Return the rule that the help of each gap proposes, None where it proposes none."""
    found = (PROPOSED.search(finding.help[-1]) for finding in findings)
    return [None if each is None else (each["days"] or "", each["when"]) for each in found]


def with_rules(text: str, proposed: Sequence[Proposal]) -> str:
    """Return the policy with each of these rules at the end of its route."""
    rules = [
        f"rule more{n} {days} {{ when {when} to queue triage }}"
        for n, (days, when) in enumerate(proposed)
    ]
    route, guarantee, claims = text.partition("\nguarantee")
    assert route.endswith("}")
    return "\n".join([route[:-1], *rules, "}"]) + guarantee + claims


def read_back(policy: Written, texts: Sequence[Proposal]) -> list[Condition]:
    """Return what rules ask in a policy with the same definitions."""
    again, findings = attempted(Written(with_rules(policy.text, texts), policy.tables))
    assert not errors(findings), (texts, [finding.message for finding in findings])
    rules = again.routes[ROUTE].entries[-len(texts) :]
    return [
        And((rule.condition, *(() if rule.validity is None else (rule.validity.during,))))
        for rule in rules
        if isinstance(rule, Rule)
    ]


def asks_day(condition: Condition) -> bool:
    """Return whether it asks the day of the decision, which stands behind a rule's name."""
    return any(isinstance(atom, During) for atom in atoms(condition))


@claim
def test_the_regions_of_a_gap_are_the_gap_but_for_their_exceptions(of: Counted) -> None:
    found = of.gaps
    assert found.is_whole
    assert bool(found.regions) == bool(of.through)
    boxes = [inside(of, gap.box) for gap in found.regions]
    assert union(box & of.through for box in boxes) == of.through
    for at, (gap, box) in enumerate(zip(found.regions, boxes, strict=True)):
        taken = [of.hits[by] for by in gap.exceptions]
        assert not box & ~of.through & ~union(taken)
        assert all(box & hit for hit in taken)
        others = union([*boxes[:at], *boxes[at + 1 :]])
        assert box & of.through & ~others, "a region that the others cover"


@claim
def test_each_region_is_told_with_its_exceptions_and_a_lead_inside(of: Counted) -> None:
    told = of.named("coverage-gap")
    regions = of.gaps.regions
    assert len(told) == min(len(regions), MOST_GAPS) + (len(regions) > MOST_GAPS)
    read = lead_reader(of.policy.fields)
    for finding, gap in zip(told, regions[:MOST_GAPS], strict=False):
        unless = finding.message.partition(", unless taken by ")[2]
        names = [of.clauses[by].name for by in gap.exceptions]
        found = re.findall("`(.*?)`", unless)
        if len(names) > MOST_EXCEPTIONS:  # those that take most of it are named
            assert len({*found} & {*names}) == len(found) == MOST_EXCEPTIONS
        else:
            assert found == names
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        classes = of.analysis.space.classify(values, arrival(finding))
        assert all(mask >> at & 1 for mask, at in zip(gap.box, classes, strict=True))


@claim
def test_rules_as_the_help_proposes_take_their_regions_and_close_the_gap(of: Counted) -> None:
    told = of.named("coverage-gap")[:MOST_GAPS]
    proposed = proposals(told)
    texts = [proposal for proposal in proposed if proposal is not None]
    if not texts:
        return
    rules = read_back(of.written, texts)
    boxes = [inside(of, gap.box) for gap in of.gaps.regions[:MOST_GAPS]]
    with_rule = [box for box, proposal in zip(boxes, proposed, strict=True) if proposal is not None]
    assert [of.holding(rule) for rule in rules] == with_rule
    if len(texts) == len(of.gaps.regions):
        assert not of.through & ~union(of.holding(rule) for rule in rules)


@given(tiny(patterns=True))
def test_a_rule_as_the_help_proposes_for_each_gap_closes_them_all(policy: Written) -> None:
    made = compiled(policy)
    found = named(made.findings, "coverage-gap")
    conditions = [proposal for proposal in proposals(found) if proposal is not None]
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
    analysis = of.analysis
    known = side_names(analysis.regions, of.policy.definitions.values())
    box = tuple(
        full if data.draw(st.booleans()) else data.draw(st.integers(1, full)) & full or full
        for full in analysis.space.full
    )
    condition = spelled(known, box)
    assert of.holding(condition) == inside(of, box)
    if condition != ALWAYS and not asks_day(condition):
        (again,) = read_back(policy, [("", written(condition, of.policy.fields))])
        assert of.holding(again) == inside(of, box)
