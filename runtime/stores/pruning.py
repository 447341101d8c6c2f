"""What is kept no longer, taken out of a state in small steps; what promises need stays.

Of an event that is older than values are kept go the values, what could not be read of the lead,
and what it was found by. Of a lead whose last event is older than events are kept go all events
but the one that decided it, and of that what it says of the lead, whose id becomes a tombstone: so
it stays known that it was decided, for whom and by which rule, and where it stands. The event says
in `gone` what else it stands for: how many events went, the number of the lead's first one, and
its status and whether it was touched.

Each step is a transaction of its own that looks at some rows, and takes as many out as it has
time for; nobody waits longer than for one of them. The newest event
of a state stays, so that no number is given twice.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TypeAlias

from turnout.dsl.policy import Retention
from turnout.frozen import frozen
from turnout.runtime.clock import GIVING_WAY, HOLD, lasting
from turnout.runtime.stores import WAIT, microseconds
from turnout.runtime.stores.cells import json_cell, json_read, loaded
from turnout.runtime.stores.erasing import chain, without_lead
from turnout.runtime.stores.forgotten_rows import (
    OF_VALUES,
    FileRows,
    ForgottenRows,
    StateRow,
)
from turnout.runtime.stores.sqlite import open_any
from turnout.runtime.stores.tombstones import is_tombstone, tombstone


@frozen
class Pruned:
    """How many events lost their values, how many leads their events, and how many those were."""

    values: int = 0
    leads: int = 0
    events: int = 0


def prune(path: Path, retention: Retention, at: datetime, *, wait: float = WAIT) -> Pruned:
    """Take out what is kept no longer at a moment. Raises StateError."""
    with closing(open_any(path, wait=wait)) as store:

        @contextmanager
        def step() -> Generator[FileRows, None, None]:
            with store.begin():
                yield FileRows(store.connection, path)

        return pruned(step, retention, at)


Step = Callable[[], AbstractContextManager[ForgottenRows]]
"""Gives the rows of a state inside of a transaction of its own."""


def pruned(step: Step, retention: Retention, at: datetime) -> Pruned:
    """Take out what is kept no longer at a moment, some of it in each step."""
    values = leads = events = 0
    if retention.values is not None:
        before = microseconds(at - retention.values)
        values = sum(
            _steps(step, lambda rows, after, is_enough: _values(rows, before, after, is_enough))
        )
    if retention.events is not None:
        before = microseconds(at - retention.events)
        gone = [
            *_steps(step, lambda rows, after, is_enough: _leads(rows, before, after, is_enough))
        ]
        leads, events = len(gone), sum(gone)
    return Pruned(values, leads, events)


_Work: TypeAlias = Callable[[ForgottenRows, int, Callable[[], bool]], tuple[list[int], int | None]]
"""Does some of it behind a number, until enough time has gone by: how many events of each went, and
behind which number it ended, None at the end."""


def _steps(step: Step, work: _Work) -> Iterator[int]:
    after: int | None = 0
    while after is not None:
        with step() as rows:
            counts, after = work(rows, after, lasting(HOLD))
        yield from counts
        if counts:
            sleep(GIVING_WAY)


def _values(
    rows: ForgottenRows, before: int, after: int, is_enough: Callable[[], bool]
) -> tuple[list[int], int | None]:
    """Take values out of events before a moment."""
    found, end = rows.aged_values(before, after)
    for count, row in enumerate(found, 1):
        rows.replace("events", (*row[:9], _without_values(rows, row[9])))
        for lead in rows.beside(row[0]):
            rows.replace("decisions", (*lead[:11], _without_values(rows, lead[11])))
        if is_enough():
            return [1] * count, int(row[0])
    return [1] * len(found), end


def _without_values(rows: ForgottenRows, text: str) -> str:
    said = rows.said(text)
    return json_cell({name: value for name, value in said.items() if name not in OF_VALUES})


def _leads(
    rows: ForgottenRows, before: int, after: int, is_enough: Callable[[], bool]
) -> tuple[list[int], int | None]:
    """Take out the events of leads whose last one is before a moment."""
    found, end = rows.aged_leads(before, after)
    counts: list[int] = []
    for row in found:
        counts.append(_lead(rows, row))
        if is_enough():
            return counts, int(row[0])
    return counts, end


def _lead(rows: ForgottenRows, row: StateRow) -> int:
    """Take out the events of one lead, and return how many."""
    seq, route, lead, decided, last, *cells, said = row
    events = [*chain(rows, last)]
    event = next(each for each in events if each[0] == decided)
    others = [each[0] for each in events if each[0] != decided]
    id_ = loaded(lead)
    grave = lead if is_tombstone(id_) else tombstone(rows.salt(), id_)
    kept = without_lead(json_read(event[9] if said is None else said))
    kept["gone"] = [len(others), seq, cells[0], cells[1]]
    rows.replace(
        "events",
        (decided, 0, event[2], route, grave, *event[5:7], "", event[8], json_cell(kept)),
    )
    rows.replace("decisions", (seq, route, grave, decided, decided, *cells, None))
    rows.drop_events(others)
    rows.drop_seen(lead, route)
    rows.drop_deliveries([*others, decided])
    return len(others)
