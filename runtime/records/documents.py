"""One JSON document: an array of records, an object with a list of `records`, or one lead.

The text is decoded element by element with the standard library's decoder, so an array
may be larger than memory. An element that the decoder refuses is skipped to its matching
bracket and told as a broken row; without such an end the rest can't be read.
"""

import json
import re
from collections.abc import Iterator

from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.json_lines import TOO_DEEP, complaint_of
from turnout.runtime.records.rows import LONGEST_ROW, LeadsError, Record

_DECODER = json.JSONDecoder(strict=False)
_CHUNK = 1 << 16
_SHOWN = 200
_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"[-+.0-9eE]+")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{},]', re.DOTALL)


class _BrokenError(Exception):
    """One element can't be decoded but ends: its beginning, and the complaint."""

    def __init__(self, raw: str, complaint: str) -> None:
        super().__init__(complaint)
        self.raw = raw
        self.complaint = complaint


def document(lines: Lines) -> Iterator[Record]:
    """Yield the records of one document; rows count from 1."""
    cursor = _Cursor(lines)
    match cursor.next():
        case "[":
            yield from _elements(cursor)
        case "{":
            yield from _members(cursor)
        case "":
            return
        case _:
            raise cursor.error("an array of leads begins with [, one lead with {")
    if cursor.next():
        raise cursor.error("there is more after the end of the document")


def _elements(cursor: "_Cursor") -> Iterator[Record]:
    """Yield the elements of an array; the cursor stands at its bracket."""
    cursor.skip()
    row = 0
    while cursor.next() != "]":
        row += 1
        cursor.row = row
        try:
            yield Record(row, cursor.value())
        except _BrokenError as broken:
            yield Record(row, broken.raw, broken.complaint)
        match cursor.next():
            case ",":
                cursor.skip()
            case "]":
                pass
            case "":
                raise cursor.error("the array isn't closed: is the file cut off?")
            case found:
                raise cursor.error(f"expected , or ] but found {found}")
    cursor.skip()


def _members(cursor: "_Cursor") -> Iterator[Record]:
    """Yield the list `records` of an object, or the object itself where it has none."""
    cursor.skip()
    lead: dict[str, object] = {}
    streamed = False
    while cursor.next() != "}":
        try:
            key = cursor.value()
            if not isinstance(key, str) or cursor.next() != ":":
                raise cursor.error("expected a name and a colon")
            cursor.skip()
            of_lists = any(isinstance(value, list) for value in lead.values())
            if key == "records" and cursor.next() == "[" and not of_lists:
                streamed = True
                yield from _elements(cursor)
            else:
                lead[key] = cursor.value()
        except _BrokenError as broken:
            raise cursor.error(broken.complaint) from broken
        match cursor.next():
            case ",":
                cursor.skip()
            case "}":
                pass
            case _:
                raise cursor.error("the object isn't closed: is the file cut off?")
    cursor.skip()
    if not streamed:
        yield Record(1, lead)


class _Cursor:
    """A place in a JSON text of which only the part being decoded is held."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._text = ""
        self._at = 0
        self.row = 0

    def next(self) -> str:
        """Move over blanks and return the character there, "" at the end."""
        while True:
            found = _BLANKS.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Move over one character."""
        self._at += 1

    def value(self) -> object:
        """Decode the value here and move behind it."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                complaint = TOO_DEEP
            except ValueError as error:
                complaint = complaint_of(error).partition(" at column")[0]
            else:
                # A number at the end of the text held may go on behind it.
                number = _NUMBER.match(self._text, self._at)
                if number is None or number.end() < len(self._text) or not self._more():
                    self._at = end
                    return value
                continue
            self._skip_broken(complaint)

    def _skip_broken(self, complaint: str) -> None:
        """Raise what is wrong with the element here, or read more where it doesn't end yet."""
        end = _end(self._text, self._at)
        if end is not None:
            raw = self._text[self._at : min(end, self._at + _SHOWN)]
            self._at = end
            raise _BrokenError(raw, complaint)
        if len(self._text) - self._at > LONGEST_ROW:
            raise self.error(f"a value of more than {LONGEST_ROW:,} characters")
        if not self._more():
            raise self.error(f"{complaint}: is the file cut off?")

    def _more(self) -> bool:
        # As much again as is held, so that a long element is decoded only a few times.
        held = self._text[self._at :]
        chunk = self._lines.chunk(max(_CHUNK, len(held)))
        self._text = held + chunk
        self._at = 0
        return chunk != ""

    def error(self, reason: str) -> LeadsError:
        """Return what makes the rest unreadable."""
        place = f" at row {self.row}" if self.row else ""
        return LeadsError(
            f"{self._lines.name} can't be read as JSON{place}: {reason}",
            "rows before it have been read; the rest has not",
        )


def _end(text: str, start: int) -> int | None:
    """Return where the element at `start` ends, counting brackets; None if it goes on."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        match token[0][0]:
            case '"':
                if not token[1]:
                    return None
            case "[" | "{":
                depth += 1
            case "]" | "}":
                if depth == 0:
                    return token.start()
                depth -= 1
                if depth == 0:
                    return token.end()
            case _:
                if depth == 0:
                    return token.start()
    return None
