"""From format 7 to 8: each lead's row says where the lead stands, and by what it is asked for.

Format 7 knew of a lead whether it was touched and whether it was closed. Which of the two ends a
closed one came to, and which queue one waits in, is told from its events.
"""

import json
import sqlite3
from typing import Any, TypeAlias

from turnout.runtime.stores.sums import row_sum

_DECISIONS = (
    "CREATE TABLE decisions (seq INTEGER PRIMARY KEY, route TEXT NOT NULL, lead TEXT NOT NULL,"
    " decided INTEGER NOT NULL, last INTEGER NOT NULL, status TEXT NOT NULL,"
    " touched INTEGER NOT NULL, due INTEGER, expires INTEGER, queue TEXT, rank INTEGER NOT NULL,"
    " said TEXT, sum INTEGER NOT NULL, UNIQUE (route, lead))"
)
_INDEXES = (
    "CREATE INDEX overdue ON decisions (route, due) WHERE due IS NOT NULL",
    "CREATE INDEX expiring ON decisions (route, expires) WHERE expires IS NOT NULL",
    "CREATE INDEX waiting ON decisions (route, queue, rank DESC, seq) WHERE queue IS NOT NULL",
)
_FORMER = "seq, route, lead, decided, last, closed, touched, due, said"

_Standing: TypeAlias = "tuple[str, int, int | None, None, str | None, int]"
"""The cells that the step makes: see `details.standing_cells`. No lead is offered, none ranked."""


def say_statuses(connection: sqlite3.Connection) -> None:
    """Say of each lead where it stands.

    Raises KeyError, TypeError or ValueError where a row is not what was written.
    """
    connection.execute("ALTER TABLE decisions RENAME TO former")
    connection.execute("DROP INDEX overdue")
    connection.execute(_DECISIONS)
    for index in _INDEXES:
        connection.execute(index)
    for row in connection.execute(f"SELECT {_FORMER}, sum FROM former ORDER BY seq"):  # noqa: S608 - our own names
        if row_sum(*row[:-1]) != row[-1]:
            raise ValueError("a row is not what was written")
        *place, closed, touched, due, said = row[:-1]
        text = _detail(connection, place[3]) if said is None else said
        ending = _ending(connection, place[4], place[3]) if closed else ""
        cells = (*place, *standing_of(json.loads(text), ending, touched=touched, due=due), said)
        marks = ", ".join("?" * (len(cells) + 1))
        connection.execute(f"INSERT INTO decisions VALUES ({marks})", (*cells, row_sum(*cells)))  # noqa: S608 - question marks
    connection.execute("DROP TABLE former")


def _detail(connection: sqlite3.Connection, number: int) -> str:
    query = "SELECT detail FROM events WHERE seq = ?"
    return str(_event(connection.execute(query, (number,)).fetchone())[0])


def _ending(connection: sqlite3.Connection, last: int, decided: int) -> str:
    """Return the first event after the one that decided a closed lead that ended it."""
    ending = "closed"
    while last > decided:
        query = "SELECT kind, previous FROM events WHERE seq = ?"
        kind, last = _event(connection.execute(query, (last,)).fetchone())
        ending = kind if kind in {"closed", "converted"} else ending
    return ending


def _event(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise ValueError("an event is gone")
    return row


def standing_of(said: dict[str, Any], ending: str, *, touched: int, due: int | None) -> _Standing:
    """Return where a lead of format 7 stands. said: what stands for it. ending: "" for none.

    Raises KeyError where it isn't what was written.
    """
    decision = said["decision"]
    is_queued = decision["kind"] == "queue"
    first = "assigned" if _is_given(decision) else "unworked"
    status = ending or ("contacted" if touched else "queued" if is_queued else first)
    queue = _stored(decision["target"]) if status == "queued" else None
    return status, touched, None if touched or ending else due, None, queue, 0


def _is_given(decision: dict[str, Any]) -> bool:
    return decision["assignee"] is not None or decision["kind"] == "partner"


def _stored(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        return f"json:{json.dumps(name)}"
    return f"json:{json.dumps(name)}" if name.startswith("json:") else name
