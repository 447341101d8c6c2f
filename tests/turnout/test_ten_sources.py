"""Leads as ten sources write them go through one policy, end to end, and nothing is lost."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy

EXPORTS = Path(__file__).parents[1] / "exports"
POLICY = EXPORTS / "everything.route"

_Maker = Callable[[str], bytes]
_Expected = list[tuple[str, str, list[str]]]
"""For each lead its id, what chose its target, and the fields that have an issue."""


def in_utf_8(text: str) -> bytes:
    return text.encode()


def in_utf_16(text: str) -> bytes:
    return text.encode("utf-16")


def in_windows_1252(text: str) -> bytes:
    return text.encode("windows-1252")


def as_workbook(text: str) -> bytes:
    """Return a table as a workbook with a sheet about it in front, numbers as numbers."""
    book = openpyxl.Workbook()
    about = book.worksheets[0]
    about.append(["About", "made by hand"])
    sheet = book.create_sheet("Leads")
    sheet.append(["New leads"])
    for cells in csv.reader(io.StringIO(text, newline="")):
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in cells])
    sheet.append([])
    sheet.append(["Generated on 2026-03-04"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_parquet(text: str) -> bytes:
    """Return a table as a data frame writes it: numbers as floats, nothing as null."""
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    columns: dict[str, list[object]] = {}
    for at, name in enumerate(header):
        cells = [row[at] for row in rows]
        is_number = name in {"zip", "employees"}
        columns[name or "__index_level_0__"] = [
            None if not cell else float(cell) if is_number else cell for cell in cells
        ]
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


class Source(NamedTuple):
    """An export: its file, what it is made into, how it is read, and what comes of it."""

    name: str
    suffix: str
    made: _Maker
    options: tuple[str, ...]
    expected: _Expected
    remarks: list[str]


SOURCES = [
    Source(
        "form_tool.csv",
        ".csv",
        in_utf_8,
        (),
        [("rsp-01", "rule large", []), ("rsp-02", "fallback of route inbound", [])],
        [],
    ),
    Source(
        "ads_platform.tsv",
        ".csv",
        in_utf_16,
        (),
        [("l:90001", "rule dach", []), ("l:90002", "rule west", [])],
        [],
    ),
    Source(
        "crm_report.csv",
        ".csv",
        in_windows_1252,
        ("--encoding", "windows-1252"),
        [
            ("00Q5e00001AbCdE", "rule dach", []),
            ("00Q5e00001aBcDE", "rule partners", []),
            ("00Q5e00001XyZaB", "rule large", []),
        ],
        ["6 rows below the table, from row 5 on, not routed: Leads with account type"],
    ),
    Source(
        "crm_api.json",
        ".json",
        in_utf_8,
        (),
        [
            ("00Q5e00001AbCdEAAV", "rule dach", []),
            ("00Q5e00001XyZaBAAV", "rule partners", []),
            ("00Q5e00001QqQqQAAV", "rule large", []),
        ],
        ["the file is one page of more: `totalSize` is 2,500, and it holds 3"],
    ),
    Source(
        "marketing_export.csv",
        ".csv",
        in_utf_8,
        (),
        [
            ("51001", "rule large", []),
            ("51002", "rule west", []),
            ("51003", "fallback of route inbound", []),
        ],
        [],
    ),
    Source(
        "marketing_api.json",
        ".json",
        in_utf_8,
        (),
        [("51001", "rule large", []), ("51002", "rule west", [])],
        ["the file is one page of more: `after` is 51003"],
    ),
    Source(
        "german_sheet.csv",
        ".csv",
        in_windows_1252,
        ("--encoding", "cp1252"),
        [
            ("V-1", "rule large", []),
            ("V-2", "rule west", ["state"]),  # states of the US have no German names in CLDR
            ("V-3", "fallback of route inbound", []),
        ],
        ["1 row below the table, from row 5 on, not routed: Summe", "1 blank row left out"],
    ),
    Source(
        "event_tool.csv",
        ".csv",
        in_utf_8,
        (),
        [("reg-1", "rule dach", []), ("reg-2", "rule west", [])],
        ["4 rows above the header were taken for a title: Webinar report"],
    ),
    Source(
        "marketing_export.csv",
        ".xlsx",
        as_workbook,
        (),
        [
            ("51001", "rule large", []),
            ("51002", "rule west", []),
            ("51003", "fallback of route inbound", []),
        ],
        [
            "1 row above the header was taken for a title: New leads",
            "1 row below the table, from row 5 on, not routed: Generated on 2026-03-04",
        ],
    ),
    Source(
        "data_frame.csv",
        ".csv",
        in_utf_8,
        (),
        [
            ("F-1", "rule large", []),
            ("F-2", "fallback of route inbound", []),
            ("F-3", "fallback of route inbound", []),
        ],
        [],
    ),
    Source(
        "data_frame.csv",
        ".parquet",
        as_parquet,
        (),
        [
            ("F-1", "rule large", []),
            ("F-2", "fallback of route inbound", []),
            ("F-3", "fallback of route inbound", []),
        ],
        [],
    ),
    Source(
        "webhook.jsonl",
        ".jsonl",
        in_utf_8,
        (),
        [("sub-1", "rule dach", []), ("sub-2", "fallback of route inbound", ["employees", ""])],
        [],
    ),
]


def test_the_policy_of_the_sources_has_no_findings() -> None:
    assert compile_policy(POLICY).findings == ()


def test_every_export_is_tried() -> None:
    files = {path.name for path in EXPORTS.iterdir()} - {"README.md", POLICY.name}
    assert files == {source[0] for source in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=[f"{each[0]}-as-{each[1][1:]}" for each in SOURCES])
def test_a_source_is_read_as_it_writes(tmp_path: Path, source: Source) -> None:
    leads = tmp_path / f"export{source.suffix}"
    leads.write_bytes(source.made((EXPORTS / source.name).read_text(encoding="utf-8")))
    result = CliRunner().invoke(cli, ["route", str(POLICY), str(leads), *source.options])
    assert result.exit_code == 0, result.stderr
    decisions = [json.loads(line) for line in result.stdout.splitlines()]
    found = [
        (each["lead"], each["by"], [issue["field"] for issue in each["issues"]])
        for each in decisions
    ]
    assert found == source.expected
    said = " ".join(result.stderr.split())
    for remark in source.remarks:
        assert remark in said
    assert ("not routed" in said) == any("not routed" in remark for remark in source.remarks)
    assert ("page of more" in said) == any("page of more" in remark for remark in source.remarks)
    # What no source has under any name is told; nothing that a source has is.
    assert "declare `from column" not in said
