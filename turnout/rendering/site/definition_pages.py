"""Pages of territories and segments: what they are, and who gets their leads."""

from collections import Counter
from collections.abc import Iterator

from htpy import Node, dd, dl, dt, h2, li, p, section, ul

from turnout.compiler.questions.coverage import END, Cell, Coverage, Matrix
from turnout.dsl.policy import Definition
from turnout.rendering.coverage import ranked
from turnout.rendering.report import counted
from turnout.rendering.site.clause_pages import source
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell

MOST_LISTED = 60
"""Rules or parts that a page names before it counts the rest."""


def definition_page(shell: Shell, definition: Definition) -> tuple[str, bytes]:
    """Return the page of a territory or segment."""
    here = shell.subject.named[definition.name]
    tell = shell.teller(here)
    content = [
        dl(".facts")[list(_facts(tell, definition))],
        (_takers(tell, route.coverage, definition) for route in shell.subject.routes.values()),
        _uses(tell, definition),
        source(tell, definition.span),
    ]
    family = f" of {definition.family}" if definition.family else ""
    lead = f"A {definition.kind}{family}: a name for leads of one kind."
    return here, shell.page(here, definition.name, content, lead=lead)


def _facts(tell: Teller, definition: Definition) -> Iterator[Node]:
    if definition.parent is not None:
        yield dt["Lies in"]
        yield dd[tell.named(definition.parent)]
    children = [
        each.name
        for each in tell.subject.policy.definitions.values()
        if each.parent == definition.name
    ]
    yield dt["Its leads"]
    if definition.own is not None:
        yield dd[tell.conditions(definition.own)]
    else:
        yield dd["those of any of its parts"]
    family = next(
        (f for f in tell.subject.policy.families if f.disjoint and definition in f.members), None
    )
    if family is not None:
        before = family.members[: family.members.index(definition)]
        if before:
            yield dt["Without the leads of"]
            yield dd[_names(tell, [each.name for each in before])]
    if children:
        yield dt["Its parts"]
        yield dd[_names(tell, children)]
    if definition.steward:
        yield dt["Answered for by"]
        yield dd[told(definition.steward)]


def _names(tell: Teller, names: list[str]) -> Node:
    shown = [[", " if at else "", tell.named(name)] for at, name in enumerate(names[:MOST_LISTED])]
    more = len(names) - MOST_LISTED
    return [shown, f" and {more:,} more" if more > 0 else ""]


def _takers(tell: Teller, coverage: Coverage, definition: Definition) -> Node:
    """Return who gets the leads of a territory by segment, or of a segment by territory."""
    found: list[tuple[str, Node]] = []
    for matrix in coverage.matrices:
        found += _lines(tell, coverage, matrix, definition.name)
    if not found:
        return None
    return section[
        h2["Who gets its leads", "" if len(tell.subject.routes) == 1 else f" ({coverage.route})"],
        ul(".takers")[(li[tell.named(name), ": ", takers] for name, takers in found)],
    ]


def _lines(
    tell: Teller, coverage: Coverage, matrix: Matrix, name: str
) -> Iterator[tuple[str, Node]]:
    if name in matrix.rows:
        at = matrix.rows.index(name)
        cells = zip(matrix.columns, matrix.cells[at], strict=True)
    elif name in matrix.columns:
        at = matrix.columns.index(name)
        cells = zip(matrix.rows, (line[at] for line in matrix.cells), strict=True)
    else:
        return
    for other, cell in cells:
        if cell.clauses:
            seen = tell.subject.appearances(matrix)
            yield other, cell_takers(tell, coverage.route, cell, seen)


def cell_takers(tell: Teller, route: str, cell: Cell, seen: Counter[int], most: int = 5) -> Node:
    """Return who gets the leads of a cell: the rule that is most about it first.

    seen: in how many cells each clause is.
    """
    order = ranked(cell, seen)
    clauses = tell.subject.program.routes[route].clauses
    said: list[Node] = []
    for number, at in enumerate(order[:most]):
        said.append("; " if number else "")
        if at == END:
            said.append("nobody: no target")
        else:
            said += [tell.first(clauses[at]), " (", tell.clause(route, at), ")"]
    more = len(order) - most
    return [said, f"; and {more:,} more" if more > 0 else ""]


def _uses(tell: Teller, definition: Definition) -> Node:
    found = tell.subject.uses.get(definition.name, ())
    if not found:
        return section[h2["Rules that name it"], p(".note")["No rule names it itself."]]
    more = len(found) - MOST_LISTED
    return section[
        h2[
            f"{counted(len(found), 'rule')} that name it"
            if len(found) > 1
            else "The rule that names it"
        ],
        ul[
            (
                li[
                    tell.clause(*place),
                    " → ",
                    tell.first(tell.subject.program.routes[place[0]].clauses[place[1]]),
                ]
                for place in found[:MOST_LISTED]
            )
        ],
        more > 0 and p(".note")[f"And {more:,} more."],
    ]
