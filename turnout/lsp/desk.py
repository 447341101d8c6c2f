"""The desk between the editor and the worker: what was found, and who waits for it.

All of it belongs to the thread that talks to the editor; what the worker has to say comes
over by the event loop. Findings are pushed, or, where the editor pulls those of its open
texts, handed over when it asks (and it is told to ask anew). Those of files that aren't open
are pushed in any case, since nobody would ask for them.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import attrs
from lsprotocol import types
from pygls.lsp.server import LanguageServer

from turnout import __version__
from turnout.frozen import define, frozen
from turnout.lsp.diagnostics import Locator, diagnostics
from turnout.lsp.following import Follower, Insight, Level
from turnout.lsp.open_texts import Documents, path_of


@frozen
class _Waiting:
    """Somebody who waits for what is known of the texts after an edit."""

    number: int
    level: Level
    done: asyncio.Future[None]


@define(eq=False)
class Desk:
    """What the server knows: texts, answers, and who waits for one.

    answers: by main file, of the last state that was read. shown: what the editor was told of
    each file. reached: the number of the edit that the worker has come to, by level.
    """

    server: LanguageServer
    documents: Documents = attrs.Factory(Documents)
    answers: Mapping[Path, Insight] = attrs.Factory(dict[Path, Insight])
    found: Mapping[Path, tuple[types.Diagnostic, ...]] = attrs.Factory(
        dict[Path, tuple[types.Diagnostic, ...]]
    )
    shown: dict[Path, tuple[types.Diagnostic, ...]] = attrs.Factory(
        dict[Path, tuple[types.Diagnostic, ...]]
    )
    reached: dict[Level, int] = attrs.Factory(dict[Level, int])
    waiting: list[_Waiting] = attrs.Factory(list[_Waiting])
    follower: Follower = attrs.Factory(Follower)
    loop: asyncio.AbstractEventLoop | None = None
    pulls: bool = False

    def begin(self, params: types.InitializeParams) -> None:
        """Start to follow the texts of an editor."""
        self.loop = asyncio.get_running_loop()
        encoding = self.server.workspace.position_encoding
        self.documents.encoding = types.PositionEncodingKind(encoding)
        folders = [folder.uri for folder in params.workspace_folders or ()]
        root = folders[0] if folders else params.root_uri
        self.follower.top = path_of(root) if root else None
        text = params.capabilities.text_document
        workspace = params.capabilities.workspace
        refreshes = workspace.diagnostics if workspace else None
        self.pulls = bool(text and text.diagnostic and refreshes and refreshes.refresh_support)
        self.follower.start(self._heard, self._failed)

    def changed(self, *paths: Path) -> None:
        """Let the worker know of texts that are others now."""
        self.follower.change(self.documents.texts(), paths)

    async def at(self, level: Level) -> Mapping[Path, Insight]:
        """Return the answers for the texts as they are now, once the worker is that far."""
        number = self.follower.number
        if self.reached.get(level, 0) < number:
            waiting = _Waiting(number, level, asyncio.get_running_loop().create_future())
            self.waiting.append(waiting)
            await waiting.done
        return self.answers

    def _heard(self, number: int, level: Level, answers: Mapping[Path, Insight]) -> None:
        """Hear of the worker, in its thread."""
        assert self.loop is not None  # the worker starts after it
        self.loop.call_soon_threadsafe(self._take, number, level, dict(answers))

    def _take(self, number: int, level: Level, answers: Mapping[Path, Insight]) -> None:
        self.answers = answers
        self.reached[level] = number
        if level is not Level.READ and number == self.follower.number:
            self._show(level)
        still: list[_Waiting] = []
        for each in self.waiting:
            if each.done.cancelled():
                continue
            if each.level <= level and each.number <= number:
                each.done.set_result(None)
            else:
                still.append(each)
        self.waiting[:] = still

    def _show(self, level: Level) -> None:
        self.found = diagnostics(self.answers.values(), Locator(self.documents))
        for path in [*self.found, *(set(self.shown) - set(self.found))]:
            found = self.found.get(path, ())
            document = self.documents.open.get(path)
            pushed = () if self.pulls and document else found
            if pushed == self.shown.get(path, ()):
                continue
            self.shown[path] = pushed
            version = document.version if document else None
            self.server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(self.documents.uri(path), list(pushed), version)
            )
        if self.pulls and level is Level.WHOLE:
            self.server.workspace_diagnostic_refresh(None)

    def _failed(self, bug: Exception) -> None:
        """Say, from the worker's thread, that something went wrong that never should."""
        assert self.loop is not None  # the worker starts after it
        self.loop.call_soon_threadsafe(self._report, f"{type(bug).__name__}: {str(bug)[:200]}")

    def _report(self, what: str) -> None:
        message = f"this is a bug in Turnout {__version__}: {what}"
        self.server.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))
