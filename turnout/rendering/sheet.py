"""One HTML page with tables and bars that needs nothing else: no script, no font, no network."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c2430; margin: 2rem auto; max-width: 72rem;
       padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p { color: #4a5565; max-width: 46rem; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border: 1px solid #d8dee6; }
th { background: #f3f5f8; font-weight: 600; }
td { overflow-wrap: anywhere; }
td.share { text-align: right; white-space: nowrap; }
td.bar { vertical-align: middle; min-width: 10rem; width: 16rem; border-left: 0; }
td.bar div { background: #3d6fb6; height: .8rem; border-radius: 2px; }
tr.gap td, td.gap { background: #fdeceb; }
td.good { background: #e6f3ea; }
tr.gap td, b.none { color: #9d1c14; }
tr.gap td.bar div { background: #c9362c; }
tr.never td { color: #8a5a00; background: #fff7e6; }
td.empty { color: #5d6775; background: #fafbfc; }
small, .more { color: #5d6775; }
.scroll { overflow-x: auto; }
""".strip()


def page(title: str, parts: Iterable[str]) -> str:
    """Return a page. title: as it is to be read; parts: HTML."""
    said = escape(title)
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{said}</title>",
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{said}</h1>",
            *parts,
            "</body></html>",
            "",
        ]
    )


def bar(cells: Sequence[str], part: Fraction, kind: str) -> str:
    """Return a row of a table: a name, figures, and a bar as long as `part` of the longest.

    cells: HTML. kind: "" or one of the page's kinds of rows, "never" and "gap".
    """
    name, *figures = cells
    numbers = "".join(f'<td class="share">{figure}</td>' for figure in figures)
    drawn = f'<td class="bar"><div style="width:{round(100 * part)}%"></div></td>'
    return f'<tr class="{kind}"><td>{name}</td>{numbers}{drawn}</tr>'
