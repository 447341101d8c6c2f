"""From format 7 to 8: what an event says becomes short, and a version of the policy has its text.

Format 7 wrote each decision in full, with names for all of its parts and its times as text. The
same is said in a third of the room (see `details`), and nothing of it is lost. Of versions of the
policy that were in force before nothing but the hash is known.
"""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from turnout.runtime.stores.sums import row_sum

OUTBOX = (
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, event INTEGER NOT NULL, endpoint TEXT NOT NULL,"
    " body TEXT NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " state TEXT NOT NULL, sum INTEGER NOT NULL)"
)
_DUE = "CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'due'"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def shorten_events(connection: sqlite3.Connection) -> None:
    """Say what events say in their short form, and make room for what is new.

    Raises KeyError, TypeError or ValueError where something isn't what was written.
    """
    ats = _shorten_log(connection)
    _shorten_leads(connection, ats)
    connection.execute("ALTER TABLE versions ADD COLUMN source TEXT")
    found = connection.execute("SELECT id, hash, since, sum FROM versions").fetchall()
    for *cells, sum_ in found:
        _check(tuple(cells), sum_)
        connection.execute(
            "UPDATE versions SET sum = ? WHERE id = ?", (row_sum(*cells, None), cells[0])
        )
    connection.execute(OUTBOX)
    connection.execute(_DUE)


def _shorten_log(connection: sqlite3.Connection) -> dict[int, int | None]:
    """Return when the events happened for which something is said beside their lead."""
    wanted = connection.execute("SELECT decided FROM decisions WHERE said IS NOT NULL")
    ats: dict[int, int | None] = {int(seq): None for (seq,) in wanted}
    query = (
        "SELECT seq, previous, kind, route, lead, at, recorded_at, actor, version, detail, sum"
        " FROM events ORDER BY seq"
    )
    for *cells, sum_ in connection.execute(query):
        _check(tuple(cells), sum_)
        seq, at, text = cells[0], cells[5], cells[9]
        if seq in ats:
            ats[seq] = at
        short = shortened(text, at)
        cells[9] = short
        connection.execute(
            "UPDATE events SET detail = ?, sum = ? WHERE seq = ?", (short, row_sum(*cells), seq)
        )
    return ats


def _shorten_leads(connection: sqlite3.Connection, ats: dict[int, int | None]) -> None:
    query = (
        "SELECT seq, route, lead, decided, last, status, touched, due, expires, queue, rank, said,"
        " sum FROM decisions WHERE said IS NOT NULL ORDER BY seq"
    )
    for *cells, sum_ in connection.execute(query).fetchall():
        _check(tuple(cells), sum_)
        cells[-1] = shortened(cells[-1], ats[cells[3]])
        connection.execute(
            "UPDATE decisions SET said = ?, sum = ? WHERE seq = ?",
            (cells[-1], row_sum(*cells), cells[0]),
        )


def _check(cells: tuple[Any, ...], sum_: int) -> None:
    if row_sum(*cells) != sum_:
        raise ValueError("a row is not what was written")


def shortened(text: str, at: int | None) -> str:
    """Return what format 7 says of an event that happened at a moment, as format 8 says it.

    Raises AttributeError, KeyError, TypeError or ValueError where it said no such thing.
    """
    said: dict[str, Any] = json.loads(text)
    short: dict[str, Any] = {}
    if "decision" in said:
        short = _decision(said["decision"], at)
        short["print"] = said["fingerprint"]
        if "watch" in said:
            short["watch"] = said["watch"]
    if "after" in said:
        short["after" if "to" in short else "to"] = said["after"]
    for name, new in (("before", "from"), ("draw", "draw")):
        if name in said:
            short[new] = said[name]
    for name in ("hop", "reason", "name"):
        if said.get(name):
            short[name] = said[name]
    return json.dumps(short, separators=(",", ":"))


def _decision(of: dict[str, Any], at: int | None) -> dict[str, Any]:
    rule, when = of["rule"], _instant(of["at"])
    short: dict[str, Any] = {} if rule is None else {"rule": rule}
    if rule is None or of["by"] != f"rule {rule}":
        short["by"] = of["by"]
    short["to"] = [of["kind"], of["target"], of["assignee"]]
    if when != at:
        short["at"] = when
    if of.get("due") is not None:
        short["due"] = _instant(of["due"])
    if of["row"] is not None:
        short["row"] = of["row"]
    if of["passed_over"]:
        short["passed"] = [[each["target"], each["reason"]] for each in of["passed_over"]]
    if of["issues"]:
        short["issues"] = [[each["field"], each["raw"], each["reason"]] for each in of["issues"]]
    if of.get("actions"):
        short["do"] = [[each["kind"], *each["arguments"]] for each in of["actions"]]
    if of.get("duplicate_of") is not None:
        short["duplicate_of"] = of["duplicate_of"]
    if of.get("looked_up"):
        names = "field", "by", "value", "table", "line", "row", "percent"
        short["looked_up"] = [[each[name] for name in names] for each in of["looked_up"]]
    return short


def _instant(at: str) -> int:
    return (datetime.fromisoformat(at) - _EPOCH) // _MICROSECOND
