"""Who can be given a lead, and when: the reference, as plain as it can be said.

The other half of the reference interpreter. Everything is asked anew for each lead, by the
clock on the wall and by counting the leads that were given; the engine, which prepares and
keeps what it can, is held to it.

Somebody is asked in this order: whether they had the lead and missed its SLA
(`missed-sla`), `inactive`, then whether they serve what is to be matched (`no-match`), whether
they are `paused`, then `away`, `off-hours`, `at-cap`. The first that keeps them from the lead is
their reason. A team is passed over for the reason of the member who came closest, which is the one
latest in that order; for `off-hours` or `at-cap` of the team itself, before its members are asked;
and as `empty` where nobody has a weight.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import assert_never

import attrs

from turnout.compiler.meaning.identity import History, identifies
from turnout.dsl.calendars import Calendar, DayRange
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Cap, Member, Policy, Team
from turnout.dsl.public_holidays import public_holidays
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
from turnout.dsl.wording import parts
from turnout.dsl.zones import zone
from turnout.frozen import frozen

CLOSENESS = (
    *("missed-sla", "inactive", "not-in-team", "no-match", "paused", "away", "off-hours"),
    "at-cap",
)


def is_open_on_the_wall(calendar: Calendar, moment: datetime) -> bool:
    """Return whether `calendar` is open when its clock shows what it shows at `moment`."""
    local = moment.astimezone(zone(calendar.timezone))
    today, minute = local.date(), local.hour * 60 + local.minute
    if any(today in public_holidays(place, today.year) for place in calendar.holidays):
        return False
    if _is_within(calendar.closed, today):
        return False
    return any(
        (block.weekday == today.weekday() and block.start <= minute < block.end)
        or (block.weekday == (today.weekday() - 1) % 7 and minute + 1440 < block.end)
        for block in calendar.openings
    )


@frozen
class Given:
    """A lead that was given to somebody, at a moment.

    team: from which the person was drawn, None where they were not drawn. is_open: they have
    the lead still, and it wasn't closed.
    """

    at: datetime
    person: str | None = None
    team: str | None = None
    partner: str | None = None
    is_open: bool = True


@frozen
class Situation:
    """A moment, and the leads that were given before.

    missed: who had the lead and let its SLA pass, such as "person ana" or "queue triage".
    away: people who are away by what was said, beside the policy. paused: people who are paused,
    each with the team from which alone they are, None for all.
    """

    policy: Policy
    moment: datetime
    given: Sequence[Given]
    missed: Collection[str] = ()
    away: Collection[str] = ()
    paused: Collection[tuple[str, str | None]] = ()

    def person(self, name: str, anytime: bool) -> str | None:  # noqa: FBT001 - as the policy has it
        """Return why the person can't be given a lead, None where they can."""
        if f"person {name}" in self.missed:
            return "missed-sla"
        person = self.policy.people.get(name)
        if person is None:
            return "gone"
        today = self.moment.astimezone(zone(person.timezone)).date()
        if person.is_inactive:
            return "inactive"
        if name in self.away or _is_within(person.away, today):
            return "away"
        if not anytime and not self._is_open(person.hours):
            return "off-hours"
        return self._at_cap(person.caps, (g for g in self.given if g.person == name))

    def taker(self, name: str, anytime: bool) -> tuple[str | None, str | None]:  # noqa: FBT001 - as the policy has it
        """Return who has a lead that names the person, or why nobody can.

        While they are away it is their backup, and while that is away, too, its backup.
        """
        reason = self.person(name, anytime)
        if reason is None:
            return name, None
        away, instead = reason, [*self.policy.backups(name)]
        while away in {"away", "inactive"} and instead:
            backup = instead.pop(0)
            why = self.person(backup, anytime)
            if why is None:
                return backup, None
            away = why
        return None, reason

    def member(
        self, team: Team, name: str, target: RoundRobin | LeastLoaded, values: Values
    ) -> str | None:
        """Return why the member can't be drawn, None where they can."""
        member = next(member for member in team.members if member.person == name)
        person = self.policy.people[name]
        reason = self.person(name, target.anytime)
        if reason in {"missed-sla", "inactive"}:
            return reason
        if not self.is_in(member):
            return "not-in-team"
        for field in target.matching:
            value, serves = values.get(field), person.serves.get(field, frozenset())
            wanted = value if isinstance(value, frozenset) else {value}
            if value is None or not set(wanted) <= serves:
                return "no-match"
        if (name, None) in self.paused or (name, team.name) in self.paused:
            return "paused"
        through = (g for g in self.given if g.person == name and g.team == team.name)
        return reason or self._at_cap(member.caps, through)

    def is_in(self, member: Member) -> bool:
        """Return whether somebody is in a team on that day."""
        if member.validity is None:
            return True
        first, last = member.validity.first or date.min, member.validity.last or date.max
        return first <= self.moment.astimezone(zone(member.validity.zone)).date() <= last

    def team(self, target: RoundRobin | LeastLoaded, values: Values) -> tuple[set[str], str | None]:
        """Return the members who can be drawn, and the reason where none can."""
        team = self.policy.teams[target.team]
        drawn = [member.person for member in team.members if member.weight]
        if not drawn:
            return set(), "empty"
        if not target.anytime and not self._is_open(team.hours):
            return set(), "off-hours"
        at_cap = self._at_cap(team.caps, (g for g in self.given if g.team == team.name))
        if at_cap:
            return set(), at_cap
        reasons = {name: self.member(team, name, target, values) for name in drawn}
        available = {name for name, reason in reasons.items() if reason is None}
        if available:
            return available, None
        return set(), max((reason or "" for reason in reasons.values()), key=CLOSENESS.index)

    def other(self, target: Target, values: Values) -> str | None:
        """Return why a target can't take the lead, None where it can."""
        if " ".join(parts(target)) in self.missed:
            return "missed-sla"
        if isinstance(target, Accepting):
            return None
        match target:
            case ToPerson(name, anytime):
                return self.taker(name, anytime)[1]
            case ToOwner(field, anytime):
                owner = values.get(field)
                return "no-owner" if owner is None else self.taker(str(owner), anytime)[1]
            case PreviousOwner(anytime):
                owner = values.get(PREVIOUS_OWNER)
                return "no-owner" if owner is None else self.taker(str(owner), anytime)[1]
            case ToPartner(name, anytime):
                partner = self.policy.outlets[f"partner {name}"]
                if not anytime and not self._is_open(partner.hours):
                    return "off-hours"
                return self._at_cap(partner.caps, (g for g in self.given if g.partner == name))
            case RoundRobin() | LeastLoaded():
                return self.team(target, values)[1]
            case _:
                assert_never(target)

    def _is_open(self, hours: str | None) -> bool:
        return hours is None or is_open_on_the_wall(self.policy.calendars[hours], self.moment)

    def _at_cap(self, caps: Iterable[Cap], given: Iterable[Given]) -> str | None:
        leads = list(given)
        for cap in caps:
            counted = sum(
                lead.is_open if cap.per is None else _is_in_period(cap, lead.at, self.moment)
                for lead in leads
            )
            if counted >= cap.most:
                return "at-cap"
        return None


def at_every_cap(policy: Policy) -> Policy:
    """Return the policy as it is while everybody who has a cap is at it."""
    return _capped(policy, lambda caps: tuple(attrs.evolve(cap, most=0) for cap in caps))


def all_there(policy: Policy) -> Policy:
    """Return the policy as it is while nobody is away, and nobody at a cap."""
    free = _capped(policy, lambda _: ())
    there = {name: attrs.evolve(each, away=()) for name, each in free.people.items()}
    return attrs.evolve(free, people=there)


def _capped(policy: Policy, full: Callable[[tuple[Cap, ...]], tuple[Cap, ...]]) -> Policy:
    teams = {
        name: attrs.evolve(
            team,
            caps=full(team.caps),
            members=tuple(attrs.evolve(each, caps=full(each.caps)) for each in team.members),
        )
        for name, team in policy.teams.items()
    }
    return attrs.evolve(
        policy,
        people={n: attrs.evolve(each, caps=full(each.caps)) for n, each in policy.people.items()},
        teams=teams,
        outlets={n: attrs.evolve(each, caps=full(each.caps)) for n, each in policy.outlets.items()},
    )


@frozen
class Earlier:
    """A lead that was routed: its values, when, and who has it now, if a person does."""

    lead: str
    values: Values
    at: datetime
    owner: str | None


def history(
    policy: Policy, lead: str, values: Values, moment: datetime, earlier: Sequence[Earlier]
) -> History:
    """Return what came before a lead, of the leads that were routed earlier, in order."""
    same = [
        each
        for each in earlier
        if each.lead != lead
        and any(
            all(
                name in values
                and values[name] == each.values.get(name)
                and identifies(values[name])
                for name in one.fields
            )
            and moment - one.within <= each.at <= moment
            for one in policy.identities
        )
    ]
    same.sort(key=lambda each: each.at)  # of one moment, the one routed last is the last
    owners = [each.owner for each in same if each.owner is not None]
    return History(same[-1].lead if same else None, owners[-1] if owners else None)


def _is_within(ranges: Iterable[DayRange], today: date) -> bool:
    return any(first <= today <= last for first, last in ranges)


def _is_in_period(cap: Cap, then: datetime, now: datetime) -> bool:
    """Return whether a lead given `then` counts towards the cap `now`."""
    if isinstance(cap.per, timedelta):
        return abs(now - then) < cap.per
    one, other = (moment.astimezone(zone(cap.timezone)).date() for moment in (then, now))
    match cap.per:
        case "day":
            return one == other
        case "week":
            return one.isocalendar()[:2] == other.isocalendar()[:2]
        case _:
            return (one.year, one.month) == (other.year, other.month)
