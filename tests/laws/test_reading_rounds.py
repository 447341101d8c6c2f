"""Laws of reading in rounds: a lead's first box is the same, whatever of it is read when."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.loops import IN_PYTHON
from turnout.runtime.columns.bits import BoxSets
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.meeting_classes import Classed
from turnout.runtime.columns.reading_rounds import Rounds

CLASSES = 3


@st.composite
def boxes(draw: st.DrawFn) -> list[dict[int, frozenset[int]]]:
    """Return of some boxes which classes each takes in the bonds that it asks."""
    side = st.frozensets(st.integers(0, CLASSES - 1), max_size=CLASSES)
    return draw(st.lists(st.dictionaries(st.integers(0, 4), side, max_size=3), max_size=90))


@settings(max_examples=60)
@given(
    boxes(),
    st.lists(st.lists(st.tuples(*[st.integers(0, CLASSES - 1)] * 5), max_size=12), max_size=4),
    st.sampled_from((-9.0, 0.2, 9.0)),
    st.sampled_from((1 << 18, 16, 1)),
)
def test_a_first_box_is_the_same_in_whatever_rounds(
    drawn: list[dict[int, frozenset[int]]],
    chunks: list[list[tuple[int, ...]]],
    worth: float,
    cells: int,
) -> None:
    every = (1 << len(drawn)) - 1
    bonds = {at: BoxSets(every) for at in range(5)}
    asking = {at: sum(1 << box for box, of in enumerate(drawn) if at in of) for at in bonds}
    taken = {
        (at, kind): sum(1 << box for box, of in enumerate(drawn) if kind in of.get(at, {kind}))
        for at in bonds
        for kind in range(CLASSES)
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("turnout.runtime.columns.reading_rounds._ROUND", worth)
        patched.setattr("turnout.runtime.columns.meeting_classes.MOST_CELLS", cells)
        rounds = Rounds(bonds, asking)
        for leads in chunks:

            def read(at: int, rows: Codes | None, leads: list[tuple[int, ...]] = leads) -> Classed:
                every_row = range(len(leads)) if rows is None else rows.tolist()
                of = [leads[row] for row in every_row]
                numbers = [bonds[at].number(taken[at, lead[at]]) for lead in of]
                return Classed(np.array(numbers, np.int32), np.arange(len(of)))

            left = [
                every & np.bitwise_and.reduce([taken[at, lead[at]] for at in bonds], dtype=object)
                for lead in leads
            ]
            expected = [(each & -each).bit_length() - 1 for each in left]
            assert rounds.first_boxes(read, len(leads), IN_PYTHON).tolist() == expected


def test_what_settles_most_leads_is_read_first_and_the_rest_of_few() -> None:
    # The first box takes leads by bond 0, of which nearly all have one class; else bond 1 is asked.
    every = 0b111
    bonds = {0: BoxSets(every), 1: BoxSets(every)}
    read_rows: dict[int, list[int | None]] = {0: [], 1: []}
    of_class = {0: (0b111, 0b110), 1: (0b111, 0b101)}
    rare = {7, 90}

    def read(at: int, rows: Codes | None) -> Classed:
        read_rows[at].append(None if rows is None else len(rows))
        numbers = [bonds[at].number(each) for each in of_class[at]]
        every_row = np.array([int(row in rare) for row in range(100)])
        return Classed(np.array(numbers, np.int32), every_row if rows is None else every_row[rows])

    found = Rounds(bonds, {0: 0b001, 1: 0b010}).first_boxes(read, 100, IN_PYTHON)
    assert [row for row in range(100) if found[row]] == sorted(rare)
    assert found[7] == 2
    assert read_rows == {0: [100, None], 1: [100, 2]}  # first the sample, which is all of them
