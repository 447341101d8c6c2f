"""Erasing and pruning on a server, in small steps: nobody waits longer than for one of them.

A step holds the state's own lock, so that no batch is at work. What has to be looked for all
through the log is looked for before, without a lock.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from secrets import token_hex
from typing import Any, Literal

from turnout.dsl.policy import Retention
from turnout.frozen import define
from turnout.runtime.absences import Absences, absences_of
from turnout.runtime.said_texts import check_said
from turnout.runtime.stores import WAIT, StateError
from turnout.runtime.stores.cells import json_read, loaded
from turnout.runtime.stores.erasing import (
    Erasure,
    check_known,
    erase_lead,
    leads_of,
    take_name,
    written_forms,
)
from turnout.runtime.stores.forgotten_rows import (
    AT_ONCE,
    FIRST_OF_CHAIN,
    LOOKED_AT,
    OF_VALUES,
    SAYING,
    StateRow,
)
from turnout.runtime.stores.kept import ABSENCES
from turnout.runtime.stores.pruning import Pruned, pruned
from turnout.runtime.stores.server.copying import row_received, row_sent
from turnout.runtime.stores.server.encoded import sent
from turnout.runtime.stores.server.locations import ServerAddress
from turnout.runtime.stores.server.postgres import connected, open_any_server, told
from turnout.runtime.stores.server.schemas import (
    Connection,
    counted_from,
    in_schema,
    lock_key,
    said,
)
from turnout.runtime.stores.sums import ROWS
from turnout.runtime.stores.tombstones import SALT

_WINDOW = 10_000
_FOUND_BY = ("rule", "holder", "former")


def erase_on_server(at: ServerAddress, erasure: Erasure, *, wait: float = WAIT) -> tuple[str, ...]:
    """Erase leads, as `erase` does in a file; of those that were begun none is half erased.

    The id is taken out of what is said of others first, so that it can be asked again where it
    was broken off. Afterwards the tables are vacuumed.
    """
    check_said(erasure.actor, erasure.reason)
    with _opened(at, wait) as connection:
        looked = ServerRows(connection, at)
        with told(at):
            found = leads_of(erasure, looked)
            check_known(found, looked, at)
        graves: list[str] = []
        for lead in found:
            since = _newest(connection, at)
            for numbers in looked.windows_naming(lead):
                with _step(connection, at) as rows:
                    rows.only = numbers
                    take_name(rows, lead)
            with _step(connection, at) as rows:
                rows.since = since
                take_name(rows, lead)
                graves.append(erase_lead(rows, erasure, lead))
        with told(at):
            for table in ("events", "decisions", "seen", "outbox"):
                connection.execute(in_schema(at, f"VACUUM {{s}}.{table}"))
    return tuple(graves)


def prune_on_server(
    at: ServerAddress, retention: Retention, moment: datetime, *, wait: float = WAIT
) -> Pruned:
    """Take out what is kept no longer at a moment, as `prune` does in a file."""
    with _opened(at, wait) as connection:
        return pruned(lambda: _step(connection, at), retention, moment)


@contextmanager
def _opened(at: ServerAddress, wait: float) -> Generator[Connection, None, None]:
    open_any_server(at, wait=wait).close()  # which brings it up to date
    with told(at):
        connection = connected(at, wait)
    with closing(connection):
        yield connection


@contextmanager
def _step(connection: Connection, at: ServerAddress) -> Generator["ServerRows", None, None]:
    """Give the rows in a transaction while which nobody else writes."""
    with told(at), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(at, "state"),))
        yield ServerRows(connection, at)


def _newest(connection: Connection, at: ServerAddress) -> int:
    """Return from which transaction on events may come that aren't there yet."""
    query = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    with told(at):
        row = connection.execute(query).fetchone()
        assert row is not None
        return counted_from(connection, at) + int(row[0])


@define(eq=False)
class ServerRows:
    """`ForgottenRows` of a server.

    since: only events of this transaction and later ones are looked through for names, and leads
    not at all. only: rows that are looked through for names, by table; None for all.
    """

    connection: Connection
    at: ServerAddress
    since: int | None = None
    only: dict[str, list[int]] | None = None

    def salt(self) -> str:
        """Return the salt of tombstones."""
        salt = said(self.connection, self.at).get(SALT)
        if salt is None:
            salt = token_hex(16)
            self._do("INSERT INTO {s}.meta VALUES (%s, %s)", SALT, salt)
        return salt

    def said(self, text: str) -> dict[str, Any]:
        """Return what a row says."""
        try:
            return dict(json_read(text))
        except (RecursionError, TypeError, ValueError) as error:
            raise self._damaged(f"{text[:40]!r} is not what was written") from error

    def _damaged(self, what: str) -> StateError:
        return StateError(
            f"the state {self.at} is damaged: {what}", "restore its schema from a backup"
        )

    def of_lead(self, lead: str) -> Sequence[StateRow]:
        """Return the rows of a lead."""
        return self._rows("decisions", "lead = %s", sent(lead))

    def event(self, number: int) -> StateRow:
        """Return one event."""
        found = self._rows("events", "seq = %s", number)
        if not found:
            raise self._damaged(f"event {number} is gone")
        return found[0]

    def naming(
        self, table: Literal["events", "decisions"], lead: str, texts: Sequence[str]
    ) -> Sequence[StateRow]:
        """Return rows of others that have one of the texts."""
        if self.only is not None:
            return self._rows(table, "seq = ANY (%s)", self.only[table])
        if self.since is not None and table == "decisions":
            return ()
        where = f"lead <> %s AND ({_has(table, texts)})"
        cells: list[object] = [sent(lead), *texts]
        if self.since is not None:
            where, cells = f"turn >= %s AND {where}", [self.since, *cells]
        return self._rows(table, where, *cells)

    def windows_naming(self, lead: str) -> Iterator[dict[str, list[int]]]:
        """Yield the numbers of rows that name a lead which they aren't of; nothing is locked."""
        texts = written_forms(lead)
        for table in SAYING:
            after: int | None = 0
            while after is not None:
                query = (
                    f"SELECT max(seq), json_agg(seq) FILTER (WHERE lead <> %s AND"
                    f" ({_has(table, texts)})) FROM (SELECT * FROM {{s}}.{table} WHERE seq > %s"
                    f" ORDER BY seq LIMIT {_WINDOW}) w"
                )
                with told(self.at):
                    ((after, found),) = self._all(query, sent(lead), *texts, after)
                for first in range(0, len(found or ()), AT_ONCE):
                    some: list[int] = found[first : first + AT_ONCE]
                    yield {each: some if each == table else [] for each in SAYING}

    def absences(self) -> Absences:
        """Return who is away or paused."""
        return absences_of(json_read(said(self.connection, self.at).get(ABSENCES, "[]")))

    def open_leads(self, who: str) -> int | None:
        """Return how many open leads somebody has."""
        return next((leads for _, leads in self._rows("load", "person = %s", sent(who))), None)

    def with_values(self) -> Iterator[StateRow]:
        """Yield the events that have values, a page at a time."""
        has = "strpos(detail, '\"values\"') > 0 OR strpos(detail, '\"hashed\"') > 0"
        after = 0
        while page := self._rows(
            "events", f"seq > %s AND ({has}) ORDER BY seq LIMIT {_WINDOW}", after
        ):
            yield from page
            after = page[-1][0]

    def remembered(self, key: str) -> Sequence[StateRow]:
        """Return what is remembered under a key."""
        return self._rows("seen", "key = %s", key)

    def aged_values(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return some events that have values."""
        says = " OR ".join(f"detail::json->'{name}' IS NOT NULL" for name in OF_VALUES)
        return self._aged("events", f"at < %s AND ({says})", before, after)

    def beside(self, decided: int) -> Sequence[StateRow]:
        """Return leads that say something in place of an event."""
        first = FIRST_OF_CHAIN.replace("{mark}", "%s")
        where = f"seq = ({first}) AND decided = %s AND said IS NOT NULL"
        return self._rows("decisions", where, decided, decided)

    def aged_leads(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return some leads whose last event is older."""
        where = (
            "last < (SELECT max(seq) FROM {s}.events) AND (SELECT e.at < %s AND"
            " strpos(e.detail, '\"gone\":') = 0 FROM {s}.events e WHERE e.seq = last)"
        )
        return self._aged("decisions", where, before, after)

    def _aged(
        self, table: str, where: str, before: int, after: int
    ) -> tuple[Sequence[StateRow], int | None]:
        next_ones = f"SELECT seq FROM {{s}}.{table} WHERE seq > %s ORDER BY seq"
        found = self._all(f"{next_ones} LIMIT 1 OFFSET {LOOKED_AT}", after)
        end = int(found[0][0]) if found else None
        upto = "" if end is None else f" AND seq <= {end}"
        where = f"{where} AND seq > %s{upto} ORDER BY seq"
        return self._rows(table, where, before, after), end

    def replace(self, table: str, cells: StateRow) -> None:
        """Put a row in place of another."""
        names, told_cells = ROWS[table], row_sent(table, cells, 0)
        if table == "events":  # when it was written stays
            names = (*names, *_FOUND_BY)
            told_cells = (told_cells[0], *told_cells[2:])
        changed = ", ".join(f"{name} = %s" for name in names[1:])
        self._do(
            f"UPDATE {{s}}.{table} SET {changed} WHERE {names[0]} = %s",
            *told_cells[1:],
            told_cells[0],
        )

    def append(self, cells: StateRow) -> int:
        """Append an event."""
        ((number, turn),) = self._all(
            "SELECT nextval('{s}.event_numbers'), pg_current_xact_id()::text::bigint"
        )
        base = int(said(self.connection, self.at)["base"])
        row = row_sent("events", (number, *cells), base + turn)
        marks = ", ".join(["%s"] * len(row))
        self._do(f"INSERT INTO {{s}}.events VALUES ({marks})", *row)
        return int(number)

    def drop_events(self, numbers: Sequence[int]) -> None:
        """Take events out."""
        self._do("DELETE FROM {s}.events WHERE seq = ANY (%s)", [*numbers])

    def drop_deliveries(self, numbers: Sequence[int]) -> None:
        """Take out who is to be told."""
        self._do("DELETE FROM {s}.outbox WHERE event = ANY (%s)", [*numbers])

    def drop_seen(self, lead: str, route: str | None = None) -> None:
        """Take out what a lead is remembered under."""
        id_ = sent(loaded(lead))
        if route is None:
            self._do("DELETE FROM {s}.seen WHERE lead = %s", id_)
        else:
            self._do("DELETE FROM {s}.seen WHERE route = %s AND lead = %s", sent(route), id_)

    def _rows(self, table: str, where: str, *cells: object) -> Sequence[StateRow]:
        query = f"SELECT {', '.join(ROWS[table])} FROM {{s}}.{table} WHERE {where}"
        return [row_received(table, row) for row in self._all(query, *cells)]

    def _all(self, query: str, *cells: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(in_schema(self.at, query), cells).fetchall()

    def _do(self, query: str, *cells: object) -> None:
        self.connection.execute(in_schema(self.at, query), cells)


def _has(table: str, texts: Sequence[str]) -> str:
    """Return that a row has one of some texts in what it says."""
    name = ROWS[table][SAYING[table]]
    return " OR ".join([f"strpos({name}, %s) > 0"] * len(texts))
