"""What a policy means: the reference interpreter.

Slow and obvious on purpose. It reads the policy as it is written, blocks inside blocks,
and is the oracle that the decision tree, the engine and every export are held to, lead
by lead. Who can be given a lead is said as plainly in `reference`. Nothing here is shared
with them but the values of leads and the rule that says who is next in a team.
"""

from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, assert_never

import attrs

from turnout.compiler.meaning.situations import is_open_on_the_wall
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.conditions import (
    SEEN,
    Age,
    And,
    Atom,
    Beside,
    Between,
    Circumstance,
    Condition,
    Contains,
    Duplicate,
    During,
    EndsWith,
    Has,
    HasWord,
    InSlice,
    IsIn,
    LaterThan,
    Matches,
    Named,
    Not,
    OlderThan,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
)
from turnout.dsl.patterns import searcher
from turnout.dsl.policy import Block, Chain, Entry, Policy, Rule, Sla
from turnout.dsl.promises import Action
from turnout.dsl.targets import Target
from turnout.dsl.types import Value, Values
from turnout.dsl.values.slices import slice_of
from turnout.dsl.values.words import is_of_word
from turnout.dsl.wording import written
from turnout.dsl.zones import local_date
from turnout.frozen import frozen

_Attempts: TypeAlias = tuple[tuple[Target, str], ...]


@frozen
class Match:
    """What a route says of a lead, before anyone's availability is asked.

    rule: the rule that matched, None where a fallback has it. attempts: the targets in
    the order in which they are tried, each with the rule or fallback that names it. sla,
    actions: the rule's. later: who is asked then, one after the other, where all of these
    targets pass the lead on and the rule goes on. offer: in which time it is to be accepted.
    """

    rule: str | None
    attempts: _Attempts
    sla: Sla | None = None
    actions: tuple[Action, ...] = ()
    later: tuple["Match", ...] = ()
    offer: TimedOffer | None = None

    @property
    def legs(self) -> tuple["Match", ...]:
        """Whoever is asked, in order: itself, and what comes then."""
        return (self, *self.later)

    @property
    def every_attempt(self) -> _Attempts:
        """The attempts of all legs."""
        return tuple(attempt for leg in self.legs for attempt in leg.attempts)

    @property
    def named_by(self) -> tuple[str, ...]:
        """The rule or fallback that names each target, in order."""
        return tuple(by for _, by in self.attempts)


def match(policy: Policy, route: str, values: Values, clock: date) -> Match:
    """Return what `route` says of a lead with these values at that moment.

    clock: a moment with a time zone; a day will do where no condition asks for hours.
    Whether the lead was seen before, and by whom it was had, stand among the values.
    A lead that lacks a required field meets no rule: it takes the route's own fallback.
    """
    entry_point = policy.routes[route]
    last = Match(None, _steps(entry_point.fallback, f"fallback of route {route}"))
    if any(field.required and name not in values for name, field in policy.fields.items()):
        return last
    asked = _Asked(policy, values, clock)

    def legs() -> Generator[Match, None, None]:
        if not (yield from _taking(asked, entry_point.entries, last.attempts)):
            yield last

    first, *later = legs()
    return attrs.evolve(first, later=tuple(later)) if later else first


@frozen
class _Asked:
    """A policy that is asked about a lead. known: what was said of conditions with a name."""

    policy: Policy
    values: Values
    clock: date
    known: dict[str, bool] = attrs.Factory(dict[str, bool])


def _taking(
    asked: _Asked, entries: tuple[Entry, ...], fallbacks: _Attempts
) -> Generator[Match, None, bool]:
    """Yield each that takes the lead, up to the first that lets nobody go on.

    fallbacks: those around the entries, nearest first. Returns whether there was one.
    """
    values, clock = asked.values, asked.clock
    for entry in entries:
        if not _holds(entry.condition, values, clock, asked.known):
            continue
        if isinstance(entry, Rule):
            days = entry.validity
            if days is not None and not _is_given(days.during, values, clock):
                continue
            own = _steps(entry.chain, f"rule {entry.name}")
            steps = own if entry.goes_on else own + fallbacks
            yield Match(entry.name, steps, entry.sla, entry.actions, offer=entry.offer)
            if not entry.goes_on:
                return True
            continue
        around = _steps(entry.fallback, f"fallback of {_called(entry, asked.policy)}") + fallbacks
        if (yield from _taking(asked, entry.entries, around)):
            return True
        if entry.fallback is not None:
            yield Match(None, around)
            return True
    return False


def _called(block: Block, policy: Policy) -> str:
    """Return what a block is: its condition, or the route to which a rule hands its leads."""
    if block.handover is not None:
        return f"route {block.handover.route}"
    return written(block.condition, policy.fields)


def _steps(chain: Chain | None, by: str) -> _Attempts:
    return tuple((step.target, by) for step in chain or ())


def holds(condition: Condition, values: Values, clock: date) -> bool:
    """Return whether `condition` holds for a lead with these values at that moment (or day)."""
    return _holds(condition, values, clock, {})


def _holds(condition: Condition, values: Values, clock: date, known: dict[str, bool]) -> bool:
    """Return what `holds` does. known: of names; one that forty others build on is asked once."""
    match condition:
        case Named(name=name, meaning=meaning):
            if name not in known:
                known[name] = _holds(meaning, values, clock, known)
            return known[name]
        case And(parts):
            for part in parts:  # noqa: SIM110 - a third faster, and every witness comes by here
                if not _holds(part, values, clock, known):
                    return False
            return True
        case Or(parts):
            for part in parts:  # noqa: SIM110 - as above
                if _holds(part, values, clock, known):
                    return True
            return False
        case Not(part):
            return not _holds(part, values, clock, known)
        case Open() | Duplicate() | During() | Beside():
            return _is_given(condition, values, clock)
        case (
            Present()
            | IsIn()
            | Between()
            | StartsWith()
            | EndsWith()
            | Contains()
            | HasWord()
            | Matches()
            | Has()
            | InSlice()
            | OlderThan()
            | WithinLast()
            | WithinNext()
            | LaterThan()
        ):
            value = values.get(condition.field)
            return value is not None and _test(condition, value, clock)
        case _:
            assert_never(condition)


def _is_given(asked: Circumstance | Beside, values: Values, clock: date) -> bool:
    match asked:
        case Open(calendar):
            assert isinstance(clock, datetime), "whether a calendar is open takes a moment"
            return is_open_on_the_wall(calendar, clock)
        case Duplicate():
            return values.get(SEEN) is True
        case During(first, last, zone):
            today = _day(clock, zone)
            return (first is None or first <= today) and (last is None or today <= last)
        case Beside():
            return _is_as_compared(asked, values)
        case _:
            assert_never(asked)


def _is_as_compared(asked: Beside, values: Values) -> bool:
    one: Any = values.get(asked.field)
    two: Any = values.get(asked.other)
    if one is None or two is None:
        return False
    match asked.operator:
        case "=":
            return bool(one == two)
        case "!=":
            return bool(one != two)
        case "<":
            return bool(one < two)
        case "<=":
            return bool(one <= two)
        case ">":
            return bool(one > two)
        case ">=":
            return bool(one >= two)
        case _:
            assert_never(asked.operator)


def _test(atom: Atom, value: Value, clock: date) -> bool:  # noqa: C901 - a case for each atom
    match atom:
        case Present():
            return True
        case IsIn(_, wanted):
            return value in wanted
        case Between():
            return _is_between(atom, value)
        case StartsWith(_, text):
            return str(value).startswith(text)
        case EndsWith(_, text):
            return str(value).endswith(text)
        case Contains(_, text):
            return text in str(value)
        case HasWord(_, text):
            return any(_stands_alone(value, text, at) for at in range(len(str(value))))
        case Matches(_, pattern):
            return searcher(pattern)(str(value))
        case Has(_, wanted):
            return isinstance(value, frozenset) and wanted in value
        case InSlice(_, of, slices):
            return slice_of(of, str(value)) < slices
        case OlderThan() | WithinLast() | WithinNext() | LaterThan():
            return isinstance(value, date) and _is_of_age(atom, value, _day(clock, atom.zone))
        case Open() | Duplicate() | During() | Beside():
            raise AssertionError(atom)  # they ask no value, or two
        case _:
            assert_never(atom)


def _stands_alone(value: Value, text: str, at: int) -> bool:
    """Return whether `text` stands at a place of a value, and no word goes on beyond it."""
    whole, end = str(value), at + len(text)
    if not whole.startswith(text, at):
        return False
    places = (whole[max(at - 1, 0) : at], text[0]), (text[-1], whole[end : end + 1])
    return not any(one and two and is_of_word(one) and is_of_word(two) for one, two in places)


def _day(clock: date, zone: str) -> date:
    """Return the day of a moment by the clock of the policy's time zone."""
    return local_date(clock, zone) if isinstance(clock, datetime) else clock


def _is_of_age(atom: Age, value: date, today: date) -> bool:
    days = timedelta(days=atom.days)
    match atom:
        case OlderThan():
            return value < today - days
        case WithinLast():
            return today - days <= value <= today
        case WithinNext():
            return today <= value <= today + days
        case LaterThan():
            return value > today + days
        case _:
            assert_never(atom)


def _is_between(atom: Between, value: Value) -> bool:
    low, high = atom.low, atom.high
    if low is not None and (value < low or (atom.low_open and value == low)):  # type: ignore[operator]
        return False
    return high is None or value < high or (not atom.high_open and value == high)  # type: ignore[operator]


@frozen
class Result:
    """Who gets the lead: the attempt that accepted, None where none did, and those passed over.

    assignee: a person, None where the target is none. passed_over: attempts and reasons.
    """

    attempt: tuple[Target, str] | None
    assignee: str | None
    passed_over: tuple[tuple[Target, str], ...]


Answering: TypeAlias = Callable[[Target], tuple[str | None, str | None]]
"""Answers for one target with the assignee (None for a place) and None, or with the reason
why it can't take the lead."""


def settle(attempts: _Attempts, accept: Answering) -> Result:
    """Return the first attempt that accepts the lead."""
    passed: list[tuple[Target, str]] = []
    for target, by in attempts:
        assignee, reason = accept(target)
        if reason is None:
            return Result((target, by), assignee, tuple(passed))
        passed.append((target, reason))
    return Result(None, None, tuple(passed))


def decided(said: Match, accept: Answering) -> tuple[Match, Result]:
    """Return the leg that has the lead, and who gets it; the last leg where nobody does.

    What a rule promises and does goes with its own leg: not with leads that it passed on.
    """
    passed: tuple[tuple[Target, str], ...] = ()
    for leg in said.legs:
        found = settle(leg.attempts, accept)
        passed += found.passed_over
        if found.attempt is not None:
            return leg, Result(found.attempt, found.assignee, passed)
    return said.legs[-1], Result(None, None, passed)
