"""What is said of single rules (nobody would miss it, a part can go, ...), held to counting."""

import attrs
from hypothesis import given

from tests.laws.test_exactness import ROUTE, Counted, counted, tiny, union
from tests.strategies import Written as Policy
from turnout.compiler.analysis import analyse
from turnout.compiler.checks.conditions import reads, shortenings
from turnout.compiler.checks.negations import Negation, negations
from turnout.compiler.checks.questions import Written, written_conditions
from turnout.compiler.program import always_accepts
from turnout.dsl.conditions import And, Condition, Not, Or
from turnout.dsl.policy import Block, Entry, Target
from turnout.dsl.source import Span
from turnout.dsl.wording import written
from turnout.runtime.compiled import run_witness
from turnout.runtime.interpreter import Match, holds, match


def holding(of: Counted, *conditions: Condition) -> int:
    """Return the leads for which all of these hold, one bit each."""
    return sum(
        1 << number
        for number, lead in enumerate(of.leads)
        if all(holds(condition, lead.values, lead.today) for condition in conditions)
    )


def targets(said: Match) -> list[Target]:
    """Return the targets that a lead may get to."""
    found: list[Target] = []
    for target, _ in said.attempts:
        found.append(target)
        if always_accepts(target):
            break
    return found


def without(entries: tuple[Entry, ...], span: Span) -> tuple[Entry, ...]:
    kept: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Block):
            kept.append(attrs.evolve(entry, entries=without(entry.entries, span)))
        elif entry.span != span:
            kept.append(entry)
    return tuple(kept)


def is_missed(of: Counted, span: Span) -> bool:
    """Return whether some lead gets other targets once the rule at `span` is deleted."""
    route = of.policy.routes[ROUTE]
    shorter = attrs.evolve(
        of.policy, routes={ROUTE: attrs.evolve(route, entries=without(route.entries, span))}
    )
    return any(
        targets(match(of.policy, ROUTE, lead.values, lead.today))
        != targets(match(shorter, ROUTE, lead.values, lead.today))
        for lead in of.leads
    )


@given(tiny())
def test_a_rule_is_redundant_iff_it_has_leads_and_none_would_miss_it(policy: Policy) -> None:
    of = counted(policy)
    found = {finding.span for finding in of.named("redundant-rule")}
    for at, clause in enumerate(of.clauses):
        if clause.is_rule:
            is_redundant = bool(of.reach[at]) and not is_missed(of, clause.span)
            assert (clause.span in found) == is_redundant, clause.name


@given(tiny())
def test_rules_named_beside_a_redundant_one_would_get_its_leads(policy: Policy) -> None:
    of = counted(policy)
    places = {clause.span: at for at, clause in enumerate(of.clauses)}
    for finding in of.named("redundant-rule"):
        assert finding.span is not None
        at = places[finding.span]
        assert finding.labels
        for label in finding.labels:
            later = places[label.span]
            between = union(of.hits[at + 1 : later])
            assert of.reach[at] & of.hits[later] & ~between


@given(tiny())
def test_a_condition_is_shortened_iff_a_part_can_go_and_then_as_far_as_possible(
    policy: Policy,
) -> None:
    of = counted(policy)
    fields = of.policy.fields
    found = {finding.span: finding for finding in of.named("redundant-condition")}
    for place in written_conditions(of.compiled.program.routes[ROUTE]):
        own = holding(of, *place.outer, place.condition)
        if not own:
            assert place.span not in found
            continue
        short = place.condition
        while (shorter := shortened(of, place, short, own)) is not None:
            short = shorter
        assert (place.span in found) == (short is not place.condition)
        if place.span in found:
            assert found[place.span].help == (f"write `{place.word} {written(short, fields)}`",)


def shortened(of: Counted, place: Written, condition: Condition, own: int) -> Condition | None:
    """Return the first shorter condition that describes the same leads, None if there is none."""
    for shorter in shortenings(condition, of.policy.fields):
        if holding(of, *place.outer, shorter.rest) == own:
            return shorter.rest
    return None


@given(tiny())
def test_a_negation_is_pointed_out_iff_leads_come_in_for_lack_of_its_fields(
    policy: Policy,
) -> None:
    of = counted(policy)
    analysis = analyse(of.compiled.program, ROUTE, run_witness)
    expected: list[tuple[Span, str]] = []
    for place in written_conditions(of.compiled.program.routes[ROUTE]):
        for negation in negations(analysis, place.condition):
            lacking = sum(
                1 << number
                for number, lead in enumerate(of.leads)
                if not lead.values.keys() & set(negation.fields)
            )
            got = holding(of, *place.outer, place.condition) & ~union(of.hits[: place.at])
            if got & lacking & ~holding(of, negation.without):
                expected.append((place.span, written(negation.part, of.policy.fields)))
                check_advice(of, place, negation, got & lacking & ~holding(of, negation.without))
    found = of.named("negation-matches-missing")
    assert [(f.span, f.message.split("`")[1]) for f in found] == expected
    for finding in found:
        assert finding.witness is not None
        assert finding.witness.confirmed


def check_advice(of: Counted, place: Written, negation: Negation, lacking: int) -> None:
    """Assert that one way to write the negation drops just those leads, and the other none."""
    whole = holding(of, place.condition)
    known = replaced(place.condition, negation.part, negation.known)
    assert not holding(of, known) & lacking
    lacks = sum(
        1 << number
        for number, lead in enumerate(of.leads)
        if not lead.values.keys() & set(negation.fields)
    )
    assert holding(of, known) & ~lacks == whole & ~lacks
    (finding,) = (
        each
        for each in of.named("negation-matches-missing")
        if each.span == place.span
        and each.message.split("`")[1] == written(negation.part, of.policy.fields)
    )
    can_stay = not lacks & ~holding(of, negation.part)
    assert len(finding.help) == (2 if can_stay else 1)
    if can_stay:
        open_ = replaced(place.condition, negation.part, negation.open)
        assert holding(of, open_) == whole


def replaced(condition: Condition, old: Condition, new: Condition) -> Condition:
    if condition is old:
        return new
    match condition:
        case And(parts):
            return And(tuple(replaced(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, old, new) for part in parts))
        case Not(part):
            return Not(replaced(part, old, new))
        case _:
            return condition


@given(tiny())
def test_siblings_conflict_iff_their_order_decides_where_shared_leads_go(policy: Policy) -> None:
    of = counted(policy)
    analysis = analyse(of.compiled.program, ROUTE, run_witness)
    asked = [reads(analysis.regions.region(clause.own)) for clause in of.clauses]
    sent = [targets(Match(None, tuple((a.target, a.by) for a in c.attempts))) for c in of.clauses]
    expected: dict[Span, list[Span]] = {}
    for at, clause in enumerate(of.clauses):
        for earlier in range(at):
            one = of.clauses[earlier]
            is_sibling = one.is_rule and clause.is_rule and one.around == clause.around
            if not is_sibling or asked[earlier] != asked[at] or sent[earlier] == sent[at]:
                continue
            others = union([of.hits[by] for by in range(at) if by != earlier])
            contains = not of.hits[at] & ~of.hits[earlier] or not of.hits[earlier] & ~of.hits[at]
            if of.hits[earlier] & of.hits[at] & ~others and not contains and of.reach[at]:
                expected.setdefault(clause.span, []).append(one.span)
    found = of.named("conflicting-overlap")
    assert {f.span: [label.span for label in f.labels] for f in found} == {
        span: spans[:3] for span, spans in expected.items()
    }
    assert all(finding.witness is not None for finding in found)
