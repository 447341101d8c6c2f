"""When the leads of a file came, by one of its columns, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import cast

from turnout.dsl.policy import Policy
from turnout.dsl.types import Date, Field, Text
from turnout.dsl.values.instants import moment
from turnout.dsl.values.raw_leads import values_reader
from turnout.dsl.values.reading import Unread
from turnout.dsl.values.texts import normal_text
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.runtime.records import Record

_ORDERS = ("", "day", "month")


class ColumnError(Error):
    """A column of a file of leads that isn't there, or doesn't say what it was asked for."""


@frozen
class Arrivals:
    """Leads in the order in which they came.

    records: with the moment of each, UTC, the earliest first; those of one moment as in the
    file. untimed: how many say no moment that can be read; each comes with the one before it.
    """

    records: tuple[tuple[datetime, Record], ...]
    untimed: int


def arrivals(records: Iterable[Record], column: str, policy: Policy) -> Arrivals:
    """Return the leads of a file in the order of a column with their moments.

    What a field of the policy says of the column (`day first`, `epoch seconds`) holds for
    it; otherwise the order of `03/04/2026` is the one in which the whole column can be read.
    Raises ColumnError where the column isn't there, or both orders are possible.
    """
    found = raw_value(column, policy)
    raws = [(record, found(record)) for record in records]
    if all(raw is None for _, raw in raws):
        raise ColumnError(f"no lead has a value in a column {column}", "see how it is called")
    moments = _moments([raw for _, raw in raws], column, policy)
    known = [at for at in moments if at is not None]
    timed: list[tuple[datetime, Record]] = []
    before = min(known)
    for (record, _), at in zip(raws, moments, strict=True):
        before = before if at is None else at
        timed.append((before, record))
    timed.sort(key=lambda pair: pair[0])
    return Arrivals(tuple(timed), len(moments) - len(known))


def _moments(raws: list[object], column: str, policy: Policy) -> list[datetime | None]:
    kinds = [Date(first=order, zone=policy.timezone) for order in _ORDERS]
    field = _field_of(column, policy)
    if field is not None and isinstance(field.type, Date):
        kinds = [field.type]
    ways = [[_read(read, raw) for raw in raws] for read in map(moment, kinds)]
    unread = [sum(at is None for at in way) for way in ways]
    least = min(unread)
    if least == len(raws):
        shown = next((raw for raw in raws if raw not in {None, ""}), "")
        raise ColumnError(
            f"no value of the column {column} is a moment, such as {str(shown)[:40]!r}",
            "name a column with dates, or days with times",
        )
    best = [way for way, count in zip(ways, unread, strict=True) if count == least]
    if any(way != best[0] for way in best):
        raise ColumnError(
            f"the days of the column {column} may begin with the day or with the month",
            f"say which: a field `date day first` or `date month first`, from column {column}",
        )
    return best[0]


def _read(read: Callable[[object], datetime | Unread], raw: object) -> datetime | None:
    at = None if raw is None else read(raw)
    return at if isinstance(at, datetime) else None


def _field_of(column: str, policy: Policy) -> Field | None:
    """Return the field of the policy that a column is called like, by its name or columns."""
    key = normal_text(column)
    for field in policy.fields.values():
        if key in map(normal_text, (field.name, *field.columns)):
            return field
    return None


def raw_value(column: str, policy: Policy) -> Callable[[Record], object]:
    """Return what finds the value of a column in a record as it came, None where it has none.

    The column is found as those of fields are: case, blanks and signs don't matter. What
    counts as missing for a field of the policy that stands in it counts here, too.
    """
    read = values_reader(column_field(column, policy))

    def find(record: Record) -> object:
        raw = record.raw
        if record.complaint is not None or not isinstance(raw, Mapping):
            return None
        told = read(cast("Mapping[str, object]", raw))
        return told.raw(COLUMN) if COLUMN in told.values else None

    return find


COLUMN = "column"
"""What a column is called as if it were a field."""


def column_field(column: str, policy: Policy) -> Mapping[str, Field]:
    """Return a column as a field, by which it is found and read."""
    field = _field_of(column, policy)
    missing = () if field is None else field.placeholders
    return {COLUMN: Field(COLUMN, Text(), placeholders=missing, columns=(column,))}
