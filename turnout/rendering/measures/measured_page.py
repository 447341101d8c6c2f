"""A report as one HTML page that needs nothing else: no script, no font, no network.

Plots and tables, as `page_style` has them look. Nothing is let in by its own policy but that style,
by its hash. The page of a service has links, too: to other times, and by what leads are told.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from turnout.rendering.measures.measured_text import heading
from turnout.rendering.measures.page_style import CONTENT_POLICY, STYLE
from turnout.rendering.measures.plots import MOST_COLUMNS, PlottedTime, bars, columns
from turnout.rendering.measures.values import told_value
from turnout.reporting.asked import BY, AskedReport
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.measure_tables import MeasureColumn, MeasureTable, MeasureValue
from turnout.reporting.report import LeadReport, lead_report
from turnout.runtime.stores.anywhere import AnyStore
from turnout.runtime.stores.server.locations import Whereabouts

MOST_ROWS = 200
"""Rows of a table that a page has."""

_MOST_BARS = 12
_PERIODS = (("7 days", 7), ("30 days", 30), ("90 days", 90))
_NOTES = {
    "coverage": "By the first decision for each lead.",
    "versions": "Shift: the share of leads that other rules took than in the version before.",
    "sla": "Compliance: met of those that were met or missed.",
    "acceptance": "Of people's leads by rule; claimed ones aren't counted.",
    "chains": "How many hands leads went through, queues included, and why they went on.",
    "load": "Open leads by who has them now, whenever they arrived.",
    "queues": "Leads that wait now, and since when.",
    "fairness": (
        "Leads given by turns, beside what was due by the weights. Nobody can be further off than"
        " the bound: that is proved."
    ),
}
_OF_GROUPS = (
    "Median and 90 %: from arrival to the first contact; worked: of that, in working hours. By the"
    " first decision."
)


def report_page(report: LeadReport, *, is_served: bool = False) -> str:
    """Return the page of a report. is_served: with links to other reports of the service."""
    title = escape(heading(report))
    tables = [table for table in report.tables if table.rows]
    empty = [table.title for table in report.tables if not table.rows]
    is_empty = not report.table("leads").rows[0][1]
    if is_empty:  # what lasts is told all the same, whenever it began
        tables = [table for table in tables if table.name in {"load", "queues"}]
        empty = []
    ways = "".join(
        f'<li><a href="#{table.name}">{escape(table.title)}</a></li>' for table in tables
    )
    measures = f'<nav aria-label="Measures"><ul>{ways}</ul></nav>' if ways else ""
    none = "<section><h2>No lead arrived in this time</h2><p>Choose another one.</p></section>"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        '<header><a class="skip" href="#content">To the content</a>',
        f"<h1>{title}</h1><p>{escape(_told_by(report))}</p>",
        f'{_links(report) if is_served else ""}{measures}</header><main id="content">',
        none if is_empty else _figures(report),
        *(_section(table, report) for table in tables),
        "</main><footer>",
        f"<p>{escape('Nothing to tell of: ' + ', '.join(empty) + '.')}</p>" if empty else "",
        "<p>What each measure is stands in Turnout's documentation, under Measures.</p>",
        "</footer></body></html>",
        "",
    ]
    return "\n".join(parts)


def state_page(  # noqa: PLR0913, PLR0917 - what it depends on
    store: AnyStore,
    at: Whereabouts,
    asked: AskedReport,
    manner: IndexManner,
    name: str,
    kept: Path | None = None,
) -> str:
    """Return the page of a state that is open, for whoever serves it. Raises StateError.

    at: where the state is. asked: which leads, and as of when. manner: the policy whose hours
    count, and the field of sources. name: of the policy. kept: see `report_index`. Send
    `CONTENT_POLICY` of `page_style` as a header.
    """
    return report_page(lead_report(store, at, asked, manner, name, kept), is_served=True)


def _links(report: LeadReport) -> str:
    """Return links to the same by something else, and of another time."""
    asked = report.asked
    known = {"route": asked.route} if asked.route else {}
    bounds = {
        name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        for name, moment in (("since", asked.since), ("until", asked.until))
        if moment is not None
    }
    by = [_link(each, {**known, **bounds, "by": each}, is_current=each == asked.by) for each in BY]
    periods = [_link("All time", {**known, "by": asked.by}, is_current=not bounds)]
    for name, days in _PERIODS:
        since = f"{asked.at - timedelta(days=days):%Y-%m-%d}"
        is_current = asked.until is None and bounds.get("since", "").startswith(since)
        query = {**known, "since": since, "by": asked.by}
        periods.append(_link(f"Last {name}", query, is_current=is_current))
    return (
        f'<nav aria-label="Time"><ul>{"".join(periods)}</ul></nav>'
        f'<nav aria-label="Broken down"><ul><li>By</li>{"".join(by)}</ul></nav>'
    )


def _link(name: str, query: dict[str, str], *, is_current: bool) -> str:
    current = ' aria-current="true"' if is_current else ""
    return f'<li><a href="?{escape(urlencode(query))}"{current}>{name}</a></li>'


def _told_by(report: LeadReport) -> str:
    return (
        "Leads count on the day on which they arrived, with all that became of them since."
        " Days are those of UTC." + (f" Route {report.asked.route}." if report.asked.route else "")
    )


def _figures(report: LeadReport) -> str:
    """Return the first numbers that somebody looks for."""
    found = {str(row[0]): row[1:] for row in report.table("leads").rows}
    speed = report.table("speed").note.partition(";")[0].partition(",")[0].removeprefix("median ")
    figures = [("Leads", told_value(found["Leads"][0], "count")), ("Median to contact", speed)]
    figures += [
        (name, told_value(found[name][1], "share"))
        for name in ("Contacted", "Qualified", "Converted")
    ]
    for kind in ("contact", "acceptance"):
        kept = [row for row in report.table("sla").rows if row[0] == kind]
        met, missed = (sum(int(str(row[at])) for row in kept) for at in (2, 3))
        if met + missed:
            figures.append((f"SLA kept: {kind}", told_value(met / (met + missed), "share")))
    told = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures
    )
    return f"<dl>{told}</dl>"


def _section(table: MeasureTable, report: LeadReport) -> str:
    told = [table.note[:1].upper() + table.note[1:] + "."] if table.note else []
    told += [_OF_GROUPS if table.name.startswith("by_") else _NOTES.get(table.name, "")]
    note = "".join(f"<p>{escape(each)}</p>" for each in told if each)
    return (
        f'<section id="{table.name}" aria-labelledby="{table.name}-heading">'
        f'<h2 id="{table.name}-heading">{escape(table.title)}</h2>{note}{_plot(table, report)}'
        f'<div class="scroll" role="region" tabindex="0" '
        f'aria-label="{escape(table.title)}, numbers">'
        f"{_table(table)}</div></section>"
    )


def _plot(table: MeasureTable, report: LeadReport) -> str:
    """Return the plot of a table, "" for one that has none."""
    if table.name == "by_day":
        return _days(table)
    column = {
        "speed": "leads",
        "coverage": "leads",
        f"by_{report.asked.by}": "leads",
        "by_rule": "converted",
        "sla": "compliance",
        "acceptance": "acceptance",
        "invalid": "leads",
        "load": "open",
        "queues": "oldest",
        "fairness": "share",
    }.get(table.name)
    if column is None:
        return ""
    at = [each.name for each in table.columns].index(column)
    kind = table.columns[at].kind
    rows = [
        (_name(table, row), float(str(row[at])), told_value(row[at], kind))
        for row in table.rows[:_MOST_BARS]
        if row[at] is not None
    ]
    if not rows:
        return ""
    shown = table.columns[at].title
    title = f"{table.title}: {shown.lower()}"
    first = f", the first {_MOST_BARS} of {len(table.rows):,}" * (len(table.rows) > _MOST_BARS)
    told = f'<p class="plot">{escape(shown)}{first}</p>'
    return told + bars(f"{table.name}-plot", title, rows, 1.0 if kind == "share" else None)


def _days(table: MeasureTable) -> str:
    """Return days beside each other, or weeks where there are too many."""
    rows: list[tuple[date, float, float]] = []
    for row in table.records():
        leads = float(str(row["leads"]))
        rows.append((date.fromisoformat(str(row["day"])), leads, leads * _part(row["contacted"])))
    is_weekly = (rows[-1][0] - rows[0][0]).days >= MOST_COLUMNS
    rows = _without_gaps(rows, 7 if is_weekly else 1)
    named = [
        PlottedTime(
            f"week of {day}" if is_weekly else str(day),
            leads,
            met,
            f"{leads:,.0f} leads, {met:,.0f} contacted",
        )
        for day, leads, met in rows
    ]
    unit = "week" if is_weekly else "day"
    most = max((each.height for each in named), default=0)
    key = (
        f'<p>Leads by {unit}:<span class="key bar"></span>contacted'
        '<span class="key rail"></span>not contacted</p>'
    )
    title = f"Leads by {unit}, and how many of them were contacted"
    return key + columns("by_day-plot", title, named, f"{most:,.0f} leads")


def _part(value: MeasureValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _without_gaps(
    rows: Sequence[tuple[date, float, float]], step: int
) -> list[tuple[date, float, float]]:
    """Return days, or the Mondays of weeks, up to the last one, those without a lead included."""
    found: dict[date, tuple[float, float]] = {}
    for day, leads, met in rows:
        first = day - timedelta(days=day.weekday() if step > 1 else 0)
        before = found.get(first, (0.0, 0.0))
        found[first] = before[0] + leads, before[1] + met
    count = min(MOST_COLUMNS, (max(found) - min(found)).days // step + 1)
    days = [max(found) - timedelta(days=step * back) for back in reversed(range(count))]
    return [(day, *found.get(day, (0.0, 0.0))) for day in days]


def _name(table: MeasureTable, row: tuple[MeasureValue, ...]) -> str:
    names = (
        told_value(value, "text")
        for value, column in zip(row, table.columns, strict=True)
        if column.kind == "text"
    )
    return " · ".join(names)


def _table(table: MeasureTable) -> str:
    """Return a table: of days the latest first. Columns without any value are left out."""
    is_of_days = table.name == "by_day"
    rows = [*reversed(table.rows)] if is_of_days else [*table.rows]
    shown = [
        place
        for place, column in enumerate(table.columns)
        if column.kind != "length" or any(row[place] is not None for row in rows)
    ]
    heads = "".join(
        f'<th scope="col"{_class(table.columns[at])}>{escape(table.columns[at].title)}</th>'
        for at in shown
    )
    cells = (
        "".join(_cell(table.columns[at], row[at], is_first=not at) for at in shown)
        for row in rows[:MOST_ROWS]
    )
    body = "".join(f"<tr>{each}</tr>" for each in cells)
    more = len(rows) - MOST_ROWS
    kind = "days" if is_of_days else "rows"
    caption = f'<caption class="same">{escape(table.title)}</caption>'
    if more > 0:
        order = "latest" if is_of_days else "first"
        told = f"The {order} {MOST_ROWS:,} {kind}; {more:,} more are left out"
        caption = f"<caption>{told}</caption>"
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(column: MeasureColumn, value: MeasureValue, *, is_first: bool) -> str:
    told = escape(told_value(value, column.kind))
    if column.kind == "text":
        told = f"<bdi>{told}</bdi>"  # a name may be written from right to left
    return f'<th scope="row">{told}</th>' if is_first else f"<td{_class(column)}>{told}</td>"


def _class(column: MeasureColumn) -> str:
    return "" if column.kind == "text" else ' class="n"'
