"""A state as text: what is made of it is the same state, or nothing."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.runtime.stores import StateError
from turnout.runtime.stores.carrying import exported, import_state
from turnout.runtime.stores.sqlite import open_sqlite

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a state with leads of all kinds, brought up to date from an earlier format."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "s.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SUPPORT / "fifth_format.sql").read_text("ascii"))
    return path


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_a_state_that_was_carried_is_the_same(state: Path, tmp_path: Path) -> None:
    wrote = turnout("state", "export", "s.db", "-o", "s.jsonl")
    assert (wrote.exit_code, wrote.output) == (0, "")
    made = turnout("state", "import", "s.jsonl", "t.db")
    assert (made.exit_code, made.output) == (0, "t.db is the same state, with 44 events\n")
    assert "".join(exported(tmp_path / "t.db")) == (tmp_path / "s.jsonl").read_text("ascii")
    with (
        closing(open_sqlite(state, "inbound", ["sales"])) as one,
        closing(open_sqlite(tmp_path / "t.db", "inbound", ["sales"])) as other,
        one.begin() as left,
        other.begin() as right,
    ):
        assert list(left.log()) == list(right.log())
        assert left.turns("sales") == right.turns("sales")
    assert turnout("state", "check", "t.db").output.startswith("t.db is whole: 26 leads")


CHANGES: dict[str, Callable[[list[str]], object]] = {
    "nothing": lambda lines: lines.clear(),
    "no head": lambda lines: lines.pop(0),
    "another version": lambda lines: lines.__setitem__(0, lines[0].replace("8", "99")),
    "no JSON": lambda lines: lines.insert(5, "{\n"),
    "a table that isn't there": lambda lines: lines.insert(5, '["secrets", 1]\n'),
    "a row twice": lambda lines: lines.insert(8, lines[7]),
    "a cell too few": lambda lines: lines.__setitem__(5, json.dumps(json.loads(lines[5])[:-1])),
    "a number too large": lambda lines: lines.insert(5, f'["load", "eve", {1 << 70}]\n'),
    "a list in a cell": lambda lines: lines.insert(5, '["load", "eve", [1]]\n'),
    "an event less": lambda lines: lines.remove(next(x for x in lines if '["events",9,' in x)),
    "a count less": lambda lines: lines.remove(next(x for x in lines if x.startswith('["given"'))),
    "no policy": lambda lines: lines.remove(next(x for x in lines if '"meta","policy"' in x)),
    "cut short": lambda lines: lines.__delitem__(slice(30, None)),
    "half of a surrogate pair": lambda lines: lines.insert(5, '["load", "\\ud800", 1]\n'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_whole_state_is_told_and_none_is_made(
    state: Path, tmp_path: Path, change: str
) -> None:
    lines = list(exported(state))
    CHANGES[change](lines)
    with pytest.raises(StateError):
        import_state(lines, tmp_path / "t.db", "s.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["s.db"]


def test_a_state_that_is_there_is_not_written_over(state: Path) -> None:
    Path("s.jsonl").write_text("".join(exported(state)))
    before = state.read_bytes()
    for arguments in (("import", "s.jsonl", "s.db"), ("init", "in.route", "s.db")):
        Path("in.route").write_text("lead { id: text }\nroute r { fallback to queue q }\nqueue q\n")
        result = turnout("state", *arguments)
        assert result.exit_code == 2
        assert "already" in result.output
    assert state.read_bytes() == before


def test_an_empty_state_is_made_and_an_earlier_one_brought_up_to_date(state: Path) -> None:
    Path("in.route").write_text(
        "policy inbound\nlead { id: text }\nqueue q\nroute r { fallback to queue q }\n"
    )
    made = turnout("state", "init", "in.route", "new.db")
    assert (made.exit_code, made.output) == (0, "new.db is an empty state of policy inbound\n")
    upgraded = turnout("state", "upgrade", str(state.name))
    assert (upgraded.exit_code, upgraded.output) == (0, "s.db is up to date, in format 8\n")
    for file in ("new.db", "s.db"):
        assert turnout("state", "check", file).exit_code == 0
    assert turnout("state", "upgrade", "none.db").exit_code == 2
