"""Policies about moments, and what is true of them by counting every half hour: an oracle.

Written from the pages of docs/language alone. It shares nothing with the compiler, not even
the reader of policies: a policy is drawn as a value, said as text for Turnout, and looked at
half hour by half hour here. All its hours begin and end on one, and all its dates lie near
`START`, so that what comes in `DAYS` days, and in the weeks in which clocks are put back, is
what comes at all.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import chain, combinations, product
from random import Random
from typing import TypeAlias
from zoneinfo import ZoneInfo

import attrs

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday; the clocks of New York and Berlin are put forward one and four weeks later."""

DAYS = 120
HALF = timedelta(minutes=30)
LATER, LATER_DAYS = datetime(2026, 10, 24, tzinfo=UTC), 21
"""Clocks are put back in Berlin on the first Sunday, in New York on the next."""

COUNT = (DAYS + LATER_DAYS) * 48
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOPS = 5

Lead: TypeAlias = Mapping[str, str]
Condition: TypeAlias = tuple[object, ...]
Wall: TypeAlias = tuple[date, int, int]


@cache
def wall(zone: str, at: int) -> Wall:
    """Return what a clock shows at a half hour: date, weekday, minute."""
    moment = START + at * HALF if at < DAYS * 48 else LATER + (at - DAYS * 48) * HALF
    local = moment.astimezone(ZoneInfo(zone))
    return local.date(), local.weekday(), local.hour * 60 + local.minute


@cache
def walls(zone: str) -> tuple[Wall, ...]:
    return tuple(wall(zone, at) for at in range(COUNT))


def is_within(ranges: tuple[tuple[date, date], ...], day: date) -> bool:
    return any(first <= day <= last for first, last in ranges)


Span: TypeAlias = tuple[date | None, date | None]
"""The days on which something counts, both ends included; None is no end."""

ALWAYS: Span = (None, None)


def is_in(span: Span, day: date) -> bool:
    first, last = span
    return (first is None or first <= day) and (last is None or day <= last)


def lasting(span: Span) -> str:
    ends = zip(("from", "until"), span, strict=True)
    return " ".join(f"{word} {day}" for word, day in ends if day is not None)


@attrs.frozen
class Hours:
    """A calendar. blocks: weekday, start and end in minutes, the end after the start."""

    name: str
    zone: str
    blocks: tuple[tuple[int, int, int], ...]
    closed: tuple[tuple[date, date], ...]

    def is_open(self, shown: Wall) -> bool:
        day, weekday, minute = shown
        for on, start, end in self.blocks:
            is_now = on == weekday and start <= minute < end
            if is_now or (on == (weekday - 1) % 7 and minute + 1440 < end):
                return not is_within(self.closed, day)
        return False

    def __str__(self) -> str:
        blocks = ", ".join(
            f"{WEEKDAYS[on]} {clock(start)}-{clock(end if end <= 1440 else end - 1440)}"
            for on, start, end in self.blocks
        )
        closed = f" closed {days(self.closed)}" if self.closed else ""
        return f'calendar {self.name} {{ timezone "{self.zone}" open {blocks}{closed} }}'


@attrs.frozen
class Somebody:
    """A person or a partner. per_day: the cap."""

    name: str
    hours: str = ""
    zone: str = ""
    per_day: int | None = None
    away: tuple[tuple[date, date], ...] = ()
    is_inactive: bool = False

    def __str__(self) -> str:
        parts = [f"hours {self.hours}" if self.hours else ""]
        parts.append(f'timezone "{self.zone}"' if self.zone else "")
        parts.append("" if self.per_day is None else f"cap {self.per_day} per day")
        parts.append(f"away {days(self.away)}" if self.away else "")
        parts.append("inactive" if self.is_inactive else "")
        return f"{self.name} {{ {' '.join(filter(None, parts))} }}"


@attrs.frozen
class Crew:
    """A team. members: with the cap of each in it. days: of members, on which they are in it."""

    name: str
    members: tuple[tuple[str, int | None], ...]
    hours: str = ""
    per_day: int | None = None
    days: Mapping[str, Span] = attrs.field(factory=dict[str, Span])

    def __str__(self) -> str:
        members = ", ".join(
            " ".join(
                filter(
                    None,
                    (
                        name,
                        "" if cap is None else f"cap {cap} per day",
                        lasting(self.days.get(name, ALWAYS)),
                    ),
                )
            )
            for name, cap in self.members
        )
        limits = f"{self.hours and f'hours {self.hours}'}"
        limits += "" if self.per_day is None else f" cap {self.per_day} per day"
        return f"team {self.name} {limits} {{ {members} }}"


@attrs.frozen
class Goal:
    """A target."""

    kind: str
    name: str = ""
    anytime: bool = False

    @property
    def accepts(self) -> bool:
        return self.kind in {"queue", "sequence", "reject"}

    @property
    def is_worked(self) -> bool:
        return self.kind not in {"sequence", "reject"}

    def __str__(self) -> str:
        name = f'"{self.name}"' if self.kind == "reject" else self.name
        parts = (self.kind, name, "anytime" if self.anytime else "")
        return " ".join(part for part in parts if part)


@attrs.frozen
class Late:
    """An SLA. minutes: of working time, or on the wall."""

    minutes: int
    wall: bool
    then: Goal | None

    def __str__(self) -> str:
        said = f"sla {self.minutes} minutes{' wall' if self.wall else ''}"
        return said if self.then is None else f"{said}, then {self.then}"


@attrs.frozen
class Line:
    """A rule. goes_on: a lead that nobody of it can take goes on to the next."""

    name: str
    when: Condition
    goals: tuple[Goal, ...]
    late: Late | None
    goes_on: bool = False
    days: Span = ALWAYS

    @property
    def asks(self) -> Condition:
        """What it asks of a lead and of the day."""
        return ("and", self.when, ("open", f"days of {self.name}"))

    def __str__(self) -> str:
        steps = [*map(str, self.goals), *(["continue"] if self.goes_on else [])]
        parts = [f"when {said(self.when)}", f"to {' else '.join(steps)}"]
        parts += [] if self.late is None else [str(self.late)]
        return f"rule {self.name} {lasting(self.days)} {{ {' '.join(parts)} }}"


Way: TypeAlias = tuple[int | None, ...]
"""The numbers of rules that a lead meets; None at the end of a route without a fallback."""


@attrs.frozen
class World:
    """What limits who takes leads at some moment: what is open, who is gone, what is full."""

    open: frozenset[str]
    gone: frozenset[str]
    full: frozenset[str]
    missed: frozenset[str] = frozenset()


@attrs.frozen(slots=False, eq=False)
class Sheet:
    """A policy. promises: condition and claims, each a word and what is named."""

    calendars: Mapping[str, Hours]
    people: Mapping[str, Somebody]
    crews: Mapping[str, Crew]
    firm: Somebody
    lines: tuple[Line, ...]
    last: tuple[Goal, ...]
    when: Condition
    claims: tuple[tuple[str, tuple[str, ...]], ...]
    has_identity: bool = False
    zone: str = "UTC"

    @property
    def rows(self) -> list[str]:
        """The text, a line for whatever something can be found in."""
        fields = "id: text required  plan: one of [p, q]  owner: person"
        rows = [f"lead {{ {fields}{'  mail: email' if self.has_identity else ''} }}"]
        rows.append(f'timezone "{self.zone}"')
        rows += ["queue triage", "queue other", "sequence nurture", f"partner {self.firm}"]
        rows += [str(each) for each in self.calendars.values()]
        rows += [f"person {each}" for each in self.people.values()]
        rows += [str(each) for each in self.crews.values()]
        rows += ["identity mail within 90 minutes"] if self.has_identity else []
        rows += ["route inbound {", *map(str, self.lines)]
        rows += [f"fallback to {' else '.join(map(str, self.last))}"] if self.last else []
        rows.append("}")
        if self.claims:
            rows.append("guarantee g {" + (f" when {said(self.when)}" if self.when else ""))
            rows += [f"{word} {', '.join(names)}" for word, names in self.claims]
            rows.append("}")
        return rows

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    # -- who takes a lead --

    def takers(self, goal: Goal, lead: Lead, world: World) -> set[str] | None:
        """Return who can be given a lead; None where it lands at a place that takes it."""
        if f"{goal.kind} {goal.name}" in world.missed:
            return set()
        if goal.accepts:
            return None
        if goal.kind == "partner":
            is_here = goal.name not in world.gone and f"partner {goal.name}" not in world.full
            is_here = is_here and self._is_open(self.firm.hours, world, goal)
            return None if is_here else set()
        if goal.kind in {"round-robin", "least-loaded"}:
            crew = self.crews[goal.name]
            if f"team {crew.name}" in world.full or not self._is_open(crew.hours, world, goal):
                return set()
            return {
                name
                for name, _ in crew.members
                if f"member {crew.name} {name}" not in world.full
                and f"{name} in {crew.name}" in world.open
                and self._is_there(name, world, goal)
            }
        name = goal.name if goal.kind == "person" else lead.get(_FIELDS[goal.kind], "")
        return {name} if name and self._is_there(name, world, goal) else set()

    def _is_there(self, name: str, world: World, goal: Goal) -> bool:
        person = self.people[name]
        return (
            f"person {name}" not in world.missed
            and not person.is_inactive
            and name not in world.gone
            and f"person {name}" not in world.full
            and self._is_open(person.hours, world, goal)
        )

    def _is_open(self, hours: str, world: World, goal: Goal) -> bool:
        return not hours or goal.anytime or hours in world.open

    def ends(
        self, goals: tuple[Goal, ...], lead: Lead, world: World
    ) -> set[tuple[Goal | None, str]]:
        """Return who can be given a lead by a chain in a world; None and "" for nobody."""
        for goal in goals:
            there = self.takers(goal, lead, world)
            if there is None:
                return {(goal, "")}
            if there:
                return {(goal, name) for name in there}
        return {(None, "")}

    def way(self, lead: Lead, open_: frozenset[str]) -> "Way":
        """Return the rules that are asked, one after the other; that of all is the fallback."""
        found: list[int | None] = []
        for at, line in enumerate(self.lines):
            if holds(line.asks, lead, open_):
                found.append(at)
                if not line.goes_on:
                    return tuple(found)
        return (*found, len(self.lines) if self.last else None)

    def goals(self, at: int | None) -> tuple[Goal, ...]:
        """Return the chain of a rule, with the fallback behind it unless the rule goes on."""
        if at is None or at == len(self.lines):
            return self.last
        return self.lines[at].goals + (() if self.lines[at].goes_on else self.last)

    def every_goal(self, way: "Way") -> tuple[Goal, ...]:
        """Return all that a lead is offered to on a way."""
        return tuple(goal for at in way for goal in self.goals(at))

    # -- the moments --

    @cached_property
    def tracks(self) -> dict[str, list[bool]]:
        """Return for each half hour what is open, and who is away."""
        found = {
            name: [each.is_open(shown) for shown in walls(each.zone)]
            for name, each in self.calendars.items()
        }
        shown = walls(self.zone)
        for each in self.lines:
            found[f"days of {each.name}"] = [is_in(each.days, day) for day, _, _ in shown]
        for crew in self.crews.values():
            for name, _ in crew.members:
                span = crew.days.get(name, ALWAYS)
                found[f"{name} in {crew.name}"] = [is_in(span, day) for day, _, _ in shown]
        for name, person in self.people.items():
            if person.away:
                found[f"away {name}"] = [
                    is_within(person.away, day) for day, _, _ in walls(self.zone_of(person))
                ]
        return found

    def zone_of(self, person: Somebody) -> str:
        return person.zone or (self.calendars[person.hours].zone if person.hours else "UTC")

    @cached_property
    def kinds(self) -> dict[tuple[frozenset[str], frozenset[str]], list[int]]:
        """Return the half hours by what is open and who is away."""
        tracks = self.tracks
        names = tuple(tracks)
        found: dict[tuple[bool, ...], list[int]] = {}
        for at, shown in enumerate(zip(*tracks.values(), strict=True) if tracks else [()] * COUNT):
            found.setdefault(shown, []).append(at)
        by_kind: dict[tuple[frozenset[str], frozenset[str]], list[int]] = {}
        for shown, times in found.items():
            true = {name for name, is_so in zip(names, shown, strict=True) if is_so}
            away = frozenset(
                name.removeprefix("away ") for name in true if name.startswith("away ")
            )
            by_kind[frozenset(name for name in true if not name.startswith("away ")), away] = times
        return by_kind

    def caps(self) -> frozenset[str]:
        """Return what can be full, as `World.full` has it."""
        found = {f"person {n}" for n, each in self.people.items() if each.per_day is not None}
        found |= {f"team {n}" for n, each in self.crews.items() if each.per_day is not None}
        found |= {
            f"member {crew.name} {name}"
            for crew in self.crews.values()
            for name, cap in crew.members
            if cap is not None
        }
        return frozenset(found | ({"partner firm"} if self.firm.per_day is not None else set()))


_FIELDS = {"owner": "owner", "previous-owner": "previous owner"}


def holds(condition: Condition, lead: Lead, open_: frozenset[str]) -> bool:
    match condition:
        case ():
            return True
        case ("is", field, value):
            return lead.get(str(field)) == value
        case ("missing", field):
            return str(field) not in lead
        case ("open", name):
            return name in open_
        case ("duplicate",):
            return "seen" in lead
        case ("not", part):
            return not holds(part, lead, open_)  # type: ignore[arg-type]
        case (word, *parts):
            found = (holds(part, lead, open_) for part in parts)  # type: ignore[arg-type]
            return all(found) if word == "and" else any(found)
        case _:
            raise AssertionError(condition)


def said(condition: Condition) -> str:
    match condition:
        case ("is", field, value):
            return f"{field} is {value}"
        case ("missing", field):
            return f"{field} is missing"
        case ("open", name):
            return f"open {name}"
        case ("duplicate",):
            return "duplicate"
        case ("not", part):
            return f"not ({said(part)})"  # type: ignore[arg-type]
        case (word, *parts):
            return f" {word} ".join(f"({said(part)})" for part in parts)  # type: ignore[arg-type]
        case _:
            raise AssertionError(condition)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def days(ranges: tuple[tuple[date, date], ...]) -> str:
    def end(day: date) -> str:
        return "" if day in {date.min, date.max} else day.isoformat()

    return ", ".join(f"{end(first)}..{end(last)}" for first, last in ranges)


def subsets(names: frozenset[str]) -> Iterator[frozenset[str]]:
    every = sorted(names)
    yield from map(
        frozenset, chain.from_iterable(combinations(every, n) for n in range(len(every) + 1))
    )


# -- what is to be found --


def leads(sheet: Sheet) -> list[Lead]:
    found: list[Lead] = []
    for plan, owner in product((None, "p", "q"), (None, *sheet.people)):
        values = {"plan": plan, "owner": owner}
        found.append({name: value for name, value in values.items() if value})
    return found


def expected(sheet: Sheet) -> set[tuple[str, int, str]]:
    """Return what a check has to say: a finding's name, its line, what it points at."""
    found: set[tuple[str, int, str]] = set()
    line = {row: number for number, row in enumerate(sheet.rows, 1)}
    route = line["route inbound {"]
    kinds, full = sheet.kinds, sheet.caps()
    last = route + len(sheet.lines) + 1
    taken: list[set[object]] = [set() for _ in sheet.lines]
    described: set[int] = set()
    is_covered, lost = True, set[int]()
    for (open_, away), lead in product(kinds, leads(sheet)):
        described |= {at for at, each in enumerate(sheet.lines) if holds(each.asks, lead, open_)}
        way = sheet.way(lead, open_)
        for at in way:
            if at is not None and at < len(sheet.lines):
                taken[at].add((open_, tuple(lead.items())))
        end = way[-1]
        if end is None:
            is_covered = False
        elif end not in lost and (None, "") in sheet.ends(
            sheet.every_goal(way), lead, World(open_, away, full)
        ):
            lost.add(end)
    found |= set(_ended(sheet, line))
    for at, each in enumerate(sheet.lines):
        if is_over(each.days):
            continue
        if at not in described:
            found.add(("impossible-condition", route + 1 + at, each.name))
        elif not taken[at]:
            found.add(("unreachable-rule", route + 1 + at, each.name))
    found |= {("dead-end", route + 1 + at, "") for at in lost}
    if not is_covered:
        found.add(("coverage-gap", route, "inbound"))
    if not sheet.last and is_covered:
        found.add(("lost-row", route, "inbound"))
    if sheet.last and len(sheet.lines) not in lost:
        ways = (sheet.ends(sheet.last, {}, World(open_, away, full)) for open_, away in kinds)
        found |= (
            {("lost-row", last, "fallback")} if any((None, "") in way for way in ways) else set()
        )
    for number, goal in _named(sheet, route):
        worlds = (World(open_, away, frozenset()) for open_, away in kinds)
        if all(sheet.takers(goal, lead, w) == set() for w in worlds for lead in leads(sheet)):
            found.add(("never-available", number, str(goal)))
    promised = sheet.rows.index("}") + 2
    if not any(holds(sheet.when, lead, open_) for open_, _ in kinds for lead in leads(sheet)):
        found.add(("impossible-condition", promised, "g"))
    return found | {("refuted-guarantee", number, text) for number, text in _broken(sheet)}


def is_over(span: Span) -> bool:
    return span[1] is not None and span[1] < START.date()


def _ended(sheet: Sheet, line: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    for each in sheet.lines:
        if is_over(each.days):
            yield "ended-validity", line[str(each)], lasting(each.days)
    for crew in sheet.crews.values():
        for name, _ in crew.members:
            span = crew.days.get(name, ALWAYS)
            if is_over(span):
                yield "ended-validity", line[str(crew)], lasting(span)


def _named(sheet: Sheet, route: int) -> Iterator[tuple[int, Goal]]:
    for at, line in enumerate(sheet.lines, route + 1):
        yield from ((at, goal) for goal in line.goals)
        if line.late is not None and line.late.then is not None:
            yield at, line.late.then
    yield from ((route + 1 + len(sheet.lines), goal) for goal in sheet.last)


# -- guarantees: anybody may be away, and every cap full --


def _broken(sheet: Sheet) -> Iterator[tuple[int, str]]:
    first = sheet.rows.index("}") + 3
    futures = Futures(sheet)
    ways = [way for lead in leads(sheet) for way in futures.ways(lead)]
    for number, (word, names) in enumerate(sheet.claims, first):
        if any(_breaks(word, names, *way) for way in ways):
            yield number, f"{word} {', '.join(names)}".strip()


Ends: TypeAlias = set[tuple[Goal | None, str]]


def _breaks(word: str, names: tuple[str, ...], now: Ends, later: Ends) -> bool:
    if word == "always reaches":
        return any(not any(_is_reached(end, name) for name in names) for end in now)
    if word == "never rejects":
        return any(goal is not None and goal.kind == "reject" for goal, _ in now | later)
    return any(_is_reached(end, name) for end in now | later for name in names)


def _is_reached(end: tuple[Goal | None, str], name: str) -> bool:
    goal, who = end
    if goal is None:
        return False
    teams = {"round-robin": "team", "least-loaded": "team"}
    return name in {f"{teams.get(goal.kind, goal.kind)} {goal.name}", f"person {who}"}


class Futures:
    """What can become of leads at once, and when nobody touches them in time."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.times: dict[frozenset[str], list[int]] = {}
        for (open_, _), times in sheet.kinds.items():
            self.times.setdefault(open_, []).extend(times)
        for times in self.times.values():
            times.sort()
        self.tracks = sheet.tracks
        full = frozenset(n for n in sheet.caps() if n.split()[0] in {"team", "member"})
        self.gone = [
            (gone, at_cap)
            for gone in subsets(frozenset({*sheet.people, "firm"}))
            for at_cap in subsets(full)
        ]
        self._known: dict[object, Ends] = {}

    def ends(
        self, goals: tuple[Goal, ...], lead: Lead, open_: frozenset[str], missed: frozenset[str]
    ) -> Ends:
        """Return all that a chain can come to while this is open."""
        key = goals, lead.get("owner"), open_, missed
        if key not in self._known:
            worlds = (World(open_, gone, full, missed) for gone, full in self.gone)
            found = (self.sheet.ends(goals, lead, world) for world in worlds)
            self._known[key] = set().union(*found)
        return self._known[key]

    def ways(self, lead: Lead) -> Iterator[tuple[Ends, Ends]]:
        """Yield what becomes of a lead of the guarantee, by the rule that takes it."""
        sheet = self.sheet
        of_ways: dict[Way, list[frozenset[str]]] = {}
        for open_ in self.times:
            if holds(sheet.when, lead, open_):
                of_ways.setdefault(sheet.way(lead, open_), []).append(open_)
        for way, kinds in of_ways.items():
            for number, at in enumerate(way):
                by_kind = {open_: self._had(way, number, lead, open_) for open_ in kinds}
                now = Ends().union(*by_kind.values())
                late = sheet.lines[at].late if at is not None and at < len(sheet.lines) else None
                later = (
                    Ends()
                    if late is None or late.then is None
                    else self._later(by_kind, lead, late)
                )
                yield now, later

    def _had(self, way: Way, number: int, lead: Lead, open_: frozenset[str]) -> Ends:
        """Return who can have a lead by one rule of a way, those before having let it on."""
        before, own = self.sheet.every_goal(way[:number]), self.sheet.goals(way[number])
        if not before:
            found = self.ends(own, lead, open_, frozenset())
        else:
            found = Ends()
            for gone, full in self.gone:
                world = World(open_, gone, full)
                if (None, "") in self.sheet.ends(before, lead, world):
                    found |= self.sheet.ends(own, lead, world)
        return found if number == len(way) - 1 else found - {(None, "")}

    def _later(self, by_kind: dict[frozenset[str], Ends], lead: Lead, late: Late) -> Ends:
        assert late.then is not None
        soonest: dict[tuple[frozenset[str], int], int] = {}

        def miss(end: tuple[Goal | None, str], at: int, missed: frozenset[str], hops: int) -> None:
            due = self._due(end, late, at)
            if due is not None and end[0] is not None:
                who = f"person {end[1]}" if end[1] else f"{end[0].kind} {end[0].name}"
                state = missed | {who}, hops
                if due < soonest.get(state, COUNT):
                    soonest[state] = due
                    pending.append(state)

        pending: list[tuple[frozenset[str], int]] = []
        for open_, ends in by_kind.items():
            for end in ends:
                miss(end, self.times[open_][0], frozenset(), 0)
        later: Ends = set()
        while pending:
            missed, hops = state = pending.pop()
            due = soonest[state]
            for open_, times in self.times.items():
                number = bisect_left(times, due)
                if number == len(times):
                    continue
                first = (late.then,) if hops < HOPS else ()
                given = self.ends(first, lead, open_, missed)
                if (None, "") in given:
                    # Whoever can be drawn in a world in which the target can't take it.
                    later |= self._fallen(first, lead, open_, missed)
                for end in given - {(None, "")}:
                    later.add(end)
                    miss(end, times[number], missed, hops + 1)
        return later - {(None, "")}

    def _fallen(
        self, first: tuple[Goal, ...], lead: Lead, open_: frozenset[str], missed: frozenset[str]
    ) -> Ends:
        """Return who can have it from the fallback in a world in which `first` passes it on."""
        key = "fallen", first, lead.get("owner"), open_, missed
        if key not in self._known:
            found: Ends = set()
            for gone, full in self.gone:
                world = World(open_, gone, full, missed)
                if (None, "") in self.sheet.ends(first, lead, world):
                    found |= self.sheet.ends(self.sheet.last, lead, world)
            self._known[key] = found
        return self._known[key]

    def _due(self, end: tuple[Goal | None, str], late: Late, at: int) -> int | None:
        """Return the half hour at which a lead given to somebody is due, None for never."""
        goal, who = end
        if goal is None or not goal.is_worked:
            return None
        hours = self.sheet.people[who].hours if who else ""
        if not hours and goal.kind in {"round-robin", "least-loaded"}:
            hours = self.sheet.crews[goal.name].hours
        if goal.kind == "partner":
            hours = self.sheet.firm.hours
        left = late.minutes // 30
        if late.wall or not hours:
            return at + left
        track = self.tracks[hours]
        for now in range(at, COUNT):
            left -= track[now]
            if not left:
                return now + 1
        return None


# -- drawing policies --


def drawn(random: Random, *, has_identity: bool = False) -> Sheet:
    """Return a policy. has_identity: leads can be duplicates."""
    calendars = {name: _calendar(random, name) for name in ("early", "late", "odd")}
    people = {name: _somebody(random, name, calendars) for name in ("ana", "ben", "cleo")}
    crews = {name: _crew(random, name, people) for name in ("near", "far")}
    firm = attrs.evolve(_somebody(random, "firm", calendars), away=(), is_inactive=False, zone="")
    goals: Callable[[], Goal] = lambda: _goal(random, has_identity=has_identity)  # noqa: E731 - as short as it is
    lines = tuple(
        _line(random, at, goals, has_identity) for at in range(random.choice((1, 1, 2, 3)))
    )
    size = random.choice((0, 1, 1, 2))
    return Sheet(
        calendars,
        people,
        crews,
        firm,
        lines,
        _goals(goals, size),
        _condition(random, has_identity=False) if random.random() < 0.5 else (),
        () if has_identity else tuple(_claim(random) for _ in range(random.choice((1, 2)))),
        has_identity,
        random.choice(("UTC", "UTC", "Asia/Kolkata")),
    )


def _span(random: Random, often: float) -> Span:
    """Return on which days something counts, mostly on all."""
    if random.random() > often:
        return ALWAYS
    first = START.date() + timedelta(days=random.choice((-20, 0, 1, 7, 14, 30)))
    last = first + timedelta(days=random.choice((0, 1, 13, 30)))
    kind = random.random()
    return (first, None) if kind < 0.35 else (None, last) if kind < 0.7 else (first, last)


def undated(sheet: Sheet) -> Sheet:
    """Return the policy with rules and members that count on every day."""
    lines = tuple(attrs.evolve(line, days=ALWAYS) for line in sheet.lines)
    crews = {name: attrs.evolve(crew, days={}) for name, crew in sheet.crews.items()}
    return attrs.evolve(sheet, lines=lines, crews=crews)


def _calendar(random: Random, name: str) -> Hours:
    on = random.choice(("0123456", "0123456", "01234", "56", "0", "23"))
    start, end = random.choice(
        ((0, 1440), (480, 960), (960, 1920), (540, 750), (1320, 1800), (720, 1080))
    )
    blocks = tuple((int(weekday), start, end) for weekday in on)
    zone = random.choice(("UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"))
    return Hours(name, zone, blocks, _ranges(random) if random.random() < 0.3 else ())


def _ranges(random: Random) -> tuple[tuple[date, date], ...]:
    first = START.date() + timedelta(days=random.randint(-40, 40))
    last = first + timedelta(days=random.randint(0, 30))
    kind = random.random()
    if kind < 0.15:
        return ((first, date.max),)
    return ((date.min, last),) if kind < 0.3 else ((first, last),)


def _somebody(random: Random, name: str, calendars: Mapping[str, Hours]) -> Somebody:
    return Somebody(
        name,
        random.choice(("", *calendars, *calendars)),
        random.choice(("", "", "Asia/Kolkata")),
        random.choice((None, None, None, 1, 2)),
        _ranges(random) if random.random() < 0.3 else (),
        random.random() < 0.1,
    )


def _crew(random: Random, name: str, people: Mapping[str, Somebody]) -> Crew:
    members = random.sample(sorted(people), random.choice((1, 2, 2, 3)))
    caps = [random.choice((None, None, None, 1)) for _ in members]
    hours, cap = random.choice(("", "", "early", "late")), random.choice((None, None, None, 2))
    spans = {each: _span(random, 0.25) for each in members}
    return Crew(name, tuple(zip(members, caps, strict=True)), hours, cap, spans)


def _goal(random: Random, *, has_identity: bool) -> Goal:
    choices = ["round-robin", "least-loaded", "person", "person", "owner", "partner", "queue"]
    choices += ["sequence", "reject"] if random.random() < 0.3 else []
    kind = random.choice([*choices, "previous-owner"] if has_identity else choices)
    names = {
        "round-robin": ("near", "far"),
        "least-loaded": ("near", "far"),
        "person": ("ana", "ben", "cleo"),
        "owner": ("owner",),
        "previous-owner": ("",),
        "partner": ("firm",),
        "queue": ("triage", "other"),
        "sequence": ("nurture",),
        "reject": ("no",),
    }
    anytime = kind not in {"queue", "sequence", "reject"} and random.random() < 0.15
    return Goal(kind, random.choice(names[kind]), anytime)


def _goals(goals: Callable[[], Goal], size: int) -> tuple[Goal, ...]:
    """Return a chain; nothing is tried after what takes every lead."""
    found: list[Goal] = []
    for _ in range(size):
        found.append(goals())
        if found[-1].accepts:
            break
    return tuple(found)


def _line(random: Random, at: int, goals: Callable[[], Goal], has_identity: bool) -> Line:
    late = None
    if random.random() < 0.5:
        then = goals() if random.random() < 0.85 else None
        late = Late(random.choice((30, 60, 240, 600)), random.random() < 0.4, then)
    when = _condition(random, has_identity=has_identity)
    chain_ = _goals(goals, random.choice((1, 2, 2, 3)))
    goes_on = not chain_[-1].accepts and random.random() < 0.4
    return Line(f"r{at}", when, chain_, late, goes_on, _span(random, 0.35))


def _condition(random: Random, depth: int = 2, *, has_identity: bool) -> Condition:
    if depth and random.random() < 0.5:
        word = random.choice(("not", "and", "or"))
        size = 1 if word == "not" else 2
        parts = (_condition(random, depth - 1, has_identity=has_identity) for _ in range(size))
        return (word, *parts)
    choices: list[Condition] = [("is", "plan", random.choice("pq")), ("missing", "plan")]
    choices += [("open", name) for name in ("early", "late", "odd")] * 2
    choices += [("is", "owner", "ana")] + ([("duplicate",)] * 3 if has_identity else [])
    return random.choice(choices)


def _claim(random: Random) -> tuple[str, tuple[str, ...]]:
    word = random.choice(("always reaches", "never reaches", "never reaches", "never rejects"))
    named = ["team near", "team far", "person ana", "person ben", "person cleo", "owner owner"]
    named += ["partner firm", "queue triage", "queue other", "sequence nurture"]
    size = random.choice((1, 2, 3)) if word == "always reaches" else 1
    return word, () if word == "never rejects" else tuple(random.sample(named, size))
