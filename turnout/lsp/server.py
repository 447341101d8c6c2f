"""The server: what the protocol asks, and who answers it.

It speaks over standard input and output, to one editor. Each answer is made elsewhere, of
the texts and of what the worker found; here it is only asked for. What answers is imported
when it is first asked, so that the first findings wait for nothing else.
"""

import gc
import sys
from collections.abc import Callable, Coroutine, Mapping
from hashlib import sha256
from importlib import import_module
from typing import Any, TypeAlias, cast

from turnout import __version__
from turnout.lsp.conversation import Conversation
from turnout.lsp.desk import Desk
from turnout.lsp.following import Level
from turnout.lsp.open_texts import path_of
from turnout.lsp.shapes import (
    Message,
    number_at,
    object_at,
    objects_at,
    text_at,
    uri_in,
    within,
)

_Asked: TypeAlias = Callable[[Desk, Message], Coroutine[Any, Any, object]]

_FILES = ("**/*.route", "**/*.csv", "**/turnout.toml", "**/pyproject.toml")
"""What changes findings when it changes on the disk."""

_ORDERS = ("runTests", "showRule", "sampleLeads", "diagram", "tryLead")

_ANSWERED: Mapping[str, tuple[str, str]] = {
    "codeAction/resolve": ("file_answers", "chosen_action"),
    "textDocument/codeAction": ("file_answers", "code_actions"),
    "textDocument/codeLens": ("margin_answers", "code_lenses"),
    "textDocument/completion": ("typing_answers", "completion"),
    "textDocument/definition": ("name_answers", "definition"),
    "textDocument/documentHighlight": ("name_answers", "highlights"),
    "textDocument/documentLink": ("file_answers", "file_links"),
    "textDocument/documentSymbol": ("file_answers", "symbols"),
    "textDocument/foldingRange": ("file_answers", "folds"),
    "textDocument/formatting": ("file_answers", "formatting"),
    "textDocument/hover": ("name_answers", "hover"),
    "textDocument/inlayHint": ("margin_answers", "hints"),
    "textDocument/prepareRename": ("name_answers", "prepared"),
    "textDocument/rangeFormatting": ("file_answers", "formatting_part"),
    "textDocument/references": ("name_answers", "references"),
    "textDocument/rename": ("name_answers", "rename"),
    "textDocument/semanticTokens/full": ("margin_answers", "colours"),
    "textDocument/signatureHelp": ("typing_answers", "signature_help"),
    "workspace/executeCommand": ("orders", "done"),
    "workspace/symbol": ("file_answers", "everywhere"),
}
"""What answers each method: a module of this room, and a function of it."""

_DOES: Message = {
    "codeActionProvider": {"codeActionKinds": ["quickfix"], "resolveProvider": True},
    "codeLensProvider": {},
    "completionProvider": {"triggerCharacters": [" ", "[", '"', ":"]},
    "definitionProvider": True,
    "diagnosticProvider": {
        "identifier": "turnout",
        "interFileDependencies": True,
        "workspaceDiagnostics": False,
    },
    "documentFormattingProvider": True,
    "documentHighlightProvider": True,
    "documentLinkProvider": {},
    "documentRangeFormattingProvider": True,
    "documentSymbolProvider": True,
    "executeCommandProvider": {"commands": [f"turnout.server.{each}" for each in _ORDERS]},
    "foldingRangeProvider": True,
    "hoverProvider": True,
    "inlayHintProvider": True,
    "referencesProvider": True,
    "signatureHelpProvider": {"triggerCharacters": [" ", '"']},
    "textDocumentSync": {"openClose": True, "change": 2},
    "workspaceSymbolProvider": True,
}


def serve() -> int:
    """Serve the editor at the other end of standard input and output until it leaves.

    Return 0 if it said goodbye before, else 1.
    """
    gc.disable()  # until the first findings are there; see `following.tidy`
    spoken = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints would break the protocol
    return made(Conversation(sys.stdin.buffer, spoken)).serve()


def made(conversation: Conversation) -> Conversation:
    """Return a conversation that has its answers."""
    desk = Desk(conversation)
    answers = conversation.answers
    answers["initialize"] = lambda params: _initialize(desk, params)
    answers["initialized"] = lambda _: _initialized(desk)
    answers["shutdown"] = lambda _: desk.follower.end()
    answers["textDocument/didOpen"] = lambda params: _opened(desk, params)
    answers["textDocument/didChange"] = lambda params: _edited(desk, params)
    answers["textDocument/didClose"] = lambda params: _closed(desk, params)
    answers["workspace/didChangeWatchedFiles"] = lambda params: _noticed(desk, params)
    answers["textDocument/diagnostic"] = lambda params: _pulled(desk, params)
    answers["turnout/settled"] = lambda _: _settled(desk)
    for method, (module, name) in _ANSWERED.items():
        answers[method] = _imported(desk, module, name)
    return conversation


def _imported(desk: Desk, module: str, name: str) -> Callable[[Message], object]:
    """Return an answer whose module is imported when it is first asked for."""

    def answer(params: Message) -> object:
        asked = cast("_Asked", getattr(import_module(f"turnout.lsp.{module}"), name))
        return asked(desk, params)

    return answer


# -- the conversation itself, and its texts --


def _initialize(desk: Desk, params: Message) -> Message:
    from turnout.lsp.colours import TYPES  # noqa: PLC0415 - its names are part of the answer

    desk.begin(params)
    prepares = within(params, "capabilities", "textDocument", "rename", "prepareSupport")
    tokens = {"legend": {"tokenTypes": TYPES, "tokenModifiers": ["declaration"]}, "full": True}
    return {
        "capabilities": {
            **_DOES,
            "positionEncoding": desk.documents.encoding,
            "renameProvider": {"prepareProvider": True} if prepares else True,
            "semanticTokensProvider": tokens,
        },
        "serverInfo": {"name": "turnout", "version": __version__},
    }


def _initialized(desk: Desk) -> None:
    if desk.watches:
        watchers = [{"globPattern": pattern} for pattern in _FILES]
        wanted = {
            "id": "turnout-files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": {"watchers": watchers},
        }
        desk.conversation.ask("client/registerCapability", {"registrations": [wanted]})


def _opened(desk: Desk, params: Message) -> None:
    document = object_at(params, "textDocument")
    said = text_at(document, "uri"), text_at(document, "text"), number_at(document, "version")
    desk.changed(desk.documents.put(*said).path)


def _edited(desk: Desk, params: Message) -> None:
    version = within(params, "textDocument", "version")
    changes = objects_at(params, "contentChanges")
    document = desk.documents.edit(uri_in(params), changes, version)
    if document is not None:
        desk.changed(document.path)


def _closed(desk: Desk, params: Message) -> None:
    desk.changed(desk.documents.close(uri_in(params)))


def _noticed(desk: Desk, params: Message) -> None:
    paths = [path_of(text_at(change, "uri")) for change in objects_at(params, "changes")]
    is_configured = any(path.suffix == ".toml" for path in paths)
    desk.changed(*paths, *(desk.answers if is_configured else ()))


# -- findings --


async def _pulled(desk: Desk, params: Message) -> Message:
    path = path_of(uri_in(params))
    await desk.at(Level.QUICK)
    # An editor that can't be told to ask again is pushed to: asked as well, it had all twice.
    found = desk.found.get(path, ()) if desk.pulls else ()
    mark = sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if mark == params.get("previousResultId"):
        return {"kind": "unchanged", "resultId": mark}
    return {"kind": "full", "resultId": mark, "items": found}


async def _settled(desk: Desk) -> None:
    """Answering once all checks of the texts as they are now are through."""
    await desk.at(Level.WHOLE)
