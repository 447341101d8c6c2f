"""A report in a terminal: each table within the width of the screen."""

from collections.abc import Iterator, Sequence

from turnout.printable import visible
from turnout.rendering.measures.values import told_value
from turnout.rendering.screen import Ink, clipped, hanging, paint, width, wrap
from turnout.reporting.alerts import ReportAlert
from turnout.reporting.measure_tables import MeasureTable
from turnout.reporting.report import LeadReport

MOST_ROWS = 20
"""Rows of a table that a terminal is shown."""

_WIDEST_NAME, _NUMBERS = 34, 18
_GAP = "  "


def measured_text(report: LeadReport, screen: int) -> Iterator[str]:
    """Yield a report in lines of at most `screen` cells."""
    yield paint(clipped(heading(report), screen), Ink.STRONG)
    for table in report.tables:
        if table.rows:
            yield ""
            yield from _table(table, screen)
    if empty := [table.title.lower() for table in report.tables if not table.rows]:
        yield ""
        yield from wrap(f"nothing to tell of: {', '.join(empty)}", screen)


def heading(report: LeadReport) -> str:
    """Return what is told of which leads, in a line."""
    asked = report.asked
    bounds = [
        f"{word} {moment:%Y-%m-%d %H:%M}"
        for word, moment in (("since", asked.since), ("until", asked.until))
        if moment is not None
    ]
    of = f" of {visible(report.name)}" if report.name else ""
    period = f" {' '.join(bounds)}," if bounds else ""
    return f"Report{of}{period} as of {report.at:%Y-%m-%d %H:%M} UTC"


def alert_lines(alerts: Sequence[ReportAlert], screen: int) -> Iterator[str]:
    """Yield alerts, a line for each that is as wide as the screen at most."""
    if not alerts:
        yield "no threshold is crossed"
    for alert in alerts:
        word = {"begun": "alert", "stands": "still", "over": "over"}[alert.phase]
        ink = Ink.HELP if alert.phase == "over" else Ink.WARNING
        said = visible(f"{alert.check}, {alert.subject}: {alert.told}")
        yield from hanging(f"{paint(word, ink)}  ", said.split(" "), screen)


def _table(table: MeasureTable, screen: int) -> Iterator[str]:
    yield paint(table.title, Ink.STRONG)
    if table.note:
        yield from hanging(_GAP, table.note.split(" "), screen)
    # Of days the latest ones are asked for.
    shown = table.rows[-MOST_ROWS:] if table.name == "by_day" else table.rows[:MOST_ROWS]
    texts = [column.kind == "text" for column in table.columns]
    widest = min(_WIDEST_NAME, (screen - _NUMBERS) // max(1, sum(texts)) - len(_GAP))
    cells = [
        [
            clipped(column.title, widest if texts[at] else screen)
            for at, column in enumerate(table.columns)
        ]
    ]
    for row in shown:
        told = (
            told_value(value, column.kind) for value, column in zip(row, table.columns, strict=True)
        )
        cells.append([clipped(each, widest) for each in told])
    sizes = [max(width(row[place]) for row in cells) for place in range(len(texts))]
    for places in _parts(sizes, texts, screen):
        for number, line_cells in enumerate(cells):
            line = _GAP.join(_padded(line_cells[at], sizes[at], is_text=texts[at]) for at in places)
            yield paint(f"{_GAP}{line}".rstrip(), Ink.FRAME if number == 0 else Ink.PLAIN)
    if len(table.rows) > MOST_ROWS:
        yield f"{_GAP}... and {len(table.rows) - MOST_ROWS:,} more (--format csv)"


def _parts(sizes: Sequence[int], texts: Sequence[bool], screen: int) -> Iterator[list[int]]:
    """Yield the columns that stand beside each other; the first texts stand in each part."""
    names = [at for at, is_text in enumerate(texts) if is_text]
    room = screen - sum(sizes[at] + len(_GAP) for at in names)
    part, taken = [*names], 0
    for at in range(len(sizes)):
        if at in names:
            continue
        needs = sizes[at] + len(_GAP)
        if taken and taken + needs > room:
            yield sorted(part)
            part, taken = [*names], 0
        part.append(at)
        taken += needs
    yield sorted(part)


def _padded(cell: str, size: int, *, is_text: bool) -> str:
    blanks = " " * (size - width(cell))
    return cell + blanks if is_text else blanks + cell
