"""What leads will need of a state, told before it is held: their ids, who may get them, counts.

The clause of a lead that may be a duplicate is looked for both ways. Everybody whom the
clause's targets may ask is foreseen, whether or not one of them takes the lead before the
others are asked; who had a duplicate before is known only once the state says so.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import assert_never

from turnout.compiler.plan.decide import day, decider, facts
from turnout.compiler.plan.value import Plan, PlannedAttempt
from turnout.dsl.conditions import SEEN
from turnout.dsl.policy import Cap, Policy
from turnout.dsl.targets import (
    Accepting,
    LeastLoaded,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
)
from turnout.dsl.types import Values
from turnout.frozen import frozen
from turnout.runtime.availability import period
from turnout.runtime.gauges import CountedCap
from turnout.runtime.leads import Lead
from turnout.runtime.stores import load_of, member_of, microseconds
from turnout.runtime.stores.needs import Count, Needs


@frozen
class _Asked:
    """What some targets may ask, of which lead ever.

    caps: with whose leads they count. fields: whose values name a person who is asked.
    """

    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    caps: frozenset[CountedCap] = frozenset()
    fields: frozenset[str] = frozenset()

    def __or__(self, other: "_Asked") -> "_Asked":
        """Return what both may ask."""
        return _Asked(
            self.teams | other.teams,
            self.people | other.people,
            self.caps | other.caps,
            self.fields | other.fields,
        )


_NOTHING = _Asked()
_UNIT = timedelta(microseconds=1)


class Foreseer:
    """Tells what leads of a route will need. policy: who stands behind the targets."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        """Look once at what each clause may ask."""
        self._policy = policy
        self._plan = plan
        self._match = decider(plan)
        self._clauses = [self._attempts(answer.attempts) for answer in plan.answers]
        self._last = self._attempts(plan.last)
        then = [attempt for answer in plan.answers for attempt in answer.after_sla]
        self._escalation = self._attempts(then) | self._last
        self._periods: Callable[[Cap, datetime], tuple[int, int]] = lru_cache(4_096)(period)

    def leads(self, leads: Sequence[Lead], at: datetime) -> Needs:
        """Return what leads need that are decided at a moment with a time zone."""
        moment, plan = at.astimezone(UTC), self._plan
        today, of_calendars, now = day(plan, moment), facts(plan, moment), microseconds(moment)
        sightings: dict[tuple[str, int, int], None] = {}
        asked, people = _NOTHING, frozenset[str]()
        seen_before: set[int | None] = set()
        for lead in leads:
            seen = lead.found_by(plan.identities)
            for key, within in seen:
                sightings[key, now - within // _UNIT, now] = None
            numbers = self._numbers(lead, today, of_calendars, is_known=bool(seen))
            for number in numbers:
                if number not in seen_before:
                    seen_before.add(number)
                    asked |= self._last if number is None else self._clauses[number]
            people |= self._named(lead.values, asked.fields)
        ids = tuple(dict.fromkeys((plan.route, lead.key) for lead in leads))
        caps = asked.caps | frozenset(each for name in people for each in self._named_caps(name))
        return self._needs(ids, tuple(sightings), asked, caps, moment)

    def escalation(self, at: datetime) -> Needs:
        """Return what moving overdue leads needs, whichever they are."""
        asked = self._escalation
        needs = self._needs((), (), asked, asked.caps, at.astimezone(UTC))
        return needs | Needs(alone=frozenset({f"escalation {self._plan.route}"}))

    def life(self, at: datetime, *leads: str, alone: str = "") -> Needs:
        """Return what it needs that leads go on to whoever is next, whichever they are.

        leads: their ids. alone: a work that only one run does at a time, "" for none.
        """
        asked = self._everybody
        ids = tuple((self._plan.route, lead) for lead in leads)
        needs = self._needs(ids, (), asked, asked.caps, at.astimezone(UTC))
        names = frozenset({f"{alone} {self._plan.route}"}) if alone else frozenset[str]()
        return needs | Needs(alone=names)

    @cached_property
    def _everybody(self) -> _Asked:
        asked = self._last
        for clause in dict.fromkeys(self._clauses):
            asked |= clause
        return asked

    def _needs(
        self,
        ids: tuple[tuple[str, str], ...],
        sightings: tuple[tuple[str, int, int], ...],
        asked: _Asked,
        caps: Iterable[CountedCap],
        moment: datetime,
    ) -> Needs:
        counts: set[Count] = set()
        people = set(asked.people)
        for cap, who in caps:
            if cap.per is None:
                people.add(load_of(who))
            else:
                counts.add((who, *self._periods(cap, moment)))
        return Needs(ids, sightings, asked.teams, frozenset(people), frozenset(counts))

    def _numbers(
        self, lead: Lead, today: date, of_calendars: Values, *, is_known: bool
    ) -> Iterable[int | None]:
        """Yield the clauses that may be asked, None for the last one."""
        if lead.complaint is not None:
            yield None
            return
        for is_seen in (False, True) if is_known else (False,):
            values = {**lead.values, SEEN: is_seen, **of_calendars}
            number = self._match(values, today)
            yield number
            while number is not None and self._plan.answers[number].goes_on:
                number = self._match(values, today, number)
                yield number

    def _named(self, values: Values, fields: frozenset[str]) -> frozenset[str]:
        named = (str(values[field]) for field in fields if field in values)
        return frozenset(name for name in named if name in self._policy.people)

    def _attempts(self, attempts: Iterable[PlannedAttempt]) -> _Asked:
        asked = _NOTHING
        for attempt in attempts:
            asked |= self._target(attempt.target)
        return asked

    def _target(self, target: Target) -> _Asked:
        if isinstance(target, Accepting):
            return _NOTHING
        match target:
            case RoundRobin(team):
                return _Asked(frozenset({team}), caps=self._team(team))
            case LeastLoaded(team):
                members = frozenset(each.person for each in self._policy.teams[team].members)
                return _Asked(frozenset({team}), members, self._team(team))
            case ToPerson(name):
                return _Asked(caps=self._named_caps(name))
            case ToOwner(field):
                return _Asked(fields=frozenset({field}))
            case PreviousOwner():
                return _NOTHING
            case ToPartner(name):
                caps = self._policy.outlets[f"partner {name}"].caps
                return _Asked(caps=frozenset((cap, f"partner {name}") for cap in caps))
            case _:
                assert_never(target)

    def _named_caps(self, person: str) -> frozenset[CountedCap]:
        """Return the caps of somebody whom a target names, and of their backups."""
        people = (person, *self._policy.backups(person))
        return frozenset(each for name in people for each in self._caps_of(name))

    def _caps_of(self, person: str) -> frozenset[CountedCap]:
        found = self._policy.people.get(person)
        caps = () if found is None else found.caps
        return frozenset((cap, f"person {person}") for cap in caps)

    def _team(self, name: str) -> frozenset[CountedCap]:
        team = self._policy.teams[name]
        caps = {(cap, f"team {name}") for cap in team.caps}
        for member in team.members:
            caps |= self._caps_of(member.person)
            caps |= {(cap, member_of(name, member.person)) for cap in member.caps}
        return frozenset(caps)
