"""Who covers what: territory by segment as a heat map, and the share of each rule."""

from collections.abc import Iterator, Sequence

from htpy import (
    Node,
    b,
    caption,
    div,
    h2,
    meter,
    p,
    section,
    small,
    span,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
)

from turnout.compiler.picture.speech import ROLES, role_of
from turnout.compiler.questions.coverage import END, Cell, Coverage, Matrix
from turnout.rendering.coverage import GAP, percent, ranked
from turnout.rendering.site.sentences import Teller
from turnout.rendering.site.shell import Shell

HERE = "coverage.html"
_LEVELS = 6
_MOST_RULES = 3


def coverage_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of what each rule receives."""
    tell = shell.teller(HERE)
    content = [
        [
            [_matrix(tell, route.coverage, matrix) for matrix in route.coverage.matrices],
            _shares(tell, route.coverage),
        ]
        for route in shell.subject.routes.values()
    ]
    lead = "Who gets the leads of each territory and segment. Where nobody does, it says so."
    return HERE, shell.page(HERE, "Who covers what", content, lead=lead)


def _title(tell: Teller, coverage: Coverage, text: str) -> str:
    return text if len(tell.subject.routes) == 1 else f"{text} (route {coverage.route})"


def _matrix(tell: Teller, coverage: Coverage, matrix: Matrix) -> Node:
    by = f"Territory by {matrix.family}" if matrix.family else "Territory by segment"
    most = max((_count(cell) for cells in matrix.cells for cell in cells), default=0)
    known = "Darker cells have more leads of the sample." if most else ""
    seen = tell.subject.appearances(matrix)
    return section[
        h2[_title(tell, coverage, by)],
        p(".legend")[
            (span(class_=f"key {role}")[words] for role, words in ROLES.items() if role != "plain"),
            span(".key.gap")["nobody: no target"],
            span(".key.empty")["no such lead"],
            known,
        ],
        div(".scroll", tabindex="0", role="region", aria_label=by)[
            table(".heat")[
                caption(".hidden")[by],
                thead[tr[td, (th(scope="col")[tell.named(name)] for name in matrix.columns)]],
                tbody[
                    (
                        tr[
                            th(scope="row")[tell.named(name)],
                            (_cell(tell, coverage, c, ranked(c, seen), most) for c in cells),
                        ]
                        for name, cells in zip(matrix.rows, matrix.cells, strict=True)
                    )
                ],
            ]
        ],
        coverage.left_out > 0 and p(".note")[f"Territories without a row: {coverage.left_out:,}."],
    ]


def _count(cell: Cell) -> int:
    return sum(cell.counts or ())


def _cell(tell: Teller, coverage: Coverage, cell: Cell, order: Sequence[int], most: int) -> Node:
    if not order:
        return td(".empty")["–" if cell.is_known else "not decided"]  # noqa: RUF001
    counts = dict(zip(cell.clauses, cell.counts or (), strict=False))
    level = 0 if not most else 1 + (_LEVELS - 1) * _count(cell) // most
    lines = list(_lines(tell, coverage, order[:_MOST_RULES], counts))
    more = len(order) - _MOST_RULES
    return td(class_=f"{_kind(tell, coverage, order[0])} heat-{level}")[
        bool(counts) and b(".count")[f"{_count(cell):,}"],
        lines,
        more > 0 and small[f"and {more:,} more"],
    ]


def _lines(
    tell: Teller, coverage: Coverage, order: Sequence[int], counts: dict[int, int]
) -> Iterator[Node]:
    clauses = tell.subject.program.routes[coverage.route].clauses
    for at in order:
        count = f" ({counts[at]:,})" if counts else ""
        if at == END:
            yield div[b[GAP], count]
        else:
            to = tell.first(clauses[at])
            yield div[to, " ", small["by ", tell.clause(coverage.route, at), count]]


def _kind(tell: Teller, coverage: Coverage, at: int) -> str:
    """Return whose colour a cell has: that of the picture's card, or of a gap."""
    if at == END:
        return "gap"
    attempts = tell.subject.program.routes[coverage.route].clauses[at].attempts
    return role_of(attempts[0].target) if attempts else "gap"


def _shares(tell: Teller, coverage: Coverage) -> Node:
    title = h2[_title(tell, coverage, "Share of each rule")]
    if coverage.parts is None:
        return section[title, p(".note")["The shares could not be counted within their budget."]]
    of = "of the sample's leads"
    if coverage.leads is None:
        of = "of the combinations of values that the policy tells apart, not of the leads to come"
    most = max([*coverage.parts, coverage.left])
    rows = [
        tr(class_="never" if not part else None)[
            th(scope="row")[tell.clause(coverage.route, at)],
            td(".number")[percent(part)],
            td(".bar")[meter(value=f"{float(part):.6f}", max=f"{float(most) or 1:.6f}")],
        ]
        for at, part in enumerate(coverage.parts)
    ]
    left = (
        coverage.left > 0
        and tr(".gap")[th(scope="row")[GAP], td(".number")[percent(coverage.left)], td]
    )
    return section[
        title,
        p(".note")[f"Shares are {of}."],
        div(".scroll")[
            table(".shares")[
                thead[
                    tr[
                        th["Rule or fallback"],
                        th(".number")["Share"],
                        th[span(".hidden")["As a bar"]],
                    ]
                ],
                tbody[rows, left],
            ]
        ],
    ]
