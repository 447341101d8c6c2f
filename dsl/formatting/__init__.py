"""The one canonical form of a `.route` file.

The words of a file stay as they are and in their order; what is made anew is the space
between them. Each statement starts a line, blocks are indented by two, what is too long
is broken at its own joints (before `and`, `or` and `else`, inside lists), and the
neighbours of one kind are lined up at their `=`, `:` or `{`. Empty lines stay where the
author left one, since they say what belongs together. Comments stay behind or above the
word that they stood behind or above.

Only commas that mean nothing are dropped or added, so the result always means the same;
`formatted` makes sure of it before anything is written.
"""

from turnout.dsl.findings import Finding
from turnout.dsl.formatting.page import page
from turnout.dsl.formatting.words import said, words_of
from turnout.dsl.lexing import UnexpectedError
from turnout.dsl.parse import parse, too_deep
from turnout.dsl.source import Source


class FormattingError(Exception):
    """A bug: the canonical form would not mean what the file means, so it isn't used."""


def formatted(source: Source, within: tuple[int, int] | None = None) -> str | tuple[Finding, ...]:
    """Return the file in canonical form, or its syntax errors.

    Applied to its own result it changes nothing. Cost is linear in the file's length.
    within: offsets; statements that are not between them stay as they are.
    """
    deep = too_deep(source)
    if deep is not None:
        return (deep,)
    try:
        words = words_of(source.text)
    except UnexpectedError:
        return parse(source)[1]
    text = page(words, within)
    if text != source.text and said(words_of(text)) != said(words):
        raise FormattingError(f"the canonical form of {source.name} would mean something else")
    return text
