"""Which tests `-k` names: words that a test's name must hold, joined by and, or, not."""

import re
from collections.abc import Callable
from typing import TypeAlias

from turnout.commands.exits import CannotRun

Selects: TypeAlias = Callable[[str], bool]
"""Whether a test of that name is wanted."""

LONGEST = 1_000
_WORDS = re.compile(
    r'"(?P<text>(?:\\.|[^"\\])*)" | (?P<sign>[()]) | (?P<word>[^\s()"]+)', re.VERBOSE
)
_OPERATORS = {"and", "or", "not"}


def selection(expression: str) -> Selects:
    """Return what `expression` selects, without regard to case. Raises CannotRun.

    Words beside each other are looked for as they stand; in quotes stands a whole text,
    `and`, `or` and parentheses included.

    >>> fits = selection('german and not (student or "a competitor")')
    >>> fits("A German demo"), fits("a German student")
    (True, False)
    """
    if len(expression) > LONGEST or expression.count("(") > 50:
        raise _unfit("it is too long")
    words = [*_tokens(expression)]
    reader = _Reader(words)
    selects = reader.either()
    if reader.words:
        raise _unfit(f"nothing can stand before {reader.words[0][1]!r}")
    return selects


def _unfit(reason: str) -> CannotRun:
    example = """-k 'german and not "small firm"'"""
    return CannotRun(
        f"the expression for -k can't be read: {reason}", f"write one such as {example}"
    )


def _tokens(expression: str) -> list[tuple[str, str]]:
    """Return the parts of an expression with their kinds: "text", "(", ")", or an operator."""
    found: list[tuple[str, str]] = []
    at = 0
    phrase: list[str] = []

    def end() -> None:
        if phrase:
            found.append(("text", " ".join(phrase)))
            phrase.clear()

    text = expression.strip()
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            raise _unfit("a quote is never closed")
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
        word = match["word"]
        if word is not None and word.casefold() not in _OPERATORS:
            phrase.append(word)
            continue
        end()
        if match["text"] is not None:
            found.append(("text", re.sub(r"\\(.)", r"\1", match["text"])))
        else:
            sign = match["sign"] or str(word).casefold()
            found.append((sign, sign))
    end()
    return found


class _Reader:
    """Reads what is left of `words`, from the left."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.words = words

    def _takes(self, kind: str) -> bool:
        if self.words and self.words[0][0] == kind:
            del self.words[0]
            return True
        return False

    def either(self) -> Selects:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return lambda name: any(part(name) for part in parts)

    def _both(self) -> Selects:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return lambda name: all(part(name) for part in parts)

    def _one(self) -> Selects:
        is_negated = False
        while self._takes("not"):
            is_negated = not is_negated
        if self._takes("("):
            inner = self.either()
            if not self._takes(")"):
                raise _unfit("a parenthesis is never closed")
        elif self.words and self.words[0][0] == "text":
            inner = _holding(self.words.pop(0)[1])
        else:
            before = f" before {self.words[0][1]!r}" if self.words else ""
            raise _unfit(f"a word is missing{before}")
        return (lambda name: not inner(name)) if is_negated else inner


def _holding(text: str) -> Selects:
    wanted = text.casefold()
    return lambda name: wanted in name.casefold()
