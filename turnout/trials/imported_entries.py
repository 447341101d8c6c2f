"""Which entry of another tool's rules a clause was, as a comment above it says.

`turnout import` writes such a comment above each rule. Whoever compares a policy with what
the other tool did wants to look there first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

from turnout.dsl.policy import Entry, Route, Rule
from turnout.dsl.source import Span

_ENTRY = re.compile(r"#\s*((?:.+, entry|.+, rule|filter|row) \d+)")
_FAR = 4_000
"""Characters above a clause in which its comment is looked for."""


def entries_of(route: Route) -> Mapping[str, str]:
    """Return the entries that a route's clauses were made of: `rule Standard, entry 3`.

    By clause as `simulation.clause_of` names it; those without such a comment are left out.
    """
    named = [(f"rule {rule.name}", rule.whole) for rule in _rules(route.entries)]
    named.append((f"fallback of route {route.name}", route.fallback_span))
    found = ((clause, _entry_above(span)) for clause, span in named if span is not None)
    return {clause: entry for clause, entry in found if entry is not None}


def _rules(entries: Iterable[Entry]) -> Iterator[Rule]:
    for entry in entries:
        if isinstance(entry, Rule):
            yield entry
        else:
            yield from _rules(entry.entries)


def _entry_above(span: Span) -> str | None:
    """Return what the comment directly above a clause says, as far as it names an entry."""
    above = span.source.text[max(0, span.start - _FAR) : span.start].split("\n")
    comment = takewhile(lambda line: line.startswith("#"), map(str.strip, reversed(above[:-1])))
    matches = [match for match in map(_ENTRY.fullmatch, comment) if match]
    return matches[-1].group(1) if matches else None
