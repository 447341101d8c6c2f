"""A router that can be seen to be right: the references, and a memory of every lead.

Where the engine prepares, counts and keeps, this one looks at everything anew. The laws
hold the engine to it. Its own part is who remembers what; whether a
condition holds, who is available and who was seen before are the references' answers, the
draws those of the laws of fairness.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

import attrs

from turnout.compiler.meaning.interpreter import Result, decided, match
from turnout.compiler.meaning.situations import (
    Earlier,
    Given,
    Situation,
    history,
    is_open_on_the_wall,
)
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy
from turnout.dsl.promises import Period
from turnout.dsl.targets import LeastLoaded, RoundRobin, Target
from turnout.dsl.types import Values
from turnout.dsl.wording import parts
from turnout.dsl.zones import zone
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.draw import LEVEL, Roster, Turns, draw, least_loaded
from turnout.runtime.leads import Lead

MINUTE = timedelta(minutes=1)
Accept = Callable[[Target], tuple[str | None, str | None]]


@attrs.define
class Held:
    """A lead and who has it. due: None where nothing is to come. missed: as holders are named.

    gift: the number of the lead among those given to whoever has it, None where no person or
    partner has it.
    """

    lead: Lead
    values: Values
    earlier: Earlier
    holder: tuple[str, str, str | None]
    reasons: list[str]
    due: datetime | None = None
    missed: list[str] = attrs.Factory(list[str])
    gift: int | None = None

    @property
    def name(self) -> str:
        """Who answers for the lead."""
        kind, target, assignee = self.holder
        return f"{kind} {target}" if assignee is None else f"person {assignee}"


@attrs.define
class Obvious:
    """Routes leads by one route that always ends in a queue."""

    policy: Policy
    route: str
    given: list[Given] = attrs.Factory(list[Given])
    held: list[Held] = attrs.Factory(list[Held])
    turns: dict[str, Turns] = attrs.Factory(dict[str, Turns])
    open: Counter[str] = attrs.Factory(Counter[str])
    absences: Sequence[PersonAbsence] = ()
    _last_gift: int | None = None

    def released(self, held: Held) -> None:
        """Remember that a lead is open no more with whoever has it."""
        self.open[held.name.removeprefix("person ")] -= 1
        if held.gift is not None:
            self.given[held.gift] = attrs.evolve(self.given[held.gift], is_open=False)

    def took_back(self, held: Held) -> None:
        """Remember that a lead that was let go is open with whoever had it, as before."""
        self.open[held.name.removeprefix("person ")] += 1
        if held.gift is not None:
            self.given[held.gift] = attrs.evolve(self.given[held.gift], is_open=True)

    def routed(self, lead: Lead, moment: datetime) -> Held:
        """Return who has a new lead."""
        assert lead.id is not None
        before = history(
            self.policy, lead.id, lead.values, moment, [each.earlier for each in self.held]
        )
        values = {**lead.values, **before.facts}
        said = match(self.policy, self.route, values, moment)
        _, result = decided(said, self._accept(values, moment))
        holder = self._receive(result, moment)
        earlier = Earlier(lead.id, lead.values, moment, holder[2])
        reasons = [reason for _, reason in result.passed_over]
        self.held.append(Held(lead, values, earlier, holder, reasons))
        self.held[-1].gift = self._last_gift
        return self.held[-1]

    def _accept(self, values: Values, moment: datetime, left_out: set[str] | None = None) -> Accept:
        """Return what answers for a target, some people and places left out."""
        now = [each for each in self.absences if each.holds(moment)]
        away = {each.person for each in now if each.kind == "away"}
        paused = {(each.person, each.team or None) for each in now if each.kind == "paused"}
        situation = Situation(
            self.policy, moment, tuple(self.given), left_out or set(), away, paused
        )

        def accept(target: Target) -> tuple[str | None, str | None]:
            if isinstance(target, RoundRobin | LeastLoaded):
                return self._drawn(situation, target, values)
            kind, name = parts(target)
            had = values.get(PREVIOUS_OWNER)
            owner = {"person": name, "owner": values.get(name), "previous-owner": had}.get(kind)
            reason = situation.other(target, values)
            if owner is None or reason is not None:
                return None, reason
            return situation.taker(str(owner), getattr(target, "anytime", False))[0], None

        return accept

    def _drawn(
        self,
        situation: Situation,
        target: RoundRobin | LeastLoaded,
        values: Values,
    ) -> tuple[str | None, str | None]:
        available, reason = situation.team(target, values)
        if reason is not None:
            return None, reason
        team = self.policy.teams[target.team]
        there = [member for member in team.members if situation.is_in(member)]
        roster = Roster.of((member.person, member.weight) for member in there)
        if isinstance(target, LeastLoaded):
            return least_loaded(roster, self.open, available), None
        drawn = draw(self.turns.get(team.name, LEVEL), roster, available)
        assert drawn is not None
        self.turns[team.name] = drawn[1]
        return drawn[0], None

    def _receive(self, result: Result, moment: datetime) -> tuple[str, str, str | None]:
        """Remember that somebody has a lead, and return who: kind, target and assignee."""
        assert result.attempt is not None, "the route ends in a queue"
        target, assignee = result.attempt[0], result.assignee
        kind, name = parts(target)
        is_given = kind == "partner" or assignee is not None
        self._last_gift = len(self.given) if is_given else None
        if kind == "partner":
            self.given.append(Given(moment, partner=name))
        if assignee is not None:
            team = name if isinstance(target, RoundRobin | LeastLoaded) else None
            self.given.append(Given(moment, person=assignee, team=team))
            self.open[assignee] += 1
        return kind, name, assignee


# -- by when somebody must have touched a lead, by counting minutes --


def ends_on_the_wall(
    policy: Policy,
    period: Period,
    holder: tuple[str, str, str | None],
    at: datetime,
    *,
    wall: bool,
) -> datetime:
    """Return when a time is over that somebody has from a whole minute on, by their hours."""
    kind, target, assignee = holder
    person = None if assignee is None else policy.people[assignee]
    hours = None if person is None else person.hours
    if hours is None and kind in {"round-robin", "least-loaded"}:
        hours = policy.teams[target].hours
    if kind == "partner":
        hours = policy.outlets[f"partner {target}"].hours
    if hours is None or wall:
        return at + timedelta(minutes=period.minutes)
    calendar = policy.calendars[hours]
    if period.unit == "day":
        return _days(calendar, at, period.amount)
    left = period.minutes
    while left:
        left -= _is_open(calendar, at)
        at += MINUTE
    return at


def _days(calendar: Calendar, at: datetime, count: int) -> datetime:
    """Return the same time of the `count`-th open day after, or when it opens next."""
    clock = zone(calendar.timezone)
    local = _opens(calendar, at).astimezone(clock)
    day = local.date()
    while count:
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=clock)
        count -= _opens(calendar, midnight).astimezone(clock).date() == day
    return _opens(calendar, datetime.combine(day, local.time(), clock))


def _opens(calendar: Calendar, at: datetime) -> datetime:
    """Return the first minute at or after a moment in which it is open, in UTC."""
    at = at.astimezone(zone("UTC"))
    while not _is_open(calendar, at):
        at += MINUTE
    return at


@cache
def _is_open(calendar: Calendar, moment: datetime) -> bool:
    return is_open_on_the_wall(calendar, moment)
