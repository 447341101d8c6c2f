"""The file that an editor asks about, in one of the policies that read it.

Every answer is about the texts as they are now: whoever asks waits until they have been read,
and no longer.
"""

from turnout.dsl.nodes import File
from turnout.dsl.source import Span
from turnout.frozen import frozen
from turnout.lsp.desk import Desk
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import Insight, Level
from turnout.lsp.open_texts import path_of
from turnout.lsp.shapes import TextRange


@frozen
class AskedFile:
    """A file that is asked about."""

    known: Insight
    file: File
    locator: Locator

    def span(self, found: TextRange) -> Span:
        """Return the piece of its text that a range of the editor's is."""
        lines = self.locator.lines(self.file.source)
        return Span(self.file.source, lines.offset(found.start), lines.offset(found.end))


async def asked_file(desk: Desk, uri: str, level: Level = Level.READ) -> AskedFile | None:
    """Return the file that is asked about, None where no policy that is open reads it.

    level: how far its policy has to be known.
    """
    await desk.at(level)
    path = path_of(uri)
    for known in desk.answers.values():
        for file in known.read.files:
            if path_of_source(file.source) == path:
                is_known = level is Level.READ or known.level >= level
                return AskedFile(known, file, Locator(desk.documents)) if is_known else None
    return None
