"""A spreadsheet of rules as a policy: a row is a rule, in the order in which they stand.

Who gets a row's leads is said by a column with a heading such as Owner; every other column
asks. A row that asks nothing is the fallback where it is the last, or says so.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import attrs

from turnout.dsl import types
from turnout.frozen import define
from turnout.importing.askable import StandIns, settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    FieldKind,
    ForeignError,
    ForeignField,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
    fields_of,
)
from turnout.importing.reports import Imported
from turnout.importing.sheets.asked_headings import AskedHeading, asked_heading
from turnout.importing.sheets.cell_points import CellError, Decimals, decimals_of
from turnout.importing.sheets.rule_cells import (
    CellKind,
    CellManner,
    cell_asks,
    is_ambiguous,
    is_anything,
    is_otherwise,
)
from turnout.importing.sheets.sheet_columns import SheetColumns, columns_of_rules
from turnout.importing.sheets.sheet_receivers import (
    SheetReceiver,
    of_people,
    receiver_of,
    with_reach,
)
from turnout.importing.sheets.sheet_rows import KeptRow, KeptRows, rows_of
from turnout.importing.typed_fields import free_name, is_readable
from turnout.runtime.records.rows import Manner

_LONGEST_SHOWN = 200
_MOST_SHOWN = 5

_COUNTRY = re.compile(
    r"(?:.*[ _/-])?(?:country|countries|land|nation)(?:[ _-]?(?:code|name)s?)?(?:\s*/\s*\w+)?",
    re.IGNORECASE,
)
_STATE = re.compile(r"(?:us[ _-]|billing[ _-]?)?(?:states?|province)(?:[ _/-].*)?", re.IGNORECASE)
_CODE = re.compile(r"zip|postal|postcode|plz|sku|area code", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:e-?mail\s+|web\s+|company\s+)?domains?(?:\s+name)?", re.IGNORECASE)
_STATES = ("state of the US", "states of the US")
_YES_OR_NO = frozenset({"yes", "no", "true", "false"})
_OFF = frozenset({"no", "n", "false", "0", "off", "inactive", "disabled"})
_PLACES: Mapping[FieldKind, types.FieldType] = {
    "country": types.Country(),
    "subdivision": types.Subdivision(None, "US"),
}


def imported(  # noqa: PLR0913 - what a user may say of a sheet, each by name
    path: Path,
    *,
    to: str | None = None,
    receivers: SheetReceiver | None = None,
    notes: Collection[str] = (),
    sheet: str | None = None,
    skip: int = 0,
    encoding: str | None = None,
    written: bool = False,
) -> Imported:
    """Return the policy of a sheet of rules.

    to: the heading of the column with who gets the leads; None finds it. receivers: what those
    are that are no address of e-mail. notes: columns that are no conditions. sheet: of a
    workbook. skip: rows above the header; 0 finds it. encoding: of a text that isn't in UTF-8.
    written: the rules stand in the policy, not in a table beside it. Raises ForeignError.
    """
    manner = Manner(skip, encoding, sheet, by_hand=True)
    read = rows_of(path, manner, to)
    columns = columns_of_rules(read.headings, to, notes, path.name)
    head = Origin(path.name, read.header)
    asked = {each: asked_heading(each, read.headings) for each in columns.asking}
    known = {
        name: _field(name, [each for each in asked if asked[each].name == name], read.rows)
        for name in dict.fromkeys(each.name for each in asked.values())
    }
    reader = _Reader(path.name, columns, receivers, asked, _manners(known, asked, read))
    entries = [*reader.entries(read.rows)]
    if not entries:
        raise ForeignError(f"{path} has no row with a rule", "name the sheet with the rules")
    entries = [*map(with_reach, of_people(entries))]
    ordered, moved = _fallback_last(entries, read.rows, columns)
    rules = RuleSet("inbound", attrs.evolve(head, entry="the sheet"), True, tuple(ordered))  # noqa: FBT003 - active
    if not written:
        rules = attrs.evolve(rules, heading=columns.owner)
    said = [ImportNote(head, columns.told(), kind="read")]
    said += [ImportNote(head, each) for each in read.told]
    said += [*_of_columns(columns, read, path.name), *_of_places(known, [rules], head)]
    sets, fields = settled([rules], known)
    fields = {name: _whole(field, sets) for name, field in fields.items()}
    name = free_name(path.stem, ())
    draft = drafted(name, sets, fields, f"Made of the rules in {path.name} by `turnout import`.")
    if not written and not draft.files and len(entries) > 1:
        message = "a cell of a table of rules can't say all of it, so the rules are written out"
        said.append(ImportNote(head, message))
    return Imported(name, draft, sets, (*said, *moved, *reader.left_out))


def _manners(
    known: Mapping[str, ForeignField], asked: Mapping[str, AskedHeading], read: KeptRows
) -> Mapping[str, CellManner]:
    """Return how the cells of each column that asks are read, by its heading."""
    kinds: Mapping[FieldKind | None, CellKind] = {
        "country": "country",
        "subdivision": "subdivision",
        "code": "code",
        "domain": "domain",
    }
    cells = [row.cells.get(each, "") for row in read.rows for each in asked]
    decimals: Decimals = decimals_of(cells)
    if decimals == "unknown" and read.delimiter == ";":
        decimals = "comma"
    return {
        heading: CellManner(kinds.get(known[each.name].kind, "plain"), decimals, each.operator)
        for heading, each in asked.items()
    }


def _field(name: str, headings: list[str], rows: tuple[KeptRow, ...]) -> ForeignField:
    """Return a field by its name, and what the cells below its headings hold."""
    values = [value for row in rows for each in headings if (value := row.cells.get(each, ""))]
    told = {each.casefold() for each in values if not (is_anything(each) or is_otherwise(each))}
    kind: FieldKind | None = None
    currency = "EUR" if any("\N{EURO SIGN}" in each for each in values) else "USD"
    if _CODE.search(name):
        kind = "code"
    elif _COUNTRY.fullmatch(name):
        kind = "country"
    elif _STATE.fullmatch(name.strip()):
        kind = "subdivision"
    elif _DOMAIN.fullmatch(name.strip()):
        kind = "domain"
    elif any(sign in each for each in values for sign in "$\N{EURO SIGN}"):
        kind = "money"
    elif any(re.search(r"\d\s*%", each) for each in values):
        kind = "percent"
    elif told and told <= _YES_OR_NO:
        kind = "boolean"
    elif any("@" in each for each in values):
        kind = "email"
    return ForeignField(name, (name,), kind, (), currency)


def _of_columns(columns: SheetColumns, read: KeptRows, file: str) -> Iterator[ImportNote]:
    """Yield what is to be said of columns that aren't asked."""
    head = Origin(file, read.header)
    for each in columns.others:
        said = f"the column {each} names people, too, and a rule has one column of them"
        yield ImportNote(head, said, is_refused=True)
    for each in columns.days:
        said = f"the column {each} says on which days a row counts; it isn't carried over"
        yield ImportNote(head, said, is_refused=True)
    if columns.order is None:
        return
    told = [row.cells.get(columns.order, "") for row in read.rows]
    numbers = [float(each) for each in told if re.fullmatch(r"\d+(?:\.\d+)?", each)]
    if numbers != sorted(numbers) and numbers != sorted(numbers, reverse=True):
        said = f"the rows don't stand in the order of {columns.order}; they count as they stand"
        yield ImportNote(head, said, is_refused=True)
    else:
        said = f"the column {columns.order} numbers the rows, which count as they stand"
        yield ImportNote(head, said)


def _of_places(
    known: Mapping[str, ForeignField], rules: list[RuleSet], head: Origin
) -> Iterator[ImportNote]:
    """Yield a word for each column of places of which some are none, so that it is a text."""
    for name, field in known.items():
        of = None if field.kind is None else _PLACES.get(field.kind)
        if of is None:
            continue
        asks = [
            ask
            for each in rules
            for entry in each.entries
            for ask in fields_of(entry.asks).get(name, ())
        ]
        values = dict.fromkeys(value for ask in asks for value in ask.values)
        unread = [each for each in values if not is_readable(of, each)]
        if unread and len(unread) < len(values):
            one, more = ("country", "countries") if field.kind == "country" else _STATES
            shown = ", ".join(unread[:_MOST_SHOWN]) + ", ..." * (len(unread) > _MOST_SHOWN)
            verb = f"is no {one}" if len(unread) == 1 else f"are no {more}"
            said = f"{shown} {verb}, so {name} is a text, whose spellings differ"
            yield ImportNote(head, said)


def _whole(field: ForeignField, sets: tuple[RuleSet, ...]) -> ForeignField:
    """Return a field that is compared with whole numbers alone, or asked for days, as such."""
    asks = [
        ask
        for each in sets
        for entry in each.entries
        for ask in fields_of(entry.asks).get(field.name, ())
    ]
    values = [value for ask in asks for value in ask.values]
    is_compared = any(ask.operator in {"<", "<=", ">", ">="} for ask in asks)
    is_whole = is_compared and all(re.fullmatch(r"-?\d+", each) for each in values)
    if field.kind is not None:
        return field
    if values and all(re.fullmatch(r"\d{4}-\d\d-\d\d", each) for each in values):
        return attrs.evolve(field, kind="date")
    return attrs.evolve(field, kind="integer") if is_whole else field


@define
class _Reader:
    """Reads the rows of a sheet. left_out: rows that are no rules."""

    file: str
    columns: SheetColumns
    receivers: SheetReceiver | None
    asked: Mapping[str, AskedHeading]
    manners: Mapping[str, CellManner]
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("test"))
    left_out: list[ImportNote] = attrs.Factory(list[ImportNote])

    def entries(self, rows: tuple[KeptRow, ...]) -> Iterator[ForeignRule]:
        """Yield the rules of the rows that have one."""
        last = max(
            (at for at, row in enumerate(rows) if row.cells.get(self.columns.owner)), default=0
        )
        for at, row in enumerate(rows):
            if not any(row.cells.values()):
                continue
            why = self._no_rule(row, is_below=at > last)
            if why:
                place = Origin(self.file, row.number, f"row {row.number}")
                self.left_out.append(ImportNote(place, why, is_refused=True))
            else:
                yield self._entry(row)

    def _no_rule(self, row: KeptRow, *, is_below: bool) -> str:
        """Return why a row is no rule, "" where it is one."""
        if self.columns.active and row.cells.get(self.columns.active, "").casefold() in _OFF:
            return f"{self.columns.active} says that the row isn't in use; it is left out"
        filled = {name: text for name, text in row.cells.items() if text}
        if len(filled) != 1 or self.columns.owner in filled:
            return ""
        ((name, text),) = filled.items()
        shown = text[:_LONGEST_SHOWN]
        if name not in self.columns.asking:
            return f"{shown!r} alone is no rule; the row is left out"
        is_prose = re.search(r"\S\s+\S", text) is not None
        if is_below and is_prose and len(row.cells) > 2:
            return f"{shown!r} below the rules is no rule; the row is left out"
        if not is_below and len(self.columns.asking) > 1 and name == next(iter(row.cells)):
            said = "if it is asked of the rows below, write it into each"
            return f"{shown!r} alone reads like a heading; the row is left out: {said}"
        return ""

    def _entry(self, row: KeptRow) -> ForeignRule:
        place = Origin(self.file, row.number, f"row {row.number}")
        notes = [ImportNote(place, each) for each in row.issues]
        parts = [self._asks(row, column, notes) for column in self.columns.asking]
        asked = tuple(part for part in parts if part != ALWAYS)
        at = f"row {row.number}, column {self.columns.owner}"
        receiver, told = receiver_of(row.cells.get(self.columns.owner, ""), self.receivers)
        notes += [ImportNote(attrs.evolve(place, entry=at), each) for each in told]
        kept = (self.columns.name, *self.columns.comments)
        comments = [row.cells.get(each, "") for each in kept if each]
        asks = asked[0] if len(asked) == 1 else Every(asked)
        comment = "\n".join(each for each in comments if each)
        otherwise = tuple(self._backups(row, notes))
        return ForeignRule(place, asks, receiver, (), tuple(notes), comment, otherwise=otherwise)

    def _backups(self, row: KeptRow, notes: list[ImportNote]) -> Iterator[Receiver]:
        """Yield who gets what the owner of a row can't take."""
        for column in self.columns.backups:
            if text := row.cells.get(column, ""):
                place = Origin(self.file, row.number, f"row {row.number}, column {column}")
                receiver, told = receiver_of(text, self.receivers)
                if receiver == Receiver("queue"):
                    notes.append(ImportNote(place, f"{text!r} names nobody"))
                else:
                    notes += [ImportNote(place, each) for each in told]
                    yield receiver

    def _asks(self, row: KeptRow, column: str, notes: list[ImportNote]) -> Asked:
        text = row.cells.get(column, "")
        place = Origin(self.file, row.number, f"row {row.number}, column {column}")
        manner = self.manners[column]
        try:
            if is_ambiguous(text) and manner.kind == "plain":
                said = f"{text} is read as one number; for a list, put blanks behind the commas"
                notes.append(ImportNote(place, said))
            if is_otherwise(text) and self._asks_more(row, column):
                said = f"{text!r} asks nothing: the rows above have the others; in quotes, a value"
                notes.append(ImportNote(place, said))
            asked = cell_asks(self.asked[column].name, text, manner)
        except CellError as failure:
            said = f"{failure.message}; a field of its own says whether it holds"
            notes.append(ImportNote(place, said))
            said = f"{column} {text[:_LONGEST_SHOWN]}"
            return Unsaid(self.stand_ins.field(said), said)
        if manner.kind == "plain" and _is_with_slash(asked):
            said = f"{text} is one value; for a list, put commas between its values"
            notes.append(ImportNote(place, said))
        return asked

    def _asks_more(self, row: KeptRow, column: str) -> bool:
        others = (row.cells.get(each, "") for each in self.columns.asking if each != column)
        return any(each and not is_anything(each) and not is_otherwise(each) for each in others)


def _is_with_slash(asked: Asked) -> bool:
    match asked:
        case Criterion(operator="is" | "is not", values=values):
            return any(re.search(r"[^\W\d]{2}\s*/\s*[^\W\d]{2}", each) for each in values)
        case _:
            return False


def _fallback_last(
    entries: list[ForeignRule], rows: tuple[KeptRow, ...], columns: SheetColumns
) -> tuple[list[ForeignRule], list[ImportNote]]:
    """Return the rows with the one that says that it is for all others at the end."""
    said = {row.number: [row.cells.get(each, "") for each in columns.asking] for row in rows}
    others = [
        entry
        for entry in entries
        if entry.asks == ALWAYS and any(map(is_otherwise, said[entry.place.line]))
    ]
    if len(others) != 1 or entries[-1] == others[0]:
        return entries, []
    last = others[0]
    note = ImportNote(last.place, "the row is for all others; it counts as the last one")
    return [*(each for each in entries if each is not last), last], [note]
