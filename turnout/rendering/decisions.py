"""Decisions as files: CSV for spreadsheets, JSON lines and JSON for programs.

The forms are described in docs/reference/formats.md.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial

from turnout.dsl.values.reading import Issue
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
_PLAIN_KEYS = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z_.-]*+(?:\n|\Z))++")
_SPECIAL = re.compile(r'[",\r\n]')


@frozen
class LineFrame:
    """What stands in a line around the lead's own cells: before and after, and between them.

    The lead's own are its key, its row and its issues, in this order.
    """

    before_key: str
    before_row: str
    before_issues: str
    end: str


@frozen
class DecisionFormat:
    """How a file of decisions is put together: the head, one text each, the tail.

    frame, key, row, issues: the parts of a line. is_plain: whether parts can be put together
    without a look at the whole; where it is false of one, `line` says how it is written. keys:
    those of many leads at once, None where one of them has to be looked at.
    """

    frame: Callable[[Decision], LineFrame]
    key: Callable[[str], str]
    row: Callable[[int | None], str]
    issues: Callable[[tuple[Issue, ...]], str]
    line: Callable[[Decision], str]
    is_plain: Callable[[str], bool]
    keys: Callable[[Sequence[str]], Sequence[str] | None]
    head: str = ""
    between: str = ""
    tail: str = ""


def csv_line(decision: Decision) -> str:
    """Return the decision as a line of CSV (RFC 4180, but for the line end)."""
    frame = csv_frame(decision)
    row = "" if decision.row is None else str(decision.row)
    issues = _csv_issues(decision.issues)
    return (
        f"{_csv_text(decision.lead)}{frame.before_row}{row}{frame.before_issues}{issues}{frame.end}"
    )


def csv_frame(decision: Decision) -> LineFrame:
    """Return what stands around a lead's own cells."""
    passed = [f"{each.target}: {each.reason}" for each in decision.passed_over]
    before = (
        decision.route,
        decision.rule,
        decision.by,
        decision.kind,
        decision.target,
        decision.assignee,
        _moment(decision.at),
        "; ".join(passed),
    )
    behind = (
        "true" if decision.repeated else "false",
        None if decision.due is None else _moment(decision.due),
        "; ".join([acted(each.kind, each.arguments) for each in decision.actions]),
        decision.duplicate_of,
    )
    return LineFrame("", ",", f",{csv_cells(before)},", f",{csv_cells(behind)}\n")


def _csv_issues(issues: tuple[Issue, ...]) -> str:
    return _csv_text("; ".join([f"{each.field or 'lead'}: {each.reason}" for each in issues]))


def csv_cells(texts: Iterable[str | None]) -> str:
    """Return cells of a line of CSV, none of which a spreadsheet runs as a formula."""
    return ",".join([_csv_text(text or "") for text in texts])


def _csv_text(text: str) -> str:
    return text if text.isalnum() else _cell(text)


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


def _json_frame(decision: Decision, end: str) -> LineFrame:
    """Return what stands around a lead's own values in the JSON of `Decision.as_dict`."""
    whole = decision.as_dict()
    names = list(whole)
    at = names.index("issues")
    before = {name: whole[name] for name in names[names.index("row") + 1 : at]}
    behind = {name: whole[name] for name in names[at + 1 :]}
    return LineFrame(
        '{"lead": ',
        ', "row": ',
        f', {_raw_json(before)[1:-1]}, "issues": ',
        f", {_raw_json(behind)[1:-1]}}}{end}",
    )


def _json_issues(issues: tuple[Issue, ...]) -> str:
    listed = [{"field": each.field, "raw": each.raw, "reason": each.reason} for each in issues]
    return _raw_json(listed)


def _raw_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_printed(text: str) -> bool:
    """Return whether a part of a line can stay as it is, see `json_text`."""
    return text.replace("\n", "").isprintable()


def plain_keys(keys: Sequence[str]) -> Sequence[str] | None:
    """Return keys that are letters and figures of ASCII, `-`, `_` and `.` behind the first.

    None where one of them is anything else.
    """
    whole = "\n".join(keys)
    return keys if whole.count("\n") == len(keys) - 1 and _PLAIN_KEYS.fullmatch(whole) else None


def _json_keys(keys: Sequence[str]) -> Sequence[str] | None:
    return None if plain_keys(keys) is None else [f'"{key}"' for key in keys]


def _json_format(end: str, head: str = "", between: str = "", tail: str = "") -> DecisionFormat:
    return DecisionFormat(
        partial(_json_frame, end=end),
        _raw_json,
        _raw_json,
        _json_issues,
        lambda decision: json_text(decision.as_dict()) + end,
        _is_printed,
        _json_keys,
        head,
        between,
        tail,
    )


DECISION_FORMATS: Mapping[str, DecisionFormat] = {
    "csv": DecisionFormat(
        csv_frame,
        _csv_text,
        lambda row: "" if row is None else str(row),
        _csv_issues,
        csv_line,
        lambda _text: True,
        plain_keys,
        head=",".join(COLUMNS) + "\n",
    ),
    "jsonl": _json_format("\n"),
    "json": _json_format("", "[\n", ",\n", "\n]\n"),
}
