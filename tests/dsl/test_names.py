"""Names in any script, in the language, in tables and in files of leads."""

import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.dsl.findings import Severity
from turnout.dsl.names import is_name, name_of, plain_name
from turnout.dsl.parse import parse
from turnout.dsl.source import Source

NAMES = tuple("国 größe город देश المدينة เมือง χώρα 고객_등급 Straße-2 a1 _x".split())
NOT_NAMES = ("", "5k", "a b", "a--b", "-a", "a-", "a.b", "。", "a\uff1f", "\u0301a", "٣")


def queue_of(name: str) -> tuple[str, ...]:
    file, findings = parse(Source("p.route", f"queue {name}\n"))
    return () if findings else tuple(item.name.text for item in file.items)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_in_any_script(name: str) -> None:
    assert is_name(name)
    assert queue_of(name) == (name,)


@pytest.mark.parametrize("name", NOT_NAMES)
def test_signs_and_numbers_make_no_name(name: str) -> None:
    assert not is_name(name)
    assert queue_of(name) != (name,)


@given(st.text(st.characters(min_codepoint=0x21, exclude_categories=("Cs", "Cc")), max_size=6))
def test_the_grammar_and_the_names_agree(text: str) -> None:
    if '"' not in text and "#" not in text and not text.startswith("owned"):
        whole = unicodedata.normalize("NFC", text)
        assert (queue_of(text) == (whole,)) == is_name(text)


def test_one_letter_has_one_spelling() -> None:
    assert queue_of(unicodedata.normalize("NFD", "größe")) == ("größe",)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Baden-Württemberg", "Baden-Württemberg"),
        ("North - East", "North-East"),
        ("東京都", "東京都"),
        ("दिल्ली (NCT)", "दिल्ली-NCT"),
        ("1st", "_1st"),
        ("...", ""),
    ],
)
def test_a_cell_of_a_table_is_a_name(cell: str, name: str) -> None:
    assert name_of(cell) == name


@given(st.text(max_size=12))
def test_whatever_a_cell_holds_its_name_is_one(cell: str) -> None:
    for name in (name_of(cell), plain_name(cell)):
        assert name == "" or is_name(name)
        assert name_of(name) == name


POLICY = """\
lead {
  kennung: text id
  国: country
  größe: integer
  город: one of [Москва, "Санкт-Петербург"]
}
territory Länder = 国 in [DE, AT] {
  from "länder.csv" by 国 -> "Gebiet (neu)"
}
segment Groß = größe >= 1000
people from "leute.csv"
team vertrieb { Jorg-Muller, 山田-太郎 }
queue ablage
route eingang {
  rule süden { when Süd and Groß to round-robin vertrieb else queue ablage }
  rule москва { when город is Москва to person 山田-太郎 else queue ablage }
  fallback to queue ablage
}
test "ein großer Fall" {
  lead { kennung: "1", 国: "Österreich", größe: 5000 }
  expect rule süden
}
"""


def test_a_policy_in_other_scripts_is_checked_formatted_tested_and_run(tmp_path: Path) -> None:
    policy = tmp_path / "eingang.route"
    policy.write_text(POLICY, encoding="utf-8")
    (tmp_path / "länder.csv").write_text("国,Gebiet (NEU)\nDE,Nord\nAT,Süd\n", encoding="utf-8")
    people = "Name,E-Mail\nJörg Müller,j@x.example\n山田 太郎,y@x.example\n"
    (tmp_path / "leute.csv").write_text(people, encoding="utf-8")
    compiled = compile_policy(policy)
    errors = [each for each in compiled.findings if each.severity is Severity.ERROR]
    assert errors == []
    leads = tmp_path / "leads.csv"
    leads.write_text("Kennung,国,GRÖSSE,Город\nL1,AT,2000,\nL2,,,москва\n", encoding="utf-8")
    runner = CliRunner()
    result = runner.invoke(cli, ["route", str(policy), str(leads)])
    assert result.exit_code == 0, result.stderr
    assert '"rule": "süden"' in result.stdout
    assert '"assignee": "山田-太郎"' in result.stdout
    assert runner.invoke(cli, ["test", str(policy)]).exit_code == 0
    assert runner.invoke(cli, ["fmt", str(policy)]).exit_code == 0
    assert compile_policy(policy).policy.fields == compiled.policy.fields
