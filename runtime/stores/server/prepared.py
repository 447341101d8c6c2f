"""Statements that a connection keeps ready, called in one message with what goes with them.

A message of several statements is one round trip, and costs the client much less than a pipeline.
What a statement is told stands in it as literals, which the driver escapes.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, Escaping, ExecStatus, abc

from turnout.frozen import attribute, define
from turnout.runtime.stores.cells import json_read
from turnout.runtime.stores.server.schemas import Connection

_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
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
        self._done(calls)

    def ask(self, *calls: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Do all of them in one round trip, and return the JSON in the first cell of the last."""
        cell = self._done(calls).get_value(0, 0)
        return None if cell is None else json_read(cell)

    def _done(self, calls: Sequence[bytes]) -> abc.PGresult:
        """Return the last result. Raises psycopg.Error.

        By the library below the driver, whose cursors take a fifth of an assignment.
        """
        result = self.connection.pgconn.exec_(b"; ".join(calls))
        if result.status not in _DONE:
            error = error_from_result(result)
            is_lost = self.connection.pgconn.status == ConnStatus.BAD
            raise OperationalError(str(error)) if is_lost else error
        return result
