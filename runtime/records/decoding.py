"""The text of a file: decoded as it is read, by lines or by chunks, its place known."""

import io
from hashlib import sha256
from typing import BinaryIO, Protocol

from turnout.runtime.records.rows import LONGEST_ROW, LeadsError

_SAVE_AS = (
    "save it as UTF-8 (in Excel: CSV UTF-8), or say what it is, such as --encoding windows-1252"
)


class CountedStream(io.RawIOBase):
    """A binary stream that knows how many bytes were taken from it.

    owned: closing this closes the stream beneath.
    """

    def __init__(self, stream: BinaryIO | io.FileIO, *, owned: bool = False) -> None:
        super().__init__()
        self._stream = stream
        self._owned = owned
        # What has arrived is enough: a pipe's leads are routed as they come.
        self._read = getattr(stream, "read1", stream.read)
        self.position: int = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the start of `buffer` and return how many bytes that took."""
        taken = self._read(len(buffer)) or b""
        buffer[: len(taken)] = taken
        self.position += len(taken)
        return len(taken)

    def close(self) -> None:
        """Close the stream beneath if it was opened for this one."""
        if self._owned:
            self._stream.close()
        super().close()


class LineStream(Protocol):
    """A text that is read by lines."""

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, at most `size` characters, "" at the end."""
        ...


class Lines:
    """The lines of a text, their number, and lines put back to be read again.

    name: the file as messages call it. number: the number of the last line read, from 1.
    skipped: the digest of the last line that was too long, "" where there was none.
    """

    def __init__(self, stream: LineStream, name: str) -> None:
        self.name = name
        self.number: int = 0
        self.skipped: str = ""
        self._stream = stream
        self._again: list[str] = []

    def line(self) -> str | None:
        """Return the next line with its end, "" at the end of the text.

        None for a line that is longer than a row may be; it is skipped.
        """
        line = self._again.pop() if self._again else self._take(LONGEST_ROW + 1)
        self.number += bool(line)
        if len(line) <= LONGEST_ROW:
            return line
        digest = sha256()
        while line:
            digest.update(line.encode("utf-8", "surrogatepass"))
            line = "" if line.endswith(("\n", "\r")) else self._take(LONGEST_ROW)
        self.skipped = digest.hexdigest()
        return None

    @property
    def is_ahead(self) -> bool:
        """Whether a line was put back, which the stream doesn't give again."""
        return bool(self._again)

    def passed(self, lines: int) -> None:
        """Count lines that somebody else took from the stream."""
        self.number += lines

    def start(self) -> str:
        """Return the next line, or the beginning of a long one, and leave it to be read."""
        if not self._again:
            self._again.append(self._take(LONGEST_ROW + 1))
        return self._again[-1]

    def put_back(self, lines: list[str]) -> None:
        """Have `lines`, the last ones read, read again."""
        self._again.extend(reversed(lines))
        self.number -= len(lines)

    def chunk(self, size: int) -> str:
        """Return about `size` characters that no line has taken, "" at the end."""
        parts: list[str] = []
        while size > 0 and (part := self._again.pop() if self._again else self._take(size)):
            self.number += part.endswith("\n")
            parts.append(part)
            size -= len(part)
        return "".join(parts)

    def _take(self, size: int) -> str:
        try:
            return self._stream.readline(size)
        except UnicodeError as error:
            line = self.number + 1
            encoding = "such"
            if isinstance(error, UnicodeDecodeError):
                before: bytes = error.object[: error.start]
                line += before.count(b"\n")
                encoding = error.encoding.upper()
            raise LeadsError(
                f"{self.name} is not {encoding} text: see line {line}", _SAVE_AS
            ) from error
