"""`1 AND (2 OR 3)`: how Salesforce joins numbered criteria, in its filter logic.

AND binds closer than OR. The screens of Salesforce don't take a row of both without
parentheses, but files may hold one, so that is told.
"""

import re
from collections.abc import Sequence

from turnout.errors import Error
from turnout.frozen import define
from turnout.importing.foreign import Asked, Every, Nay, Some

DEEPEST = 60
_TOKEN = re.compile(r"\s*(?:([0-9]{1,4})|(AND|OR|NOT)\b|([()]))", re.IGNORECASE)


class LogicError(Error):
    """A filter logic that can't be read."""


def joined(text: str, criteria: Sequence[Asked]) -> tuple[Asked, bool]:
    """Return what a filter logic asks, and whether it mixes AND and OR without parentheses.

    criteria: number 1 first. Raises LogicError.
    """
    reader = _Reader(text, list(_tokens(text)), criteria)
    asked = reader.either(0)
    if reader.at < len(reader.tokens):
        raise LogicError(f"the filter logic {text!r} goes on behind its end")
    return asked, reader.is_mixed


def numbers(text: str) -> frozenset[int]:
    """Return the numbers of the criteria that a filter logic names."""
    return frozenset(map(int, re.findall("[0-9]+", text)))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            raise LogicError(f"the filter logic {text!r} has {text[at : at + 10]!r} in it")
        found.append(token[0].strip().upper())
        at = token.end()
    return found


@define
class _Reader:
    """Reads tokens by recursive descent."""

    text: str
    tokens: list[str]
    criteria: Sequence[Asked]
    at: int = 0
    is_mixed: bool = False

    def either(self, depth: int) -> Asked:
        parts = [self.both(depth)]
        has_and = isinstance(parts[0], Every) and not self._is_closed()
        while self._next("OR"):
            parts.append(self.both(depth))
            has_and |= isinstance(parts[-1], Every) and not self._is_closed()
        self.is_mixed |= has_and and len(parts) > 1
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def both(self, depth: int) -> Asked:
        parts = [self.one(depth)]
        while self._next("AND"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self, depth: int) -> Asked:
        if depth > DEEPEST:
            raise LogicError(f"the filter logic has more than {DEEPEST} parentheses in each other")
        if self._next("NOT"):
            return Nay(self.one(depth + 1))
        if self._next("("):
            asked = self.either(depth + 1)
            if not self._next(")"):
                raise LogicError(f"the filter logic {self.text!r} closes no parenthesis")
            return asked
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if not token.isdigit():
            raise LogicError(f"the filter logic {self.text!r} lacks a number")
        self.at += 1
        if not 1 <= int(token) <= len(self.criteria):
            raise LogicError(f"the filter logic names criterion {token}, of {len(self.criteria)}")
        return self.criteria[int(token) - 1]

    def _next(self, token: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == token:
            self.at += 1
            return True
        return False

    def _is_closed(self) -> bool:
        """Return whether what was read last stands in parentheses."""
        return self.at > 0 and self.tokens[self.at - 1] == ")"
