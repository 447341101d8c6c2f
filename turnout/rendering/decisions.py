"""Decisions as files: CSV for spreadsheets, JSON lines and JSON for programs.

The forms are described in docs/reference/formats.md.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from turnout.dsl.wording import acted
from turnout.frozen import frozen
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
_LONGEST_KNOWN = 200
_SPECIAL = re.compile(r'[",\r\n]')


@frozen
class DecisionFormat:
    """How a file of decisions is put together: the head, one text each, the tail."""

    line: Callable[[Decision], str]
    head: str = ""
    between: str = ""
    tail: str = ""


def csv_line(decision: Decision) -> str:
    """Return the decision as a line of CSV (RFC 4180, but for the line end)."""
    passed = [f"{each.target}: {each.reason}" for each in decision.passed_over]
    issues = [f"{each.field or 'lead'}: {each.reason}" for each in decision.issues]
    cells: dict[str, str | int | None] = {
        "lead": decision.lead,
        "row": decision.row,
        "route": decision.route,
        "rule": decision.rule,
        "by": decision.by,
        "kind": decision.kind,
        "target": decision.target,
        "assignee": decision.assignee,
        "at": _moment(decision.at),
        "passed_over": "; ".join(passed),
        "issues": "; ".join(issues),
        "repeated": "true" if decision.repeated else "false",
        "due": None if decision.due is None else _moment(decision.due),
        "actions": "; ".join([acted(each.kind, each.arguments) for each in decision.actions]),
        "duplicate_of": decision.duplicate_of,
    }
    texts = ["" if cells[name] is None else str(cells[name]) for name in COLUMNS]
    return ",".join([text if text.isalnum() else _cell(text) for text in texts]) + "\n"


def _cell(text: str) -> str:
    return _known(text) if len(text) <= _LONGEST_KNOWN else _quoted(harmless(text))


# Most cells of a file are one of a few texts, and looking each over for formulas takes a while.
@lru_cache(maxsize=4096)
def _known(text: str) -> str:
    return _quoted(harmless(text))


_moment = lru_cache(maxsize=64)(datetime.isoformat)


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
