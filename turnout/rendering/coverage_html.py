"""Coverage as one HTML page that needs nothing else: no script, no font, no network."""

from collections.abc import Iterator
from fractions import Fraction
from html import escape

from turnout.compiler.questions.coverage import END, Cell, Coverage, Matrix
from turnout.rendering.coverage import GAP, appearances, percent, ranked
from turnout.rendering.report import counted
from turnout.rendering.sheet import bar, page

_MOST_NAMES = 4


def coverage_html(found: Coverage, policy: str) -> str:
    """Return the page. policy: its name."""
    parts = [
        f"<p>Route <b>{escape(found.route)}</b>. {_measure(found)}</p>",
        *_shares(found),
        *(line for matrix in found.matrices for line in _matrix(found, matrix)),
        *_left_out(found),
    ]
    return page(f"What each rule of {policy} receives", parts)


def _measure(found: Coverage) -> str:
    if found.leads is not None:
        return f"Shares are of {counted(found.leads, 'lead')} in the sample."
    return (
        "Shares are of the declared space: of the combinations of values that the policy tells "
        "apart, not of the leads that will come. A sample of leads tells those."
    )


def _shares(found: Coverage) -> Iterator[str]:
    if found.parts is None:
        yield "<p>The shares could not be counted within their budget.</p>"
        return
    most = max([*found.parts, found.left, Fraction(1, 10**9)])
    yield '<table><tr><th>Rule or fallback</th><th colspan="2">Share</th></tr>'
    for name, part in zip(found.names, found.parts, strict=True):
        yield _share(name, part, most, "" if part else "never")
    if found.left:
        yield _share(GAP, found.left, most, "gap")
    yield "</table>"


def _share(name: str, part: Fraction, most: Fraction, kind: str) -> str:
    return bar((escape(name), escape(percent(part))), part / most, kind)


def _matrix(found: Coverage, matrix: Matrix) -> Iterator[str]:
    seen = appearances(matrix)
    yield f"<h2>Territory by {escape(matrix.family or 'segment')}</h2>"
    heads = "".join(f"<th>{escape(name)}</th>" for name in matrix.columns)
    yield f'<div class="scroll"><table><tr><th></th>{heads}</tr>'
    for name, cells in zip(matrix.rows, matrix.cells, strict=True):
        said = "".join(_cell(found, cell, ranked(cell, seen)) for cell in cells)
        yield f"<tr><th>{escape(name)}</th>{said}</tr>"
    yield "</table></div>"


def _cell(found: Coverage, cell: Cell, order: list[int]) -> str:
    if not order:
        said = "no lead" if cell.is_known else "not decided"
        return f'<td class="empty">{said}</td>'
    counts = dict(zip(cell.clauses, cell.counts or (), strict=False))
    lines = [
        (f'<b class="none">{GAP}</b>' if at == END else escape(found.names[at]))
        + (f" ({counts[at]:,})" if counts else "")
        for at in order[:_MOST_NAMES]
    ]
    more = order[_MOST_NAMES:]
    if more:
        hidden = escape(", ".join(found.names[at] for at in more), quote=True)
        lines.append(f'<span class="more" title="{hidden}">and {len(more)} more</span>')
    kind = ' class="gap"' if order[0] == END else ""
    return f"<td{kind}>{'<br>'.join(lines)}</td>"


def _left_out(found: Coverage) -> Iterator[str]:
    if found.left_out:
        yield f"<p>Territories without a row: {found.left_out:,}.</p>"
