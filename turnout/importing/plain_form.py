"""What is asked, so that it reads: each `not` at a single test, saying that blank counts too.

A comparison with a missing field is false, so that its negation holds there. A policy had better
say so: `rating is not "Cold" or rating is missing`. Tests of one field that belong together
become one with a list.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    Nay,
    Operator,
    Some,
    Unsaid,
)

_OTHER: Mapping[Operator, Operator] = {
    "is": "is not",
    "is not": "is",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "missing": "present",
    "present": "missing",
}
_LISTING: frozenset[Operator] = frozenset({"is", "contains", "starts with", "ends with", "has any"})


def plain(asked: Asked) -> Asked:
    """Return the same in plain form: `Every(())` is always, `Some(())` never."""
    return _plain(asked, holds=True)


def _plain(asked: Asked, *, holds: bool) -> Asked:
    match asked:
        case Criterion():
            return asked if holds else _denied(asked)
        case Unsaid():
            return asked if holds else Nay(asked)
        case Nay(part):
            return _plain(part, holds=not holds)
        case Every(parts) | Some(parts):
            inner = [_plain(part, holds=holds) for part in parts]
            return _all(inner) if isinstance(asked, Every) == holds else _any(inner)
        case _:
            assert_never(asked)


def _denied(ask: Criterion) -> Asked:
    other = _OTHER.get(ask.operator)
    if ask.operator in {"missing", "present"} and other is not None:
        return Criterion(ask.field, other)
    if other is None or (len(ask.values) > 1 and other not in {"is", "is not"}):
        denied: Asked = Nay(ask)
    else:
        denied = Criterion(ask.field, other, ask.values)
    return Some((denied, Criterion(ask.field, "missing")))


def _all(parts: list[Asked]) -> Asked:
    """Return that all hold: those of one field that deny a value become one."""
    flat = [*_unique(_of_there(_flat(parts, Every)))]
    if Some(()) in flat:
        return Some(())
    kept: dict[object, Asked] = {}
    for part in flat:
        field = _differing(part)
        if field is None:
            kept[part] = part
            continue
        before = kept.get(field)
        assert isinstance(part, Some)
        kept[field] = part if before is None else _differ_both(before, part)
    found = tuple(kept.values())
    return found[0] if len(found) == 1 else Every(found)


def _of_there(parts: Iterable[Asked]) -> Iterator[Asked]:
    """Yield what holds together; of a field that is there nothing asks whether it is missing."""
    told = [*parts]
    there = {
        each.field for each in told if isinstance(each, Criterion) and each.operator == "present"
    }
    for part in told:
        match part:
            case Some((asked, Criterion(field, "missing"))) if field in there:
                yield asked
            case _:
                yield part


def _differing(part: Asked) -> str | None:
    """Return the field of `x is not "a" or x is missing`, None where it is something else."""
    match part:
        case Some((Criterion(field, "is not"), Criterion(other, "missing"))) if field == other:
            return field
        case _:
            return None


def _differ_both(one: Asked, other: Asked) -> Asked:
    match one, other:
        case Some((Criterion(field, _, values), missing)), Some((Criterion(_, _, more), _)):
            return Some((Criterion(field, "is not", (*values, *more)), missing))
        case _:
            raise AssertionError


def _any(parts: list[Asked]) -> Asked:
    """Return that one holds: those that ask a field for values become one."""
    flat = [*_unique(_or_missing([*_flat(parts, Some)]))]
    if ALWAYS in flat:
        return ALWAYS
    kept: dict[object, Asked] = {}
    for part in flat:
        if isinstance(part, Criterion) and part.operator in _LISTING:
            key = (part.field, part.operator)
            before = kept.get(key)
            values = before.values if isinstance(before, Criterion) else ()
            kept[key] = Criterion(part.field, part.operator, (*values, *part.values))
        else:
            kept[part] = part
    found = tuple(kept.values())
    return found[0] if len(found) == 1 else Some(found)


def _or_missing(parts: list[Asked]) -> Iterator[Asked]:
    """Yield of which one holds: beside `x is missing` no part needs to say that x is there."""
    missing = {
        each.field for each in parts if isinstance(each, Criterion) and each.operator == "missing"
    }
    for part in parts:
        match part:
            case Every((Criterion(field, "present"), asked)) if field in missing:
                yield asked
            case _:
                yield part


def _flat(parts: Iterable[Asked], kind: type[Every | Some]) -> Iterator[Asked]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _unique(parts: Iterable[Asked]) -> Iterable[Asked]:
    return dict.fromkeys(parts)
