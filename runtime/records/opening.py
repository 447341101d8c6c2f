"""Opening a file of leads: its encoding and format, found from its first bytes."""

import codecs
import io
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, TypeAlias, cast

from turnout.dsl.headers import Headers
from turnout.dsl.types import Field, Text
from turnout.frozen import frozen
from turnout.runtime.records.decoding import CountedStream, Lines
from turnout.runtime.records.delimited import Delimited, delimited
from turnout.runtime.records.documents import document
from turnout.runtime.records.json_lines import is_json_lines, json_lines
from turnout.runtime.records.kinds import is_parquet, is_workbook, refused, unmarked
from turnout.runtime.records.line_blocks import BlockText
from turnout.runtime.records.parquet import parquet
from turnout.runtime.records.rows import FOUND, LeadsError, Manner, Record, Remarks
from turnout.runtime.records.workbooks import workbook

Format: TypeAlias = Literal["csv", "json", "jsonl", "excel", "parquet"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "excel",
    ".xls": "excel",
    ".parquet": "parquet",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BUFFER = 1 << 16
_BLOCKS = frozenset({"utf-8", "utf-8-sig"})
_OBJECTS = re.compile(r'(?:\[\s*)?\{\s*"')
_ARRAY = re.compile(r"\[\s*\{")


class Records:
    """The records of one file, in order; a context manager that closes the file.

    name: the file as messages call it. format: "csv", "json", "jsonl", "excel" or "parquet",
    None for an empty file of unknown format. columns: the header of a table, in order,
    repeats included; None for JSON. total: the file's size in bytes, None where it isn't
    known (a pipe). remarks: what was left out so far. plain: a text whose rows can be read
    many at once, None for what is read record by record.
    """

    def __init__(
        self,
        source: "_Source",
        format: Format | None,  # noqa: A002 - as in `records`
        table: "_Table",
        plain: "PlainText | None" = None,
    ) -> None:
        self.name: str = source.name
        self.format = format
        self.columns: tuple[str, ...] | None = table[0]
        self.total: int | None = source.total
        self.remarks: Remarks = source.remarks
        self.plain = plain
        self._counted = source.counted
        self._rows = self._closing(table[1])

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


@frozen(eq=False)
class PlainText:
    """A table of text, and the blocks of lines that it is read from."""

    table: Delimited
    blocks: BlockText

    def is_at(self, record: Record) -> bool:
        """Return whether what follows a record, the last one read, is the next line.

        So it is where no row behind it was read, of which something may still be to be said.
        """
        table = self.table
        is_last = record.row == table.numbers.last
        return is_last and record.complaint is None and not table.lines.is_ahead

    def skip(self, rows: int) -> None:
        """Go on behind so many rows, each a line, that were read as a block."""
        self.blocks.skip(rows)
        self.table.lines.passed(rows)
        self.table.numbers.last += rows


_Table: TypeAlias = tuple[tuple[str, ...] | None, Iterator[Record]]
"""The columns where there is a header, and the records."""


@frozen
class _Source:
    """Where the bytes come from. path: None for a stream."""

    name: str
    path: Path | None
    counted: CountedStream
    total: int | None
    remarks: Remarks


def records(
    source: str | Path | BinaryIO,
    format: Format | None = None,  # noqa: A002 - the word that the command line uses
    fields: Mapping[str, Field] | Collection[str] = (),
    manner: Manner = FOUND,
    name: str = "standard input",
) -> Records:
    """Open leads for reading; the file's header is read at once, the rest as it is asked for.

    source: a path, or a binary stream such as `sys.stdin.buffer`, which messages call `name`.
    format: None finds it from the file's first bytes and its extension.
    fields: those of the policy, or their names, of which a table's header has to share at
    least one; () asks nothing. manner: what is said and not found of how to read the file.

    Raises LeadsError here and while reading, where the rest of the file can't be read.
    """
    opened = _stream(source, name)
    try:
        return _opened(opened, format, _headers(fields), manner)
    except LeadsError:
        opened.counted.close()
        raise


def _headers(fields: Mapping[str, Field] | Collection[str]) -> Headers:
    if isinstance(fields, Mapping):
        return Headers(cast("Mapping[str, Field]", fields))
    return Headers({name: Field(name, Text()) for name in fields})


def _opened(
    source: _Source,
    format: Format | None,  # noqa: A002 - as in `records`
    headers: Headers,
    manner: Manner,
) -> Records:
    buffered = io.BufferedReader(source.counted, _BUFFER)
    head = buffered.peek(_BUFFER)
    remarks = source.remarks
    if format in {None, "parquet"} and is_parquet(head):
        whole = source.path or buffered.read()
        return Records(source, "parquet", parquet(whole, source.name, headers))
    if format in {None, "excel"} and is_workbook(head):
        sheet = workbook(buffered.read(), source.name, headers, manner, remarks)
        return Records(source, "excel", sheet)
    encoding = _encoding(head, source.name, manner)
    start = head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    first = start[:1]
    named = _FORMATS.get(Path(source.name).suffix.lower())
    if (named == "csv" and _OBJECTS.match(start)) or (named == "jsonl" and _ARRAY.match(start)):
        named = None  # what it holds says more than what it is called
    found = format or named or _sniffed(first)
    ends = "" if found == "csv" else "\n" if b"\n" in head or b"\r" not in head else "\r"
    text = io.TextIOWrapper(buffered, encoding, newline=ends)
    if found == "csv" and source.total and encoding in _BLOCKS:
        buffered.read(len(codecs.BOM_UTF8) * (encoding == "utf-8-sig"))
        blocks = BlockText(text.detach())
        table = delimited(Lines(blocks, source.name), headers, manner, remarks)
        return Records(source, "csv", (table.columns, table.records), PlainText(table, blocks))
    lines = Lines(text, source.name)
    match found:
        case None:
            return Records(source, None, (None, iter(())))
        case "excel" | "parquet":
            what = "a workbook" if found == "excel" else "a Parquet file"
            raise LeadsError(
                f"{source.name} is not {what}, whatever its name says",
                "save it anew",
            )
        case "csv":
            table = delimited(lines, headers, manner, remarks)
            return Records(source, "csv", (table.columns, table.records))
        case "jsonl":
            return Records(source, "jsonl", (None, json_lines(lines)))
        case _:
            if first == "{" and is_json_lines(lines, headers):
                return Records(source, "jsonl", (None, json_lines(lines)))
            if named == "json" and first not in "[{":
                raise LeadsError(
                    f"{source.name} is no JSON: an array of leads begins with [, one lead with {{",
                    "if it is a table, call it .csv",
                )
            return Records(source, "json", (None, document(lines, headers, remarks)))


def _stream(source: str | Path | BinaryIO, name: str) -> _Source:
    """Return the bytes of a source, with what is known of it."""
    if not isinstance(source, str | Path):
        return _Source(name, None, CountedStream(source), None, Remarks())
    path = Path(source)
    try:
        counted = CountedStream(path.open("rb", buffering=0), owned=True)
        return _Source(str(source), path, counted, path.stat().st_size, Remarks())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LeadsError(f"{source} can't be read: {reason}") from error


def _encoding(head: bytes, name: str, manner: Manner) -> str:
    """Return the encoding of a text: what its mark says, what is asked for, or UTF-8."""
    if (other := refused(head)) is not None:
        raise LeadsError(f"{name} is {other.what}", other.help)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if manner.encoding is not None:
        return manner.encoding
    if (other := unmarked(head)) is not None:
        raise LeadsError(f"{name} is {other.what}", other.help)
    return "utf-8"


def _sniffed(first: str) -> Format | None:
    if not first:
        return None
    return "json" if first in "[{" else "csv"
