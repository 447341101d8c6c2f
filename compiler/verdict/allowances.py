"""Comments that allow a finding where it stands, for a reason that they give.

    # allow unreachable-rule: kept until the summer campaign is over
    rule summer { ... }

Behind text, such a comment speaks of its own line; alone on its line, of the next line
that holds more than a comment, so that several can stand above one place. Behind a brace
that closes what began on an earlier line, it speaks of that line, so that breaking a long
rule into lines takes no allowance from it. It covers the findings of that name whose own
span starts on the line, never the places that they point at besides. Above a table of rules it
covers those of the table's rows and headings, where no comment can stand.

A comment is prose until it can't be read otherwise: `# allow all of EMEA` allows
nothing and is nobody's mistake.
"""

import re
from collections.abc import Iterator

from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.resolve.scope import nearest
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen

MOST = 1_000

_PIECE = re.compile(r'"(?:\\.|[^"\\\n])*"|(?P<comment>\#[^\n]*)|(?P<brace>[{}])')
_ALLOW = re.compile(
    r"""\#+[ \t]*allow[ \t]+(?P<name>[A-Za-z][\w-]*)[ \t]*
        (?P<colon>:[ \t]*(?P<reason>.*?))?[ \t]*
        (?:(?<=[ \t])\#[ \t].*)?""",  # another comment may follow on the line
    re.VERBOSE,
)


@frozen
class Allowance:
    """A comment that allows a finding.

    name: as written, perhaps no finding's. reason: may be empty. span: of the comment.
    line: the line of which it speaks, from 1.
    """

    name: str
    reason: str
    span: Span
    line: int


def allowances(source: Source) -> Iterator[Allowance]:
    """Yield the allowances of a file in order, among its first `MOST` comments like one.

    A later one counts for nothing, so its finding stands.
    """
    seen = after = 0  # after: the line of which the last comment alone on its line speaks
    if "allow" not in source.text:
        return
    begun: list[int] = []  # offsets of the braces that are open
    closed: tuple[int, int] | None = None  # of the brace closed last, and of its opening one
    for found in _PIECE.finditer(source.text):
        start = found.start()
        if found["brace"] == "{":
            begun.append(start)
        elif found["brace"]:
            closed = (start, begun.pop()) if begun else None
        written = _ALLOW.fullmatch(found["comment"] or "")
        seen += written is not None
        if seen > MOST:
            return
        if written is None or not _is_meant(written["name"], has_colon=bool(written["colon"])):
            continue
        last = "colon" if written["colon"] else "name"
        span = Span(source, start, start + len(found[0][: written.end(last)].rstrip()))
        after = _line(source, span, closed, after)
        yield Allowance(written["name"], written["reason"] or "", span, after)


def _is_meant(name: str, *, has_colon: bool) -> bool:
    """Return whether the word after `allow` can only be meant as the name of a finding."""
    is_near = nearest(name, CATALOGUE) is not None
    return name in CATALOGUE or is_near or ("-" in name and has_colon)


def _line(source: Source, span: Span, closed: tuple[int, int] | None, after: int) -> int:
    starts, number = source.line_starts, span.line
    before = source.text[starts[number - 1] : span.start].rstrip()
    if closed and before and starts[number - 1] + len(before) - 1 == closed[0]:
        return source.place(closed[1])[0]
    if before:
        return number
    if number < after:
        return after  # it follows the one before it, with nothing but comments between
    while number < len(starts):
        number += 1
        line = source.line(number).strip()
        if line and not line.startswith("#"):
            return number
    return number
