"""Leads without the id that the schema declares: told, and a file of nothing else is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """
lead { lead_no: text id, country: country, source: text }
person ana
queue triage
route inbound {
  rule german { when country is DE and source is present to person ana }
  fallback to queue triage
}
"""
NAMELESS = '{"country": "DE", "source": "x"}'
NAMED = '{"lead_no": 7, "country": "DE", "source": "x"}'


@pytest.fixture(autouse=True)
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inbound.route").write_text(POLICY)


def route(name: str, content: str) -> Result:
    Path(name).write_text(content)
    command = ["route", "inbound.route", name, "-o", "out.jsonl", "--state", "state.db"]
    return CliRunner().invoke(cli, command)


def flat(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("leads.csv", "Lead,Country,Source\n1,DE,web\n", "leads.csv has no column for the id"),
        ("leads.csv", "Lead No,Country,Source\n,DE,web\nn/a,DE,web\n", "no row of leads.csv has"),
        (
            "leads.jsonl",
            '{"Lead": 1, "country": "DE", "source": "x"}\n' * 3,
            "no row of leads.jsonl",
        ),
        ("leads.json", '[{"Lead": 1, "country": "DE", "source": "x"}]', "no row of leads.json has"),
        ("leads.json", '{"country": "DE", "source": "web"}', "no row of leads.json has the id"),
    ],
)
def test_a_file_in_which_no_row_has_the_id_is_refused_and_nothing_is_routed(
    name: str, content: str, said: str
) -> None:
    result = route(name, content)
    assert result.exit_code == 2
    assert said in flat(result)
    assert not Path("out.jsonl").exists()
    is_meant = '"Lead"' in content or content.startswith("Lead,")
    assert ("declare `from column Lead`" in flat(result).replace('"', "")) == is_meant


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leads.csv", "Lead No,Country,Source\n,DE,web\n7,DE,web\n,DE,web\n"),
        ("leads.jsonl", f"{NAMELESS}\n{NAMED}\n{NAMELESS}\n"),
    ],
)
def test_rows_without_an_id_among_others_are_routed_in_order_and_told(
    name: str, content: str
) -> None:
    result = route(name, content)
    assert result.exit_code == 0
    assert "2 leads without an id, each taken for one of its own" in flat(result)
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [row["row"] for row in rows] == [1, 2, 3]
    assert rows[1]["lead"] == "7"
    assert len({row["lead"] for row in rows}) == 3


def test_a_file_of_broken_rows_alone_has_each_told() -> None:
    result = route("leads.jsonl", '{"lead_no": "1\n{"lead_no": "1\n')
    assert result.exit_code == 0
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert len({row["lead"] for row in rows}) == 2
    assert all(row["issues"][0]["reason"].startswith("not JSON") for row in rows)


def test_an_empty_file_is_no_fault() -> None:
    assert route("leads.jsonl", "").exit_code == 0
    assert route("leads.csv", "Lead No,Country,Source\n").exit_code == 0


def test_a_schema_without_an_id_has_none_to_ask_for() -> None:
    Path("inbound.route").write_text(POLICY.replace("lead_no: text id, ", ""))
    result = route("leads.csv", "Country,Source\nDE,web\nDE,web\n")
    assert result.exit_code == 0
    assert "2 leads without an id" in flat(result)
