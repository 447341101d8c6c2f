"""`turnout diagram`: its files and formats, what it can be asked to show, and what it refuses."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.command_line import INBOUND, UNKNOWN, folder, process, turnout
from turnout.commands import watching
from turnout.compiler.picture import raster
from turnout.rendering.diagram import FORMATS

__all__ = ["folder"]  # the fixture, for this module's tests

pytestmark = pytest.mark.usefixtures("folder")

LEAD = '{"id": "L1", "country": "DE", "employees": 5000}'
TEXT = re.compile(r"<text\b[^>]*>([^<]*)<")


def drawn(*arguments: str) -> str:
    """Return what stands in the picture on stdout, line by line."""
    result = turnout("diagram", "inbound.route", "-o", "-", "--format", "svg", *arguments)
    assert result.exit_code == 0, result.output
    return "\n".join(TEXT.findall(result.stdout))


def blank(text: str = "") -> bytes:
    """Draw a text as a machine does that has no font."""
    del text
    return b""


def refused(result: Result, status: int = 2) -> str:
    assert result.exit_code == status
    assert "Traceback" not in result.stderr
    assert "bug" not in result.stderr
    return " ".join(result.stderr.split())


def long_policy(blocks: int = 26, rules: int = 6) -> str:
    """Return a policy that is more than a page."""
    inside = "".join(
        f"within country is {code} {{\n"
        + "".join(
            f"rule r{at}-{code.lower()} {{ when employees >= {at * 10} to queue triage }}\n"
            for at in range(rules, 0, -1)
        )
        + "}\n"
        for code in CODES[:blocks]
    )
    return INBOUND.replace("  fallback to queue later", f"{inside}  fallback to queue later")


CODES = "FR BE NL LU ES PT IT GR SE NO DK FI IS PL CZ SK HU RO BG HR SI EE LV LT US CA".split()


# -- files and formats --


def test_a_picture_is_drawn_by_its_suffix(folder: Path) -> None:
    starts = {"svg": "<svg ", "dot": "digraph ", "mmd": "---\ntitle: "}
    for suffix, start in starts.items():
        assert turnout("diagram", "inbound.route", "-o", f"tree.{suffix}").exit_code == 0
        text = (folder / f"tree.{suffix}").read_text()
        assert text.startswith(start)
        assert all(word in text for word in ("DACH", "large", "triage", "lead arrives"))
    assert turnout("diagram", "inbound.route", "-o", "-", "--format", "gif").exit_code == 2
    assert FORMATS == ("svg", "dot", "png", "pdf", "mmd")


def test_a_png_needs_no_graphviz(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder / "nothing"))
    drawn = turnout("diagram", "inbound.route", "-o", "tree.png")
    if "no font" in drawn.output:
        pytest.skip("this machine has no font")
    assert drawn.exit_code == 0
    assert (folder / "tree.png").read_bytes().startswith(b"\x89PNG")


def test_a_machine_without_fonts_gets_no_blank_picture(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster, "_letters", blank)
    said = refused(turnout("diagram", "inbound.route", "-o", "tree.png"))
    assert "no font" in said
    assert not (folder / "tree.png").exists()


def test_without_graphviz_a_pdf_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder / "nothing"))
    (folder / "tree.pdf").write_text("the last one")
    said = refused(turnout("diagram", "inbound.route", "-o", "tree.pdf"))
    assert "Graphviz" in said
    assert "help:" in said
    assert (folder / "tree.pdf").read_text() == "the last one"


def test_a_policy_with_errors_is_drawn_and_the_errors_are_said(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN)
    result = turnout("diagram", "inbound.route", "-o", "tree.svg")
    assert result.exit_code == 1
    assert "there is no queue `triag`" in result.stderr
    assert "there is no queue triag" in (folder / "tree.svg").read_text()


def test_a_policy_without_a_route_to_draw_is_only_reported(folder: Path) -> None:
    (folder / "inbound.route").write_text("lead { id: text required }\nroute {")
    assert turnout("diagram", "inbound.route", "-o", "tree.svg").exit_code == 1
    assert not (folder / "tree.svg").exists()


# -- pages --


def test_a_long_policy_is_drawn_as_linked_pages_and_old_pages_go(folder: Path) -> None:
    (folder / "inbound.route").write_text(long_policy())
    assert turnout("diagram", "inbound.route", "-o", "tree.svg").exit_code == 0
    pages = sorted((folder / "tree-pages").iterdir())
    assert len(pages) > 10
    for path in (folder / "tree.svg", *pages):
        for link in re.findall(r'href="([^"#]+)(?:#L\d+)?"', path.read_text()):
            assert (path.parent / link).exists(), link
    (folder / "tree-pages" / "mine.svg").write_text("not a page")
    (folder / "inbound.route").write_text(INBOUND)
    assert turnout("diagram", "inbound.route", "-o", "tree.svg", "--check").exit_code == 1
    assert turnout("diagram", "inbound.route", "-o", "tree.svg").exit_code == 0
    assert [path.name for path in (folder / "tree-pages").iterdir()] == ["mine.svg"]


def test_stdout_and_one_page_have_all_of_a_long_policy(folder: Path) -> None:
    (folder / "inbound.route").write_text(long_policy())
    text = drawn()
    assert all(f"r3-{code.lower()}" in text for code in CODES)
    assert turnout("diagram", "inbound.route", "-o", "tree.svg", "--one-page").exit_code == 0
    assert not (folder / "tree-pages").exists()
    assert "r3-fr" in (folder / "tree.svg").read_text()


# -- what is shown --


def test_focus_and_rule_leave_the_rest_closed(folder: Path) -> None:
    (folder / "inbound.route").write_text(long_policy())
    for arguments in (("--focus", "country is IT"), ("--focus", "r3-it"), ("--rule", "r3-it")):
        text = drawn(*arguments)
        assert "r3-it" in text.split("\n")
        assert "r3-fr" not in text.split("\n")
        assert "closed here" in text
    said = refused(
        turnout("diagram", "inbound.route", "-o", "-", "--format", "svg", "--rule", "r3-itt")
    )
    assert "did you mean r3-it?" in said


def test_depth_closes_what_is_deeper(folder: Path) -> None:
    (folder / "inbound.route").write_text(long_policy(3))
    assert "r3-fr" not in drawn("--depth", "1").split("\n")
    assert "r3-fr" in drawn("--depth", "2").split("\n")
    assert "within country is FR" in drawn("--depth", "1")


def test_the_way_of_a_lead_says_why_it_went_nowhere_else() -> None:
    text = drawn("--lead", '{"id": "L2", "country": "AT", "employees": 10}')
    assert "lead L2 goes to queue triage" in text
    assert "no: employees is 10" in text
    assert "the way of this lead" in text
    short = drawn("--lead", LEAD)
    assert "no: " not in short


def test_a_lead_that_no_rule_is_asked_about_goes_to_the_fallback() -> None:
    text = drawn("--lead", '{"country": "AT", "employees": 10}', "--no-commit")
    assert "the lead goes to queue later" in text
    assert "no rule was asked: no id" in text


def test_a_sample_says_how_many_leads_go_where(folder: Path) -> None:
    rows = [f"{at},{'Germany' if at % 4 else 'France'},{at * 100}" for at in range(1, 41)]
    (folder / "leads.csv").write_text("id,country,employees\n" + "\n".join(rows) + "\n")
    text = drawn("--sample", "leads.csv")
    assert "10 leads, 25 %" in text  # France: the fallback
    counts = re.findall(r"^([\d,]+) leads?, [\d.]+ %$", text, re.MULTILINE)
    assert sum(map(int, counts)) == 40 + 30  # DACH, around both of its rules, is said as well
    assert "40 leads of leads.csv" in text


def test_teams_and_territories_list_rules_under_who_and_where() -> None:
    teams = drawn("--view", "teams")
    assert "team sales: " in teams
    assert "DACH and employees &gt;= 1000" in teams
    assert "first choice" in teams
    where = drawn("--view", "territories")
    assert "who covers where" in where
    assert where.index("\nDACH\n") < where.index("\nlarge\n")
    assert "leads of no territory" in where


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--lead", LEAD, "--focus", "DACH"), "--focus and --lead exclude each other"),
        (("--rule", "rest", "--focus", "DACH"), "--rule and --focus exclude each other"),
        (("--lead", LEAD, "--sample", "x.csv"), "--lead and --sample exclude each other"),
        (("--view", "teams", "--depth", "2"), "--view teams and --depth exclude each other"),
        (("--focus", "Nowhere"), "has no part Nowhere"),
        (("--sample", "nowhere.csv"), "nowhere.csv"),
        (("--check",), "only a file that is text can be compared"),
    ],
)
def test_what_can_not_be_drawn_is_refused(arguments: tuple[str, ...], said: str) -> None:
    result = turnout("diagram", "inbound.route", "-o", "-", "--format", "svg", *arguments)
    assert said in refused(result)


def test_a_policy_with_errors_shows_no_lead(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN)
    result = turnout("diagram", "inbound.route", "-o", "x.svg", "--lead", LEAD)
    assert "a policy with errors decides no lead" in refused(result)


# -- up to date --


@pytest.mark.parametrize("suffix", ["svg", "dot", "mmd"])
def test_check_says_whether_a_picture_is_up_to_date(suffix: str, folder: Path) -> None:
    out = f"tree.{suffix}"
    missing = turnout("diagram", "inbound.route", "-o", out, "--check")
    assert missing.exit_code == 1
    assert f"{out} is not what the policy says now" in missing.stderr
    assert not (folder / out).exists()
    assert turnout("diagram", "inbound.route", "-o", out).exit_code == 0
    assert turnout("diagram", "inbound.route", "-o", out, "--check").exit_code == 0
    (folder / "inbound.route").write_text(INBOUND.replace(">= 1000", ">= 1001"))
    assert turnout("diagram", "inbound.route", "-o", out, "--check").exit_code == 1


@pytest.fixture
def committed(folder: Path) -> Path:
    """Return the folder as a repository in which the policy is committed."""
    environment = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b.c",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b.c",
        "GIT_COMMITTER_DATE": "2026-11-23T10:00:00+00:00",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "policy")):
        subprocess.run(["git", *arguments], check=True, cwd=folder, env=os.environ | environment)  # noqa: S607
    return folder


def test_a_picture_says_the_commit_of_its_policy_until_that_is_changed(committed: Path) -> None:
    assert re.search(r"policy [0-9a-f]{12} · commit [0-9a-f]{7,} of 2026-11-23", drawn())
    assert "commit" not in drawn("--no-commit")
    people = committed / "people.route"
    people.write_text(f"{people.read_text()}# changed\n")
    assert "commit" not in drawn()


def test_a_picture_that_is_committed_with_its_policy_stays_up_to_date(committed: Path) -> None:
    for suffix in ("svg", "dot", "mmd"):
        arguments = ("diagram", "inbound.route", "-o", f"tree.{suffix}")
        assert turnout(*arguments, "--no-commit").exit_code == 0
        assert "commit" not in (committed / f"tree.{suffix}").read_text()
        assert turnout(*arguments, "--check").exit_code == 0


# -- links --


def test_boxes_lead_to_their_lines(folder: Path) -> None:
    (folder / "pictures").mkdir()
    assert turnout("diagram", "inbound.route", "-o", "pictures/tree.svg").exit_code == 0
    svg = (folder / "pictures" / "tree.svg").read_text()
    line = INBOUND.split("\n").index(next(x for x in INBOUND.split("\n") if "rule large" in x)) + 1
    assert f'href="../inbound.route#L{line}"' in svg
    source = "https://git.example/policies/blob/main"
    arguments = ("diagram", "inbound.route", "-o", "tree.svg", "--source", source)
    assert turnout(*arguments).exit_code == 0
    assert f'href="{source}/inbound.route#L{line}"' in (folder / "tree.svg").read_text()


def test_a_picture_is_the_same_whatever_the_seed_of_hashes() -> None:
    arguments = ("diagram", "inbound.route", "-o", "-", "--format", "svg")
    one = process(*arguments, PYTHONHASHSEED="1", TZ="Asia/Tokyo").stdout
    assert one == process(*arguments, PYTHONHASHSEED="2", LC_ALL="C").stdout
    assert one


# -- while writing --


def test_a_picture_is_drawn_anew_after_each_change_and_stays_where_there_is_a_mistake(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter((INBOUND.replace("triage", "desk"), "route {", INBOUND))
    found: list[str] = []

    def pause(seconds: float) -> None:
        """Between two looks at the files: what was drawn is kept, and the policy is changed."""
        del seconds
        found.append((folder / "tree.svg").read_text("utf-8"))
        text = next(texts, None)
        if text is None:
            raise KeyboardInterrupt
        (folder / "inbound.route").write_text(text, "utf-8")

    monkeypatch.setattr(watching, "sleep", pause)
    result = turnout("diagram", "inbound.route", "-o", "tree.svg", "--no-commit", "--watch")
    assert result.exit_code == 130
    assert result.stdout.count("drew tree.svg") == 3
    first, second, mistaken, last = found
    assert "queue triage" in first
    assert "queue desk" in second
    assert mistaken == second
    assert last == first
    assert "route {" in result.stderr


@pytest.mark.parametrize("more", [("-o", "x.svg", "--check"), ("-o", "-", "--format", "svg")])
def test_only_a_file_that_is_written_is_drawn_anew(more: tuple[str, ...]) -> None:
    refused(turnout("diagram", "inbound.route", *more, "--watch"))


def test_a_picture_from_left_to_right_has_pages_that_need_no_scrolling(folder: Path) -> None:
    (folder / "inbound.route").write_text(long_policy())
    assert turnout("diagram", "inbound.route", "-o", "x.svg", "--direction", "right").exit_code == 0
    pages = [folder / "x.svg", *(folder / "x-pages").iterdir()]
    wide = [re.search(r'width="(\d+)"', page.read_text("utf-8")) for page in pages]
    assert max(int(each[1]) for each in wide if each is not None) < 5_000
    text = "".join(page.read_text("utf-8") for page in pages)
    assert all(f">r3-{code.lower()}<" in text for code in CODES)


def test_who_did_not_take_a_lead_is_said_in_plain_words(folder: Path) -> None:
    (folder / "langs.route").write_text(
        "lead { id: text required  language: language }\n"
        "person ana { languages [de] }\nteam sales { ana }\nqueue q\n"
        "route r {\n  rule all { when language is present\n"
        "  to round-robin sales matching language else queue q }\n  fallback to queue q\n}\n",
        "utf-8",
    )
    lead = '{"id": "1", "language": "fr"}'
    out = turnout("diagram", "langs.route", "-o", "-", "--format", "svg", "--lead", lead)
    assert out.exit_code == 0, out.output
    text = " ".join(TEXT.findall(out.stdout))
    assert "not team sales, by turns, who serves the language: nobody serves that" in text
    assert "round-robin" not in text
