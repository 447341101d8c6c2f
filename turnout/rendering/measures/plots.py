"""Plots as SVG that stands in a page: bars, each with its name and its value as text.

A plot is one picture to who doesn't see it, with a title and a description; the numbers stand in
the table beside it. Colours are the page's.
"""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

from turnout.rendering.screen import clipped

Bar: TypeAlias = tuple[str, float, str]
"""Its name, its length, and its value in words."""

_WIDTH, _ROW, _NAMES, _VALUES = 640, 24, 200, 110
_HEIGHT, _FOOT, _EDGE = 180, 28, 4
_MOST_DAYS = 92


def bars(name: str, title: str, rows: Sequence[Bar], whole: float | None = None) -> str:
    """Return bars below each other. name: of the plot in its page. whole: a full bar's length."""
    most = max((length for _, length, _ in rows), default=0) if whole is None else whole
    room = _WIDTH - _NAMES - _VALUES
    parts: list[str] = []
    for place, (label, length, told) in enumerate(rows):
        y = place * _ROW
        wide = 0.0 if not most else min(1.0, max(0.0, length / most)) * room
        parts.append(
            f'<text class="name" x="{_NAMES - 8}" y="{y + 16}">{escape(clipped(label, 26))}</text>'
            f"{_box('rail', _NAMES, y + 4, room, _ROW - 8)}"
            f"{_box('bar', _NAMES, y + 4, wide, _ROW - 8)}"
            f'<text class="value" x="{_NAMES + room + 8}" y="{y + 16}">{escape(told)}</text>'
        )
    return _picture(name, title, rows, len(rows) * _ROW, parts)


def days(name: str, title: str, rows: Sequence[tuple[str, float, float, str]]) -> str:
    """Return columns beside each other. rows: name, height, height of its dark part, in words."""
    shown = rows[-_MOST_DAYS:]
    most = max((height for _, height, _, _ in shown), default=0) or 1
    step = _WIDTH / max(1, len(shown))
    high = _HEIGHT - _FOOT
    parts: list[str] = []
    for place, (_, height, dark, _) in enumerate(shown):
        x, wide = place * step + step * 0.1, step * 0.8
        for kind, size in (("rail", height), ("bar", dark)):
            tall = size / most * (high - _EDGE)
            parts.append(_box(kind, x, high - tall, wide, tall))
    if shown:
        ends = [(0, "start", shown[0][0])]
        if len(shown) > 1:
            ends.append((_WIDTH, "end", shown[-1][0]))
        parts += [
            f'<text class="{anchor}" x="{x}" y="{_HEIGHT - 8}">{escape(label)}</text>'
            for x, anchor, label in ends
        ]
    told = [(label, height, words) for label, height, _, words in shown]
    return _picture(name, title, told, _HEIGHT, parts)


def _box(kind: str, x: float, y: float, wide: float, high: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'


def _picture(name: str, title: str, rows: Sequence[Bar], height: int, parts: Sequence[str]) -> str:
    ids = f"{name}-title", f"{name}-desc"
    most = max(rows, key=lambda row: row[1], default=None)
    said = f"{len(rows)} bars" + ("" if most is None else f"; the longest is {most[0]}: {most[2]}")
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{ids[0]} {ids[1]}">'
        f'<title id="{ids[0]}">{escape(title)}</title>'
        f'<desc id="{ids[1]}">{escape(said)}. All numbers stand in the table.</desc>'
        f"{''.join(parts)}</svg>"
    )
