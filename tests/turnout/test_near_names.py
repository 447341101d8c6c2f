"""A value that was found by nearness is told with what was compared, wherever a decision is."""

import json
from pathlib import Path

import pytest

from tests.support.command_line import turnout
from turnout import Decision, loads

POLICY = """lead {
  id: text required
  company: company-name
  country: country
  owner: person from "book.csv" by company near 92% then country -> owner
}
person ana
person ben
queue triage
route inbound {
  rule own { when owner is present to owner owner }
  fallback to queue triage
}
"""
BOOK = "Company,Country,Owner\nMueller,DE,ana\nAcme Robotics Inc,US,ben\nAcme Robotics,CA,ana\n"
ROW = {
    "field": "owner",
    "by": "company",
    "value": "Müller GmbH & Co. KG",
    "table": "book.csv",
    "line": 2,
    "row": "Mueller",
    "percent": 92,
}
LEADS = [
    {"id": "1", "company": "Müller GmbH & Co. KG"},
    {"id": "2", "company": "Acme Robotics"},
    {"id": "3", "company": "Acme Robotics", "country": "US"},
    {"id": "4", "company": "Mueller", "owner": "ben"},
    {"id": "5", "company": "nobody"},
]


@pytest.fixture(autouse=True)
def _laid_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("in.route").write_text(POLICY)
    Path("book.csv").write_text(BOOK)
    Path("leads.jsonl").write_text("".join(f"{json.dumps(lead)}\n" for lead in LEADS))


def routed(*options: str) -> list[dict[str, object]]:
    done = turnout("route", "in.route", "leads.jsonl", "--format", "jsonl", *options)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_decision_has_the_row_and_only_where_nearness_counted() -> None:
    one, two, three, four, five = routed()
    assert one["looked_up"] == [ROW]
    assert [each.get("assignee") for each in (one, two, three)] == ["ana", None, "ben"]
    assert not [each for each in (two, four, five) if "looked_up" in each]
    assert two["issues"] == [
        {
            "field": "owner",
            "raw": "acme robotics",
            "reason": "`Acme Robotics Inc` (line 3) and `Acme Robotics` (line 4) of book.csv are"
            " equally near: 100 %",
        }
    ]


def test_a_decision_is_read_back_as_it_was_written() -> None:
    for each in routed():
        assert Decision.from_dict(each).as_dict() == each


def test_an_explanation_says_what_was_compared() -> None:
    said = turnout("explain", "in.route", json.dumps(LEADS[0])).output
    assert 'owner  company "Müller GmbH & Co. KG" ~ book.csv line 2 "Mueller": 92 %' in said


def test_the_log_keeps_what_was_compared() -> None:
    routed("--state", "s.db")
    said = " ".join(turnout("explain", "in.route", "--id", "1", "--state", "s.db").output.split())
    assert (
        'looked up owner: company "Müller GmbH & Co. KG" ~ book.csv line 2 "Mueller": 92 %' in said
    )


def test_a_policy_of_texts_finds_its_table_too() -> None:
    router = loads(POLICY, files={"book.csv": BOOK})
    (decision,) = router.route_all([LEADS[0]])
    assert [each.percent for each in decision.looked_up] == [92]
