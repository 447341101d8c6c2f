"""What is wrong with a state on a server, in words, from what the server or the driver said.

The codes are those of https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from turnout.runtime.stores import StateError
from turnout.runtime.stores.server.locations import ServerAddress


class OvertakenError(Exception):
    """Somebody else wrote what this batch had read, or the server called it off: once more.

    is_late: leads were counted at a later moment meanwhile.
    """

    def __init__(self, *, is_late: bool = False) -> None:
        super().__init__()
        self.is_late = is_late


class LostError(Exception):
    """The connection broke."""


_FAILURES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("28",),
        "{at} doesn't let this user in: {reason}",
        "give the password in the address, in PGPASSWORD or in ~/.pgpass",
    ),
    (
        ("3D000",),
        "there is no such database: {at}",
        "make it with `createdb`, or name another one",
    ),
    (
        ("42501",),
        "{at} can't be used by this user: {reason}",
        "the user needs CREATE on the database for a new state, and all rights on its schema",
    ),
    (
        ("25006",),
        "{at} can only be read",
        "name the server that is written to: this one is a standby, or set to read only",
    ),
    (
        ("55P03",),
        "another run is using the state {at}",
        "runs that share a state take turns; give it longer with --wait (`wait` in Python)",
    ),
    (
        ("53100", "53200", "53300", "53400"),
        "the server of {at} is short of something: {reason}",
        "run again when it has room: the state is as it was before this batch",
    ),
    (
        ("57014",),
        "the server broke off what was asked of {at}: {reason}",
        "give it more time (statement_timeout), and run again",
    ),
    (
        ("26000", "42P05"),
        "what is before the server of {at} doesn't keep to a session: {reason}",
        "name the server itself, or have the pooler give a session to each connection",
    ),
    (
        ("XX001", "XX002"),
        "the state {at} is damaged: {reason}",
        "restore the database from a backup",
    ),
    (
        ("42P01", "42703", "3F000"),
        "the state {at} is damaged: {reason}",
        "its tables are not those that were made: restore the schema from a backup",
    ),
)
_AGAIN = ("40001", "40P01")
_GONE = ("57P01", "57P02", "57P03", "08")


@contextmanager
def server_errors(at: ServerAddress) -> Generator[None, None, None]:
    """Turn what the driver raises in the block into a `StateError`, or into what is done again."""
    try:
        yield
    except psycopg.Error as error:
        raise described(error, at) from error


def described(error: psycopg.Error, at: ServerAddress) -> Exception:
    """Return the failure in words, or why the batch is to be decided again."""
    code = error.sqlstate or ""
    if code.startswith(_AGAIN):
        return OvertakenError()
    if isinstance(error, psycopg.errors.UniqueViolation):
        return OvertakenError()
    if isinstance(error, psycopg.errors.NotNullViolation):
        return OvertakenError(is_late=error.diag.column_name == "latest")
    if code.startswith(_GONE) or (not code and isinstance(error, psycopg.OperationalError)):
        return LostError(reason(error))
    for codes, message, remedy in _FAILURES:
        if code.startswith(codes):
            return StateError(message.format(at=at, reason=reason(error)), remedy)
    return StateError(f"the state {at} can't be used: {reason(error)}", "see the server's log")


def unreachable(at: ServerAddress, reason: str) -> StateError:
    """Return the failure of a server that doesn't answer."""
    return StateError(
        f"the server of {at} can't be reached: {reason}",
        "start it, or name another one; --wait (`wait` in Python) says how long it is tried",
    )


def reason(error: BaseException) -> str:
    """Return the first line of what was said."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
