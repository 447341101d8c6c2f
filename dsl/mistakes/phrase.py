"""A phrase of another notation, and what is written for it here."""

import re
from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from turnout.frozen import frozen

By: TypeAlias = str | Callable[[re.Match[str]], str | None]


@frozen
class Phrase:
    """What is written otherwise elsewhere.

    pattern: its group `wrong` is what is replaced; <NAME> and its like stand for what is
    often meant. by: what it is replaced by, as a template of `re` or a function, which may
    find that it isn't meant; None where that can't be known. message: what is wrong.
    is_meant: whether `by` is what was meant, and not only how to read on.
    """

    pattern: str
    by: By | None
    message: str
    is_meant: bool = True

    @property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, made when the first mistake is met, since most policies have none."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    named = re.sub(r"<([A-Z]+)>", lambda word: _PARTS[word[1]], pattern)
    return re.compile(named, re.IGNORECASE | re.MULTILINE)


_PARTS = {
    "NAME": r"[^\W\d][\w-]*",
    "NUM": r"-?\d[\d_]*(?:\.\d+)?[kMB]?",
    "DATE": r"\d{4}-\d{2}-\d{2}",
    "VAL": r"(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.+-]+)",
    "DAY": r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*",
    "TO": r"(?:to|until|till|through|thru|bis|-|–|—|\.\.\.?)",
    "TARGET": (
        r"(?:round-robin|least-loaded|person|owner|previous-owner|queue|partner|sequence|reject)"
    ),
    "DECL": (
        r"(?:rule|route|guarantee|team|person|queue|partner|sequence|calendar|territory|segment)"
    ),
    "TYPE": (
        r"(?:text|code|email|phone|domain|integer|number|boolean|date|country|subdivision|"
        r"language|person)"
    ),
    "UNIT": r"(?:minutes?|hours?|days?|weeks?)",
    "KIND": r"(?:team|queue|partner|sequence|person)",
}
