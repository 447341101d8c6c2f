"""The server: what the protocol asks, and who answers it.

It speaks over standard input and output, to one editor. Each answer is made elsewhere, of
the texts and of what the worker found; here it is only asked for.
"""

import logging
import sys
from collections.abc import Callable, Generator
from hashlib import sha256
from typing import Any, TypeAlias, cast

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from turnout import __version__
from turnout.lsp.desk import Desk
from turnout.lsp.features import (
    register_files,
    register_names,
    register_renaming,
    register_showing,
    register_typing,
)
from turnout.lsp.following import Level
from turnout.lsp.open_texts import path_of
from turnout.lsp.orders import register_orders

_Passing: TypeAlias = Generator[Any, Any, None]

_FILES = ("**/*.route", "**/*.csv", "**/turnout.toml", "**/pyproject.toml")
"""What changes findings when it changes on the disk."""


class _Protocol(LanguageServerProtocol):
    """The library's protocol, but that it leaves keeping texts to us; see `open_texts`."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> _Passing:
        """Pass on that a text was opened."""
        yield _handler(self, types.TEXT_DOCUMENT_DID_OPEN), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> _Passing:
        """Pass on that a text was edited."""
        yield _handler(self, types.TEXT_DOCUMENT_DID_CHANGE), (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> _Passing:
        """Pass on that a text was closed."""
        yield _handler(self, types.TEXT_DOCUMENT_DID_CLOSE), (params,), None


def _handler(protocol: LanguageServerProtocol, method: str) -> Callable[..., object]:
    """Return our own answer to a method that the library answers, too."""
    manager = cast("Any", protocol.fm)
    known: dict[str, Callable[..., object]] = manager.features
    return known[method]


def made() -> LanguageServer:
    """Return a server, ready to be started."""
    server = LanguageServer(
        "turnout",
        __version__,
        protocol_cls=_Protocol,
        converter_factory=get_converter,
        max_workers=2,
    )
    desk = Desk(server)
    _texts(server, desk)
    _findings(server, desk)
    register_names(server, desk)
    register_renaming(server, desk)
    register_typing(server, desk)
    register_showing(server, desk)
    register_files(server, desk)
    register_orders(server, desk)
    return server


def _texts(server: LanguageServer, desk: Desk) -> None:
    """Register what brings texts."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        desk.begin(params)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _FILES]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            wanted = types.Registration("turnout-files", method, options)
            server.client_register_capability(types.RegistrationParams([wanted]))

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        desk.follower.end()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        desk.changed(desk.documents.put(params.text_document).path)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def edited(params: types.DidChangeTextDocumentParams) -> None:
        document = desk.documents.edit(params)
        if document is not None:
            desk.changed(document.path)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        desk.changed(desk.documents.close(params.text_document.uri))

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def noticed(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path_of(change.uri) for change in params.changes]
        is_configured = any(path.suffix == ".toml" for path in paths)
        desk.changed(*paths, *(desk.answers if is_configured else ()))


def _findings(server: LanguageServer, desk: Desk) -> None:
    """Register what asks for findings."""
    options = types.DiagnosticOptions(
        inter_file_dependencies=True, workspace_diagnostics=False, identifier="turnout"
    )

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pulled(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        await desk.at(Level.QUICK)
        # An editor that can't be told to ask again is pushed to: asked as well, it had all twice.
        path = path_of(params.text_document.uri)
        found = desk.found.get(path, ()) if desk.pulls else ()
        mark = sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if mark == params.previous_result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(mark)
        return types.RelatedFullDocumentDiagnosticReport(list(found), result_id=mark)

    @server.feature("turnout/settled")
    async def settled(_: types.DocumentDiagnosticParams) -> None:
        """Insight once all checks of the texts as they are now are through."""
        await desk.at(Level.WHOLE)


def _is_fault(record: logging.LogRecord) -> bool:
    """Return whether something went wrong; a refusal is an answer, and the editor has it."""
    found = record.exc_info[1] if record.exc_info else None
    return not isinstance(found, JsonRpcException)


def serve() -> None:
    """Serve the editor at the other end of standard input and output until it says goodbye."""
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_fault)
    spoken = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints would break the protocol
    made().start_io(sys.stdin.buffer, spoken)
