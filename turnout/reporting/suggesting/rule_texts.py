"""Where a policy's text says what a suggestion would change: rules, rows of tables, numbers.

A number at which leads are told apart may stand in a rule, in a block around it, in the segment or
territory that either names, in another one of that one's family, or in a cell of a table of rules.
Wherever it stands, it is the *first* number of the upper side: `>= 1000` and `< 1000` say 1000,
`> 999` and `..999` as well.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from turnout.compiler.compiled import Compiled
from turnout.compiler.program import Clause
from turnout.dsl.conditions import Condition, names_in
from turnout.dsl.policy import Definition, Policy, TableRow
from turnout.dsl.source import Span
from turnout.dsl.types import Integer
from turnout.frozen import frozen
from turnout.reporting.suggesting.edited_policy import masked, whole_rule

_NUMBER: Final = r"(\d+)(?![\w,%-]|\.\d)"
_RANGE: Final = rf"(?:{_NUMBER})?\s*\.\.\s*(?:{_NUMBER})?"
_TEST: Final = rf"(?:(?P<sign>>=|<=|<|>)\s*{_NUMBER}|{_RANGE})"
_CELL: Final = re.compile(rf"\s*{_TEST}\s*")
_GOES_ON: Final = re.compile(r"(?:and|or)\b|[)\]]")
_STANDS_OPEN: Final = re.compile(r"(?:(?:^|[\s(])(?:and|or|not|in|is)|[=(\[,])$")


@frozen
class WrittenBound:
    """A number that tells leads apart, where it stands.

    field: what is asked. number: the first of the upper side. is_last: the text has the last number
    of the lower side, one less.
    """

    field: str
    number: Decimal
    span: Span
    is_last: bool = False

    def text(self, number: int) -> str:
        """Return what stands there where another number is meant."""
        return str(number - 1 if self.is_last else number)


def clauses(compiled: Compiled, route: str) -> Iterator[tuple[Clause, Span]]:
    """Yield the rules of a route that stand in a text, once each, with all of their text."""
    for clause in compiled.program.routes[route].clauses:
        if clause.is_rule:
            span = whole_rule(clause.span) if clause.row is None else whole_row(clause.row)
            if span is not None:
                yield clause, span


def whole_row(row: TableRow) -> Span | None:
    """Return a row's lines; None where its table has none of its own."""
    if not row.places:
        return None
    source, end = row.places[-1].source, row.places[-1].end
    if "\r" in source.text:
        return None
    start = source.text.rfind("\n", 0, row.places[0].start) + 1
    return Span(source, start, source.text.find("\n", end) + 1 or len(source.text))


def written_bounds(policy: Policy, clause: Clause, rule: Span) -> Iterator[WrittenBound]:
    """Yield the numbers at which a rule tells leads apart, each where it stands."""
    fields = {
        name: isinstance(field.type, Integer)
        for name, field in policy.fields.items()
        if type(field.type).__name__ in {"Integer", "Number"}
    }
    if not fields:
        return
    if clause.row is None:
        yield from _in_text(rule, fields)
    else:
        yield from _in_row(clause.row, fields)
    for block in clause.around:
        yield from _in_text(block.span, fields)
    conditions = [clause.own, *(block.condition for block in clause.around)]
    for definition in _definitions(policy, conditions):
        if not definition.is_keyed:
            yield from _in_text(_definition_text(definition.span), fields)


def _definitions(policy: Policy, conditions: Iterable[Condition]) -> Iterator[Definition]:
    """Yield the segments and territories that conditions name, with their families, once each."""
    seen: set[str] = set()
    pending = [each.name for condition in conditions for each in names_in(condition)]
    while pending:
        definition = policy.definitions.get(pending.pop())
        if definition is None or definition.name in seen:
            continue
        seen.add(definition.name)
        yield definition
        if definition.own is not None:
            pending += [each.name for each in names_in(definition.own)]
        if definition.parent is not None:
            pending.append(definition.parent)
        for family in policy.families:
            if definition.name in {each.name for each in family.members}:
                pending += [each.name for each in family.members]


def _definition_text(name: Span) -> Span:
    """Return a definition from its name to the end of its condition."""
    text = masked(name.source.text)
    depth, at = 0, name.end
    while at < len(text):
        sign = text[at]
        if sign in "{}" or (sign == "," and not depth):
            break
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "\n" and not depth:
            before, after = text[name.end : at].rstrip(), text[at:].lstrip()
            if not _STANDS_OPEN.search(before) and not _GOES_ON.match(after):
                break
        at += 1
    return Span(name.source, name.start, at)


def _in_text(span: Span, fields: dict[str, bool]) -> Iterator[WrittenBound]:
    text = masked(span.source.text)
    for name, is_whole in fields.items():
        word = re.compile(rf"(?<![\w-]){re.escape(name)}\s*(?:in\s+)?{_TEST}")
        for found in word.finditer(text, span.start, span.end):
            yield from _found(found, span, 0, name, is_whole=is_whole)


def _in_row(row: TableRow, fields: dict[str, bool]) -> Iterator[WrittenBound]:
    for (column, _), name in zip(row.asked, _asked(row), strict=True):
        place = row.places[column]
        found = None if "\r" in place.source.text else _CELL.fullmatch(place.text)
        if name in fields and found is not None:
            yield from _found(found, place, place.start, name, is_whole=fields[name])


def _asked(row: TableRow) -> Iterator[str]:
    """Yield the name that each cell asks."""
    for column, _ in row.asked:
        yield row.table.by[column] if column < len(row.table.by) else ""


def _found(
    found: "re.Match[str]", span: Span, start: int, name: str, *, is_whole: bool
) -> Iterator[WrittenBound]:
    """Yield what a test of a number says, by its sign or as a range."""
    sign, alone, low, high = found["sign"], *(found.group(at) for at in _groups(found))
    parts = [(alone, _at(found, 0), sign in {"<=", ">"}), (low, _at(found, 1), False)]
    parts.append((high, _at(found, 2), True))
    for number, place, is_last in parts:
        # Of numbers that aren't whole none is the next one.
        if number is not None and (is_whole or not is_last):
            where = Span(span.source, start + place, start + place + len(number))
            yield WrittenBound(name, Decimal(number) + is_last, where, is_last)


def _groups(found: "re.Match[str]") -> tuple[int, int, int]:
    last = len(found.groups())
    return last - 2, last - 1, last


def _at(found: "re.Match[str]", part: int) -> int:
    return found.start(_groups(found)[part])
