"""`turnout import table`, as its users meet it."""

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.errors import Error
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Some
from turnout.importing.sheets.rule_cells import cell_asks

RULES = """#,Country,Employees,Source,Assign to,Notes
1,"DE, Austria",>= 1000,,Ana@firm.example,big DACH
2,"DE, AT, CH",100-999,"demo, web form",DACH team,
3,US,"1,000+",Web*,"ben@firm.example, cleo@firm.example",
,everyone else,,,Triage,
"""


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "table", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("rules.csv").write_text(RULES, encoding="utf-8-sig")


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_the_rows_stay_a_table_beside_the_policy() -> None:
    result = turnout("rules.csv", "-o", "out")
    assert result.exit_code == 0, result.output
    assert Path("out/rules.route").read_text() == (
        """# Made of the rules in rules.csv by `turnout import`.
policy rules

lead {
  id:        text id required from column ["Lead ID", "Case ID", "Case Number", "Record ID"]
  country:   country
  employees: integer
  source:    text
}

person ana  { email "ana@firm.example" }
person ben  { email "ben@firm.example" }
person cleo { email "cleo@firm.example" }

team ben-cleo { ben, cleo }

queue dach-team
queue triage
queue unassigned

# rules.csv, the sheet
route inbound {
  # allow unread-column: notes are for those who keep the sheet
  rules from "rules.rules.csv" by country, employees, source {
    to   column "Assign to"
  }
  # row 5
  fallback to queue triage
}
"""
    )
    assert Path("out/rules.rules.csv").read_text() == (
        "Country,Employees,Source,Assign to,Notes\n"
        '"DE, AT",>= 1000,,person ana else queue unassigned,big DACH\n'
        '"DE, AT, CH",100..999,"demo, web form",queue dach-team,\n'
        'US,>= 1000,"starts with ""Web""",round-robin ben-cleo else queue unassigned,\n'
    )
    assert Path("rules.csv").read_text("utf-8-sig") == RULES


def test_written_rules_read_as_a_person_writes_them() -> None:
    assert turnout("rules.csv", "-o", "out", "--written").exit_code == 0
    text = Path("out/rules.route").read_text()
    assert '    when country is US and employees >= 1000 and source starts with "Web"\n' in text
    assert "  # row 2\n  # big DACH\n" in text
    assert not Path("out/rules.rules.csv").exists()


def test_a_workbook_is_read_by_its_values() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Country", "Employees", "Since", "Rep"])
    sheet.append(["DE", 1000, "from 2026-01-01", "ana@firm.example"])
    sheet.append(["US", ">5000", None, "Enterprise"])
    book.save("rules.xlsx")
    assert turnout("rules.xlsx", "-o", "out").exit_code == 0
    assert Path("out/rules.rules.csv").read_text() == (
        "Country,Employees,Since,Rep\n"
        "DE,1000,>= 2026-01-01,person ana else queue unassigned\n"
        "US,> 5000,,queue enterprise\n"
    )
    assert "since:     date" in Path("out/rules.route").read_text()


def test_what_the_checker_finds_is_told_at_the_row_of_the_sheet() -> None:
    Path("rules.csv").write_text("City,Size,Owner\nBonn,,a\n,,\nbonn,> 5,b\n")
    result = turnout("rules.csv", "-o", "out", "--report", "r.json")
    assert result.exit_code == 1
    (found,) = json.loads(Path("r.json").read_text())
    unreachable = next(each for each in found["findings"] if each["name"] == "unreachable-rule")
    assert (unreachable["file"], unreachable["line"]) == ("rules.csv", 4)
    assert [each["rule"] for each in found["entries"]] == ["rules.rules.csv:2", "rules.rules.csv:3"]


FAULTS = {
    "an error of the spreadsheet": ("#REF!", "(row 2, column Size): #REF! is an error of the"),
    "a formula": ('"=SUM(A1:A2)"', "(row 2, column Size): =SUM(A1:A2) is a formula"),
    "a pattern": ("a?b", "(row 2, column Size): a policy has no pattern such as a?b"),
    "no number": (">= many", "(row 2, column Size): >= many compares with no number or day"),
    "another kind": ("small", "(row 2): no policy says 'Size is small'; a field of its own"),
    "thousands": ('"100,200,300"', "100,200,300 is read as one number; for a list"),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_cell_that_no_policy_says_is_told_at_its_row_and_column(name: str) -> None:
    cell, message = FAULTS[name]
    Path("rules.csv").write_text(f"City,Size,Owner\nBonn,{cell},a\nKiel,> 5,b\n")
    result = turnout("rules.csv", "-o", "out")
    assert result.exit_code == 0, result.output
    assert message in said(result)


def test_a_row_without_anybody_keeps_its_leads_and_is_told() -> None:
    Path("rules.csv").write_text("City,Owner\nBonn,\nKiel,b\n")
    result = turnout("rules.csv", "-o", "out")
    assert "(row 2, column Owner): nobody is named; a queue of its own" in said(result)
    assert "Bonn,queue unassigned\n" in Path("out/rules.rules.csv").read_text()


def test_what_no_cell_can_say_is_written_out_and_told() -> None:
    Path("rules.csv").write_text("City,Owner\n" + '"a\\b, d",a\nKiel,b\n')
    result = turnout("rules.csv", "-o", "out")
    assert "a cell of a table of rules can't say all of it" in said(result)
    text = Path("out/rules.route").read_text()
    assert 'when city in ["a\\\\b", "d"]' in text


def test_the_row_for_all_others_counts_as_the_last() -> None:
    Path("rules.csv").write_text("City,Owner\nelse,a\nKiel,b\n")
    result = turnout("rules.csv", "-o", "out", "--as", "person")
    assert "(row 2): the row is for all others; it counts as the last one" in said(result)
    assert "  fallback to person a else queue unassigned\n" in Path("out/rules.route").read_text()


REFUSED = {
    "no column of owners": ("City,Size\nBonn,1\n", "no column of rules.csv says who gets a lead"),
    "two of them": ("City,Rep,AE\nBonn,a,b\n", "several columns that may say who gets a lead"),
    "no rows": ("City,Owner\n", "rules.csv has no row with a rule"),
    "nothing": ("", "is empty"),
    "no table": ('{"a": [1]}', "rules.csv"),
    "too long a cell": (f'City,Owner\n"{"a" * 3_000_000}",b\n', "characters"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_sheet_is_refused_with_the_cause(name: str) -> None:
    text, message = REFUSED[name]
    Path("rules.csv").write_text(text)
    result = turnout("rules.csv", "-o", "out")
    assert result.exit_code == 2, result.output
    assert message in said(result)
    assert not Path("out").exists()


def test_the_column_of_owners_may_be_named() -> None:
    Path("rules.csv").write_text("City,Rep,AE\nBonn,a,b\n")
    assert turnout("rules.csv", "-o", "out", "--to", "ae").exit_code == 0
    assert "queue b\n" in Path("out/rules.route").read_text()
    assert turnout("rules.csv", "-o", "o", "--to", "x").exit_code == 2


def test_a_sheet_of_another_encoding_is_read_with_its_name() -> None:
    Path("rules.csv").write_bytes("Stadt,VIP,Assigned Rep\nKöln,yes,a\n".encode("cp1252"))
    refused = turnout("rules.csv", "-o", "out")
    assert (refused.exit_code, "--encoding windows-1252" in said(refused)) == (2, True)
    done = turnout("rules.csv", "-o", "out", "--encoding", "windows-1252")
    assert done.exit_code == 0, done.output
    assert Path("out/rules.rules.csv").read_text().endswith("Köln,yes,queue a\n")
    assert "  vip:   boolean\n" in Path("out/rules.route").read_text()


def test_neither_the_policy_nor_its_table_is_written_over() -> None:
    assert turnout("rules.csv", "-o", ".").exit_code == 0
    Path("rules.route").unlink()
    Path("rules.rules.csv").write_text("mine")
    assert turnout("rules.csv", "-o", ".").exit_code == 2
    assert Path("rules.rules.csv").read_text() == "mine"


def test_hostile_cells_stay_texts() -> None:
    Path("rules.csv").write_text('City,Owner,Notes\n"a"" } route x {",b\\" ],"c\nroute y {"\n')
    result = turnout("rules.csv", "-o", "out", "--written")
    assert result.exit_code == 0, result.output
    assert "\nroute x" not in Path("out/rules.route").read_text()
    assert turnout("rules.csv", "-o", "out", "--force").exit_code == 0


def one(operator: str, *values: str) -> Criterion:
    return Criterion("c", operator, values)  # type: ignore[arg-type]


CELLS: dict[str, Asked] = {
    "": ALWAYS,
    "ANY": ALWAYS,
    "\u2013": ALWAYS,
    "Everyone else": ALWAYS,
    "a": one("is", "a"),
    "is a": one("is", "a"),
    "a; b|c": one("is", "a", "b", "c"),
    "a or b": one("is", "a", "b"),
    '"a, b", c': one("is", "a, b", "c"),
    '"not a"': one("is", "not a"),
    "1,000": one("is", "1000"),
    "1, 000": one("is", "1", "000"),
    "not a, b": one("is not", "a", "b"),
    "!= a": one("is not", "a"),
    "(blank)": one("missing"),
    "Not blank": one("present"),
    "≤ 5": one("<=", "5"),
    "=>1,000": one(">=", "1000"),
    "$5k+": one(">=", "$5k"),
    "at least 5": one(">=", "5"),
    "5 or more": one(">=", "5"),
    "..5": one("<=", "5"),
    "before 2026-01-01": one("<", "2026-01-01"),
    "2026-01-01..2026-02-01": Every((one(">=", "2026-01-01"), one("<=", "2026-02-01"))),
    "between 1 and 5": Every((one(">=", "1"), one("<=", "5"))),
    "5, > 9": Some((one("is", "5"), one(">", "9"))),
    "not > 9": one("<=", "9"),
    "not 1-5": Some((one("<", "1"), one(">", "5"))),
    "not *a*": Nay(one("contains", "a")),
    "*a*": one("contains", "a"),
    "begins with a": one("starts with", "a"),
}


@pytest.mark.parametrize("text", list(CELLS))
def test_a_cell_asks_what_people_mean_by_it(text: str) -> None:
    assert cell_asks("c", text) == CELLS[text]


@pytest.mark.parametrize("text", ["#N/A", "=A1", "a?b", ", ,", "x" * 10_001, "> x"])
def test_a_cell_that_says_nothing_known_is_an_error(text: str) -> None:
    with pytest.raises(Error):
        cell_asks("c", text)
