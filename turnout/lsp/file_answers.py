"""What an editor asks about a file or a part of it: outline, form, and what can be mended."""

from collections.abc import Iterator

from turnout.dsl.source import Span
from turnout.lsp.asked_file import asked_file
from turnout.lsp.declaring import Outlined, outline
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator
from turnout.lsp.following import Level
from turnout.lsp.layout import foldings, format_edits, links
from turnout.lsp.shapes import (
    CodeAction,
    DocumentLink,
    DocumentSymbol,
    FoldingRange,
    Message,
    RefusalError,
    SymbolKind,
    TextEdit,
    WorkspaceSymbol,
    object_at,
    range_in,
    text_at,
    uri_in,
)

_KINDS = {
    "block": SymbolKind.NAMESPACE,
    "calendar": SymbolKind.EVENT,
    "fallback": SymbolKind.KEY,
    "field": SymbolKind.FIELD,
    "guarantee": SymbolKind.INTERFACE,
    "lead": SymbolKind.STRUCT,
    "partner": SymbolKind.OBJECT,
    "person": SymbolKind.VARIABLE,
    "queue": SymbolKind.ARRAY,
    "route": SymbolKind.MODULE,
    "rule": SymbolKind.FUNCTION,
    "rules": SymbolKind.FILE,
    "segment": SymbolKind.CLASS,
    "segment family": SymbolKind.ENUM,
    "sequence": SymbolKind.ARRAY,
    "team": SymbolKind.CLASS,
    "territory": SymbolKind.CLASS,
    "test": SymbolKind.METHOD,
}
MOST_SYMBOLS = 500
"""Names that a search in all files returns."""


async def code_actions(desk: Desk, params: Message) -> list[CodeAction]:
    """Say what can be done about the findings of a piece of text."""
    from turnout.lsp.actions import actions  # noqa: PLC0415 - what tries leads is read late

    wanted = range_in(params)
    asked = await asked_file(desk, uri_in(params), Level.QUICK)
    if asked is None:
        return []
    known, at, later = asked.known, asked.span(wanted), desk.resolves
    found = actions(known, at, asked.locator, is_resolving=later)
    return await desk.conversation.aside(lambda: list(found))


async def chosen_action(desk: Desk, params: Message) -> Message:
    """Say which edit an action is that was offered without one."""
    from turnout.lsp.actions import chosen  # noqa: PLC0415 - what tries leads is read late

    if "data" not in params:
        return params
    data = object_at(params, "data")
    asked = await asked_file(desk, text_at(data, "uri"), Level.WHOLE)
    if asked is None:
        raise RefusalError("the text has changed since; ask again")
    known, locator = asked.known, asked.locator
    edit = await desk.conversation.aside(lambda: chosen(known, data, locator))
    return {**params, "edit": edit}


async def symbols(desk: Desk, params: Message) -> list[DocumentSymbol]:
    """Say what a file declares."""
    asked = await asked_file(desk, uri_in(params))
    return [_symbol(each, asked.locator) for each in outline(asked.file)] if asked else []


async def everywhere(desk: Desk, params: Message) -> list[WorkspaceSymbol]:
    """Search for a name in all files."""
    wanted = text_at(params, "query").casefold()
    await desk.at(Level.READ)
    locator = Locator(desk.documents)
    files = {file.source.name: file for known in desk.answers.values() for file in known.read.files}
    found = (
        WorkspaceSymbol(locator.location(part.at), part.name, _KINDS[part.kind])
        for name in sorted(files)
        for part in _flat(outline(files[name]))
        if wanted in part.name.casefold() and part.kind not in {"lead", "fallback", "block"}
    )
    return [each for each, _ in zip(found, range(MOST_SYMBOLS), strict=False)]


async def folds(desk: Desk, params: Message) -> list[FoldingRange]:
    """Say what can be folded."""
    asked = await asked_file(desk, uri_in(params))
    return list(foldings(asked.file)) if asked else []


async def formatting(desk: Desk, params: Message) -> list[TextEdit]:
    """Say what brings a file into canonical form."""
    asked = await asked_file(desk, uri_in(params))
    if asked is None:
        return []
    source, locator = asked.file.source, asked.locator
    return await desk.conversation.aside(lambda: format_edits(source, locator))


async def formatting_part(desk: Desk, params: Message) -> list[TextEdit]:
    """Say what brings some lines into canonical form."""
    wanted = range_in(params)
    asked = await asked_file(desk, uri_in(params))
    if asked is None:
        return []
    source, locator, lines = asked.file.source, asked.locator, (wanted.start.line, wanted.end.line)
    return await desk.conversation.aside(lambda: format_edits(source, locator, lines))


async def file_links(desk: Desk, params: Message) -> list[DocumentLink]:
    """Say which files a text names."""
    asked = await asked_file(desk, uri_in(params))
    if asked is None:
        return []
    return list(links(asked.file.source, asked.known.main.parent, asked.locator))


def _symbol(part: Outlined, locator: Locator) -> DocumentSymbol:
    start, end = min(part.whole.start, part.at.start), max(part.whole.end, part.at.end)
    return DocumentSymbol(
        name=part.name or part.kind,
        kind=_KINDS[part.kind],
        range=locator.range(Span(part.whole.source, start, end)),
        selection_range=locator.range(part.at),
        detail=part.kind,
        children=[_symbol(each, locator) for each in part.inside] or None,
    )


def _flat(parts: tuple[Outlined, ...]) -> Iterator[Outlined]:
    for part in parts:
        yield part
        yield from _flat(part.inside)
