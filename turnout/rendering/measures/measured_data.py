"""A report for programs: JSON, and CSV with a row for each value."""

import csv
import io
from typing import Any

from turnout.rendering.measures.values import plain_value
from turnout.reporting.report import LeadReport
from turnout.runtime.records.guards import harmless

CSV_COLUMNS = ("table", "group", "measure", "value")


def measured_data(report: LeadReport) -> dict[str, Any]:
    """Return a report in the documented JSON form, keys in a fixed order."""
    asked = report.asked
    return {
        "name": report.name,
        "at": asked.at.isoformat(),
        "since": None if asked.since is None else asked.since.isoformat(),
        "until": None if asked.until is None else asked.until.isoformat(),
        "by": asked.by,
        "route": asked.route,
        "tables": {
            table.name: [
                {name: plain_value(value) for name, value in row.items()} for row in table.records()
            ]
            for table in report.tables
        },
    }


def measured_csv(report: LeadReport) -> str:
    """Return a report as CSV: a row for each number, named by its table, group and column.

    group: the texts of its row, joined by " / ". Empty where there was nothing to measure.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for table in report.tables:
        for row in table.rows:
            pairs = [*zip(table.columns, row, strict=True)]
            names = [str(value) for column, value in pairs if column.kind == "text"]
            group = harmless(" / ".join(names))
            for column, value in pairs:
                if column.kind != "text":
                    writer.writerow((table.name, group, column.name, plain_value(value)))
    return stream.getvalue()
