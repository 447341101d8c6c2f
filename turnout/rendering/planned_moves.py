"""Moves that are planned, for people and as data (docs/reference/formats.md)."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint

if TYPE_CHECKING:
    from turnout.trials.move_journal import Checkpoint
    from turnout.trials.planned_moves import MoveCounts

FORMAT, VERSION = "turnout-planned-moves", 1


@frozen
class PlannedMoves:
    """What became of a plan. gone_on: where an earlier run had stopped, None without one."""

    folder: str
    route: str
    at: datetime
    batches: int
    counts: "MoveCounts"
    gone_on: "Checkpoint | None" = None


def planned_lines(told: PlannedMoves, screen: int) -> Iterator[str]:
    """Yield what the moves come to, by rule, those with most first."""
    counts = told.counts
    moved = f"{counted(counts.moved, 'lead')} of {counts.leads:,} would change hands"
    batches = "1 batch" if told.batches == 1 else f"{told.batches:,} batches"
    yield from hanging("", f"{moved}: {batches} in {visible(told.folder)}".split(" "), screen)
    widest = len(f"{max(counts.moves.values(), default=0):,}")
    for clause, number in _ranked(told):
        yield f"  {number:>{widest},}  {paint(visible(clause), Ink.STRONG)}"
    for number, what in (
        (counts.nobody, "had nobody before"),
        (counts.unknown, "had somebody whom the policy doesn't know"),
    ):
        if number:
            yield f"  of them {number:,} {what}"
    for number, what in (
        (counts.unplaced, "stay, since nobody takes them now"),
        (counts.without_id, "have no id by which they could be updated"),
        (counts.repeated, "have an id that came before"),
    ):
        if number:
            yield f"  {number:,} others {what}"
    if told.gone_on is not None and not told.gone_on.is_done:
        yield f"  an earlier run had read {told.gone_on.leads:,} of them"


def planned_data(told: PlannedMoves) -> dict[str, Any]:
    """Return the same in its documented JSON form, keys in a fixed order."""
    counts = told.counts
    return {
        "format": FORMAT,
        "version": VERSION,
        "route": told.route,
        "at": told.at.isoformat(),
        "folder": told.folder,
        "batches": told.batches,
        "leads": counts.leads,
        "moves": counts.moved,
        "nobody": counts.nobody,
        "unknown": counts.unknown,
        "unplaced": counts.unplaced,
        "without_id": counts.without_id,
        "repeated": counts.repeated,
        "rules": [{"by": clause, "moves": number} for clause, number in _ranked(told)],
    }


def _ranked(told: PlannedMoves) -> list[tuple[str, int]]:
    return sorted(told.counts.moves.items(), key=lambda each: (-each[1], each[0]))
