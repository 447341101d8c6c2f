"""A report as one HTML page that needs nothing else: no script, no font, no network.

Plots and tables, light and dark as the reader's system is, for a phone as for a wall. Nothing is
let in by its own policy but its one style, by that style's hash.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from turnout.rendering.measures.measured_text import heading
from turnout.rendering.measures.plots import bars, days
from turnout.rendering.measures.values import told_value
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.measure_tables import MeasureColumn, MeasureTable, MeasureValue
from turnout.reporting.report import LeadReport, lead_report
from turnout.runtime.stores.anywhere import AnyStore
from turnout.runtime.stores.server.locations import Whereabouts

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #4a5565; --line: #d8dee6; --page: #fff;
  --head: #f3f5f8; --bar: #2f62ad; --rail: #dfe6f0; --link: #1f56a5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #aab4c2; --line: #37414f;
  --page: #12161c; --head: #1d242e; --bar: #7fb0f5; --rail: #2a3442; --link: #9cc3ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  margin: 0; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
p { color: var(--soft); margin: .25rem 0 .75rem; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .5rem 0 1rem;
  list-style: none; }
nav a { display: inline-block; padding: .25rem 0; }
section { border-top: 1px solid var(--line); padding: 1.25rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem;
  margin: 1rem 0; }
dl div { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.3rem; font-weight: 600; }
svg { width: 100%; min-width: 30rem; max-width: 44rem; height: auto; display: block;
  margin: .5rem 0 1rem; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg .name, svg .end { text-anchor: end; }
svg .bar { fill: var(--bar); } svg .rail { fill: var(--rail); }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .25rem; }
th, td { padding: .3rem .7rem; border: 1px solid var(--line); text-align: left;
  vertical-align: top; }
thead th { background: var(--head); }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 7rem; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2rem; }
@media print { nav, .skip { display: none; } section { break-inside: avoid; } }
""".strip()
_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
)
"""What a page of a report may load; a service says it in a header, too."""

MOST_ROWS = 200
"""Rows of a table that a page has."""

_MOST_BARS = 12


def report_page(report: LeadReport) -> str:
    """Return the page of a report."""
    title = escape(heading(report))
    tables = [table for table in report.tables if table.rows]
    empty = [table.title for table in report.tables if not table.rows]
    ways = "".join(
        f'<li><a href="#{table.name}">{escape(table.title)}</a></li>' for table in tables
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        '<header><a class="skip" href="#content">To the content</a>',
        f"<h1>{title}</h1><p>{escape(_told_by(report))}</p>",
        f'<nav aria-label="Measures"><ul>{ways}</ul></nav></header><main id="content">',
        _figures(report),
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
    `CONTENT_POLICY` as a header.
    """
    return report_page(lead_report(store, at, asked, manner, name, kept))


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
    note = f"<p>{escape(table.note)}.</p>" if table.note else ""
    plot = _plot(table, report)
    return (
        f'<section id="{table.name}" aria-labelledby="{table.name}-heading">'
        f'<h2 id="{table.name}-heading">{escape(table.title)}</h2>{note}'
        f'<div class="scroll" role="region" tabindex="0" '
        f'aria-label="{escape(table.title)}, numbers">'
        f"{plot}{_table(table)}</div></section>"
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
    title = f"{table.title}: {table.columns[at].title.lower()}"
    return bars(f"{table.name}-plot", title, rows, 1.0 if kind == "share" else None) if rows else ""


def _days(table: MeasureTable) -> str:
    rows: list[tuple[str, float, float, str]] = []
    for row in table.rows:
        found = dict(zip((column.name for column in table.columns), row, strict=True))
        leads = float(str(found["leads"]))
        met = leads * float(str(found["contacted"] or 0))
        rows.append((str(found["day"]), leads, met, f"{leads:,.0f} leads, {met:,.0f} contacted"))
    return days("by_day-plot", "Leads by day, and how many of them were contacted", rows)


def _name(table: MeasureTable, row: tuple[MeasureValue, ...]) -> str:
    names = (
        told_value(value, "text")
        for value, column in zip(row, table.columns, strict=True)
        if column.kind == "text"
    )
    return " · ".join(names)


def _table(table: MeasureTable) -> str:
    heads = "".join(
        f'<th scope="col"{_class(column)}>{escape(column.title)}</th>' for column in table.columns
    )
    rows = "".join(f"<tr>{''.join(_cells(table, row))}</tr>" for row in table.rows[:MOST_ROWS])
    more = len(table.rows) - MOST_ROWS
    said = f"; {more:,} rows more are left out" if more > 0 else ""
    caption = f"<caption>{escape(table.title)}{said}</caption>"
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(table: MeasureTable, row: tuple[MeasureValue, ...]) -> Iterator[str]:
    for place, (value, column) in enumerate(zip(row, table.columns, strict=True)):
        told = escape(told_value(value, column.kind))
        yield f'<th scope="row">{told}</th>' if place == 0 else f"<td{_class(column)}>{told}</td>"


def _class(column: MeasureColumn) -> str:
    return "" if column.kind == "text" else ' class="n"'
