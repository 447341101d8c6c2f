"""What changes besides decisions: teams, people, fields and whatever else a policy defines.

Definitions are compared by name, attribute by attribute, whatever their class: an
attribute that a class gains is compared from then on. Only its wording stands here, where
the plain "before → after" is not plain enough.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import cast

import attrs

from turnout.dsl import policy, types
from turnout.dsl.calendars import Calendar, Opening
from turnout.dsl.conditions import Condition, IsIn
from turnout.dsl.policy import Cap, Identity, Member, Policy
from turnout.dsl.types import Field, Lookup, Value
from turnout.dsl.values import jsonable, show
from turnout.dsl.wording import lasting, typed, written, written_nearness
from turnout.frozen import frozen

_FOLLOWED = frozenset({"name", "routes", "families", "tests"})
"""Parts of a policy that are compared elsewhere, by their effect on leads, and tests."""

_PROVED = frozenset({"fields", "definitions", "guarantees"})
"""Parts that do nothing to a lead but through decisions, which are compared exactly."""

_WITHIN_TEAM = frozenset({"people", "teams", "calendars"})
"""Parts that say who of a team gets a lead, and never which team does."""

_SINGULAR = {"people": "person", "fields": "field", "teams": "team", "identities": "identity"}


MOST, LONGEST = 6, 240
"""Values that a list names before it is folded; characters of a condition before it is cut."""


@frozen
class Change:
    """One definition that was added, removed or changed.

    kind: such as "team". what: "added", "removed" or "changed". details: what of it, one
    phrase each. is_felt: leads may be treated differently although their decisions are the
    same; is_within_team: then only as to who of a team gets them.
    """

    kind: str
    name: str
    what: str
    details: tuple[str, ...] = ()
    is_felt: bool = False
    is_within_team: bool = False


def changes(old: Policy, new: Policy) -> Iterator[Change]:
    """Yield every definition that differs, in the order of the new version."""
    for part in attrs.fields(Policy):
        if part.name in _FOLLOWED:
            continue
        before: object = getattr(old, part.name)
        after: object = getattr(new, part.name)
        speaker = _Speaker(old, new, part.name)
        if isinstance(before, Mapping):
            tables = cast("tuple[Mapping[str, object], Mapping[str, object]]", (before, after))
            yield from speaker.named(*tables)
        elif before != after:
            yield speaker.whole(before, after)


@frozen
class _Speaker:
    """Words what changed in one part of the policy."""

    old: Policy
    new: Policy
    part: str

    def named(self, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
        for key in [*new, *(key for key in old if key not in new)]:
            before, after = old.get(key), new.get(key)
            if before is None or after is None:
                what = "added" if before is None else "removed"
                yield Change(*self._title(key, before or after), what)
                continue
            details = tuple(self._details(before, after))
            if details:
                yield self._changed(*self._title(key, after), details)

    def whole(self, before: object, after: object) -> Change:
        words = f"{self._words(before, self.old)} → {self._words(after, self.new)}"
        return self._changed(_SINGULAR.get(self.part, self.part), "", (words,))

    def _changed(self, kind: str, name: str, details: tuple[str, ...]) -> Change:
        is_felt = self.part not in _PROVED
        is_within = is_felt and self.part in _WITHIN_TEAM
        return Change(kind, name, "changed", details, is_felt=is_felt, is_within_team=is_within)

    def _title(self, key: str, definition: object) -> tuple[str, str]:
        """Return a definition's kind and name."""
        kind = getattr(definition, "kind", _SINGULAR.get(self.part, self.part.removesuffix("s")))
        return str(kind), str(getattr(definition, "name", key))

    def _details(self, before: object, after: object) -> Iterator[str]:
        """Yield what differs between two definitions of one name."""
        if type(before) is not type(after) or not attrs.has(type(before)):
            yield f"{self._words(before, self.old)} → {self._words(after, self.new)}"
            return
        for attribute in _attributes(before):
            one, two = getattr(before, attribute.name), getattr(after, attribute.name)
            if attribute.eq and one != two:
                special = _WORDINGS.get((type(before), attribute.name))
                said = special(one, two) if special else None
                yield from self._plainly(attribute.name, one, two) if said is None else said

    def _plainly(self, name: str, before: object, after: object) -> Iterator[str]:
        if name == "meaning":
            return  # it follows from what is written, here or in another definition
        label = "" if name == "own" else f"{name.replace('_', ' ')}: "
        one, two = self._words(before, self.old), self._words(after, self.new)
        yield f"{label}{one} → {two}"

    def _words(self, value: object, of: Policy) -> str:
        """Return a value in a few words."""
        match value:
            case None | () | "":
                return "none"
            case bool() | Fraction() | timedelta() | Cap():
                return _short(value)
            case (date() as first, date() as last):
                return _days(first, last)
            case tuple():
                return ", ".join(self._words(one, of) for one in cast("tuple[object, ...]", value))
            case Identity(fields, within):
                return f"{' and '.join(fields)} within {_lasting(within)}"
            case frozenset():
                return f"[{_folded(cast('frozenset[Value]', value))}]"
            case Mapping():
                parts = cast("Mapping[str, object]", value).items()
                return ", ".join(f"{name} {self._words(one, of)}" for name, one in parts)
            case _ if isinstance(value, Condition):
                text = written(value, of.fields)
                return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
            case _ if attrs.has(type(value)):
                shown = [
                    f"{each.name} {self._words(getattr(value, each.name), of)}"
                    for each in _attributes(value)
                    if each.eq and getattr(value, each.name) not in (None, (), "")
                ]
                return " ".join(shown)
            case _:
                return str(value)


def _short(value: bool | Fraction | timedelta | Cap) -> str:  # noqa: FBT001 - a value like others
    match value:
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return _number(value)
        case timedelta():
            return _lasting(value)
        case Cap():
            return _capped(value)


def _lasting(length: timedelta) -> str:
    """Return a length of time in its largest whole unit, such as "90 days"."""
    minutes = length // timedelta(minutes=1)
    size, unit = next(
        each for each in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes % each[0] == 0
    )
    return f"{minutes // size} {unit}{'' if minutes == size else 's'}"


def _days(first: date, last: date) -> str:
    """Return a range of days as it is written.

    >>> _days(date(2026, 12, 24), date(2026, 12, 24)), _days(date(2026, 12, 24), date.max)
    ('2026-12-24', '2026-12-24..')
    """
    if first == last:
        return str(first)
    return f"{'' if first == date.min else first}..{'' if last == date.max else last}"


def _capped(cap: Cap) -> str:
    """Return a cap as it is written, and whose days it counts where those aren't UTC's."""
    is_rolling_day = cap.per == timedelta(days=1)  # which isn't what `per day` means
    if cap.per is None:
        return f"{cap.most:,} open"
    per = cap.per if isinstance(cap.per, str) else _lasting(cap.per)
    said = f"{cap.most:,} per {'24 hours' if is_rolling_day else per}"
    return said if cap.timezone == "UTC" else f"{said} ({cap.timezone})"


def _attributes(value: object) -> "tuple[attrs.Attribute[object], ...]":
    """Return the attributes of an instance of whatever attrs class."""
    return cast("tuple[attrs.Attribute[object], ...]", attrs.fields(type(value)))  # type: ignore[arg-type]


# -- wordings --


def _folded(values: Iterable[Value]) -> str:
    """Return a few values, in order, and how many more there are."""
    shown = sorted(str(jsonable(value)) for value in values)
    more = len(shown) - MOST
    return ", ".join(shown[:MOST]) + (f" and {more:,} more" if more > 0 else "")


def _values(before: Condition | None, after: Condition | None) -> Iterator[str] | None:
    """Return which values come and go where that is all that differs, else None."""
    if not isinstance(before, IsIn) or not isinstance(after, IsIn) or before.field != after.field:
        return None
    come, gone = after.values - before.values, before.values - after.values
    sides = ("gains", come), ("loses", gone)
    return (f"{after.field} {verb} {_folded(values)}" for verb, values in sides if values)


def _lookups(before: tuple[Lookup, ...], after: tuple[Lookup, ...]) -> Iterator[str]:
    """Yield which tables come and go, and of one that stays how many rows differ."""
    old, new = ({(each.table, each.key): each.values for each in some} for some in (before, after))
    for table, key in new:
        if (table, key) not in old:
            yield f"looked up in {table} by {key}"
    for table, key in old:
        if (table, key) not in new:
            yield f"no longer looked up in {table} by {key}"
    yield from _nearness(before, after)
    for table, key in new:
        was, now = old.get((table, key), {}), new[table, key]
        rows = [each for each in {**was, **now} if was.get(each) != now.get(each)]
        if (table, key) in old and rows:
            count = "1 row differs" if len(rows) == 1 else f"{len(rows):,} rows differ"
            yield f"in {table} {count}: {key} {_folded(rows)}"
    if [each for each in new if each in old] != [each for each in old if each in new]:
        yield f"looked up first in {next(iter(new))[0]}"


def _nearness(before: tuple[Lookup, ...], after: tuple[Lookup, ...]) -> Iterator[str]:
    """Yield how near a row has to be, where that or what the rows say besides differs."""
    old = {(each.table, each.key): each.near for each in before}
    for each in after:
        if (each.table, each.key) not in old or each.near == old[each.table, each.key]:
            continue
        was, now = (
            "equal" if near is None else written_nearness(near)
            for near in (old[each.table, each.key], each.near)
        )
        if was != now:
            yield f"in {each.table} by {each.key}: {was} → {now}"


_DAYS = "mon tue wed thu fri sat sun".split()


def _members(before: tuple[Member, ...], after: tuple[Member, ...]) -> Iterator[str]:
    """Yield who joins, leaves, and weighs more or less, and whether the order changes."""
    old = {member.person: member for member in before}
    new = {member.person: member for member in after}
    for name, member in new.items():
        if name not in old:
            yield f"{name} joins{_weight(member.weight)}{_when_in(member)}"
    for name in old:
        if name not in new:
            yield f"{name} leaves"
    for name, member in new.items():
        if name in old and old[name] != member:
            yield from _terms(name, old[name], member)
    if [name for name in new if name in old] != [name for name in old if name in new]:
        yield f"order: {', '.join(old)} → {', '.join(new)}"


def _weight(weight: Fraction) -> str:
    return "" if weight == 1 else f" with weight {_number(weight)}"


def _when_in(member: Member) -> str:
    """Return on which days somebody is in a team, "" for all."""
    days = member.validity
    return "" if days is None else f" {lasting(days.first, days.last)}"


def _number(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(float(number))


def _terms(name: str, before: Member, after: Member) -> Iterator[str]:
    for attribute in attrs.fields(Member):
        one, two = getattr(before, attribute.name), getattr(after, attribute.name)
        if attribute.eq and one != two:
            shown = [
                _number(each) if isinstance(each, Fraction) else each or "none"
                for each in (one, two)
            ]
            if attribute.name == "validity":
                shown = [_when_in(each).strip() or "always" for each in (before, after)]
                yield f"in it: {name} {shown[0]} → {shown[1]}"
                continue
            yield f"{attribute.name} of {name}: {shown[0]} → {shown[1]}"


def _type(before: types.FieldType, after: types.FieldType) -> Iterator[str]:
    """Yield what becomes of a field's type, of a list only what comes and goes."""
    if type(before) is not type(after):
        yield f"{typed(before)} → {typed(after)}"
    elif isinstance(before, types.OneOf | types.AnyOf):
        assert isinstance(after, types.OneOf | types.AnyOf)
        come = [show(after, value) for value in after.values if value not in before.values]
        gone = [show(before, value) for value in before.values if value not in after.values]
        if come:
            yield f"gains {', '.join(come)}"
        if gone:
            yield f"loses {', '.join(gone)}"
        if not come and not gone:
            yield "its values stand in another order"
    elif isinstance(before, types.Date) and isinstance(after, types.Date):
        moved = before.zone != after.zone
        said = f"its days: those of {before.zone} → those of {after.zone}"
        yield said if moved else f"{typed(before)} → {typed(after)}"
    elif not isinstance(before, types.PersonName):  # the people are compared themselves
        yield f"{typed(before)} → {typed(after)}"


def _openings(before: tuple[Opening, ...], after: tuple[Opening, ...]) -> Iterator[str]:
    yield f"{_hours(before)} → {_hours(after)}"


def _hours(openings: tuple[Opening, ...]) -> str:
    """Return blocks of hours, each with its days."""
    days: dict[tuple[int, int], list[str]] = {}
    for opening in openings:
        days.setdefault((opening.start, opening.end), []).append(_DAYS[opening.weekday])
    said = [f"{' '.join(on)} {_time(start)}-{_time(end)}" for (start, end), on in days.items()]
    return ", ".join(said) or "never"


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _required(_before: object, after: object) -> Iterator[str]:
    yield "becomes required" if after else "becomes optional"


_WORDINGS: Mapping[tuple[type, str], Callable[..., Iterator[str] | None]] = {
    (policy.Team, "members"): _members,
    (Calendar, "openings"): _openings,
    (Field, "type"): _type,
    (Field, "lookups"): _lookups,
    (Field, "required"): _required,
    (policy.Definition, "own"): _values,
}
