"""`turnout replay`: the leads of a log by another policy, and what is said of those it can't."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.runtime.logged_leads import KEY
from turnout.runtime.router import Router
from turnout.runtime.stores.erasing import Erasure, erase

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TEXT = """policy played
lead { id: text required, country: country, size: number 0.., email: email, since: date }
queue small
queue large
person ana { away 2026-11-25 }
team sales { ana }
log fields [country, size, since] hashed [email]
route inbound {
  rule big { when size >= 99.5 to round-robin sales else queue large }
  rule german { when country is DE and since is present to queue small }
  fallback to queue small
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(KEY, "a key of sixteen and more")
    (tmp_path / "played.route").write_text(TEXT)
    with Router(compile_policy(tmp_path / "played.route"), state=tmp_path / "s.db") as router:
        for number, size in enumerate(("99.5", "100", "7", "8", "")):
            lead = {"id": f"L-{number}", "country": "DE", "size": size, "since": "2026-01-02"}
            router.route({**lead, "email": "a@b.example"}, at=AT + timedelta(days=number))
        router.route({"id": "L-9"}, at=AT + timedelta(days=9))
    return tmp_path


def replayed(folder: Path, policy: str, *more: str) -> Result:
    (folder / "other.route").write_text(policy)
    state = str(folder / "s.db")
    return CliRunner().invoke(cli, ["replay", str(folder / "other.route"), "--state", state, *more])


def test_the_same_policy_moves_nobody(folder: Path) -> None:
    told = replayed(folder, TEXT)
    assert told.exit_code == 0, told.output
    assert told.output == (
        "5 leads of 6 replayed: 0 go elsewhere\n\n"
        "1 lead can't be replayed: no value of them was logged\n"
    )


def test_drift_is_counted_by_rule_and_target(folder: Path) -> None:
    told = replayed(folder, TEXT.replace("size >= 99.5", "size >= 8"), "--format", "json")
    found = json.loads(told.output)
    assert (found["format"], found["version"]) == ("turnout-drift", 1)
    assert (found["routed"], found["replayed"], found["same"]) == (6, 5, 4)
    assert found["drifted"] == [
        {
            "rule": "rule german",
            "target": "queue small",
            "rule_now": "rule big",
            "target_now": "round-robin sales",
            "leads": 1,
            "examples": ["L-3"],
        }
    ]
    text = replayed(folder, TEXT.replace("size >= 99.5", "size >= 8")).output
    assert "1 lead of rule german to queue small" in text
    assert "now rule big to round-robin sales" in text
    assert "such as L-3" in text


def test_what_was_never_logged_is_named(folder: Path) -> None:
    other = TEXT.replace(
        "rule german {", "rule mail { when email is present to queue large }\n  rule german {"
    )
    told = replayed(folder, other)
    assert "field email is logged hashed: in every lead it counts as missing" in told.output
    other = TEXT.replace("email: email,", "email: email, plan: text,").replace(
        "country is DE", 'plan starts with "x"'
    )
    told = replayed(folder, other)
    assert "field plan was never logged: in every lead it counts as missing" in told.output
    assert "4 go elsewhere" not in told.output


def test_a_time_is_asked_for_and_the_erased_are_said(folder: Path) -> None:
    erase(folder / "s.db", Erasure(("L-0",), actor="dpo"))
    told = replayed(folder, TEXT, "--since", "2026-11-24", "--until", "2026-11-26")
    assert told.output == (
        "1 lead of 2 replayed: 0 go elsewhere\n\n1 lead erased, or kept no longer\n"
    )


def test_the_log_is_a_table_too(folder: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    out = folder / "log.parquet"
    told = CliRunner().invoke(
        cli, ["log", str(folder / "s.db"), "--format", "parquet", "-o", str(out)]
    )
    assert (told.exit_code, told.output) == (0, "")
    rows = parquet.read_table(out).to_pylist()
    assert [row["lead"] for row in rows] == [*(f"L-{number}" for number in range(5)), "L-9"]
    assert rows[0]["at"] == AT
    assert (rows[0]["team"], rows[0]["entitled_before"]) == ("sales", 0.0)
    assert json.loads(rows[0]["values"]) == {"country": "DE", "size": "99.5", "since": "2026-01-02"}
    assert (rows[-1]["values"], rows[-1]["due"], rows[-1]["hop"]) == (None, None, None)
