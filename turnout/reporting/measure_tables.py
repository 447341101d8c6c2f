"""The form in which measures are told: tables of values, whoever shows them.

A value is a whole number (`count`), a part of one (`share`), seconds (`length`), a plain number
(`number`), a moment (`moment`) or a text; None where there is nothing to measure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from turnout.frozen import frozen

MeasureKind: TypeAlias = Literal["text", "count", "share", "length", "number", "moment"]
MeasureValue: TypeAlias = str | int | float | datetime | None


@frozen
class MeasureColumn:
    """A column of a table. name: for programs, title: for people."""

    name: str
    title: str
    kind: MeasureKind = "count"


@frozen
class MeasureTable:
    """One table of a report; docs/reference/measures.md has each by its name."""

    name: str
    title: str
    columns: tuple[MeasureColumn, ...]
    rows: tuple[tuple[MeasureValue, ...], ...]
    note: str = ""

    def records(self) -> list[Mapping[str, MeasureValue]]:
        """Return the rows, each value by the name of its column."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def text(name: str, title: str) -> MeasureColumn:
    """Return a column of texts."""
    return MeasureColumn(name, title, "text")


def share(name: str, title: str) -> MeasureColumn:
    """Return a column of shares."""
    return MeasureColumn(name, title, "share")


def length(name: str, title: str) -> MeasureColumn:
    """Return a column of lengths in seconds."""
    return MeasureColumn(name, title, "length")


def part(of: int, whole: int) -> float | None:
    """Return a share, None where there is no whole."""
    return of / whole if whole else None


def quantile(ordered: Sequence[int], percent: int) -> int | None:
    """Return the least value that at least so many percent of the values don't exceed.

    >>> quantile([10, 20, 30, 40], 50), quantile([10, 20, 30, 40], 90), quantile([], 50)
    (20, 40, None)
    """
    if not ordered:
        return None
    return ordered[-(-percent * len(ordered) // 100) - 1]
