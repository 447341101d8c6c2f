"""What is said between the words of a text: what a rule still receives, what `first of` leaves.

Beside a rule stands which earlier rules take leads that it asks for, and its share of all;
nothing where it gets all that it asks for. Beside a member of a `first of` stands who comes
before it, and beside what a test expects, what is so instead.
"""

from collections.abc import Iterator

from turnout.compiler.compiled import Compiled
from turnout.dsl.policy import Family
from turnout.dsl.source import Span
from turnout.lsp.following import Insight
from turnout.lsp.receiving import analysis_of, receiving, said_share
from turnout.lsp.trying import tried_tests

MOST_RULES = 60
"""Rules beside which something is said at once; no screen shows more."""

_MOST_NAMED = 3
_MOST_TAKING = 2


def beside(known: Insight, compiled: Compiled, within: Span) -> Iterator[tuple[Span, str]]:
    """Yield what is said in a piece of a file, each behind a place."""
    for each in tried_tests(compiled, within.source):
        for span, said in each.faults:
            if _is_in(span, within):
                yield span, said
    for family in compiled.policy.families:
        if family.disjoint:
            yield from _left(family, within)
    yield from _received(known, compiled, within)


def _left(family: Family, within: Span) -> Iterator[tuple[Span, str]]:
    for at, member in enumerate(family.members):
        if at and _is_in(member.span, within):
            names = [each.name for each in family.members[:at]]
            said = ", ".join(names) if at <= _MOST_NAMED else f"the {at} above"
            yield member.span, f"without {said}"


def _received(known: Insight, compiled: Compiled, within: Span) -> Iterator[tuple[Span, str]]:
    number = 0
    for name, route in compiled.program.routes.items():
        analysis = analysis_of(known, name)
        if analysis is None:
            continue
        for at, clause in enumerate(route.clauses):
            if not clause.is_rule or clause.handed_by or not _is_in(clause.span, within):
                continue
            if number == MOST_RULES:
                return
            number += 1
            found = receiving(analysis, at)
            if found.taking:
                said = f"after {found.takers(_MOST_TAKING)}"
                share = "" if found.share is None else f": {said_share(found.share)} of all"
                yield clause.span, f"{said}{share}"


def _is_in(span: Span, within: Span) -> bool:
    here = span.source.name == within.source.name
    return here and span.start <= within.end and span.end >= within.start
