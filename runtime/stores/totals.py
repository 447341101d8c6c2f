"""How many leads somebody was given in a period: the difference of two running totals.

`given` has a row for each moment at which somebody was given leads, and in it how many they
had been given up to then, that moment included. So a count takes two look-ups, however many
leads there are in its period. A moment that comes after those that are there adds a row; one
that comes before some, because a clock was put back or another was asked for, adds to their
totals, too.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from turnout.runtime.stores.failures import damaged, state_errors
from turnout.runtime.stores.needs import Count
from turnout.runtime.stores.remembered import Remembered
from turnout.runtime.stores.sums import ROWS, checked, row_sum

GivenLeads: TypeAlias = tuple[str, int, int]
"""Who was given leads, when (microseconds since 1970, UTC), and how many."""

_ROWS = f"SELECT {', '.join((*ROWS['given'], 'sum'))} FROM given"  # noqa: S608 - our own names
_BEFORE = f"{_ROWS} WHERE who = ? AND at < ? ORDER BY at DESC LIMIT 1"
_LATEST = f"{_ROWS} WHERE who = ? ORDER BY at DESC LIMIT 1"
_NEVER = -(1 << 63)
_AT_ONCE = 400
_MANY = (
    "WITH asked (who, before) AS (VALUES {values}) SELECT a.who, a.before, g.who, g.at, g.leads,"
    " g.total, g.sum FROM asked a LEFT JOIN given g ON g.who = a.who AND g.at ="
    " (SELECT max(at) FROM given WHERE who = a.who AND at < a.before)"
)
_KEEP = "INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?, ?)"
_LATER = (
    "UPDATE given SET total = total + ?3, sum = row_sum(who, at, leads, total + ?3)"
    " WHERE who = ?1 AND at > ?2"
)


def given(
    connection: sqlite3.Connection, path: Path, known: Remembered, who: str, period: tuple[int, int]
) -> int:
    """Return how many leads somebody was given in a period, the end left out."""
    start, end = period
    latest = known.latest.get(who)
    if latest is None:
        latest = known.latest[who] = _total(connection, path, _LATEST, (who,))
    at, until = latest if latest[0] < end else _total(connection, path, _BEFORE, (who, end))
    if at < start:
        return 0
    before = known.before.get((who, start))
    if before is None:
        before = known.before[who, start] = _total(connection, path, _BEFORE, (who, start))[1]
    return until - before


def expect(
    connection: sqlite3.Connection, path: Path, known: Remembered, counts: Collection[Count]
) -> None:
    """Read at once what `given` is about to ask, as far as it isn't known."""
    latest, before = known.latest, known.before
    strangers = {who: _ALWAYS for who, _, _ in counts if who not in latest}
    for (who, _), found in _totals(connection, path, [*strangers.items()]):
        latest[who] = found
    starts = {
        (who, start): None
        for who, start, _ in counts
        if (who, start) not in before and latest[who][0] >= start
    }
    for place, (_, total) in _totals(connection, path, [*starts]):
        before[place] = total


_ALWAYS = (1 << 63) - 1


def _totals(
    connection: sqlite3.Connection, path: Path, asked: Sequence[tuple[str, int]]
) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """Yield for each name and moment when leads were last given before, and how many until then."""
    for place in range(0, len(asked), _AT_ONCE):
        some = asked[place : place + _AT_ONCE]
        values = ", ".join(["(?, ?)"] * len(some))
        query = _MANY.format(values=values)
        with state_errors(path):
            rows = connection.execute(query, [cell for pair in some for cell in pair]).fetchall()
        for who, before, *row in rows:
            if row[0] is None:
                yield (who, before), (_NEVER, 0)
                continue
            _, at, _, total = checked(path, "given", row)
            yield (who, before), (int(at or 0), int(total or 0))


def add_given(
    connection: sqlite3.Connection,
    path: Path,
    known: Remembered,
    received: Mapping[str, Mapping[int, int]],
) -> None:
    """Count leads as given: by receiver, how many at each moment."""
    behind: list[tuple[str | int, ...]] = []
    for who, times in received.items():
        last, total = known.latest.get(who) or _total(connection, path, _LATEST, (who,))
        for at, leads in sorted(times.items()):
            total += leads
            if last < at:
                cells = who, at, leads, total
                behind.append((*cells, row_sum(*cells)))
                last = at
            else:
                known.before.clear()
                if behind:
                    connection.executemany(_KEEP, behind)
                    behind.clear()
                _add_before(connection, path, (who, at, leads))
        known.latest[who] = last, total
    if behind:
        connection.executemany(_KEEP, behind)


def _add_before(connection: sqlite3.Connection, path: Path, new: GivenLeads) -> None:
    """Count leads of a moment that is not after all that are there."""
    who, at, leads = new
    before, total = _total(connection, path, _BEFORE, (who, at + 1))
    there = 0
    if before == at:
        there = total - _total(connection, path, _BEFORE, (who, at))[1]
    cells = who, at, there + leads, total + leads
    connection.execute(_KEEP, (*cells, row_sum(*cells)))
    connection.create_function("row_sum", -1, row_sum, deterministic=True)
    connection.execute(_LATER, (who, at, leads))


def _total(
    connection: sqlite3.Connection, path: Path, query: str, asked: tuple[str | int, ...]
) -> tuple[int, int]:
    """Return a moment and how many leads had been given up to then; 0 where there is none."""
    with state_errors(path):
        row = connection.execute(query, asked).fetchone()
    if row is None:
        return _NEVER, 0
    _, at, _, total = checked(path, "given", row)
    assert isinstance(at, int)
    assert isinstance(total, int)
    return at, total


def write_given(connection: sqlite3.Connection, counts: Iterable[GivenLeads]) -> None:
    """Write all counts, into a table that has none. counts: in order, each moment once."""
    totals: dict[str, int] = {}
    for who, at, leads in counts:
        totals[who] = totals.get(who, 0) + leads
        cells = who, at, leads, totals[who]
        connection.execute("INSERT INTO given VALUES (?, ?, ?, ?, ?)", (*cells, row_sum(*cells)))


def check_totals(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StateError where totals aren't those of the rows. Their checksums are right."""
    whose, so_far = "", 0
    for who, leads, total in connection.execute(
        "SELECT who, leads, total FROM given ORDER BY who, at"
    ):
        so_far = leads if who != whose else so_far + leads
        whose = who
        if total != so_far:
            raise damaged(path, "a row of `given` is gone")
