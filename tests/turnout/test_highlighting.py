"""Policies in colour: the grammar's words, told by their place, and no text lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import (
    get_lexer_by_name,  # pyright: ignore[reportUnknownVariableType] - options of any type
    get_lexer_for_filename,  # pyright: ignore[reportUnknownVariableType] - options of any type
)
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String

from tests.support.sources import ROOT
from turnout import grammar
from turnout.rendering.highlighting import KEYWORDS, RouteLexer

SHOWN = """rule big {  # the large ones
  when country in [DE, open] and employees >= 1_000 or not text starts with "a\\"b"
  to round-robin team else person ana
}
lead { open: date required }
calendar berlin { open mon..fri 09:00-17:30 closed 2026-12-24 }
"""


def tokens(text: str) -> list[tuple[object, str]]:
    return [
        (kind, value)
        for kind, value in RouteLexer(ensurenl=False).get_tokens(text)
        if value.strip()
    ]


def test_a_word_is_told_by_its_place() -> None:
    found = tokens(SHOWN)
    assert found[:4] == [
        (Keyword, "rule"),
        (Name.Function, "big"),
        (found[2][0], "{"),
        (Comment.Single, "# the large ones"),
    ]
    assert (Name.Constant, "open") in found
    assert (Name.Attribute, "open") in found
    assert (Keyword, "open") in found
    assert {(Operator.Word, "and"), (Operator.Word, "or"), (Operator.Word, "not")} <= set(found)
    assert {(Number, "1_000"), (Number, "09:00-17:30"), (Number, "2026-12-24")} <= set(found)
    assert (String.Double, '"a\\"b"') in found
    assert (Name.Function, "ana") in found


def test_every_word_of_the_grammar_is_a_keyword_and_no_other() -> None:
    assert {"round-robin", "salesforce-id", "at-cap", "within", "fallback"} <= KEYWORDS
    assert all(f'"{word}"' in grammar.text() for word in KEYWORDS)
    assert [word for word in KEYWORDS if tokens(f" {word}\n") not in _single(word)] == []


def _single(word: str) -> list[list[tuple[object, str]]]:
    return [[(Keyword, word)], [(Operator.Word, word)]]


@given(
    st.text(alphabet=st.sampled_from('ab_- "#[]{}()=<>.,:\\\n09é国\x00'), max_size=60) | st.text()
)
def test_any_text_is_coloured_and_none_of_it_lost(text: str) -> None:
    lexer = RouteLexer()
    found = list(lexer.get_tokens_unprocessed(text))
    assert "".join(value for _, _, value in found) == text
    assert Error not in {kind for _, kind, _ in found}


@pytest.mark.skipif(not (ROOT / "examples").is_dir(), reason="no examples")
def test_the_examples_hold_no_word_of_unknown_kind() -> None:
    for path in sorted((ROOT / "examples").rglob("*.route")):
        assert Error not in {kind for kind, _ in tokens(path.read_text("utf-8"))}


def test_pygments_finds_it_by_name_and_by_suffix() -> None:
    try:
        found = get_lexer_by_name("route")
    except Exception:  # noqa: BLE001 - installed without its entry points: a checkout on the path
        pytest.skip("Turnout is not installed here")
    assert type(found) is RouteLexer
    assert type(get_lexer_for_filename("inbound.route")) is RouteLexer
