"""Where a state is: a file, or a schema of a database on a server.

    postgresql://turnout@db.example/leads?schema=inbound

is the schema `inbound` of the database `leads`; without `schema` it is `turnout`. All else is
as libpq reads it (https://www.postgresql.org/docs/current/libpq-connect.html), a password
included, which is never shown.
"""

import re
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from turnout.frozen import attribute, frozen
from turnout.runtime.stores import StateError

SCHEMES: Final = ("postgresql://", "postgres://")
SCHEMA: Final = "turnout"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRET = ("password", "sslpassword", "passfile", "scram_client_key", "scram_server_key")


@frozen
class ServerAddress:
    """A schema of a database; as a text it is its address without a password.

    conninfo: as libpq takes it.
    """

    conninfo: str = attribute(repr=False)
    schema: str
    shown: str

    def __str__(self) -> str:
        """Return the address without a password."""
        return self.shown


Whereabouts: TypeAlias = Path | ServerAddress
"""Where a state is."""


def is_address(text: str) -> bool:
    """Return whether a text is the address of a server rather than the path of a file."""
    return text.startswith(SCHEMES)


def whereabouts(state: str | Whereabouts) -> Whereabouts:
    """Return where a state is. Raises StateError for an address that is none."""
    if isinstance(state, str):
        return address(state) if is_address(state) else Path(state)
    return state


def address(text: str) -> ServerAddress:
    """Return what an address says. Raises StateError, without showing a password."""
    try:
        parts = urlsplit(text)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        has_password = parts.password is not None
    except ValueError as error:
        raise StateError(
            "the address of the state is none",
            "write it so: postgresql://USER@HOST/DATABASE?schema=NAME; in a name or password,"
            " `@`, `/`, `:` and `?` are %40, %2F, %3A and %3F",
        ) from error
    schema = dict(pairs).get("schema", SCHEMA)
    if not _NAME.fullmatch(schema) or schema.startswith("pg_"):
        raise StateError(
            f"the schema {schema!r} of the state's address has no plain name",
            "take small letters, figures and `_`, at most 63, and no `pg_` in front",
        )
    rest = [(name, value) for name, value in pairs if name != "schema"]
    query = urlencode(rest, quote_via=quote)
    netloc = parts.netloc
    if has_password:
        who, _, host = netloc.rpartition("@")
        netloc = f"{who.partition(':')[0]}@{host}"
    open_rest = [(name, value) for name, value in rest if name not in _SECRET]
    if schema != SCHEMA:
        open_rest.append(("schema", schema))
    shown_query = urlencode(open_rest, quote_via=quote, safe="/")
    # By hand: urlunsplit leaves out the slashes where there is no host.
    conninfo = f"postgresql://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")
    shown = urlunsplit(("", "", parts.path, shown_query, ""))
    return ServerAddress(conninfo, schema, f"postgresql://{netloc}{shown}")
