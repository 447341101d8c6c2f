"""Laws of the loops over texts, compiled and by Python: they tell apart what is not the same."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.loops import IN_PYTHON, compiled_loops
from turnout.runtime.columns.arrow_texts import ArrowTexts
from turnout.runtime.columns.jit import Kernels
from turnout.runtime.columns.kernels import LONGEST, MOST_PROBES, UNKNOWN
from turnout.runtime.columns.ordinary import OrdinaryTexts
from turnout.runtime.columns.text_automata import text_automaton
from turnout.runtime.columns.text_codes import TextCodes

LOOPS = pytest.mark.parametrize("made", [lambda: IN_PYTHON, compiled_loops], ids=["python", "jit"])

Made = Callable[[], Kernels]


def _long(between: str, size: int) -> str:
    return ("12345678" + between * 500)[:size] + "abcdefgh"


TEXTS: st.SearchStrategy[str | None] = st.one_of(
    st.none(),
    st.text("ab\0", max_size=20),
    st.text("\u00e9\u20ac\U0001f600x", max_size=9),
    st.text(max_size=3),
    st.builds(  # of one beginning and one end, and of sizes around those of words
        _long,
        st.sampled_from(("x", "y", "xy", "\0")),
        st.sampled_from((0, 1, 7, 8, 9, 15, 16, 17, 40, LONGEST - 8, LONGEST - 7, LONGEST + 50)),
    ),
)


class Column:
    """A column of texts, coded chunk by chunk."""

    def __init__(self, kernels: Kernels) -> None:
        self.coding = TextCodes(kernels)
        self.told: list[str | None] = []
        self.left = 0

    def read(self, texts: pa.Array, rows: list[int] | None = None) -> list[str | None]:
        """Return what the codes of some texts stand for."""
        asked = None if rows is None else np.array(rows, np.int64)
        codes, firsts = self.coding.code(texts, asked)
        texts = texts if asked is None else texts.take(pa.array(asked))
        self.told += texts.take(pa.array(firsts)).to_pylist()
        for at in np.flatnonzero(codes == UNKNOWN).tolist():
            codes[at] = len(self.told)
            self.told.append(str(texts[at].as_py()))
            self.coding.skip(1)
            self.left += 1
        return [self.told[code] for code in codes.tolist()]


@LOOPS
@settings(max_examples=60)
@given(
    st.lists(TEXTS, max_size=40),
    st.lists(st.integers(0, 9), max_size=4),
    st.sets(st.integers(0, 39)),
)
def test_a_code_stands_for_its_text(
    made: Made, texts: list[str | None], sizes: list[int], some: set[int]
) -> None:
    column, whole, at = Column(made()), pa.array(texts, pa.string()), 0
    for size in (*sizes, len(texts), len(texts)):
        part = whole.slice(at, size)
        assert column.read(part) == texts[at : at + size]
        at += size
    assert column.read(whole) == texts
    rows = sorted(row for row in some if row < len(texts))
    for each in (column, Column(made())):
        assert each.read(whole, rows) == [texts[row] for row in rows]
        assert each.read(whole.slice(1), [row - 1 for row in rows if row]) == [
            texts[row] for row in rows if row
        ]
    short = {each for each in texts if each is None or len(each.encode()) <= LONGEST}
    assert len([each for each in column.told if each in short]) == len(short)


@LOOPS
def test_a_table_grows_with_its_texts(made: Made) -> None:
    column = Column(made())
    texts = [f"{at}" * (1 + 20 * (at % 3)) for at in range(1500)]
    assert column.read(pa.array(texts)) == texts
    assert column.read(pa.array(texts[::-1])) == texts[::-1]
    assert sorted(map(str, column.told)) == sorted(texts)
    assert not column.left


@LOOPS
def test_texts_that_were_made_to_meet_are_left_after_some_probes(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(_bits: int) -> int:
        return 1

    monkeypatch.setattr("turnout.runtime.columns.text_codes.randbits", one)
    alike = [f"ABCDEFGH{each}BCDEFGH" for each in "abcdefgh"]  # by what is in one low byte
    alike += [f"ABCDEFGH{each}xxxxxxx{each}xxxxxxx" for each in "bc"]  # whose whole hash is one
    assert Column(made()).read(pa.array(alike * 2)) == alike * 2
    column = Column(made())
    texts = [chr(ord("a") + at) for at in range(26)]  # whose hash is their own low bits
    assert column.read(pa.array(texts)) == texts
    assert column.left == len(texts) - MOST_PROBES
    assert column.read(pa.array(texts)) == texts


@LOOPS
def test_what_is_no_column_of_texts_has_no_codes(made: Made) -> None:
    offsets = np.array([0, 5, 2, 1 << 30, -7, 3], np.int32)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"abcdefghijklmnopqrstuvw")]
    damaged = pa.Array.from_buffers(pa.string(), 5, buffers)
    codes, firsts = TextCodes(made()).code(damaged)
    assert codes.tolist()[1:] == [UNKNOWN] * 4
    assert firsts.tolist() == [0]


@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=40), st.integers(0, 12))
def test_a_column_knows_where_texts_are(texts: list[str | None], begun: int) -> None:
    found = ArrowTexts.of(pa.array(texts, pa.string()).slice(begun))
    assert found.is_there().tolist() == [each is not None for each in texts[begun:]]


FORMS = ("^a+b?$", "^(?:a|b-)*$", "b", "^$", "a{2,3}$", "^(?:[a-c]{0,3}\\.)+z$")


@LOOPS
@settings(max_examples=60)
@given(
    st.sampled_from(FORMS),
    st.sampled_from(("", *FORMS)),
    st.frozensets(st.text("ab-", max_size=3), max_size=2),
    st.lists(st.none() | st.text("abAB-.z\u00e9", max_size=6), max_size=30),
)
def test_an_automaton_takes_what_expressions_find(
    made: Made, form: str, others: str, unlike: frozenset[str], texts: list[str | None]
) -> None:
    ordinary = OrdinaryTexts(form, others, unlike, -1)
    column = pa.array(texts, pa.string())
    wanted = ordinary.among(column)
    if form == "b":  # which is found beside anything
        wanted &= np.array([each is not None and each.isascii() for each in texts], bool)
    assert ordinary.among(column, made()).tolist() == wanted.tolist()


def test_an_automaton_of_too_many_states_is_not_made() -> None:
    assert text_automaton("^(?:a|b)*a(?:a|b){9}$", "", (), most=500) is None
    assert text_automaton("^(?:a|b)*a(?:a|b){9}$", "", ()) is not None
    assert text_automaton(r"\pL", "", ()) is None  # an expression that isn't read
    column = pa.array(["a", "\u00e9"])
    assert OrdinaryTexts(r"^\pL$", "", frozenset(), -1).among(column, IN_PYTHON).all()
    assert pc.match_substring_regex(column, r"^\pL$").to_pylist() == [True, True]
