"""The desk between the editor and the worker: what was found, and who waits for it.

All of it belongs to the thread that talks to the editor; what the worker has to say comes
over by the queue of the conversation. Findings are pushed, or, where the editor pulls those
of its open texts, handed over when it asks (and it is told to ask anew). Those of files that
aren't open are pushed in any case, since nobody would ask for them.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import Event

import attrs

from turnout.frozen import define, frozen
from turnout.lsp.conversation import Conversation, Later
from turnout.lsp.diagnostics import Locator, diagnostics
from turnout.lsp.following import Follower, Insight, Level
from turnout.lsp.open_texts import Documents, path_of
from turnout.lsp.positions import ENCODINGS, UTF16
from turnout.lsp.shapes import Diagnostic, Message, objects_at, text_at, within

PATIENCE = 0.5
"""Seconds that the worker waits at most until what it found at first is told."""


@frozen
class _Waiting:
    """Somebody who waits for what is known of the texts after an edit."""

    number: int
    level: Level
    done: Later[None]


@define(eq=False)
class Desk:
    """What the server knows: texts, answers, and who waits for one.

    answers: by main file, of the last state that was read. shown: what the editor was told of
    each file. reached: the number of the edit that the worker has come to, by level. pulls:
    whether the editor asks for findings, and can be told to ask again. resolves: whether it asks
    for the edit of what is chosen. watches: whether it
    tells of files that change on the disk.
    """

    conversation: Conversation
    documents: Documents = attrs.Factory(Documents)
    answers: Mapping[Path, Insight] = attrs.Factory(dict[Path, Insight])
    found: Mapping[Path, tuple[Diagnostic, ...]] = attrs.Factory(dict[Path, tuple[Diagnostic, ...]])
    shown: dict[Path, tuple[Diagnostic, ...]] = attrs.Factory(dict[Path, tuple[Diagnostic, ...]])
    reached: dict[Level, int] = attrs.Factory(dict[Level, int])
    waiting: list[_Waiting] = attrs.Factory(list[_Waiting])
    follower: Follower = attrs.Factory(Follower)
    pulls: bool = False
    resolves: bool = False
    watches: bool = False

    def begin(self, params: Message) -> None:
        """Start to follow the texts of an editor. Raises RefusalError."""
        encodings = within(params, "capabilities", "general", "positionEncodings")
        if isinstance(encodings, list):
            self.documents.encoding = next((each for each in ENCODINGS if each in encodings), UTF16)
        folders = [text_at(folder, "uri") for folder in objects_at(params, "workspaceFolders")]
        root = folders[0] if folders else params.get("rootUri")
        self.follower.top = path_of(root) if isinstance(root, str) else None
        refreshes = within(params, "capabilities", "workspace", "diagnostics", "refreshSupport")
        asks = within(params, "capabilities", "textDocument", "diagnostic") is not None
        self.pulls = asks and refreshes is True
        later = "capabilities", "textDocument", "codeAction", "resolveSupport", "properties"
        parts = within(params, *later)
        self.resolves = isinstance(parts, list) and "edit" in parts
        watching = "capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration"
        self.watches = within(params, *watching) is True
        self.follower.start(self.heard, self._failed)

    def changed(self, *paths: Path) -> None:
        """Let the worker know of texts that are others now."""
        self.follower.change(self.documents.texts(), paths)

    async def at(self, level: Level) -> Mapping[Path, Insight]:
        """Return the answers for the texts as they are now, once the worker is that far."""
        number = self.follower.number
        if self.reached.get(level, 0) < number:
            waiting = _Waiting(number, level, Later())
            self.waiting.append(waiting)
            await waiting.done
        return self.answers

    def heard(self, number: int, level: Level, answers: Mapping[Path, Insight]) -> None:
        """Hear of the worker, in its thread.

        What the quick checks found is told before the worker goes on: two threads that are at
        work at once take turns, and whoever types would wait for both.
        """
        known, is_taken = dict(answers), Event()

        def take() -> None:
            try:
                self._take(number, level, known)
            finally:
                is_taken.set()

        self.conversation.soon(take)
        if level is Level.QUICK:
            is_taken.wait(PATIENCE)

    def _take(self, number: int, level: Level, answers: Mapping[Path, Insight]) -> None:
        self.answers = answers
        self.reached[level] = number
        if level is not Level.READ and number == self.follower.number:
            self._show(level)
        still: list[_Waiting] = []
        done: list[_Waiting] = []
        for each in self.waiting:
            if each.level > level or each.number > number:
                still.append(each)
            else:
                done.append(each)
        self.waiting[:] = [each for each in still if not each.done.is_dropped]
        for each in done:
            each.done.come(None)

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
            said = {"uri": self.documents.uri(path), "diagnostics": pushed}
            told = said if version is None else {**said, "version": version}
            self.conversation.tell("textDocument/publishDiagnostics", told)
        if self.pulls and level is Level.WHOLE:
            self.conversation.ask("workspace/diagnostic/refresh", None)

    def _failed(self, bug: Exception) -> None:
        """Say, from the worker's thread, that something went wrong that never should."""
        self.conversation.soon(lambda: self.conversation.tell_bug(bug))
