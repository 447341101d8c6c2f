"""Who is to be told of what happened: rows that are written with the events, in one transaction.

What is in the log is in the outbox, too, or neither is; so a service that delivers it needs
nothing but the table. A row is `due` from `next_at` on (microseconds since 1970). Whoever
delivers it counts its `attempts`, and sets the next time, or that it is `done` or `dead`. The
number of its event and its endpoint tell a delivery that is repeated. Nothing is written where no
endpoint is named, and nothing is delivered here.
"""

from collections.abc import Iterator, Sequence

import attrs

from turnout.runtime.stores import microseconds
from turnout.runtime.stores.batch import Batch
from turnout.runtime.stores.cells import json_cell

DUE = "due"


def outbox_rows(
    batch: Batch, numbers: Sequence[int]
) -> Iterator[tuple[int, str, str, int, int, str]]:
    """Yield the rows of a batch without their ids: event, endpoint, body, next_at, attempts, state.

    numbers: of its events. The body is the event, as `turnout log --format jsonl` has it.
    """
    now = microseconds(batch.recorded_at)
    for place, endpoint in batch.outbox:
        event = attrs.evolve(batch.events[place].event, number=numbers[place])
        yield event.number, endpoint, json_cell(event.as_dict()), now, 0, DUE
