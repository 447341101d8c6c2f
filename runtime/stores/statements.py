"""What a state file is made of, and whose it is.

A file belongs to one policy. Its `application_id` tells it from other SQLite files, its
`user_version` is the version of the format, and `meta` names the policy.

`events` is the log: what happened, in the order of `seq`, never changed; each one names its
lead's event before. `decisions` says where each lead stands now: one row per lead and route,
`seq` being its first event, `decided` the one whose decision holds, `last` the newest; `due`,
`expires` and `queue` are there only while an SLA can move it, an offer stands, it waits. All of
it follows from the log. `versions` has the versions of the policy that were in force. `turns`
has a row per team, `load` one per person. `given` counts the leads that each person, member,
team and partner was given, by moment in microseconds since 1970: caps ask it for a period
(see `totals`).
`seen` has what leads are remembered under, so that a later one is a duplicate.

`upgrades` has what came after format 1.
"""

import sqlite3
from collections.abc import Collection
from pathlib import Path

from turnout.runtime.stores import StateError
from turnout.runtime.stores.failures import damaged
from turnout.runtime.stores.sums import checked, schema_sum
from turnout.runtime.stores.upgrades import FORMAT, upgrade

CHANGES = "changes"
"""The key in `meta` under which formats without events counted changes of earlier leads."""

APPLICATION_ID = int.from_bytes(b"Trno")
# A Python may come with a SQLite that is too old to enforce the columns' types.
_STRICT = "STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
_TABLES = (
    f"CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) {_STRICT}",
    f"""CREATE TABLE decisions (
        seq INTEGER PRIMARY KEY,
        route TEXT NOT NULL,
        lead TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        decision TEXT NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (route, lead)
    ) {_STRICT}""",
    f"""CREATE TABLE turns (
        team TEXT PRIMARY KEY,
        scale INTEGER NOT NULL,
        lag TEXT NOT NULL
    ) {_STRICT}""",
    f"CREATE TABLE load (person TEXT PRIMARY KEY, open INTEGER NOT NULL) {_STRICT}",
)


def check_format(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether the tables are made; StateError where they are someone else's."""
    application = _number(connection, "PRAGMA application_id")
    version = _number(connection, "PRAGMA user_version")
    if application == APPLICATION_ID:
        if version > FORMAT:
            raise StateError(
                f"the state file {path} has format {version}, newer than this turnout reads",
                f"upgrade turnout; this version reads format {FORMAT}",
            )
        return True
    if application or version or _number(connection, "SELECT count(*) FROM sqlite_master"):
        raise StateError(
            f"{path} is a SQLite database of another program",
            "name another file; a new one is made where there is none",
        )
    return False


def is_earlier(connection: sqlite3.Connection) -> bool:
    """Return whether the tables are those of an earlier format."""
    is_ours = _number(connection, "PRAGMA application_id") == APPLICATION_ID
    return is_ours and _number(connection, "PRAGMA user_version") < FORMAT


def upgrade_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the tables of an earlier format to this one, inside the caller's transaction."""
    version = _number(connection, "PRAGMA user_version")
    if version < FORMAT:
        try:
            upgrade(connection, version)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(path, "its log is not what was written") from error


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def make_tables(connection: sqlite3.Connection, policy_name: str) -> None:
    """Make the tables of a policy's state, inside the caller's transaction."""
    for table in _TABLES:
        connection.execute(table)
    connection.execute("INSERT INTO meta VALUES ('policy', ?)", (policy_name,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    upgrade(connection, 1)


def check_owner(
    connection: sqlite3.Connection, path: Path, policy_name: str, teams: Collection[str]
) -> None:
    """Raise StateError where the file keeps the state of another policy, or is damaged."""
    owner = check_tables(connection, path)
    if owner != policy_name:
        raise StateError(
            f"{path} keeps the state of policy {owner}, not of {policy_name}",
            f"give each policy a state file of its own; if {owner} has become {policy_name}, say"
            f" so: turnout state rename {path} policy {owner} {policy_name}",
        )
    drawn = sorted(team for (team,) in connection.execute("SELECT team FROM turns"))
    if drawn and teams and not set(drawn) & set(teams):
        raise StateError(
            f"{path} keeps the turns of teams that policy {policy_name} doesn't have:"
            f" {', '.join(drawn)}",
            "it is another policy's; give each policy a state file of its own. If teams were"
            f" renamed, say so: turnout state rename {path} team OLD NEW",
        )


def check_tables(connection: sqlite3.Connection, path: Path) -> str:
    """Return the policy whose state it is. Raises StateError where the tables are damaged."""
    meta: dict[object, object] = {}
    for row in connection.execute("SELECT key, value, sum FROM meta"):
        key, value = checked(path, "meta", row)
        meta[key] = value
    if meta.get("schema") != schema_sum(connection):
        raise damaged(path, "its tables are not those that were made")
    owner = meta.get("policy")
    if owner is None:
        raise damaged(path, "it names no policy")
    return str(owner)
