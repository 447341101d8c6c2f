"""Which box is the first to hold a lead, looked up by the combination of its classes.

A lead has a class in each column. For boxes that ask the same few columns, a table says of each
combination of their classes which box is the first. Where there are too many combinations, those
of some columns come first: whichever leave the same boxes are one, so that a table of few numbers
stands for them in the next one. This is Recursive Flow Classification (Gupta and McKeown, "Packet
Classification on Multiple Fields", SIGCOMM 1999), with boxes in place of filters.

So a lead costs a few look-ups by whole numbers, whatever the number of rules; with a CASE an
engine asks one rule after the other. Boxes for which no table is small enough are asked by their
bits (`bit_words`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from turnout.compiler.masks import key
from turnout.frozen import attribute, frozen

AT_ONCE, MOST_ROWS, MOST_ROWS_OF_ALL = 4_000, 20_000, 100_000
"""Rows of a table of more than two numbers, of one of two, and of all tables of a view."""

MOST_TABLES, AS_MANY_ROWS = 40, 4_000
"""Tables of a view; rows that one more of them weighs."""

MOST_TRIED = 3
"""Lots that boxes are tried with before they get one of their own."""

ClassBoxes: TypeAlias = Mapping[int, Sequence[int]]
"""For each column that is asked: of each class the boxes that take it, one bit each."""


@frozen
class Digit:
    """One of the numbers of a combination: of a column, or of an earlier table of the same lot."""

    at: int
    is_table: bool


@frozen
class ClassTable:
    """A table of numbers, a row for each combination of what it is looked up by.

    by: where the numbers come from, and how many there are each; the last one runs fastest.
    """

    by: tuple[tuple[Digit, int], ...]
    numbers: tuple[int, ...] = attribute(repr=False)


@frozen
class Lot:
    """Boxes that are asked by the same tables, of which the last one says the first box.

    asked: the boxes by the columns that they ask.
    """

    asked: tuple[tuple[frozenset[int], int], ...] = attribute(repr=False)
    tables: tuple[ClassTable, ...]

    @property
    def rows(self) -> int:
        """How many rows its tables have."""
        return sum(len(each.numbers) for each in self.tables)

    @property
    def weight(self) -> int:
        """What it costs, in rows."""
        return self.rows + AS_MANY_ROWS * len(self.tables)

    @property
    def columns(self) -> frozenset[int]:
        """The columns that its boxes ask."""
        return frozenset[int]().union(*(columns for columns, _ in self.asked))


@frozen
class Lots:
    """All boxes of a view. left: those that no table of a sensible size tells, one bit each."""

    lots: tuple[Lot, ...]
    left: int


def lots_of(asked: Sequence[frozenset[int]], accepting: ClassBoxes, none: int) -> Lots:
    """Return the tables of some boxes, by the columns that each of them asks.

    none: the number that stands for no box; those that ask nothing are left out.
    """
    alike: dict[frozenset[int], int] = {}
    for at, columns in enumerate(asked):
        if columns:
            alike[columns] = alike.get(columns, 0) | 1 << at
    # Those that ask most come first, so that others find a lot that asks their columns.
    order = sorted(alike, key=lambda columns: (-len(columns), sorted(columns)))
    lots: list[Lot] = []
    left = 0
    for columns in order:
        own = (columns, alike[columns])
        if not _is_added(lots, own, accepting, none):
            left |= alike[columns]
    return Lots(tuple(lots), left)


def _is_added(
    lots: list[Lot], own: tuple[frozenset[int], int], accepting: ClassBoxes, none: int
) -> bool:
    """Return whether boxes were added, to the lot in which they cost the fewest tables."""
    alone = _lot((own,), accepting, none)
    if alone is None:
        return False
    best, place, cost = alone, len(lots), alone.weight
    near = sorted(
        range(len(lots)),
        key=lambda at: (len(own[0] - lots[at].columns), len(lots[at].columns - own[0]), at),
    )
    for at in near[:MOST_TRIED]:
        joint = _lot((*lots[at].asked, own), accepting, none)
        if joint is None:
            continue
        more = joint.weight - lots[at].weight
        if more < cost:
            best, place, cost = joint, at, more
    others = [lot for at, lot in enumerate(lots) if at != place]
    tables = sum(len(lot.tables) for lot in (*others, best))
    if tables > MOST_TABLES or sum(lot.rows for lot in (*others, best)) > MOST_ROWS_OF_ALL:
        return False
    lots[place : place + 1] = [best]
    return True


@frozen
class _Part:
    """Something of a lead that is known by a number. boxes: those left, by number."""

    digit: Digit
    columns: frozenset[int]
    boxes: Sequence[int]


def _lot(
    asked: tuple[tuple[frozenset[int], int], ...], accepting: ClassBoxes, none: int
) -> Lot | None:
    """Return the tables of some boxes, None where a table would be too large."""
    all_ = _united(boxes for _, boxes in asked)
    columns = sorted(frozenset[int]().union(*(columns for columns, _ in asked)))
    parts = [
        _Part(Digit(at, is_table=False), frozenset({at}), [each & all_ for each in accepting[at]])
        for at in columns
    ]
    tables: list[ClassTable] = []
    while len(parts) > 1 or not tables:
        parts.sort(key=lambda part: len(part.boxes))
        taken = _fitting(parts)
        if not taken:
            return None
        parts = [part for part in parts if part not in taken]
        known = frozenset[int]().union(*(part.columns for part in taken))
        sure = _united(boxes for columns, boxes in asked if columns <= known)
        left = [_up_to_first(boxes, sure) for boxes in _together(taken, all_)]
        by = tuple((part.digit, len(part.boxes)) for part in taken)
        if parts:
            numbers, kept = _numbered(left)
            parts.append(_Part(Digit(len(tables), is_table=True), known, kept))
        else:
            numbers = [(boxes & -boxes).bit_length() - 1 if boxes else none for boxes in left]
        tables.append(ClassTable(by, tuple(numbers)))
    return Lot(asked, tuple(tables))


def _united(boxes: Iterable[int]) -> int:
    found = 0
    for each in boxes:
        found |= each
    return found


def _fitting(parts: Sequence[_Part]) -> list[_Part]:
    """Return what the next table is looked up by; parts: the smallest first."""
    taken, rows = [parts[0]], len(parts[0].boxes)
    for part in parts[1:]:
        rows *= len(part.boxes)
        if rows > (MOST_ROWS if len(taken) == 1 else AT_ONCE):
            break
        taken.append(part)
    if len(taken) > 1 or len(parts) == 1:
        return taken if len(parts[0].boxes) <= MOST_ROWS else []
    # What boxes of a lot can't tell apart of a column is one, in a table of its own.
    coarser = [part for part in parts if not part.digit.is_table and _is_coarser(part)]
    return coarser[-1:]


def _is_coarser(part: _Part) -> bool:
    return 2 * len(set(map(key, part.boxes))) <= len(part.boxes) <= MOST_ROWS


def _together(parts: Iterable[_Part], all_: int) -> list[int]:
    """Return the boxes that are left by each combination."""
    found = [all_]
    for part in parts:
        found = [one & other for one in found for other in part.boxes]
    return found


def _up_to_first(boxes: int, sure: int) -> int:
    """Return boxes without those behind the first that holds for sure."""
    held = boxes & sure
    return boxes & (((held & -held) << 1) - 1) if held else boxes


def _numbered(left: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return a number for each set of boxes, the same ones alike, and the sets by number."""
    places: dict[tuple[int, int], int] = {}
    kept: list[int] = []
    numbers: list[int] = []
    for boxes in left:
        at = places.setdefault(key(boxes), len(kept))
        if at == len(kept):
            kept.append(boxes)
        numbers.append(at)
    return numbers, kept
