"""Leads of a state in memory, in the orders in which they are asked for."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import TypeAlias

from turnout.frozen import attribute, define
from turnout.runtime.stores import AskedLeads, Elapsed, HeldLeads, Queued, Recorded, microseconds

_Place: TypeAlias = tuple[int, int, str]
"""What leads are in the order of: a moment in microseconds or a rank, a number; and the id. Those
that somebody has are by their number alone, the newest last, which is where a new one comes."""


@define(eq=False)
class LeadOrders:
    """Where leads stand that are overdue at some time, are offered, wait, or that somebody has.

    lists: by what is asked and the route, and by the queue of those that wait, or by the person.
    """

    lists: dict[tuple[str, ...], list[_Place]] = attribute(
        factory=dict[tuple[str, ...], list[_Place]]
    )

    def put(self, old: Recorded | None, new: Recorded) -> None:
        """Note where a lead stands. old: where it stood."""
        now = _places(new)
        if old is not None:
            was = _places(old)
            if was == now:
                return
            for name, place in was.items():
                places = self.lists[name]
                del places[bisect_left(places, place)]
        for name, place in now.items():
            insort(self.lists.setdefault(name, []), place)

    def asked(self, asked: AskedLeads) -> Iterator[str]:
        """Yield the ids of leads that are asked for, in their order, as many as there may be."""
        match asked:
            case Elapsed(time, route, at, limit, after):
                places = self.lists.get((time, route), [])
                end = bisect_right(places, microseconds(at), key=lambda place: place[0])
                until = None if after is None else asked.place(after)
                behind = None if until is None else (microseconds(until[0]), until[1])
            case Queued(route, queue, limit, after):
                places = self.lists.get(("queue", route, queue), [])
                end = len(places)
                behind = None if after is None else asked.place(after)
            case HeldLeads(route, person, limit, after):
                places = self.lists.get(("held", route, person), [])
                last = len(places) if after is None else bisect_left(places, (after.number,))
                first = 0 if limit is None else max(0, last - limit)
                yield from (lead for *_, lead in reversed(places[first:last]))
                return
        first = 0
        if behind is not None:
            first = bisect_right(places, behind, key=lambda place: place[:2])
        last = end if limit is None else min(end, first + limit)
        yield from (lead for *_, lead in places[first:last])


def _places(recorded: Recorded) -> dict[tuple[str, ...], _Place]:
    """Return the place of a lead in each list that it stands in: of most there is none."""
    found: dict[tuple[str, ...], _Place] = {}
    decision, number = recorded.decision, recorded.number
    route, lead = decision.route, decision.lead
    if (due := recorded.due) is not None:
        found["due", route] = microseconds(due), number, lead
    if (expires := recorded.expires) is not None:
        found["expires", route] = microseconds(expires), number, lead
    if (queue := recorded.queue) is not None:
        found["queue", route, queue] = -recorded.rank, number, lead
    if decision.assignee is not None and not recorded.closed:
        found["held", route, decision.assignee] = number, 0, lead
    return found
