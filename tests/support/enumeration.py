"""Every lead of a tiny policy, so that claims about all leads can be checked by counting.

The values are chosen by hand, one for every way in which the constants below can tell
values apart, and know nothing of the classes that the compiler computes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.strategies import Column, can_be_seen, days_told_apart
from turnout.dsl.conditions import PREVIOUS_OWNER, SEEN
from turnout.dsl.policy import Policy
from turnout.dsl.types import Subdivision, Value, Values

MOST_LEADS = 1_500
TODAY = date(2026, 1, 1)

COLUMNS = (
    Column("size", "integer 0..4", "ordered", ("0", "1", "2", "3", "4")),
    Column("half", "integer", "ordered", ("1", "2", "3")),
    Column("score", "number", "ordered", ("1", "2", "2.5")),
    Column("share", "number 0..1", "ordered", ("0", "0.5", "1")),
    Column("plan", "one of [p, q, r]", "listed", ("p", "q", "r")),
    Column("tags", "any of [x, y, z]", "any of", ("x", "y", "z")),
    Column("pair", "any of [x, y]", "any of", ("x", "y")),
    Column("vip", "boolean", "boolean", ("true", "false")),
    Column("city", "text", "text", ('"a"', '"ab"', '"b"')),
    Column("zip", "code first 2", "text", ('"1"', '"12"', '"2"')),
    Column("country", "country", "listed", ("US", "CA", "DE")),
    Column("state", "subdivision", "listed", ('"US-CA"', '"US-NY"', '"CA-ON"', '"DE-BE"')),
    Column("county", "subdivision", "listed", ('"US-CA"', '"CA-ON"')),
    Column("seen", "date", "date", ("2026-01-01", "2026-02-01")),
    Column("owner", "person", "listed", ("ana", "ben")),
)

_DAYS = [date(2025, 12, 31), TODAY, date(2026, 1, 15), date(2026, 2, 1), date(2026, 2, 2)]
DAYS_TOLD_APART = tuple(TODAY + timedelta(days=by) for by in (0, 1, 13, 14, 15, 30, 31, 32))
"""Days on, before and after which rules count, from the day of the check on."""

_STATES = ["US-CA", "US-NY", "US-TX", "CA-ON", "CA-QC", "DE-BE", "DE-BY", "FR-75C"]
VALUES: Mapping[str, tuple[Value, ...]] = {
    "size": (0, 1, 2, 3, 4),
    "half": (-1, 0, 1, 2, 3, 4, 5),
    "score": tuple(Decimal(text) for text in ("0.5", "1", "1.5", "2", "2.2", "2.5", "3")),
    "share": tuple(Decimal(text) for text in ("0", "0.2", "0.5", "0.7", "1")),
    "plan": ("p", "q", "r"),
    "tags": tuple(map(frozenset, ("x", "y", "z", "xy", "xz", "yz", "xyz"))),
    "pair": tuple(map(frozenset, ("x", "y", "xy"))),
    "vip": (True, False),
    "city": ("0", "a", "ab", "abc", "ac", "b", "ba", "c"),
    "zip": ("0", "1", "12", "13", "2", "21", "3"),
    "country": ("US", "CA", "DE", "FR", "AQ"),  # no subdivision of AQ is listed
    "state": tuple(_STATES),
    "county": tuple(_STATES),
    "seen": tuple(_DAYS),
    "owner": ("ana", "ben", "cleo"),
}
AGES = (-36, -35, -31, -30, -2, -1, 0, 1, 2, 30, 31, 35, 36)


@attrs.frozen
class Arrival:
    """A lead and the day on which it arrives."""

    values: Values
    today: date


@st.composite
def tiny_columns(draw: DrawFn) -> tuple[Column, ...]:
    """Return two to four columns with at most `MOST_LEADS` leads between them.

    Leaves out a second date: two dates share one clock, so that not every pair of ages
    goes with every pair of days.
    """
    chosen: list[Column] = []
    left: tuple[Column, ...] = COLUMNS
    room = MOST_LEADS
    while left and len(chosen) < 4:
        chosen.append(draw(st.sampled_from(left)))
        room //= _size(chosen[-1])
        left = tuple(each for each in left if each not in chosen and _size(each) <= room)
    return tuple(chosen)


def _size(column: Column) -> int:
    """Return by how many a column multiplies the leads."""
    ages = len(AGES) if column.kind == "date" else 1
    return (len(VALUES[column.name]) + 1) * ages


def every_lead(policy: Policy, owners: Iterable[str] = ()) -> list[Arrival]:
    """Return every lead of a policy whose fields are among `COLUMNS`.

    owners: who may have had an earlier lead that is the same.
    """
    choices: list[list[Value | None]] = []
    for name, field in policy.fields.items():
        missing: list[Value | None] = [] if field.required else [None]
        choices.append([*VALUES[name], *missing])
    found: list[Arrival] = []
    for chosen in product(*choices):
        values = {
            name: value
            for name, value in zip(policy.fields, chosen, strict=True)
            if value is not None
        }
        if _can_be(policy, values):
            found.extend(
                Arrival({**values, **seen}, today)
                for today in (DAYS_TOLD_APART if days_told_apart(policy) else _days(values))
                for seen in every_history(policy, values, owners)
            )
    return found


def every_raw_lead(fields: Iterable[str], days: Sequence[date] = ()) -> Iterator[Arrival]:
    """Yield every lead as it may arrive: one of `VALUES` or nothing for each of `fields`.

    days: on which each arrives, in place of those that its dates ask for. Some say one country
    and a subdivision of another, or lack what a table has.
    """
    names = list(fields)
    for chosen in product(*([*VALUES[name], None] for name in names)):
        values = {
            name: value for name, value in zip(names, chosen, strict=True) if value is not None
        }
        yield from (Arrival(values, today) for today in days or _days(values))


def every_history(policy: Policy, values: Values, owners: Iterable[str] = ()) -> Iterator[Values]:
    """Yield what can have come before a lead: nothing, or another that somebody had, or nobody."""
    if not policy.identities:
        yield {}
        return
    yield {SEEN: False}
    if not can_be_seen(policy, values):
        return
    yield {SEEN: True}
    for owner in owners:
        yield {SEEN: True, PREVIOUS_OWNER: owner}


def _can_be(policy: Policy, values: Values) -> bool:
    """Return whether each subdivision lies in its country, and no table has what is missing."""
    for name, field in policy.fields.items():
        for lookup in field.lookups:
            key = values.get(lookup.key)
            if name not in values and key is not None and key in lookup.values:
                return False
    for name, field in policy.fields.items():
        if name in values and isinstance(field.type, Subdivision):
            of = field.type.country
            if of is not None and values.get(of) != str(values[name])[:2]:
                return False
    return True


def _days(values: Values) -> Iterator[date]:
    seen = values.get("seen")
    if not isinstance(seen, date):
        yield TODAY
        return
    yield from (seen + timedelta(days=age) for age in AGES)
