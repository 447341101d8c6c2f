"""A state of the last format that wrote each decision in full is shortened, and loses nothing."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import fresh, gone_afterwards
from turnout.runtime.events import Event
from turnout.runtime.stores import Recorded, StateError, Store
from turnout.runtime.stores.anywhere import checked_whole, open_state
from turnout.runtime.stores.sqlite import open_sqlite
from turnout.runtime.stores.upgrades import FORMAT

SUPPORT = Path(__file__).parents[1] / "support"
WRITTEN = (SUPPORT / "seventh_format.sql").read_text("ascii")
"""The statements of a state that Turnout wrote in format 7."""
EXPECTED: dict[str, Any] = json.loads((SUPPORT / "seventh_format.json").read_text("ascii"))
"""What that Turnout itself answered from it."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(WRITTEN)
    return path


def test_every_event_and_decision_is_as_it_was(path: Path) -> None:
    size = sum(len(text) for (text,) in details(path))
    with closing(open_sqlite(path, "inbound", ["sellers"])) as store:
        assert_as_it_was(store)
    assert checked_whole(path).events == len(EXPECTED["events"])
    assert sum(len(text) for (text,) in details(path)) < size * 0.55
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)


def details(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT detail FROM events").fetchall()


def assert_as_it_was(store: Store) -> None:
    with store.read() as reader:
        assert [as_written(event) for event in reader.events()] == EXPECTED["events"]
    with store.begin() as transaction:
        assert [standing(each) for each in transaction.log()] == EXPECTED["log"]


def as_written(event: Event) -> dict[str, Any]:
    """Return what format 7 said of an event."""
    data: dict[str, Any] = json.loads(json.dumps(event.as_dict()))
    for name in data.keys() - EXPECTED["events"][0].keys():
        assert not data.pop(name), name  # what later formats say besides
    if data["draw"] is not None:
        assert (data["draw"].pop("available"), data["draw"].pop("of")) == (0, 0)
    return data


def standing(recorded: Recorded) -> dict[str, Any]:
    return {
        "decision": recorded.decision.as_dict(),
        "fingerprint": recorded.fingerprint,
        "closed": recorded.closed,
        "touched": recorded.touched,
        "watch": json.loads(json.dumps(recorded.watch and recorded.watch.as_dict())),
    }


@pytest.mark.parametrize(
    "change",
    [
        "events SET detail = '{}' WHERE seq = 3",
        "events SET detail = replace(detail, 'ana', 'ben')",
        "decisions SET said = replace(said, 'cleo', 'ben')",
        "versions SET since = 1",
    ],
)
def test_a_row_that_is_not_what_was_written_is_not_made_right(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {change}")
        connection.commit()
    with pytest.raises(StateError, match="is damaged"):
        open_sqlite(path, "inbound", ["sellers"])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_state_on_a_server_is_shortened_too(path: Path) -> None:
    with gone_afterwards(fresh()) as at:
        import psycopg  # noqa: PLC0415 - the tests above need no server

        from turnout.runtime.stores.server import schemas  # noqa: PLC0415

        with psycopg.connect(at.conninfo) as connection, closing(sqlite3.connect(path)) as file:
            connection.execute(schemas.in_schema(at, "CREATE SCHEMA {s}"))
            connection.execute(schemas.in_schema(at, schemas.FIRST))
            meta = ("application", "turnout state"), ("format", "1"), ("base", "0")
            for table, rows in (
                ("meta", [*meta, ("policy", "inbound")]),
                ("versions", file.execute("SELECT id, hash, since FROM versions")),
                (
                    "events",
                    file.execute(
                        "SELECT seq, 1, previous, kind, route, lead, at, recorded_at, actor,"
                        " version, detail, NULL, NULL, NULL FROM events"
                    ),
                ),
                (
                    "decisions",
                    file.execute(
                        "SELECT seq, route, lead, decided, last, closed, touched, due, said"
                        " FROM decisions"
                    ),
                ),
                ("load", file.execute("SELECT person, open FROM load")),
            ):
                copied = schemas.in_schema(at, f"COPY {{s}}.{table} FROM STDIN")
                with connection.cursor().copy(copied) as copy:
                    for row in rows:
                        copy.write_row(row)
        with closing(open_state(at, "inbound", ["sellers"])) as store:
            assert_as_it_was(store)
        assert checked_whole(at).leads == len(EXPECTED["log"])
