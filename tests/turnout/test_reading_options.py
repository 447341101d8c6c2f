"""What can be said of a file of leads, leads on the command line, and ids that are almost there."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.command_line import folder, turnout

__all__ = ["folder"]  # the fixture, for this module's tests

LEADS = "id,country,employees\nL-100,Germany,5000\nL-200,Austria,12\n"
REPORT = f"Leads,,\nid,x,\n{LEADS}-- end --\nL-300,France,\n"


@pytest.fixture(autouse=True)
def _leads(folder: Path) -> None:  # pyright: ignore[reportUnusedFunction]
    (folder / "leads.csv").write_text(LEADS)
    (folder / "report.csv").write_text(REPORT)


def ids(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line)["lead"] for line in result.stdout.splitlines()]


def refused(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (2, "")
    return " ".join(result.stderr.split())


# -- leads on the command line --


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ('{"id": "L-1", "country": "DE"}', ["L-1"]),
        (' [{"id": "L-1", "country": "DE"}, {"id": "L-2", "country": "FR"}]', ["L-1", "L-2"]),
        ('{"results": [{"id": "L-1", "country": "DE"}]}', ["L-1"]),
    ],
)
def test_route_takes_leads_as_json(leads: str, expected: list[str]) -> None:
    assert ids(turnout("route", "inbound.route", leads)) == expected


def test_run_takes_leads_as_json(folder: Path) -> None:
    lead = '{"id": "L-1", "country": "DE"}'
    assert turnout("run", "inbound.route", lead, "--out", "out").exit_code == 0
    assert '"L-1"' in (folder / "out" / "decisions.jsonl").read_text()


@pytest.mark.parametrize(
    "leads", ['{"id": "L-1"', "{'id': 1}", '[{"id": 1} {"id": 2}]', "{" * 9_999]
)
@pytest.mark.parametrize("command", ["route", "explain"])
def test_json_that_is_none_is_refused(command: str, leads: str) -> None:
    assert "the lead is not JSON" in refused(turnout(command, "inbound.route", leads))


def test_json_without_a_field_is_refused() -> None:
    said = refused(turnout("route", "inbound.route", '[{"foo": 1}]'))
    assert "the JSON on the command line has a column for no field: its columns are foo" in said


# -- how a file is read --


def test_lines_are_skipped_and_a_footer_is_cut() -> None:
    found = turnout("route", "inbound.route", "report.csv", "--skip", "2", "--footer", "-- end")
    assert ids(found) == ["L-100", "L-200"]
    assert "2 rows below the table, from row 3 on, not routed: -- end --" in found.stderr


def test_every_row_can_be_a_lead(folder: Path) -> None:
    (folder / "leads.csv").write_text(LEADS + "Grand Total,,\n")
    assert len(ids(turnout("route", "inbound.route", "leads.csv"))) == 2
    assert len(ids(turnout("route", "inbound.route", "leads.csv", "--all-rows"))) == 3


def test_an_encoding_is_said(folder: Path) -> None:
    (folder / "leads.csv").write_bytes("id,country\nä,Österreich\n".encode("cp1252"))
    said = refused(turnout("route", "inbound.route", "leads.csv"))
    assert "is not UTF-8 text: see line 2" in said
    assert "--encoding windows-1252" in said
    found = turnout("route", "inbound.route", "leads.csv", "--encoding", "windows-1252")
    assert ids(found) == ["ä"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--encoding", "klingon"), "'klingon' is no encoding of text"),
        (("--encoding", "rot13"), "is no encoding of text"),
        (("--encoding", "idna"), "is no encoding of text"),
        (("--encoding", "a\0b"), "is no encoding of text"),
        (("--skip", "-1"), "--skip"),
        (("--footer", " "), "--footer is empty"),
        (("--footer", "x", "--all-rows"), "exclude each other"),
    ],
)
def test_what_can_not_be_said_is_wrong_use(options: tuple[str, ...], said: str) -> None:
    assert said in refused(turnout("route", "inbound.route", "leads.csv", *options))


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "inbound.route", "leads.csv", "--id", "L-200"),
        ("coverage", "inbound.route", "--leads", "leads.csv"),
        ("diff", "inbound.route", "inbound.route", "--leads", "leads.csv"),
    ],
)
def test_other_commands_read_leads_in_the_same_way(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "leads.csv").write_bytes(LEADS.replace("Austria", "Österreich").encode("cp1252"))
    assert "--encoding windows-1252" in refused(turnout(*command))
    found = turnout(*command, "--encoding", "windows-1252")
    assert found.exit_code == 0, found.stderr


# -- ids --


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("l-100", "did you mean L-100?"),
        ("L 100", "did you mean L-100"),
        ("L-101", "did you mean L-100"),
        ("nobody at all", "the first is L-100"),
    ],
)
def test_an_id_that_is_not_there_is_answered_with_those_like_it(asked: str, said: str) -> None:
    found = refused(turnout("explain", "inbound.route", "leads.csv", "--id", asked))
    assert f"there is no lead {asked}" in found
    assert said in found


def test_a_file_without_ids_says_so(folder: Path) -> None:
    (folder / "leads.csv").write_text("country,employees\nDE,1\n")
    said = refused(turnout("explain", "inbound.route", "leads.csv", "--id", "L-1"))
    assert "no lead of the file has an id; choose one with --row" in said


def test_reroute_proposes_ids_and_moves_nothing() -> None:
    turnout("route", "inbound.route", "leads.csv", "--state", "state.db")
    options = ("--reason", "ill", "--state", "state.db", "--id", "L-10")
    said = refused(turnout("reroute", "inbound.route", "leads.csv", *options))
    assert "there is no lead L-10" in said
    assert "did you mean L-100" in said
    assert "Nothing was moved" in said
