"""What the checks claim of all leads, against all leads of tiny policies, one by one."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.enumeration import Arrival, every_lead, tiny_columns
from tests.policies import compiled, errors, named
from tests.strategies import Written, policies
from turnout.compiler.checks.gaps import MOST_GAPS
from turnout.compiler.program import Clause
from turnout.dsl.conditions import SEEN, atoms
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Block, Entry, Policy, PreviousOwner, Rule, ToOwner
from turnout.dsl.source import Span
from turnout.dsl.types import Values
from turnout.runtime.compiled import Compiled
from turnout.runtime.interpreter import holds, match
from turnout.runtime.leads import Lead, lead_reader

ROUTE = "inbound"


@attrs.frozen
class Counted:
    """A tiny policy with all its leads.

    hits: for each clause the leads for which its condition holds, reach: those that it
    gets, both one bit a lead. through: those that no clause takes.
    """

    compiled: Compiled
    leads: tuple[Arrival, ...]
    hits: tuple[int, ...]
    reach: tuple[int, ...]
    through: int

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.compiled.program.routes[ROUTE].clauses

    def named(self, *names: str) -> list[Finding]:
        return named(self.compiled.findings, *names)


def counted(written: Written) -> Counted:
    made = compiled(written)
    leads = tuple(every_lead(made.policy))
    clauses = made.program.routes[ROUTE].clauses
    hits = tuple(
        sum(
            1 << at
            for at, lead in enumerate(leads)
            if holds(clause.condition, lead.values, lead.today)
        )
        for clause in clauses
    )
    left = (1 << len(leads)) - 1
    reach: list[int] = []
    for hit in hits:
        reach.append(hit & left)
        left &= ~hit
    return Counted(made, leads, hits, tuple(reach), left)


@st.composite
def tiny(draw: DrawFn, *, patterns: bool = False) -> Written:
    """Return a tiny policy: at most four small fields and six rules."""
    columns = draw(tiny_columns())
    return draw(policies(columns, patterns=patterns, rules=6, most=len(columns)))


def at_place(counted_: Counted, span: Span) -> int:
    """Return the clause that stands at `span`."""
    (found,) = [at for at, clause in enumerate(counted_.clauses) if clause.span == span]
    return found


def union(sets: Sequence[int]) -> int:
    whole = 0
    for one in sets:
        whole |= one
    return whole


def closed_blocks(of: Counted) -> set[Span]:
    """Return the outermost blocks into which no lead gets, by their written condition."""
    closed: set[Span] = set()
    for at, clause in enumerate(of.clauses):
        inside = (1 << len(of.leads)) - 1
        for around in clause.around:
            inside &= sum(
                1 << number
                for number, lead in enumerate(of.leads)
                if holds(around.condition, lead.values, lead.today)
            )
            first = next(n for n, other in enumerate(of.clauses) if around in other.around)
            if first == at and not inside & ~union(of.hits[:at]):
                closed.add(around.span)
                break
            if around.span in closed:
                break
    return closed


@given(tiny())
def test_a_rule_is_unreachable_iff_no_lead_reaches_it(written: Written) -> None:
    of = counted(written)
    assert not of.named("undecided")
    closed = closed_blocks(of)
    assert {finding.span for finding in of.named("unreachable-block")} == closed
    expected: dict[Span, str] = {}
    for at, clause in enumerate(of.clauses):
        is_silent = any(around.span in closed for around in clause.around)
        if clause.is_rule and not of.reach[at] and not is_silent:
            expected[clause.span] = "unreachable-rule" if of.hits[at] else "impossible-condition"
    found = of.named("unreachable-rule", "impossible-condition")
    assert {finding.span: finding.name for finding in found} == expected


@given(tiny())
def test_blockers_together_cover_the_rule_and_each_is_needed(written: Written) -> None:
    of = counted(written)
    for finding in of.named("unreachable-rule"):
        assert finding.span is not None
        at = at_place(of, finding.span)
        blockers = [at_place(of, label.span) for label in finding.labels]
        assert blockers
        assert all(by < at for by in blockers)
        assert not of.hits[at] & ~union([of.hits[by] for by in blockers])
        for by in blockers:
            assert of.hits[at] & ~union([of.hits[other] for other in blockers if other != by])
    for finding in of.named("unreachable-block"):
        inside = next(
            clause.around
            for clause in of.clauses
            if any(a.span == finding.span for a in clause.around)
        )
        depth = next(n for n, around in enumerate(inside) if around.span == finding.span)
        wanted = sum(
            1 << number
            for number, lead in enumerate(of.leads)
            if all(holds(a.condition, lead.values, lead.today) for a in inside[: depth + 1])
        )
        blockers = [at_place(of, label.span) for label in finding.labels]
        assert not wanted & ~union([of.hits[by] for by in blockers])
        for by in blockers:
            assert wanted & ~union([of.hits[other] for other in blockers if other != by])


@given(tiny())
def test_moving_a_rule_as_advised_gives_it_leads_and_starves_no_blocker(written: Written) -> None:
    of = counted(written)
    for finding in of.named("unreachable-rule"):
        assert finding.span is not None
        at = at_place(of, finding.span)
        blockers = [at_place(of, label.span) for label in finding.labels]
        (advice,) = finding.help
        if not advice.startswith("move it above"):
            assert advice == "delete it: no lead would notice"
            continue
        first = blockers[0]
        assert of.clauses[first].title in advice
        assert of.hits[at] & ~union(of.hits[:first])
        for by in blockers:
            taken = union([*of.hits[:by], of.hits[at]])
            assert not of.clauses[by].is_rule or of.hits[by] & ~taken


@given(tiny())
def test_a_gap_is_reported_iff_some_lead_falls_through(written: Written) -> None:
    of = counted(written)
    gaps = of.named("coverage-gap")
    assert bool(gaps) == bool(of.through)
    read = lead_reader(of.policy.fields)
    for finding in gaps[:MOST_GAPS]:
        assert finding.witness is not None, finding.message
        assert finding.witness.confirmed
        lead = read(finding.witness.fields, None)
        assert not lead.issues
        assert lead.complaint is None
        said = match(of.policy, ROUTE, shown(finding, lead), arrival(finding))
        assert said.rule is None
        assert not said.attempts


def shown(finding: Finding, lead: Lead) -> Values:
    """Return the values of a finding's witness as it was read, and whether it was seen before."""
    assert finding.witness is not None
    assert all(name in finding.witness.fields for name in lead.values), "nothing was looked up"
    return {**lead.values, SEEN: SEEN in finding.witness.note}


def arrival(finding: Finding) -> date:
    """Return the day on which a finding's witness arrives."""
    assert finding.witness is not None
    said = re.search(r"arriving on (\S+?)(,|$)", finding.witness.note)
    return date.fromisoformat(said[1]) if said else date(2026, 1, 1)


@given(tiny())
def test_a_dead_end_is_reported_iff_some_lead_ends_with_nobody(written: Written) -> None:
    of = counted(written)
    expected: set[Span] = set()
    for at, clause in enumerate(of.clauses):
        owners = [a.target.field for a in clause.attempts if isinstance(a.target, ToOwner)]
        seen = [a for a in clause.attempts if isinstance(a.target, PreviousOwner)]
        if len(owners) + len(seen) < len(clause.attempts):
            continue  # the other targets of these policies take every lead
        got = [lead for number, lead in enumerate(of.leads) if of.reach[at] >> number & 1]
        if any(all(owner not in lead.values for owner in owners) for lead in got):
            expected.add(clause.span)
    found = of.named("dead-end")
    assert {finding.span for finding in found} == expected
    read = lead_reader(of.policy.fields)
    for finding in found:
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        said = match(of.policy, ROUTE, values, arrival(finding))
        assert all(
            isinstance(target, PreviousOwner)
            or (isinstance(target, ToOwner) and target.field not in values)
            for target, _ in said.attempts
        )


@given(tiny())
def test_siblings_overlap_iff_some_lead_is_in_both(written: Written) -> None:
    of = counted(written)
    expected: set[tuple[Span, Span]] = set()
    for family in of.policy.families:
        if family.disjoint:
            continue
        for one, two in combinations(family.members, 2):
            both = (one.meaning, two.meaning)
            if any(all(holds(c, lead.values, lead.today) for c in both) for lead in of.leads):
                expected.add((one.span, two.span))
    found = of.named("overlapping-territories", "overlapping-segments")
    pairs = {(finding.labels[0].span, finding.span) for finding in found}
    assert pairs == expected


@given(tiny())
def test_a_segment_family_leaves_values_out_iff_some_lead_has_them(written: Written) -> None:
    of = counted(written)
    expected: set[Span] = set()
    for family in of.policy.families:
        if family.kind != "segment":
            continue
        asked = {atom.field for member in family.members for atom in atoms(member.meaning)}
        for lead in of.leads:
            if asked <= set(lead.values) and not any(
                holds(member.meaning, lead.values, lead.today) for member in family.members
            ):
                expected.add(family.span)
                break
    assert {finding.span for finding in of.named("uncovered-segment")} == expected


@given(tiny())
def test_deleting_an_unreachable_rule_changes_no_decision(written: Written) -> None:
    of = counted(written)
    dead = {f.span for f in of.named("unreachable-rule", "impossible-condition")}
    route = of.policy.routes[ROUTE]
    without = attrs.evolve(
        of.policy, routes={ROUTE: attrs.evolve(route, entries=_without(route.entries, dead))}
    )
    if not dead:
        return
    for lead in of.leads:
        before = match(of.policy, ROUTE, lead.values, lead.today)
        assert match(without, ROUTE, lead.values, lead.today) == before


def _without(entries: tuple[Entry, ...], dead: set[Span | None]) -> tuple[Entry, ...]:
    kept: list[Entry] = []
    for entry in entries:
        match entry:
            case Block():
                kept.append(attrs.evolve(entry, entries=_without(entry.entries, dead)))
            case Rule() if entry.span in dead:
                pass
            case _:
                kept.append(entry)
    return tuple(kept)


@given(tiny(patterns=True))
def test_with_free_patterns_what_is_called_unreachable_still_is(written: Written) -> None:
    of = counted(written)
    for finding in of.named("unreachable-rule", "impossible-condition"):
        assert finding.span is not None
        assert not of.reach[at_place(of, finding.span)]
    assert of.named("coverage-gap") or not of.through
    for finding in of.named("coverage-gap"):
        if finding.witness is not None and finding.witness.confirmed:
            lead = lead_reader(of.policy.fields)(finding.witness.fields, None)
            said = match(of.policy, ROUTE, shown(finding, lead), arrival(finding))
            assert said.rule is None


@given(tiny())
def test_findings_are_the_only_errors_of_a_drawn_policy(written: Written) -> None:
    exact = {"unreachable-rule", "impossible-condition", "unreachable-block", "coverage-gap"}
    found = {finding.name for finding in errors(compiled(written).findings)}
    assert found <= {*exact, "dead-end"}


# -- policies that can't be read whole --

ASKED = re.compile(
    r"(?<=[ (])[a-z_]+(?= (?:is|in|not in|has|starts|ends|contains|matches|<|>|within|older) )"
)


@given(tiny(patterns=True), st.data())
def test_what_is_found_beside_a_fault_is_true_however_it_is_mended(
    written: Written, data: st.DataObject
) -> None:
    head, route = written.text.split("route inbound")
    places = [place for place in ASKED.finditer(route) if place[0] != "not"]
    assume(places)
    place = data.draw(st.sampled_from(places))
    faulty = route[: place.start()] + "ghost" + route[place.end() :]
    found = compiled(attrs.evolve(written, text=f"{head}route inbound{faulty}")).findings
    assert [finding.span.text for finding in named(found, "unknown-name") if finding.span] == [
        "ghost"
    ]
    of = counted(written)  # mended in one of the ways that there are
    idle = {
        clause.span.start for clause, reach in zip(of.clauses, of.reach, strict=True) if not reach
    }
    end = len(f"{head}route inbound") + place.end()
    for finding in named(found, "unreachable-rule", "impossible-condition"):
        assert finding.span is not None
        longer = len("ghost") - len(place[0]) if finding.span.start >= end else 0
        assert finding.span.start - longer in idle
    read = lead_reader(of.policy.fields)
    for finding in named(found, "coverage-gap"):
        assert finding.witness is not None
        values = shown(finding, read(finding.witness.fields, None))
        assert not match(of.policy, ROUTE, values, arrival(finding)).attempts
