"""Coverage in a terminal: a line a clause, then territory by segment."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from turnout.compiler.questions.coverage import END, Cell, Coverage, Matrix
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, paint, width

GAP = "no target"
_BAR = 16
_NARROWEST_CELL = 15
_WIDEST_ROW = 16


def coverage_lines(found: Coverage, screen: int) -> Iterator[str]:
    """Yield the lines that show what each clause of a route receives."""
    of = "the space of leads" if found.leads is None else counted(found.leads, "lead")
    yield paint(f"route {visible(found.route)}: what each rule receives of {of}", Ink.STRONG)
    yield ""
    yield from _shares(found, screen)
    for matrix in found.matrices:
        yield ""
        yield f"territory by {visible(matrix.family or 'segment')}, +n for so many rules more"
        yield from _matrix(found, matrix, screen)
    if found.left_out:
        yield ""
        yield f"{counted(found.left_out, 'more territory').replace('ys', 'ies')} not shown"


def _shares(found: Coverage, screen: int) -> Iterator[str]:
    if found.parts is None:
        yield "the shares could not be counted within their budget; a sample can be:"
        yield "give one with --leads FILE"
        return
    most = max([*found.parts, found.left, Fraction(1, 10**9)])
    rows = [*zip(found.names, found.parts, strict=True)]
    for name, part in rows:
        yield _share(name, part, most, screen, Ink.PLAIN if part else Ink.WARNING)
    if found.left:
        yield _share(GAP, found.left, most, screen, Ink.ERROR)


def _share(name: str, part: Fraction, most: Fraction, screen: int, ink: Ink) -> str:
    bar = "#" * round(_BAR * part / most)
    return f"  {percent(part):>7}  {bar:<{_BAR}}  {paint(cut(name, screen - _BAR - 13), ink)}"


def percent(part: Fraction) -> str:
    """Return a share in words that never round something to nothing, or nearly all to all.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 10**6)), percent(Fraction(0))
    ('33.3 %', '<0.1 %', '0 %')
    """
    if part in {0, 1}:
        return f"{int(part) * 100} %"
    tenths = round(part * 1000)
    if tenths == 0:
        return "<0.1 %"
    if tenths == 1000:
        return ">99.9 %"
    return f"{tenths // 10}.{tenths % 10} %"


def cut(name: str, room: int) -> str:
    """Return a name in at most `room` cells.

    >>> cut("fallback of country in [DE, AT]", 16)
    'fallback of cou…'
    """
    text = visible(name)
    if width(text) <= room:
        return text
    while width(text) > room - 1:
        text = text[:-1]
    return f"{text}…"


# -- territory by segment --


def _matrix(found: Coverage, matrix: Matrix, screen: int) -> Iterator[str]:
    rows = [cut(name, _WIDEST_ROW) for name in matrix.rows]
    room = max(width(name) for name in rows)
    fitting = max(1, (screen - room) // (_NARROWEST_CELL + 2))
    seen = appearances(matrix)
    for start in range(0, len(matrix.columns), fitting):
        columns = matrix.columns[start : start + fitting]
        each = (screen - room) // len(columns) - 2
        title = " " * room + "".join(f"  {_padded(cut(name, each), each)}" for name in columns)
        if start:
            yield ""
        yield paint(title.rstrip(), Ink.STRONG)
        for name, cells in zip(rows, matrix.cells, strict=True):
            line = [(name, room, Ink.PLAIN)]
            line += [_cell(found, cell, seen, each) for cell in cells[start : start + fitting]]
            yield "  ".join(_row(line))


def _row(line: list[tuple[str, int, Ink]]) -> Iterator[str]:
    """Yield the texts of a row, padded to their room but for the last."""
    for number, (text, room, ink) in enumerate(line, start=1):
        yield paint(text if number == len(line) else _padded(text, room), ink)


def _cell(found: Coverage, cell: Cell, seen: Counter[int], room: int) -> tuple[str, int, Ink]:
    if not cell.clauses:
        return "-" if cell.is_known else "?", room, Ink.FRAME
    order = ranked(cell, seen)
    more = f" +{len(order) - 1}" if len(order) > 1 else ""
    has_gap = order[0] == END
    name = GAP if has_gap else brief(found.names[order[0]])
    return cut(name, room - len(more)) + more, room, Ink.ERROR if has_gap else Ink.PLAIN


def brief(name: str) -> str:
    """Return a clause's name with what tells it apart first.

    >>> brief("fallback of DACH"), brief("fallback of route inbound"), brief("dach-large")
    ('DACH fallback', 'route fallback', 'dach-large')
    """
    if name.startswith("fallback of route "):
        return "route fallback"
    inner = name.removeprefix("fallback of ")
    return name if inner == name else f"{inner} fallback"


def appearances(matrix: Matrix) -> Counter[int]:
    """Return in how many cells each clause is."""
    return Counter(at for cells in matrix.cells for cell in cells for at in cell.clauses)


def ranked(cell: Cell, seen: Counter[int]) -> list[int]:
    """Return the cell's clauses as they are worth telling: no target first, then by count.

    Without counts those come first that are in few other cells: they are about this one.
    """
    counts = dict(zip(cell.clauses, cell.counts or (), strict=False))
    return sorted(cell.clauses, key=lambda at: (at != END, -counts.get(at, 0), seen[at], at))


def _padded(text: str, room: int) -> str:
    return text + " " * (room - width(text))
