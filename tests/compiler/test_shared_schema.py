"""Two versions with different lead schemas: what each reads of one raw lead counts."""

from itertools import product

import pytest

from tests.support.differences import (
    arrived,
    compared,
    decided,
    histories,
    is_as_told,
    shifts_of,
    treated,
)
from tests.support.enumeration import TODAY
from turnout.compiler.leads.arrivals import DAY
from turnout.dsl.types import AnyOf, Value
from turnout.dsl.values import Missing, Unread, read

PEOPLE = 'person ana { email "ana@firm.example" } person ben queue a queue b queue c\n'
OTHER = 'person ana { email "ana@new.example" } person cleo queue a queue b queue c\n'


def policy(field: str, *conditions: str, people: str = PEOPLE) -> str:
    rules = " ".join(
        f"rule r{at} {{ when {condition} to queue {'ab'[at % 2]} }}"
        for at, condition in enumerate(conditions)
    )
    return f"{people} lead {{ f: {field} }} route inbound {{ {rules} fallback to queue c }}"


NUMBERS: list[object] = [None, *range(-1, 7), "1.5", "x"]
TEXTS: list[object] = [None, "n/a", "TBD", "rome", " N/A ", "x"]
WORDS: list[object] = [None, "p", "q", "r", "s", "R", "zzz"]
SETS: list[object] = [None, [], *map(list, ("p", "q", "r", "pq", "pr", "qr", "pqr", "z", "pz"))]
NAMES: list[object] = [None, "ana", "ben", "cleo", "ana@firm.example", "ana@new.example", "dan"]

CASES = {
    "a number's bounds grow": (
        policy("integer 0..3", "f >= 2", "f is missing"),
        policy("integer 0..5", "f >= 2", "f is missing"),
        NUMBERS,
    ),
    "a number's bounds shrink and a condition is a plain not": (
        policy("integer 0..5", "not f < 3"),
        policy("integer 1..4", "not f < 3"),
        NUMBERS,
    ),
    "a picklist gains a value": (
        policy("one of [p, q]", "f is p", "f is missing"),
        policy("one of [p, q, r]", "f is p", "f is missing"),
        WORDS,
    ),
    "a picklist loses a value and spells another anew": (
        policy("one of [p, q, r]", "f in [p, r]", "f is not q"),
        policy("one of [P, q, s]", "f in [P, s]", "f is not q"),
        WORDS,
    ),
    "a field with several values gains one": (
        policy("any of [p, q]", "f has p", "f is missing"),
        policy("any of [p, q, r]", "f has p", "f is missing"),
        SETS,
    ),
    "a field with several values swaps one": (
        policy("any of [p, q]", "f has none [p]", "f has q"),
        policy("any of [p, r]", "f has none [p]", "f has r"),
        SETS,
    ),
    "a text gains a placeholder": (
        policy('text missing when ["n/a"]', "f is present", "not f is missing"),
        policy('text missing when ["n/a", "tbd"]', "f is present"),
        TEXTS,
    ),
    "people come, go and change their address": (
        policy("person", "f is ana", "f is present"),
        policy("person", "f is ana", "f is present", people=OTHER),
        NAMES,
    ),
    "a field becomes required": (
        policy("integer 0..3", "f >= 2", "f is missing"),
        policy("integer 0..3 required", "f >= 2", "f is present"),
        NUMBERS,
    ),
    "a field comes": (
        policy("integer 0..3", "f >= 2"),
        policy("integer 0..3 g: one of [p, q]", "g is p and f >= 1", "f >= 2"),
        NUMBERS,
    ),
}


@pytest.mark.parametrize(("old", "new", "raws"), CASES.values(), ids=CASES)
def test_exactly_the_raw_leads_that_the_versions_treat_differently_are_told(
    old: str, new: str, raws: list[object]
) -> None:
    versions = compared(old, new)
    assert versions.route.compared is not None
    fields = versions.route.compared.fields
    choices = [raws, [None, "p", "q"]] if "g" in fields else [raws]
    told_any = False
    for chosen in product(*choices):
        raw = {name: value for name, value in zip("fg", chosen, strict=False) if value is not None}
        before, after = decided(versions, arrived(versions, raw, TODAY))
        values: dict[str, Value] = {}
        for name, value in raw.items():
            found = read(fields[name], value)
            if isinstance(found, Unread) and isinstance(fields[name].type, AnyOf):
                found = found.kept or found
            if not isinstance(found, Missing | Unread):
                values[name] = found
        told = shifts_of(versions, values, TODAY)
        assert bool(told) == (before != after), raw
        assert all(is_as_told(shift, before, after) for shift in told)
        told_any = told_any or bool(told)
    assert told_any == bool(versions.route.shifts)
    assert all(shift.witness is not None for shift in versions.route.shifts)


UNLIKE = {
    "a text becomes a number": (policy("text", 'f is "5"'), policy("integer", "f is 5")),
    "an amount changes its currency": (
        policy("money USD", "f >= 10"),
        policy("money EUR", "f >= 10"),
    ),
    "a placeholder is a value to the other version": (
        policy("integer", "f >= 0"),
        policy('integer missing when ["0"]', "f >= 0"),
    ),
}


@pytest.mark.parametrize(("old", "new"), UNLIKE.values(), ids=UNLIKE)
def test_where_types_have_nothing_in_common_a_witness_is_run_or_none_is_shown(
    old: str, new: str
) -> None:
    versions = compared(old, new)
    assert versions.route.shifts
    for shift in versions.route.shifts:
        if shift.witness is not None:
            assert is_as_told(
                shift, *decided(versions, arrived(versions, shift.witness.fields, DAY))
            )


PLACES = {"country": [None, "US", "CA", "AQ"], "state": [None, "US-CA", "US-NY", "CA-ON"]}
PLACES["county"] = PLACES["state"]
RULES = "rule one { when X to queue a } rule two { when Y to queue b }"


def places(fields: str, one: str, two: str) -> str:
    rules = RULES.replace("X", one).replace("Y", two)
    return f"{PEOPLE} lead {{ {fields} }} route inbound {{ {rules} fallback to queue c }}"


LINKED = {
    "a state comes and brings its country along": (
        places("country: country", "country is US", "country is CA"),
        places("country: country state: subdivision", "country is US", "country is CA"),
    ),
    "a county comes beside a state": (
        places("country: country state: subdivision", 'state is "US-CA"', "country is present"),
        places(
            "county: subdivision country: country state: subdivision",
            'state is "US-CA"',
            "country is present",
        ),
    ),
    "the country goes, and any state counts": (
        places("country: country state: subdivision", 'state is "US-CA"', "state is present"),
        places("state: subdivision", 'state is "US-CA"', "state is present"),
    ),
    "the states are read in another order": (
        places(
            "country: country state: subdivision county: subdivision",
            'state in ["US-CA", "CA-ON"]',
            "county is missing",
        ),
        places(
            "country: country county: subdivision state: subdivision",
            'state in ["US-CA", "CA-ON"]',
            "county is missing",
        ),
    ),
    "the country goes where a state must be there": (
        places("country: country state: subdivision required", "country is CA", "country is US"),
        places("state: subdivision required", 'state is "CA-ON"', "state is present"),
    ),
}


@pytest.mark.parametrize(("old", "new"), LINKED.values(), ids=LINKED)
def test_what_only_one_version_reads_with_its_country_is_told_exactly(old: str, new: str) -> None:
    versions = compared(old, new)
    assert versions.route.shifts
    for chosen in product(*PLACES.values()):
        raw = {name: value for name, value in zip(PLACES, chosen, strict=True) if value is not None}
        found = treated(versions, arrived(versions, raw, TODAY))
        assert bool(found.told) == (found.before != found.after), raw
        assert all(is_as_told(shift, found.before, found.after) for shift in found.told)
    for shift in versions.route.shifts:
        assert shift.witness is not None
        assert is_as_told(shift, *decided(versions, arrived(versions, shift.witness.fields, DAY)))


def test_a_duplicate_told_by_a_state_that_one_version_reads_with_its_country_is_compared() -> None:
    same = "identity country, state within 30 days rule r { when duplicate to queue a }"
    old, new = (
        f"{PEOPLE} lead {{ {fields} }} {same.replace('rule r', 'route inbound { rule r')}"
        " fallback to queue b }"
        for fields in (
            "country: country state: subdivision",
            "country: country state: subdivision county: subdivision",
        )
    )
    versions = compared(old, new)
    assert versions.route.shifts  # by a county's country a lead may be known
    for raw in ({"state": "US-CA"}, {"state": "US-CA", "county": "CA-ON"}, {"county": "US-CA"}):
        lead = arrived(versions, raw, TODAY)
        for seen in histories(versions, lead):
            found = treated(versions, lead, seen)
            assert bool(found.told) == (found.before != found.after), raw


def test_a_state_without_its_country_is_not_compared_where_only_one_version_can_read_it() -> None:
    old, new = LINKED["the country goes, and any state counts"]
    (caveat,) = compared(old, new).difference.caveats
    assert caveat.startswith("leads whose state is written without its country")
    assert not compared(*LINKED["a state comes and brings its country along"]).difference.caveats
