"""The command line, run in this process or as one of its own, in a folder with a policy."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

PEOPLE = "person ana\nperson ben\nteam sales { ana weight 2, ben }\nqueue triage\nqueue later\n"
INBOUND = """\
include "people.route"
lead {
  id: text required
  country: country
  employees: integer 0..
}
territory DACH = country in [DE, AT, CH]
route inbound {
  rule large { when DACH and employees >= 1000 to round-robin sales }
  rule rest  { when DACH to queue triage }
  fallback to queue later
}
"""
UNKNOWN = INBOUND.replace("when DACH to queue triage", "when DACH to queue triag")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds a policy of two files without findings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "people.route").write_text(PEOPLE)
    (tmp_path / "inbound.route").write_text(INBOUND)
    return tmp_path


def turnout(*arguments: str, stdin: str = "") -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, arguments, input=stdin)


def process(
    *arguments: str, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a process of its own, its streams piped."""
    return subprocess.run(
        [sys.executable, "-m", "turnout", *arguments],
        check=False,
        input=stdin,
        capture_output=True,
        env=surroundings(environment),
    )


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which `-m turnout` finds this very package."""
    where = os.pathsep.join(each for each in sys.path if each)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    return {**quiet, "PYTHONPATH": where, **more}
