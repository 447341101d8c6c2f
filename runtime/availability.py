"""Who can be given a lead, prepared: what the engine asks for each target.

The meaning is that of `reference`, to which the laws hold this. What depends only on the
moment (hours, absence, the bounds of each cap's period) is asked once and kept until the
clock moves on, which within a batch it doesn't; what leads were given is counted by the
state.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeAlias

from turnout.dsl.opening_hours import is_open
from turnout.dsl.policy import Cap, Member, Person, Policy, Validity
from turnout.dsl.targets import LeastLoaded, Reason, RoundRobin, ToPartner
from turnout.dsl.types import Value, Values
from turnout.dsl.zones import local_date, zone
from turnout.frozen import attribute, define, frozen
from turnout.runtime.absences import Absences, by_person
from turnout.runtime.gauges import Attendance, CountedCap, Gauge, counted
from turnout.runtime.stores import TargetState, member_of, microseconds

CLOSENESS: Mapping[Reason, int] = {
    "missed-sla": 0,
    "inactive": 1,
    "not-in-team": 2,
    "no-match": 3,
    "paused": 4,
    "away": 5,
    "off-hours": 6,
    "at-cap": 7,
}
"""What keeps somebody from a lead, in the order in which it is asked."""

_ENDLESS = 1 << 62


@frozen
class Refused:
    """Why a target can't take the lead. members: of a team, each with their own reason."""

    reason: Reason
    members: tuple[tuple[str, Reason], ...] = ()


Ask: TypeAlias = Callable[[Values, datetime, TargetState, frozenset[str]], frozenset[str] | Refused]
"""Returns the members of a team who can be drawn, those left out who missed the lead's SLA."""


@define(eq=False)
class _LastAnswer:
    """What was found for a moment and the people at their caps, while these are the same."""

    _known: tuple[datetime, frozenset[str], frozenset[str] | Refused] | None = None

    def known(self, moment: datetime, full: frozenset[str]) -> frozenset[str] | Refused | None:
        """Return what was found last time, None where that was for anything else."""
        known = self._known
        if known is None or known[0] != moment or known[1] != full:
            return None
        return known[2]

    def note(self, moment: datetime, full: frozenset[str], found: frozenset[str] | Refused) -> None:
        """Remember what was found."""
        self._known = moment, full, found


@define(eq=False)
class Availability:
    """Asks whether people, teams and partners of a policy can be given a lead."""

    policy: Policy
    _moment: datetime | None = attribute(default=None, init=False)
    _away: dict[tuple[str, bool], Reason | None] = attribute(
        factory=dict[tuple[str, bool], Reason | None], init=False
    )
    _open: dict[str, bool] = attribute(factory=dict[str, bool], init=False)
    _periods: dict[Cap, tuple[int, int]] = attribute(factory=dict[Cap, tuple[int, int]], init=False)
    _days: dict[Validity, bool] = attribute(factory=dict[Validity, bool], init=False)
    _absences: Absences = attribute(default=(), init=False)
    _by_person: Mapping[str, Absences] = attribute(factory=dict[str, Absences], init=False)
    _kept: tuple[frozenset[str], frozenset[str], frozenset[str]] | None = attribute(
        default=None, init=False
    )

    def _at(self, moment: datetime) -> None:
        """Forget what was true at another moment."""
        if moment != self._moment:
            self._moment = moment
            self._away.clear()
            self._open.clear()
            self._periods.clear()
            self._days.clear()

    def person(
        self, name: str, moment: datetime, state: TargetState, *, anytime: bool
    ) -> Reason | None:
        """Return why the person can't be given a lead at `moment`, None where they can."""
        self._at(moment)
        reason = self._absence(name, anytime=anytime)
        if reason in {None, "off-hours"} and state.absences:
            reason = self._said(name, None, state) or reason
        if reason is not None:
            return reason
        return self._at_cap(_counted(self.policy.people[name].caps, f"person {name}"), state)

    def taker(
        self,
        name: str,
        moment: datetime,
        state: TargetState,
        left_out: frozenset[str] = frozenset(),
        *,
        anytime: bool,
    ) -> str | Refused:
        """Return who has a lead that names the person, or why nobody can.

        While they are away it is their backup, and while that is away, too, its backup.
        """
        told: list[tuple[str, Reason]] = []
        for each in (name, *self.policy.backups(name)):
            reason: Reason | None = "missed-sla"
            if f"person {each}" not in left_out:
                reason = self.person(each, moment, state, anytime=anytime)
            if reason is None:
                return each
            told.append((each, reason))
            if reason not in {"away", "inactive"}:
                break
        return Refused(told[0][1], tuple(told) if len(told) > 1 else ())

    def is_full(self, name: str, moment: datetime, state: TargetState) -> bool:
        """Return whether the person has as many leads as they can have, wherever they are."""
        self._at(moment)
        caps = _counted(self.policy.people[name].caps, f"person {name}")
        return self._at_cap(caps, state) is not None

    def partner(self, target: ToPartner, moment: datetime, state: TargetState) -> Reason | None:
        """Return why the partner can't be given a lead at `moment`, None where they can."""
        self._at(moment)
        partner = self.policy.outlets[f"partner {target.partner}"]
        if not target.anytime and not self._is_open(partner.hours):
            return "off-hours"
        return self._at_cap(_counted(partner.caps, f"partner {target.partner}"), state)

    def members(self, target: RoundRobin | LeastLoaded) -> Ask:
        """Return what asks who of a team can be drawn."""
        team = self.policy.teams[target.team]
        drawn = tuple(member for member in team.members if member.weight)
        everybody = frozenset(member.person for member in drawn)
        if not drawn:
            return lambda _values, _moment, _state, _missed: Refused("empty")
        people = [self.policy.people[member.person] for member in drawn]
        if not (team.hours or team.caps or target.matching or _has_limits(drawn, people)):
            return self._unlimited(team.name, everybody)
        whole = _counted(team.caps, f"team {team.name}")
        asked = tuple(
            (
                person.name,
                _counted(person.caps, f"person {person.name}")
                + _counted(member.caps, member_of(team.name, person.name)),
                member.validity,
            )
            for member, person in zip(drawn, people, strict=True)
        )
        serving = tuple((field, _serving(field, people)) for field in target.matching)
        gauge = Gauge({name: caps for name, caps, _ in asked if caps})
        attendance = _attendance(drawn, people, anytime=target.anytime)
        is_there = self._presence({name: days for name, _, days in asked}, anytime=target.anytime)
        drawable = partial(self._drawable, team.name, asked, anytime=target.anytime)
        answers = _LastAnswer()

        def ask(
            values: Values, moment: datetime, state: TargetState, missed: frozenset[str]
        ) -> frozenset[str] | Refused:
            self._at(moment)
            if not target.anytime and not self._is_open(team.hours):
                return Refused("off-hours")
            if self._at_cap(whole, state):
                return Refused("at-cap")
            matched = everybody
            for field, by_value in serving:
                matched &= _matched(by_value, values.get(field))
            if not missed:
                full = gauge.full(moment, state, self._period)
                is_alike = matched is everybody and not state.absences
                known = answers.known(moment, full) if is_alike else None
                if known is not None:
                    return known
                there = attendance(self._is_open, is_there, full)
                if matched is not everybody:
                    there &= matched
                if state.absences:
                    there = self._present(there, team.name, state)
                found = there or drawable(matched, state, missed)
                if is_alike:
                    answers.note(moment, full, found)
                return found
            return drawable(matched, state, missed)

        return ask

    def _presence(
        self, validity: Mapping[str, Validity | None], *, anytime: bool
    ) -> Callable[[str], bool]:
        """Return what asks whether a member is there. validity: by member, of the membership."""

        def is_there(name: str) -> bool:
            days = validity[name]
            absent = self._absence(name, anytime=anytime)
            return absent is None and (days is None or self._is_day(days))

        return is_there

    def _unlimited(self, team: str, everybody: frozenset[str]) -> Ask:
        """Return what asks who of a team can be drawn that the policy limits nowhere."""

        def ask(
            _values: Values, moment: datetime, state: TargetState, missed: frozenset[str]
        ) -> frozenset[str] | Refused:
            if not state.absences:
                return _but(everybody, missed)  # nearly always
            self._at(moment)
            asked = tuple((name, (), None) for name in sorted(everybody))
            return self._drawable(team, asked, everybody, state, missed, anytime=False)

        return ask

    def _said(self, name: str, team: str | None, state: TargetState) -> Reason | None:
        """Return what keeps somebody away by what was said; team: from which they are drawn."""
        assert self._moment is not None
        if state.absences is not self._absences:
            self._absences = state.absences
            self._by_person = by_person(state.absences)
        now = [each for each in self._by_person.get(name, ()) if each.holds(self._moment)]
        if team is not None and any(e.kind == "paused" and e.keeps(team) for e in now):
            return "paused"
        return "away" if any(each.kind == "away" for each in now) else None

    def _present(self, people: frozenset[str], team: str, state: TargetState) -> frozenset[str]:
        """Return those whom nothing that was said keeps away: the same set for the same people."""
        gone = frozenset(
            name
            for name in {each.person for each in state.absences} & people
            if self._said(name, team, state)
        )
        if not gone:
            return people
        if self._kept is None or self._kept[0] is not people or self._kept[1] != gone:
            self._kept = people, gone, people - gone
        return self._kept[2]

    def _drawable(  # noqa: PLR0913 - all that is asked of a team
        self,
        team: str,
        asked: tuple[tuple[str, tuple[CountedCap, ...], Validity | None], ...],
        matched: frozenset[str],
        state: TargetState,
        missed: frozenset[str],
        *,
        anytime: bool,
    ) -> frozenset[str] | Refused:
        reasons: dict[str, Reason | None] = {}
        capped: dict[str, tuple[CountedCap, ...]] = {}
        for name, caps, days in asked:
            reason = self._absence(name, anytime=anytime)
            if reason in {None, "off-hours", "away"} and state.absences:
                said = self._said(name, team, state)
                reason = said if said == "paused" or (reason != "away" and said) else reason
            if name not in matched and reason != "inactive":
                reason = "no-match"
            if days is not None and reason != "inactive" and not self._is_day(days):
                reason = "not-in-team"
            if missed and f"person {name}" in missed:
                reason = "missed-sla"
            if reason is None and caps:
                capped[name] = caps
            reasons[name] = reason
        if len(capped) > 1:
            timed = (each for caps in capped.values() for each in caps if each[0].per is not None)
            state.expect([(who, *self._period(cap)) for cap, who in timed])
        for name, caps in capped.items():
            reasons[name] = self._at_cap(caps, state)
        available = frozenset(name for name, reason in reasons.items() if reason is None)
        if available:
            return available
        refused: dict[str, Reason] = {
            name: reason for name, reason in reasons.items() if reason is not None
        }
        return Refused(max(refused.values(), key=CLOSENESS.__getitem__), tuple(refused.items()))

    # -- what only the moment decides --

    def _absence(self, name: str, *, anytime: bool) -> Reason | None:
        key = (name, anytime)
        if key not in self._away:
            self._away[key] = self._asked(self.policy.people.get(name), anytime=anytime)
        return self._away[key]

    def _asked(self, person: Person | None, *, anytime: bool) -> Reason | None:
        assert self._moment is not None
        if person is None:
            return "gone"
        if person.is_inactive:
            return "inactive"
        if person.away:
            today = local_date(self._moment, person.timezone)
            if any(first <= today <= last for first, last in person.away):
                return "away"
        return None if anytime or self._is_open(person.hours) else "off-hours"

    def _is_day(self, days: Validity) -> bool:
        assert self._moment is not None
        if days not in self._days:
            self._days[days] = is_one_of(days, self._moment)
        return self._days[days]

    def _is_open(self, hours: str | None) -> bool:
        assert self._moment is not None
        if hours is None:
            return True
        if hours not in self._open:
            self._open[hours] = is_open(self.policy.calendars[hours], self._moment)
        return self._open[hours]

    def _at_cap(self, caps: tuple[CountedCap, ...], state: TargetState) -> Reason | None:
        for each in caps:
            if counted(each, state, self._period) >= each[0].most:
                return "at-cap"
        return None

    def _period(self, cap: Cap) -> tuple[int, int]:
        assert self._moment is not None
        between = self._periods.get(cap)
        if between is None:
            between = self._periods[cap] = period(cap, self._moment)
        return between


def _attendance(members: tuple[Member, ...], people: list[Person], *, anytime: bool) -> Attendance:
    """Return what tells who of a team is there, by what can keep them away."""
    always: set[str] = set()
    by_calendar: dict[str, set[str]] = {}
    others: list[str] = []
    for member, person in zip(members, people, strict=True):
        if person.is_inactive:
            continue
        if person.away or member.validity is not None:
            others.append(person.name)
        elif anytime or person.hours is None:
            always.add(person.name)
        else:
            by_calendar.setdefault(person.hours, set()).add(person.name)
    opened = tuple((calendar, frozenset(names)) for calendar, names in by_calendar.items())
    return Attendance(frozenset(always), opened, tuple(others))


def is_one_of(days: Validity, moment: datetime) -> bool:
    """Return whether a moment lies on one of the days of a validity."""
    today = local_date(moment, days.zone)
    return (days.first is None or days.first <= today) and (days.last is None or today <= days.last)


def period(cap: Cap, moment: datetime) -> tuple[int, int]:
    """Return the period of a cap around `moment`, in microseconds since 1970, the end left out.

    One that rolls reaches as far ahead as it reaches back. Leads stand ahead of `moment`
    only where a clock was put back, or another was asked for; with them left out, the
    period that begins at `moment` could come to hold more than the cap. The cap has one.
    """
    if isinstance(cap.per, timedelta):
        now, length = microseconds(moment), cap.per // timedelta(microseconds=1)
        return now - length + 1, now + length
    today = local_date(moment, cap.timezone)
    match cap.per:
        case "day":
            first, length = today.toordinal(), 1
        case "week":
            first, length = today.toordinal() - today.weekday(), 7
        case _:
            first = today.replace(day=1).toordinal()
            length = monthrange(today.year, today.month)[1]
    return _midnight(cap.timezone, first), _midnight(cap.timezone, first + length)


def _midnight(timezone: str, ordinal: int) -> int:
    """Return when a day begins. Where the clock jumps over midnight, it begins with the jump."""
    if not 1 < ordinal < date.max.toordinal():
        return -_ENDLESS if ordinal <= 1 else _ENDLESS
    day = date.fromordinal(ordinal)
    return microseconds(datetime(day.year, day.month, day.day, tzinfo=zone(timezone)))


def _counted(caps: tuple[Cap, ...], who: str) -> tuple[CountedCap, ...]:
    return tuple((cap, who) for cap in caps)


def _but(people: frozenset[str], missed: frozenset[str]) -> frozenset[str] | Refused:
    """Return those of a team without limits who didn't miss the lead's SLA."""
    if not missed:
        return people  # nearly always
    asked = frozenset(name for name in people if f"person {name}" not in missed)
    reasons: tuple[tuple[str, Reason], ...] = tuple((name, "missed-sla") for name in sorted(people))
    return asked or Refused("missed-sla", reasons)


def _has_limits(members: tuple[Member, ...], people: list[Person]) -> bool:
    return any(member.caps or member.validity for member in members) or any(
        person.is_inactive or person.away or person.hours or person.caps for person in people
    )


def _serving(field: str, people: list[Person]) -> Mapping[Value, frozenset[str]]:
    """Return who serves each value of a field."""
    serving: dict[Value, set[str]] = {}
    for person in people:
        for value in person.serves.get(field, frozenset()):
            serving.setdefault(value, set()).add(person.name)
    return {value: frozenset(names) for value, names in serving.items()}


def _matched(serving: Mapping[Value, frozenset[str]], value: Value | None) -> frozenset[str]:
    """Return who serves the value; of several values, who serves them all."""
    if value is None:
        return frozenset()
    if not isinstance(value, frozenset):
        return serving.get(value, frozenset())
    matched = [serving.get(each, frozenset[str]()) for each in value]
    return matched[0].intersection(*matched[1:])
