"""JSON lines: one record a line, so that a broken line costs one record."""

import json
from collections.abc import Iterator

from turnout.dsl.headers import Headers
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.envelopes import envelope
from turnout.runtime.records.objects import Objects, members_of
from turnout.runtime.records.rows import LONGEST_ROW, Record, broken

MARK = "\ufeff"
"""A byte order mark, which stands within a file where two were put together."""

TOO_DEEP = "nested too deeply"
TOO_LONG = f"a row of more than {LONGEST_ROW:,} characters"


def json_lines(lines: Lines) -> Iterator[Record]:
    """Yield one record per line that isn't blank; a broken line is a record with a complaint."""
    objects = Objects()
    while (line := lines.line()) != "":
        if line is None:
            yield broken(lines.number, "", TOO_LONG, lines.skipped)
        elif not line.isspace():
            raw, complaint = _parsed(line, objects)
            if complaint is None:
                yield Record(lines.number, raw, None, objects.told())
            else:
                objects.told()  # not of the row after this
                yield broken(lines.number, line, complaint)


def is_json_lines(lines: Lines, headers: Headers) -> bool:
    """Tell JSON lines from one JSON object, by the first line that isn't blank; it begins with {.

    A whole object on one line is the first of many, unless it is an envelope; a line that
    ends in a brace without being an object is a broken one of many.
    """
    while (line := lines.start()).isspace():
        lines.line()
    raw, complaint = _parsed(line, Objects())
    if complaint is None:
        return envelope(members_of(raw), headers) is None
    return complaint == TOO_DEEP or line.rstrip().endswith("}")


def _parsed(line: str, objects: Objects) -> tuple[object, str | None]:
    """Return the value of one line and None, or a complaint."""
    try:
        return objects.decoder.decode(line.lstrip(MARK).rstrip()), None
    except RecursionError:
        return None, TOO_DEEP
    except ValueError as error:
        return None, complaint_of(error)


def complaint_of(error: ValueError) -> str:
    """Return what is wrong with a JSON text."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg[:1].lower()}{error.msg[1:]} at column {error.colno}"
    return "not JSON: a number of too many digits"  # the only other error of the decoder
