"""Statements that a connection keeps ready, called in one message with what goes with them.

A message of several statements is one round trip, and costs the client much less than a pipeline.
What a statement is told stands in it as literals, which the driver escapes.
"""

from typing import Any

from psycopg.pq import Escaping, abc

from turnout.frozen import attribute, define
from turnout.runtime.stores.server.schemas import Connection

_ONCE_AND_FOR_ALL = "SET plan_cache_mode = force_generic_plan"


@define(eq=False)
class Prepared:
    """The statements that a connection has ready. names: by their text."""

    connection: Connection
    names: dict[bytes, bytes] = attribute(factory=dict[bytes, bytes], init=False)
    _escaping: abc.Escaping = attribute(init=False)

    def __attrs_post_init__(self) -> None:
        """Have the driver escape what is told; it keeps nothing ready itself.

        What it had it would drop after a rollback, and these with it.
        """
        self.connection.prepare_threshold = None
        self._escaping = Escaping(self.connection.pgconn)

    def call(self, statement: bytes, *cells: str) -> bytes:
        """Return the call of a statement, which is made ready the first time."""
        name = self.names.get(statement)
        if name is None:
            if not self.names:
                self.connection.execute(_ONCE_AND_FOR_ALL)
            name = b"turnout_%d" % len(self.names)
            self.connection.execute(b"PREPARE %s AS %s" % (name, statement), prepare=False)
            self.names[statement] = name
        told = b", ".join(self._escaping.escape_literal(cell.encode()) for cell in cells)
        return b"EXECUTE %s(%s)" % (name, told) if cells else b"EXECUTE %s" % name

    def send(self, *calls: bytes) -> None:
        """Do all of them in one round trip."""
        self.connection.execute(b"; ".join(calls), prepare=False)

    def ask(self, *calls: bytes) -> Any:  # noqa: ANN401 - a cell of any type
        """Do all of them in one round trip, and return the first cell of the last."""
        cursor = self.connection.execute(b"; ".join(calls), prepare=False)
        for _ in calls[1:]:
            cursor.nextset()
        row = cursor.fetchone()
        return None if row is None else row[0]
