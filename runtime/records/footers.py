"""Where a table ends and a report's footer begins.

Reports end in lines that are no leads: "Grand Totals (6 records)", who made them, a
copyright. A row that may be such a line is held back until a lead follows it, which shows
that it was a row like others, or the table ends. Nothing that a lead follows is ever cut.

At the end, rows are a footer where the first of them is a total (of which every other cell
is a number), or where they stand apart, below a blank row, and hold a single cell each:
lines of a report have one cell where the table has many. Since an e-mail address alone
could stand like that, some line has to read like prose: several words in a row that is
physically short, or a word that reports begin with.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_FOLLOWED = "reads like a total of the rows above it, though leads follow it"
MOST_HELD = 50
"""Rows that a footer may have, blank ones not counted."""

_TOTALS = re.compile(
    r"(?:grand |sub|overall )?[\s-]*tota(?:l|ls|le|len|al|les)\b|gesamt\w*\b|(?:zwischen)?summe\b"
    r"|insgesamt\b|sum\b|suma\b|somma\b|somme\b|summa\b|razem\b|celkem\b|toplam\b"
    r"|итого|всего|合計|总计|总和|小计|합계",
    re.IGNORECASE,
)
# Of these a number has to stand beside them, and nothing behind: they may be names.
_MEASURES = re.compile(
    r"(?:average|avg\.?|median|count|(?:row|record) ?count|number of (?:rows|records|leads)"
    r"|durchschnitt|mittelwert|anzahl|moyenne|promedio|gemiddelde|aantal|średnia|среднее"
    r"|количество|平均|件数)\s*:?\Z",
    re.IGNORECASE,
)
NAMED = (
    r"[ \t-]*(?:grand |sub|overall )?[ \t-]*(?:tota|gesamt|zwischensumme|summe|insgesamt|sum|som"
    r"|razem|celkem|toplam|average|avg|median|count|row|record|number of|durchschnitt|mittelwert"
    r"|anzahl|moyenne|promedio|gemiddelde|aantal)"
)
"""How each text of ASCII begins that names a total or a measure, in lower case."""

# The characters that a total begins with: a set is asked faster than a pattern.
_BEGINNINGS = frozenset(
    " \t\xa0-" + "gstoi" + "GSTOI" + "zrcaml" + "ZRCAML" + "ndpNDP" + "иИвВсСкК合总小합平件"
)
_MARKS = re.compile(
    r"[\s\-*=#_(\[]*(?:copyright\b|©|c\)\s|confidential\b|do not distribute\b|generated\b"
    r"|exported\b|printed\b|report (?:generated|created|run)\b"
    r"|filter(?:ed)?\b.*(?::|\bby\b)|(?:page|seite)\s*\d|as of\b|end of\b|(?:stand|quelle|source):"
    r"|[\d.,]+\s+(?:rows?|records?|leads?|results?|entries)\b"
    r"|(?:rows?|records?|leads?|results?|entries)(?: count)?\s*:\s*[\d.,]+|end\s*[-*=#_]*\Z)",
    re.IGNORECASE,
)
# What is a line of a report beyond doubt, also where it is as long as the table.
_SURE = re.compile(
    r"[\s\-*=#_(\[]*(?:copyright\s|©|c\)\s|confidential information"
    r"|(?:report )?(?:generated|exported|printed)\s(?:by|on|from|at)\b"
    r"|end of (?:report|file|data|list|export)\b|(?:page|seite)\s*\d"
    r"|[\d.,]+\s+(?:rows?|records?|results?|entries)\b"
    r"|(?:row|record|lead|result)s?(?: count)?\s*:\s*[\d.,]+)",
    re.IGNORECASE,
)
_NUMBERLIKE = re.compile(
    r"[\s\d.,%+\-()$€£¥]*(?:rows?|records?|leads?|results?)?\s*", re.IGNORECASE
)


class Row(NamedTuple):  # one is made for every lead: a tuple is made fastest
    """A row of a table before it is a record.

    cells: texts, of a workbook also numbers, dates and the like. line: of a row that strict
    reading refused its first line, else None; reason: why it was refused, or "". digest: of
    a line that is too long to be kept.
    """

    number: int
    cells: Sequence[object]
    line: str | None = None
    reason: str = ""
    digest: str = ""


def is_blank(cells: Iterable[object]) -> bool:
    """Return whether no cell holds anything."""
    return not any(not isinstance(cell, str) or cell.strip() for cell in cells if cell is not None)


def beginning(cells: Iterable[object]) -> str:
    """Return the text of the first cell that holds something."""
    return next((text for cell in cells if cell is not None and (text := str(cell).strip())), "")


def is_line_of_report(cells: Sequence[object]) -> bool:
    """Return whether a row may be a line of a footer: a total, or one cell alone."""
    first = beginning(cells)
    filled = [text for cell in cells if cell is not None and (text := str(cell).strip())]
    if len(filled) == 1:
        return True
    return _is_named(first) and all(map(_NUMBERLIKE.fullmatch, filled[1:]))


def is_total(cells: Sequence[object]) -> bool:
    """Return whether a row adds up the rows above it."""
    first = beginning(cells)
    if _MEASURES.match(first) and sum(cell not in (None, "") for cell in cells) < 2:
        return False
    return _is_named(first) and is_line_of_report(cells)


def is_footer(rows: Sequence[Row], width: int, *, is_apart: bool) -> bool:
    """Return whether the last rows of a table are below it and not of it.

    width: the number of columns. is_apart: a blank row stands before them.
    """
    if is_total(rows[0].cells):
        return True
    is_short = [len(row.cells) < width for row in rows]
    marked = [bool(_MARKS.match(beginning(row.cells))) for row in rows]
    if not is_apart:
        first = beginning(rows[0].cells)
        return (is_short[0] and marked[0]) or bool(_SURE.match(first))
    prose = (
        short and " " in beginning(row.cells) for short, row in zip(is_short, rows, strict=True)
    )
    return any(marked) or any(is_total(row.cells) for row in rows) or any(prose)


def without_footer(
    rows: Iterable[Row], width: int, left_out: list[tuple[int, str]]
) -> Iterator[Row]:
    """Yield the rows of a table, blank ones too, and add those below it to `left_out`.

    width: the number of columns; where there is one, a single cell tells nothing.
    """
    held: list[Row] = []
    is_apart = was_blank = False
    for row in rows:
        cells = row.cells
        if not held and not was_blank and _is_plain(cells):
            yield row
            continue
        if is_blank(cells):
            was_blank = True
            if held:
                held.append(row)
            else:
                yield row
            continue
        may_be = row.line is None and (
            is_line_of_report(cells) if width > 1 else _may_end_a_list(cells)
        )
        if may_be and len(held) < MOST_HELD:
            if not held:
                is_apart = was_blank
            held.append(row)
            continue
        yield from map(_followed, held)
        held = []
        was_blank = False
        yield row
    lines = [row for row in held if not is_blank(row.cells)]
    if lines and is_footer(lines, width, is_apart=is_apart):
        left_out.extend((row.number, beginning(row.cells)) for row in lines)
    else:
        yield from held


def _followed(row: Row) -> Row:
    """Return a row that a lead follows; one that reads like a total says so."""
    return row._replace(reason=_FOLLOWED) if is_total(row.cells) else row


def _is_plain(cells: Sequence[object]) -> bool:
    """Return whether a row is no line of a report, by its first cells: as most are."""
    if len(cells) < 2 or not cells[0] or not cells[1]:
        return False
    first = str(cells[0])
    if first[0] in _BEGINNINGS and (not first.strip() or _is_named(first.lstrip())):
        return False
    second = cells[1]
    return not isinstance(second, str) or not second.isspace()


def _is_named(first: str) -> bool:
    return bool(_TOTALS.match(first) or _MEASURES.match(first))


def _may_end_a_list(cells: Sequence[object]) -> bool:
    return is_total(cells) or bool(_MARKS.match(beginning(cells)))


def until(rows: Iterable[Row], footer: str, left_out: list[tuple[int, str]]) -> Iterator[Row]:
    """Yield the rows before the first that begins with `footer`; the rest is left out."""
    wanted = footer.strip().casefold()
    is_below = False
    for row in rows:
        is_below = is_below or beginning(row.cells).casefold().startswith(wanted)
        if not is_below:
            yield row
        elif not is_blank(row.cells):
            left_out.append((row.number, beginning(row.cells)))
