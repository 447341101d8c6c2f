"""The lenses above rules and tests: what comes of each, and what can be seen of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from turnout.compiler.compiled import Compiled
from turnout.dsl.findings import Severity
from turnout.dsl.source import Source
from turnout.errors import Error
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import Insight
from turnout.lsp.orders import RUN_TESTS, SAMPLE_LEADS, SHOW_RULE
from turnout.lsp.past_leads import past_leads_of, taken_of
from turnout.lsp.shapes import CodeLens, TextRange, TitledOrder
from turnout.lsp.trying import tried_tests
from turnout.printable import visible


def lenses(
    known: Insight, compiled: Compiled, source: Source, locator: Locator
) -> Iterator[CodeLens]:
    """Yield the lenses of a file: of its tests, and of its rules."""
    uri = locator.documents.uri(path_of_source(source))
    for each in tried_tests(compiled, source):
        said = {"uri": uri, "name": each.result.test.name}
        yield _lens(locator.range(each.at), each.said, RUN_TESTS, said)
    counts = _counts(known, compiled)
    for route, program in compiled.program.routes.items():
        for at, clause in enumerate(program.clauses):
            if not clause.is_rule or clause.handed_by or clause.span.source.name != source.name:
                continue
            place = locator.range(clause.span)
            about = {"uri": uri, "route": route, "rule": clause.name}
            yield _lens(place, "show its way", SHOW_RULE, about)
            if route in counts:
                taken, of, name = counts[route]
                number = taken.get(at, 0)
                yield _lens(place, f"{number:,} of {of:,} leads of {name}", SAMPLE_LEADS, about)


def _counts(known: Insight, compiled: Compiled) -> Mapping[str, tuple[Mapping[int, int], int, str]]:
    """Return by route how many leads of the sample each clause takes, and of how many."""
    if any(each.severity is Severity.ERROR for each in compiled.findings):
        return {}
    try:
        sample = past_leads_of(known.main, compiled.policy.fields)
    except Error:
        return {}  # whoever asks for its leads is told why
    if sample is None:
        return {}
    found: dict[str, tuple[Mapping[int, int], int, str]] = {}
    for route in compiled.program.routes:
        counts: dict[int, int] = {}
        for clause in taken_of(compiled, route, sample):
            if clause is not None:
                counts[clause] = counts.get(clause, 0) + 1
        found[route] = counts, len(sample.leads), sample.name
    return found


def _lens(place: TextRange, title: str, order: str, said: Mapping[str, Any]) -> CodeLens:
    command = TitledOrder(visible(title), order, arguments=[{**said, "tell": True}])
    return CodeLens(place, command)
