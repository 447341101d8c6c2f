"""A page as Mermaid, which GitHub, GitLab and many wikis draw where they find it in a text.

The same boxes and arrows as in the picture; Mermaid places them itself. Every sign of a
text that could mean something to Mermaid or to HTML is written by its number.
"""

from collections.abc import Iterator, Mapping

from turnout.compiler.picture import Masthead, Page, Stripe
from turnout.compiler.picture.lettering import fold
from turnout.compiler.picture.palette import LIGHT
from turnout.compiler.picture.placing import following
from turnout.compiler.picture.scene import Look
from turnout.printable import visible

_SIZE, _WIDTH = 11.0, 260.0
_SAFE = frozenset(" .,:()[]+=_-/")
_SHAPES: Mapping[str, tuple[str, str]] = {"start": ("([", "])"), "rest": ("(", ")")}


def mermaid(page: Page, heading: Masthead, direction: str = "TB") -> str:
    """Return the page as a Mermaid flowchart. direction: "TB" or "LR"."""
    title = f"{heading.title}: {page.title}" if page.title else heading.title
    lines = [f'---\ntitle: "{_safe(title)}"\n---', f"flowchart {direction}"]
    lines += [f"%% {_safe(', '.join(heading.facts))}"] if heading.facts else []
    if page.entry:
        lines.append(f"  start{_box('start', (page.entry,))}:::start")
    lines += _rows(page)
    lines += _arrows(page)
    looks: set[Look] = set()
    looks.update(row.kind for row in page.rows)
    looks.update(_roles(page))
    if page.entry:
        looks.add("start")
    for look in sorted(looks):
        fill, edge = LIGHT.looks[look]
        ink = LIGHT.inks["inverse" if look == "start" else "text"]
        lines.append(f"  classDef {_class(look)} fill:{fill},stroke:{edge},color:{ink}")
    marked = [f"n{at}" for at, row in enumerate(page.rows) if row.is_marked]
    if marked:
        lines.append(f"  style {','.join(marked)} stroke:{LIGHT.marked},stroke-width:3px")
    return "\n".join([*lines, ""])


def _class(look: Look) -> str:
    return "ending" if look == "end" else look  # `end` is a word of Mermaid's own


def _roles(page: Page) -> set[Look]:
    return {row.card.role for row in page.rows if row.card is not None}


def _rows(page: Page) -> Iterator[str]:
    """Yield the boxes; what is inside another one stands in a frame with it."""
    open_: list[int] = []
    for at, row in enumerate(page.rows):
        while open_ and open_[-1] <= at:
            open_.pop()
            yield f"  {'  ' * len(open_)}end"
        pad = "  " * (len(open_) + 1)
        if row.until > at + 1:
            yield f'{pad}subgraph g{at}[" "]'
            open_.append(row.until)
            pad += "  "
        yield f"{pad}n{at}{_box(row.kind, (row.text, *_notes(row)))}:::{_class(row.kind)}"
        if row.card is not None:
            notes = tuple(note.text for note in row.card.notes)
            lines = (*filter(None, [row.card.name]), *row.card.lines, *notes)
            yield f"{pad}t{at}{_box('card', lines)}:::{row.card.role}"
    while open_:
        open_.pop()
        yield f"  {'  ' * len(open_)}end"


def _notes(row: Stripe) -> tuple[str, ...]:
    return tuple(note.text for note in row.notes)


def _arrows(page: Page) -> Iterator[str]:
    rows = page.rows
    if rows and page.entry and not page.is_list:
        yield "  start --> n0"
    after = following(rows)
    for at, row in enumerate(rows):
        if row.card is not None:
            yield f"  n{at} --> t{at}"
        if row.until > at + 1 and not page.is_list:
            yield f"  n{at} --> n{at + 1}"
        if after[at] is not None and not page.is_list and row.kind not in {"rest", "table"}:
            yield f"  n{at} -.-> n{after[at]}"


def _box(kind: str, lines: tuple[str, ...]) -> str:
    left, right = _SHAPES.get(kind, ("[", "]"))
    folded = [part for line in lines for part in fold(line, _SIZE, _WIDTH)[0]]
    return f'{left}"{"<br/>".join(map(_safe, folded))}"{right}'


def _safe(text: str) -> str:
    """Return a text of letters, digits and what means nothing; all else by its number.

    Two dollars begin a formula, even so: what joins words without a sign stands between them.

    >>> _safe('a "b" <c>'), _safe("$$")
    ('a #34;b#34; #60;c#62;', '#36;#8288;#36;')
    """
    shown = visible(text).replace("$$", "$\u2060$").replace("$$", "$\u2060$")
    return "".join(each if each.isalnum() or each in _SAFE else f"#{ord(each)};" for each in shown)
