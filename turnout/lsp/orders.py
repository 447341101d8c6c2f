"""What an editor can have the server do: the commands that code lenses and extensions name.

Each takes one JSON object with the document's `uri` and answers with JSON; the reference
page says what is in both. The texts count as they stand on the screen, once all checks are
through. Editors that only run what a lens names show no answer, so where `tell` is true
the server shows it as a message.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from turnout.compiler.compiled import Compiled
from turnout.dsl.findings import Severity
from turnout.dsl.source import Source
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import Insight, Level
from turnout.lsp.open_texts import path_of
from turnout.lsp.shapes import Message, RefusalError
from turnout.printable import visible
from turnout.rendering.report import counted

RUN_TESTS = "turnout.server.runTests"
SHOW_RULE = "turnout.server.showRule"
SAMPLE_LEADS = "turnout.server.sampleLeads"
DIAGRAM = "turnout.server.diagram"
TRY_LEAD = "turnout.server.tryLead"
ORDERS = (RUN_TESTS, SHOW_RULE, SAMPLE_LEADS, DIAGRAM, TRY_LEAD)

Data: TypeAlias = dict[str, Any]
"""JSON that is answered with."""


@frozen
class Order:
    """What an order is about: a policy that was checked, and what else was said."""

    known: Insight
    compiled: Compiled
    source: Source
    locator: Locator
    said: Mapping[str, Any]

    def text(self, key: str) -> str | None:
        """Return a text of those that were said. Raises RefusalError."""
        value = self.said.get(key)
        if value is not None and not isinstance(value, str):
            raise RefusalError(f"`{key}` has to be a text")
        return value

    @property
    def route(self) -> str:
        """The route that was named, else the first one. Raises RefusalError."""
        name, routes = self.text("route"), self.compiled.program.routes
        if name is None and routes:
            return next(iter(routes))
        if name is None or name not in routes:
            listed = ", ".join(routes) or "none"
            raise RefusalError(f"there is no route {visible(name or '')}; it has {listed}")
        return name

    def check_fit(self) -> None:
        """Raise RefusalError where the policy decides no lead."""
        errors = [each for each in self.compiled.findings if each.severity is Severity.ERROR]
        if errors:
            said = counted(len(errors), "error")
            raise RefusalError(f"a policy with errors decides no lead: mend its {said}")


async def done(desk: Desk, params: Message) -> Data:
    """Do what a command orders. Raises RefusalError."""
    name, arguments = params.get("command"), cast("object", params.get("arguments"))
    said = cast("list[object]", arguments) if isinstance(arguments, list) else []
    if name not in ORDERS:
        raise RefusalError(f"there is no command {visible(str(name))}")
    asked = await _asked(desk, said[0] if said else None)
    # What draws and tries leads is only read where somebody asks: findings don't wait for it.
    from turnout.lsp.order_answers import ANSWERS  # noqa: PLC0415

    try:
        answer = await desk.conversation.aside(lambda: ANSWERS[name](asked))
    except Error as fault:
        remedy = f"; {fault.help}" if fault.help else ""
        raise RefusalError(f"{fault.message}{remedy}") from fault
    if asked.said.get("tell") is True:
        desk.conversation.tell("window/showMessage", {"type": 3, "message": answer["text"]})
    return answer


async def _asked(desk: Desk, said: object) -> Order:
    found = cast("Data", said) if isinstance(said, dict) else {}
    if not isinstance(found.get("uri"), str):
        raise RefusalError('a command takes one object with the document: {"uri": ...}')
    await desk.at(Level.WHOLE)
    path = path_of(found["uri"])
    for known in desk.answers.values():
        if known.compiled is None or known.level is not Level.WHOLE:
            continue
        for source in known.compiled.sources:
            if path_of_source(source) == path:
                return Order(known, known.compiled, source, Locator(desk.documents), found)
    raise RefusalError("no policy that is open reads this file")
