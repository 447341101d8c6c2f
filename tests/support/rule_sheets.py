"""Spreadsheets of rules, and who gets a lead by them, from the guide's table of cells alone.

A cell is drawn as what it means beside one of the ways in which people write it; the meaning
is asked of leads, and the importer knows nothing of it.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Lead: TypeAlias = Mapping[str, str]
"""A lead by columns; what isn't there is missing."""

Holds: TypeAlias = Callable[[str], bool]

COUNTRIES = ("DE", "AT", "US")
SOURCES = ("demo", "web form", "Trade fair", "not sure")
EDGES = (10, 99, 1000, 25000)


@attrs.frozen
class Cell:
    """A cell as it is written, and whether it holds for a value; None asks nothing."""

    text: str
    holds: Callable[[str | None], bool]


@attrs.frozen
class Row:
    """A row: its cells, and the queue that has its leads."""

    cells: tuple[Cell, ...]
    queue: str


COLUMNS = ("Country", "Employees", "Lead source")


def _is_there(holds: Holds) -> Callable[[str | None], bool]:
    return lambda value: value is not None and holds(value)


@st.composite
def _nothing(draw: DrawFn) -> Cell:
    return Cell(draw(st.sampled_from(("", "*", "any", "All", "-"))), lambda _: True)


@st.composite
def _blank(draw: DrawFn) -> Cell:
    if draw(st.booleans()):
        return Cell(draw(st.sampled_from(("blank", "(empty)"))), lambda value: value is None)
    return Cell("not blank", lambda value: value is not None)


@st.composite
def _listed(draw: DrawFn, values: Sequence[str]) -> Cell:
    chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    joints = (", ", "; ", " | ", "\n", " or ", *(["/", " / "] if values is COUNTRIES else []))
    between = draw(st.sampled_from(joints))
    written = [f'"{each}"' if each.startswith("not ") else each for each in chosen]
    known = {each.casefold() for each in chosen}
    if draw(st.booleans()):
        sign = draw(st.sampled_from(("not ", "<> ", "except ", "all but ", "!", "none of ")))
        return Cell(
            sign + between.join(written), _is_there(lambda value: value.casefold() not in known)
        )
    return Cell(between.join(written), _is_there(lambda value: value.casefold() in known))


@st.composite
def _sized(draw: DrawFn) -> Cell:
    low, high = sorted(draw(st.lists(st.sampled_from(EDGES), min_size=2, max_size=2)))
    dashed = draw(st.sampled_from(("{}-{}", "{} to {}", "{:,} \u2013 {:,}", "between {} and {}")))
    least = draw(st.sampled_from(("{}+", ">= {:,}", "≥{}", "at least {}")))
    under = draw(st.sampled_from(("<{}", "under {}", "less than {:,}")))
    return draw(
        st.sampled_from(
            (
                Cell(dashed.format(low, high), _is_there(lambda value: low <= int(value) <= high)),
                Cell(least.format(low), _is_there(lambda value: int(value) >= low)),
                Cell(under.format(high), _is_there(lambda value: int(value) < high)),
                Cell(str(low), _is_there(lambda value: int(value) == low)),
                Cell(
                    f"{low}, > {high}",
                    _is_there(lambda value: int(value) == low or int(value) > high),
                ),
                Cell(f"> {low} and <= {high:,}", _is_there(lambda value: low < int(value) <= high)),
                Cell(f"up to {high} employees", _is_there(lambda value: int(value) <= high)),
                Cell(f"{low} or more", _is_there(lambda value: int(value) >= low)),
                Cell(f"not {low}-{high}", _is_there(lambda value: not low <= int(value) <= high)),
            )
        )
    )


@st.composite
def _said(draw: DrawFn) -> Cell:
    word = draw(st.sampled_from(("web", "FAIR", "o")))
    if draw(st.booleans()):
        return Cell(
            f"not *{word}*", lambda value: value is None or word.casefold() not in value.casefold()
        )
    if draw(st.booleans()):
        text = draw(st.sampled_from((f"contains {word}", f"*{word}*")))
        return Cell(text, _is_there(lambda value: word.casefold() in value.casefold()))
    if draw(st.booleans()):
        text = draw(st.sampled_from((f"ends with {word}", f"*{word}")))
        return Cell(text, _is_there(lambda value: value.casefold().endswith(word.casefold())))
    text = draw(st.sampled_from((f"starts with {word}", f"{word}*")))
    return Cell(text, _is_there(lambda value: value.casefold().startswith(word.casefold())))


@st.composite
def sheets(draw: DrawFn) -> tuple[Row, ...]:
    """Draw the rows of a sheet; the last may be for all others."""
    anything = st.one_of(_nothing(), _blank())
    kinds = (
        st.one_of(anything, _listed(COUNTRIES)),
        st.one_of(anything, _sized()),
        st.one_of(anything, _listed(SOURCES), _said()),
    )
    number = draw(st.integers(1, 6))
    rows = [Row(tuple(draw(kind) for kind in kinds), f"queue {at}") for at in range(number)]
    if draw(st.booleans()):
        everyone = Cell(draw(st.sampled_from(("else", "Everyone else"))), lambda _: True)
        rows.append(Row((everyone, *(Cell("", lambda _: True),) * 2), "the rest"))
    return tuple(rows)


LEADS: st.SearchStrategy[Lead] = st.fixed_dictionaries(
    {},
    optional={
        "Country": st.sampled_from((*COUNTRIES, "FR")),
        "Employees": st.sampled_from([str(edge + by) for edge in EDGES for by in (-1, 0, 1)]),
        "Lead source": st.sampled_from((*SOURCES, "WEB FORM", "webinar")),
    },
)


def written(rows: Sequence[Row]) -> str:
    """Return the sheet as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*COLUMNS, "Assign to"])
    for row in rows:
        writer.writerow([*(cell.text for cell in row.cells), row.queue])
    return out.getvalue()


def queue_of(rows: Sequence[Row], lead: Lead) -> str:
    """Return who gets a lead: the first row of which all cells hold; "" for nobody."""
    for row in rows:
        if all(cell.holds(lead.get(name)) for name, cell in zip(COLUMNS, row.cells, strict=True)):
            return row.queue
    return ""
