"""Cells that a spreadsheet would run as a formula, made harmless, and read back.

Ids and values come from whoever filled in a form, and a cell that begins with `=` is run
by the spreadsheet that opens it (https://owasp.org/www-community/attacks/CSV_Injection). A
`'` in front keeps it a text. A file may be opened with another separator than it was
written with: then a cell may begin wherever a separator stands, behind a quote too.

A text that begins like a guarded one is guarded once more, so that reading takes away just
what writing has put there: `unguarded(harmless(x)) == x` for every x.
"""

import re

_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_CELL = r"""((?:\A|[,;\t|\r\n])["\s]*)"""
# What follows is only looked at: a tab may both begin a cell and end the one before.
_RISKY = re.compile(rf"{_CELL}(?='*[{_STARTS}])")
_GUARDED = re.compile(rf"{_CELL}'(?='*[{_STARTS}])")
_NUMBER = re.compile(r"[+-](?:\d+\.?\d*|\.\d+)")
_SEPARATOR = re.compile(r"[,;\t|\r\n]")
_FIRST = frozenset("'\" =+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def harmless(cell: str) -> str:
    """Return a cell's text with `'` where a spreadsheet would begin to run a formula.

    A cell that is a number stays as it is.

    >>> harmless("=HYPERLINK(1)"), harmless("-12.5"), harmless("a=b"), harmless("1;=A1")
    ("'=HYPERLINK(1)", '-12.5', 'a=b', "1;'=A1")
    """
    if cell[:1] not in _FIRST and _SEPARATOR.search(cell) is None:
        return cell
    return cell if _NUMBER.fullmatch(cell) else _RISKY.sub(r"\1'", cell)


def unguarded(cell: str) -> str:
    """Return the text that `harmless` made harmless; any other text as it is.

    >>> unguarded("'=HYPERLINK(1)"), unguarded("O'Neill"), unguarded("'+49 30 1234")
    ('=HYPERLINK(1)', "O'Neill", '+49 30 1234')
    """
    return _GUARDED.sub(r"\1", cell)
