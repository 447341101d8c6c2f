"""Laws of availability: the engine does what the reference says, whatever happened before."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.support.obvious import Obvious
from tests.support.policies import resolved
from tests.support.strategies import absences, histories, people
from turnout.compiler.meaning.situations import is_open_on_the_wall
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.calendars import DayRange
from turnout.dsl.policy import Cap, Member, Person, Policy, Route, Step, Team
from turnout.dsl.source import Source, Span
from turnout.dsl.targets import RoundRobin
from turnout.dsl.zones import zone
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.decisions import Decision
from turnout.runtime.engine import engine
from turnout.runtime.leads import Lead, lead_reader
from turnout.runtime.stores.memory import MemoryStore

ROUTE = "r"
NOWHERE = Span(Source("people.route", ""), 0, 0)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def decided(
    policy: Policy,
    arrivals: Sequence[tuple[Lead, datetime]],
    gone: Sequence[PersonAbsence] = (),
) -> list[Decision]:
    """Return what the engine decides, each lead in a transaction of its own or with the next."""
    decide, store = engine(policy, plan_of(lower(policy), ROUTE)), MemoryStore()
    with store.begin() as transaction:
        for each in gone:
            transaction.leave(each, LONG_AGO)
    decisions: list[Decision] = []
    for start in range(0, len(arrivals), 3):
        with store.begin() as transaction:
            for lead, moment in arrivals[start : start + 3]:
                decisions.append(decide(lead, moment, transaction))
    return decisions


@given(people(), histories(), absences())
def test_the_engine_is_the_reference_over_every_history(
    text: str, history: list[tuple[dict[str, object], datetime]], gone: tuple[PersonAbsence, ...]
) -> None:
    policy = resolved(text)
    read = lead_reader(policy.fields)
    arrivals = [(read(raw, None), moment) for raw, moment in history]
    obvious = Obvious(policy, ROUTE, absences=gone)
    for (lead, moment), decision in zip(arrivals, decided(policy, arrivals, gone), strict=True):
        held = obvious.routed(lead, moment)
        assert (decision.kind, decision.target, decision.assignee) == held.holder
        assert [passed.reason for passed in decision.passed_over] == held.reasons


@given(people(), histories())
def test_nobody_is_given_a_lead_while_away_or_inactive_or_over_a_cap(
    text: str, history: list[tuple[dict[str, object], datetime]]
) -> None:
    policy = resolved(text)
    read = lead_reader(policy.fields)
    decisions = decided(policy, [(read(raw, None), moment) for raw, moment in history])
    for at, decision in enumerate(decisions):
        if decision.assignee is None:
            continue
        person = policy.people[decision.assignee]
        today = decision.at.astimezone(zone(person.timezone)).date()
        assert not person.is_inactive
        assert not any(first <= today <= last for first, last in person.away)
        before = [d.at for d in decisions[: at + 1] if d.assignee == person.name]
        assert all(counted(cap, before, decision.at) <= cap.most for cap in person.caps)


def counted(cap: Cap, times: Sequence[datetime], now: datetime) -> int:
    """Return how many of the moments lie in the cap's period around `now`; nothing is closed."""
    if cap.per is None:
        return len(times)
    if isinstance(cap.per, timedelta):
        return sum(abs(now - then) < cap.per for then in times)
    shape = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[cap.per]
    names = [each.astimezone(zone(cap.timezone)).strftime(shape) for each in times]
    return names.count(now.astimezone(zone(cap.timezone)).strftime(shape))


@given(people(), histories())
def test_nobody_is_given_a_lead_off_hours_unless_hours_are_not_asked(
    text: str, history: list[tuple[dict[str, object], datetime]]
) -> None:
    policy = resolved(text.replace(" anytime", ""))
    read = lead_reader(policy.fields)
    for decision in decided(policy, [(read(raw, None), moment) for raw, moment in history]):
        if decision.assignee is not None:
            hours = policy.people[decision.assignee].hours
            assert hours is None or is_open_on_the_wall(policy.calendars[hours], decision.at)


# -- fairness, through the engine --


def one_team(
    weights: Sequence[Fraction | int], away: Sequence[tuple[DayRange, ...]] = ()
) -> Policy:
    """Return a policy whose one route draws from one team of A, B, C ..., else a queue."""
    names = "ABCDEFGH"[: len(weights)]
    absent = dict(zip(names, away, strict=False))
    persons = {name: Person(name, None, NOWHERE, away=absent.get(name, ())) for name in names}
    members = tuple(
        Member(name, Fraction(weight), NOWHERE) for name, weight in zip(names, weights, strict=True)
    )
    team = Team("t", members, NOWHERE)
    from_team = (Step(RoundRobin("t"), NOWHERE),)
    route = Route(ROUTE, (), from_team, NOWHERE)
    return Policy("p", {}, (), {}, persons, {"t": team}, {}, {ROUTE: route})


def leads(count: int) -> list[Lead]:
    read = lead_reader({})
    return [attrs.evolve(read({}, None), id=str(number)) for number in range(count)]


@given(
    st.lists(st.fractions(Fraction(1, 10), 9, max_denominator=10), min_size=2, max_size=6),
    st.integers(1, 60),
)
def test_while_availability_is_unchanged_nobody_is_a_lead_from_their_share(
    weights: list[Fraction], count: int
) -> None:
    policy = one_team(weights)
    found = decided(policy, [(lead, MONDAY) for lead in leads(count)])
    bound = 1 - Fraction(1, 2 * len(weights) - 2)
    given_ = Counter[str | None]()
    for number, decision in enumerate(found, start=1):
        given_[decision.assignee] += 1
        for name, weight in zip("ABCDEFGH", weights, strict=False):
            assert abs(number * weight / sum(weights) - given_[name]) <= bound


@given(st.integers(2, 6), st.integers(1, 40), st.integers(1, 40))
def test_whoever_comes_back_from_two_weeks_away_is_not_flooded(
    members: int, before: int, during: int
) -> None:
    absence = ((date(2026, 11, 24), date(2026, 12, 7)),)
    policy = one_team([1] * members, [absence])
    back = [MONDAY] * before
    back += [MONDAY + timedelta(days=3)] * during
    back += [MONDAY + timedelta(days=15)] * (2 * members)
    found = decided(policy, list(zip(leads(len(back)), back, strict=True)))
    assert all(decision.assignee != "A" for decision in found[before : before + during])
    after = Counter(decision.assignee for decision in found[before + during :])
    assert 1 <= after["A"] <= 3, "two of two rounds, give or take the lead that they were ahead"
