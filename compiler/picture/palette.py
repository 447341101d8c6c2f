"""Colours: told apart by people who see few of them, and by their lightness on paper.

The hues are of the set by Okabe and Ito ("Color Universal Design", 2008): blue, bluish
green, orange, purple, vermilion for what is wrong. Never does a colour say something
that no word says. Each has its look on white and on black paper.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from turnout.compiler.picture.scene import Hue, Look
from turnout.frozen import frozen

Theme: TypeAlias = Literal["auto", "light", "dark"]
"""The paper; "auto" is as the reader's machine has it."""


@frozen
class Colours:
    """What is drawn on one paper. looks: fill and border of boxes. inks: of texts."""

    paper: str
    line: str
    rest: str
    way: str
    marked: str
    ground: str
    grounds: tuple[str, ...]
    looks: Mapping[Look, tuple[str, str]]
    inks: Mapping[Hue, str]


LIGHT = Colours(
    paper="#ffffff",
    line="#334155",
    rest="#64748b",
    way="#0b0f19",
    marked="#b3261e",
    ground="#ecdfae",
    grounds=("#fffcf0", "#fff8df", "#fff2c8", "#ffecb3"),
    looks={
        "question": ("#fef9d9", "#8a6a00"),
        "block": ("#fbe88a", "#6b5200"),
        "table": ("#fbe88a", "#6b5200"),
        "rest": ("#f8fafc", "#64748b"),
        "closed": ("#fbe88a", "#6b5200"),
        "onward": ("#f8fafc", "#64748b"),
        "end": ("#ffffff", "#b3261e"),
        "start": ("#0f172a", "#0f172a"),
        "team": ("#d9e8f7", "#0b5394"),
        "person": ("#d3f0e5", "#00664b"),
        "queue": ("#e8eaed", "#4b5563"),
        "partner": ("#fde6c8", "#9a4a00"),
        "sequence": ("#ecdff4", "#6b3fa0"),
        "reject": ("#ffffff", "#111827"),
        "plain": ("#f8fafc", "#334155"),
    },
    inks={
        "text": "#0f172a",
        "faint": "#5b6472",
        "finding": "#b3261e",
        "refusal": "#7a3b00",
        "count": "#0b5394",
        "inverse": "#ffffff",
    },
)

DARK = Colours(
    paper="#0f141b",
    line="#b6c2d1",
    rest="#8b98a9",
    way="#ffffff",
    marked="#ff8a80",
    ground="#4a4220",
    grounds=("#16191c", "#1d1f1b", "#25261d", "#2d2c1e"),
    looks={
        "question": ("#332d12", "#d9b93b"),
        "block": ("#54480f", "#f0d264"),
        "table": ("#54480f", "#f0d264"),
        "rest": ("#1b222b", "#8b98a9"),
        "closed": ("#54480f", "#f0d264"),
        "onward": ("#1b222b", "#8b98a9"),
        "end": ("#0f141b", "#ff8a80"),
        "start": ("#e6edf5", "#e6edf5"),
        "team": ("#12304d", "#7cb7ee"),
        "person": ("#0d3a2d", "#58c9a2"),
        "queue": ("#2a313a", "#a3afbd"),
        "partner": ("#46290a", "#f0a45b"),
        "sequence": ("#352048", "#c79be8"),
        "reject": ("#0f141b", "#e6edf5"),
        "plain": ("#1b222b", "#b6c2d1"),
    },
    inks={
        "text": "#eef3f8",
        "faint": "#a3afbd",
        "finding": "#ff8a80",
        "refusal": "#f2b880",
        "count": "#9cc9f5",
        "inverse": "#0f172a",
    },
)
