"""What nobody should type into the commands that log what somebody did: told, and not kept."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.commands.exits import MOST_SAID
from turnout.compiler.compiled import compile_policy
from turnout.runtime.router import Router

POLICY = """\
lead { id: text required }
person ana
person ben
team sales { ana, ben }
queue triage
reject reasons [busy, no-fit] credit [busy]
return reasons [spam, no-show] credit [spam]
route inbound {
  rule all { when id is present to round-robin sales sla 1 hour then queue triage }
  fallback to queue triage
}
"""
NINE = "2026-11-23T09:00"
DEEDS = ("accept", "reject", "contacted", "touch", "converted", "close", "release", "return")
REASONS = {"reject": "busy", "return": "spam"}
HOSTILE = {
    "empty": "",
    "a blank": " ",
    "a NUL": "L-1\0",
    "half of a pair": "L-1\udcff",
    "100,000 signs": "x" * 100_000,
    "a path": "../../etc/passwd",
    "SQL": "L-1'; DROP TABLE leads; --",
    "right to left": "\u202eL-9",
    "a line feed": "L-1\nL-2",
    "an escape": "\x1b[31mL-1",
    "another one": "L-2",
}


class Told:
    """A state in which ana has the lead L-1, and what commands do to it."""

    def __init__(self, folder: Path) -> None:
        self.policy, self.state = folder / "inbound.route", folder / "state.db"
        self.policy.write_text(POLICY, "utf-8")
        self.compiled = compile_policy(self.policy)
        leads = folder / "leads.csv"
        leads.write_text("id\nL-1\n", "utf-8")
        self.run("route", str(leads), "--at", NINE, "-o", str(folder / "out.csv"))

    def run(self, word: str, *arguments: str) -> Result:
        command = [word, str(self.policy), "--state", str(self.state), *arguments]
        return CliRunner().invoke(cli, command)

    def events(self) -> list[str]:
        with Router(self.compiled, state=self.state) as router:
            return [repr(event) for event in router.events()]

    def refused(self, word: str, *arguments: str) -> None:
        """Check that a command is refused in few words, and that nothing of it is kept."""
        before = self.events()
        told = self.run(word, *arguments)
        assert told.exit_code in {1, 2}, told.output
        assert isinstance(told.exception, SystemExit)
        assert "bug" not in told.stderr
        assert told.stdout == ""
        assert len(told.stderr) < 3 * MOST_SAID
        assert all(line.isprintable() for line in told.stderr.splitlines())
        assert self.events() == before


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


@pytest.mark.parametrize("lead", HOSTILE.values(), ids=HOSTILE)
def test_no_lead_has_a_hostile_id(lead: str, told: Told) -> None:
    for deed in DEEDS:
        told.refused(deed, "--reason", REASONS.get(deed, ""), "--", lead)


@pytest.mark.parametrize("deed", ["reject", "return"])
@pytest.mark.parametrize("reason", HOSTILE.values(), ids=HOSTILE)
def test_no_policy_names_a_hostile_reason(deed: str, reason: str, told: Told) -> None:
    told.refused(deed, "L-1", "--reason", reason)


@pytest.mark.parametrize("name", ["a NUL", "half of a pair", "100,000 signs"])
def test_what_no_log_can_keep_is_refused(name: str, told: Told) -> None:
    for deed in DEEDS:
        told.refused(deed, "L-1", "--by", HOSTILE[name], "--reason", REASONS.get(deed, ""))
        told.refused(deed, "L-1", "--reason", HOSTILE[name])


@pytest.mark.parametrize("person", HOSTILE.values(), ids=HOSTILE)
def test_nobody_has_a_hostile_name(person: str, told: Told) -> None:
    told.refused("accept", "L-1", "--by", person if person.strip() else "nobody")
    told.refused("claim", "triage", "--by", person)
    told.refused("claim", person, "--by", "ana")
    for word in ("pause", "back") if not person.strip() else ("away", "pause", "back"):
        told.refused(word, "--", person)


@pytest.mark.parametrize(
    "moment",
    ["", "now", "0000-00-00", "2026-13-01", "2026-11-23T25:00", "99999-01-01", "\udcff", "\0"],
)
def test_no_moment_is_guessed(moment: str, told: Told) -> None:
    for deed in DEEDS:
        told.refused(deed, "L-1", "--reason", REASONS.get(deed, ""), "--at", moment)
    for option in ("--from", "--until", "--at"):
        told.refused("away", "ana", option, moment)
        told.refused("pause", "ana", option, moment)
    told.refused("claim", "triage", "--by", "ana", "--at", moment)


def test_an_absence_that_ends_before_it_begins_is_refused(told: Told) -> None:
    told.refused("away", "ana", "--from", "2026-11-24", "--until", "2026-11-23", "--at", NINE)
    told.refused("away", "ana", "--until", "0001-01-01", "--at", NINE)
