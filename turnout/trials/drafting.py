"""A first policy for a file of leads: its schema guessed from the columns, a fallback, a test.

What a column may be is tried in order, from the narrowest type to free text, by reading the
leads themselves: a type stays only if every value of the column can be read as it. So nothing
is guessed that the first run would refute. Texts that stand for no value are declared so, and
a short list of values that come again and again becomes a list.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from turnout.compiler.compiled import read_policy
from turnout.dsl.files import Files
from turnout.dsl.findings import Severity
from turnout.dsl.formatting import formatted
from turnout.dsl.headers import column_key
from turnout.dsl.names import is_name, name_of
from turnout.dsl.source import Source, Span
from turnout.dsl.values.picklists import picklist_key
from turnout.dsl.values.placeholders import LIKELY, SIGNS
from turnout.dsl.values.texts import normal_text
from turnout.dsl.wording import quoted
from turnout.frozen import define, frozen
from turnout.runtime.leads import lead_reader

MOST_VALUES = 25
"""Values of a list; a column with more of them is no picklist."""

_CODES = re.compile(r"zip|postal|postcode|plz|sku|code", re.IGNORECASE)
_COMPANIES = re.compile(
    r"(?:company|account|firm|organi[sz]ation|firma|empresa|soci[eé]t[eé])(?:[ _-]?name)?",
    re.IGNORECASE,
)
_COUNTRIES = re.compile(r"country|land|pays|pais|paese|nation", re.IGNORECASE)
_IDS = re.compile(r"(?:.*[ _-])?(?:id|key|number|nr|no)", re.IGNORECASE)
_FIELD = re.compile(r"  (?P<field>[^\s:]+):")
_YES_NO = [{"yes", "no"}, {"true", "false"}, {"y", "n"}, {"t", "f"}, {"1", "0"}]


@frozen
class Draft:
    """A policy for a file of leads. leads: how many it was made of."""

    text: str
    leads: int


@define
class _Column:
    """A column: its header, the field's name, and the types that are still possible."""

    header: str
    field: str
    values: list[str]
    placeholders: tuple[str, ...]
    types: list[str]

    @property
    def written(self) -> str:
        """The field as a policy writes it."""
        parts = [f"{self.field}: {self.types[0]}"]
        if self.placeholders:
            parts.append(f"missing when [{', '.join(map(quoted, self.placeholders))}]")
        if self.header != self.field:
            parts.append(f"from column {quoted(self.header)}")
        return " ".join(parts)


def draft(leads: Iterable[Mapping[str, object]]) -> Draft | None:
    """Return a policy for some leads, as read from a file; None where there are no columns."""
    rows = [{str(key): _text(value) for key, value in lead.items()} for lead in leads]
    columns = list(_columns(rows))
    if not columns:
        return None
    while True:
        text = _policy(columns, rows)
        refuted = _refuted(text, rows)
        narrowed = [each for each in columns if each.field in refuted and len(each.types) > 1]
        if not narrowed:
            return Draft(text, len(rows))
        for column in narrowed:
            del column.types[0]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _columns(rows: Sequence[Mapping[str, str]]) -> Iterator[_Column]:
    headers = dict.fromkeys(key for row in rows for key in row if key.strip())
    taken: set[str] = set()
    keys: set[str] = set()
    has_id = False
    for header in headers:
        if column_key(header) in keys:
            continue  # a field of the first of them reads this one, too
        keys.add(column_key(header))
        field = name_of(header).replace("-", "_").lower() or "column"
        field = field if is_name(field) else f"field_{len(taken) + 1}"
        while field in taken:
            field = f"{field}_2"
        taken.add(field)
        every = [row.get(header, "") for row in rows]
        told = {value for value in every if value and _is_placeholder(value)}
        values = [value for value in every if value and value not in told]
        column = _Column(header, field, values, tuple(sorted(told)), [])
        is_id = not has_id and _is_id(column, len(rows))
        has_id |= is_id
        column.types += ["text id required"] if is_id else _types(column)
        yield column


def _is_placeholder(value: str) -> bool:
    return normal_text(value) in LIKELY or SIGNS.fullmatch(value) is not None


def _is_id(column: _Column, number: int) -> bool:
    """Return whether a column tells leads apart: named so, always there and never twice."""
    is_named = _IDS.fullmatch(column.header) is not None
    return is_named and len(column.values) == number == len(set(column.values))


def _types(column: _Column) -> list[str]:
    """Return what a column may be, the narrowest first; the last is always possible."""
    values, counts = column.values, Counter(column.values)
    found: list[str] = []
    if {value.casefold() for value in counts} in _YES_NO:
        found.append("boolean")
    if _COUNTRIES.search(column.header):
        found.append("country")
    is_code = any(re.fullmatch(r"0\d+", value) for value in counts)
    if is_code or _CODES.search(column.header):
        return [*found, "code", "text"]
    if values:
        found += ["integer", "number", "date", "email"]
        if any("." in value for value in counts) and re.search(
            "domain|web|site", column.header, re.IGNORECASE
        ):
            found.append("domain")
    if _COMPANIES.fullmatch(column.header):
        found.append("company-name")
    listed = _listed(counts)
    if 1 < len(listed) <= MOST_VALUES and 3 * len(listed) <= len(values):
        written = ", ".join(each if is_name(each) else quoted(each) for each in sorted(listed))
        found.append(f"one of [{written}]")
    return [*found, "text"]


def _listed(counts: Counter[str]) -> list[str]:
    """Return the values of a list: of those that are read as one, the most frequent spelling."""
    spelled: dict[str, str] = {}
    for value, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        spelled.setdefault(picklist_key(value), value)
    return list(spelled.values())


def _policy(columns: Sequence[_Column], rows: Sequence[Mapping[str, str]]) -> str:
    """Return the policy in canonical form."""
    fields = "\n".join(each.written for each in columns)
    first = ", ".join(
        f"{each.field}: {quoted(rows[0][each.header])}"
        for each in columns
        if rows[0].get(each.header) and rows[0][each.header] not in each.placeholders
    )
    lines = [f"lead {{\n{fields}\n}}", "queue triage"]
    lines.append("route inbound {\n# Rules come here, such as `rule name { when ... to ... }`.\n")
    lines[-1] += "fallback to queue triage\n}"
    lines.append(f'test "the first lead of the file" {{ lead {{ {first} }} expect queue triage }}')
    text = formatted(Source("new.route", "\n\n".join(lines) + "\n"))
    assert isinstance(text, str)  # names and texts are written as the grammar has them
    return text


def _refuted(text: str, rows: Sequence[Mapping[str, str]]) -> set[str]:
    """Return the fields of which the type is wrong, or a value can't be read as it."""
    path = Path("/new.route")
    read = read_policy(path, files=Files({path: text}))
    policy = read.resolution.policy
    errors = (*read.found, *read.resolution.findings)
    wrong = {
        _field_of(each.span)
        for each in errors
        if each.severity is Severity.ERROR and each.span is not None
    }
    reader = lead_reader(policy.fields)
    for row in rows:
        wrong.update(issue.field for issue in reader(row, None).issues)
    return wrong


def _field_of(at: Span) -> str:
    """Return the field in which something stands: of many values, a list has many lines."""
    for number in range(at.line, 0, -1):
        line = at.source.line(number)
        if found := _FIELD.match(line):
            return found["field"]
        if line[:1].strip():
            break  # another declaration, such as the test
    return ""
