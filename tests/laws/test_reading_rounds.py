"""Laws of reading in rounds: a lead's first box is the same, whatever of it is read when."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.loops import IN_PYTHON
from turnout.runtime.columns.bits import BoxSets
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.meeting_classes import Classed
from turnout.runtime.columns.reading_rounds import Rounds

CLASSES = 4


@st.composite
def boxes(draw: st.DrawFn) -> list[dict[int, frozenset[int]]]:
    """Return of some boxes which classes each takes in the bonds that it asks.

    Of few boxes the first one settles some leads by what is read first, and leaves others.
    """
    least = draw(st.sampled_from((0, 1, 2)))
    side = st.frozensets(st.integers(0, CLASSES - 1), min_size=least, max_size=CLASSES - 1)
    asked = st.dictionaries(st.integers(0, 4), side, min_size=min(1, least), max_size=3)
    return draw(st.lists(asked, max_size=draw(st.sampled_from((5, 9, 90)))))


ENDS = ((1, 2, 3, 4, 5), (3, 5), (2, 4, 5), (1, 4, 5), (5,), None)
"""After how many bonds rounds end, None as it is settled by what it costs."""


@settings(max_examples=150)
@given(
    boxes(),
    st.lists(st.integers(0, 3000), min_size=1, max_size=4),
    st.integers(0, 1 << 32),
    st.sampled_from(ENDS),
    st.sampled_from((1 << 18, 64, 16, 1)),
)
def test_a_first_box_is_the_same_in_whatever_rounds(
    drawn: list[dict[int, frozenset[int]]],
    sizes: list[int],
    seed: int,
    ends: tuple[int, ...] | None,
    cells: int,
) -> None:
    """Few leads come first, so that tables are too small for those that come then."""
    chance = Random(seed)  # noqa: S311 - of leads, and drawn itself
    few = [[chance.randrange(CLASSES) for _ in range(5)] for _ in range(3)]
    chunks = [
        [
            tuple(chance.choice(few) if not at else chance.choices(range(CLASSES), k=5))
            for _ in range(size % 60)
        ]
        for at, size in enumerate(sizes)
    ]
    every = (1 << len(drawn)) - 1
    bonds = {at: BoxSets(every) for at in range(5)}
    asking = {at: sum(1 << box for box, of in enumerate(drawn) if at in of) for at in bonds}
    taken = {
        (at, kind): sum(1 << box for box, of in enumerate(drawn) if kind in of.get(at, {kind}))
        for at in bonds
        for kind in range(CLASSES)
    }
    with pytest.MonkeyPatch.context() as patched:
        if ends is not None:
            patched.setattr("turnout.runtime.columns.reading_rounds._ends", ending(ends))
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


def ending(ends: tuple[int, ...]) -> Callable[[Sequence[float]], tuple[int, ...]]:
    def always(_: Sequence[float]) -> tuple[int, ...]:
        return ends

    return always


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


@pytest.mark.parametrize("seed", range(60))
def test_leads_of_more_classes_than_those_before_are_told_alike(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What meets in which table is then settled anew, in the midst of a round."""
    monkeypatch.setattr("turnout.runtime.columns.reading_rounds._ends", ending((3, 4)))
    monkeypatch.setattr("turnout.runtime.columns.meeting_classes.MOST_CELLS", 64)
    chance, kinds = Random(seed), 6  # noqa: S311 - of a test
    of_bonds = range(4)
    drawn = [
        {
            at: {kind for kind in range(kinds) if chance.random() < 0.6}
            for at in chance.sample(of_bonds, chance.choice((1, 2, 3)))
        }
        for _ in range(chance.choice((4, 6, 9)))
    ]
    every = (1 << len(drawn)) - 1
    bonds = {at: BoxSets(every) for at in of_bonds}
    asking = {at: sum(1 << box for box, of in enumerate(drawn) if at in of) for at in of_bonds}
    rounds = Rounds(bonds, asking)

    def taken(at: int, kind: int) -> int:
        return sum(1 << box for box, of in enumerate(drawn) if kind in of.get(at, {kind}))

    for most in (2, kinds, kinds):
        leads = [[chance.randrange(most) for _ in of_bonds] for _ in range(chance.choice((5, 40)))]

        def read(at: int, rows: Codes | None, leads: list[list[int]] = leads) -> Classed:
            of = range(len(leads)) if rows is None else rows.tolist()
            numbers = [bonds[at].number(taken(at, leads[row][at])) for row in of]
            return Classed(np.array(numbers, np.int32), np.arange(len(numbers)))

        expected: list[int] = []
        for lead in leads:
            left = every
            for at, kind in enumerate(lead):
                left &= taken(at, kind)
            expected.append((left & -left).bit_length() - 1)
        assert rounds.first_boxes(read, len(leads), IN_PYTHON).tolist() == expected
