"""Raw leads that try how a view reads texts: the leads of a check as a CRM would export them.

Some values are spelled in other ways, some are placeholders or nothing, some are hostile.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from turnout.compiler.plan.value import Plan
from turnout.dsl import types
from turnout.dsl.types import Field, Value
from turnout.dsl.values import languages, places
from turnout.warehouse.drawn_leads import HOSTILE, Dice, drawn_leads
from turnout.warehouse.raw_texts import is_clear_text

_NOTHING = ("", " ", "n/a", "N/A", "--", "?", "unknown", "null", "-", "#N/A", "(none)")
_ODD = ("about 50", "1,200", "12.5", "5k", "03/04/2026", "2026-02-30", "kim@firm.example", "007")
_ONE_IN = 4
_CENT = Decimal("0.01")
_QUOTES = ("'", '"', "=")


def drawn_texts(
    plan: Plan, fields: Mapping[str, Field], columns: Mapping[str, str], today: date, count: int
) -> list[dict[str, str | None]]:
    """Return so many raw leads, as texts by column. columns: where each field stands."""
    dice = Dice(2)
    found: list[dict[str, str | None]] = []
    for lead in drawn_leads(plan, fields, today, count):
        is_odd = not dice.below(_ONE_IN)
        row = {
            column: _text(fields[name], lead.get(name), dice)
            if is_odd
            else _plain(fields[name], lead.get(name), dice)
            for name, column in columns.items()
        }
        found.append({name: _storable(value) for name, value in row.items()})
    return found


def _storable(value: str | None) -> str | None:
    return value if value is None or "\0" not in value else None


def _plain(field: Field, value: Value | None, dice: Dice) -> str | None:
    """Return a value as most leads have it, so that what they are decided by is read."""
    if isinstance(field.type, types.Email) and isinstance(value, str):
        value = f"kim@{value.partition('@')[2].split(' ')[0] or 'firm.example'}"
    if isinstance(field.type, types.Language) and isinstance(value, str):
        value = value[:2]
    match value:
        case None:
            return None if dice.below(_ONE_IN) else dice.one(_NOTHING[:2])
        case bool() | frozenset():
            return _written(value, dice)
        case int():
            return str(abs(value) % 10**12)
        case Decimal():
            return format(abs(value) % 10**8 // _CENT * _CENT, "f")
        case str() if not is_clear_text(value) or value[:1] in _QUOTES:
            return None
        case str():
            return dice.one((value, value.upper(), f" {value}", value.replace(" ", "  ")))
        case date():
            return value.isoformat()


def _text(field: Field, value: Value | None, dice: Dice) -> str | None:
    if not dice.below(2 * _ONE_IN):
        return dice.one((*_NOTHING, *field.placeholders))
    if not dice.below(3 * _ONE_IN):
        return dice.one((*HOSTILE, *_ODD))
    names = _names(field.type)
    if names and dice.below(2):
        return _respelled(dice.one(names), dice)
    return None if value is None else _respelled(_written(value, dice), dice)


def _written(value: Value, dice: Dice) -> str:
    match value:
        case bool():
            return dice.one(("yes", "true", "1") if value else ("no", "False", "0"))
        case frozenset():
            return dice.one((";", ", ", "|", "; ")).join(sorted(value))
        case date():
            return value.isoformat()
        case _:
            return format(value, "f") if not isinstance(value, str | int) else str(value)


def _respelled(value: str, dice: Dice) -> str:
    ways = (value, value, value.upper(), value.lower(), value.title(), f" {value}\t")
    found = dice.one((*ways, value.replace(" ", "-"), value.replace("-", " "), f"{value}.0"))
    return found if dice.below(5 * _ONE_IN) else f"'{found}"


def _names(kind: types.FieldType) -> Sequence[str]:
    if isinstance(kind, types.Country):
        return _country_names()
    if isinstance(kind, types.Subdivision):
        return _subdivision_names()
    if isinstance(kind, types.Language):
        return tuple(sorted(languages.language_table().written))[::20]
    return tuple(sorted(kind.people)) if isinstance(kind, types.PersonName) else ()


@cache
def _country_names() -> tuple[str, ...]:
    table = places.country_table()
    return tuple(sorted({*places.country_codes(), *table.written, *table.loose}))


@cache
def _subdivision_names() -> tuple[str, ...]:
    found = {*places.subdivision_codes()}
    for country in ("US", "DE", "FR", "CA"):
        found |= {*places.subdivision_table(country).written}
    return tuple(sorted(found))
