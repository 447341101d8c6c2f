"""Leads that changed hands, for people and as data (docs/reference/formats.md)."""

from collections.abc import Iterator, Sequence
from typing import Any

from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint
from turnout.runtime.moves import Holder, Move

FORMAT, VERSION = "turnout-moves", 1


def moves_text(moves: Sequence[Move], screen: int) -> Iterator[str]:
    """Yield a line for each move, and how many there are."""
    yield from moved_lines(moves, screen)
    alerts = sum(move.is_alert for move in moves)
    if alerts:
        yield f"told of {counted(alerts, 'lead')}"
    if len(moves) > alerts:
        yield f"moved {counted(len(moves) - alerts, 'lead')}"
    elif not alerts:
        yield "no lead is overdue"


def anew_text(moves: Sequence[Move], screen: int) -> Iterator[str]:
    """Yield a line for each lead that was routed anew, and how many changed hands."""
    yield from moved_lines(moves, screen)
    moved = sum(move.before != move.after for move in moves)
    yield f"routed {counted(len(moves), 'lead')} anew, {moved} of them to somebody else"


def moved_lines(moves: Sequence[Move], screen: int) -> Iterator[str]:
    """Yield a line for each move."""
    for move in moves:
        said = f"{holder_text(move.before)} → {holder_text(move.after)}"
        if move.before == move.after:
            said = f"stays with {holder_text(move.after)}"
        if move.is_alert:
            said = f"alert, {holder_text(move.after)} has it ({move.reason})"
        first = f"lead {paint(visible(move.lead), Ink.STRONG)}: "
        yield from hanging(first, visible(said).split(" "), screen)


def moves_data(moves: Sequence[Move]) -> dict[str, Any]:
    """Return the moves in their documented JSON form, keys in a fixed order."""
    return {"format": FORMAT, "version": VERSION, "moves": [move.as_dict() for move in moves]}


def holder_text(holder: Holder) -> str:
    """Return who has a lead in a few words, such as "ana (round-robin dach-ae)"."""
    target = f"{holder.kind} {holder.target}".strip()
    if holder.assignee is None or target == f"person {holder.assignee}":
        return target
    return f"{holder.assignee} ({target})"
