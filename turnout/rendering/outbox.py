"""Deliveries and rows of an outbox, for people and for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from turnout.announcing.couriers import Delivery
from turnout.announcing.upshots import Delivered, Ended, Failed, Unsendable, Unwanted
from turnout.printable import visible
from turnout.rendering.screen import Ink, paint
from turnout.runtime.stores.deliveries import OutboxRow
from turnout.runtime.stores.outbox import DUE

FORMAT, VERSION = "turnout-outbox", 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def attempt_line(attempt: Delivery) -> str:
    """Return what went wrong in a line, nothing where nothing did."""
    row, outcome = attempt.row, attempt.outcome
    match outcome:
        case Delivered() | Unwanted():
            return ""
        case Failed(reason):
            again = f"again at {_moment(row.next_at)}" if row.state == DUE else "given up"
        case Unsendable(reason):
            again = "given up"
        case Ended(reason):
            again = "it wants nothing any more"
        case _:
            assert_never(outcome)
    return f"{paint(f'{row.id}', Ink.STRONG)} {_about(row)}: {visible(reason)}; {again}"


def attempts_data(attempts: Iterable[Delivery]) -> dict[str, Any]:
    """Return attempts for programs."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "attempts": [
            {
                **row_data(each.row),
                "outcome": type(each.outcome).__name__.lower(),
                "reason": getattr(each.outcome, "reason", ""),
            }
            for each in attempts
        ],
    }


def rows_data(
    rows: Iterable[OutboxRow], counts: Mapping[tuple[str, str], int] | None = None
) -> dict[str, Any]:
    """Return rows, or how many there are, for programs."""
    head = {"format": FORMAT, "version": VERSION}
    if counts is not None:
        return {**head, "counts": _counts(counts)}
    return {**head, "rows": [{**row_data(each), "body": json.loads(each.body)} for each in rows]}


def _counts(counts: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {"endpoint": endpoint, "state": state, "count": count}
        for (endpoint, state), count in counts.items()
    ]


def row_data(row: OutboxRow) -> dict[str, Any]:
    """Return a row for programs, without its body."""
    state, _, why = row.state.partition(" ")
    return {
        "id": row.id,
        "event": row.event,
        "endpoint": row.endpoint,
        "state": state,
        "why": why,
        "attempts": row.attempts,
        "next_at": _moment(row.next_at) if state == DUE else None,
    }


def rows_lines(row: OutboxRow) -> Iterator[str]:
    """Yield a row for people."""
    state, _, why = row.state.partition(" ")
    yield f"{paint(str(row.id), Ink.STRONG)} {_about(row)}"
    tried = f"tried {row.attempts} times" if row.attempts != 1 else "tried once"
    when = f", next at {_moment(row.next_at)}" if state == DUE else ""
    yield f"    {state}, {tried}{when}{f': {visible(why)}' if why else ''}"


def _about(row: OutboxRow) -> str:
    said = json.loads(row.body)
    lead = f" lead {visible(said['lead'])}" if said["lead"] else ""
    return f"{visible(row.endpoint)}: {said['event']}{lead} (event {row.event})"


def _moment(at: int) -> str:
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="seconds")
