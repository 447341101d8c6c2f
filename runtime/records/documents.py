"""One JSON document: an array of records, an object around such a list, or one lead.

The text is decoded element by element with the standard library's decoder, so an array
may be larger than memory. An element that the decoder refuses is skipped to its matching
bracket and told as a broken row; without such an end the rest can't be read.
"""

import re
from collections.abc import Generator, Iterator
from itertools import chain, islice
from typing import cast

from turnout.dsl.headers import Headers
from turnout.dsl.values.reading import Issue
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.envelopes import (
    Envelope,
    Unclear,
    envelope,
    has_fields,
    paging,
    unwrapped,
)
from turnout.runtime.records.headings import fields_in, named
from turnout.runtime.records.json_lines import TOO_DEEP, complaint_of
from turnout.runtime.records.objects import Objects, members_of
from turnout.runtime.records.rows import LONGEST_ROW, LeadsError, Record, Remarks, broken
from turnout.runtime.records.tabular import listed

_LARGEST_HELD = 1 << 20
_DEEPEST = 4
_CHUNK = 1 << 16
_BLANKS = re.compile("[ \t\r\n\ufeff]*")
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
            yield from _elements(cursor, headers)
        case "{":
            if (yield from _whole(cursor, headers, remarks)):
                yield from _others(cursor)
        case "":
            return
        case _:
            raise cursor.error("an array of leads begins with [, one lead with {")
    if cursor.next():
        raise cursor.error("there is more after the end of the document")


def _others(cursor: "_Cursor") -> Iterator[Record]:
    """Yield the leads behind a first one, as tools print objects one after the other."""
    row = 1
    while cursor.next() == "{":
        row += 1
        cursor.row = row
        try:
            yield Record(row, cursor.value(), None, cursor.told())
        except _BrokenError as error:
            yield broken(row, error.raw, error.complaint)


def _elements(cursor: "_Cursor", headers: Headers) -> Iterator[Record]:
    """Yield the elements of an array; the cursor stands at its bracket."""
    cursor.skip()
    row = 0
    while cursor.next() != "]":
        row += 1
        cursor.row = row
        try:
            value = cursor.value()
            if row == 1:
                _check_no_header(cursor, value, headers)
            yield Record(row, unwrapped(value, headers), None, cursor.told())
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


def _check_no_header(cursor: "_Cursor", first: object, headers: Headers) -> None:
    """Raise LeadsError where the elements are rows of which the first names the columns."""
    names = named(cast("list[object]", first)) if isinstance(first, list) else ()
    if names and headers.count and fields_in(names, headers) > 1:
        raise LeadsError(
            f"{cursor.name} holds rows, not objects: the first one is a header, {listed(names)}",
            "make objects of them, such as with:"
            " jq '.[0] as $h | .[1:] | map([$h, .] | transpose | map({(.[0]): .[1]}) | add)' FILE",
        )


def _whole(cursor: "_Cursor", headers: Headers, remarks: Remarks) -> Generator[Record, None, bool]:
    """Yield the leads of an envelope, or the object itself where it is a lead; return which.

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
                    return True
                case Unclear(lists, keys):
                    raise cursor.unclear(lists, keys)
                case Envelope(found):
                    path = found
        cursor.again()
    streamed = _Streamed(cursor, headers, remarks, path)
    yield from streamed.records()
    return streamed.is_lead


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

    @property
    def is_lead(self) -> bool:
        """Whether no list was found, so that the object itself is the lead."""
        return self._path is None

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
                yield from self._leads(members, within)
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

    def _leads(self, members: dict[str, object], path: tuple[str, ...]) -> Iterator[Record]:
        """Yield the elements of a list, unless others have the fields of leads."""
        elements = _elements(self._cursor, self._headers)
        first = list(islice(elements, 1))
        is_known = self._wanted is not None or any(each.complaint is not None for each in first)
        if not is_known and not has_fields((each.raw for each in first), self._headers):
            members[path[-1]] = sum(1 for _ in elements)
            return
        if self._path is not None:
            lists = (".".join(self._path), ".".join(path))
            raise self._cursor.unclear(lists, (self._path[0], *members, path[0]))
        self._path = path
        for record in chain(first, elements):
            self._count = record.row
            yield record

    def _is_leads(self, path: tuple[str, ...]) -> bool:
        if self._wanted is not None:
            return path == self._wanted
        return self._cursor.next() == "[" and self._cursor.second() == "{"


class _Cursor:
    """A place in a JSON text of which only the part being decoded is held."""

    def __init__(self, lines: Lines) -> None:
        self.name = lines.name
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
