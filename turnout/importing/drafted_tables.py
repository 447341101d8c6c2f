"""Foreign rules as the rows of a table of rules, which stays a sheet that people keep.

A row has in each cell what its rule asks of one field. A cell that asks one of two different
things makes two rows. Where a rule asks what no cell can, there is no table.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from turnout.dsl import types
from turnout.frozen import frozen
from turnout.importing.condition_texts import asked_text, value_text
from turnout.importing.foreign import (
    Asked,
    Criterion,
    Every,
    ForeignRule,
    Nay,
    Origin,
    Some,
    Unsaid,
    fields_of,
)
from turnout.importing.typed_fields import TypedField, is_true

MOST_ROWS_OF_ONE = 20
"""Rows that one rule may become."""

_PLAIN = re.compile(r'"([^\W_](?:[\w &/+-]*\w)?)"')
_TEST = re.compile(
    r"(?:not|is|in|starts|ends|contains|has|matches|older|later|within|missing|present|any|all"
    r"|everything|everyone|n/a|past|today|future)\b",
    re.IGNORECASE,
)


@frozen
class RowTable:
    """A table of rules: its file's text, the fields that its columns ask, whom each row names.

    places: by line, where its rule stands in the source.
    """

    text: str
    fields: tuple[str, ...]
    places: Mapping[int, Origin]


def row_table(
    rules: Iterable[ForeignRule],
    fields: Mapping[str, TypedField],
    targets: Mapping[Origin, str],
    heading: str,
) -> RowTable | None:
    """Return the table of some rules, None where one of them can't be a row, or nothing is asked.

    targets: whom a rule names, by its place. heading: of the column with them.
    """
    lines: list[tuple[dict[str, str], str, ForeignRule]] = []
    for rule in rules:
        made = _cells(rule.asks, fields)
        if made is None:
            return None
        lines += [(each, targets[rule.place], rule) for each in made]
    asked = [name for name in fields if any(name in cells for cells, _, _ in lines)]
    if not asked:
        return None
    headings = [_heading(fields[name]) for name in asked]
    has_notes = any(rule.comment for _, _, rule in lines)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*headings, heading, *(["Notes"] * has_notes)])
    for cells, target, rule in lines:
        notes = [" ".join(rule.comment.split())] * has_notes
        writer.writerow([*(cells.get(name, "") for name in asked), target, *notes])
    places = {number: rule.place for number, (_, _, rule) in enumerate(lines, 2)}
    return RowTable(out.getvalue(), tuple(fields[name].name for name in asked), places)


def _heading(field: TypedField) -> str:
    return field.foreign.columns[0] if field.foreign.columns else field.name


def _cells(asked: Asked, fields: Mapping[str, TypedField]) -> list[dict[str, str]] | None:
    """Return the rows that ask what a rule does, by the source's names of the fields."""
    parts = asked.parts if isinstance(asked, Every) else (asked,)
    by_field: dict[str, list[Asked]] = {}
    for part in parts:
        names = fields_of(part)
        if len(names) != 1:
            return None
        by_field.setdefault(next(iter(names)), []).append(part)
    ways: list[list[tuple[str, str]]] = []
    for name, said in by_field.items():
        texts = _ways(said[0] if len(said) == 1 else Every(tuple(said)), fields[name])
        if texts is None:
            return None
        ways.append([(name, text) for text in texts])
    number = 1
    for each in ways:
        number *= len(each)
    return [dict(row) for row in product(*ways)] if number <= MOST_ROWS_OF_ONE else None


def _ways(asked: Asked, field: TypedField) -> list[str] | None:
    """Return the cells of which one has to hold, None where no cell can ask it."""
    parts: Sequence[Asked] = asked.parts if isinstance(asked, Some) else (asked,)
    texts = [_cell(part, field) for part in parts]
    return None if None in texts else [each for each in texts if each is not None]


def _cell(asked: Asked, field: TypedField) -> str | None:
    match asked:
        case Unsaid():
            return "yes"
        case Criterion():
            return _test(asked, field)
        case Nay(Criterion(operator="contains" | "starts with" | "ends with" | "matches") as ask):
            said = _test(ask, field)
            return None if said is None else f"not {said}"
        case Every(
            (
                Criterion(operator=">=", values=(low,)),
                Criterion(operator="<=", values=(high,)),
            )
        ):
            return f"{value_text(field.type, low)}..{value_text(field.type, high)}"
        case _:
            return None


def _test(ask: Criterion, field: TypedField) -> str | None:
    if ask.operator in {"missing", "present"}:
        return ask.operator
    if isinstance(field.type, types.Boolean):
        if ask.operator == "is not" and len({*map(is_true, ask.values)}) > 1:
            return None
        held = {is_true(value) == (ask.operator == "is") for value in ask.values}
        return "present" if len(held) > 1 else "yes" if True in held else "no"
    values = [asked_text(field.type, ask, value) for value in ask.values]
    if any("\\" in value or not value.isprintable() for value in values):
        return None
    match ask.operator:
        case "is" | "is not":
            listed = ", ".join(map(_bare, values))
            return f"not {listed}" if ask.operator == "is not" else listed
        case "<" | "<=" | ">" | ">=" if len(values) == 1:
            return f"{ask.operator} {values[0]}"
        case "contains" | "starts with" | "ends with" | "matches":
            return f"{ask.operator} {_listed(values)}"
        case _:
            return None


def _bare(value: str) -> str:
    """Return a value of a cell without quotes, where it can't be taken for anything else."""
    found = _PLAIN.fullmatch(value)
    return value if found is None or _TEST.match(found[1]) else found[1]


def _listed(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def lines_of(table: str, by: Iterable[str], heading: str, *, has_notes: bool) -> Iterator[str]:
    """Yield what stands in a route for a table of rules. by: the fields that it asks."""
    if has_notes:
        yield "# allow unread-column: notes are for those who keep the sheet"
    yield f'rules from "{table}" by {", ".join(by)} {{'
    yield f'to column "{heading}"'
    yield "}"
