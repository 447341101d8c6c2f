"""A plan as JSON, version 4; docs/reference/formats.md says what stands where.

The same plan is the same bytes: everything is in the plan's own order, sides stand once, what
clauses say stands once however many say it, and a set of classes is written as its runs. The
last key is the hash of all others, by which a reader tells a plan from a damaged one.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import assert_never

import attrs

from turnout.compiler.classes import (
    Classes,
    Days,
    Dense,
    Listed,
    Sliced,
    Standings,
    Texts,
    There,
    Whole,
    YesNo,
    YesNoTest,
)
from turnout.compiler.masks import Mask, key, members
from turnout.compiler.plan.value import (
    Answer,
    CarriedPolicy,
    Column,
    Plan,
    PlannedAttempt,
    Sides,
)
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import Contains, EndsWith, Has, HasWord, Matches
from turnout.dsl.policy import Identity, Sla
from turnout.dsl.promises import Period
from turnout.dsl.targets import Target, said

FORMAT, VERSION = "turnout-plan", 4

HASH = "sha256"
"""The key of the hash of all that stands before it."""


def dumps(plan: Plan, carried: CarriedPolicy | None = None) -> str:
    """Return `plan` as JSON on one line, in ASCII. carried: its policy, None to leave it out."""
    sides = _Sides()
    parts = [
        {"sides": sides.numbers(part.sides), "eithers": [list(each) for each in part.eithers]}
        for part in plan.parts
    ]
    boxes = [[box.clause, sides.numbers(box.sides), box.part] for box in plan.boxes]
    answers = _Answers()
    clauses = [[answer.name, answers.number(answer)] for answer in plan.answers]
    content: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "policy": plan.policy,
        "route": plan.route,
        "policy_hash": plan.policy_hash,
        "timezone": plan.timezone,
        "required": list(plan.required),
        "columns": list(map(_column, plan.columns)),
        "sides": sides.written,
        "parts": parts,
        "boxes": boxes,
        "answers": answers.written,
        "clauses": clauses,
        "last": list(map(_attempt, plan.last)),
        "calendars": list(map(_calendar, plan.calendars)),
        "identities": list(map(_identity, plan.identities)),
        "policy_values": None if carried is None else _carried(carried),
    }
    content[HASH] = hash_of(content)
    return canonical(content)


def canonical(content: object) -> str:
    """Return JSON without blanks, in ASCII, keys in their order."""
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def hash_of(content: dict[str, object]) -> str:
    """Return the hash of an object's canonical form, as hexadecimal digits."""
    return sha256(canonical(content).encode()).hexdigest()


def is_as_written(text: str | bytes) -> bool:
    """Return whether a text ends with the hash of the rest, which says that it is whole."""
    whole = text.encode("utf-8", "replace") if isinstance(text, str) else text
    mark = f',"{HASH}":"'.encode()
    at = whole.rfind(mark)
    if at < 0:
        return False
    digest = sha256(memoryview(whole)[:at])  # of much, of which no copy is made
    digest.update(b"}")
    return whole[at + len(mark) :].rstrip(b"\n") == digest.hexdigest().encode() + b'"}'


class _Sides:
    """Numbers sides: each stands once."""

    def __init__(self) -> None:
        self.written: list[object] = []
        self._numbers: dict[tuple[int, tuple[int, Mask]], int] = {}

    def numbers(self, sides: Sides) -> list[int]:
        return [self._number(at, mask) for at, mask in sides]

    def _number(self, at: int, mask: Mask) -> int:
        number = self._numbers.setdefault((at, key(mask)), len(self.written))
        if number == len(self.written):
            self.written.append([at, list(_runs(mask))])
        return number


def _runs(mask: Mask) -> Iterable[list[int]]:
    """Yield the runs of a set: the first and the last of neighbours.

    >>> list(_runs(0b10111))
    [[0, 2], [4, 4]]
    """
    edges = members(mask ^ mask << 1)
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield [first, end - 1]


# -- columns --


def _column(column: Column) -> dict[str, object]:
    return {"field": column.field, "is_age": column.is_age, **_classes(column.classes)}


def _classes(classes: Classes) -> dict[str, object]:
    match classes:
        case Listed(size, numbers, values, other):
            of = {"values": list(values), "classes": list(numbers), "other": other}
            return {"kind": "list", "size": size, **of}
        case There(size):
            return {"kind": "presence", "size": size}
        case YesNo(test):
            word, text = tested(test)
            return {"kind": "test", "size": classes.size, "test": word, "text": text}
        case Whole(size, numbers, cuts):
            return {"kind": "whole", "size": size, "cuts": list(cuts), "classes": list(numbers)}
        case Days(size, numbers, days):
            iso = [day.isoformat() for day in days]
            return {"kind": "days", "size": size, "cuts": iso, "classes": list(numbers)}
        case Dense(size, numbers, sides):
            said_ = [[str(number), side] for number, side in sides]
            return {"kind": "decimal", "size": size, "cuts": said_, "classes": list(numbers)}
        case Texts(size, numbers, literals, prefixes, inside, other):
            of = {"literals": list(literals), "classes": list(numbers)}
            of |= {"prefixes": list(prefixes), "inside": list(inside), "other": other}
            return {"kind": "text", "size": size, **of}
        case Sliced(of_name, cuts):
            return {"kind": "slice", "size": classes.size, "of": of_name, "cuts": list(cuts)}
        case Standings(than, is_ordered):
            of = {"than": than, "is_ordered": is_ordered}
            return {"kind": "standing", "size": classes.size, **of}
        case _:
            assert_never(classes)


def tested(test: YesNoTest) -> tuple[str, str]:
    """Return a test as its word and its text."""
    match test:
        case Has(_, value):
            return "has", value
        case EndsWith(_, text):
            return "ends with", text
        case Contains(_, text):
            return "contains", text
        case HasWord(_, text):
            return "has word", text
        case Matches(_, pattern):
            return "matches", pattern
        case _:
            assert_never(test)


def _carried(carried: CarriedPolicy) -> dict[str, object]:
    files = [list(each) for each in carried.files]
    of = {"policy": carried.policy, "clauses": carried.clauses}
    return {"files": files, "shape": carried.shape, **of}


# -- what clauses say --


class _Answers:
    """Numbers what clauses say, but for their names: each stands once."""

    def __init__(self) -> None:
        self.written: list[object] = []
        self._numbers: dict[Answer, int] = {}

    def number(self, answer: Answer) -> int:
        said_ = unnamed(answer)
        number = self._numbers.setdefault(said_, len(self.written))
        if number == len(self.written):
            self.written.append(_answer(said_))
        return number


def unnamed(answer: Answer) -> Answer:
    """Return an answer without its name; what it tries itself is then tried by ""."""
    own = named(answer.name, is_rule=answer.is_rule)
    attempts = tuple(
        attrs.evolve(each, by="") if each.by == own else each for each in answer.attempts
    )
    return attrs.evolve(answer, name="", attempts=attempts)


def named(clause: str, *, is_rule: bool) -> str:
    """Return who tries the targets of a clause, in words, where the clause does itself."""
    return f"rule {clause}" if is_rule else clause


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "is_rule": answer.is_rule,
        "attempts": [{**_target(each.target), "by": each.by or None} for each in answer.attempts],
        "sla": None if answer.sla is None else _sla(answer.sla),
        "actions": [{"kind": a.kind, "arguments": list(a.arguments)} for a in answer.actions],
        "steward": answer.steward,
        "goes_on": answer.goes_on,
        "offer": None if answer.offer is None else _offer(answer.offer),
    }


def _offer(offer: TimedOffer) -> dict[str, object]:
    return {"amount": offer.period.amount, "unit": offer.period.unit, "wall": offer.wall}


def _attempt(attempt: PlannedAttempt) -> dict[str, object]:
    return {**_target(attempt.target), "by": attempt.by}


def _target(target: Target) -> dict[str, object]:
    of = said(target)
    what = {"name": of.name, "matching": list(of.matching), "anytime": of.anytime}
    return {"kind": target.kind.word, **what}


def _sla(sla: Sla) -> dict[str, object]:
    then = None if sla.then is None else _target(sla.then.target)
    absence = None
    if sla.absence is not None:
        lasts = sla.absence.period
        absence = {"period": None if lasts is None else _period(lasts)}
    steps = [{**_period(step.period), "word": step.word} for step in sla.written_steps]
    said = {"wall": sla.wall, "then": then, "absence": absence, "steps": steps}
    said["from_acceptance"] = sla.from_acceptance
    return {**_period(sla.period), **said}


def _period(period: Period) -> dict[str, object]:
    return {"amount": period.amount, "unit": period.unit}


def _calendar(calendar: Calendar) -> dict[str, object]:
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "open": [[each.weekday, each.start, each.end] for each in calendar.openings],
        "holidays": list(calendar.holidays),
        "closed": [[first.isoformat(), last.isoformat()] for first, last in calendar.closed],
    }


def _identity(identity: Identity) -> dict[str, object]:
    seconds = identity.within // timedelta(seconds=1)
    return {"fields": list(identity.fields), "within_seconds": seconds}
