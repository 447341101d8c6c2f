"""`turnout import table` of sheets as people keep them: titles, merged cells, notes, places."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Receiver, Some
from turnout.importing.sheets.asked_headings import AskedHeading, asked_heading
from turnout.importing.sheets.cell_points import CellError, decimals_of, with_points
from turnout.importing.sheets.code_ranges import beginnings
from turnout.importing.sheets.rule_cells import CellManner, cell_asks, is_otherwise
from turnout.importing.sheets.sheet_receivers import receiver_of


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "table", *arguments, "-o", "out", "--force"])


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def table(name: str = "rules") -> list[str]:
    return Path(f"out/{name}.rules.csv").read_text("utf-8").splitlines()


def policy(name: str = "rules") -> str:
    return Path(f"out/{name}.route").read_text("utf-8")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def one(operator: str, *values: str) -> Criterion:
    return Criterion("c", operator, values)  # type: ignore[arg-type]


def between(low: str, high: str) -> Asked:
    return Every((one(">=", low), one("<=", high)))


CELLS: dict[str, Asked] = {
    "(any)": ALWAYS,
    "All countries": ALWAYS,
    "the rest of the world": ALWAYS,
    "all other countries": ALWAYS,
    "all but a, b": one("is not", "a", "b"),
    "anything except a": one("is not", "a"),
    "none of (a, b)": one("is not", "a", "b"),
    "!a": one("is not", "a"),
    "NY / NJ": one("is", "NY", "NJ"),
    "n/a": ALWAYS,
    "*.edu": one("ends with", ".edu"),
    "ends in berg": one("ends with", "berg"),
    "a*b c": one("matches", "^a.*b c$"),
    "contains vp, chief": Some((one("contains", "vp"), one("contains", "chief"))),
    "not contains vp or head": Every((Nay(one("contains", "vp")), Nay(one("contains", "head")))),
    "<= 49": one("<=", "49"),
    "up to 50 employees": one("<=", "50"),
    "not more than 50": one("<=", "50"),
    "max. 50": one("<=", "50"),
    "50 or fewer": one("<=", "50"),
    "bis 5 Mio": one("<=", "5M"),
    "ab 50": one(">=", "50"),
    "1,000 and above": one(">=", "1000"),
    "500+ employees": one(">=", "500"),
    "1\u202f000 \u2013 5\u202f000": between("1000", "5000"),
    "$1-5M": between("$1", "$5M"),
    "3 Mio. \N{EURO SIGN}+": one(">=", "\N{EURO SIGN}3M"),
    "80 %": one("is", "80"),
    "50%-79%": between("50", "79"),
    "> 50 and < 200": Every((one(">", "50"), one("<", "200"))),
    ">= 50, < 200": Every((one(">=", "50"), one("<", "200"))),
    "< 50, > 200": Some((one("<", "50"), one(">", "200"))),
    "not >50 and <200": Some((one("<=", "50"), one(">=", "200"))),
    "since 31.12.2026": one(">=", "2026-12-31"),
    "until Dec 31, 2026": one("<=", "2026-12-31"),
    "31/12/2026 - 2027-01-31": between("2026-12-31", "2027-01-31"),
    "over the counter": one("is", "over the counter"),
    "3M": one("is", "3M"),
    "5 users": one("is", "5 users"),
    "A, C-E": one("is", "A", "C", "D", "E"),
}


@pytest.mark.parametrize("text", list(CELLS))
def test_a_cell_asks_what_people_mean_by_it(text: str) -> None:
    assert cell_asks("c", text) == CELLS[text]


PLACES: dict[str, Asked] = {
    "DE/AT/CH": one("is", "DE", "AT", "CH"),
    "DE AT": one("is", "DE", "AT"),
    "UK and Ireland": one("is", "UK", "Ireland"),
    "Trinidad and Tobago": one("is", "Trinidad and Tobago"),
    "DACH, FR": one("is", "DE", "AT", "CH", "FR"),
    "non-US": one("is not", "US"),
    "outside of the US": one("is not", "US"),
    "EMEA": one("is", "EMEA"),
    "DACH (excl. CH)": one("is", "DE", "AT"),
    "Benelux excluding Luxembourg, FR": one("is", "BE", "NL", "FR"),
}


@pytest.mark.parametrize("text", list(PLACES))
def test_a_cell_of_countries_is_read_by_their_names(text: str) -> None:
    assert cell_asks("c", text, CellManner("country")) == PLACES[text]


CODES: dict[str, Asked] = {
    "10000-19999": one("starts with", "1"),
    "02134": one("is", "02134"),
    "902xx": one("starts with", "902"),
    "8*": one("starts with", "8"),
    "90xxx - 92xxx": one("starts with", "90", "91", "92"),
    "90001, 90003-90004": Some((one("is", "90001"), one("starts with", "90003", "90004"))),
}


@pytest.mark.parametrize("text", list(CODES))
def test_a_cell_of_postcodes_says_how_they_begin(text: str) -> None:
    assert cell_asks("c", text, CellManner("code")) == CODES[text]


@pytest.mark.parametrize("text", ["1-19999", "20-10", "> 5", "?"])
def test_what_is_no_range_of_codes_is_an_error(text: str) -> None:
    with pytest.raises(CellError):
        cell_asks("c", text, CellManner("code"))


def test_the_beginnings_of_a_range_are_those_of_its_codes() -> None:
    for low, high in (("000", "999"), ("098", "123"), ("5", "7"), ("190", "190"), ("001", "988")):
        found = beginnings(low, high)
        assert found is not None
        every = [str(each).zfill(len(low)) for each in range(10 ** len(low))]
        assert [each for each in every if each.startswith(found)] == [
            each for each in every if low <= each <= high
        ]


@pytest.mark.parametrize(
    "text", ["before 3/4/2026", "> many", "1.000+", "at least 3 of 5", "a (excl. b)"]
)
def test_what_may_be_two_things_is_an_error(text: str) -> None:
    with pytest.raises(CellError):
        cell_asks("c", text)


def test_decimal_commas_are_known_by_numbers_that_can_be_read_in_one_way() -> None:
    assert [decimals_of(each) for each in (["1.000.000"], ["1,000.5"], ["1.000"], ["9,9"])] == [
        "comma",
        "point",
        "unknown",
        "unknown",
    ]
    assert with_points("1.000 - 2.500,75") == "1000 - 2500.75"
    assert cell_asks("c", "1.000+", CellManner(decimals="comma")) == one(">=", "1000")


@pytest.mark.parametrize("text", ["Others", "all the rest", "everyone else", "RoW".lower()])
def test_what_says_that_a_row_is_for_the_others(text: str) -> None:
    assert is_otherwise(text) == (text != "row")


RECEIVERS = {
    "Ana Ruiz": Receiver("queue", "Ana Ruiz"),
    "RR: Ana, Ben": Receiver("team", "Ana Ben", members=("Ana", "Ben")),
    "Round robin (Ana 60%, Ben 40%)": Receiver("team", "Ana Ben", members=("Ana", "Ben")),
    "Ana + Ben (RR)": Receiver("team", "Ana Ben", members=("Ana", "Ben")),
    "RR Inside Sales": Receiver("queue", "Inside Sales"),
    "Queue: Triage": Receiver("queue", "Triage"),
    "Ana <ana@firm.example>": Receiver("person", "ana@firm.example", "ana@firm.example"),
    "ana@firm.example (backup: ben@firm.example)": Receiver(
        "person", "ana@firm.example", "ana@firm.example"
    ),
    "(vacant)": Receiver("queue"),
    "Keep owner": Receiver("current-owner"),
}


@pytest.mark.parametrize("text", list(RECEIVERS))
def test_a_cell_names_whom_people_mean(text: str) -> None:
    assert receiver_of(text, None)[0] == RECEIVERS[text]


def test_names_are_people_where_that_is_said() -> None:
    assert receiver_of("Ana", "person")[0] == Receiver("person", "Ana")
    assert receiver_of("Ana, Ben", "person")[0].members == ("Ana", "Ben")
    assert receiver_of("Ana, Ben", None)[1] == (
        "Ana, Ben is one queue; `RR:` before it, or --as person, makes a team of it",
    )
    assert "Ben has no address" in receiver_of("a@firm.example, Ben", None)[1][0]


def test_titles_notes_and_headings_between_rows_are_no_rules() -> None:
    Path("rules.csv").write_text(
        "Territories 2027,,,,\nkept by Kim,,,,\n,,,,\n"
        "Region,State,Size,Owner,Last updated\n"
        'East,"NY, NJ",50-200,Ana,May\n'
        "West,,,,\n"
        "rest,,,RR: Ana & Ben,\n"
        ",,,,\nQuestions? ask RevOps,,,,\n"
    )
    told = said(turnout("rules.csv"))
    assert "read rules.csv:4: Region, State and Size ask; Owner says who gets the leads;" in told
    assert "Last updated is told in comments" in told
    assert "rules.csv:6 (row 6): 'West' alone reads like a heading; the row is left out" in told
    assert "rules.csv:9 (row 9): 'Questions? ask RevOps' below the rules is no rule" in told
    assert table()[1:] == ['East,"US-NY, US-NJ",50..200,person ana else queue unassigned,May']
    assert "fallback to round-robin ana-ben else queue unassigned" in policy()


def test_columns_that_are_no_conditions_are_told() -> None:
    Path("rules.csv").write_text(
        "Priority,Territory name,Country,Owner,Backup owner,Active,Plan\n"
        "1,North,DE,a,b,yes,x\n3,South,AT,c,d,no,y\n2,East,CH,e,f,,z\n"
    )
    told = said(turnout("rules.csv", "--note", "plan"))
    assert (
        "Country asks; Owner says who gets the leads, Backup owner who else; Territory name" in told
    )
    assert "queue a takes every lead, so queue b behind it has none and isn't carried over" in told
    assert "rules.csv:3 (row 3): Active says that the row isn't in use; it is left out" in told
    assert "the rows don't stand in the order of Priority; they count as they stand" in told
    assert table()[1:] == ["DE,queue a,North x", "CH,queue e,East z"]
    assert turnout("rules.csv", "--note", "x").exit_code == 2


@pytest.mark.parametrize(
    "heading",
    [
        "Else",
        "Backup",
        "Backup owner",
        "fallback  Owner",
        "Back-up rep",
        "Backup team 1",
        "Otherwise",
        "Owner (backup)",
        "Vertretung",
        "Else route to",
        "Fallback e-mail",
        "or else",
    ],
)
def test_a_column_of_backups_is_an_else(heading: str) -> None:
    Path("rules.csv").write_text(
        f"Country,Owner,{heading}\nDE,ana@firm.example,ben@firm.example\n"
        'AT,"ana@firm.example, ben@firm.example",Triage\nCH,ana@firm.example,\n'
        "CZ,ana@firm.example,tbd\nelse,cleo@firm.example,queue: Triage\n"
    )
    shown = " ".join(heading.split())
    told = said(turnout("rules.csv"))
    assert f"Country asks; Owner says who gets the leads, {shown} who else" in told
    assert f"rules.csv:5 (row 5, column {shown}): 'tbd' names nobody" in told
    assert table()[1:] == [
        "DE,person ana else person ben else queue unassigned",
        "AT,round-robin ana-ben else queue triage",
        "CH,person ana else queue unassigned",
        "CZ,person ana else queue unassigned",
    ]
    assert "fallback to person cleo else queue triage" in " ".join(policy().split())


def test_several_backups_stand_in_their_order_and_each_once() -> None:
    Path("rules.csv").write_text(
        "Country,Owner,Backup 1,Backup 2,Previous owner\n"
        "DE,Ana,Ben,Ana,Kim\nAT,Ana,Keep owner,Ben,\n"
    )
    told = said(turnout("rules.csv", "--as", "person"))
    assert "Backup 1 and Backup 2 who else" in told
    assert "person Ana is named twice, and counts once" in told
    assert "whoever has it takes every lead, so person Ben behind it has none" in told
    assert "the column Previous owner names people, too" in told
    assert table()[1:] == [
        "DE,person ana else person ben else queue unassigned",
        "AT,person ana else current-owner",
    ]


@pytest.mark.parametrize("heading", ["Backup solution", "Fallback language"])
def test_a_heading_of_something_else_still_asks(heading: str) -> None:
    Path("rules.csv").write_text(f"Country,{heading},Owner\nDE,x,a\n")
    assert f"Country and {heading} ask" in said(turnout("rules.csv"))


def test_places_that_are_none_make_the_column_a_text_and_are_told() -> None:
    Path("rules.csv").write_text("Country,State,Owner\nDE,CA,a\nEMEA,Ontario,b\n")
    told = said(turnout("rules.csv"))
    assert "EMEA is no country, so Country is a text, whose spellings differ" in told
    assert "Ontario is no state of the US, so State is a text, whose spellings differ" in told


def test_a_sheet_with_decimal_commas_is_known_by_its_separator() -> None:
    Path("rules.csv").write_text("Umsatz;Owner\n1.000+;a\n0,5 - 1,5;b\n")
    assert turnout("rules.csv").exit_code == 0
    assert table()[1:] == [">= 1000,queue a", "0.5..1.5,queue b"]


def test_an_others_cell_in_a_row_that_asks_more_is_told() -> None:
    Path("rules.csv").write_text("Industry,Size,Owner\nRetail,,a\nOther,>5,b\n")
    assert "'Other' asks nothing: the rows above have the others" in said(turnout("rules.csv"))


def book(*sheets: tuple[str, list[list[Any]]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def test_the_sheet_with_rules_is_read_and_merged_cells_are_filled() -> None:
    rows: list[list[Any]] = [["Matrix"], [], ["Region", "Size", "Owner"]]
    rows += [["EMEA", "1-49", "a"], [None, 50, "b"], ["AMER", None, "c"]]
    made = book(("Read me", [["How to use it"]]), ("Rules", rows))
    made.worksheets[1].merge_cells("A4:A5")
    made.save("rules.xlsx")
    told = said(turnout("rules.xlsx"))
    assert "of several sheets the one with rules is read; not read: Read me" in told
    assert "1 row above the header was taken for a title: Matrix" in told
    assert table()[1:] == ["EMEA,1..49,queue a", "EMEA,50,queue b", "AMER,,queue c"]


def test_of_two_sheets_with_rules_one_has_to_be_named() -> None:
    rows = [["Country", "Owner"], ["DE", "a"]]
    book(("North", rows), ("South", rows)).save("rules.xlsx")
    refused = turnout("rules.xlsx")
    assert refused.exit_code == 2
    assert "several sheets that name fields: North, South" in refused.output
    assert turnout("rules.xlsx", "--sheet", "South").exit_code == 0


def test_rows_above_the_header_may_be_counted() -> None:
    Path("rules.csv").write_text("Country,Owner\nold,sheet\nCountry,Owner\nDE,a\n")
    assert turnout("rules.csv", "--skip", "2").exit_code == 0
    assert table()[1:] == ["DE,queue a"]
    assert turnout("rules.csv", "--report", "r.json").exit_code == 0
    (report,) = json.loads(Path("r.json").read_text())
    assert report["notes"][0]["kind"] == "read"


HEADINGS = {
    "If Country is": AskedHeading("Country"),
    "And Job title contains": AskedHeading("Job title", "contains"),
    "ZIP prefix": AskedHeading("ZIP", "starts with"),
    "Min employees": AskedHeading("employees", ">="),
    "Employees (max)": AskedHeading("Employees", "<="),
    "Size from": AskedHeading("Size", ">="),
    "Size to": AskedHeading("Size", "<="),
    "Moved from": AskedHeading("Moved from"),
    "Min": AskedHeading("Min"),
}


@pytest.mark.parametrize("heading", list(HEADINGS))
def test_a_heading_says_how_its_cells_are_asked(heading: str) -> None:
    assert asked_heading(heading, ["Size From", "Size To"]) == HEADINGS[heading]


def test_two_columns_with_the_ends_of_a_range_ask_one_field() -> None:
    Path("rules.csv").write_text(
        "If Country is,Employees min,Employees max,Title contains,Then route to,Else,Valid from\n"
        'DE,50,199,"vp, chief",a,b,2026-01-01\nAT,200,,not intern,c,,\n'
    )
    told = said(turnout("rules.csv"))
    assert "Then route to says who gets the leads, Else who else" in told
    assert "the column Valid from says on which days a row counts" in told
    assert table() == [
        "Country,Employees,Title,Then route to",
        'DE,50..199,"contains [""vp"", ""chief""]",queue a',
        'AT,>= 200,"not contains ""intern""",queue c',
    ]


def test_a_column_of_domains_is_read_as_such() -> None:
    Path("rules.csv").write_text("Domain,Owner\n@acme.com,a\nglobex.com/globex.co.uk,b\n")
    assert turnout("rules.csv").exit_code == 0
    assert "acme.com" in table()[1]
    assert [each.count("globex") for each in table()] == [0, 0, 2]
    assert "domain: domain" in policy()
    Path("rules.csv").write_text("Email domain,Owner\n.gov/.mil,a\nacme.*,b\n")
    told = said(turnout("rules.csv"))
    assert "a policy has no pattern such as acme.* of a domain" in told
    assert 'ends with "".gov""' in table()[1]
