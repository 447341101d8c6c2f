"""A site whose policy changes: who changed which lines, and a site that is written anew."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.command_line import turnout
from turnout.commands import docs, watching
from turnout.commands.folders import FolderMark, replace_folder
from turnout.project.authorship import line_changes

POLICY = """\
lead { id: text required  country: country }
territory DACH = country in "dach.txt"
queue desk
queue south
route inbound {
  rule german {
    when DACH
    to   queue desk
  }
  fallback to queue desk
}
"""
HOSTILE = "</ul><script>alert(1)</script> & \u202eco"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a policy in it."""
    monkeypatch.chdir(tmp_path)
    Path("inbound.route").write_text(POLICY, "utf-8")
    Path("dach.txt").write_text("country\nDE\nAT\n", "utf-8")
    return tmp_path


def rule(site: Path) -> str:
    return (site / "rule/inbound/german.html").read_text("utf-8")


# -- the history of lines --


def commit(author: str, day: str, message: str) -> None:
    who = ("-c", f"user.name={author}", "-c", "user.email=a@firm.example")
    for arguments in (("add", "-A"), ("commit", "-q", "-m", message, f"--date={day}T12:00:00Z")):
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)  # noqa: S607


def in_git() -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", "."], check=True, capture_output=True)  # noqa: S607
    commit("Ana", "2026-03-01", "the policy")
    Path("inbound.route").write_text(POLICY.replace("to   queue desk", "to   queue south"), "utf-8")
    commit("Ben <b>", "2026-04-02", HOSTILE)


def test_a_rule_says_who_changed_its_lines_the_latest_first(folder: Path) -> None:
    in_git()
    assert turnout("docs", "inbound.route", "-o", "site", "--history").exit_code == 0
    page = rule(folder / "site")
    assert page.index("2026-04-02 Ben") < page.index("2026-03-01 Ana: the policy")
    assert "&lt;/ul&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; \\u202eco" in page
    assert "<script>alert" not in page
    fallback = (folder / "site/fallback/inbound").glob("*.html")
    assert not any("Ben" in each.read_text("utf-8") for each in fallback)


def test_lines_that_are_not_committed_say_so(folder: Path) -> None:
    in_git()
    changed = POLICY.replace("when DACH", "when DACH and country is present")
    Path("inbound.route").write_text(changed, "utf-8")
    assert turnout("docs", "inbound.route", "-o", "site", "--history").exit_code == 0
    assert "not committed yet" in rule(folder / "site")
    (folder / "new.route").write_text("queue q\n", "utf-8")
    assert line_changes(folder / "new.route") == (None, None)


def test_without_a_repository_there_is_no_history_and_a_remedy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    result = turnout("docs", "inbound.route", "-o", "site", "--history")
    assert result.exit_code == 2
    assert "lies in no git repository" in result.output
    assert "leave --history out" in result.output
    assert not (folder / "site").exists()


# -- watching --


class Clock:
    """Stands in for the pause between two looks: what happens in each, then the end."""

    def __init__(self, *steps: tuple[str | None, str]) -> None:
        self._steps = iter(steps)

    def __call__(self, seconds: float) -> None:
        del seconds
        step = next(self._steps, None)
        if step is None:
            raise KeyboardInterrupt
        name, text = step
        if name is not None:
            Path(name).write_text(text, "utf-8")


def watched(monkeypatch: pytest.MonkeyPatch, *steps: tuple[str | None, str]) -> str:
    """Return what the command says while these things happen."""
    monkeypatch.setattr(watching, "sleep", Clock(*steps))
    result = turnout("docs", "inbound.route", "-o", "site", "--watch")
    assert result.exit_code == 130  # interrupted
    return result.output


def version(site: Path) -> str:
    return (site / "data/version.js").read_text("utf-8")


def test_a_site_is_written_anew_after_each_change_and_at_no_other_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []

    def noted(target: Path, files: Mapping[str, bytes], mark: FolderMark) -> None:
        replace_folder(target, files, mark)
        found.append(version(folder / "site"))

    monkeypatch.setattr(docs, "replace_folder", noted)
    said = watched(
        monkeypatch,
        (None, ""),
        ("inbound.route", POLICY.replace("to   queue desk", "to   queue south")),
        (None, ""),
        ("dach.txt", "country\nDE\nAT\nCH\n"),
    )
    assert said.count("wrote") == 3
    assert len(set(found)) == 3
    assert "queue <a" in rule(folder / "site")
    assert "assets/reload.js" in rule(folder / "site")


def test_a_mistake_is_told_and_the_site_stays_until_it_is_mended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = watched(monkeypatch, ("inbound.route", "route {"), ("inbound.route", POLICY + "\n"))
    assert said.count("wrote") == 2
    assert "error" in said
    assert "DACH" in rule(folder / "site")


# -- progress --


def test_a_terminal_shows_how_far_it_is_and_a_file_does_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "%" not in turnout("docs", "inbound.route", "-o", "site").output
    shown: list[str] = []

    class Terminal:
        def write(self, text: str) -> int:
            shown.append(text)
            return len(text)

        def flush(self) -> None:
            pass

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    kept = list(docs.progress(iter("abc"), 3, "writing"))
    assert kept == ["a", "b", "c"]
    assert "writing" in "".join(shown)
    assert "100%" in "".join(shown)
    assert folder.is_dir()
