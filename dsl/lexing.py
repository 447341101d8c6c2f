"""Text → words, each read as what can stand at its place.

Half of a policy is blanks and comments, which are skipped at once. A word is looked for
among the terminals of the grammar that the parser's state accepts, so that a keyword is
reserved only where it could stand. Keywords are whole words: a word is read first and then
looked up, since `toqueue` isn't `to queue`.

Where a mistake was understood, a part of the text is read as what was meant (`Repairs`): its
words stand at the place of what was written, so that nothing else moves.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Self

import attrs

from turnout.frozen import define, frozen
from turnout.grammar.lalr import END, Tables

_SKIPPED = re.compile(r"(?:[ \t\r\n\f]+|#[^\n]*)*")
_KEYWORD = re.compile(r"[a-z]+(?:-[a-z]+)*(?!\w|-\w)")

_Match = Callable[[str, int], re.Match[str] | None]


class Token(str):
    """A word of a text. type: its terminal; start_pos, end_pos: its offsets."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int
    end_pos: int

    def __new__(cls, kind: str, text: str, start: int, end: int) -> Self:
        """Return the word with that text at those offsets."""
        token = super().__new__(cls, text)
        token.type = kind
        token.start_pos = start
        token.end_pos = end
        return token


class UnexpectedError(Exception):
    """Nothing that can stand at this offset stands there. start: None at the end of the text."""

    def __init__(self, start: int | None) -> None:
        """Say where."""
        super().__init__(start)
        self.start = start


@frozen
class Repair:
    """What is read instead of the text from `start` to `end`; an insertion where they are one."""

    start: int
    end: int
    text: str


@define(eq=False)
class Repairs:
    """The repairs that are still to come, by their start, and what is left of the present one."""

    waiting: dict[int, Repair] = attrs.Factory(dict[int, Repair])
    present: Repair | None = None

    def at(self, start: int) -> Repair | None:
        """Return the repair that is to be read at this offset."""
        if self.present is None:
            self.present = self.waiting.pop(start, None)
        return self.present


@frozen(eq=False)
class Choice:
    """What can stand at a place: kinds of words, each with what finds it.

    Fixed words are found by what all of them match, and looked up: `fixed` has the terminal of
    each, and what is none of them is of the kind itself, or nothing where that is None.
    """

    kinds: tuple[tuple[str | None, _Match, dict[str, str] | None], ...]

    def word(self, text: str, start: int) -> tuple[str, str] | None:
        """Return the terminal and the text of the word at an offset, None where none can stand."""
        for kind, match, fixed in self.kinds:
            found = match(text, start)
            if found is not None:
                value = found[0]
                terminal = kind if fixed is None else fixed.get(value, kind)
                if terminal is not None:
                    return terminal, value
        return None


@define(eq=False)
class Lexer:
    """Reads the words of a text one by one. at: the offset from which it goes on.

    choices: what can stand in each state that was met; other texts may share it.
    """

    text: str
    tables: Tables
    repairs: Repairs = attrs.Factory(Repairs)
    at: int = 0
    choices: dict[int, Choice] = attrs.Factory(dict[int, Choice])

    def next(self, state: int) -> Token:
        """Return the next word, as it can stand in a state of the parser.

        Raises UnexpectedError where nothing that stands there can.
        """
        text = self.text
        skipped = _SKIPPED.match(text, self.at)
        assert skipped is not None  # it may be empty
        start = self.at = skipped.end()
        choice = self.choices.get(state)
        if choice is None:
            choice = self.choices[state] = _choice(self.tables, frozenset(self.tables.rows[state]))
        repairs = self.repairs
        if (repairs.waiting or repairs.present) and (repair := repairs.at(start)) is not None:
            if not repair.text.strip():
                repairs.present = None
                self.at = repair.end
                return self.next(state)
            mended = _mended(choice, repair)
            repairs.present = None if mended is None else mended[1]
            if mended is not None:
                return mended[0]
        found = choice.word(text, start)
        if found is not None:
            end = self.at = start + len(found[1])
            return Token(*found, start, end)
        if start == len(text):
            return Token(END, "", start, start)
        raise UnexpectedError(start)


def _mended(choice: Choice, repair: Repair) -> tuple[Token, Repair] | None:
    """Return the next word of a repair and what is left of it, None where none can stand."""
    rest = repair.text.lstrip()
    found = choice.word(rest, 0)
    if found is None:
        return None
    token = Token(*found, repair.start, repair.end)
    return token, attrs.evolve(repair, text=rest[len(found[1]) :])


@cache
def _choice(tables: Tables, accepted: frozenset[str]) -> Choice:
    """Return what can stand where these terminals are accepted."""
    fixed = {tables.fixed[name]: name for name in accepted if name in tables.fixed}
    words = {text: name for text, name in fixed.items() if _KEYWORD.fullmatch(text)}
    signs = {text: name for text, name in fixed.items() if text not in words}
    kinds: list[tuple[str | None, _Match, dict[str, str] | None]] = [
        (name, _matcher(pattern), None)
        for name, pattern in tables.patterns.items()
        if name in accepted and name != "NAME"
    ]
    # What is tried before them has a beginning of its own, or is a field, which goes first.
    if "NAME" in accepted:
        kinds.append(("NAME", _matcher(tables.patterns["NAME"]), words))
    elif words:
        kinds.append((None, _KEYWORD.match, words))
    if signs:
        kinds.append((None, _matcher(_any_of(tables.fixed.values())), signs))
    return Choice(tuple(kinds))


@cache
def _matcher(pattern: str) -> _Match:
    return re.compile(pattern).match


def _any_of(fixed: Iterable[str]) -> str:
    """Return a pattern that finds each of the fixed signs, the longest first."""
    signs = sorted({text for text in fixed if not _KEYWORD.fullmatch(text)}, key=_longest_first)
    return "|".join(map(re.escape, signs))


def _longest_first(text: str) -> tuple[int, str]:
    return -len(text), text
