"""What the log keeps of a lead beside its decision: its way, and the values that are logged.

Values that the policy has hashed are told apart and found again by whoever has the key, and
by nobody else: HMAC-SHA-256 of the value as JSON. The key is kept outside the state, in
`TURNOUT_LOG_KEY` or in the file that `TURNOUT_LOG_KEY_FILE` names.
"""

import hmac
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from turnout.compiler.program import Clause
from turnout.dsl.policy import LoggedFields
from turnout.dsl.types import Field, Value, Values
from turnout.dsl.values.canonical import said_text
from turnout.dsl.values.literals import jsonable
from turnout.dsl.wording import written_part
from turnout.runtime.engine import LeadLogger
from turnout.runtime.events import NO_VALUES, NOTHING_LOGGED, LoggedLead
from turnout.runtime.stores import StateError

KEY, KEY_FILE = "TURNOUT_LOG_KEY", "TURNOUT_LOG_KEY_FILE"
SHORTEST_KEY = 16
_DIGITS = 32


def log_key() -> bytes | None:
    """Return the key that values are hashed with, None where there is none.

    Raises StateError where its file can't be read, or it is too short to keep anything secret.
    """
    text = os.environ.get(KEY, "")
    if not text and (name := os.environ.get(KEY_FILE, "")):
        try:
            text = Path(name).read_text("utf-8").strip()
        except (OSError, UnicodeError, ValueError) as error:
            raise StateError(
                f"the key of the log can't be read from {name}", f"{KEY_FILE} names its file"
            ) from error
    if not text:
        return None
    if len(text) < SHORTEST_KEY:
        raise StateError(
            f"the key of the log is shorter than {SHORTEST_KEY} characters",
            f"make one that is random, such as by `openssl rand -hex 32`, for {KEY}",
        )
    return text.encode("utf-8", "surrogateescape")


def hashed(value: Value, key: bytes) -> str:
    """Return what stands in the log for a value that is logged hashed.

    >>> hashed("ana@firm.example", b"0123456789abcdef")
    'acd91530d4cb0b63cdb6a90071acc83c'
    """
    text = said_text(value).encode("utf-8", "surrogatepass")
    return hmac.digest(key, text, "sha256").hex()[:_DIGITS]


def lead_logger(
    clauses: Callable[[], Iterable[Clause]],
    fields: Mapping[str, Field],
    logged: LoggedFields = LoggedFields(),  # noqa: B008 - a frozen value
    *,
    is_kept: bool = True,
) -> LeadLogger:
    """Return what says what is kept of the leads of a route.

    clauses: finds those of the route, when they are needed. is_kept: whether the log outlives
    the process; where it doesn't, nothing is hashed without a key. What is returned raises
    StateError at the first lead where a key is needed and there is none.
    """
    ways = _Ways(clauses, fields)
    key: list[bytes | None] = []

    def way(clause: str, let_on: tuple[str, ...]) -> LoggedLead:
        found = ways[clause]
        return LoggedLead((*found.path, *(f"rule {name}" for name in let_on))) if let_on else found

    def log_way(clause: str, let_on: tuple[str, ...], _values: Values) -> LoggedLead:
        return way(clause, let_on)

    def log_values(clause: str, let_on: tuple[str, ...], values: Values) -> LoggedLead:
        plain = {name: jsonable(values[name]) for name in logged.plain if name in values}
        found: Mapping[str, str] = NO_VALUES
        if logged.hashed:
            if not key:
                key.append(_needed_key(logged, is_kept=is_kept))
            if (secret := key[0]) is not None:
                found = {
                    name: hashed(values[name], secret) for name in logged.hashed if name in values
                }
        return LoggedLead(way(clause, let_on).path, plain, found)

    return log_values if logged.plain or logged.hashed else log_way


def _needed_key(logged: LoggedFields, *, is_kept: bool) -> bytes | None:
    key = log_key()
    if key is None and is_kept:
        raise StateError(
            f"the policy logs {', '.join(logged.hashed)} hashed, and there is no key for it",
            f"set {KEY} to a random text that only you have, or {KEY_FILE} to a file with one",
        )
    return key


class _Ways(dict[str, LoggedLead]):
    """The ways to clauses, by their names; each is put in words when it is first asked for."""

    def __init__(
        self, clauses: Callable[[], Iterable[Clause]], fields: Mapping[str, Field]
    ) -> None:
        super().__init__()
        self._find = clauses
        self._fields = fields

    @cached_property
    def _clauses(self) -> Mapping[str, Clause]:
        return {clause.name: clause for clause in reversed([*self._find()])}

    def __missing__(self, name: str) -> LoggedLead:
        clause = self._clauses.get(name)
        path = () if clause is None else tuple(_way(clause, self._fields))
        found = self[name] = LoggedLead(path) if path else NOTHING_LOGGED
        return found


def _way(clause: Clause, fields: Mapping[str, Field]) -> Iterable[str]:
    for block in clause.around:
        if block.handover is not None:
            yield f"rule {block.handover.rule} to route {block.handover.route}"
        else:
            yield written_part(block.condition, fields)
