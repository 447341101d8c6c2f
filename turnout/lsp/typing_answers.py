"""What an editor asks while somebody types, which nobody can wait for.

It is answered of the text as it stands, and of what was read of it last.
"""

from turnout.lsp.completion import Offered, offered
from turnout.lsp.desk import Desk
from turnout.lsp.open_texts import path_of
from turnout.lsp.positions import TextLines
from turnout.lsp.shapes import (
    CompletionItem,
    Message,
    SignatureHelp,
    TextEdit,
    TextRange,
    position_in,
    uri_in,
)
from turnout.lsp.signatures import signature
from turnout.lsp.standing import standing


async def completion(desk: Desk, params: Message) -> Message:
    """Offer the words that may stand at a place."""
    path, at = path_of(uri_in(params)), position_in(params)
    document = desk.documents.open.get(path)
    if document is None:
        return _listed([])
    lines = TextLines(document.text, desk.documents.encoding, is_read=False)
    found = standing(document.text, lines.offset(at))
    if found is None:
        return _listed([])
    known = next((each for each in desk.answers.values() if path in each.read.read), None)
    place = TextRange(lines.position(found.start), at)
    return _listed([_item(each, place) for each in offered(known, found)])


async def signature_help(desk: Desk, params: Message) -> SignatureHelp | None:
    """Show how the action at a place is written."""
    document, at = desk.documents.open.get(path_of(uri_in(params))), position_in(params)
    if document is None:
        return None
    lines = TextLines(document.text, desk.documents.encoding, is_read=False)
    return signature(document.text, lines.offset(at))


def _listed(items: list[CompletionItem]) -> Message:
    return {"isIncomplete": False, "items": items}


def _item(each: Offered, place: TextRange) -> CompletionItem:
    return CompletionItem(
        label=each.label,
        kind=each.kind,
        detail=each.detail or None,
        sort_text=f"{each.rank}{each.label}",
        text_edit=TextEdit(place, each.text),
    )
