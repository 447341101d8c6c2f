"""What is known where a text stops being a policy, and what can be told of it."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias

import attrs

from turnout.dsl.lexing import Repair
from turnout.frozen import attribute, frozen

LONGEST_LINE = 100
"""Characters of a corrected line that is shown."""


CONNECTORS = ("to", "when", "then", "is", "by", "per", "of", ",", ":", "=", "{", "->")
"""Small words and signs that are left out."""

STARTERS = frozenset({"rule", "within", "fallback", "when", "to", "sla", "do", "else", "expect"})
"""Words that begin a part of a route or rule."""


_WORDS = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*')


@frozen(slots=False)
class Met:
    """The place of a syntax error.

    text: the whole file. start: where the word begins that can't stand there. word: that
    word as it is written, "" at the end of the file. accepted: what could stand there, as
    the words themselves, or the kinds NAME, STRING, NUMBER, DATE, COMPARISON and so on; and
    as "to …" a connector behind which the word could stand.
    """

    text: str = attribute(repr=False)
    start: int
    word: str
    accepted: frozenset[str]

    @property
    def end(self) -> int:
        """Where the word ends."""
        return self.start + len(self.word)

    @cached_property
    def line(self) -> tuple[int, int]:
        """The offsets between which the word's line lies."""
        end = self.text.find("\n", self.start)
        return self.text.rfind("\n", 0, self.start) + 1, len(self.text) if end < 0 else end

    @property
    def before(self) -> str:
        """What stands before the word on its line."""
        return self.text[self.line[0] : self.start]

    @property
    def after(self) -> str:
        """What stands behind the word on its line."""
        return self.text[self.end : self.line[1]]

    def around(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match on the word's line whose group `wrong` holds the word's beginning."""
        first, last = self.line
        for found in pattern.finditer(self.text, first, last):
            if found.start("wrong") <= self.start < found.end("wrong"):
                return found
        return None


@frozen
class Told:
    """A mistake that was understood.

    start, end: its place, which is that of the cause. message: what is wrong. text: what is
    said at the place. help: what to do. repairs: how the text is read on, as if it had been
    written so; empty where that can't be known. edit: what to write, where that is certain.
    settles: whether no other way of reading the place needs to be tried.
    """

    start: int
    end: int
    message: str
    text: str = ""
    help: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    edit: Repair | None = None
    settles: bool = False


Mistake: TypeAlias = Callable[[Met], Told | None]
"""A kind of mistake: what it tells of a place, None where it isn't that."""


def replaced(  # noqa: PLR0913 - the parts of a message, each by name
    met: Met,
    start: int,
    end: int,
    by: str,
    message: str,
    *,
    read: str | None = None,
    text: str = "",
) -> Told:
    """Return a mistake that another text in its place mends, with the corrected line as help.

    read: what is read instead, where that isn't what is to be written.
    """
    first = start + len(met.text[start:end]) - len(met.text[start:end].lstrip())
    repair = Repair(first, end, by if read is None else read)  # read at a word, never at a blank
    advice = f"write `{corrected(met.text, start, end, by)}`"
    edit = Repair(start, end, by)
    return Told(start, max(end, start + 1), message, text, (advice,), (repair,), edit)


def with_neighbours(text: str, mistake: Told, others: Sequence[Told]) -> Told:
    """Return a mistake with the whole line as it should be where others are on it.

    One fix then mends the line: with the others left, it wouldn't be right.
    """
    edit = mistake.edit
    if edit is None or "\n" in text[edit.start : edit.end]:
        return mistake
    first, last = text.rfind("\n", 0, edit.start) + 1, text.find("\n", edit.end)
    last = len(text) if last < 0 else last
    edits = [edit]
    for each in (other.edit for other in others if other is not mistake and other.edit):
        is_apart = all(each.end <= mine.start or mine.end <= each.start for mine in edits)
        if first <= each.start and each.end <= last and is_apart:
            edits.append(each)
    if len(edits) == 1:
        return mistake
    edits.sort(key=lambda each: each.start)
    start, end = edits[0].start, edits[-1].end
    written, at = "", start
    for each in edits:
        written += text[at : each.start] + each.text
        at = each.end
    advice = f"write `{corrected(text, start, end, written)}`"
    whole = Repair(start, end, written)
    return attrs.evolve(mistake, help=(advice, *mistake.help[1:]), edit=whole)


def corrected(text: str, start: int, end: int, by: str) -> str:
    r"""Return the line of a place as it should be, or the part of it that fits.

    >>> corrected("  when a = b\n", 9, 10, "is")
    'when a is b'
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    before, after = text[first:start].lstrip(), text[end : len(text) if last < 0 else last]
    comment = next((each for each in _WORDS.finditer(after) if each[0].startswith("#")), None)
    after = after[: comment.start() if comment else None].rstrip()
    line = f"{before}{by}{after}".strip()
    if len(line) <= LONGEST_LINE:
        return line
    kept = before[-30:].partition(" ")[2] if len(before) > 30 else before
    rest = after[:30].rpartition(" ")[0] if len(after) > 30 else after
    return f"{kept}{by}{rest}"
