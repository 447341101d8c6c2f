"""What an editor shows in and beside a text by itself: colours, lenses and hints."""

from collections.abc import Iterable

from turnout.lsp.asked_file import asked_file
from turnout.lsp.colours import TYPES, Coloured, coloured
from turnout.lsp.desk import Desk
from turnout.lsp.following import Level
from turnout.lsp.positions import TextLines
from turnout.lsp.shapes import CodeLens, InlayHint, Message, Position, range_in, uri_in
from turnout.lsp.uses import uses_in
from turnout.printable import visible


async def colours(desk: Desk, params: Message) -> Message:
    """Say what each word of a file is."""
    asked = await asked_file(desk, uri_in(params))
    if asked is None:
        return {"data": []}
    source, known = asked.file.source, asked.known

    def numbers() -> list[int]:
        names = (
            (use.kind, use.at.start, use.at.end, use.at == use.declared)
            for use in uses_in(known, source)
        )
        return _encoded(coloured(source, names), asked.locator.lines(source))

    return {"data": await desk.conversation.aside(numbers)}


async def code_lenses(desk: Desk, params: Message) -> list[CodeLens]:
    """Say what comes of each rule and test."""
    from turnout.lsp.lenses import lenses  # noqa: PLC0415 - what tries leads is read late

    asked = await asked_file(desk, uri_in(params), Level.WHOLE)
    if asked is None or asked.known.compiled is None:
        return []
    known, compiled, source = asked.known, asked.known.compiled, asked.file.source
    return await desk.conversation.aside(
        lambda: list(lenses(known, compiled, source, asked.locator))
    )


async def hints(desk: Desk, params: Message) -> list[InlayHint]:
    """Say what a rule receives, and what isn't as a test expects."""
    from turnout.lsp.hints import beside  # noqa: PLC0415 - what looks into regions is read late

    wanted = range_in(params)
    asked = await asked_file(desk, uri_in(params), Level.WHOLE)
    if asked is None or asked.known.compiled is None:
        return []
    known, compiled, within = asked.known, asked.known.compiled, asked.span(wanted)
    found = await desk.conversation.aside(lambda: list(beside(known, compiled, within)))
    return [
        InlayHint(asked.locator.range(at).end, visible(said), padding_left=True)
        for at, said in found
    ]


def _encoded(found: Iterable[Coloured], lines: TextLines) -> list[int]:
    """Return words as the protocol has them: five numbers each, the first two relative."""
    numbers: list[int] = []
    before = Position(0, 0)
    for each in found:
        start, end = lines.position(each.start), lines.position(each.end)
        line = start.line - before.line
        column = start.character - (before.character if line == 0 else 0)
        length = end.character - start.character
        numbers += [line, column, length, TYPES.index(each.type), int(each.is_declared)]
        before = start
    return numbers
