"""People and teams from CSV files: each row is read as if it were written in the policy.

A people file declares one person a row. A roster has one member a row: under a column
`person` somebody who is declared elsewhere, under a column `name` somebody whom the row
itself declares. What is wrong with a row is reported at the file's name in the policy,
with the line.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import attrs

from turnout.dsl import nodes
from turnout.dsl.headers import ColumnNames
from turnout.dsl.names import plain_name
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.source import Span
from turnout.dsl.tables import Table
from turnout.frozen import frozen

MAX_ROWS = 20_000
MAX_FINDINGS = 10
PERSONAL = ("email", "hours", "timezone", "languages", "away", "backup", "inactive")
_OWN = {"name", "person", "weight", "cap", "from", "until", *PERSONAL}
_CAP = re.compile(r"(?P<most>\d+)\s+(?:open|per\s+(?:(?P<length>\d+)\s+)?(?P<unit>[a-z]+))")
_YES, _NO = {"yes", "true", "1", "x", "inactive"}, {"", "no", "false", "0", "active"}


@frozen
class PersonRow:
    """A row as it would be written. place: "`people.csv` line 3". spelling: the name's cell.

    member: None in a people file. person: None where the row names somebody declared.
    """

    place: str
    spelling: str
    person: nodes.Person | None
    member: nodes.Member | None


def people_rows(
    node: nodes.People, tables: TableReader, fields: tuple[str, ...], scope: Scope
) -> list[PersonRow]:
    """Return the rows of a people file. fields: the columns that are read as `serves`."""
    columns = ("name", *PERSONAL, "cap")
    table = _fit(tables.table(node.path), node.path.span, (*columns, *fields), scope)
    return [] if table is None else list(_rows(table, node.path.span, fields, scope, "people"))


def roster_rows(
    node: nodes.RosterFile, tables: TableReader, fields: tuple[str, ...], scope: Scope
) -> list[PersonRow]:
    """Return the rows of a team's roster. fields: the columns that are read as `serves`."""
    columns = ("name", "person", "weight", "cap", "from", "until", *PERSONAL)
    table = _fit(tables.table(node.path), node.path.span, (*columns, *fields), scope)
    if table is None:
        return []
    if "person" not in table.columns:
        return list(_rows(table, node.path.span, fields, scope, "roster"))
    own = {"person", "weight", "cap", "from", "until"}
    strange = [column for column in table.columns if column not in own]
    if strange:
        message = f"`{table.name}` can't have a column `{strange[0]}` beside `person`"
        advice = "name the column `name` if the roster declares its people"
        scope.report("unknown-column", node.path.span, message, help=advice)
        return []
    return list(_rows(table, node.path.span, fields, scope, "roster"))


def reported(scope: Scope, row: PersonRow, read: Callable[[Scope], object]) -> None:
    """Read something of a row, and report what is wrong with it as of its line."""
    apart = attrs.evolve(scope, findings=[], references=[], owners=[])
    read(apart)
    found = [
        # A fix would be made at the file's name in the policy, where nothing is wrong.
        attrs.evolve(finding, message=f"{row.place}: {finding.message}", fixes=())
        for finding in apart.findings
    ]
    # The rest is counted, not listed: a wrong column would fill the screen.
    told = sum(finding.message.startswith(_file(row.place)) for finding in scope.findings)
    scope.findings.extend(found[: max(0, MAX_FINDINGS - told)])


def _file(place: str) -> str:
    return place.split(" line ", maxsplit=1)[0]


def _fit(table: Table | None, span: Span, known: tuple[str, ...], scope: Scope) -> Table | None:
    """Return the table if it is one of people. known: the columns that mean something."""
    if table is None:
        return None
    if len(table.rows) > MAX_ROWS:
        scope.report("too-large", span, f"`{table.name}` has more than {MAX_ROWS:,} rows")
        return None
    table = attrs.evolve(table, columns=_known_columns(table.columns, known))
    for column in table.columns:
        if column not in known:
            near = nearest(column, known)
            message = f"`{table.name}` has a column `{column}` that says nothing of people"
            advice = f"did you mean `{near}`?" if near else f"columns are {', '.join(known)}"
            scope.report("unknown-column", span, message, help=advice)
            return None
    names = [column for column in ("name", "person") if column in table.columns]
    if len(names) != 1 or len(set(table.columns)) < len(table.columns):
        message = f"`{table.name}` needs one column `name`, and each column once"
        scope.report("unknown-column", span, message)
        return None
    return table


def _known_columns(columns: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns under the names that mean something, where that is unambiguous.

    >>> _known_columns(("Name", "E-Mail", "Notes"), ("name", "email"))
    ('name', 'email', 'Notes')
    """
    names = ColumnNames(columns)
    meant: dict[str, str] = {}
    for name in known:
        if len(found := names.find(name)) == 1:
            meant.setdefault(found[0], name)
    return tuple(meant.get(column, column) for column in columns)


def _rows(
    table: Table, span: Span, fields: tuple[str, ...], scope: Scope, kind: str
) -> Iterator[PersonRow]:
    for line, cells in table.rows:
        by_column = {c: cell.strip() for c, cell in zip(table.columns, cells, strict=True)}
        spelling = by_column.get("name") or by_column.get("person") or ""
        row = PersonRow(f"`{table.name}` line {line}", spelling, None, None)
        name = plain_name(spelling)
        if not name or (name[0] == "_" and spelling[0] != "_"):
            _fault(scope, row, span, f"`{spelling}` is no name for a person")
            continue
        read = _Cells(by_column, span, scope, row)
        caps = read.caps()
        person = None
        if "name" in by_column:
            own = caps if kind == "people" else []
            clauses = (*read.personal(), *read.serves(fields), *own)
            person = nodes.Person(nodes.Name(name, span), clauses, span)
        member = None
        if kind == "roster":
            terms: list[nodes.Weight | nodes.Cap | nodes.Validity] = [*read.weight(), *caps]
            terms += read.validity()
            member = nodes.Member(nodes.Name(name, span), tuple(terms), span)
        yield attrs.evolve(row, person=person, member=member)


def _fault(scope: Scope, row: PersonRow, span: Span, message: str) -> None:
    reported(scope, row, lambda apart: apart.report("table-value", span, message))


@frozen
class _Cells:
    """The cells of a row, as clauses."""

    cells: Mapping[str, str]
    span: Span
    scope: Scope
    row: PersonRow

    def personal(self) -> Iterator[nodes.PersonClause]:
        if email := self.cells.get("email"):
            yield nodes.Address(self._literal("text", email), self.span)
        if hours := self.cells.get("hours"):
            yield nodes.Hours(nodes.Name(hours, self.span), self.span)
        if zone := self.cells.get("timezone"):
            yield nodes.Timezone(self._literal("text", zone), self.span)
        if languages := self._list("languages"):
            yield nodes.Languages(languages, self.span)
        for text in self._parts("away"):
            first, dots, last = (part.strip() for part in text.partition(".."))
            low = self._literal("date", first) if first else None
            high = self._literal("date", last) if last else None
            days = nodes.Range(low, high if dots else low, self.span)
            yield nodes.Away(days, self.span)
        if backup := plain_name(self.cells.get("backup", "")):
            yield nodes.Backup(nodes.Name(backup, self.span), self.span)
        if self._is_inactive():
            yield nodes.Inactive(self.span)

    def serves(self, fields: tuple[str, ...]) -> Iterator[nodes.PersonClause]:
        """Yield what the columns of fields say; one that says something of the person doesn't."""
        for field in fields:
            if field not in _OWN and (values := self._list(field)):
                yield nodes.Serves(nodes.Name(field, self.span), values, self.span)

    def weight(self) -> Iterator[nodes.Weight]:
        if weight := self.cells.get("weight"):
            yield nodes.Weight(self._literal("number", weight), self.span)

    def validity(self) -> Iterator[nodes.Validity]:
        ends = [self.cells.get(column, "") for column in ("from", "until")]
        if any(ends):
            first, last = (self._literal("date", text) if text else None for text in ends)
            yield nodes.Validity(first, last, self.span)

    def caps(self) -> list[nodes.Cap]:
        caps: list[nodes.Cap] = []
        for text in self._parts("cap"):
            found = _CAP.fullmatch(text)
            if found is None:
                self._complain(
                    f"`{text}` is not a cap; write `8 per day`, `8 per 24 hours` or `20 open`"
                )
                continue
            per: nodes.Name | nodes.Duration | None = None
            if found["unit"]:
                per = nodes.Name(found["unit"], self.span)
            if found["length"]:
                length = self._literal("number", found["length"])
                per = nodes.Duration(length, nodes.Name(found["unit"], self.span), self.span)
            caps.append(nodes.Cap(self._literal("number", found["most"]), per, self.span))
        return caps

    def _is_inactive(self) -> bool:
        said = self.cells.get("inactive", "").casefold()
        if said not in _YES | _NO:
            self._complain(f"`{said}` does not say whether they are inactive; write yes or no")
        return said in _YES

    def _parts(self, column: str) -> list[str]:
        text = self.cells.get(column, "")
        return [part for piece in re.split(r"[;,|]", text) if (part := piece.strip())]

    def _list(self, column: str) -> tuple[nodes.Literal, ...]:
        return tuple(self._literal("text", part) for part in self._parts(column))

    def _literal(self, kind: str, text: str) -> nodes.Literal:
        return nodes.Literal(kind, text, self.span)

    def _complain(self, message: str) -> None:
        _fault(self.scope, self.row, self.span, message)
