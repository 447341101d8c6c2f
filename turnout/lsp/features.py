"""What an editor asks about a text, and whose answer it gets.

Every answer is about the texts as they are now: whoever asks waits until they have been
read, and no longer. What tries leads and looks into regions is only read when it is first
asked for: the first findings don't wait for it.
"""

from asyncio import to_thread
from collections.abc import Iterable, Iterator
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from turnout.dsl.nodes import File
from turnout.dsl.source import Span
from turnout.frozen import frozen
from turnout.lsp.colours import TYPES, Coloured, coloured
from turnout.lsp.completion import Offered, offered
from turnout.lsp.declaring import Outlined, outline
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import Insight, Level
from turnout.lsp.layout import foldings, format_edits, links
from turnout.lsp.new_name import fixed, renamed
from turnout.lsp.open_texts import path_of
from turnout.lsp.positions import TextLines
from turnout.lsp.signatures import signature
from turnout.lsp.standing import standing
from turnout.lsp.uses import Use, use_at, uses, uses_in
from turnout.printable import visible

_KINDS = {
    "block": types.SymbolKind.Namespace,
    "calendar": types.SymbolKind.Event,
    "fallback": types.SymbolKind.Key,
    "field": types.SymbolKind.Field,
    "guarantee": types.SymbolKind.Interface,
    "lead": types.SymbolKind.Struct,
    "partner": types.SymbolKind.Object,
    "person": types.SymbolKind.Variable,
    "queue": types.SymbolKind.Array,
    "route": types.SymbolKind.Module,
    "rule": types.SymbolKind.Function,
    "rules": types.SymbolKind.File,
    "segment": types.SymbolKind.Class,
    "segment family": types.SymbolKind.Enum,
    "sequence": types.SymbolKind.Array,
    "team": types.SymbolKind.Class,
    "territory": types.SymbolKind.Class,
    "test": types.SymbolKind.Method,
}
MOST_SYMBOLS = 500
"""Names that a search in all files returns."""


@frozen
class _File:
    """A file that is asked about, in one of the policies that read it."""

    known: Insight
    file: File
    locator: Locator


def register_names(server: LanguageServer, desk: Desk) -> None:
    """Register what is asked about a name."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        from turnout.lsp.telling import told  # noqa: PLC0415 - see above

        use, locator = await _use(desk, params.text_document.uri, params.position)
        text = await to_thread(told, desk.answers, use) if use else None
        if use is None or text is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(content, locator.range(use.at))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> types.Location | None:
        use, locator = await _use(desk, params.text_document.uri, params.position)
        return locator.location(use.declared) if use and use.declared else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> list[types.Location]:
        use, locator = await _use(desk, params.text_document.uri, params.position)
        if use is None or use.declared is None:
            return []
        has_declared = params.context.include_declaration
        found = (each.at for each in uses(desk.answers, use))
        return [locator.location(at) for at in found if has_declared or at != use.declared]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlights(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        use, locator = await _use(desk, params.text_document.uri, params.position)
        if use is None or use.declared is None:
            return []
        path = path_of_source(use.at.source)
        found = (each.at for each in uses(desk.answers, use))
        here = (at for at in found if path_of_source(at.source) == path)
        return [types.DocumentHighlight(locator.range(at)) for at in here]


def register_renaming(server: LanguageServer, desk: Desk) -> None:
    """Register what changes a name."""

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepared(params: types.PrepareRenameParams) -> types.Range | None:
        use, locator = await _use(desk, params.text_document.uri, params.position)
        if use is not None and (obstacle := fixed(use)):
            raise JsonRpcInvalidParams(obstacle)
        return locator.range(use.at) if use else None

    options = types.RenameOptions(prepare_provider=True)

    @server.feature(types.TEXT_DOCUMENT_RENAME, options)
    async def rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        use, locator = await _use(desk, params.text_document.uri, params.position)
        if use is None:
            return None
        edits = renamed(desk.answers, desk.documents.texts(), use, params.new_name)
        if isinstance(edits, str):
            raise JsonRpcInvalidParams(edits)
        return types.WorkspaceEdit(locator.changes((put.at, put.text) for put in edits))


def register_typing(server: LanguageServer, desk: Desk) -> None:
    """Register what is asked while somebody types, which nobody can wait for."""
    options = types.CompletionOptions(trigger_characters=[" ", "[", '"', ":"])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completion(params: types.CompletionParams) -> types.CompletionList:
        path = path_of(params.text_document.uri)
        document = desk.documents.open.get(path)
        if document is None:
            return types.CompletionList(is_incomplete=False, items=[])
        lines = TextLines(document.text, desk.documents.encoding, is_read=False)
        found = standing(document.text, lines.offset(params.position))
        if found is None:
            return types.CompletionList(is_incomplete=False, items=[])
        known = next((each for each in desk.answers.values() if path in each.read.read), None)
        place = types.Range(lines.position(found.start), params.position)
        items = [_item(each, place) for each in offered(known, found)]
        return types.CompletionList(is_incomplete=False, items=items)

    signatures = types.SignatureHelpOptions(trigger_characters=[" ", '"'])

    @server.feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, signatures)
    def signature_help(params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        document = desk.documents.open.get(path_of(params.text_document.uri))
        if document is None:
            return None
        lines = TextLines(document.text, desk.documents.encoding, is_read=False)
        return signature(document.text, lines.offset(params.position))


def register_showing(server: LanguageServer, desk: Desk) -> None:
    """Register what is shown in and beside a text by itself."""
    legend = types.SemanticTokensLegend(list(TYPES), ["declaration"])

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    async def colours(params: types.SemanticTokensParams) -> types.SemanticTokens:
        asked = await _file(desk, params.text_document.uri)
        if asked is None:
            return types.SemanticTokens([])
        source = asked.file.source
        names = (
            (use.kind, use.at.start, use.at.end, use.at == use.declared)
            for use in uses_in(asked.known, source)
        )
        return types.SemanticTokens(_encoded(coloured(source, names), asked.locator.lines(source)))

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        from turnout.lsp.lenses import lenses  # noqa: PLC0415 - see above

        asked = await _whole(desk, params.text_document.uri)
        if asked is None or asked.known.compiled is None:
            return []
        known, compiled, source = asked.known, asked.known.compiled, asked.file.source
        return await to_thread(lambda: list(lenses(known, compiled, source, asked.locator)))

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        from turnout.lsp.hints import beside  # noqa: PLC0415 - see above

        asked = await _whole(desk, params.text_document.uri)
        if asked is None or asked.known.compiled is None:
            return []
        lines = asked.locator.lines(asked.file.source)
        start, end = lines.offset(params.range.start), lines.offset(params.range.end)
        compiled, within = asked.known.compiled, Span(asked.file.source, start, end)
        found = await to_thread(lambda: list(beside(asked.known, compiled, within)))
        return [
            types.InlayHint(asked.locator.range(at).end, visible(said), padding_left=True)
            for at, said in found
        ]


async def _whole(desk: Desk, uri: str) -> _File | None:
    """Return the file that is asked about once all checks are through."""
    await desk.at(Level.WHOLE)
    asked = await _file(desk, uri)
    return asked if asked is not None and asked.known.level is Level.WHOLE else None


def _encoded(found: Iterable[Coloured], lines: TextLines) -> list[int]:
    """Return words as the protocol has them: five numbers each, the first two relative."""
    numbers: list[int] = []
    before = types.Position(0, 0)
    for each in found:
        start, end = lines.position(each.start), lines.position(each.end)
        line = start.line - before.line
        column = start.character - (before.character if line == 0 else 0)
        length = end.character - start.character
        numbers += [line, column, length, TYPES.index(each.type), int(each.is_declared)]
        before = start
    return numbers


def register_files(server: LanguageServer, desk: Desk) -> None:
    """Register what is asked about a file or a part of it."""

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
    async def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        from turnout.lsp.actions import actions  # noqa: PLC0415 - see above

        await desk.at(Level.QUICK)
        asked = await _file(desk, params.text_document.uri)
        if asked is None:
            return []
        lines = asked.locator.lines(asked.file.source)
        start, end = lines.offset(params.range.start), lines.offset(params.range.end)
        at = Span(asked.file.source, start, end)
        return list(actions(asked.known, at, asked.locator))

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        asked = await _file(desk, params.text_document.uri)
        return [_symbol(each, asked.locator) for each in outline(asked.file)] if asked else []

    @server.feature(types.WORKSPACE_SYMBOL)
    async def everywhere(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        await desk.at(Level.READ)
        locator = Locator(desk.documents)
        files = {
            file.source.name: file for known in desk.answers.values() for file in known.read.files
        }
        wanted = params.query.casefold()
        found = (
            types.WorkspaceSymbol(locator.location(part.at), part.name, _KINDS[part.kind])
            for name in sorted(files)
            for part in _flat(outline(files[name]))
            if wanted in part.name.casefold() and part.kind not in {"lead", "fallback", "block"}
        )
        return [each for each, _ in zip(found, range(MOST_SYMBOLS), strict=False)]

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folds(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        asked = await _file(desk, params.text_document.uri)
        return list(foldings(asked.file)) if asked else []

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        asked = await _file(desk, params.text_document.uri)
        return format_edits(asked.file.source, asked.locator) if asked else []

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    async def formatting_part(
        params: types.DocumentRangeFormattingParams,
    ) -> list[types.TextEdit]:
        asked = await _file(desk, params.text_document.uri)
        within = params.range.start.line, params.range.end.line
        return format_edits(asked.file.source, asked.locator, within) if asked else []

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def file_links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        asked = await _file(desk, params.text_document.uri)
        if asked is None:
            return []
        return list(links(asked.file.source, asked.known.main.parent, asked.locator))


async def _use(desk: Desk, uri: str, at: types.Position) -> tuple[Use | None, Locator]:
    """Return the name at a place, and what finds its places."""
    asked = await _file(desk, uri)
    if asked is None:
        return None, Locator(desk.documents)
    offset = asked.locator.lines(asked.file.source).offset(at)
    return use_at(desk.answers, path_of(uri), offset), asked.locator


async def _file(desk: Desk, uri: str) -> _File | None:
    """Return the file that is asked about, None where no policy that is open reads it."""
    await desk.at(Level.READ)
    path: Path = path_of(uri)
    for known in desk.answers.values():
        for file in known.read.files:
            if path_of_source(file.source) == path:
                return _File(known, file, Locator(desk.documents))
    return None


def _symbol(part: Outlined, locator: Locator) -> types.DocumentSymbol:
    start, end = min(part.whole.start, part.at.start), max(part.whole.end, part.at.end)
    return types.DocumentSymbol(
        name=part.name or part.kind,
        kind=_KINDS[part.kind],
        range=locator.range(Span(part.whole.source, start, end)),
        selection_range=locator.range(part.at),
        detail=part.kind,
        children=[_symbol(each, locator) for each in part.inside] or None,
    )


def _item(each: Offered, place: types.Range) -> types.CompletionItem:
    return types.CompletionItem(
        label=each.label,
        kind=each.kind,
        detail=each.detail or None,
        sort_text=f"{each.rank}{each.label}",
        text_edit=types.TextEdit(place, each.text),
    )


def _flat(parts: tuple[Outlined, ...]) -> Iterator[Outlined]:
    for part in parts:
        yield part
        yield from _flat(part.inside)
