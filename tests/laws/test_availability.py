"""Laws of availability: the engine does what the reference says, whatever happened before."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import resolved
from tests.strategies import histories, people
from turnout.compiler.program import lower
from turnout.dsl.calendars import Days
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import (
    Cap,
    LeastLoaded,
    Member,
    Person,
    Policy,
    RoundRobin,
    Route,
    Step,
    Target,
    Team,
)
from turnout.dsl.source import Source, Span
from turnout.dsl.wording import parts, worded
from turnout.dsl.zones import zone
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import LEVEL, Roster, Turns, draw, least_loaded
from turnout.runtime.engine import engine
from turnout.runtime.interpreter import match, settle
from turnout.runtime.leads import Lead, lead_reader
from turnout.runtime.reference import Earlier, Given, Situation, history, is_open_on_the_wall
from turnout.runtime.stores.memory import MemoryStore

ROUTE = "r"
NOWHERE = Span(Source("people.route", ""), 0, 0)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def decided(policy: Policy, arrivals: Sequence[tuple[Lead, datetime]]) -> list[Decision]:
    """Return what the engine decides, each lead in a transaction of its own or with the next."""
    decide, store = engine(lower(policy), ROUTE), MemoryStore()
    decisions: list[Decision] = []
    for start in range(0, len(arrivals), 3):
        with store.begin() as transaction:
            for lead, moment in arrivals[start : start + 3]:
                decisions.append(decide(lead, moment, transaction))
    return decisions


@attrs.define
class Obvious:
    """A router made of the references: it remembers every lead that was given."""

    policy: Policy
    given: list[Given] = attrs.Factory(list[Given])
    earlier: list[Earlier] = attrs.Factory(list[Earlier])
    turns: dict[str, Turns] = attrs.Factory(dict[str, Turns])
    open: Counter[str] = attrs.Factory(Counter[str])

    def outcome(self, lead: Lead, moment: datetime) -> tuple[str | None, str, list[str]]:
        """Return who has the lead, the target, and the reasons of those passed over."""
        assert lead.id is not None
        before = history(self.policy, lead.id, lead.values, moment, self.earlier)
        values = {**lead.values, **before.facts}
        said = match(self.policy, ROUTE, values, moment)
        situation = Situation(self.policy, moment, tuple(self.given))

        def accept(target: Target) -> tuple[str | None, str | None]:
            if isinstance(target, RoundRobin | LeastLoaded):
                return self._drawn(situation, target, lead)
            reason = situation.other(target, values)
            kind, name = parts(target)
            had = values.get(PREVIOUS_OWNER)
            owner = {"person": name, "owner": values.get(name), "previous-owner": had}.get(kind)
            return (None if owner is None else str(owner)), reason

        result = settle(said.attempts, accept)
        assert result.attempt is not None, "the route ends in a queue"
        target = result.attempt[0]
        self._remember(target, result.assignee, moment)
        self.earlier.append(Earlier(lead.id, lead.values, moment, result.assignee))
        return result.assignee, worded(target), [reason for _, reason in result.passed_over]

    def _drawn(
        self, situation: Situation, target: RoundRobin | LeastLoaded, lead: Lead
    ) -> tuple[str | None, str | None]:
        available, reason = situation.team(target, lead.values)
        if reason is not None:
            return None, reason
        team = self.policy.teams[target.team]
        roster = Roster.of((member.person, member.weight) for member in team.members)
        if isinstance(target, LeastLoaded):
            return least_loaded(roster, self.open, available), None
        drawn = draw(self.turns.get(team.name, LEVEL), roster, available)
        assert drawn is not None
        self.turns[team.name] = drawn[1]
        return drawn[0], None

    def _remember(self, target: Target, assignee: str | None, moment: datetime) -> None:
        kind, name = parts(target)
        if kind == "partner":
            self.given.append(Given(moment, partner=name))
        if assignee is not None:
            team = name if isinstance(target, RoundRobin | LeastLoaded) else None
            self.given.append(Given(moment, person=assignee, team=team))
            self.open[assignee] += 1


@given(people(), histories())
def test_the_engine_is_the_reference_over_every_history(
    text: str, history: list[tuple[dict[str, object], datetime]]
) -> None:
    policy = resolved(text)
    read = lead_reader(policy.fields)
    arrivals = [(read(raw, None), moment) for raw, moment in history]
    obvious = Obvious(policy)
    for (lead, moment), decision in zip(arrivals, decided(policy, arrivals), strict=True):
        assignee, target, reasons = obvious.outcome(lead, moment)
        assert (decision.assignee, [passed.reason for passed in decision.passed_over]) == (
            assignee,
            reasons,
        )
        assert target.startswith(f"{decision.kind} {decision.target}".strip())


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
    """Return how many of the moments lie in the cap's period around `now`."""
    if isinstance(cap.per, timedelta):
        return sum(now - cap.per < then <= now for then in times)
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


def one_team(weights: Sequence[Fraction | int], away: Sequence[tuple[Days, ...]] = ()) -> Policy:
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
