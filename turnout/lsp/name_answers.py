"""What an editor asks about a name: what it is, where it is declared and used, another one."""

from collections.abc import Iterator

from turnout.dsl.files import MAX_TABLE, Files
from turnout.dsl.source import Span
from turnout.lsp.asked_file import asked_file
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.keywords import keyword_at
from turnout.lsp.new_name import fixed, renamed
from turnout.lsp.open_texts import path_of
from turnout.lsp.positions import TextLines
from turnout.lsp.shapes import (
    DocumentHighlight,
    Hover,
    Location,
    MarkupContent,
    Message,
    Position,
    RefusalError,
    TextRange,
    WorkspaceEdit,
    position_in,
    text_at,
    uri_in,
    within,
)
from turnout.lsp.uses import Use, declaration, use_at, use_in_table, uses


async def hover(desk: Desk, params: Message) -> Hover | None:
    """Say what a name is, or what a keyword means."""
    from turnout.lsp.telling import told  # noqa: PLC0415 - what looks into regions is read late

    use, locator = await _use(desk, params)
    if use is None:
        return await _of_keyword(desk, params)
    answers = desk.answers
    text = await desk.conversation.aside(lambda: told(answers, use))
    return None if text is None else Hover(MarkupContent(text), locator.range(use.at))


async def _of_keyword(desk: Desk, params: Message) -> Hover | None:
    asked = await asked_file(desk, uri_in(params))
    if asked is None:
        return None
    source = asked.file.source
    found = keyword_at(source, asked.locator.lines(source).offset(position_in(params)))
    if found is None:
        return None
    told = MarkupContent(f"**{found.word}**\n\n{found.meaning}")
    return Hover(told, asked.locator.range(Span(source, found.start, found.end)))


async def definition(desk: Desk, params: Message) -> Location | None:
    """Say where a name is declared."""
    use, locator = await _use(desk, params)
    if use is None or use.declared is None:
        return None
    files = _files(desk)
    at = await desk.conversation.aside(lambda: declaration(use, files))
    return None if at is None else locator.location(at)


async def references(desk: Desk, params: Message) -> list[Location]:
    """Say where a name is used."""
    use, locator = await _use(desk, params)
    if use is None or use.declared is None:
        return []
    files = _files(desk)
    declared = declaration(use, files)
    has_declared = within(params, "context", "includeDeclaration") is True
    found = _places(desk, use, files)
    return [locator.location(at) for at in found if has_declared or at != declared]


async def highlights(desk: Desk, params: Message) -> list[DocumentHighlight]:
    """Say where a name is used in its file."""
    use, locator = await _use(desk, params)
    if use is None or use.declared is None:
        return []
    path = path_of_source(use.at.source)
    found = _places(desk, use, _files(desk))
    here = (at for at in found if path_of_source(at.source) == path)
    return [DocumentHighlight(locator.range(at)) for at in here]


async def prepared(desk: Desk, params: Message) -> TextRange | None:
    """Say whether a name can be renamed. Raises RefusalError."""
    use, locator = await _use(desk, params)
    if use is not None and (obstacle := fixed(use)):
        raise RefusalError(obstacle)
    return locator.range(use.at) if use else None


async def rename(desk: Desk, params: Message) -> WorkspaceEdit | None:
    """Say what renames a name. Raises RefusalError."""
    name = text_at(params, "newName")
    use, locator = await _use(desk, params)
    if use is None:
        return None
    answers, texts = desk.answers, desk.documents.texts()
    edits = await desk.conversation.aside(lambda: renamed(answers, texts, use, name))
    if isinstance(edits, str):
        raise RefusalError(edits)
    return WorkspaceEdit(locator.changes((put.at, put.text) for put in edits))


def _places(desk: Desk, use: Use, files: Files) -> Iterator[Span]:
    """Yield where a name stands; of one that a table has, what names the table is no place."""
    by_table = declaration(use, files) != use.declared
    for each in uses(desk.answers, use, files):
        if not by_table or each.at != use.declared:
            yield each.at


async def _use(desk: Desk, params: Message) -> tuple[Use | None, Locator]:
    """Return the name at a place, and what finds its places."""
    uri, at = uri_in(params), position_in(params)
    asked = await asked_file(desk, uri)
    if asked is None:
        return await _use_in_table(desk, uri, at), Locator(desk.documents)
    offset = asked.locator.lines(asked.file.source).offset(at)
    return use_at(desk.answers, path_of(uri), offset), asked.locator


async def _use_in_table(desk: Desk, uri: str, at: Position) -> Use | None:
    """Return the name at a place of a table."""
    path, files = path_of(uri), _files(desk)
    text = files.text(path, MAX_TABLE)
    if path.suffix != ".csv" or not isinstance(text, str):
        return None
    lines = TextLines(text.replace("\r", "\n"), desk.documents.encoding)
    return use_in_table(desk.answers, path, lines.offset(at), files)


def _files(desk: Desk) -> Files:
    return Files(desk.documents.texts())
