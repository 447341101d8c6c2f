"""The parser's tables: those of the grammar as it stands, and words read by them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from turnout import grammar
from turnout.dsl import nodes
from turnout.dsl.parse import parse
from turnout.dsl.source import Source
from turnout.grammar import lalr


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return lalr.made(grammar.text())


def test_they_were_written_after_the_last_change_of_the_grammar(made: dict[str, Any]) -> None:
    assert lalr.written(made) == grammar.beside("lalr.json"), "python -m turnout.grammar.lalr"


@pytest.fixture
def changed(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the grammar have one more symbol than the tables on disk."""
    text = grammar.text() + "// changed\n"
    monkeypatch.setattr(grammar, "text", lambda: text)
    more = {**made, "fixed": {**made["fixed"], "MORE": "more"}}
    monkeypatch.setattr(lalr, "made", {text: more}.__getitem__)
    lalr.tables.cache_clear()
    yield
    lalr.tables.cache_clear()


@pytest.mark.usefixtures("changed")
def test_they_are_made_anew_while_the_grammar_is_another() -> None:
    assert lalr.tables().fixed["MORE"] == "more"


def test_tables_from_disk_are_those_that_lark_makes(made: dict[str, Any]) -> None:
    read = lalr.tables()
    assert [" ".join(f"{s} {n}" for s, n in read.rows[at].items()) for at in range(40)] == made[
        "rows"
    ][:40]
    assert read.production(7).name == made["productions"][7][1]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('include"parts.route"', ["Include"]),
        ("policy policy", ["Policy"]),
        ("policy to-queue queue round-robin", ["Policy", "Outlet"]),
        ("lead{day:date,required:text required}", ["LeadSchema"]),
        ("calendar c { open mon..fri 9:00-17:00 closed 2026-12-24..2026-12-26 }", ["Calendar"]),
    ],
)
def test_words_are_read_as_what_can_stand_there(text: str, names: list[str]) -> None:
    file, findings = parse(Source("a.route", text))
    assert (findings, [type(item).__name__ for item in file.items]) == ((), names)


@pytest.mark.parametrize("text", ['policy na"me', 'policy inbound"', "policyname", "queue a{"])
def test_no_word_runs_into_the_next(text: str) -> None:
    file, findings = parse(Source("a.route", text))
    assert [finding.name for finding in findings] == ["syntax-error"]
    assert isinstance(file, nodes.File)


def test_rows_are_written_one_to_a_line() -> None:
    data = json.loads(grammar.beside("lalr.json"))
    assert grammar.beside("lalr.json").count("\n") > len(data["rows"]) > 500
