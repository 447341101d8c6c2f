"""Rows that are called nearly so: what the index finds is what comparing with every row finds."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.dsl.lookups import LookupRow, Tie, look_up, looked_up_fields
from turnout.dsl.nearness import LEAST_PERCENT, LONGEST_NAME, Nearness, NearnessRow
from turnout.dsl.types import CompanyName, Country, Field, Lookup, PersonName, Value

# Few letters, and long runs of them, so that names are near each other in many ways.
NAMES = st.text("abc ", min_size=1, max_size=12).map(str.strip).filter(bool)
PERCENTS = st.integers(LEAST_PERCENT, 100)


def rows_of(names: list[str]) -> tuple[NearnessRow, ...]:
    return tuple(
        NearnessRow(line, name, name, f"p{line}") for line, name in enumerate(names, start=2)
    )


def compared_with_all(names: list[str], name: str, least: int) -> tuple[int, list[str]]:
    """Compare a name with every other by dynamic programming over both, letter by letter."""
    percents = {other: 200 * in_both(name, other) // (len(name) + len(other)) for other in names}
    best = max(percents.values(), default=0)
    near = [other for other in names if percents[other] == best]
    return (best, near) if best >= least else (0, [])


def in_both(one: str, two: str) -> int:
    row = [0] * (len(two) + 1)
    for letter in one:
        after = [0]
        for at, other in enumerate(two):
            after.append(row[at] + 1 if letter == other else max(after[-1], row[at + 1]))
        row = after
    return row[-1]


@settings(max_examples=250)
@given(st.lists(NAMES, unique=True, max_size=12), NAMES, PERCENTS)
def test_the_rows_found_are_those_that_comparing_with_all_finds(
    names: list[str], name: str, least: int
) -> None:
    percent, rows = Nearness(least, (), rows_of(names)).nearest(name)
    assert (percent, [row.key for row in rows]) == compared_with_all(names, name, least)


@settings(max_examples=100)
@given(st.lists(NAMES, unique=True, min_size=1, max_size=8), NAMES)
def test_a_lower_threshold_finds_the_same_rows_where_a_higher_one_finds_any(
    names: list[str], name: str
) -> None:
    high = Nearness(90, (), rows_of(names)).nearest(name)
    if high[1]:
        assert Nearness(LEAST_PERCENT, (), rows_of(names)).nearest(name) == high


@pytest.mark.parametrize(
    ("one", "two", "percent"),
    [("muller", "mueller", 92), ("acme", "acne", 75), ("ab", "ba", 0), ("acme", "acme", 100)],
)
def test_nearness_is_the_letters_of_both_in_the_same_order(
    one: str, two: str, percent: int
) -> None:
    assert Nearness(LEAST_PERCENT, (), rows_of([two])).nearest(one)[0] == percent


def test_names_of_any_script_are_compared() -> None:
    found = Nearness(80, (), rows_of(["ромашка", "华为技术公司", "가나다라마바"]))
    assert [found.nearest(name)[0] for name in ("ромашки", "华为技术公", "가나다라마")] == [
        85,
        90,
        90,
    ]


@pytest.mark.parametrize("name", ["x" * 10_000, "\u202e" * 300, "\x02\x03" * 50, " ", "\ufffd"])
def test_no_name_that_a_lead_may_have_is_too_much(name: str) -> None:
    near = Nearness(LEAST_PERCENT, (), rows_of(["acme", "x" * LONGEST_NAME, "y" * 9_000]))
    assert near.nearest(name) == (0, ())
    assert near.nearest("y" * 9_000)[0] == 100


def test_rows_of_many_scripts_take_no_more_memory_than_those_of_one() -> None:
    names = [
        "".join(chr(0x4E00 + (n * 7919 + at * 104_729) % 20_000) for at in range(8))
        for n in range(3_000)
    ]
    near = Nearness(92, (), rows_of(list(dict.fromkeys(names))))
    tracemalloc.start()
    near.nearest("华为")
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 12_000_000


# -- what a lead gets --

COMPANY = Field("company", CompanyName())
COUNTRY = Field("country", Country())


def owner_by(*rows: NearnessRow, then: tuple[str, ...] = (), percent: int = 90) -> Field:
    near = Nearness(percent, then, rows)
    return Field("owner", PersonName(), lookups=(Lookup("company", "book.csv", {}, near),))


def found(owner: Field, **values: Value) -> tuple[Value | None, list[LookupRow | Tie]]:
    known = dict(values)
    fields = {"company": COMPANY, "country": COUNTRY, "owner": owner}
    told = look_up(looked_up_fields(fields), known)
    return known.get("owner"), told


def test_a_value_that_is_found_is_told_with_what_was_compared() -> None:
    owner = owner_by(NearnessRow(7, "Mueller GmbH", "mueller", "ana"))
    assert found(owner, company="muller") == (
        "ana",
        [LookupRow("owner", "company", "muller", "book.csv", 7, "Mueller GmbH", 92)],
    )


def test_rows_that_say_the_same_are_no_tie() -> None:
    owner = owner_by(
        NearnessRow(2, "Abcdefghi1", "abcdefghi1", "ana"), NearnessRow(3, "B", "abcdefghi2", "ana")
    )
    assert found(owner, company="abcdefghi3")[0] == "ana"


def test_a_tie_is_broken_by_the_fields_in_their_order() -> None:
    rows = [
        NearnessRow(2, "One", "abcdefghi1", "ana", ("DE", "x")),
        NearnessRow(3, "Two", "abcdefghi2", "ben", ("DE", "y")),
        NearnessRow(4, "Three", "abcdefghi4", "cleo", (None, "y")),
    ]
    owner = owner_by(*rows, then=("country", "city"))
    asked = "abcdefghi3"
    assert found(owner, company=asked, country="DE", city="y")[0] == "ben"
    assert found(owner, company=asked, city="x")[0] == "ana"
    value, told = found(owner, company=asked, country="FR")
    assert value is None
    assert [type(each) for each in told] == [Tie]
    (tie,) = (each for each in told if isinstance(each, Tie))
    assert tie.reason == "`One` (line 2) and `Two` (line 3) of book.csv are equally near: 90 %"


def test_a_row_that_says_nothing_hides_one_that_is_less_near() -> None:
    owner = owner_by(
        NearnessRow(2, "Acme", "acme holding", None), NearnessRow(3, "A", "acme holdings", "ben")
    )
    assert found(owner, company="acme holding") == (None, [])


def test_an_earlier_tie_is_not_told_where_a_later_table_has_the_value() -> None:
    rows = [NearnessRow(2, "One", "abcdefghi1", "ana"), NearnessRow(3, "Two", "abcdefghi2", "ben")]
    first = owner_by(*rows).lookups[0]
    owner = Field("owner", PersonName(), lookups=(first, Lookup("country", "c.csv", {"DE": "ben"})))
    value, told = found(owner, company="abcdefghi3", country="DE")
    assert (value, told) == ("ben", [])
