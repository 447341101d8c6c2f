"""Decisions as files: CSV for spreadsheets, JSON lines and JSON for programs.

The forms are described in docs/reference/formats.md.
"""

import re
from collections.abc import Callable, Mapping

import attrs

from turnout.dsl.wording import acted
from turnout.rendering.jsons import json_text
from turnout.runtime.decisions import Decision
from turnout.runtime.records.guards import harmless

COLUMNS = (
    "lead",
    "row",
    "route",
    "rule",
    "by",
    "kind",
    "target",
    "assignee",
    "at",
    "passed_over",
    "issues",
    "repeated",
    "due",
    "actions",
    "duplicate_of",
)
_SPECIAL = re.compile(r'[",\r\n]')


@attrs.frozen
class DecisionFormat:
    """How a file of decisions is put together: the head, one text each, the tail."""

    line: Callable[[Decision], str]
    head: str = ""
    between: str = ""
    tail: str = ""


def csv_line(decision: Decision) -> str:
    """Return the decision as a line of CSV (RFC 4180, but for the line end)."""
    data = decision.as_dict()
    data["actions"] = "; ".join(acted(each.kind, each.arguments) for each in decision.actions)
    data["passed_over"] = "; ".join(
        f"{each.target}: {each.reason}" for each in decision.passed_over
    )
    data["issues"] = "; ".join(f"{each.field or 'lead'}: {each.reason}" for each in decision.issues)
    data["repeated"] = "true" if decision.repeated else "false"
    cells = ("" if data.get(name) is None else str(data[name]) for name in COLUMNS)
    return ",".join(cell if cell.isalnum() else _quoted(harmless(cell)) for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    """Return a cell as it stands in a line; the csv module would leave a carriage return bare."""
    return '"{}"'.format(cell.replace('"', '""')) if _SPECIAL.search(cell) else cell


DECISION_FORMATS: Mapping[str, DecisionFormat] = {
    "csv": DecisionFormat(csv_line, head=",".join(COLUMNS) + "\n"),
    "jsonl": DecisionFormat(lambda decision: json_text(decision.as_dict()) + "\n"),
    "json": DecisionFormat(
        lambda decision: json_text(decision.as_dict()), head="[\n", between=",\n", tail="\n]\n"
    ),
}
