"""Which row of a table is its header.

The first row that isn't blank, as a rule. Reports and hand-made sheets have titles above
it: then the header is the row that names most fields, if every row above it has fewer cells
with something in them. So a lead is never taken for a header, nor a header for a title.
"""

from collections.abc import Iterable, Sequence

from turnout.dsl.headers import Headers

MOST_ABOVE = 50
"""Rows among which a header is looked for."""


def heading(rows: Sequence[Sequence[object]], headers: Headers) -> int | None:
    """Return the place of the header among the first rows, None where all are blank.

    With nothing to look for it is the first row that isn't blank.
    """
    best: int | None = None
    most = widest = 0
    for at, cells in enumerate(rows):
        names = named(cells)
        if not names:
            continue
        found = fields_in(names, headers)
        if best is None or (found > most and (len(names) > widest or (most == 0 and found > 1))):
            best, most = at, found
        widest = max(widest, len(names))
    return best


def named(cells: Iterable[object]) -> tuple[str, ...]:
    """Return the texts of the cells that hold something."""
    return tuple(text for cell in cells if cell is not None and (text := str(cell).strip()))


def fields_in(names: Sequence[str], headers: Headers) -> int:
    """Return how many fields a row names if it is the header."""
    binding = headers.binding(tuple(names))
    return len(binding.fields) + len(binding.unclear)


def is_plain(names: Sequence[str], headers: Headers) -> bool:
    """Return whether a first row is a header beyond doubt, so that no further row is read."""
    return fields_in(names, headers) >= min(2, headers.count)
