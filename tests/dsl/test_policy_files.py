"""Files that are no policy, or not a sound one: each is a finding, and never a traceback."""

import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.support.policies import attempted, compiled, named
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.conditions import ALWAYS
from turnout.dsl.files import MAX_FILE, MAX_FILES
from turnout.dsl.findings import Severity

ROUTE = "route inbound { fallback to queue triage }\n"
SOUND = f"queue triage\n{ROUTE}"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """Return the path of a policy that is not there yet, in a folder of its own."""
    folder = tmp_path / "policy"
    folder.mkdir()
    return folder / "main.route"


def names(compiled_: Compiled) -> list[str]:
    return [finding.name for finding in compiled_.findings]


def only(main: Path, content: bytes | str) -> str:
    """Return the message of the one finding in a file with this content."""
    main.write_bytes(content.encode() if isinstance(content, str) else content)
    (finding,) = compile_policy(main).findings
    assert finding.severity is Severity.ERROR
    return f"{finding.name}: {finding.message}"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"# nothing but a comment"])
def test_an_empty_file_is_a_policy_without_routes(main: Path, content: bytes) -> None:
    main.write_bytes(content)
    made = compile_policy(main)
    assert [found.name for found in made.findings] == ["nothing-routed"]
    assert dict(made.program.routes) == {}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(main: Path) -> None:
    main.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert compile_policy(main).findings == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# Größe\n".encode("latin-1"), "not UTF-8: byte 0xF6 on line 1"),
        (b"queue a\n# \xff\n", "not UTF-8: byte 0xFF on line 2"),
        (SOUND.encode("utf-16"), "is UTF-16, not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8: byte 0x89 on line 1"),
    ],
)
def test_a_file_that_is_not_utf_8_says_where(main: Path, content: bytes, said: str) -> None:
    message = only(main, content)
    assert message.startswith("not-utf-8: ")
    assert message.endswith(said)


def test_null_bytes_are_a_character_that_means_nothing(main: Path) -> None:
    assert only(main, SOUND.encode() + b"\0\0\0") == (
        "syntax-error: the character `U+0000` means nothing here"
    )


def test_a_file_above_the_limit_is_refused(main: Path) -> None:
    message = only(main, "# " + "x" * MAX_FILE)
    assert message.startswith("too-large: ")
    assert message.endswith("is larger than 4 MB")


def test_of_a_huge_file_no_more_is_read_than_says_that_it_is_too_large(main: Path) -> None:
    main.touch()
    os.truncate(main, 64 * MAX_FILE)  # a hole: it takes no room on the disk
    tracemalloc.start()
    try:
        (finding,) = compile_policy(main).findings
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert finding.name == "too-large"
    assert most < 2 * MAX_FILE


def test_a_file_at_the_limit_is_read(main: Path) -> None:
    filler = "#" * (MAX_FILE - len(SOUND) - 1)
    main.write_text(f"{SOUND}{filler}\n")
    assert main.stat().st_size == MAX_FILE
    assert compile_policy(main).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "vip" + ")" * 10_000,
        "not " * 10_000 + "vip",
        "(not " * 10_000 + "vip" + ")" * 10_000,
        "(" * 10_000,
    ],
    ids=["parentheses", "negations", "both", "never closed"],
)
def test_conditions_nested_10_000_deep_are_refused(text: str) -> None:
    rule = f"rule a {{ when {text} to queue triage }}"
    policy = f"lead {{ vip: boolean }} queue triage route r {{ {rule} }}"
    assert names(compiled(policy)) == ["nested-too-deep"]


@pytest.mark.parametrize(
    "text",
    [
        "territory t = vip { " * 10_000 + "}" * 10_000,
        "route r { " + "within vip { " * 10_000 + "}" * 10_001,
        "segment s = vip in [" + "[" * 10_000,
    ],
    ids=["territories", "blocks", "lists"],
)
def test_blocks_nested_10_000_deep_are_refused(text: str) -> None:
    assert names(compiled(f"lead {{ vip: boolean }} {text}")) == ["nested-too-deep"]


def test_a_condition_of_10_000_parts_is_read() -> None:
    many = " or ".join(f"size is {number}" for number in range(10_000))
    policy = f"""lead {{ id: text size: integer }} queue some queue triage
    route r {{ rule a {{ when {many} to queue some }} fallback to queue triage }}"""
    assert names(compiled(policy)) == []


def test_no_more_than_a_hundred_syntax_errors_are_shown(main: Path) -> None:
    main.write_text("queue ^\n" * 5_000)
    assert names(compile_policy(main)) == ["syntax-error"] * 100


# -- includes --


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_link_that_leads_out_of_the_folder_is_refused(main: Path, kind: str) -> None:
    outside = main.parent.parent / "outside"
    outside.mkdir()
    (outside / "people.route").write_text("queue triage\n")
    link = main.parent / ("there" if kind == "folder" else "people.route")
    link.symlink_to(outside if kind == "folder" else outside / "people.route")
    path = "there/people.route" if kind == "folder" else "people.route"
    assert only(main, f'include "{path}"\n').startswith("outside-folder: ")


def test_a_link_inside_the_folder_is_followed(main: Path) -> None:
    (main.parent / "real.route").write_text("queue triage\n")
    (main.parent / "link.route").symlink_to("real.route")
    main.write_text(f'include "link.route"\ninclude "real.route"\n{ROUTE}')
    assert compile_policy(main).findings == ()


def test_links_that_lead_to_each_other_are_refused(main: Path) -> None:
    (main.parent / "one.route").symlink_to("two.route")
    (main.parent / "two.route").symlink_to("one.route")
    main.write_text('include "one.route"\n')
    (finding,) = compile_policy(main).findings
    assert finding.name in {"outside-folder", "cannot-read"}


def test_a_link_to_the_file_itself_is_a_cycle(main: Path) -> None:
    (main.parent / "again.route").symlink_to("main.route")
    assert only(main, 'include "again.route"\n').startswith("include-cycle: ")


def test_includes_in_a_long_line_are_refused_not_followed_forever(main: Path) -> None:
    for number in range(100):
        (main.parent / f"f{number}.route").write_text(f'include "f{number + 1}.route"\n')
    assert only(main, 'include "f0.route"\n').startswith("nested-too-deep: ")


def test_a_policy_of_too_many_files_is_refused(main: Path) -> None:
    for number in range(MAX_FILES):
        (main.parent / f"f{number}.route").write_text("")
    main.write_text("".join(f'include "f{number}.route"\n' for number in range(MAX_FILES)))
    assert names(compile_policy(main)) == ["too-large"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_regular_file_is_refused_not_waited_for(main: Path) -> None:
    os.mkfifo(main.parent / "pipe.route")
    assert only(main, 'include "pipe.route"\n').startswith("cannot-read: ")


def test_a_main_file_that_is_not_there_names_the_nearest(main: Path) -> None:
    main.write_text(SOUND)
    (finding,) = compile_policy(main.with_name("mian.route")).findings
    assert (finding.name, finding.span) == ("cannot-read", None)
    assert finding.help == ("did you mean `main.route`?",)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_a_file_that_may_not_be_read_says_so(main: Path) -> None:
    main.write_text(SOUND)
    main.chmod(0)
    (finding,) = compile_policy(main).findings
    assert finding.message.endswith("can't be read: permission is denied")


# -- what a fault must not drag along --


def test_an_unknown_target_is_all_that_is_said_of_its_chain() -> None:
    made = compiled("""lead { vip: boolean } person ana
    route r { rule a { when vip to queue nowhere } fallback to person ana else queue nowhere }""")
    assert names(made) == ["unknown-name", "unknown-name"]


def test_rules_whose_targets_are_unknown_are_not_called_alike() -> None:
    made = compiled("""lead { size: integer } queue triage
    route r {
      rule a { when size > 1 to queue one }
      rule b { when size > 2 to queue two }
      fallback to queue triage
    }""")
    (finding,) = named(made.findings, "unreachable-rule")
    assert finding.notes == ()


def test_what_a_syntax_error_leaves_of_a_condition_is_not_judged() -> None:
    made = compiled("""lead { city: text, size: integer } queue triage
    route r {
      rule a { when city is "Rome
        to queue triage }
      rule b { when size == 5 to queue triage }
      within size >> 5 { rule c { when city is present to queue triage } }
      fallback to queue triage
    }""")
    assert set(names(made)) == {"syntax-error"}


def test_a_table_that_can_not_be_read_makes_no_rule_impossible() -> None:
    made = compiled("""lead { zip: code } queue triage
    territory US { from "nothing.csv" by zip -> area }
    route r { rule a { when US to queue triage } fallback to queue triage }""")
    assert names(made) == ["cannot-read"]


def test_matches_without_re2_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    policy, findings = attempted("""lead { city: text } queue triage
    route r {
      rule a { when city matches "^without re2" to queue triage }
      fallback to queue triage
    }""")
    (finding,) = findings
    assert finding.name == "missing-extra"
    assert finding.help == ("install it with `pip install 'turnout[regex]'`",)
    assert [entry.condition for entry in policy.routes["r"].entries] == [ALWAYS]
