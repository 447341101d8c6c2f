r"""Edits that mend what a finding is about: a name put right, a statement taken out.

Each keeps the rest of the file as it stands. What is taken out takes its lines with it
where nothing else stands on them.
"""

import re

from turnout.dsl.findings import Fix
from turnout.dsl.source import Source, Span
from turnout.dsl.wording import quoted

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*")


def misspelt(span: Span, meant: str) -> Fix:
    r"""Return the fix that writes another name or value, in quotes if one stands there in quotes.

    >>> misspelt(Span(Source("a.route", 'segment is "smb"'), 11, 16), "SMB").replacement
    '"SMB"'
    """
    is_plain = _PLAIN.fullmatch(meant) and not span.text.startswith('"')
    return Fix(f"write `{meant}`", span, meant if is_plain else quoted(meant))


def without(span: Span, title: str) -> Fix:
    r"""Return the fix that takes a piece of text out.

    >>> text = "route r {\n  rule a {}\n}\n"
    >>> without(Span(Source("a.route", text), 12, 21), "delete it").span.text
    '  rule a {}\n'
    """
    text = span.source.text
    start, end = span.start, span.end
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    begins = start == 0 or text[start - 1] == "\n"
    if begins and text.startswith("\n", end):
        end += 1
    elif begins:
        start = span.start
    elif end < len(text) and text[end] not in "\n}])":
        start = span.start  # the blanks behind it go, those before it stay
    else:
        end = span.end
    return Fix(title, Span(span.source, start, end), "")


def without_step(span: Span) -> tuple[Fix, ...]:
    r"""Return the fix that takes out a step of a chain with its `else`, where it has one.

    >>> text = "to person ana else queue triage"
    >>> without_step(Span(Source("a.route", text), 19, 31))[0].span.text
    ' else queue triage'
    """
    before = span.source.text[: span.start].rstrip()
    if not before.endswith("else"):
        return ()
    whole = Span(span.source, len(before) - len("else"), span.end)
    return (without(whole, f"delete `else {' '.join(span.text.split())}`"),)


def inserted(source: Source, at: int, text: str, title: str) -> Fix:
    """Return the fix that puts `text` in at an offset."""
    return Fix(title, Span(source, at, at), text)


def applied(fix: Fix) -> str:
    """Return the text of the fix's file with the fix.

    >>> applied(misspelt(Span(Source("a.route", "to queue trige"), 9, 14), "triage"))
    'to queue triage'
    """
    text, span = fix.span.source.text, fix.span
    return text[: span.start] + fix.replacement + text[span.end :]
