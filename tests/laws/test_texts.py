"""What is said of texts agrees with the texts themselves: expressions, parts and beginnings.

Each automaton is held to what the interpreter asks, text by text, and what is said of a whole
combination to all short texts over a few letters.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from turnout.compiler.leads.automata import (
    AskedParts,
    Automaton,
    ExpressionAutomaton,
    PartsAutomaton,
)
from turnout.compiler.leads.budget import Meter
from turnout.compiler.leads.expressions import UnreadExpressionError, expression_of
from turnout.compiler.leads.possible_texts import Axis, Wanted
from turnout.compiler.leads.space import space
from turnout.compiler.masks import members
from turnout.dsl.conditions import (
    Atom,
    Contains,
    EndsWith,
    HasWord,
    IsIn,
    Matches,
    StartsWith,
    holds,
)
from turnout.dsl.patterns import searcher
from turnout.dsl.types import Code, Field, FieldType, Text

LETTERS = "abkés -ß\u017f\u212aÉAB.1_\n"
DAY = date(2026, 1, 1)

_UNITS = st.sampled_from(
    (
        *("a", "b", ".", "k", " ", "s", "-", "é", "ß", "\u017f", "A", "^", "$", r"\b", "a{"),
        *(r"\d", r"\D", r"\w", r"\W", r"\s", r"\.", r"\x41", r"\x{e9}", r"\Qa.\E"),
        *("[a-k]", "[^ak]", "[A-K]", "[[:alpha:]]", r"[\w-]", r"[^\d]", "[é-ü]", "[]a]", "[a-]"),
        *("(s|)", "(?:ab|k)", "(?i:é)", "(?-i:k)", "(?P<name>a)"),
    )
)
_TIMES = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])
_PIECES = st.tuples(_UNITS, _TIMES).map("".join)
EXPRESSIONS = st.recursive(
    _PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, inner).map("|".join),
        st.tuples(inner, _TIMES).map(lambda of: f"({of[0]}){of[1]}"),
    ),
    max_leaves=6,
)


def has(automaton: Automaton, text: str) -> bool:
    """Return whether a text is one of an automaton's own."""
    state = automaton.start
    for character in text:
        after = automaton.after(state, character)
        if after is None:
            return False
        state = after
    return automaton.is_end(state)


@settings(max_examples=150)
@given(EXPRESSIONS, st.lists(st.text(LETTERS, max_size=6), min_size=1, max_size=8))
def test_an_expression_is_found_by_its_automaton_where_re2_finds_it(
    expression: str, texts: list[str]
) -> None:
    try:
        finds = searcher(expression)
    except ValueError:
        assume(condition=False)  # RE2 can't read it, so no policy holds it
    try:
        asked = expression_of(expression)
    except UnreadExpressionError:
        return  # nothing is said of it
    for wanted in (True, False):
        automaton = ExpressionAutomaton.of(asked, wanted=wanted)
        for text in texts:
            assert has(automaton, text) == (finds(text) == wanted), (expression, text)


_PARTS = st.lists(st.text("ab", min_size=1, max_size=3), max_size=2).map(tuple)


@settings(max_examples=200)
@given(_PARTS, _PARTS, _PARTS, _PARTS)
def test_parts_are_told_as_the_text_has_them(
    inside: tuple[str, ...],
    never_inside: tuple[str, ...],
    at_end: tuple[str, ...],
    never_at_end: tuple[str, ...],
) -> None:
    automaton = PartsAutomaton.of(AskedParts(inside, never_inside, at_end, never_at_end))
    for text in short_texts("ab", 5):
        expected = (
            all(part in text for part in inside)
            and not any(part in text for part in never_inside)
            and all(text.endswith(part) for part in at_end)
            and not any(text.endswith(part) for part in never_at_end)
        )
        assert has(automaton, text) == expected, text


def short_texts(letters: str, longest: int) -> Iterator[str]:
    """Yield all texts of these letters, the empty one too."""
    for length in range(longest + 1):
        yield from map("".join, product(letters, repeat=length))


_SOME = st.text("ab", min_size=1, max_size=3)
_MATCHED = st.sampled_from(
    ["^a", "b$", "ab", "^a*$", "a.b", "^(ab)+$", "^.{3}$", "bb|^b", ".", "c"]
)


def _atoms(some: st.SearchStrategy[str]) -> st.SearchStrategy[Atom]:
    return st.one_of(
        some.map(lambda text: StartsWith("t", text)),
        some.map(lambda text: EndsWith("t", text)),
        some.map(lambda text: Contains("t", text)),
        some.map(lambda text: HasWord("t", text)),
        st.frozensets(some, min_size=1, max_size=3).map(lambda texts: IsIn("t", texts)),
        _MATCHED.map(lambda pattern: Matches("t", pattern)),
    )


@settings(max_examples=100)
@given(st.lists(_atoms(_SOME), min_size=1, max_size=4, unique=True), st.booleans())
def test_a_combination_is_refuted_iff_no_text_has_it(asked: list[Atom], is_short: bool) -> None:
    kind: FieldType = Code(first=3) if is_short else Text()
    fitting = [_cased(atom) for atom in asked] if is_short else asked
    grid = space({"t": Field("t", kind)}, fitting)
    axis = grid.texts["t"]
    texts = list(short_texts("ABC0-" if is_short else "abc", 3 if is_short else 5))[1:]
    there = {tuple(grid.classify({"t": text}, DAY)) for text in texts}
    for values, (yes, no) in _combinations(axis):
        found = axis.text(Wanted(1 << values, yes, no), Meter(10**6))
        wanted = {axis.value: values}
        wanted |= {at: yes >> bit & 1 for bit, (at, _) in enumerate(axis.patterns)}
        is_there = any(all(of[at] == wanted[at] for at in wanted) for of in there)
        if found is None:
            assert not is_there, wanted
        else:
            assert is_there or not is_short, found  # a longer text may be needed
            classes = grid.classify({"t": found}, DAY)
            assert all(classes[at] == wanted[at] for at in wanted), found
            assert all(holds(test, found, DAY) == wanted[at] for at, test in axis.patterns)


def _cased(atom: Atom) -> Atom:
    """Return the same question as a field of codes has it."""
    match atom:
        case StartsWith(field, text):
            return StartsWith(field, text.upper())
        case EndsWith(field, text):
            return EndsWith(field, text.upper())
        case Contains(field, text):
            return Contains(field, text.upper())
        case HasWord(field, text):
            return HasWord(field, text.upper())
        case IsIn(field, values):
            return IsIn(field, frozenset(str(value).upper() for value in values))
        case _:
            return atom


def _combinations(axis: Axis) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield every class of values with every set of answers."""
    bits = range(len(axis.patterns))
    whole = (1 << len(axis.patterns)) - 1
    for number in members(axis.dimension.full & ~1):
        for count in range(len(axis.patterns) + 1):
            for chosen in combinations(bits, count):
                yes = sum(1 << bit for bit in chosen)
                yield number, (yes, whole & ~yes)
