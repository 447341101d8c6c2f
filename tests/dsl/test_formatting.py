"""The canonical form, construct by construct, and the command that writes it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source

UNTIDY = """lead { id:text required,employees: integer 0..
  # how they came
  source: one of [demo,trial,] }  # the form
route inbound { rule big { when employees>=1000 and source is demo # large
 to queue triage else reject "no" } fallback to queue triage }
queue triage
"""

TIDY = """lead {
  id:        text required
  employees: integer 0..
  # how they came
  source:    one of [demo, trial]
}  # the form
route inbound {
  rule big {
    when employees >= 1000 and source is demo  # large
    to   queue triage
    else reject "no"
  }
  fallback to queue triage
}
queue triage
"""


def canonical(text: str) -> str:
    result = formatted(Source("a.route", text))
    assert isinstance(result, str), result
    return result


def test_statements_start_lines_and_neighbours_are_lined_up() -> None:
    assert canonical(UNTIDY) == TIDY


def test_empty_lines_stay_but_never_two_and_none_at_an_end() -> None:
    text = "\n\nqueue a\nqueue b\n\n\n\n# c\n\nqueue c\n\n"
    assert canonical(text) == "queue a\nqueue b\n\n# c\n\nqueue c\n"


def test_a_file_of_comments_keeps_them() -> None:
    assert canonical("# one\n\n\n  # two") == "# one\n\n# two\n"
    assert canonical("") == ""


def test_a_long_condition_breaks_before_its_joining_words() -> None:
    long = " or ".join(f"field_number_{n} is present" for n in range(5))
    assert canonical(f"segment Known = {long}").splitlines()[:2] == [
        "segment Known = field_number_0 is present",
        "             or field_number_1 is present",
    ]


def test_a_long_list_is_filled_below_its_bracket() -> None:
    names = ", ".join(f'"{"x" * 20}{n}"' for n in range(6))
    lines = canonical(f"segment Known = city in [{names}]").splitlines()
    assert len(lines) == 2
    assert lines[1].index('"') == lines[0].index('"')


def test_a_rule_written_on_one_line_stays_there_and_others_do_not() -> None:
    one = "route r {\n  rule a { when x to queue q }\n  rule long { when yy to queue q }\n}\n"
    assert canonical(one).splitlines()[1:3] == [
        "  rule a    { when x   to queue q }",
        "  rule long { when yy  to queue q }",
    ]
    several = "route r { rule a { when x\n to queue q } }"
    assert canonical(several).splitlines()[1] == "  rule a {"


def test_a_person_too_long_for_a_line_has_a_clause_a_line() -> None:
    clauses = 'email "ana@firm.example" hours berlin languages [de, en, fr, it] cap 8 per day'
    assert canonical(f"person ana {{ {clauses} away 2026-12-20 }}").splitlines()[:2] == [
        "person ana {",
        '  email "ana@firm.example"',
    ]


def test_comments_inside_a_condition_stay_behind_their_words() -> None:
    text = "segment A = a is 1 # one\n or b is 2 # two\n# three\n or c is 3\n"
    assert canonical(text) == (
        "segment A = a is 1  # one\n"
        "         or b is 2  # two\n"
        "         # three\n"
        "         or c is 3\n"
    )


@pytest.mark.parametrize("text", ["route {", "lead { x: }", "(" * 10_000])
def test_a_file_with_a_syntax_error_is_reported(text: str) -> None:
    assert isinstance(formatted(Source("a.route", text)), tuple)


# -- the command --


def turnout(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["fmt", *map(str, arguments)], input=given)


def test_fmt_rewrites_every_file_of_a_folder_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.route", "sub/b.route"):
        (tmp_path / name).write_text(UNTIDY, "utf-8")
    first = turnout(tmp_path)
    assert first.exit_code == 0
    assert "changed 2 files of 2" in first.stderr
    assert (tmp_path / "sub/b.route").read_text("utf-8") == TIDY
    assert "2 files in canonical form" in turnout(tmp_path).stderr


def test_fmt_check_and_diff_write_nothing_and_fail(tmp_path: Path) -> None:
    file = tmp_path / "a.route"
    file.write_text(UNTIDY, "utf-8")
    check = turnout("--check", file)
    assert (check.exit_code, check.stdout) == (1, f"would change {file}\n")
    diff = turnout("--diff", file)
    assert diff.exit_code == 1
    assert "+  id:        text required" in diff.stdout
    assert file.read_text("utf-8") == UNTIDY
    file.write_text(TIDY, "utf-8")
    assert turnout("--check", "--diff", file).exit_code == 0


def test_fmt_reads_stdin() -> None:
    result = turnout("-", given=UNTIDY)
    assert (result.exit_code, result.stdout) == (0, TIDY)


def test_fmt_leaves_a_file_with_a_syntax_error_as_it_is(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.route", tmp_path / "b.route"
    good.write_text(UNTIDY, "utf-8")
    bad.write_text("route {", "utf-8")
    result = turnout(tmp_path)
    assert result.exit_code == 2
    assert "error[syntax-error]" in result.stderr
    assert (good.read_text("utf-8"), bad.read_text("utf-8")) == (TIDY, "route {")


def test_fmt_says_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "latin.route").write_bytes(b"# caf\xe9")
    assert "is not UTF-8" in turnout(tmp_path).stderr
    assert turnout(tmp_path / "none.route").exit_code == 2
    (tmp_path / "empty").mkdir()
    assert turnout(tmp_path / "empty").exit_code == 2


def test_fmt_takes_a_byte_order_mark_and_crlf_away(tmp_path: Path) -> None:
    file = tmp_path / "a.route"
    file.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert turnout("--check", file).exit_code == 1
    turnout(file)
    assert file.read_bytes() == TIDY.encode()


def test_a_folded_lead_keeps_fields_named_like_keywords_apart_from_values() -> None:
    values = ", ".join(f'field_number_{n}: "{"x" * 20}"' for n in range(4))
    text = f'test "one" {{ lead {{ status: customer, owned: [a], {values} }} expect fallback }}'
    lines = canonical(text).splitlines()
    assert lines[1:4] == ["  lead {", "    status: customer,", "    owned: [a],"]
