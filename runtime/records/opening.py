"""Opening a file of leads: its encoding and format, found from its first bytes."""

import codecs
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, TypeAlias

from turnout.runtime.records.decoding import Counted, Lines
from turnout.runtime.records.delimited import table
from turnout.runtime.records.documents import document
from turnout.runtime.records.json_lines import is_json_lines, json_lines
from turnout.runtime.records.rows import LeadsError, Record

Format: TypeAlias = Literal["csv", "json", "jsonl"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BUFFER = 1 << 16


class Records:
    """The records of one file, in order; a context manager that closes the file.

    format: "csv", "json" or "jsonl", None for an empty file of unknown format.
    columns: the header of a table, in order, repeats included; None for JSON.
    total: the file's size in bytes, None where it isn't known (a pipe).
    """

    def __init__(
        self,
        counted: Counted,
        total: int | None,
        format: Format | None,  # noqa: A002 - as in `records`
        columns: tuple[str, ...] | None,
        rows: Iterator[Record],
    ) -> None:
        self.format = format
        self.columns = columns
        self.total = total
        self._counted = counted
        self._rows = self._closing(rows)

    @property
    def position(self) -> int:
        """The bytes read so far: with `total`, how far the reading is."""
        return self._counted.position

    def __iter__(self) -> Iterator[Record]:
        """Return the records that haven't been read yet."""
        return self._rows

    def __enter__(self) -> Self:
        """Return the records themselves."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _closing(self, rows: Iterator[Record]) -> Iterator[Record]:
        try:
            yield from rows
        finally:
            self.close()

    def close(self) -> None:
        """Close the file, unless it was opened by the caller."""
        self._counted.close()


def records(
    source: str | Path | BinaryIO,
    format: Format | None = None,  # noqa: A002 - the word that the command line uses
    fields: Collection[str] = (),
) -> Records:
    """Open leads for reading; the file's header is read at once, the rest as it is asked for.

    source: a path, or a binary stream such as `sys.stdin.buffer`.
    format: None finds it from the file's extension, else from the first character.
    fields: the names that a table's header has to share at least one of; () asks nothing.

    Raises LeadsError here and while reading, where the rest of the file can't be read.
    """
    name, counted, total = _stream(source)
    try:
        return _opened(name, counted, total, format, fields)
    except LeadsError:
        counted.close()
        raise


def _opened(
    name: str,
    counted: Counted,
    total: int | None,
    format: Format | None,  # noqa: A002 - as in `records`
    fields: Collection[str],
) -> Records:
    buffered = io.BufferedReader(counted, _BUFFER)
    head = buffered.peek(_BUFFER)
    encoding = _encoding(head, name)
    first = head.decode(encoding, "ignore").lstrip()[:1]
    found = format or _FORMATS.get(Path(name).suffix.lower()) or _sniffed(first)
    ends = "" if found == "csv" else "\n"
    lines = Lines(io.TextIOWrapper(buffered, encoding, newline=ends), name)
    match found:
        case None:
            return Records(counted, total, None, None, iter(()))
        case "csv":
            columns, rows = table(lines, fields)
            return Records(counted, total, "csv", columns, rows)
        case "jsonl":
            return Records(counted, total, "jsonl", None, json_lines(lines))
        case _:
            if first == "{" and is_json_lines(lines):
                return Records(counted, total, "jsonl", None, json_lines(lines))
            return Records(counted, total, "json", None, document(lines))


def _stream(source: str | Path | BinaryIO) -> tuple[str, Counted, int | None]:
    """Return the name, the bytes and the size of a source."""
    if not isinstance(source, str | Path):
        return "standard input", Counted(source), None
    path = Path(source)
    try:
        return str(source), Counted(path.open("rb", buffering=0), owned=True), path.stat().st_size
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LeadsError(f"{source} can't be read: {reason}") from error


def _encoding(head: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head[:200]:
        raise LeadsError(
            f"{name} is not text, or UTF-16 without a byte order mark",
            "save it as UTF-8 (in Excel: CSV UTF-8)",
        )
    return "utf-8"


def _sniffed(first: str) -> Format | None:
    if not first:
        return None
    return "json" if first in "[{" else "csv"
