"""`turnout doctor` says what is there, and what can't be used."""

import sqlite3
import tomllib
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tests.support.command_line import INBOUND, PEOPLE, turnout
from tests.support.sources import ROOT, is_checkout
from turnout.commands import doctor
from turnout.runtime.stores.upgrades import FORMAT


@pytest.mark.skipif(not is_checkout(), reason="not a checkout")
def test_the_extras_are_those_of_the_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = data["project"]["optional-dependencies"]
    listed = {
        name: tuple(
            each.partition(">=")[0].partition("[")[0]
            for each in packages
            if not each.startswith("turnout[")
        )
        for name, packages in extras.items()
        if name not in {"test", "dev", "bench"}
    }
    assert listed == dict(doctor.EXTRAS)


def test_a_missing_extra_is_told_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        if package == "pyarrow":
            raise PackageNotFoundError
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    done = turnout("doctor")
    assert done.exit_code == 0
    assert "[arrow]        numpy 1.0; missing; `pip install 'turnout[arrow]'`" in done.output
    assert "[excel]        python-calamine 1.0\n" in done.output
    assert "parser tables  as the grammar" in done.output


def test_states_are_told_by_their_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("people.route").write_text(PEOPLE, "utf-8")
    Path("inbound.route").write_text(INBOUND, "utf-8")
    assert turnout("state", "init", "inbound.route", "now.db").exit_code == 0
    Path("text.db").write_text("this is no database, and never was one", "utf-8")
    sqlite3.connect("other.db").close()
    done = turnout("doctor", "now.db")
    assert done.exit_code == 0
    assert f"now.db: format {FORMAT}\n" in done.output
    with closing(sqlite3.connect("now.db")) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    done = turnout("doctor", "now.db", "text.db", "other.db")
    assert done.exit_code == 1
    assert f"now.db: format {FORMAT + 1} of a later version" in done.output
    assert "text.db: can't be read" in done.output
    assert "other.db: no state of Turnout" in done.output


def test_a_configuration_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("turnout.toml").write_text("nonsense = 1", "utf-8")
    done = turnout("doctor")
    assert done.exit_code == 1
    assert "`nonsense` is no setting of Turnout" in done.output


def test_it_keeps_to_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = turnout("doctor").output.splitlines()
    short = [line for line in said if "/" not in line]  # a path stays in one piece
    assert all(len(line) <= 60 for line in short)
    assert any(line.startswith(" " * 17) for line in said)
