"""Ids of leads of which nothing is known any more but that they were decided.

Such a lead stands under a hash of its id and of a salt that the state makes when it first needs
one. So the same id is recognised when it comes again, and nobody reads it in the state. Whoever
has the state and can guess an id can still find out whether it was there.
"""

import json
import secrets
import sqlite3
from hashlib import sha256
from pathlib import Path

from turnout.runtime.said_texts import is_encodable
from turnout.runtime.stores.cells import stored
from turnout.runtime.stores.sums import checked, row_sum

TOMBSTONE = "erased:"
SALT = "salt"
"""The key in `meta` of the salt."""

_DIGITS = 32


def tombstone(salt: str, lead: str) -> str:
    """Return what a lead stands under from then on.

    As a server computes it from the id as it holds it, see `server.encoded`.
    """
    text = f"json:{json.dumps(lead)}" if "\0" in lead and is_encodable(lead) else stored(lead)
    return TOMBSTONE + sha256(f"{salt}{text}".encode()).hexdigest()[:_DIGITS]


def is_tombstone(lead: str) -> bool:
    """Return whether a lead stands under its hash.

    >>> is_tombstone("erased:00112233445566778899aabbccddeeff"), is_tombstone("L-10017")
    (True, False)
    """
    return lead.startswith(TOMBSTONE) and len(lead) == len(TOMBSTONE) + _DIGITS


def salt_of(connection: sqlite3.Connection, path: Path) -> str | None:
    """Return the salt of a state, None where it never needed one."""
    query = "SELECT key, value, sum FROM meta WHERE key = ?"
    row = connection.execute(query, (SALT,)).fetchone()
    return None if row is None else str(checked(path, "meta", row)[1])


def salted(connection: sqlite3.Connection, path: Path) -> str:
    """Return the salt of a state, which is made where there is none."""
    salt = salt_of(connection, path)
    if salt is None:
        salt = secrets.token_hex(16)
        cells = SALT, salt
        connection.execute("INSERT INTO meta VALUES (?, ?, ?)", (*cells, row_sum(*cells)))
    return salt
