"""Tables of leads through `Router.decide_batch`."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from importlib import util
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import turnout
from tests.support.loops import WAYS
from turnout.runtime.columns.bits import BoxSets, first_boxes
from turnout.runtime.columns.chunks import LeadTable, chunked
from turnout.runtime.columns.jit import ChooseKernels
from turnout.runtime.columns.meeting_classes import Classed, ClassTables

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
POLICY = """
lead { id: text id required  country: country  state: subdivision  staff: integer 0.. }
person ana
team all { ana }
route inbound {
  rule west { when state is US-CA to round-robin all else queue triage }
  rule large { when staff >= 100 to person ana else continue }
  fallback to queue triage
}
queue triage
"""
LEADS: dict[str, list[object]] = {
    "id": ["L-1", "L-2", None, "L-1"],
    "country": ["US", None, "DE", "Atlantis"],
    "State": ["CA", "US-CA", "", None],
    "staff": ["12", "1k", "9", "many"],
    "other": ["a", "b", "c", "d"],
}


def rows(table: LeadTable) -> list[dict[str, object]]:
    with turnout.loads(POLICY) as router:
        return router.decide_batch(table, at=AT).to_pylist()


def test_a_table_has_a_row_for_each_lead() -> None:
    assert rows(LEADS) == [
        {
            "lead": "L-1",
            "rule": "west",
            "by": "rule west",
            "targets": ["round-robin all", "queue triage", "queue triage"],
            "goes_on": False,
            "complaint": None,
            "issues": [],
        },
        {
            "lead": "L-2",
            "rule": "west",
            "by": "rule west",
            "targets": ["round-robin all", "queue triage", "queue triage"],
            "goes_on": False,
            "complaint": None,
            "issues": [],
        },
        {
            "lead": None,
            "rule": None,
            "by": "fallback of route inbound",
            "targets": ["queue triage"],
            "goes_on": False,
            "complaint": "no id",
            "issues": [{"field": "id", "raw": "", "reason": "required, and missing"}],
        },
        {
            "lead": "L-1",
            "rule": None,
            "by": "fallback of route inbound",
            "targets": ["queue triage"],
            "goes_on": False,
            "complaint": None,
            "issues": [
                {"field": "country", "raw": "Atlantis", "reason": "not a country"},
                {"field": "staff", "raw": "many", "reason": "not a whole number"},
            ],
        },
    ]


def in_tuples(leads: dict[str, list[object]]) -> LeadTable:
    return {name: tuple(values) for name, values in leads.items()}


def in_dictionaries(leads: dict[str, list[object]]) -> LeadTable:
    return pa.table({name: pa.array(values).dictionary_encode() for name, values in leads.items()})


@pytest.mark.parametrize(
    "made",
    [
        pa.table,
        pa.record_batch,
        in_tuples,
        in_dictionaries,
    ],
    ids=["arrow", "batch", "tuples", "dictionaries"],
)
def test_tables_of_all_kinds_say_the_same(
    made: Callable[[dict[str, list[object]]], LeadTable],
) -> None:
    assert rows(made(LEADS)) == rows(LEADS)


def test_frames_of_other_libraries_say_the_same() -> None:
    # Imported here, since each takes a second, and no other test needs them.
    import pandas as pd  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    assert rows(pl.DataFrame(LEADS)) == rows(LEADS)
    assert rows(pd.DataFrame(LEADS)) == rows(LEADS)
    series: dict[str, Any] = {name: pd.Series(values) for name, values in LEADS.items()}
    assert rows(series) == rows(LEADS)


def test_only_the_columns_that_are_wanted_are_made() -> None:
    with turnout.loads(POLICY) as router:
        whole = router.decide_batch(LEADS, at=AT)
        for columns in (["rule"], ["issues", "lead"], whole.column_names, []):
            found = router.decide_batch(LEADS, at=AT, columns=columns)
            assert found.column_names == [each for each in whole.column_names if each in columns]
            for name in columns:
                assert found[name].to_pylist() == whole[name].to_pylist()
        with pytest.raises(ValueError, match="'Rule' is no column of what is decided: there are"):
            router.decide_batch(LEADS, columns=["Rule"])


def test_values_that_print_alike_stay_apart() -> None:
    numbers = pa.table({"id": ["1", "2", "3"], "staff": pa.array([-0.0, 0.0, 0.5])})
    assert [row["issues"] for row in rows(numbers)] == [
        [],
        [],
        [{"field": "staff", "raw": "0.5", "reason": "not a whole number"}],
    ]
    assert [len(row) for row in rows({"id": [1, True, 1.0], "staff": [1, True, 1.0]})] == [7, 7, 7]


def test_a_dictionary_may_be_as_large_as_its_numbers_go() -> None:
    ids = pa.array([f"L-{at}" for at in range(128)])
    places = pa.array([127, None, 0], pa.int8())
    column = pa.DictionaryArray.from_arrays(places, ids)
    assert [row["lead"] for row in rows(pa.table({"id": column}))] == ["L-127", None, "L-0"]


def test_an_empty_table_has_no_row() -> None:
    assert rows({}) == []
    assert rows({"id": []}) == []
    assert rows(pa.table({"id": pa.array([], pa.string())})) == []


@pytest.mark.parametrize(
    ("table", "kind", "reason"),
    [
        (5, TypeError, "int is no table"),
        ({"id": "L-1"}, TypeError, "column id is no list of values"),
        ({"id": 5}, TypeError, "column id is no list of values"),
        ({1: ["L-1"]}, TypeError, "a column is called by a text, not by int"),
        ({"id": ["a"], "b": []}, ValueError, "not of one length: id has 1, b has 0"),
    ],
)
def test_what_is_no_table_is_told(table: LeadTable, kind: type[Exception], reason: str) -> None:
    with pytest.raises(kind, match=reason):
        rows(table)


def test_nothing_is_drawn_or_recorded() -> None:
    with turnout.loads(POLICY) as router:
        router.decide_batch(LEADS, at=AT)
        assert router.last_event() == 0
        assert not router.route({"id": "L-1", "country": "US", "state": "CA"}).repeated


def test_whether_a_lead_was_seen_before_is_asked_of_the_state() -> None:
    policy = POLICY.replace("rule west { when state is US-CA", "rule west { when duplicate")
    policy = policy.replace("person ana", "identity staff within 30 days\nperson ana", 1)
    with turnout.loads(policy) as router:
        router.route({"id": "L-0", "staff": 12}, at=AT)
        found = router.decide_batch(LEADS, at=AT)["rule"].to_pylist()
    assert found == ["west", "large", None, None]


def test_a_closed_router_and_a_missing_extra_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    router = turnout.loads(POLICY)
    with monkeypatch.context() as changed:

        def nothing(_name: str) -> None: ...

        changed.setattr(util, "find_spec", nothing)
        changed.setattr("turnout.runtime.columns.extra.find_spec", nothing)
        with pytest.raises(turnout.ExtraError, match="decide_batch needs Arrow and numpy") as told:
            router.decide_batch(LEADS)
    assert told.value.help == "`pip install 'turnout[arrow]'` brings them"
    router.close()
    with pytest.raises(turnout.ClosedError):
        router.decide_batch(LEADS)


def test_chunks_are_of_the_size_that_is_asked_for() -> None:
    assert [each.size for each in chunked(pa.table(LEADS), 3)] == [3, 1]
    assert [each.size for each in chunked(LEADS, 3)] == [3, 1]
    assert [each.record(0)["id"] for each in chunked(LEADS, 3)] == ["L-1", "L-1"]
    assert [each.record(0)["id"] for each in chunked(pa.table(LEADS), 3)] == ["L-1", "L-1"]


def test_a_box_of_any_number_is_the_first_that_takes_a_lead() -> None:
    boxes = 700
    sets, others = BoxSets((1 << boxes) - 1), BoxSets((1 << boxes) - 1)
    numbers = [sets.number(1 << at | 1 << boxes - 1) for at in range(boxes)]
    own, every = np.array(numbers, np.int32), np.full(boxes, others.number(-1), np.int32)
    assert first_boxes([(sets, own)]).tolist() == [*range(boxes)]
    assert first_boxes([(sets, own), (others, every)]).tolist() == [*range(boxes)]


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_texts_of_the_chunks_before_are_known_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("turnout.runtime.columns.bonds.MOST_REMEMBERED", most)
    staff = ["12", None, "900", "12", "n/a", "x" * 300, "", "900", None, "7", "1k", "12"]
    table = pa.table({"id": [f"L-{at}" for at in range(len(staff))], "staff": staff})
    with turnout.loads(POLICY) as router:
        expected = [router.decide(each, at=AT).rule for each in table.to_pylist()]
        told = router.decide_batch(table, at=AT).to_pylist()
        assert [each["rule"] for each in told] == expected
        for size in (1, 2, 5):
            parts = pa.Table.from_batches(table.to_batches(size))
            assert router.decide_batch(parts, at=AT).to_pylist() == told


def test_combinations_of_sets_are_told_apart_however_many_there_may_be() -> None:
    boxes, leads = 200, 50
    every = (1 << boxes) - 1
    bonds: list[tuple[BoxSets, Any]] = []
    bits = [every] * leads
    for number in range(9):  # 200 ** 9 is more than a whole number of 64 bits tells apart
        sets = BoxSets(every)
        own = [every ^ 1 << at ^ 1 << (at * 7 + 3) % boxes for at in range(boxes)]
        numbers = [sets.number(each) for each in own]
        chosen = [lead * lead * (number + 3) % boxes for lead in range(leads)]
        bonds.append((sets, np.array([numbers[at] for at in chosen], np.int32)))
        bits = [left & own[at] for left, at in zip(bits, chosen, strict=True)]
    expected = [(left & -left).bit_length() - 1 for left in bits]
    assert len(set(expected)) > 1
    assert first_boxes(bonds).tolist() == expected


@pytest.mark.parametrize(("hour", "rule"), [(12, "open"), (3, "closed")])
def test_rules_that_ask_nothing_of_leads_are_found_by_the_clock(hour: int, rule: str) -> None:
    policy = """
    lead { id: text id }
    person ana
    calendar day {
      timezone "UTC"
      open mon..fri 09:00-17:00
    }
    route inbound {
      rule closed { when not open day to queue triage }
      rule open { when open day to person ana else continue }
      fallback to queue triage
    }
    queue triage
    """
    with turnout.loads(policy) as router:
        found = router.decide_batch({"id": ["L-1", "L-2"]}, at=AT.replace(hour=hour))
    assert found["rule"].to_pylist() == [rule, rule]


@pytest.mark.parametrize("bounds", [(1 << 18, 1 << 22), (64, 1 << 22), (1 << 18, 40), (64, 40)])
@pytest.mark.parametrize("boxes", [1, 5, 64, 65, 200])
@pytest.mark.parametrize("leads", [(1, 1 << 12), (40, 1 << 12), (40, 3)])
@pytest.mark.parametrize("choose", WAYS)
def test_tables_of_classes_find_the_first_box_whatever_is_left_to_words(
    monkeypatch: pytest.MonkeyPatch,
    bounds: tuple[int, int],
    boxes: int,
    leads: tuple[int, int],
    choose: ChooseKernels,
) -> None:
    (cells, size), (first, beginning) = bounds, leads
    monkeypatch.setattr("turnout.runtime.columns.meeting_classes._BEGINNING", beginning)
    monkeypatch.setattr("turnout.runtime.columns.meeting_classes.MOST_CELLS", cells)
    monkeypatch.setattr("turnout.runtime.columns.meeting_classes.MOST_BYTES", size)
    chance = np.random.default_rng(boxes)
    every = (1 << boxes) - 1 & ~(1 << boxes // 2)
    bonds = [BoxSets(every) for _ in range(5)]
    tables = ClassTables(bonds)
    for number in (first, 0, 30, 200):  # the tables grow from chunk to chunk
        chosen = [[taken(chance, boxes) for _ in range(number)] for _ in bonds]
        classes = [
            Classed(np.array([sets.number(each) for each in of], np.int32), np.arange(number))
            for sets, of in zip(bonds, chosen, strict=True)
        ]
        left = [reduce(int.__and__, of, every) for of in zip(*chosen, strict=True)]
        expected = [(each & -each).bit_length() - 1 for each in left]
        assert tables.first_boxes(classes, choose(number)).tolist() == expected
        for of_table, of_sets in tables.sizes:
            assert of_table <= cells
            assert of_sets <= size


def taken(chance: np.random.Generator, boxes: int) -> int:
    """Return a set of boxes: one of a few, or one of many."""
    few = int(chance.integers(0, 4))
    one = ~(1 << int(chance.integers(0, boxes)))
    return one if few else one & int.from_bytes(chance.bytes(25), "little")
