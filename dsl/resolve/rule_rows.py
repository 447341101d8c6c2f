"""Rows of a table of rules → rules: what each asks, where it sends, by when.

Thousands of rows say few different things, so a cell's text is read once, and only its place
is another one where it stands again. What is wrong is reported at the cell; of a table with
many faults the first are listed and the rest counted.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.apart import Garbled, chain_in, sla_in
from turnout.dsl.conditions import NEVER
from turnout.dsl.findings import Finding, Fix, Label, Severity, error
from turnout.dsl.fixes import inserted
from turnout.dsl.headers import ColumnNames
from turnout.dsl.names import is_name, plain_name
from turnout.dsl.promises import Action
from turnout.dsl.rereading import TableValues
from turnout.dsl.resolve import going_on, handing_over
from turnout.dsl.resolve.acceptance import complain_of_going_on, offer
from turnout.dsl.resolve.cell_conditions import MAX_CELL
from turnout.dsl.resolve.conditions import Bounds, ConditionReader
from turnout.dsl.resolve.going_on import parted
from turnout.dsl.resolve.promises import actions, only, sla
from turnout.dsl.resolve.rule_tables import MAX_FINDINGS, RowConditions, RuleRows
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.resolve.validities import ReadValidity, between, end, validity
from turnout.dsl.sheets import SheetRow
from turnout.dsl.source import Span
from turnout.dsl.targets import BY_WORD, Target
from turnout.frozen import define

_Place: TypeAlias = tuple[int, int]
"""Where something stands in its cell: offsets of its beginning and its end."""

_NAMED = (
    ("team", "round-robin"),
    ("person", "person"),
    ("queue", "queue"),
    ("partner", "partner"),
    ("sequence", "sequence"),
)
"""What a cell may name without saying what it is, and the word that says it."""

_FORMS = "write it as behind `to`, such as `round-robin emea else queue triage`"


@define
class RowReader:
    """Reads the rows of one table.

    target, chain: read targets, and report what is wrong with them. zone: of the policy's days.
    known: what was read of conditions on the same ground.
    """

    _node: nodes.RuleTable
    _of: RuleRows
    _conditions: ConditionReader
    _target: Callable[[nodes.Target], Target | None]
    _chain: Callable[[nodes.Chain, str], policy.Chain]
    _zone: str
    _scope: Scope
    _known: TableValues
    _targets: dict[tuple[int, str], tuple[tuple[Target, _Place], ...]] = attrs.Factory(
        dict[tuple[int, str], tuple[tuple[Target, _Place], ...]]
    )
    _slas: dict[str, policy.Sla] = attrs.Factory(dict[str, policy.Sla])
    _steps: dict[Span, Target] = attrs.Factory(dict[Span, Target])

    def rules(self, route: str) -> Iterator[tuple[policy.Rule, Bounds] | None]:
        """Yield each row's rule with what its condition means; None where it has no place."""
        chain, going_on, answer, doings = self._head()
        table = f"the table `{self._of.sheet.name}`"
        offered = offer(table, self._node.offers, self._scope)
        complain_of_going_on(self._node, self._scope)
        fixed = self._fixed_days()
        asking = RowConditions(self._of, self._conditions, self._scope, self._known)
        count = hidden = 0
        for row, name in zip(self._of.sheet.rows, self._of.names, strict=True):
            found, referred = len(self._scope.findings), len(self._scope.references)
            is_free = self._is_free(name, row, route)
            asked, bounds = asking.asked(row)
            steps = () if chain is None else self._steps_of(chain, row)
            due = self._sla_of(answer, row) if isinstance(answer, nodes.RowSla) else answer
            days = self._days(row, fixed)
            del self._scope.references[referred:]  # what tables name is none of them
            del self._scope.owners[referred:]
            new = len(self._scope.findings) - found
            kept = max(0, min(new, MAX_FINDINGS - count))
            del self._scope.findings[found + kept :]
            count, hidden = count + kept, hidden + new - kept
            if days.is_lost:
                bounds = Bounds(NEVER, bounds.most)
            if not is_free or (going_on is not None and not steps):
                yield None
                continue
            rule = self._rule(row, name, asked, bounds, steps, due, doings)
            rule = attrs.evolve(rule, validity=days.validity, going_on=going_on, offer=offered)
            yield attrs.evolve(rule, goes_on=going_on is not None), bounds
        if hidden:
            message = f"`{self._of.sheet.name}` has {hidden:,} more such faults"
            self._scope.report("table-value", self._node.path.span, message)

    def _head(
        self,
    ) -> tuple[
        nodes.RowChain | None, Span | None, nodes.RowSla | policy.Sla | None, tuple[Action, ...]
    ]:
        """Return the targets, the `continue` behind them, the SLA and the actions of all rows."""
        node, title = self._node, f"the table `{self._of.sheet.name}`"
        if not node.chains:
            advice = "write where its leads go, such as `to round-robin column team`"
            message = f"{title} has no `to`"
            self._scope.report("incomplete-rule", node.path.span, message, help=advice)
        for again in node.chains[1:]:
            message = f"{title} has more than one `to`"
            advice = "write the second as `else`"
            self._scope.report("duplicate-clause", again.span, message, help=advice)
        ended = [parted(chain) for chain in node.chains]
        for chain, _ in ended:
            self._read_fixed(chain)
        promised = only(title, "sla", node.slas, self._scope)
        answer = (
            sla(promised, self._moved, self._scope, is_offered=bool(node.offers))
            if isinstance(promised, nodes.Sla)
            else promised
        )
        if isinstance(answer, nodes.RowSla) and answer.then is not None:
            self._moved(nodes.Chain((answer.then,), answer.then.span))  # reported once, here
        doings = actions(node.actions, self._scope)
        if not ended:
            return None, None, answer, doings
        return *ended[0], answer, doings

    def _moved(self, chain: nodes.Chain) -> policy.Chain:
        """Return where an SLA moves a lead."""
        return self._chain(chain, "sla")

    def _read_fixed(self, chain: nodes.RowChain) -> None:
        """Read the targets that are the same for each row, once."""
        for target in chain.targets:
            if target.kind in {nodes.CONTINUE, nodes.ROUTE}:
                if target.kind == nodes.CONTINUE:
                    going_on.complain(target.span, "rule", self._scope)
                else:
                    handing_over.complain(target.span, "cell", self._scope)
                continue
            if not isinstance(target, nodes.Target) or self._is_heading(target):
                continue
            if (made := self._target(target)) is not None:
                self._steps[target.span] = made

    def _is_heading(self, target: nodes.Target) -> bool:
        """Return whether a target is told that has the name of a column, and no other."""
        name = target.argument
        kind = BY_WORD[target.kind].definition
        if not isinstance(name, nodes.Name) or name.text in self._scope.declared.of_kind(kind):
            return False
        if not ColumnNames(self._of.sheet.headings.cells).find(name.text):
            return False
        self._scope.findings.append(
            error(
                "unknown-name",
                name.span,
                f"there is no {kind} `{name.text}`, but a column",
                help=f"write `{target.kind} column {name.text}`",
                fixes=(inserted(name.span.source, name.span.start, "column ", "add `column`"),),
            )
        )
        return True

    def _is_free(self, name: nodes.Name, row: SheetRow, route: str) -> bool:
        first = self._scope.declared.taking("rule", name, route)
        if first is None:
            return True
        is_written = name.span.source == row.span.source
        self._scope.findings.append(
            Finding(
                "duplicate-name",
                Severity.ERROR,
                name.span if is_written else row.span,
                f"the route has two rules `{name.text}`",
                labels=(Label(first.by.span, "the first"),),
                help=("give each row a name of its own, in a column `name`",),
            )
        )
        return False

    def _rule(  # noqa: PLR0913, PLR0917 - the parts of a rule
        self,
        row: SheetRow,
        name: nodes.Name,
        asked: list[tuple[int, Bounds]],
        bounds: Bounds,
        steps: policy.Chain,
        due: policy.Sla | None,
        doings: tuple[Action, ...],
    ) -> policy.Rule:
        columns = self._columns
        conditions = tuple((columns.index(at), each.most) for at, each in asked)
        cells = tuple(row.cells[at].strip() for at in columns)
        places = tuple(row.places[at] for at in columns)
        origin = policy.TableRow(self._of.table, row.line, cells, places, conditions)
        span = name.span if name.span.source == row.span.source else row.span
        return policy.Rule(
            name.text, bounds.most, steps, span, due, doings, whole=row.span, row=origin
        )

    @property
    def _columns(self) -> tuple[int, ...]:
        asking = (each.at for each in self._of.asking)
        days = (each for each in self._of.ends if isinstance(each, int))
        return tuple(dict.fromkeys((*asking, *days, *self._of.answering.values())))

    def _fixed_days(self) -> dict[Span, ReadValidity]:
        """Return what the dates in the head are that are the same for each row, by their places."""
        first, last = (each if isinstance(each, nodes.Literal) else None for each in self._of.ends)
        written = [each for each in (first, last) if each is not None]
        if len(written) < 2:
            return {each.span: self._read_days(first, last, each.span) for each in written}
        whole = Span(written[0].span.source, written[0].span.start, written[1].span.end)
        read = self._read_days(first, last, whole)
        return {each.span: read for each in written}

    def _read_days(
        self, first: nodes.Literal | None, last: nodes.Literal | None, span: Span
    ) -> ReadValidity:
        return validity(nodes.Validity(first, last, span), self._zone, self._scope)

    def _days(self, row: SheetRow, fixed: dict[Span, ReadValidity]) -> ReadValidity:
        """Return the days on which a row counts; a blank cell is no end."""
        ends: list[date | None] = []
        span = row.span
        for number, each in enumerate(self._of.ends):
            read: date | None = None
            if isinstance(each, nodes.Literal):
                known = fixed[each.span]
                if known.validity is None:
                    return known
                read = known.validity.last if number else known.validity.first
            elif each is not None and (text := row.cells[each].strip()):
                span = row.places[each]
                read = end(nodes.Literal("date", text, span), "table-value", self._scope)
                if read is None:
                    return ReadValidity(is_lost=True)
            ends.append(read)
        return between(ends[0], ends[1], self._zone, span, self._scope)

    # -- targets --

    def _steps_of(self, chain: nodes.RowChain, row: SheetRow) -> policy.Chain:
        """Return a row's targets in order; none where one was reported."""
        steps: list[policy.Step] = []
        is_lost = False
        for number, written in enumerate(chain.targets):
            if isinstance(written, nodes.Target):
                fixed = self._steps.get(written.span)
                is_lost |= fixed is None
                steps += [] if fixed is None else [policy.Step(fixed, written.span)]
                continue
            at = self._of.answering[written.column.span]
            text, place = row.cells[at].strip(), row.places[at]
            if not text:
                continue
            known = self._targets.get((number, text))
            if known is None:
                known = self._read(written, text, place)
                if known is None:
                    is_lost = True
                    continue
                self._targets[number, text] = known
            steps += [policy.Step(target, _inside(place, part)) for target, part in known]
        if not steps and not is_lost:
            message = f"the row sends its leads nowhere: {_blank(chain)}"
            advice = "write who gets them, or delete the row"
            self._scope.report("incomplete-rule", row.span, message, help=advice)
        return () if is_lost else tuple(steps)

    def _read(
        self, written: nodes.CellTarget, text: str, place: Span
    ) -> tuple[tuple[Target, _Place], ...] | None:
        chain: nodes.Chain | Garbled
        if written.kind:
            argument: nodes.Name | nodes.Literal
            if written.kind == "reject":
                argument = nodes.Literal("text", text, place)
            else:
                argument = nodes.Name(text if is_name(text) else plain_name(text), place)
            made = nodes.Target(written.kind, argument, written.matching, written.anytime, place)
            chain = nodes.Chain((made,), place)
        else:
            chain = chain_in(text, place)
        if len(text) > MAX_CELL:
            chain = Garbled(Span(place.source, place.start, place.start + 1), "it is too long")
            text = f"{text[:20]}..."
        if isinstance(chain, Garbled):
            self._scope.findings.append(self._no_target(text, chain))
            return None
        steps = self._chain(chain, "cell")
        if not steps:
            return None
        start = place.start
        return tuple(
            (step.target, (step.span.start - start, step.span.end - start)) for step in steps
        )

    def _no_target(self, text: str, why: Garbled) -> Finding:
        """Return what is said of a cell that is no target: its kind may be all that it lacks."""
        for kind, word in _NAMED:
            if text in self._scope.declared.of_kind(kind):
                better = f"{word} {text}"
                fix = Fix(f"write `{better}`", why.span, better)
                fixes = (fix,) if why.span.text == text else ()
                message = f"`{text}` does not say that it is {article(kind)}"
                advice = f"write `{better}`, or `{word} column ...` for the whole column"
                return error("table-value", why.span, message, help=advice, fixes=fixes)
        return error("table-value", why.span, f"`{text}` is no target: {why.said}", help=_FORMS)

    # -- the time to answer in --

    def _sla_of(self, written: nodes.RowSla, row: SheetRow) -> policy.Sla | None:
        at = self._of.answering[written.column.span]
        text, place = row.cells[at].strip(), row.places[at]
        if not text:
            return None
        known = self._slas.get(text)
        if known is None:
            read = sla_in(text[:MAX_CELL], place)
            if isinstance(read, Garbled):
                text = text if len(text) < MAX_CELL else f"{text[:20]}..."
                message = f"`{text}` is not a time to answer in: {read.said}"
                advice = "write a number and a unit, such as `4 hours`"
                self._scope.report("table-value", read.span, message, help=advice)
                return None
            then = read.then if read.steps else read.then or written.then
            absence = read.absence or written.absence
            is_wall = read.wall or written.wall
            steps, start = read.steps, read.from_acceptance
            whole = nodes.Sla(read.within, is_wall, then, absence, place, steps, start)
            before = len(self._scope.findings)
            found = sla(whole, self._moved, self._scope, is_offered=bool(self._node.offers))
            if then is written.then and then is not None:
                del self._scope.findings[before:]
            if found is None:
                return None
            known = self._slas[text] = found
        return attrs.evolve(known, span=place)


def _inside(place: Span, part: _Place) -> Span:
    start, end = part
    return Span(place.source, place.start + start, min(place.start + end, place.end))


def _blank(chain: nodes.RowChain) -> str:
    headings = [f"`{t.column.text}`" for t in chain.targets if isinstance(t, nodes.CellTarget)]
    return (
        f"its cells {' and '.join(headings)} are empty"
        if len(headings) > 1
        else (f"its cell {headings[0]} is empty" if headings else "it has no target")
    )
