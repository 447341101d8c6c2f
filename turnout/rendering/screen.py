"""Text as a terminal shows it: what can't be shown written out, widths in cells, colours.

A policy or a lead may hold anything, escape sequences that move the cursor included, so
every text from outside goes through `visible` before it is printed. Widths follow
Unicode's East Asian Width (UAX #11): two cells for wide characters, none for combining
ones.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any
from unicodedata import category, east_asian_width

import click

NARROWEST, WIDEST, PIPED = 40, 120, 80


class Ink(Enum):
    """What a piece of text is; its colour follows from that."""

    PLAIN = "plain"
    STRONG = "strong"
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    CAUSE = "cause"
    FRAME = "frame"
    HELP = "help"


_STYLES: dict[Ink, dict[str, Any]] = {
    Ink.STRONG: {"bold": True},
    Ink.ERROR: {"fg": "red", "bold": True},
    Ink.WARNING: {"fg": "yellow", "bold": True},
    Ink.NOTE: {"fg": "cyan", "bold": True},
    Ink.CAUSE: {"fg": "blue", "bold": True},
    Ink.FRAME: {"fg": "blue"},
    Ink.HELP: {"fg": "green"},
}


def paint(text: str, ink: Ink) -> str:
    """Return `text` in the colour of `ink`; `click.echo` takes colours off again for a pipe."""
    return click.style(text, **_STYLES[ink]) if ink in _STYLES and text.strip() else text


def columns() -> int:
    """The width to lay out for, in cells: the terminal's within reason, 80 where there is none."""
    return max(NARROWEST, min(_terminal() or PIPED, WIDEST))


def _terminal() -> int:
    """Return the terminal's width as `shutil.get_terminal_size` does, 0 where there is none.

    That module comes with all that archives need, for which every command would wait.
    """
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (OSError, ValueError):  # no terminal; closed
        return 0


def cells(character: str) -> int:
    """Return how many cells a printable character takes: 0, 1 or 2."""
    if character.isascii():
        return 1
    if category(character) in {"Mn", "Me"} or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Return how many cells a printable text takes.

    >>> width("見込み客")
    8
    """
    return len(text) if text.isascii() else sum(map(cells, text))


def wrap(text: str, room: int) -> list[str]:
    """Return `text` in lines of at most `room` cells, broken at blanks where there are any.

    >>> wrap("every lead it describes is taken earlier", 24)
    ['every lead it describes', 'is taken earlier']
    """
    return fill(text.split(" "), room)


def fill(words: Iterable[str], room: int) -> list[str]:
    """Return `words`, which may hold blanks of their own, in lines of at most `room` cells."""
    lines: list[str] = []
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, room)
        lines.extend(full)
    return [*lines, line]


def _pieces(word: str, room: int) -> Iterator[str]:
    """Yield a word in pieces of at most `room` cells, in one pass."""
    piece: list[str] = []
    taken = 0
    for character in word:
        wide = cells(character)
        if taken + wide > room and piece:
            yield "".join(piece)
            piece, taken = [], 0
        piece.append(character)
        taken += wide
    yield "".join(piece)


def clipped(text: str, room: int) -> str:
    """Return `text` in one line of at most `room` cells, its end left out where it is longer.

    >>> clipped("every lead it describes", 12)
    'every lead…'
    """
    if width(text) <= room:
        return text
    line, *_ = fill(text.split(" "), room - 1)
    return f"{line}…"


def hanging(first: str, words: Iterable[str], screen: int) -> list[str]:
    """Return `words` filled in behind `first`, later lines aligned with the first word."""
    indent = width(click.unstyle(first))
    line, *more = fill(words, max(screen - indent, 16))
    return [first + line, *(" " * indent + line for line in more)]
