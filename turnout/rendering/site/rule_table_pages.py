"""Pages of tables of rules: each row with its cells, linked to the page of its rule."""

from collections.abc import Iterator
from itertools import groupby

from htpy import Element, Node, div, p, table, tbody, td, th, thead, tr

from turnout.compiler.program import Clause, RouteProgram
from turnout.dsl.policy import RuleTable
from turnout.frozen import frozen
from turnout.rendering.coverage import percent
from turnout.rendering.report import counted
from turnout.rendering.site.addresses import page_of
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell

FEW_ROWS = 12
"""Rows that the page of a route shows of a table."""


@frozen
class RowRun:
    """Clauses of a route that are the rows of one table. first: the number of the first."""

    route: str
    table: RuleTable
    first: int
    clauses: tuple[Clause, ...]

    @property
    def page(self) -> str:
        """The path of its page; a table that stands twice has two."""
        return page_of("table", self.route, f"{self.table.name} {self.first + 1}")

    @property
    def title(self) -> str:
        """Such as "matrix.csv, 500 rows"."""
        return f"{self.table.name}, {counted(len(self.clauses), 'row')}"


def row_runs(program: RouteProgram) -> Iterator[RowRun]:
    """Yield the tables of rules of a route, in order."""
    at = 0
    for of, group in groupby(program.clauses, key=_table):
        clauses = tuple(group)
        if of is not None:
            yield RowRun(program.name, of, at, clauses)
        at += len(clauses)


def _table(clause: Clause) -> RuleTable | None:
    return None if clause.row is None else clause.row.table


def rule_table_page(shell: Shell, run: RowRun) -> tuple[str, bytes]:
    """Return the page of a table: all of its rows."""
    tell = shell.teller(run.page)
    back = tell.to(page_of("route", run.route), run.route)
    lead = ["A table of rules in route ", back, ". Its rows are asked from the top."]
    return run.page, shell.page(run.page, run.table.name, [rows(tell, run)], lead=lead)


def rows(tell: Teller, run: RowRun, most: int | None = None) -> Node:
    """Return a table's rows, or the first of them with a link to all."""
    shown = run.clauses[:most]
    more = len(run.clauses) - len(shown)
    heads = ["Rule", "Line", *run.table.columns, "Leads"]
    lines = (_line(tell, run, run.first + at, clause) for at, clause in enumerate(shown))
    return [
        div(".scroll", tabindex="0", role="region", aria_label=run.title)[
            table[thead[tr[(th[told(head)] for head in heads)]], tbody[lines]]
        ],
        more > 0 and p(".note")[tell.to(run.page, f"and {more:,} more")],
    ]


def _line(tell: Teller, run: RowRun, at: int, clause: Clause) -> Element:
    row = clause.row
    assert row is not None  # see `row_runs`
    share = tell.subject.routes[run.route].share(at)
    return tr(data_clause=f"{run.route}:{at}")[
        td[tell.clause(run.route, at)],
        td[str(row.line)],
        (td[told(cell)] for cell in row.cells),
        td["" if share is None else percent(share)],
    ]
