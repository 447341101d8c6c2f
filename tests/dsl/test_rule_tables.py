"""Tables of rules: how files are kept, where findings stand, what rows are called."""

from collections.abc import Mapping

import pytest

from tests.support.policies import attempted, compiled, errors, named, resolved
from tests.support.strategies import Written
from turnout.dsl.conditions import IsIn
from turnout.dsl.files import decoded
from turnout.dsl.fixes import applied
from turnout.dsl.policy import Rule
from turnout.dsl.sheets import sheet_of
from turnout.dsl.tables import Table, table_of

HEAD = (
    'lead { id: text  country: country  staff: integer 0..  plan: one of [free, pro, "no idea"] }\n'
)
TAIL = "queue a\nqueue b\n"


def policy(table: str, head: str = "", **files: str) -> Written:
    """Return a policy with one table of rules. head: all of its head."""
    said = head or 'rules from "m.csv" by country, staff { to queue column to }'
    text = f"{HEAD}{TAIL}route r {{ {said} fallback to queue b }}"
    tables: Mapping[str, str] = {"m.csv": table, **files}
    return Written(text, tables)


def rules(written: Written) -> list[Rule]:
    return [each for each in resolved(written).routes["r"].entries if isinstance(each, Rule)]


@pytest.mark.parametrize(
    "table",
    [
        "country,staff,to\nDE,5,a\n",
        "country;staff;to\nDE;5;a\n",
        "sep=;\ncountry;staff;to\nDE;5;a\n",
        "country\tstaff\tto\r\nDE\t5\ta\r\n",
        "\n\n Country , Staff ,TO\n\n DE , 5 , a \n,,\n",
        '"country","staff","to"\n"DE","5","a"\n',
        "country,staff,to\rDE,5,a\r",
    ],
)
def test_a_table_is_read_as_sheets_write_it(table: str) -> None:
    (rule,) = rules(policy(table))
    assert rule.row is not None
    assert [place.text for place in rule.row.places] == ["DE", "5", "a"]
    assert rule.name == "m-DE-5"


def test_a_byte_order_mark_moves_no_place() -> None:
    text = decoded("country,to\nDE,a\n".encode("utf-8-sig"), 100)
    assert isinstance(text, str)
    found = table_of(text, "m.csv")
    assert isinstance(found, Table)
    assert sheet_of(found, "m.csv").headings.places[0].text == "country"


def test_a_cell_of_two_lines_moves_no_place_behind_it() -> None:
    found = table_of('a,b\n"x\ny",1\n,"2, ""3"""\n', "m.csv")
    assert isinstance(found, Table)
    one, two = sheet_of(found, "m.csv").rows
    assert [str(place) for place in one.places] == ["m.csv:2:2", "m.csv:3:4"]
    assert (two.line, two.places[1].text, two.cells[1]) == (4, '2, ""3""', '2, "3"')


def test_a_row_keeps_its_name_when_rows_come_above_it() -> None:
    one = rules(policy("country,staff,to\nDE,>= 5,a\n,5..9,b\n"))
    two = rules(policy("country,staff,to\nFR,,a\nDE,>= 5,a\n,5..9,b\n"))
    assert [rule.name for rule in one] == ["m-DE-from-5", "m-5-9"]
    assert [rule.name for rule in two[1:]] == [rule.name for rule in one]


def test_rows_that_ask_the_same_have_names_of_their_own() -> None:
    found = rules(policy("country,staff,to\nDE,,a\nDE,,b\n,,a\n"))
    assert [rule.name for rule in found] == ["m-DE", "m-DE-2", "m-any"]


def test_a_value_that_begins_like_a_test_is_a_value() -> None:
    head = 'rules from "m.csv" by plan { to queue column to }'
    (rule,) = rules(policy("plan,to\nNo idea,a\n", head))
    assert rule.condition == IsIn("plan", frozenset({"no idea"}))


def test_the_same_column_is_told_by_its_heading() -> None:
    head = 'rules from "m.csv" by staff "From", staff "To" { to queue column to }'
    (rule,) = rules(policy("From,To,to\n>= 5,< 9,a\n", head.replace("column to", 'column "to"')))
    assert rule.row is not None
    assert rule.row.table.columns == ("From", "To", "to")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("100-999", "100..999"), ("1,000+", ">= 1000"), ("≥ 10", ">= 10"), (">= 1,000", ">= 1000")],
)
def test_what_spreadsheets_write_is_told_with_its_fix(cell: str, meant: str) -> None:
    _, found = attempted(policy(f'country,staff,to\n,"{cell}",a\n'))
    (finding,) = errors(found)
    assert finding.fixes
    mended = applied(finding.fixes[0])
    assert rules(policy(mended))[0].row is not None
    assert f'"{meant}"' in mended


def test_a_finding_in_a_table_is_allowed_above_its_head() -> None:
    table = "country,to,notes\nDE,a,x\n"
    head = 'rules from "m.csv" by country { to queue column to }'
    assert named(compiled(policy(table, head)).findings, "unread-column")
    allowed = compiled(policy(table, f"\n# allow unread-column: for people\n{head}"))
    assert not named(allowed.findings, "unread-column", "unused-allowance")
    assert [each.finding.name for each in allowed.allowed] == ["unread-column"]


def test_a_lost_row_leaves_the_others_their_meaning() -> None:
    found = compiled(policy("country,staff,to\nXX,,a\nDE,,a\nDE,5,b\n"))
    assert [finding.name for finding in errors(found.findings)] == [
        "type-mismatch",
        "unreachable-rule",
    ]


def test_a_table_outside_the_folder_is_not_read() -> None:
    head = 'rules from "../m.csv" by country { to queue column to }'
    _, found = attempted(policy("country,to\n", head))
    assert [finding.name for finding in errors(found)] == ["outside-folder"]


def test_a_table_may_have_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.dsl.resolve.rule_tables.MAX_ROWS", 1)
    _, found = attempted(policy("country,staff,to\nDE,,a\nFR,,a\n"))
    assert [finding.name for finding in errors(found)] == ["too-large"]


def test_faults_of_a_table_are_listed_up_to_a_number() -> None:
    rows = "".join(f"X{number},,a\n" for number in range(30))
    _, found = attempted(policy(f"country,staff,to\n{rows}"))
    assert len(errors(found)) == 11
    assert any("20 more such faults" in finding.message for finding in found)


@pytest.mark.parametrize(
    "cell", ["} rule x { when plan is pro to queue a", "4 hours } }", "1 hour sla"]
)
def test_a_cell_cannot_say_more_than_it_is_for(cell: str) -> None:
    head = 'rules from "m.csv" by country { to column to sla column sla }'
    quoted = f'"queue a {cell}"'
    for table in (f"country,to,sla\nDE,{quoted},\n", f'country,to,sla\nDE,queue a,"{cell}"\n'):
        _, found = attempted(policy(table, head))
        assert [finding.name for finding in errors(found)] == ["table-value"]


def test_many_findings_of_one_kind_in_a_table_are_told_as_one() -> None:
    rows = "".join(f",{number},b\n" for number in range(50))  # as the fallback does
    found = named(compiled(policy(f"country,staff,to\n{rows},100,a\n")).findings, "redundant-rule")
    assert len(found) == 21
    assert found[-1].message == "`m.csv` has 30 more rows with `redundant-rule`"
    table = policy(f"country,staff,to\n{rows},100,a\n")
    allowed = Written(
        table.text.replace("rules", "\n# allow redundant-rule: as it is\nrules"), table.tables
    )
    assert not named(compiled(allowed).findings, "redundant-rule")


@pytest.mark.parametrize(
    "cell",
    ["." * 100_000 + " 5", "DE," * 40_000, "a" * 100_000, "(" * 5_000, "not " * 3_000 + "DE"],
)
def test_a_cell_of_any_size_is_refused_in_time(cell: str) -> None:
    head = 'rules from "m.csv" by country, staff { to column to sla column sla }'
    for row in (
        f'"{cell}",,queue a,',
        f',"{cell}",queue a,',
        f'DE,,"{cell}",',
        f'DE,,queue a,"{cell}"',
    ):
        _, found = attempted(policy(f"country,staff,to,sla\n{row}\n", head))
        assert errors(found)
        assert all(len(finding.message) < 40_000 for finding in found)


def test_signs_that_act_are_shown_and_do_nothing() -> None:
    table = "country,to,\u202eevil\x1b[31m\nDE\u202e,a,\n"
    _, found = attempted(policy(table, 'rules from "m.csv" by country { to queue column to }'))
    assert {finding.name for finding in found} == {"unread-column"}
