"""The outbox of a state on a server; see `deliveries`. Nobody who routes is held up by it."""

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from turnout.runtime.stores.deliveries import LEASE, OutboxRow, firsts
from turnout.runtime.stores.server.locations import ServerAddress
from turnout.runtime.stores.server.postgres import connected, open_any_server, told
from turnout.runtime.stores.server.schemas import Connection, in_schema

_WINDOW = 1_000
_COLUMNS = "id, event, endpoint, body, next_at, attempts, state"
_FIRST_WORD = "split_part(state, ' ', 1)"


@contextmanager
def open_server_outbox(at: ServerAddress, *, wait: float) -> Generator["ServerOutbox", None, None]:
    """Give the outbox of a state that there is. Raises StateError."""
    open_any_server(at, wait=wait).close()  # which brings it up to date
    with told(at):
        connection = connected(at, wait)
    with closing(connection):
        yield ServerOutbox(connection, at)


class ServerOutbox:
    """An `Outbox` on a server. Each statement is a transaction."""

    def __init__(self, connection: Connection, at: ServerAddress) -> None:
        self._connection = connection
        self._at = at

    def take(self, endpoint: str, now: int, limit: int) -> list[OutboxRow]:
        """Return rows that are due; what somebody else took meanwhile is theirs."""
        found = self._rows(
            "endpoint = %s AND state = 'due' ORDER BY id LIMIT %s", endpoint, _WINDOW
        )
        wanted = {row.id: row for row in firsts(found, now, limit)}
        if not wanted:
            return []
        until = now + LEASE // timedelta(microseconds=1)
        taken = self._do(
            "UPDATE {s}.outbox o SET next_at = %s, attempts = attempts + 1 FROM"
            " unnest(%s::bigint[], %s::bigint[]) w (id, next_at) WHERE o.id = w.id"
            " AND o.state = 'due' AND o.next_at = w.next_at RETURNING o.id",
            until,
            [*wanted],
            [row.next_at for row in wanted.values()],
        )
        return [wanted[id_] for id_ in sorted(int(id_) for (id_,) in taken)]

    def settle(self, rows: Sequence[OutboxRow]) -> None:
        """Write down what became of rows."""
        self._do(
            "UPDATE {s}.outbox o SET next_at = w.next_at, attempts = w.attempts, state = w.state"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[])"
            " w (id, next_at, attempts, state) WHERE o.id = w.id RETURNING o.id",
            [row.id for row in rows],
            [row.next_at for row in rows],
            [row.attempts for row in rows],
            [row.state for row in rows],
        )

    def rows(self, endpoint: str | None, states: Collection[str], after: int) -> list[OutboxRow]:
        """Return a page of rows."""
        return self._rows(
            f"id > %s AND {_FIRST_WORD} = ANY (%s) AND (%s::text IS NULL OR endpoint = %s)"
            f" ORDER BY id LIMIT {_WINDOW}",
            after,
            [*states],
            endpoint,
            endpoint,
        )

    def revive(self, ids: Collection[int], now: int) -> None:
        """Make rows due now."""
        self._do(
            "UPDATE {s}.outbox SET next_at = %s, attempts = 0, state = 'due'"
            " WHERE id = ANY (%s) RETURNING id",
            now,
            [*ids],
        )

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many rows there are."""
        query = f"SELECT endpoint, {_FIRST_WORD}, count(*) FROM {{s}}.outbox GROUP BY 1, 2"
        found = self._do(f"{query} ORDER BY 1, 2")
        return {(endpoint, state): count for endpoint, state, count in found}

    def next_at(self, endpoint: str) -> int | None:
        """Return when something is due next."""
        query = "SELECT min(next_at) FROM {s}.outbox WHERE state = 'due' AND endpoint = %s"
        ((found,),) = self._do(query, endpoint)
        return None if found is None else int(found)

    def policy(self) -> str:
        """Return the name of the policy."""
        ((name,),) = self._do("SELECT value FROM {s}.meta WHERE key = 'policy'")
        return str(name)

    def _rows(self, where: str, *cells: object) -> list[OutboxRow]:
        query = f"SELECT {_COLUMNS} FROM {{s}}.outbox WHERE {where}"
        return [OutboxRow(*row) for row in self._do(query, *cells)]

    def _do(self, query: str, *cells: object) -> list[tuple[Any, ...]]:
        with told(self._at):
            if self._connection.closed:
                self._connection = connected(self._at, 5.0)
            return self._connection.execute(in_schema(self._at, query), cells).fetchall()
