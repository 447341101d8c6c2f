"""A concrete lead out of a box of leads.

Each field that the box constrains gets a value of one of its classes; the rest stay
missing, so that the lead shows what matters. A value is only used if the reader of leads
would read it as itself. Where no value could be made the witness is left unconfirmed, and
whoever shows it says "possibly".
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

import attrs

from turnout.compiler import masks
from turnout.compiler.classes import MISSING, Sliced, class_of
from turnout.compiler.leads.arrivals import DAY, aged, day_of, moment_of, zone_of
from turnout.compiler.leads.budget import Meter, OutOfTexts
from turnout.compiler.leads.dimensions import YES, Dimension
from turnout.compiler.leads.possible_texts import Axis, Wanted
from turnout.compiler.leads.regions import Masks
from turnout.compiler.leads.samples import sample
from turnout.compiler.leads.space import Space
from turnout.compiler.leads.together import CLOCK
from turnout.compiler.leads.universe import country_of, universe
from turnout.dsl import types
from turnout.dsl.conditions import SEEN, Duplicate, During, Has, Open
from turnout.dsl.findings import Witness
from turnout.dsl.lookups import look_up, looked_up_fields
from turnout.dsl.opening_hours import is_open
from turnout.dsl.types import Value
from turnout.dsl.values import jsonable, read
from turnout.dsl.zones import local_date
from turnout.frozen import frozen

MOST_FALLING = 20_000
"""Texts that are tried until one falls into a slice, of which each holds one in a thousand."""

_NOBODYS = "ana@com.au"
"""An address of which no domain can be taken."""


@frozen
class Example:
    """A lead made for a box: its values, and the day on which it arrives.

    moment: on that day, where conditions ask whether a calendar is open; the answers then
    stand among the values.
    """

    values: dict[str, Value]
    today: date
    shows_day: bool
    moment: datetime | None = None

    @property
    def clock(self) -> date:
        """The moment if there is one, else the day: what the interpreter asks."""
        return self.moment or self.today


def example(
    space: Space, box: Masks, telling: Masks | None = None, when: datetime | None = None
) -> Example | None:
    """Return a lead inside `box`, None where a value could not be made.

    telling: a wider box; a field that it constrains gets a value if it may have one, the
    others only if they must. when: it has to arrive then, a moment of the box.
    """
    by_field: dict[str, list[int]] = {}
    for at, dimension in enumerate(space.dimensions):
        if dimension.kind != "standing":
            by_field.setdefault(dimension.field.name, []).append(at)
    classes = {at: _class(space, at, box[at]) for at in range(len(box))}
    compared = _compared(space, box)
    if compared is None:
        return None
    pinned = compared.day or day_of(space, box, classes)
    moment = when or moment_of(space, box, pinned)
    if moment is None and any(isinstance(d.test, Open) for d in space.dimensions):
        return None
    today = local_date(moment, zone_of(space)) if moment is not None else pinned or DAY
    values = dict(compared.values)
    for name, places in by_field.items():
        if name in compared.settled:
            continue
        tells = telling is not None and any(telling[at] != space.full[at] for at in places)
        only_missing = classes[places[0]] == MISSING
        if only_missing or (not tells and all(box[at] & 1 for at in places)):
            continue  # class 0 is "missing", or "no" where the field is missing
        value = _value(space, places, box, classes, today)
        if value is not None:
            values[name] = value
        elif not all(box[at] & 1 for at in places):
            return None  # else it is the lead without the field that tells
    if not all(_settle_country(space, by_field[name][0], box, values) for name in [*values]):
        return None
    values |= _circumstances(space, box, moment, today)
    fields = {dimension.field.name: dimension.field for dimension in space.dimensions}
    look_up(looked_up_fields(fields), values)  # what nothing asks is still looked up
    if any(not box[at] >> number & 1 for at, number in enumerate(space.classify(values, today))):
        return None
    shows_day = any(
        (dimension.kind == "age" or isinstance(dimension.test, During))
        and box[at] != space.full[at]
        for at, dimension in enumerate(space.dimensions)
    )
    return Example(values, today, shows_day, moment)


@frozen
class _Compared:
    """What fields have that are compared with each other in a box, and the day of their ages.

    settled: those fields, also the ones that stay missing.
    """

    settled: frozenset[str]
    values: dict[str, Value]
    day: date | None


def _compared(space: Space, box: Masks) -> _Compared | None:
    """Return values for the fields whose comparison the box constrains, None where none are."""
    settled: set[str] = set()
    values: dict[str, Value] = {}
    days: list[Value] = []
    for each in space.standings:
        if all(box[at] == space.full[at] for at in each.pairs):
            continue
        found = None
        with suppress(OutOfTexts):
            found = each.values(box)
        if found is None:
            return None
        days += [found.pop(CLOCK)] if CLOCK in found else []
        if any(not _is_readable(each.fields[name], value) for name, value in found.items()):
            return None
        settled |= each.fields.keys()
        values |= found
    return _Compared(
        frozenset(settled), values, next((d for d in days if isinstance(d, date)), None)
    )


def _is_readable(field: types.Field, value: Value) -> bool:
    """Return whether a value that was made is one that the reader of leads would make."""
    is_listed = isinstance(field.type, types.Subdivision | types.PersonName)
    return is_listed or read(field, jsonable(value)) == value


def _circumstances(
    space: Space, box: Masks, moment: datetime | None, today: date
) -> dict[str, Value]:
    """Return the day, what is open then, and whether the lead was seen: new if it can be."""
    found: dict[str, Value] = {}
    for at, dimension in enumerate(space.dimensions):
        if isinstance(dimension.test, Open) and moment is not None:
            found[dimension.test.field] = is_open(dimension.test.calendar, moment)
        if isinstance(dimension.test, During):
            there = today if moment is None else local_date(moment, dimension.test.zone)
            found[dimension.field.name] = there
        if isinstance(dimension.test, Duplicate):
            allowed = {sample(dimension, number) for number in masks.members(box[at])}
            found[dimension.test.field] = False not in allowed
    return found


def _settle_country(space: Space, at: int, box: Masks, values: dict[str, Value]) -> bool:
    """Make a subdivision and its country one place; return whether there is one in the box.

    Where no condition asks the subdivision, its classes don't tell countries apart. The
    country stays if it can, else the subdivision. at: the dimension of the subdivision's values.
    """
    field = space.dimensions[at].field
    if not isinstance(field.type, types.Subdivision) or field.type.country is None:
        return True
    name = field.type.country
    there = values.get(name)
    if there == country_of(values[field.name]):
        return True
    country = next((n for n, d in enumerate(space.dimensions) if d.field.name == name), None)
    fitting = [v for v in universe(field.type) if _is_in(space, box, at, v)]
    if country is not None:
        fitting = [v for v in fitting if _is_in(space, box, country, country_of(v))]
    if not fitting:
        return False
    own = values[field.name]
    kept = [v for v in fitting if country_of(v) == there] or [v for v in fitting if v == own]
    chosen = (kept or fitting)[0]
    values[field.name], values[name] = chosen, country_of(chosen)
    return True


def _is_in(space: Space, box: Masks, at: int, value: Value) -> bool:
    return bool(box[at] >> class_of(space.dimensions[at].partition.classes, value) & 1)


def _class(space: Space, at: int, mask: int) -> int:
    """Return the class that shows the most: a value where one is allowed, the first as listed."""
    chosen = masks.members(mask)
    if space.dimensions[at].kind in {"has", "pattern"}:
        return chosen[0]
    return next((number for number in chosen if number != MISSING), MISSING)


def _value(
    space: Space, places: list[int], box: Masks, classes: Mapping[int, int], today: date
) -> Value | None:
    dimensions = [space.dimensions[at] for at in places]
    field = dimensions[0].field
    if isinstance(field.type, types.AnyOf):
        return _held(dimensions, [box[at] for at in places], field.type.values)
    if field.type.shape == "text":
        return _text(space, places[0], box)
    sampled = sample(dimensions[0], classes[places[0]])
    for at, dimension in zip(places, dimensions, strict=True):
        if dimension.kind == "age" and box[places[0]] & ~1 == space.full[places[0]] & ~1:
            age = sample(dimension, classes[at])
            return today - timedelta(days=age) if isinstance(age, int) and age < 99_999 else None
        if dimension.kind == "age" and not _has_age(sampled, dimension, box[at], today):
            other = aged(dimensions[0], classes[places[0]], dimension, classes[at], today)
            sampled = sampled if other is None else other

    def fits(value: Value) -> bool:
        asked = [d.partition.classes for d in dimensions if d.kind != "age"]
        kept = [at for at, d in zip(places, dimensions, strict=True) if d.kind != "age"]
        return all(box[at] >> class_of(of, value) & 1 for at, of in zip(kept, asked, strict=True))

    if sampled is None or not _is_readable(field, sampled):
        return None
    return sampled if fits(sampled) else None


def _has_age(day: Value | None, dimension: Dimension, mask: int, today: date) -> bool:
    if not isinstance(day, date):
        return True
    return bool(mask >> class_of(dimension.partition.classes, (today - day).days) & 1)


def _text(space: Space, at: int, box: Masks) -> Value | None:
    """Return a text of the box, of the first class as listed if there is one. at: of its values."""
    axis = space.texts[space.dimensions[at].field.name]
    whole = axis.wanted(box)
    first = attrs.evolve(whole, values=whole.values & -whole.values)
    if _lacks_domain(space, box, axis.field) and axis.is_one(whole, _NOBODYS):
        return _NOBODYS
    for wanted in (first, whole):
        with suppress(OutOfTexts):
            found = axis.text(wanted, Meter(0))
            if found is not None:
                return _falling(axis, wanted, found, _sliced(space, box, axis.field))
    return None


def _sliced(space: Space, box: Masks, field: types.Field) -> list[tuple[Sliced, int]]:
    """Return where a text of a field has to fall, by each name that is asked."""
    return [
        (dimension.partition.classes, box[at])
        for at, dimension in enumerate(space.dimensions)
        if dimension.field.name == field.name
        and isinstance(dimension.partition.classes, Sliced)
        and box[at] != space.full[at]
    ]


def _falling(
    axis: Axis, wanted: Wanted, text: str, sliced: Sequence[tuple[Sliced, int]]
) -> Value | None:
    """Return a text like another that falls where it has to: the other, or one with a number."""

    def falls(made: str) -> bool:
        return all(mask >> class_of(classes, made) & 1 for classes, mask in sliced)

    if falls(text):
        return text
    ends = dict.fromkeys((text.find("@"), text.find("."), len(text), 0))
    for end in (end for end in ends if end >= 0):
        if axis.is_one(wanted, f"{text[:end]}7{text[end:]}"):
            numbered = (f"{text[:end]}{number}{text[end:]}" for number in range(MOST_FALLING))
            found = (made for made in numbered if falls(made) and axis.is_one(wanted, made))
            return next(found, None)
    return None


def _lacks_domain(space: Space, box: Masks, source: types.Field) -> bool:
    """Return whether the box wants an address of which no domain can be taken."""
    return isinstance(source.type, types.Email) and any(
        isinstance(dimension.field.type, types.Domain)
        and source.name in dimension.field.type.of
        and dimension.kind == "value"
        and box[at] == 1 << MISSING
        for at, dimension in enumerate(space.dimensions)
    )


def _held(dimensions: list[Dimension], masks: list[int], values: tuple[str, ...]) -> Value | None:
    held: set[str] = set()
    refused: set[str] = set()
    for dimension, mask in zip(dimensions, masks, strict=True):
        if isinstance(dimension.test, Has):
            if mask == YES:
                held.add(dimension.test.value)
            elif not mask & YES:
                refused.add(dimension.test.value)
    if not held:
        held = set([value for value in values if value not in refused][:1])
    return frozenset(held) or None


def shown(example: Example, fields: Mapping[str, types.Field], note: str = "") -> Witness:
    """Return the lead as a finding shows it."""
    if example.moment is not None:
        day = f"arriving at {example.moment:%Y-%m-%d %H:%M} UTC"
    else:
        day = f"arriving on {example.today.isoformat()}" if example.shows_day else ""
    raw = {name: jsonable(example.values[name]) for name in fields if name in example.values}
    is_seen = any(value for name, value in example.values.items() if name.startswith(SEEN))
    seen = SEEN if is_seen else ""
    parts = [part for part in (day, seen, note) if part]
    return Witness(raw, confirmed=True, note=", ".join(parts))
