"""Counts of leads given: those of counting each one, whatever the order in which they came."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import attrs
import pytest

from tests.support.routing_loop import POLICY, assigned
from turnout.runtime.stores import StateError, Store, microseconds
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.sqlite import open_sqlite
from turnout.runtime.stores.sums import row_sum

START = microseconds(datetime(2026, 11, 23, 9, tzinfo=UTC))
LAST = 60


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_period_holds_what_was_given_in_it(tmp_path: Path, kind: str, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same leads each time
    path = tmp_path / "s.db"
    store: Store = MemoryStore() if kind == "memory" else open_sqlite(path, POLICY, [])
    given: dict[str, list[int]] = {"ana": [], "ben": []}
    with closing(store):
        at = LAST // 2
        for batch in range(30):
            with store.begin() as transaction:
                for lead in range(random.randint(0, 4)):
                    if random.random() < 0.5:  # mostly on, at times to any moment at all
                        at = random.choice((at, min(at + 1, LAST), random.randrange(LAST)))
                    who = random.choice(("ana", "ben"))
                    decision = assigned(f"{batch}-{lead}", who)
                    moment = datetime.fromtimestamp((START + at) / 1e6, UTC)
                    moment = moment.replace(microsecond=at)
                    transaction.record(attrs.evolve(decision, at=moment), "abc")
                    given[who].append(START + at)
                for _ in range(6):
                    start = START + random.randrange(LAST)
                    end = start + random.randrange(LAST)
                    for who, moments in given.items():
                        wanted = sum(start <= each < end for each in moments)
                        assert transaction.given(f"person {who}", start, end) == wanted
    if kind == "sqlite":
        open_sqlite(path, POLICY, []).close()  # which looks through it
        counted = Counter(given["ana"])
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute("SELECT at, leads FROM given WHERE who = 'person ana'")
            assert dict(rows.fetchall()) == counted


def test_a_count_that_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with closing(open_sqlite(path, POLICY, [])) as store:
        for lead in range(3):
            with store.begin() as transaction:
                at = datetime(2026, 11, 23, 9, lead, tzinfo=UTC)
                transaction.record(attrs.evolve(assigned(str(lead), "ana"), at=at), "abc")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM given WHERE total = 2")
        connection.commit()
    with pytest.raises(StateError, match="a row of `given` is gone"):
        open_sqlite(path, POLICY, [])


def test_totals_of_a_day_are_as_quick_as_those_of_an_hour(tmp_path: Path) -> None:
    """Steps of SQLite's machine, not seconds: the same on any computer."""
    path, many = tmp_path / "s.db", 20_000
    with closing(open_sqlite(path, POLICY, [])) as store, store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
    with closing(sqlite3.connect(path)) as connection:
        rows = [("person ben", START + at, 1, at + 1) for at in range(many)]
        connection.executemany(
            "INSERT INTO given VALUES (?, ?, ?, ?, ?)", [(*row, row_sum(*row)) for row in rows]
        )
        connection.commit()
    with closing(open_sqlite(path, POLICY, [])) as store, store.begin() as transaction:
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        store._connection.set_progress_handler(step, 1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        assert transaction.given("person ben", START, START + many) == many
        assert transaction.given("person ben", START + 1, START + many - 1) == many - 2
        store._connection.set_progress_handler(None, 0)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert steps < 200
