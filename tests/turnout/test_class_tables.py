"""Tables over combinations of classes: which box is the first, whatever the tables are made of."""

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.warehouse import class_tables
from turnout.warehouse.class_tables import ClassBoxes, Lot, lots_of

SIZES = (2, 3, 4, 5)

Sides = Mapping[int, int]
"""Of some columns the classes that a box takes, as bits."""


@st.composite
def boxes(draw: st.DrawFn) -> list[Sides]:
    sides = st.dictionaries(st.integers(0, len(SIZES) - 1), st.just(0), min_size=1)
    return [
        {at: draw(st.integers(1, (1 << SIZES[at]) - 1)) for at in each}
        for each in draw(st.lists(sides, max_size=12))
    ]


def accepting(drawn: list[Sides]) -> ClassBoxes:
    found: dict[int, list[int]] = {}
    for at, size in enumerate(SIZES):
        if any(at in box for box in drawn):
            found[at] = [
                sum(1 << box for box, sides in enumerate(drawn) if sides.get(at, -1) >> class_ & 1)
                for class_ in range(size)
            ]
    return found


def looked_up(lot: Lot, lead: tuple[int, ...]) -> int:
    """Return what the tables of a lot say of a lead, as a warehouse looks it up."""
    numbers: list[int] = []
    for table in lot.tables:
        row = 0
        for digit, size in table.by:
            row = row * size + (numbers[digit.at] if digit.is_table else lead[digit.at])
        numbers.append(table.numbers[row])
    return numbers[-1]


@given(boxes(), st.sampled_from([(4, 8, 60), (6, 20, 100), (4_000, 20_000, 100_000)]))
def test_the_least_of_all_lots_is_the_first_box_of_each_lead(
    drawn: list[Sides], most: tuple[int, int, int]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in zip(("AT_ONCE", "MOST_ROWS", "MOST_ROWS_OF_ALL"), most, strict=True):
            patched.setattr(class_tables, name, value)
        patched.setattr(class_tables, "AS_MANY_ROWS", 3)
        found = lots_of([frozenset(box) for box in drawn], accepting(drawn), len(drawn))
    for lead in product(*map(range, SIZES)):
        holding = [
            at
            for at, box in enumerate(drawn)
            if not found.left >> at & 1 and all(box[each] >> lead[each] & 1 for each in box)
        ]
        said = min((looked_up(lot, lead) for lot in found.lots), default=len(drawn))
        assert said == min(holding, default=len(drawn))


def test_boxes_without_a_table_of_a_sensible_size_are_left() -> None:
    """Two columns of 200 classes, all of which these boxes tell apart."""
    drawn = [frozenset({0, 1})] * 200
    alone = {at: [1 << class_ for class_ in range(200)] for at in range(2)}
    found = lots_of(drawn, alone, len(drawn))
    assert found.lots == ()
    assert found.left == (1 << 200) - 1


def test_what_boxes_do_not_tell_apart_of_a_column_is_one_first() -> None:
    """Of 300 classes by 300 two are enough, and the table is small."""
    asked = {at: [1] * 150 + [0] * 150 for at in range(2)}
    (lot,) = lots_of([frozenset({0, 1})], asked, 1).lots
    assert [len(each.numbers) for each in lot.tables] == [300, 600]
    assert looked_up(lot, (149, 149)) == 0
    assert looked_up(lot, (149, 150)) == 1
