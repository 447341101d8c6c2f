"""Findings about a row of a table: at the cell that is to blame, mended in the cell.

A row's condition is what its cells ask, joined by `and`; so a part of it that is found at
fault stands in one of them. Where more than one is to blame, the row is.
"""

from collections.abc import Collection, Iterable, Mapping

from turnout.dsl.conditions import Condition, IsIn, atoms
from turnout.dsl.findings import Fix
from turnout.dsl.policy import TableRow
from turnout.dsl.source import Span
from turnout.dsl.types import Field, country_field
from turnout.frozen import frozen

_SIGNS = frozenset(',;|\t"\n')


@frozen
class AskingCell:
    """A cell that asks something. heading: its column's. place: where it stands."""

    heading: str
    place: Span
    asks: Condition

    @property
    def emptied(self) -> Fix:
        """The fix that leaves the cell empty, so that it asks nothing."""
        return Fix(f"leave the cell `{self.heading}` empty", self.place, "")


def cells(row: TableRow) -> tuple[AskingCell, ...]:
    """Return the cells of a row that ask something."""
    headings = row.table.columns
    return tuple(AskingCell(headings[at], row.places[at], asks) for at, asks in row.asked)


def cell_of(row: TableRow, parts: Iterable[Condition]) -> AskingCell | None:
    """Return the one cell in which parts of a row's condition are asked, None for several."""
    wanted = {atom for part in parts for atom in atoms(part)}
    found = [each for each in cells(row) if not wanted.isdisjoint(atoms(each.asks))]
    if len(found) == 1:
        return found[0]
    fields = {atom.field for atom in wanted}
    found = [each for each in cells(row) if any(a.field in fields for a in atoms(each.asks))]
    return found[0] if len(found) == 1 else None


def whole(row: TableRow, parts: Collection[Condition]) -> tuple[AskingCell, ...]:
    """Return the cells all of which is among `parts`."""
    return tuple(each for each in cells(row) if each.asks in parts)


def reads_another(row: TableRow, cell: AskingCell, fields: Mapping[str, Field]) -> bool:
    """Return whether another cell is read with this one: a state with its country."""
    asked = {atom.field for atom in atoms(cell.asks)}
    return any(
        country_field(fields[atom.field].type) in asked
        for other in cells(row)
        if other is not cell
        for atom in atoms(other.asks)
        if atom.field in fields
    )


def without_values(cell: AskingCell, dead: Collection[Condition]) -> tuple[Fix, ...]:
    """Return the fix that takes values out of a cell's list, none where that is hard to write."""
    gone = {value for part in dead if isinstance(part, IsIn) for value in part.values}
    if not isinstance(cell.asks, IsIn) or not gone:
        return ()
    left = [label.strip('"') for value, label in cell.asks.order if value not in gone]
    if not left or any(not _SIGNS.isdisjoint(label) for label in left):
        return ()
    is_quoted = cell.place.source.text[cell.place.start - 1 : cell.place.start] == '"'
    text = (", " if is_quoted else "|").join(left)
    return (Fix(f"write `{text}`", cell.place, text),)
