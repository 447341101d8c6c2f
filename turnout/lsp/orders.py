"""What an editor can have the server do: the commands that code lenses and extensions name.

Each takes one JSON object with the document's `uri` and answers with JSON; the reference
page says what is in both. The texts count as they stand on the screen, once all checks are
through. Editors that only run what a lens names show no answer, so where `tell` is true
the server shows it as a message.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from turnout.compiler.compiled import Compiled
from turnout.compiler.program import Clause
from turnout.dsl.findings import Severity
from turnout.dsl.source import Source, Span
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.drawing import WantedPicture, picture
from turnout.lsp.following import Insight, Level
from turnout.lsp.open_texts import path_of
from turnout.lsp.past_leads import PastLeadsError, past_leads_of, taken_of
from turnout.lsp.receiving import analysis_of, receiving
from turnout.lsp.trying import TestRun, tried_lead, tried_tests
from turnout.printable import visible
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.rendering.report import counted
from turnout.runtime.leads import record_reader

Data: TypeAlias = dict[str, Any]

RUN_TESTS = "turnout.server.runTests"
SHOW_RULE = "turnout.server.showRule"
SAMPLE_LEADS = "turnout.server.sampleLeads"
DIAGRAM = "turnout.server.diagram"
TRY_LEAD = "turnout.server.tryLead"

_WIDTH = 88
"""Columns of the texts that are answered with."""

_MOST_LEADS = 50
"""Leads of a sample that are listed."""


@frozen
class _Asked:
    """What an order is about: a policy that was checked, and what else was said."""

    known: Insight
    compiled: Compiled
    source: Source
    locator: Locator
    said: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Return a text of those that were said. Raises JsonRpcInvalidParams."""
        value = self.said.get(key)
        if value is not None and not isinstance(value, str):
            raise JsonRpcInvalidParams(f"`{key}` has to be a text")
        return value

    @property
    def route(self) -> str:
        """The route that was named, else the first one. Raises JsonRpcInvalidParams."""
        name, routes = self.text("route"), self.compiled.program.routes
        if name is None and routes:
            return next(iter(routes))
        if name is None or name not in routes:
            listed = ", ".join(routes) or "none"
            raise JsonRpcInvalidParams(f"there is no route {visible(name or '')}; it has {listed}")
        return name

    def check_fit(self) -> None:
        """Raise JsonRpcInvalidParams where the policy decides no lead."""
        errors = [each for each in self.compiled.findings if each.severity is Severity.ERROR]
        if errors:
            said = counted(len(errors), "error")
            raise JsonRpcInvalidParams(f"a policy with errors decides no lead: mend its {said}")


def register_orders(server: LanguageServer, desk: Desk) -> None:
    """Register the commands."""
    for name, does in _ORDERS.items():
        _register(server, desk, name, does)


def _register(
    server: LanguageServer, desk: Desk, name: str, does: Callable[[_Asked], Data]
) -> None:
    @server.command(name)
    async def done(said: Any = None) -> Data:  # noqa: ANN401 - whatever an editor sends
        asked = await _asked(desk, said)
        try:
            answer = await asyncio.to_thread(does, asked)
        except Error as fault:
            remedy = f"; {fault.help}" if fault.help else ""
            raise JsonRpcInvalidParams(f"{fault.message}{remedy}") from fault
        if asked.said.get("tell") is True:
            message = types.ShowMessageParams(types.MessageType.Info, answer["text"])
            server.window_show_message(message)
        return answer


async def _asked(desk: Desk, said: object) -> _Asked:
    if not isinstance(said, dict) or not isinstance(said.get("uri"), str):
        raise JsonRpcInvalidParams('a command takes one object with the document: {"uri": ...}')
    found = cast("Data", said)
    await desk.at(Level.WHOLE)
    path = path_of(found["uri"])
    for known in desk.answers.values():
        if known.compiled is None or known.level is not Level.WHOLE:
            continue
        for source in known.compiled.sources:
            if path_of_source(source) == path:
                return _Asked(known, known.compiled, source, Locator(desk.documents), found)
    raise JsonRpcInvalidParams("no policy that is open reads this file")


# -- tests --


def _run_tests(asked: _Asked) -> Data:
    """Run the tests of a file, or one of them."""
    asked.check_fit()
    name = asked.text("name")
    wanted = [each for each in asked.compiled.policy.tests if name in {None, each.name}]
    if name is not None and not any(e.span.source.name == asked.source.name for e in wanted):
        raise JsonRpcInvalidParams(f"there is no test {visible(name)}")
    runs = tried_tests(asked.compiled, asked.source)
    found = [each for each in runs if name in {None, each.result.test.name}]
    failed = [each for each in found if not each.result.is_passed]
    said = [_summary(each) for each in (failed or found if name is not None else failed)]
    numbers = f"{counted(len(found), 'test')}, {len(failed)} failed"
    text = "\n".join([numbers, *said] if name is None else said)
    return {"text": text, "tests": [_test_data(asked, each) for each in found]}


def _summary(run: TestRun) -> str:
    return visible(f"{run.result.test.name}: {run.said}")


def _test_data(asked: _Asked, run: TestRun) -> Data:
    result = run.result
    failures = [
        {"message": visible(said), "range": _range(asked.locator.range(span))}
        for span, said in run.faults
    ]
    explained = [
        "\n".join(explanation_text(failure.explanation, _WIDTH, has_state=True))
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


def _show_rule(asked: _Asked) -> Data:
    """Show which leads come to a rule, by what, and what is left for it."""
    rule = asked.text("rule")
    at, clause = _clause(asked, rule or "")
    analysis = analysis_of(asked.known, asked.route)
    if analysis is None:
        raise JsonRpcInvalidParams("a policy of which something can't be read says nothing yet")
    text = "\n".join(map(visible, receiving(analysis, at).lines))
    wanted = WantedPicture(asked.route, rule=clause.name if clause.is_rule else None)
    svg = picture(asked.compiled, wanted, asked.known.main)
    return {"text": text, "svg": svg.text, "title": svg.title, "at": _place(asked, clause.span)}


def _sample_leads(asked: _Asked) -> Data:
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


def _clause(asked: _Asked, rule: str) -> tuple[int, Clause]:
    """Return a clause of the route by its name. Raises JsonRpcInvalidParams."""
    for at, clause in enumerate(asked.compiled.program.routes[asked.route].clauses):
        if clause.name == rule:
            return at, clause
    raise JsonRpcInvalidParams(f"route {asked.route} has no rule {visible(rule)}")


# -- pictures, and a lead on its way --


def _diagram(asked: _Asked) -> Data:
    """Draw a route, or a part of it."""
    theme = asked.text("theme") or "auto"
    if theme not in {"auto", "light", "dark"}:
        raise JsonRpcInvalidParams("`theme` is auto, light or dark")
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


def _try_lead(asked: _Asked) -> Data:
    """Decide one lead, and show its way."""
    asked.check_fit()
    lead = asked.said.get("lead")
    if not isinstance(lead, dict):
        raise JsonRpcInvalidParams("`lead` has to be an object of names and values")
    when = asked.text("at")
    try:
        moment = None if when is None else datetime.fromisoformat(when)
    except ValueError:
        raise JsonRpcInvalidParams("`at` has to be a moment, as 2026-11-30T09:00:00Z") from None
    if moment is not None and moment.tzinfo is None:
        raise JsonRpcInvalidParams("`at` needs a time zone, as 2026-11-30T09:00:00Z")
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
        "text": "\n".join(lines),
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


def _place(asked: _Asked, span: Span) -> Data:
    found = asked.locator.location(span)
    return {"uri": found.uri, "range": _range(found.range)}


def _range(found: types.Range) -> Data:
    def place(one: types.Position) -> Data:
        return {"line": one.line, "character": one.character}

    return {"start": place(found.start), "end": place(found.end)}


_ORDERS: Mapping[str, Callable[[_Asked], Data]] = {
    RUN_TESTS: _run_tests,
    SHOW_RULE: _show_rule,
    SAMPLE_LEADS: _sample_leads,
    DIAGRAM: _diagram,
    TRY_LEAD: _try_lead,
}
