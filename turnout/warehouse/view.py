"""A plan as a view: which clause takes each lead of a table, and what the clause says.

The view is made of three steps: the leads with what can't be a value taken as missing, the
clause of each as one CASE over the clauses in their order, and what that clause says beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs
from sqlglot import exp

from turnout.compiler.classes import YesNo
from turnout.compiler.plan.value import ClauseBox, Column, Plan
from turnout.dsl.conditions import HasWord
from turnout.dsl.types import Field, id_field
from turnout.errors import Error
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable, statements
from turnout.warehouse.clause_conditions import MOST_PARTS, ClauseConditions, parts_size
from turnout.warehouse.column_tests import LONGEST_LIST, Setting, unsaid
from turnout.warehouse.dialects import DIALECTS, Dialect
from turnout.warehouse.first_box import LEADS, class_number, first_box
from turnout.warehouse.neighbours import AskedClause, Neighbours
from turnout.warehouse.odd_values import OddValues, is_mistaken
from turnout.warehouse.raw_view import (
    ARRIVED,
    DAY,
    ISSUES,
    KEY,
    UNREAD,
    UNSURE,
    RawView,
    RawWanted,
    raw_view,
    unreadable_fields,
)
from turnout.warehouse.said_clauses import (
    SAID,
    said_in_view,
    said_of_table,
    said_rows,
    said_table,
)
from turnout.warehouse.syntax import (
    FALSE,
    Sql,
    as_,
    choice,
    column,
    equal,
    every,
    is_missing,
    is_never,
    is_there,
    listed_names,
    negated,
    noted,
    nothing,
    number,
    relation,
    some,
)

FOR_BATCH = -1
"""The number of the clause of leads that are left for the batch."""

MOST_BOXES = 150
"""Boxes that are asked one clause after the other; more are asked by tables of their classes."""

SHORT_LIST = 12
"""Values of a list that is asked in the view itself, of a policy that is asked by classes."""

_WIDEST_LINE = 500


class CannotSayError(Error):
    """A policy has what a dialect can't say; each thing is named."""


@frozen
class ViewWanted:
    """What is to be written.

    source: the table with the leads. name: the view's. key: the column by which leads are
    known, "" for the field that is the id. today: the day on which leads are decided, None for
    the day in `day_column`, or the engine's own. arrived: the column by which leads are in the
    order in which they came, "" where nobody asks for it. facts: whether calendars are
    open, those that are known. leaves: what can't be said is left for the batch, and not
    refused. notes: what is said beside each clause, in their order. raw: where each field's
    text stands in the source, by column; None where the source has typed columns.
    is_normal: the columns have no value that can't be one of their field, and none is asked.
    """

    source: str = "leads"
    name: str = "routed"
    key: str = ""
    today: date | None = None
    day_column: str = ""
    arrived: str = ""
    facts: Mapping[str, bool] = attribute(factory=dict[str, bool])
    leaves: bool = False
    notes: Sequence[str] = ()
    raw: Mapping[str, str] | None = None
    is_normal: bool = False


@frozen
class WarehouseView:
    """A view, and the tables that it reads. query: what stands behind `AS`.

    odd: where no value is asked whether it can be one, what finds the leads with such that can't.
    """

    name: str
    query: Sql = attribute(repr=False)
    tables: tuple[SeedTable, ...]
    reads: RawView | None = None
    odd: "OddLeads | None" = None

    def script(self, dialect: Dialect) -> list[str]:
        """Return the statements that make the tables and the view, in order."""
        views = [(self.name, self.query)]
        tables = [*self.tables]
        if self.reads is not None:
            views.insert(0, (self.reads.name, self.reads.query))
            tables = [*self.reads.tables, *tables]
        gone = [
            exp.Drop(tables=[relation(name, dialect)], kind="VIEW", exists=True)
            for name, _ in reversed(views)
        ]
        made = [each for table in tables for each in statements(table, dialect)]
        begun = [
            exp.Create(this=relation(name, dialect), kind="VIEW", expression=query)
            for name, query in views
        ]
        return [
            *(printed(each, dialect) for each in gone),
            *made,
            *(printed(each, dialect) for each in begun),
        ]


@frozen
class OddLeads:
    """What finds leads with values that can't be, and the tables that it reads."""

    query: Sql = attribute(repr=False)
    tables: tuple[SeedTable, ...]


def printed(statement: Sql, dialect: Dialect) -> str:
    """Return a statement as text, on lines for people."""
    return statement.sql(dialect.name, pretty=True, max_text_width=_WIDEST_LINE)


def view_of(
    plan: Plan, fields: Mapping[str, Field], dialect: Dialect, wanted: ViewWanted
) -> WarehouseView:
    """Return the view of a plan. Raises CannotSayError for what the dialect can't say."""
    return _Maker(plan, fields, dialect, wanted).view()


class _Maker:
    """Makes one view."""

    def __init__(
        self, plan: Plan, fields: Mapping[str, Field], dialect: Dialect, wanted: ViewWanted
    ) -> None:
        self._plan = plan
        self._fields = fields
        self._dialect = dialect
        self._wanted = wanted
        self._odd = OddValues(wanted.name, dialect)
        self._is_large = len(plan.boxes) > MOST_BOXES and not _is_in_full(plan)
        is_guarded = not (self._is_large or self._is_raw or wanted.is_normal)
        guards = self._guards() if is_guarded else {}
        self._frame = Setting(dialect, fields, wanted.today, self._today(), wanted.facts, guards)
        self._refuse_unsaid()
        self._reads = self._raw()
        self._tables: list[SeedTable] = []
        longest = SHORT_LIST if self._is_large else LONGEST_LIST
        self._conditions = ClauseConditions(plan, self._frame, wanted.name, longest)

    def view(self) -> WarehouseView:
        """Return the view."""
        query = exp.select(*self._outputs()).from_(_step("turnout_decided", "d"))
        query = query.join(
            _step("turnout_clauses", "c"),
            on=equal(self._own("turnout_number", "c"), self._own("turnout_number", "d")),
            copy=False,
        )
        steps = [("turnout_read", self._read()), *self._decided()]
        for name, step in (*steps, ("turnout_clauses", self._clauses())):
            query = query.with_(name, as_=step, copy=False)
        tables = [table for each in self._conditions.looked_up.values() for table in each.tables]
        tables += self._tables
        own = (*self._odd.tables, *tables)
        odd = self._odd_leads() if self._wanted.is_normal else None
        return WarehouseView(self._wanted.name, query, own, self._reads, odd)

    # -- what can't be said --

    def _refuse_unsaid(self) -> None:
        size = parts_size(self._plan)
        if size > MOST_PARTS:
            raise CannotSayError(f"a condition has {size} parts that are asked in full")
        if not self._wanted.leaves:
            own = {unsaid(each, self._frame): None for each in self._plan.columns}
            own.pop("", None)
            nowhere = dict.fromkeys(self._unsaid_anywhere())
            if own or nowhere:
                others = "" if nowhere else " and ".join(self._others())
                raise CannotSayError(
                    f"{self._dialect.name} can't say everything: {'; '.join({**own, **nowhere})}",
                    "`--for-batch` leaves what hangs on it for `turnout route`"
                    + (f"; {others} can say it" if others else ""),
                )
        if not self._wanted.key and id_field(self._fields) is None:
            raise CannotSayError("the schema has no id", "say which column tells leads apart")

    def _unsaid_anywhere(self) -> Iterator[str]:
        """Yield what no dialect can say, with the reasons."""
        for each in self._plan.columns:
            if _is_word(each):
                yield f"{each.field} has word: only of texts in ASCII can it be told"
        for told in self._plan.answers:
            if told.offer is not None:
                yield f"{told.title} offers its leads for a time"
        if self._is_raw:
            for name, reason in unreadable_fields(self._plan, self._fields).items():
                yield f"{name}: {reason}"

    def _others(self) -> Sequence[str]:
        """Return the dialects that can say what all columns ask."""
        frames = (attrs.evolve(self._frame, dialect=each) for each in DIALECTS.values())
        return [
            frame.dialect.name
            for frame in frames
            if not any(unsaid(each, frame) for each in self._plan.columns)
        ]

    # -- the leads --

    @property
    def _is_raw(self) -> bool:
        return self._wanted.raw is not None

    def _raw(self) -> RawView | None:
        """Return the view that reads the texts, None where the columns are typed."""
        wanted = self._wanted
        if wanted.raw is None:
            return None
        asked = RawWanted(
            wanted.source,
            f"{wanted.name}_values",
            wanted.raw,
            wanted.key or wanted.raw[self._id_name()],
            wanted.day_column,
            wanted.arrived,
        )
        return raw_view(self._plan, self._fields, self._dialect, asked)

    def _id_name(self) -> str:
        identifier = id_field(self._fields)
        assert identifier is not None, "without one a key is asked for"
        return identifier.name

    def _today(self) -> Sql:
        if self._wanted.day_column:
            return column("turnout_today", self._dialect, "l")
        found: Sql = exp.CurrentDate()
        return found

    def _read(self) -> Sql:
        if self._reads is not None:
            return self._take_over(self._reads)
        key = self._wanted.key or self._id_name()
        outputs = [as_(column(key, self._dialect, "s"), "turnout_key", self._dialect)]
        for name, carried in (
            (self._wanted.day_column, "turnout_today"),
            (self._wanted.arrived, "arrived"),
        ):
            if name:
                outputs.append(as_(column(name, self._dialect, "s"), carried, self._dialect))
        outputs += (self._read_field(name) for name in self._asked_fields())
        issues = nothing("TEXT") if self._wanted.is_normal else self._issues(self._odd)
        outputs.append(as_(issues, ISSUES, self._dialect))
        return self._from_source(outputs, self._odd)

    def _from_source(self, outputs: Sequence[Sql], odd: OddValues) -> Sql:
        query = exp.select(*outputs).from_(relation(self._wanted.source, self._dialect, "s"))
        for join in odd.joins:
            query = query.join(join, copy=False)
        found: Sql = query
        return found

    def _issues(self, odd: OddValues) -> Sql:
        return listed_names((name, self._is_invalid(name, odd)) for name in self._fields)

    def _odd_leads(self) -> OddLeads:
        """Return what finds the leads of which the view would have to tell issues."""
        odd = OddValues(self._wanted.name, self._dialect)
        key = column(self._wanted.key or self._id_name(), self._dialect, "s")
        names = ("lead", "issues")
        told = (as_(key, names[0], self._dialect), as_(self._issues(odd), names[1], self._dialect))
        leads = exp.Subquery(
            this=self._from_source(told, odd),
            alias=exp.TableAlias(this=exp.to_identifier("o")),
        )
        query = exp.select(*(self._own(name, "o") for name in names)).from_(leads)
        found: Sql = query.where(is_there(self._own("issues", "o")), copy=False)
        return OddLeads(found, odd.tables)

    def _take_over(self, reads: RawView) -> Sql:
        """Return the leads as the view of their texts has them."""
        names = [KEY, *([DAY] if self._wanted.day_column else ())]
        names += [*([ARRIVED] if self._wanted.arrived else ()), *self._asked_fields()]
        names += [ISSUES, UNREAD, UNSURE]
        outputs = (column(name, self._dialect, "s") for name in names)
        found: Sql = exp.select(*outputs).from_(relation(reads.name, self._dialect, "s"))
        return found

    def _asked_fields(self) -> list[str]:
        asked = {each.field for each in self._plan.columns}
        asked |= {each.than for each in self._plan.columns if each.than}
        asked |= set(self._plan.required)
        return [name for name in self._fields if name in asked]

    def _is_invalid(self, name: str, odd: OddValues) -> Sql:
        """Return whether a field of a lead has a value that can't be one."""
        this = column(name, self._dialect, "s")
        told = odd.issue(self._fields[name], this)
        return FALSE if is_never(told) else every((is_there(this), told))

    def _guards(self) -> dict[str, Sql]:
        """Return values that are asked where they are compared whether they can be one.

        A CASE asks the conditions of few leads to their end, and long lists take long.
        """
        found: dict[str, Sql] = {}
        for name, field in self._fields.items():
            this = column(name, self._dialect, "l")
            if self._odd.is_listed_here(field) and is_mistaken(self._plan, field):
                told = every((is_there(this), negated(self._odd.told(field, this))))
                found[name] = choice([(told, this)], None)
        return found

    def _read_field(self, name: str) -> Sql:
        """Return a field's value, NULL where it can't be one and would be taken for another."""
        this = column(name, self._dialect, "s")
        if name in self._frame.guards or self._wanted.is_normal:
            return this
        told = self._odd.told(self._fields[name], this)
        if is_never(told) or not is_mistaken(self._plan, self._fields[name]):
            return this
        kept = every((is_there(this), negated(told)))
        return as_(choice([(kept, this.copy())], None), name, self._dialect)

    # -- the clause of each --

    @property
    def _carried(self) -> tuple[str, ...]:
        """What each step hands on."""
        order = ["arrived"] if self._wanted.arrived else []
        unread = [UNREAD] if self._is_raw else []
        return (KEY, *order, ISSUES, *unread, "turnout_lacking")

    def _decided(self) -> list[tuple[str, Sql]]:
        """Return the steps that say which clause takes each lead."""
        if self._is_large:
            return self._by_classes()
        last = len(self._plan.answers)
        cases: list[tuple[Sql, Sql]] = [
            (self._is_unsure(), noted(number(FOR_BATCH), "a text that SQL can't tell")),
            (self._is_lacking(), number(last)),
        ]
        notes = [*self._wanted.notes, *([""] * last)]
        boxes: list[list[ClauseBox]] = [[] for _ in self._plan.answers]
        for box in self._plan.boxes:
            boxes[box.clause].append(box)
        asked = [AskedClause(at, notes[at], own) for at, own in enumerate(boxes)]
        found = Neighbours(self._conditions, FOR_BATCH).chain(cases, asked, number(last))
        assert found is not None, "where no clause takes a lead it has a number, too"
        told = as_(found, "turnout_number", self._dialect)
        joins = [join for each in self._conditions.looked_up.values() for join in each.joins]
        return [("turnout_decided", self._from_read([told], joins))]

    def _by_classes(self) -> list[tuple[str, Sql]]:
        """Return the steps of a large policy: classes, the first box, and its clause.

        What is told of a value alone comes first, as engines are fastest on columns as they lie;
        behind a join by texts they take each value apart.
        """
        dialect, last = self._dialect, len(self._plan.answers)
        lacking = as_(self._is_lacking(), "turnout_is_lacking", dialect)
        unsure = [UNSURE] if self._is_raw else []
        own = [*self._carried, *unsure, "turnout_is_lacking"]
        clauses = self._clauses_of_boxes()
        found = first_box(self._plan, self._frame, self._wanted.name, clauses)
        self._tables += found.tables
        known = self._conditions.looked_up
        told = [each for each in found.columns if each not in known]
        sought = [each for each in found.columns if each in known]
        classes = [
            as_(class_number(self._plan.columns[each], self._frame), f"c{each}", dialect)
            for each in told
        ]
        fields = [self._own(name, "l") for name in self._fields_of(sought)]
        steps = [
            (
                "turnout_classes",
                self._from_read(
                    [*(self._own(name, "l") for name in unsure), lacking, *classes, *fields]
                ),
            )
        ]
        if sought:
            steps.append(("turnout_found", self._found(own, told, sought)))
        query = exp.select(
            *(self._own(name, LEADS) for name in own), as_(found.box, "turnout_box", dialect)
        ).from_(_step(steps[-1][0], LEADS))
        for join in found.joins:
            query = query.join(join, copy=False)
        cases = [(self._own(name, "b"), number(FOR_BATCH)) for name in unsure]
        cases.append((self._own("turnout_is_lacking", "b"), number(last)))
        by_box = None if found.is_renumbered else self._by_box(clauses)
        clause = self._own("turnout_box", "b") if by_box is None else self._own("clause", "x")
        decided = exp.select(
            *(self._own(name, "b") for name in self._carried),
            as_(choice(cases, clause), "turnout_number", dialect),
        ).from_(_step("turnout_first", "b"))
        if by_box is not None:
            decided = decided.join(by_box, copy=False)
        return [*steps, ("turnout_first", query), ("turnout_decided", decided)]

    def _by_box(self, clauses: Sequence[int]) -> Sql:
        """Return the join with a table that says whose each box is."""
        name = f"{self._wanted.name}_boxes"
        rows = tuple(enumerate(clauses))
        self._tables.append(SeedTable(name, ("box", "clause"), ("INT", "INT"), rows))
        found: Sql = exp.Join(
            this=relation(name, self._dialect, "x"),
            side=self._dialect.side,
            on=equal(self._own("box", "x"), self._own("turnout_box", "b")),
        )
        return found

    def _fields_of(self, columns: Sequence[int]) -> list[str]:
        asked = {self._plan.columns[each].field for each in columns}
        return [name for name in self._fields if name in asked]

    def _found(self, own: Sequence[str], told: Sequence[int], sought: Sequence[int]) -> Sql:
        """Return the step that looks classes up in tables, beside those that were told before."""
        known = self._conditions.looked_up
        query = exp.select(
            *(self._own(name, "l") for name in (*own, *(f"c{each}" for each in told))),
            *(as_(known[each].classes, f"c{each}", self._dialect) for each in sought),
        ).from_(_step("turnout_classes", "l"))
        for each in sought:
            for join in known[each].joins:
                query = query.join(join, copy=False)
        found: Sql = query
        return found

    def _clauses_of_boxes(self) -> list[int]:
        """Return whose each box is, or that it hangs on what can't be said.

        The number behind the last one is that of leads that none holds.
        """
        left = {at for at, each in enumerate(self._plan.columns) if unsaid(each, self._frame)}
        clauses = [
            FOR_BATCH if any(side in left for side, _ in box.sides) else box.clause
            for box in self._plan.boxes
        ]
        return [*clauses, len(self._plan.answers)]

    def _is_unsure(self) -> Sql:
        """Return whether a lead has a text that is asked and that SQL can't tell."""
        return self._own(UNSURE, "l") if self._is_raw else FALSE

    def _is_lacking(self) -> Sql:
        return some(is_missing(self._frame.value(name)) for name in self._plan.required)

    def _from_read(self, told: Sequence[Sql], joins: Sequence[Sql] = ()) -> Sql:
        """Return a step that takes leads as they were read, and says more of them."""
        query = exp.select(
            *(self._own(name, "l") for name in self._carried if name != "turnout_lacking"),
            as_(self._lacking(), "turnout_lacking", self._dialect),
            *told,
        ).from_(_step("turnout_read", "l"))
        for join in joins:
            query = query.join(join, copy=False)
        found: Sql = query
        return found

    def _lacking(self) -> Sql:
        """Return which required fields a lead lacks, NULL where SQL can't tell its texts."""
        lacking = [(name, is_missing(self._frame.value(name))) for name in self._plan.required]
        return choice([(self._is_unsure(), nothing("TEXT"))], listed_names(lacking))

    # -- what clauses say --

    def _clauses(self) -> Sql:
        left = [FOR_BATCH] if self._wanted.leaves or self._is_raw else []
        rows = said_rows(self._plan, left)
        if not self._is_large:
            return said_in_view(rows, self._dialect)
        self._tables.append(said_table(rows, f"{self._wanted.name}_clauses"))
        return said_of_table(self._tables[-1], self._dialect)

    def _own(self, name: str, step: str) -> Sql:
        return column(name, self._dialect, step)

    def _outputs(self) -> list[Sql]:
        number_ = exp.Nullif(this=self._own("turnout_number", "d"), expression=number(FOR_BATCH))
        own = [
            as_(self._own("turnout_key", "d"), "lead", self._dialect),
            *([self._own("arrived", "d")] if self._wanted.arrived else []),
            as_(number_, "clause_number", self._dialect),
            *(self._own(name, "c") for name in SAID),
            as_(self._own("turnout_lacking", "d"), "lacking", self._dialect),
            as_(self._own(ISSUES, "d"), "issues", self._dialect),
            *([as_(self._own(UNREAD, "d"), "unread", self._dialect)] if self._is_raw else []),
        ]
        left = exp.EQ(this=self._own("turnout_number", "d"), expression=number(FOR_BATCH))
        return [*own, as_(left, "for_batch", self._dialect)]


def _step(name: str, alias: str) -> Sql:
    found: Sql = exp.Table(
        this=exp.to_identifier(name), alias=exp.TableAlias(this=exp.to_identifier(alias))
    )
    return found


def _is_in_full(plan: Plan) -> bool:
    """Return whether a box says more than its sides, or a column can't be told by its class."""
    return any(box.part is not None for box in plan.boxes) or any(map(_is_word, plan.columns))


def _is_word(asked: Column) -> bool:
    return isinstance(asked.classes, YesNo) and isinstance(asked.classes.test, HasWord)
