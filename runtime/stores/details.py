"""What an event says beyond what its row can be found by, as JSON.

`decision`, `fingerprint` and, where an SLA can move the lead, `watch`: what stands for the
lead from then on. `draw`, `before`, `after`, `hop`, `reason`, `name`, `until`: as on `Event`,
each only where there is something to say; `after` not where it is the decision's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from turnout.runtime.decisions import Decision
from turnout.runtime.events import Draw, Event
from turnout.runtime.moves import Holder, Watch
from turnout.runtime.statuses import MARKS
from turnout.runtime.stores import Recorded
from turnout.runtime.stores.cells import instant, moment, stored

STANDING = ("decision", "fingerprint", "watch")
"""What stands for a lead from a deciding event on."""


def detail(event: Event, recorded: Recorded | None) -> dict[str, Any]:
    """Return what an event says. recorded: what stands for its lead from then on, if any."""
    said: dict[str, Any] = {}
    if event.decision is not None and recorded is not None:
        said = standing(recorded)
    if event.draw is not None:
        draw = event.draw
        said["draw"] = [draw.team, draw.person, *draw.before, *draw.after]
    if event.before is not None:
        said["before"] = _parts(event.before)
    if event.after is not None and (
        event.decision is None or event.after != Holder.of(event.decision)
    ):
        said["after"] = _parts(event.after)
    for name, value in (("hop", event.hop), ("reason", event.reason), ("name", event.name)):
        if value:
            said[name] = value
    for name, when in (("until", event.until), ("since", event.since)):
        if when is not None:
            said[name] = instant(when)
    return said


def standing(recorded: Recorded) -> dict[str, Any]:
    """Return what is said of a lead's decision; see `recorded_as`."""
    said: dict[str, Any] = {
        "decision": recorded.decision.as_dict(),
        "fingerprint": recorded.fingerprint,
    }
    if recorded.watch is not None:
        said["watch"] = recorded.watch.as_dict()
    return said


def standing_cells(recorded: Recorded) -> tuple[str, int, int | None, int | None, str | None, int]:
    """Return the cells of a lead's row by which it is found.

    Its status, whether it was touched, when it is due, until when it is offered, the queue that
    it waits in, and its rank there.
    """
    due, expires = recorded.due, recorded.expires
    return (
        recorded.status,
        int(recorded.touched),
        None if due is None else instant(due),
        None if expires is None else instant(expires),
        None if recorded.queue is None else stored(recorded.queue),
        recorded.rank,
    )


def recorded_as(
    said: Mapping[str, Any],
    *,
    status: str = "",
    touched: bool = False,
    expires: datetime | None = None,
    number: int = 0,
) -> Recorded:
    """Return what stands for a lead. Raises KeyError, TypeError or ValueError."""
    watch = said.get("watch")
    return Recorded(
        Decision.from_dict(said["decision"]),
        said["fingerprint"],
        status if status in MARKS else None,
        touched,
        None if watch is None else Watch.from_dict(watch),
        expires,
        number,
    )


def with_detail(event: Event, said: Mapping[str, Any]) -> Event:
    """Return an event with what `detail` wrote. Raises KeyError, TypeError or ValueError."""
    decision = Decision.from_dict(said["decision"]) if "decision" in said else None
    after = Holder(*said["after"]) if "after" in said else None
    if after is None and decision is not None:
        after = Holder.of(decision)
    return attrs.evolve(
        event,
        decision=decision,
        before=Holder(*said["before"]) if "before" in said else None,
        after=after,
        draw=_draw(*said["draw"]) if "draw" in said else None,
        hop=said.get("hop", 0),
        reason=said.get("reason", ""),
        name=tuple(said["name"]) if "name" in said else None,
        until=moment(said.get("until")),
        since=moment(said.get("since")),
    )


def _parts(holder: Holder) -> list[str | None]:
    return [holder.kind, holder.target, holder.assignee]


def _draw(team: str, person: str, *lags: int) -> Draw:
    before, scale, after, new_scale = lags
    return Draw(team, person, (before, scale), (after, new_scale))
