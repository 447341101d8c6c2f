"""Comments that allow a finding where it stands, for a reason that they give.

    # allow unreachable-rule: kept until the summer campaign is over
    rule summer { ... }

Behind text, such a comment speaks of its own line; alone on its line, of the next line
that holds more than a comment, so that several can stand above one place. It covers the
findings of that name whose own span starts on that line, never the places that they
point at besides.

A comment is prose until it can't be read otherwise: `# allow all of EMEA` allows
nothing and is nobody's mistake.
"""

import re
from collections.abc import Iterator

import attrs

from turnout.dsl.catalogue import CATALOGUE
from turnout.dsl.resolve.scope import nearest
from turnout.dsl.source import Source, Span

_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|(?P<comment>\#[^\n]*)')
_ALLOW = re.compile(
    r"""\#+[ \t]*allow[ \t]+(?P<name>[A-Za-z][\w-]*)[ \t]*
        (?P<colon>:[ \t]*(?P<reason>.*?))?[ \t]*
        (?:(?<=[ \t])\#[ \t].*)?""",  # another comment may follow on the line
    re.VERBOSE,
)


@attrs.frozen
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
    """Yield the allowances of a file in order."""
    text = source.text
    for found in _COMMENT.finditer(text):
        written = _ALLOW.fullmatch(found["comment"] or "")
        if written is None or not _is_meant(written["name"], has_colon=bool(written["colon"])):
            continue
        start, last = found.start(), "colon" if written["colon"] else "name"
        span = Span(source, start, start + len(found[0][: written.end(last)].rstrip()))
        yield Allowance(written["name"], written["reason"] or "", span, _line(source, span))


def _is_meant(name: str, *, has_colon: bool) -> bool:
    """Return whether the word after `allow` can only be meant as the name of a finding."""
    is_near = nearest(name, CATALOGUE) is not None
    return name in CATALOGUE or is_near or ("-" in name and has_colon)


def _line(source: Source, span: Span) -> int:
    starts, number = source.line_starts, span.line
    if source.text[starts[number - 1] : span.start].strip():
        return number
    while number < len(starts):
        number += 1
        line = source.line(number).strip()
        if line and not line.startswith("#"):
            return number
    return number
