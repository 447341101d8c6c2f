"""A state wherever it is: in a file, or on a server (the extra `postgres`).

What looks through a whole state, renames in it or carries it works on a file. A state on a
server is copied into one for that, and what was changed in it is put in place of the rest.
Erasing and pruning go step by step, where the state is.
"""

import tempfile
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from turnout.dsl.policy import Retention
from turnout.frozen import frozen
from turnout.runtime.stores import WAIT, StateError
from turnout.runtime.stores.carrying import exported, import_state
from turnout.runtime.stores.erasing import Erasure, erase
from turnout.runtime.stores.new_names import NewName
from turnout.runtime.stores.notes import index_path
from turnout.runtime.stores.pruning import Pruned, prune
from turnout.runtime.stores.rebuilding import Rebuilt, check_log, rebuild
from turnout.runtime.stores.renaming import rename
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts
from turnout.runtime.stores.sqlite import SqliteStore, copy_state, open_any, open_sqlite
from turnout.runtime.stores.sums import check_whole
from turnout.runtime.stores.totals import check_totals

if TYPE_CHECKING:
    from turnout.runtime.stores.server.postgres import PostgresStore

AnyStore: TypeAlias = "SqliteStore | PostgresStore"


@frozen
class Contents:
    """What a whole state has: whose it is, how many leads and events."""

    policy: str
    leads: int
    events: int


def open_state(
    at: Whereabouts, policy_name: str, teams: Collection[str], *, wait: float = WAIT
) -> AnyStore:
    """Return the state of a policy, which is made where there is none; see `open_sqlite`."""
    if not isinstance(at, ServerAddress):
        return open_sqlite(at, policy_name, teams, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.postgres import open_postgres  # noqa: PLC0415 - an extra

    return open_postgres(at, policy_name, teams, wait=wait)


def open_known(at: Whereabouts, *, wait: float = WAIT) -> AnyStore:
    """Return a state that there is, of whatever policy, for somebody who reads."""
    if not isinstance(at, ServerAddress):
        return open_any(at, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.postgres import open_any_server  # noqa: PLC0415

    return open_any_server(at, wait=wait)


def has_state(at: Whereabouts, *, wait: float = WAIT) -> bool:
    """Return whether there is something where a state is to be made."""
    if not isinstance(at, ServerAddress):
        return at.exists()
    _check_driver(at)
    from turnout.runtime.stores.server.copying import is_there  # noqa: PLC0415

    return is_there(at, wait=wait)


def copied(at: Whereabouts, into: Path, *, wait: float = WAIT) -> None:
    """Write a copy of a state as it stands to a new file; only read is the state."""
    if not isinstance(at, ServerAddress):
        copy_state(at, into, wait=wait)
        return
    _check_driver(at)
    from turnout.runtime.stores.server.copying import download  # noqa: PLC0415

    download(at, into, wait=wait)


def checked_whole(at: Whereabouts, *, wait: float = WAIT) -> Contents:
    """Look through all of a state. Raises StateError where it isn't whole."""
    with (
        _as_file(at, wait) as path,
        closing(open_any(path, wait=wait)) as store,
        store.read() as snapshot,
    ):
        connection = snapshot.connection
        check_whole(connection, path)
        check_totals(connection, path)
        (policy,) = connection.execute("SELECT value FROM meta WHERE key = 'policy'").fetchone()
        (leads,) = connection.execute("SELECT count(*) FROM decisions").fetchone()
        return Contents(policy, leads, check_log(connection, path))


def rebuilt(at: Whereabouts, *, is_written: bool, wait: float = WAIT) -> Rebuilt:
    """Make a state's projection of its log again, and compare or write it; see `rebuilding`."""
    if not isinstance(at, ServerAddress) or not is_written:
        with _as_file(at, wait) as path:
            return rebuild(path, is_written=is_written, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.copying import replaced  # noqa: PLC0415 - an extra

    with replaced(at, wait=wait) as path:
        return rebuild(path, is_written=True, wait=wait)


def exported_from(at: Whereabouts, *, wait: float = WAIT) -> Iterator[str]:
    """Yield the lines of a state as text; see `carrying`."""
    with _as_file(at, wait) as path:
        yield from exported(path, wait=wait)


def import_into(at: Whereabouts, lines: Iterable[str], name: str, *, wait: float = WAIT) -> int:
    """Make a state of its lines, and return how many events it has; see `carrying`."""
    if not isinstance(at, ServerAddress):
        return import_state(lines, at, name)
    if has_state(at, wait=wait):
        raise StateError(f"there is a state at {at} already", "name another schema: ?schema=NAME")
    from turnout.runtime.stores.server.copying import upload  # noqa: PLC0415 - an extra

    with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
        path = Path(folder) / "state.db"
        events = import_state(lines, path, name)
        upload(path, at, wait=wait)
    return events


def rename_in(at: Whereabouts, name: NewName, *, joins: bool = False, wait: float = WAIT) -> int:
    """Call something by its new name in a state; see `renaming`."""
    if not isinstance(at, ServerAddress):
        return rename(at, name, joins=joins, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.copying import replaced  # noqa: PLC0415 - an extra

    with replaced(at, wait=wait) as path:
        return rename(path, name, joins=joins, wait=wait)


def erase_in(at: Whereabouts, erasure: Erasure, *, wait: float = WAIT) -> tuple[str, ...]:
    """Erase leads in a state; see `erasing`."""
    if not isinstance(at, ServerAddress):
        _forget_index(at)
        return erase(at, erasure, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.forgetting import erase_on_server  # noqa: PLC0415 - an extra

    return erase_on_server(at, erasure, wait=wait)


def prune_in(
    at: Whereabouts, retention: Retention, moment: datetime, *, wait: float = WAIT
) -> Pruned:
    """Take out of a state what is kept no longer; see `pruning`."""
    if not isinstance(at, ServerAddress):
        _forget_index(at)
        return prune(at, retention, moment, wait=wait)
    _check_driver(at)
    from turnout.runtime.stores.server.forgetting import prune_on_server  # noqa: PLC0415 - an extra

    return prune_on_server(at, retention, moment, wait=wait)


def _forget_index(path: Path) -> None:
    """Delete what was read of a log, of which something is about to go; it is made anew."""
    with suppress(OSError):
        index_path(path).unlink()


@contextmanager
def _as_file(at: Whereabouts, wait: float) -> Generator[Path, None, None]:
    """Give the path of the state, or of a copy."""
    if not isinstance(at, ServerAddress):
        yield at
        return
    with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
        path = Path(folder) / "state.db"
        copied(at, path, wait=wait)
        yield path


def _check_driver(at: ServerAddress) -> None:
    if find_spec("psycopg") is None:
        raise StateError(
            f"the state {at} is on a PostgreSQL server, for which an extra is needed",
            "pip install 'turnout[postgres]'",
        )
