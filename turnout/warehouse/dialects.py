"""What each warehouse's SQL can say, and how it says what the engines say differently.

What isn't here a dialect can't say as the language means it, and a policy that needs it is
refused by name, or the leads that hang on it are left for the batch.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

import attrs

from turnout.errors import ExtraError
from turnout.frozen import frozen


@frozen
class Dialect:
    """A dialect of SQL.

    name: as the command line has it, and sqlglot. has_re2: its regular expressions are RE2's, so
    that `matches` means the same. has_slices: it hashes by SHA-256, so that `in first 10% of`
    can be told. is_executed: whether the tests carry its statements out; the others are parsed
    by their grammar. folds_up: names without quotes are in capitals there. is_inner: tables in
    which every number stands are looked up by an inner join there, elsewhere by a left one.
    has_lists: it tells the n-th of a list as fast as it adds.
    """

    name: str
    has_re2: bool = False
    has_slices: bool = False
    is_executed: bool = False
    folds_up: bool = False
    is_inner: bool = False
    has_lists: bool = False

    @property
    def side(self) -> str | None:
        """The side of a join with a table in which every number stands."""
        return None if self.is_inner else "LEFT"


DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        each.name: each
        for each in (
            Dialect(
                "duckdb",
                has_re2=True,
                has_slices=True,
                is_executed=True,
                is_inner=True,
                has_lists=True,
            ),
            Dialect("postgres", has_slices=True, is_executed=True),
            Dialect("snowflake", has_slices=True, folds_up=True),
            Dialect("bigquery", has_re2=True, has_slices=True),
            Dialect("spark", has_slices=True),
            Dialect("databricks", has_slices=True),
        )
    }
)
"""The dialects that are written, by name."""

TABLE_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*){0,2}\Z")
"""The name of a table, with its schema and its database before it."""


def in_duckdb(dialect: Dialect) -> Dialect:
    """Return DuckDB as far as a dialect says the same, so that its view can be tried there."""
    duckdb = DIALECTS["duckdb"]
    return attrs.evolve(duckdb, has_re2=dialect.has_re2, has_slices=dialect.has_slices)


def check_sqlglot(what: str) -> None:
    """Raise ExtraError where the extra is missing that SQL needs."""
    if find_spec("sqlglot") is None or find_spec("duckdb") is None:
        raise ExtraError(
            f"{what} needs sqlglot and DuckDB", "`pip install 'turnout[sql]'` brings them"
        )
