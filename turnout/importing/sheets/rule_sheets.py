"""A spreadsheet of rules as a policy: a row is a rule, in the order in which they stand.

Who gets a row's leads is said by a column with a heading such as Owner; every other column
asks. A row that asks nothing is the fallback where it is the last, or says so.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal, TypeAlias, cast

import attrs

from turnout.dsl.headers import column_key
from turnout.frozen import define, frozen
from turnout.importing.askable import StandIns, settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
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
from turnout.importing.sheets.rule_cells import (
    ANYTHING,
    OTHERWISE,
    CellError,
    cell_asks,
    is_ambiguous,
)
from turnout.importing.typed_fields import free_name
from turnout.runtime.records.opening import records
from turnout.runtime.records.rows import LeadsError, Manner, Record

SheetReceiver: TypeAlias = Literal["person", "queue", "team"]
MOST_BYTES = 100_000_000
MOST_ROWS = 50_000
_LONGEST_SHOWN = 200

OWNERS = (
    ("owner", "assignto", "assignedto", "assignee", "assign", "routeto", "sendto", "givento"),
    ("owneremail", "leadowner", "recipient", "goesto", "whogetsit", "who", "to"),
    ("rep", "salesrep", "ae", "sdr", "bdr", "accountexecutive", "accountmanager", "user"),
    ("team", "queue", "group", "salesteam", "destination", "target"),
)
"""Headings of who gets a lead, by what they are without blanks and signs; the surest first."""

_COMMENTS = frozenset({"comment", "comments", "note", "notes", "remark", "remarks"})
_NAMES = frozenset({"rule", "rulename"})
_ORDERS = frozenset({"#", "no", "no.", "nr", "order", "priority", "row", "ruleno", "rule#"})
_COUNTRY = re.compile(r"(?:.*[ _-])?(?:country|land|nation)(?:[ _-]?code)?", re.IGNORECASE)
_CODE = re.compile(r"zip|postal|postcode|plz|sku", re.IGNORECASE)
_YES_OR_NO = frozenset({"yes", "no", "true", "false"})
_OWNING = frozenset({"owner", "assignee", "assigned", "rep"})
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@frozen
class _Columns:
    """The columns of a sheet by what they are; asking: those with conditions."""

    owner: str
    asking: tuple[str, ...]
    comments: tuple[str, ...]
    name: str | None


@frozen
class _Row:
    """A row of the sheet by its number there, the header's being the first."""

    number: int
    cells: Mapping[str, str]
    issues: tuple[str, ...]


def imported(  # noqa: PLR0913 - what a user may say of a sheet, each by name
    path: Path,
    *,
    to: str | None = None,
    receivers: SheetReceiver | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    written: bool = False,
) -> Imported:
    """Return the policy of a sheet of rules.

    to: the heading of the column with who gets the leads; None finds it. receivers: what those
    are that are no address of e-mail. sheet: of a workbook. encoding: of a text that isn't in
    UTF-8. written: the rules stand in the policy, not in a table beside it. Raises ForeignError.
    """
    headings, rows, told = _read(path, Manner(sheet=sheet, encoding=encoding, all_rows=True))
    columns, notes = _columns(headings, to, path.name)
    known = {each: _field(each, rows) for each in columns.asking}
    entries = [*_Reader(path.name, columns, receivers, StandIns("test")).entries(rows)]
    if not entries:
        raise ForeignError(f"{path} has no row with a rule", "name the sheet with the rules")
    place = Origin(path.name, 1, "the sheet")
    ordered, moved = _fallback_last(entries, rows, columns)
    name = free_name(path.stem, ())
    rules = RuleSet("inbound", place, is_active=True, entries=tuple(ordered))
    if not written:
        rules = attrs.evolve(rules, heading=columns.owner)
    sets, fields = settled([rules], known)
    fields = {name: _whole(field, sets) for name, field in fields.items()}
    draft = drafted(name, sets, fields, f"Made of the rules in {path.name} by `turnout import`.")
    if not written and not draft.files and len(entries) > 1:
        told.append("a cell of a table of rules can't say all of it, so the rules are written out")
    said = (ImportNote(Origin(path.name, 1), each) for each in (*told, *notes))
    return Imported(name, draft, sets, (*said, *moved))


def _read(path: Path, manner: Manner) -> tuple[tuple[str, ...], list[_Row], list[str]]:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ForeignError(
                f"{path} has {size:,} bytes, and at most {MOST_BYTES:,} are read",
                "name the file with the rules",
            )
        with records(path, manner=manner) as found:
            if found.columns is None:
                raise ForeignError(
                    f"{path} is no table", "name a file with columns: .csv, .tsv, .xlsx"
                )
            rows: list[_Row] = []
            for record in found:
                if len(rows) == MOST_ROWS:
                    raise ForeignError(f"{path} has more than {MOST_ROWS:,} rows", "cut it in two")
                rows.append(_row(record, path))
            return found.columns, rows, [*found.remarks.sentences()]
    except LeadsError as failure:
        raise ForeignError(failure.message, failure.help) from None
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None


def _row(record: Record, path: Path) -> _Row:
    number = record.row + 1
    raw = record.raw
    if record.complaint is not None or not isinstance(raw, dict):
        raise ForeignError(
            f"{path}:{number}: the row can't be read: {record.complaint}", "mend it, and try again"
        )
    told = cast("dict[object, object]", raw)
    cells = {str(key): _text(value) for key, value in told.items()}
    return _Row(number, cells, tuple(each.reason for each in record.issues))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value).strip()


def _columns(headings: tuple[str, ...], to: str | None, file: str) -> tuple[_Columns, list[str]]:
    """Return what each column is, and what is to be said of it."""
    named = [each for each in dict.fromkeys(headings) if each]
    owner = _owner(named, to, file)
    rest = [each for each in named if each != owner]
    ordering = [each for each in rest if column_key(each) in _ORDERS]
    comments = [each for each in rest if column_key(each) in _COMMENTS]
    name = next((each for each in rest if column_key(each) in _NAMES), None)
    asking = [each for each in rest if each not in {*ordering, *comments, name}]
    told = [f"the column {each} numbers the rows, which count as they stand" for each in ordering]
    if name is not None:
        told.append(f"the column {name} is told in comments")
    return _Columns(owner, tuple(asking), tuple(comments), name), told


def _owner(headings: list[str], to: str | None, file: str) -> str:
    listed = ", ".join(headings)
    if to is not None:
        found = [each for each in headings if column_key(each) == column_key(to)]
        if found:
            return found[0]
        raise ForeignError(f"{file} has no column {to}", f"its columns are {listed}")
    for names in OWNERS:
        found = [each for each in headings if column_key(each) in names]
        if len(found) > 1:
            raise ForeignError(
                f"{file} has several columns that may say who gets a lead: {', '.join(found)}",
                "name one with --to COLUMN",
            )
        if found:
            return found[0]
    worded = [each for each in headings if _OWNING & {*each.casefold().split()}]
    if len(worded) == 1:
        return worded[0]
    raise ForeignError(
        f"no column of {file} says who gets a lead", f"name one with --to COLUMN, of {listed}"
    )


def _field(heading: str, rows: list[_Row]) -> ForeignField:
    values = [value for row in rows if (value := row.cells.get(heading, ""))]
    told = {value.casefold() for value in values} - ANYTHING - OTHERWISE
    kind: FieldKind | None = None
    currency = "EUR" if any("€" in each for each in values) else "USD"
    if _CODE.search(heading):
        kind = "code"
    elif _COUNTRY.fullmatch(heading):
        kind = "country"
    elif any(sign in each for each in values for sign in "$€"):
        kind = "money"
    elif told and told <= _YES_OR_NO:
        kind = "boolean"
    elif any("@" in each for each in values):
        kind = "email"
    return ForeignField(heading, (heading,), kind, (), currency)


def _whole(field: ForeignField, sets: tuple[RuleSet, ...]) -> ForeignField:
    """Return a field that is compared with whole numbers alone as one that has such values."""
    asks = [
        ask
        for each in sets
        for entry in each.entries
        for ask in fields_of(entry.asks).get(field.name, ())
    ]
    values = [value for ask in asks for value in ask.values]
    is_compared = any(ask.operator in {"<", "<=", ">", ">="} for ask in asks)
    is_whole = is_compared and all(re.fullmatch(r"-?\d+", each) for each in values)
    return attrs.evolve(field, kind="integer") if is_whole and field.kind is None else field


@define
class _Reader:
    """Reads the rows of a sheet. stand_ins: the fields of tests that can't be said."""

    file: str
    columns: _Columns
    receivers: SheetReceiver | None
    stand_ins: StandIns

    def entries(self, rows: list[_Row]) -> Iterator[ForeignRule]:
        """Yield the rule of each row that isn't blank."""
        for row in rows:
            if any(row.cells.values()):
                yield self._entry(row)

    def _entry(self, row: _Row) -> ForeignRule:
        place = Origin(self.file, row.number, f"row {row.number}")
        notes = [ImportNote(place, each) for each in row.issues]
        parts = [self._asks(row, column, notes) for column in self.columns.asking]
        asked = tuple(part for part in parts if part != ALWAYS)
        receiver = self._receiver(row.cells.get(self.columns.owner, ""), place, notes)
        of_people = (self.columns.name, *self.columns.comments)
        comments = [row.cells.get(each, "") for each in of_people if each]
        asks = asked[0] if len(asked) == 1 else Every(asked)
        comment = "\n".join(each for each in comments if each)
        return ForeignRule(place, asks, receiver, (), tuple(notes), comment)

    def _asks(self, row: _Row, column: str, notes: list[ImportNote]) -> Asked:
        text = row.cells.get(column, "")
        place = Origin(self.file, row.number, f"row {row.number}, column {column}")
        try:
            if is_ambiguous(text):
                said = f"{text} is read as one number; for a list, put blanks behind the commas"
                notes.append(ImportNote(place, said))
            return cell_asks(column, text)
        except CellError as failure:
            said = f"{failure.message}; a field of its own says whether it holds"
            notes.append(ImportNote(place, said))
            said = f"{column} {text[:_LONGEST_SHOWN]}"
            return Unsaid(self.stand_ins.field(said), said)

    def _receiver(self, text: str, place: Origin, notes: list[ImportNote]) -> Receiver:
        at = attrs.evolve(place, entry=f"{place.entry}, column {self.columns.owner}")
        addresses = _EMAIL.findall(text)
        if not text:
            notes.append(ImportNote(at, "nobody is named; a queue of its own has these leads"))
            return Receiver("queue")
        if addresses and self.receivers != "queue":
            first, *others = dict.fromkeys(each.casefold() for each in addresses)
            if others or self.receivers == "team":
                people = (first, *others)
                together = " ".join(each.partition("@")[0] for each in people)
                return Receiver("team", together, members=people)
            return Receiver("person", first, first)
        return Receiver(self.receivers or "queue", text)


def _fallback_last(
    entries: list[ForeignRule], rows: list[_Row], columns: _Columns
) -> tuple[list[ForeignRule], list[ImportNote]]:
    """Return the rows with the one that says that it is for all others at the end."""
    said = {row.number: [row.cells.get(each, "") for each in columns.asking] for row in rows}
    others = [
        entry
        for entry in entries
        if entry.asks == ALWAYS
        and any(each.casefold() in OTHERWISE for each in said[entry.place.line])
    ]
    if len(others) != 1 or entries[-1] == others[0]:
        return entries, []
    last = others[0]
    note = ImportNote(last.place, "the row is for all others; it counts as the last one")
    return [*(each for each in entries if each is not last), last], [note]
