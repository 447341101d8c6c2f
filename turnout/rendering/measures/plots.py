"""Plots as SVG that stands in a page: bars, each with its name and its value as text.

Lengths are parts of the page's width and letters have their own size, so that a plot is as readable
on a phone as on a wall. To who doesn't see it, it is one picture with a title and a description;
the numbers stand in the table beside it. Colours are the page's.
"""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.screen import width

Bar: TypeAlias = tuple[str, float, str]
"""Its name, its length, and its value in words."""

_ROW, _NAME_AT, _RAIL_AT, _RAIL = 38, 15, 21, 10
_NAME = 34
_HIGH, _TOP, _FOOT = 150, 22, 24
MOST_COLUMNS = 92
"""Columns that stand beside each other; more days than that are told by weeks."""


@frozen
class PlottedTime:
    """A day or a week. height: all of it; dark: the part of it that is told apart."""

    name: str
    height: float
    dark: float
    told: str


def bars(name: str, title: str, rows: Sequence[Bar], whole: float | None = None) -> str:
    """Return bars below each other. name: of the plot in its page. whole: a full bar's length."""
    most = max((length for _, length, _ in rows), default=0) if whole is None else whole
    parts: list[str] = []
    for place, (label, length, told) in enumerate(rows):
        y = place * _ROW
        wide = 0.0 if not most else 100 * min(1.0, max(0.0, length / most))
        parts.append(
            f'<text x="0" y="{y + _NAME_AT}">{_text(label)}</text>'
            f'<text class="end" x="100%" y="{y + _NAME_AT}">{escape(told)}</text>'
            f"{_box('rail', 0, y + _RAIL_AT, 100, _RAIL)}"
            f"{_box('bar', 0, y + _RAIL_AT, wide, _RAIL)}"
        )
    return _picture(name, title, rows, len(rows) * _ROW, parts)


def columns(name: str, title: str, rows: Sequence[PlottedTime], scale: str) -> str:
    """Return columns beside each other. scale: the highest one's height, in words."""
    most = max((row.height for row in rows), default=0) or 1
    step = 100 / max(1, len(rows))
    parts = [
        f'<line class="line" x1="0" x2="100%" y1="{_TOP}" y2="{_TOP}"/>',
        f'<text x="0" y="{_TOP - 7}">{escape(scale)}</text>',
    ]
    for place, row in enumerate(rows):
        x, wide = place * step + step * 0.08, step * 0.84
        for kind, size in (("rail", row.height), ("bar", row.dark)):
            tall = size / most * _HIGH
            parts.append(_box(kind, x, _TOP + _HIGH - tall, wide, tall))
    foot = _TOP + _HIGH + 17
    if rows:
        parts.append(f'<text x="0" y="{foot}">{escape(rows[0].name)}</text>')
    if len(rows) > 1:
        parts.append(f'<text class="end" x="100%" y="{foot}">{escape(rows[-1].name)}</text>')
    told = [(row.name, row.height, row.told) for row in rows]
    return _picture(name, title, told, _TOP + _HIGH + _FOOT, parts)


def _text(label: str) -> str:
    """Return a name, cut where it is too long to stand beside its value on a phone."""
    told = visible(label)
    while width(told) > _NAME:
        told = told.removesuffix("…")[:-1] + "…"
    return escape(told)


def _box(kind: str, x: float, y: float, wide: float, high: float) -> str:
    """Return a box whose place and width are parts of a hundred of the page's width."""
    return (
        f'<rect class="{kind}" x="{x:.2f}%" y="{y:.1f}" width="{wide:.2f}%" height="{high:.1f}"/>'
    )


def _picture(name: str, title: str, rows: Sequence[Bar], height: int, parts: Sequence[str]) -> str:
    ids = f"{name}-title", f"{name}-desc"
    most = max(rows, key=lambda row: row[1], default=None)
    said = f"{len(rows)} bars" + ("" if most is None else f"; the longest is {most[0]}: {most[2]}")
    return (
        f'<svg height="{height}" role="img" aria-labelledby="{ids[0]} {ids[1]}">'
        f'<title id="{ids[0]}">{escape(title)}</title>'
        f'<desc id="{ids[1]}">{escape(said)}. All numbers stand in the table.</desc>'
        f"{''.join(parts)}</svg>"
    )
