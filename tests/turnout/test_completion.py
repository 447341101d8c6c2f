"""What is offered where somebody types is what the parser would take there."""

import re
from collections import Counter
from pathlib import Path

import pytest

from turnout.compiler.compiled import read_policy
from turnout.dsl.files import Files
from turnout.dsl.lexing import Token
from turnout.dsl.source import Source
from turnout.lsp.colours import words_of
from turnout.lsp.completion import offered
from turnout.lsp.following import Insight, Level
from turnout.lsp.keywords import MEANINGS, keyword_at
from turnout.lsp.standing import standing
from turnout.rendering.highlighting import KEYWORDS

ROOT = Path(__file__).parents[2]

POLICY = """lead {
  id: text required
  country: country
  stage: one of [new, "in touch", won]
  hot: boolean
  rep: person
}
territory DACH = country in [DE, AT, CH]
segment Fresh = stage is new
calendar week { open Mon..Fri 09:00-17:00 }
person ana
team sales { ana }
queue inbox
route main {
  rule first { when DACH to round-robin sales else queue inbox sla 4 hours }
  within Fresh {
    rule second { when country is FR to queue inbox }
  }
  fallback to queue inbox
}
test "one" {
  lead { id: "1" stage: won }
  expect rule first
}
"""


def at(marked: str) -> set[str]:
    """Return what is offered at the `|` of a text that is put for the first rule's line."""
    line = "  rule first { when DACH to round-robin sales else queue inbox sla 4 hours }\n"
    text = POLICY.replace(line, f"  {marked}\n") if not marked.startswith("^") else marked[1:]
    return words(text)


def words(text: str) -> set[str]:
    path = Path("/a.route")
    read = read_policy(path, files=Files({path: POLICY}))
    known = Insight(path, 1, Level.READ, read, None)
    found = standing(text.replace("|", ""), text.index("|"))
    return set() if found is None else {each.text for each in offered(known, found)}


@pytest.mark.parametrize(
    ("marked", "there", "not_there"),
    [
        ("rule first { when DACH to route | }", "main", "sales inbox DACH ana"),
        ("rule first { when | }", "DACH Fresh country hot not open duplicate", "sales inbox rule"),
        ("rule first { when D|", "DACH country", "sales"),
        ("rule first { when rep = | }", "id country rep", "DACH ana sales"),
        ("rule first { when rep != | }", "id country rep", "DACH ana sales"),
        ("rule first { when DACH | }", "and or to sla do", "DACH"),
        ("rule first { when country | }", "is in not", "DACH"),
        ("rule first { when country is | }", "DE not missing present", "DACH and"),
        ("rule first { when country in [DE, | ] }", "FR", "DACH missing"),
        ("rule first { when stage is | }", 'new won "in_touch"', "DE"),
        ('rule first { when stage is "in t|" }', "in_touch new", "not missing"),
        ("rule first { when rep is | }", "ana", "sales"),
        ("rule first { to round-robin | }", "sales", "ana inbox DACH"),
        ("rule first { to queue | }", "inbox", "sales ana"),
        ("rule first { to | }", "round-robin queue person reject owner", "sales to when"),
        ("rule first { to queue inbox else per|", "person", "ana"),
        ("rule first { to owner | }", "rep country", "DACH"),
        ("rule first { sla 4 | }", "hours days", "DACH"),
        ("rule first { do | }", "task notify", "DACH"),
        ("rule | {", "", "DACH first inbox when"),
        ("|", "rule within fallback", "when lead"),
        ("rule first { when open | }", "week", "DACH"),
        ("rule first { to queue inbox } # |", "", "rule within"),
        ('rule first { to reject "|" }', "", "rule within DACH"),
        ("^|", "lead route team territory include", "rule when"),
        ("^lead { stage: | }", "one text country money", "DACH"),
        ('^lead { x: text from "a.csv" by | }', "country rep", "DACH near"),
        ('^lead { x: text from "a.csv" by id | }', "near", "country then"),
        ('^lead { x: text from "a.csv" by id near 92% | }', "then", "near country"),
        ('^lead { x: text from "a.csv" by id near 92% then | }', "country rep", "DACH"),
        ('^lead { x: text from "a.csv" by id near 92% then rep, | }', "country rep", "DACH"),
        ("^team more { | }", "ana", "sales inbox"),
        ("^guarantee g { always by rule | }", "first second", "DACH"),
        ("^guarantee g { | }", "when always never route sla", "rule"),
        ('^test "x" { lead { country: | } }', "DE", "DACH"),
        ('^test "x" { away | }', "ana", "DACH"),
        ("^reject reasons [spam, late] credit [ | ]", "spam late", "DACH"),
        ("^log fields [ | ]", "country stage", "DACH"),
        ("^retain |", "events values", "DACH"),
        ("^identity |", "country id", "DACH"),
        ("^team t owned by | { ana }", "", "DACH ana"),
        ("^person zoe { cap 4 per | }", "day week", "DACH"),
        ("^person zoe { serves | }", "stage", "DACH"),
        ("^person zoe { languages [ | ] }", "de", "DACH"),
        ("^queue q by |", "country", "DACH"),
        ("^calendar c { holidays | }", "DE", "DACH"),
        ("^guarantee g { never reaches | }", "team queue person", "DACH ana"),
        ("^guarantee g { never reaches team | }", "sales", "ana"),
        ('^test "x" { expect | }', "rule nobody fallback", "DACH ana"),
        ('^test "x" { expect rule | }', "first second", "ana"),
        ('^test "x" { expect issue | }', "country", "first"),
        ('^test "x" { lead { | } }', "id country", "ana"),
        ("rule first { to queue inbox do start | }", "", "ana sales"),
        ("rule first { to queue inbox sla 10 minutes alert, | }", "away", "DACH"),
        ("rule first { to queue inbox sla 10 minutes | }", "from alert reassign wall", "DACH"),
        ("rule first { to queue inbox sla 1 day from | }", "acceptance", "DACH"),
        ("^calendar c { open | }", "mon", "DACH"),
        ("^person zoe { hours | }", "week", "DACH"),
        ("^route r { @ $ within DACH { rule x { when | } } }", "DACH country", "sales"),
    ],
)
def test_words_that_may_stand_at_a_place_are_offered(
    marked: str, there: str, not_there: str
) -> None:
    found = {each.replace(" ", "_") for each in at(marked)}
    assert set(there.split()) <= found
    assert found.isdisjoint(not_there.split())


def test_every_word_that_is_offered_can_be_read_there() -> None:
    """At each word of a policy, what stands there is among what may stand there."""
    source = POLICY
    for start, end in word_places(source):
        found = standing(source, start)
        assert found is not None
        word = source[start:end]
        is_name = bool(found.roles)
        assert word in found.words or is_name or found.texts or not word[0].isalpha(), word


def word_places(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r'(?<!["\w-])[a-zA-Z][\w-]*(?!["\w-])', text)]


UNKNOWN = {"a", "spam", "no-show", "duplicate", "no-fit", "wrong-region", "owner"}
"""Texts that are written without quotes, new reasons, and a column of a table."""

SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]+")
MAINS = [
    path
    for path in sorted((ROOT / "examples").glob("*/*.route"))
    if "\nroute " in path.read_text("utf-8")
]
OFTEN = 5
"""Places of one kind that are asked about in one policy."""


def kind_of(token: Token, before: str) -> str:
    """Return what tells apart the places of words: the word, or what a name stands behind."""
    return str(token) if token.type != "NAME" else f"a name behind {before}"


@pytest.mark.parametrize("main", MAINS, ids=lambda path: path.parent.name)
def test_each_word_of_the_examples_is_offered_where_it_stands(main: Path) -> None:
    read = read_policy(main)
    known = Insight(main, 1, Level.READ, read, None)
    declared = {
        (each.at.source.name, each.at.start)
        for names in read.resolution.declared.names.values()
        for each in names.values()
    }
    asked: Counter[str] = Counter()
    missed: list[tuple[str, str]] = []
    for file in read.files:
        before = ""
        for token in words_of(file.source):
            kind, last, before = kind_of(token, before), before, str(token)
            is_new = (file.source.name, token.start_pos) in declared or last == "policy"
            is_word = str(token)[0].isalpha() and not SUBDIVISION.fullmatch(token)
            if not is_word or is_new or str(token) in UNKNOWN or asked[kind] == OFTEN:
                continue
            asked[kind] += 1
            found = standing(file.source.text, token.start_pos)
            fit = offered(known, found) if found else ()
            if str(token) not in {each.text.strip('"') for each in fit}:
                missed.append((last, str(token)))
    assert missed == []
    assert len(asked) > 20


def test_every_keyword_says_what_it_means_and_nothing_else_does() -> None:
    assert MEANINGS.keys() == KEYWORDS
    assert all(0 < len(said) <= 90 for said in MEANINGS.values())


@pytest.mark.parametrize(
    ("text", "word", "is_there"),
    [
        ("route r { rule a { when x is open to queue q } }", "when", True),
        ("route r { rule a { when x is open to queue q } }", "open", False),
        ("calendar c { open mon..fri 09:00-17:00 }", "open", True),
        ('include "when.route"', "when", False),
        ("# when it is", "when", False),
        ("person ana { backup ben }", "backup", True),
        ("route r { rule a { to queue q sla 1 hour from acceptance alert } }", "acceptance", True),
        ("route r { rule a { offer 5 minutes to round-robin t } }", "offer", True),
        ("retain events 400 days", "retain", True),
        ("log fields [a] hashed [b]", "hashed", True),
        ("return reasons [spam] credit [spam]", "credit", True),
    ],
)
def test_a_word_is_told_where_the_parser_takes_it_for_a_keyword(
    text: str, word: str, *, is_there: bool
) -> None:
    source = Source("a.route", text)
    found = keyword_at(source, text.index(word) + 1)
    assert (found is not None) == is_there
    if found is not None:
        assert text[found.start : found.end] == found.word == word
