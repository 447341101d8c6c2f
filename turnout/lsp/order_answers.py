"""What comes of each command of the server, as JSON.

All of it is asked of the policy as the last check of the whole has left it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from click import unstyle

from turnout.compiler.program import Clause
from turnout.dsl.source import Span
from turnout.lsp.drawing import WantedPicture, picture
from turnout.lsp.orders import DIAGRAM, RUN_TESTS, SAMPLE_LEADS, SHOW_RULE, TRY_LEAD, Data, Order
from turnout.lsp.past_leads import PastLeadsError, past_leads_of, taken_of
from turnout.lsp.receiving import analysis_of, receiving
from turnout.lsp.shapes import Position, RefusalError, TextRange
from turnout.lsp.trying import TestRun, tried_lead, tried_tests
from turnout.printable import visible
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.rendering.report import counted
from turnout.runtime.leads import record_reader

_WIDTH = 88
"""Columns of the texts that are answered with."""

_MOST_LEADS = 50
"""Leads of a sample that are listed."""


# -- tests --


def _run_tests(asked: Order) -> Data:
    """Run the tests of a file, or one of them."""
    asked.check_fit()
    name = asked.text("name")
    wanted = [each for each in asked.compiled.policy.tests if name in {None, each.name}]
    if name is not None and not any(e.span.source.name == asked.source.name for e in wanted):
        raise RefusalError(f"there is no test {visible(name)}")
    runs = tried_tests(asked.compiled, asked.source)
    found = [each for each in runs if name in {None, each.result.test.name}]
    failed = [each for each in found if not each.result.is_passed]
    said = [_summary(each) for each in (failed or found if name is not None else failed)]
    numbers = f"{counted(len(found), 'test')}, {len(failed)} failed"
    text = "\n".join([numbers, *said] if name is None else said)
    return {"text": text, "tests": [_test_data(asked, each) for each in found]}


def _summary(run: TestRun) -> str:
    return visible(f"{run.result.test.name}: {run.said}")


def _test_data(asked: Order, run: TestRun) -> Data:
    result = run.result
    failures = [
        {"message": visible(said), "range": _range(asked.locator.range(span))}
        for span, said in run.faults
    ]
    explained = [
        unstyle("\n".join(explanation_text(failure.explanation, _WIDTH, has_state=True)))
        for failure in result.failures[:1]
    ]
    return {
        "name": result.test.name,
        "route": result.test.route,
        "range": _range(asked.locator.range(run.at)),
        "passed": result.is_passed,
        "seconds": round(result.seconds, 6),
        "failures": failures,
        "explanation": explained[0] if explained else None,
    }


# -- rules --


def _show_rule(asked: Order) -> Data:
    """Show which leads come to a rule, by what, and what is left for it."""
    rule = asked.text("rule")
    at, clause = _clause(asked, rule or "")
    analysis = analysis_of(asked.known, asked.route)
    if analysis is None:
        raise RefusalError("a policy of which something can't be read says nothing yet")
    text = "\n".join(map(visible, receiving(analysis, at).lines))
    wanted = WantedPicture(asked.route, rule=clause.name if clause.is_rule else None)
    svg = picture(asked.compiled, wanted, asked.known.main)
    return {"text": text, "svg": svg.text, "title": svg.title, "at": _place(asked, clause.span)}


def _sample_leads(asked: Order) -> Data:
    """Say which leads of the configured sample a rule takes."""
    asked.check_fit()
    at, clause = _clause(asked, asked.text("rule") or "")
    sample = past_leads_of(asked.known.main, asked.compiled.policy.fields)
    if sample is None:
        raise PastLeadsError(
            "no sample of leads is configured", 'write `sample = "leads.csv"` in turnout.toml'
        )
    taken = taken_of(asked.compiled, asked.route, sample)
    found = [lead for lead, by in zip(sample.leads, taken, strict=True) if by == at]
    text = f"{clause.title} takes {len(found):,} of {len(taken):,} leads of {sample.name}"
    leads = [{"id": lead.id, "values": _plain(lead.values)} for lead in found[:_MOST_LEADS]]
    return {"text": visible(text), "taken": len(found), "leads": leads, "of": len(taken)}


def _clause(asked: Order, rule: str) -> tuple[int, Clause]:
    """Return a clause of the route by its name. Raises RefusalError."""
    for at, clause in enumerate(asked.compiled.program.routes[asked.route].clauses):
        if clause.name == rule:
            return at, clause
    raise RefusalError(f"route {asked.route} has no rule {visible(rule)}")


# -- pictures, and a lead on its way --


def _diagram(asked: Order) -> Data:
    """Draw a route, or a part of it."""
    theme = asked.text("theme") or "auto"
    if theme not in {"auto", "light", "dark"}:
        raise RefusalError("`theme` is auto, light or dark")
    wanted = WantedPicture(
        asked.route, rule=asked.text("rule"), focus=asked.text("focus"), theme=cast("Any", theme)
    )
    svg = picture(asked.compiled, wanted, asked.known.main)
    return {
        "text": svg.title,
        "svg": svg.text,
        "title": svg.title,
        "route": asked.route,
        "routes": list(asked.compiled.program.routes),
        "isFit": asked.compiled.is_fit,
    }


def _try_lead(asked: Order) -> Data:
    """Decide one lead, and show its way."""
    asked.check_fit()
    lead = asked.said.get("lead")
    if not isinstance(lead, dict):
        raise RefusalError("`lead` has to be an object of names and values")
    when = asked.text("at")
    try:
        moment = None if when is None else datetime.fromisoformat(when)
    except ValueError:
        raise RefusalError("`at` has to be a moment, as 2026-11-30T09:00:00Z") from None
    if moment is not None and moment.tzinfo is None:
        raise RefusalError("`at` needs a time zone, as 2026-11-30T09:00:00Z")
    explanation = tried_lead(asked.compiled, asked.route, cast("Data", lead), moment)
    read = record_reader(asked.compiled.policy.fields)(cast("Data", lead))
    svg = picture(
        asked.compiled, WantedPicture(asked.route, way=(read, explanation)), asked.known.main
    )
    name = explanation.decision.rule
    clauses = asked.compiled.program.routes[asked.route].clauses
    taking = next((each for each in clauses if name is not None and each.is_of(name)), None)
    lines = explanation_text(explanation, _WIDTH, has_state=False)
    return {
        "text": unstyle("\n".join(lines)),
        "title": svg.title,
        "svg": svg.text,
        "explanation": _plain(explanation_data(explanation)),
        "at": _place(asked, taking.span) if taking is not None else None,
    }


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON has it."""
    match value:
        case Mapping():
            pairs = cast("Mapping[object, object]", value).items()
            return {str(key): _plain(each) for key, each in pairs}
        case list() | tuple() | set() | frozenset():
            several = cast("list[object]", value)
            return [_plain(each) for each in several]
        case str() | int() | float() | bool() | None:
            return value
        case _:
            return str(value)


def _place(asked: Order, span: Span) -> Data:
    found = asked.locator.location(span)
    return {"uri": found.uri, "range": _range(found.range)}


def _range(found: TextRange) -> Data:
    def place(one: Position) -> Data:
        return {"line": one.line, "character": one.character}

    return {"start": place(found.start), "end": place(found.end)}


ANSWERS: Mapping[str, Callable[[Order], Data]] = {
    RUN_TESTS: _run_tests,
    SHOW_RULE: _show_rule,
    SAMPLE_LEADS: _sample_leads,
    DIAGRAM: _diagram,
    TRY_LEAD: _try_lead,
}
"""What answers each command."""
