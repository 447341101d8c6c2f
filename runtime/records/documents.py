"""One JSON document: an array of records, an object around such a list, or one lead.

The text is decoded element by element with the standard library's decoder, so an array
may be larger than memory. An element that the decoder refuses is skipped to its matching
bracket and told as a broken row; without such an end the rest can't be read.
"""

import re
from collections.abc import Iterator

from turnout.dsl.headers import Headers
from turnout.dsl.values.reading import Issue
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.envelopes import Envelope, Unclear, envelope, paging
from turnout.runtime.records.json_lines import TOO_DEEP, complaint_of
from turnout.runtime.records.objects import Objects, members_of
from turnout.runtime.records.rows import LONGEST_ROW, LeadsError, Record, Remarks, broken
from turnout.runtime.records.tabular import listed

_LARGEST_HELD = 1 << 20
_DEEPEST = 4
_CHUNK = 1 << 16
_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"[-+.0-9eE]+")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{},]', re.DOTALL)


class _BrokenError(Exception):
    """One element can't be decoded but ends: all of it, and the complaint."""

    def __init__(self, raw: str, complaint: str) -> None:
        super().__init__(complaint)
        self.raw = raw
        self.complaint = complaint


def document(lines: Lines, headers: Headers, remarks: Remarks) -> Iterator[Record]:
    """Yield the records of one document; rows count from 1."""
    cursor = _Cursor(lines)
    match cursor.next():
        case "[":
            yield from _elements(cursor)
        case "{":
            yield from _whole(cursor, headers, remarks)
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
            value = cursor.value()
            yield Record(row, value, None, cursor.told())
        except _BrokenError as error:
            yield broken(row, error.raw, error.complaint)
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


def _whole(cursor: "_Cursor", headers: Headers, remarks: Remarks) -> Iterator[Record]:
    """Yield the leads of an envelope, or the object itself where it is a lead.

    What an object is shows when it is looked at as a whole. One that is too large for that,
    or that has a broken lead in it, can only be an envelope: its first list of objects is
    read.
    """
    path: tuple[str, ...] | None = None
    if cursor.holds_all(_LARGEST_HELD):
        try:
            members = members_of(cursor.value())
        except (_BrokenError, LeadsError):
            pass  # found again on the way through, with its place
        else:
            issues = cursor.told()
            match envelope(members, headers):
                case None:
                    yield Record(1, members, None, issues)
                    return
                case Unclear(lists, keys):
                    raise cursor.unclear(lists, keys)
                case Envelope(found):
                    path = found
        cursor.again()
    yield from _Streamed(cursor, headers, remarks, path).records()


class _Streamed:
    """An envelope whose members are met one after the other.

    wanted: the path to the list of leads where it is known, else None.
    """

    def __init__(
        self,
        cursor: "_Cursor",
        headers: Headers,
        remarks: Remarks,
        wanted: tuple[str, ...] | None,
    ) -> None:
        self._cursor = cursor
        self._headers = headers
        self._remarks = remarks
        self._wanted = wanted
        self._path: tuple[str, ...] | None = None
        self._count = 0

    def records(self) -> Iterator[Record]:
        """Yield the elements of the only list of objects."""
        members: dict[str, object] = {}
        try:
            yield from self._members(members, ())
        except _BrokenError as broken:
            raise self._cursor.error(broken.complaint) from broken
        if self._path is None:
            yield Record(1, members, None, self._cursor.told())
        elif self._wanted is None and self._headers.binding(tuple(members)).fields:
            raise self._cursor.unclear((".".join(self._path),), tuple(members))
        self._remarks.paging = paging(members, self._count)

    def _members(self, members: dict[str, object], path: tuple[str, ...]) -> Iterator[Record]:
        cursor = self._cursor
        cursor.skip()
        while cursor.next() != "}":
            key = cursor.value()
            if not isinstance(key, str) or cursor.next() != ":":
                raise cursor.error("expected a name and a colon")
            cursor.skip()
            within = (*path, key)
            if cursor.next() == "{" and len(path) < _DEEPEST:
                inner: dict[str, object] = {}
                members[key] = inner
                yield from self._members(inner, within)
            elif self._is_leads(within):
                if self._path is not None:
                    lists = (".".join(self._path), ".".join(within))
                    raise cursor.unclear(lists, (self._path[0], *members, within[0]))
                self._path = within
                for record in _elements(cursor):
                    self._count = record.row
                    yield record
                cursor.row = 0
            else:
                members[key] = cursor.value()
            match cursor.next():
                case ",":
                    cursor.skip()
                case "}":
                    pass
                case _:
                    raise cursor.error("the object isn't closed: is the file cut off?")
        cursor.skip()

    def _is_leads(self, path: tuple[str, ...]) -> bool:
        if self._wanted is not None:
            return path == self._wanted
        return self._cursor.next() == "[" and self._cursor.second() == "{"


class _Cursor:
    """A place in a JSON text of which only the part being decoded is held."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._objects = Objects()
        self._text = ""
        self._at = 0
        self.row = 0

    def told(self) -> tuple[Issue, ...]:
        """Return what was odd about the names in what was decoded last."""
        return self._objects.told()

    def holds_all(self, most: int) -> bool:
        """Read on to the end, or to so many characters; return whether the end is reached."""
        self._text, self._at = self._text[self._at :], 0
        while len(self._text) - self._at <= most:
            if not self._more():
                return True
        return False

    def again(self) -> None:
        """Move back to where `holds_all` was asked; what was decoded since is decoded again."""
        self._at = 0
        self.told()

    def second(self) -> str:
        """Return the character behind the one here, blanks apart; neither is moved over."""
        while True:
            found = _BLANKS.match(self._text, self._at + 1)
            end = found.end() if found else len(self._text)
            if end < len(self._text):
                return self._text[end]
            if not self._more():
                return ""

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
                value, end = self._objects.decoder.raw_decode(self._text, self._at)
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
            raw = self._text[self._at : end]
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

    def unclear(self, lists: tuple[str, ...], keys: tuple[str, ...]) -> LeadsError:
        """Return that it isn't clear where the leads are."""
        first = next(iter(lists), "")
        named = f"{len(lists)} lists, {listed(lists)}" if len(lists) > 1 else f"a list {first}"
        return LeadsError(
            f"{self._lines.name} is an object with {named}, and it isn't clear whether that is"
            f" where the leads are: its keys are {listed(keys)}",
            f"cut it out first, such as with: jq '.{first}' FILE",
        )

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
