"""Histories of leads, and what has to become of each: an oracle for the runtime.

Written from the pages of docs/language alone, on the policies of `clockwork`, and shares
nothing with the engine. Who is drawn by turns is taken from the engine, as long as it is
somebody who may be drawn; everything else has to be as it is here: the rule, the target,
each reason, what is due when, who is a duplicate of whom, and each move.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import attrs

from tests.support.clockwork import HOPS, Goal, Late, Lead, Sheet, Wall, is_within

MINUTE = timedelta(minutes=1)
REMEMBERED = timedelta(minutes=90)
REASONS = ("missed-sla", "inactive", "away", "off-hours", "at-cap")
"""In the order in which they are asked; a team's is that of the member who came closest."""

Passed: TypeAlias = list[tuple[str, str]]


@attrs.frozen
class Outcome:
    """What has to become of a lead. choice: who may have it; none at a place. by: who names it."""

    rule: str | None
    goal: Goal | None
    choice: frozenset[str]
    passed: tuple[tuple[str, str], ...]


@attrs.define
class Held:
    """A lead, who has it, and what is remembered of it.

    place: when it was first routed, of all. number: when it was last decided.
    """

    place: int
    number: int
    mail: str | None
    values: Lead
    at: datetime
    goal: Goal | None
    who: str
    late: Late | None
    due: datetime | None
    duplicate_of: str | None
    missed: list[str] = attrs.Factory(list[str])
    is_touched: bool = False
    is_closed: bool = False

    @property
    def name(self) -> str:
        if self.who:
            return f"person {self.who}"
        return "none" if self.goal is None else f"{self.goal.kind} {self.goal.name}".strip()


@attrs.define
class Chronicle:
    """What happened until now."""

    sheet: Sheet
    held: dict[str, Held] = attrs.Factory(dict[str, Held])
    given: list[tuple[datetime, str]] = attrs.Factory(list[tuple[datetime, str]])
    numbers: int = 0

    # -- what has to become of a lead --

    def asked(
        self, lead: str, mail: str | None, values: Lead, at: datetime
    ) -> tuple[Lead, str | None]:
        """Return the lead with what is known of it, and of which it is a duplicate."""
        earlier = sorted(
            (
                (each.at, each.number, name)
                for name, each in self.held.items()
                if name != lead and mail and each.mail == mail and at - REMEMBERED <= each.at <= at
            ),
        )
        if not earlier or not self.sheet.has_identity:
            return values, None
        owners = [self.held[name].who for _, _, name in earlier if self.held[name].who]
        known = {**values, "seen": "yes"}
        return known | ({"previous owner": owners[-1]} if owners else {}), earlier[-1][2]

    def outcome(self, values: Lead, at: datetime) -> tuple[Outcome, Late | None]:
        """Return what has to become of a new lead."""
        open_ = frozenset(name for name in self.sheet.calendars if self._is_open(name, at))
        open_ |= {f"days of {line.name}" for line in self.sheet.lines}  # on every day
        passed: Passed = []
        for number in self.sheet.way(values, open_):
            lines = self.sheet.lines
            line = lines[number] if number is not None and number < len(lines) else None
            found = self._offered(self.sheet.goals(number), values, at, ())
            passed += found.passed
            if found.goal is not None or number is None or line is None or not line.goes_on:
                rule, late = (None, None) if line is None else (line.name, line.late)
                return attrs.evolve(found, rule=rule, passed=tuple(passed)), late
        raise AssertionError(values)  # every way has an end

    def _offered(
        self, goals: tuple[Goal, ...], values: Lead, at: datetime, missed: tuple[str, ...]
    ) -> Outcome:
        passed: Passed = []
        for goal in goals:
            reason, choice = self._taken(goal, values, at, missed)
            if not reason:
                return Outcome(None, goal, frozenset(choice), tuple(passed))
            passed.append((str(goal), reason))
        return Outcome(None, None, frozenset(), tuple(passed))

    def _taken(
        self, goal: Goal, values: Lead, at: datetime, missed: tuple[str, ...]
    ) -> tuple[str, set[str]]:
        """Return why a target can't take a lead, or who of it can."""
        if f"{goal.kind} {goal.name}" in missed:
            return "missed-sla", set()
        if goal.accepts:
            return "", set()
        if goal.kind == "partner":
            firm = self.sheet.firm
            if firm.hours and not goal.anytime and not self._is_open(firm.hours, at):
                return "off-hours", set()
            zone = self.sheet.calendars[firm.hours].zone if firm.hours else "UTC"
            return (
                "at-cap" if self._is_full("partner firm", firm.per_day, zone, at) else ""
            ), set()
        if goal.kind in {"round-robin", "least-loaded"}:
            return self._crew(goal, at, missed)
        name = goal.name
        if goal.kind in {"owner", "previous-owner"}:
            name = values.get("owner" if goal.kind == "owner" else "previous owner", "")
        if not name:
            return "no-owner", set()
        return self._person(name, at, missed, anytime=goal.anytime), {name}

    def _person(self, name: str, at: datetime, missed: tuple[str, ...], *, anytime: bool) -> str:
        person = self.sheet.people[name]
        zone = self.sheet.zone_of(person)
        if f"person {name}" in missed:
            return "missed-sla"
        if person.is_inactive:
            return "inactive"
        if is_within(person.away, shown(zone, at)[0]):
            return "away"
        if person.hours and not anytime and not self._is_open(person.hours, at):
            return "off-hours"
        return "at-cap" if self._is_full(f"person {name}", person.per_day, zone, at) else ""

    def _crew(self, goal: Goal, at: datetime, missed: tuple[str, ...]) -> tuple[str, set[str]]:
        crew = self.sheet.crews[goal.name]
        zone = self.sheet.calendars[crew.hours].zone if crew.hours else "UTC"
        if crew.hours and not goal.anytime and not self._is_open(crew.hours, at):
            return "off-hours", set()
        if self._is_full(f"team {crew.name}", crew.per_day, zone, at):
            return "at-cap", set()
        reasons: dict[str, str] = {}
        for name, cap in crew.members:
            own = self._person(name, at, missed, anytime=goal.anytime)
            zone = self.sheet.zone_of(self.sheet.people[name])
            is_full = self._is_full(f"member {crew.name} {name}", cap, zone, at)
            reasons[name] = own or ("at-cap" if is_full else "")
        there = {name for name, reason in reasons.items() if not reason}
        if not there:
            return max(reasons.values(), key=REASONS.index), set()
        if goal.kind == "least-loaded":
            load = {name: self._load(name) for name in there}
            order = [name for name, _ in crew.members if name in there]
            return "", {min(order, key=load.__getitem__)}
        return "", there

    def _load(self, name: str) -> int:
        return sum(each.who == name and not each.is_closed for each in self.held.values())

    def _is_open(self, hours: str, at: datetime) -> bool:
        calendar = self.sheet.calendars[hours]
        return calendar.is_open(shown(calendar.zone, at))

    def _is_full(self, who: str, cap: int | None, zone: str, at: datetime) -> bool:
        today = shown(zone, at)[0]
        return cap is not None and cap <= sum(
            name == who and shown(zone, then)[0] == today for then, name in self.given
        )

    # -- what is remembered --

    def keep(
        self,
        lead: str,
        at: datetime,
        *,
        arrived: tuple[str | None, Lead, str | None],
        held: tuple[Goal | None, str, Late | None],
    ) -> Held:
        """Remember who has a lead from now on, decided now."""
        (mail, values, duplicate_of), (goal, who, late) = arrived, held
        self.numbers += 1
        due = self._due(goal, who, late, at)
        place = self.held[lead].place if lead in self.held else self.numbers
        self.held[lead] = Held(
            place, self.numbers, mail, values, at, goal, who, late, due, duplicate_of
        )
        self._give(goal, who, at)
        return self.held[lead]

    def _give(self, goal: Goal | None, who: str, at: datetime) -> None:
        if goal is not None and goal.kind == "partner":
            self.given.append((at, "partner firm"))
        if who and goal is not None:
            names = [f"person {who}"]
            if goal.kind in {"round-robin", "least-loaded"}:
                names += [f"team {goal.name}", f"member {goal.name} {who}"]
            self.given.extend((at, name) for name in names)

    def _due(self, goal: Goal | None, who: str, late: Late | None, at: datetime) -> datetime | None:
        """Return when a lead is due, minute by minute; None where it never is."""
        if late is None or goal is None or not goal.is_worked:
            return None
        hours = self.sheet.people[who].hours if who else ""
        if not hours and goal.kind in {"round-robin", "least-loaded"}:
            hours = self.sheet.crews[goal.name].hours
        if goal.kind == "partner":
            hours = self.sheet.firm.hours
        if late.wall or not hours:
            return at + late.minutes * MINUTE
        left, step = late.minutes, 10  # everything happens at multiples of ten minutes
        for _ in range(90 * 24 * 6):
            left -= step * self._is_open(hours, at)
            at += step * MINUTE
            if left <= 0:
                return at
        return None

    def overdue(self, at: datetime) -> Iterator[tuple[str, Held, Outcome, bool]]:
        """Yield each lead that is to be moved, where it has to go, and whether it rests there."""
        late = [
            (each.due, each.place, lead)
            for lead, each in self.held.items()
            if each.due is not None and each.due <= at and each.late is not None and each.late.then
            if not each.is_touched and not each.is_closed
        ]
        for _, _, lead in sorted(late):
            held = self.held[lead]
            assert held.late is not None
            assert held.late.then is not None
            missed = (*held.missed, held.name)
            first = (held.late.then,) if len(held.missed) < HOPS else ()
            then = self._offered(first, held.values, at, missed)
            rests = then.goal is None
            if rests:
                last = self._offered(self.sheet.last, held.values, at, missed)
                then = attrs.evolve(last, passed=then.passed + last.passed)
            if then.goal is not None:
                yield lead, held, then, rests

    def move(self, held: Held, to: tuple[Goal, str], at: datetime, *, rests: bool) -> None:
        """Remember that a lead was moved since its SLA was missed."""
        held.missed.append(held.name)
        held.goal, held.who = to
        held.due = None if rests else self._due(*to, held.late, at)
        self._give(*to, at)


def shown(zone: str, at: datetime) -> Wall:
    """Return what a clock shows."""
    local = at.astimezone(UTC).astimezone(ZoneInfo(zone))
    return local.date(), local.weekday(), local.hour * 60 + local.minute
