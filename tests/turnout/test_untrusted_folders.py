"""Folders, links and names that nobody meant to be policies."""

import os
from pathlib import Path

import pytest

from tests.support.command_line import folder, turnout
from turnout.compiler.compiled import compile_policy
from turnout.dsl.files import MAX_FILE

__all__ = ["folder"]  # the fixture, for this module's tests

SOUND = "lead { id: text required }\nqueue q\nroute r { fallback to queue q }\n"


@pytest.fixture
def policies(folder: Path) -> Path:
    """Return a folder with one sound policy, beside a secret outside it."""
    (folder / "secret.txt").write_text("password")
    inside = folder / "policies"
    inside.mkdir()
    (inside / "sound.route").write_text(SOUND)
    return inside


@pytest.mark.parametrize("command", [("check",), ("fmt", "--check")])
def test_a_link_that_leaves_the_folder_is_refused_and_nothing_of_it_is_shown(
    policies: Path, command: tuple[str, ...]
) -> None:
    (policies / "env.route").symlink_to(policies.parent / "secret.txt")
    result = turnout(*command, policies.name)
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "env.route` is not read: it is a link that leaves the folder" in said
    assert "password" not in result.output
    assert (policies.parent / "secret.txt").read_text() == "password"


def test_fmt_rewrites_nothing_outside_the_folder(policies: Path) -> None:
    outside = policies.parent / "other.route"
    outside.write_text(SOUND.replace("queue q\n", "queue    q\n"))
    before = outside.read_text()
    (policies / "link.route").symlink_to(outside)
    assert turnout("fmt", policies.name).exit_code == 2
    assert outside.read_text() == before


def test_a_link_inside_the_folder_is_the_file_that_it_leads_to(policies: Path) -> None:
    (policies / "again.route").symlink_to(policies / "sound.route")
    result = turnout("check", policies.name)
    assert result.exit_code == 0
    assert "no findings in 1 file" in result.output


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_below_a_folder_is_not_waited_for(policies: Path) -> None:
    os.mkfifo(policies / "pipe.route")
    result = turnout("check", policies.name)
    assert result.exit_code == 2
    assert "it is not a plain file" in " ".join(result.output.split())


@pytest.mark.parametrize("command", ["check", "fmt", "compile", "owners"])
def test_a_link_that_leads_to_itself_is_told(
    policies: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = policies / "loop.route"
    loop.symlink_to(loop)
    monkeypatch.chdir(policies)
    for named in ("loop.route", ".") if command in {"check", "fmt"} else ("loop.route",):
        result = turnout(command, named)
        assert result.exit_code == 2
        assert "bug" not in result.output
        assert "loop.route" in result.output


@pytest.mark.parametrize("written", ['include "{}"', 'lead {{ id: text lookup id from "{}" }}'])
def test_a_path_too_long_for_the_system_is_a_finding_beside_the_others(
    tmp_path: Path, written: str
) -> None:
    file = tmp_path / "p.route"
    rest = "queue q\nroute r { rule x { when nope is a to queue q } fallback to queue q }\n"
    file.write_text(f"{written.format('a' * 300)}\n{rest}")
    names = [finding.name for finding in compile_policy(file).findings]
    assert "unknown-name" in names or "syntax-error" in names
    assert file.stat().st_size < MAX_FILE


def test_a_territory_whose_parent_is_broken_keeps_the_other_findings(tmp_path: Path) -> None:
    file = tmp_path / "p.route"
    file.write_text(
        "lead { id: text required country: country }\n"
        "territory EMEA {\n  territory DACH = country in [DE]\n"
        "  territory UKI = country in [GB,\n}\n"
        "queue q\n"
        "route r { rule x { when DACH to queue q } rule y { when nope to queue q }\n"
        "  fallback to queue q }\n"
    )
    names = {finding.name for finding in compile_policy(file).findings}
    assert names == {"syntax-error", "unknown-name"}


@pytest.mark.parametrize("form", ["svg", "dot"])
def test_control_characters_of_a_file_name_reach_no_picture(folder: Path, form: str) -> None:
    name = "a\x1b[31m\x01b.route"
    (folder / name).write_text(SOUND)
    out = folder / f"tree.{form}"
    assert turnout("diagram", name, "-o", str(out)).exit_code == 0
    drawn = out.read_text()
    assert "\x1b" not in drawn
    assert "\x01" not in drawn
    assert r"a\x1b[31m\x01b" in drawn.replace(r"\\", "\\")


def test_one_long_name_does_not_pad_every_line(folder: Path) -> None:
    fields = "".join(f"  f{number}: integer\n" for number in range(300))
    (folder / "p.route").write_text(f"lead {{\n  {'x' * 2000}: integer\n{fields}}}\n")
    assert turnout("fmt", "p.route").exit_code == 0
    assert (folder / "p.route").stat().st_size < 2 * len(fields) + 4000


def test_fmt_writes_no_file_that_check_would_refuse_for_its_size(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"lead {{\n  {'x' * 90}: integer\n{'  a: integer' * 1}\n  b: integer\n}}\n"
    (folder / "p.route").write_text(text)
    monkeypatch.setattr("turnout.commands.fmt.MAX_FILE", len(text) + 10)
    result = turnout("fmt", "p.route")
    assert result.exit_code == 2
    assert "would be larger" in " ".join(result.output.split())
    assert (folder / "p.route").read_text() == text
