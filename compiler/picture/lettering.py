"""How wide a text is, and how it is folded into lines.

Widths are those of Helvetica, which Arial, Liberation Sans and Nimbus Sans share: the
numbers are of Adobe's font metrics, in thousandths of the size. A letter with an accent is
as wide as the letter; what is neither is taken as wide as such a script can be.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from turnout.printable import visible

FONT = "Helvetica, Arial, Liberation Sans, Nimbus Sans, sans-serif"

_PLAIN = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 "
    "556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 "
    "280 389 584"
)
_WIDTHS = tuple(
    {chr(32 + at): int(each) for at, each in enumerate(table.split())} for table in (_PLAIN, _BOLD)
)
_WIDE, _OTHER = 1000, 850


@lru_cache(maxsize=4096)
def _letter(letter: str, *, is_bold: bool) -> int:
    """Return the width of a letter that isn't ASCII."""
    first = unicodedata.normalize("NFD", letter)[0]
    known = _WIDTHS[is_bold].get(first)
    if known is not None:
        return known
    if unicodedata.combining(letter):
        return 0
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _OTHER


def measure(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide `text` is at a size, in the size's unit.

    >>> measure("lead", 10), measure("lead", 10, is_bold=True)
    (18.9, 20.01)
    """
    return _width(text, is_bold=is_bold) * size / 1000


@lru_cache(maxsize=4096)
def _width(text: str, *, is_bold: bool) -> int:
    known = _WIDTHS[is_bold]
    return sum(known.get(each) or _letter(each, is_bold=is_bold) for each in text)


def fold(
    text: str, size: float, width: float, *, most: int = 6, is_bold: bool = False
) -> tuple[tuple[str, ...], bool]:
    """Return `text` in lines that fit a width, and whether any of it was left out.

    most: lines; what is longer ends in "…". Words that don't fit by themselves are cut.
    """
    lines: list[str] = []
    line, so_far = "", 0.0
    space = measure(" ", size, is_bold=is_bold)
    whole = visible(text).split()
    for word in (part for each in whole for part in _pieces(each, size, width, is_bold)):
        wide = measure(word, size, is_bold=is_bold)
        if not line or so_far + space + wide <= width:
            line, so_far = (f"{line} {word}", so_far + space + wide) if line else (word, wide)
            continue
        if len(lines) == most - 1:
            return (*lines, _ended(line, size, width, is_bold=is_bold)), True
        lines.append(line)
        line, so_far = word, wide
    return (*lines, line), False


def _pieces(word: str, size: float, width: float, is_bold: bool) -> Sequence[str]:  # noqa: FBT001 - as `measure` has it
    if measure(word, size, is_bold=is_bold) <= width:
        return (word,)
    found: list[str] = []
    piece, so_far = "", 0.0
    for letter in word:
        wide = measure(letter, size, is_bold=is_bold)
        if piece and so_far + wide > width:
            found.append(piece)
            piece, so_far = "", 0.0
            if len(found) > 40:  # far more than is ever shown
                break
        piece, so_far = piece + letter, so_far + wide
    return [*found, piece] if piece else found


def _ended(line: str, size: float, width: float, *, is_bold: bool) -> str:
    """Return a line that ends in "…" and still fits."""
    while line and measure(f"{line} …", size, is_bold=is_bold) > width:
        line = line[:-1]
    return f"{line.rstrip(' ,')} …"
