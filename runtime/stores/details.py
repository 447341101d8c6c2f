"""What an event says beyond what its row can be found by: one text of JSON, and as short as may be.

Every lead has one in the log for years, so what follows from the rest isn't said again, and
what there is nothing to say of is left out:

`rule`, `by` (where it isn't that rule), `to`: what was decided, and who has the lead then: kind,
target, assignee. `from`: who had it before. `at`, `due`: microseconds since 1970; `at` where
the decision's clock isn't the event's. `passed`: who was passed over: target, reason, and
members of a team with their reasons. `issues`, `do`, `row`, `duplicate_of`, `looked_up`: as on
`Decision`. `print`: the fingerprint. `watch`: as `Watch` has it. `draw`: team,
person, entitlement before and after, available, of. `path`, `values`, `hashed`: as on `LoggedLead`;
`hop`, `reason`, `name`, `until`: as on `Event`. `gone`: see `pruning`.

What was decided is known where there is `rule` or `by`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from turnout.dsl.lookups import LookupRow
from turnout.dsl.values.reading import Issue
from turnout.runtime.decisions import Decision, Doing, PassedOver
from turnout.runtime.events import NO_VALUES, NOTHING_LOGGED, Draw, Event, LoggedLead
from turnout.runtime.moves import Holder, Watch
from turnout.runtime.statuses import MARKS
from turnout.runtime.stores import Recorded, microseconds
from turnout.runtime.stores.cells import json_cell, moment, stored

STANDING = (
    *("rule", "by", "to", "at", "due", "row", "passed", "issues", "do", "duplicate_of"),
    *("looked_up", "print", "watch"),
)
"""What stands for a lead from a deciding event on."""

MOST_NAMED = 32
"""Members of a team who are named in the log where nobody of it could be drawn; of a larger one
the log has the reason that came closest."""


def detail(event: Event, recorded: Recorded | None) -> str:
    """Return what an event says. recorded: what stands for its lead from then on, if any."""
    decision, after = event.decision, event.after
    said: dict[str, Any]
    if decision is not None and recorded is not None:
        said = standing(recorded, event.at)
        if event.before is not None and after is not None and after != Holder.of(decision):
            said["after"] = _parts(after)
    else:
        said = {} if after is None else {"to": _parts(after)}
    if event.before is not None:
        said["from"] = _parts(event.before)
    _say_how(said, event.draw, event.logged)
    for name, value in (("hop", event.hop), ("reason", event.reason), ("name", event.name)):
        if value:
            said[name] = value
    for name, when in (("until", event.until), ("since", event.since)):
        if when is not None:
            said[name] = microseconds(when)
    return json_cell(said)


def routed_detail(recorded: Recorded, draw: Draw | None, logged: LoggedLead) -> str:
    """Return what the event of a lead says that was decided just now: as `detail` does of it."""
    said = standing(recorded, recorded.decision.at)
    _say_how(said, draw, logged)
    return json_cell(said)


def _say_how(said: dict[str, Any], draw: Draw | None, logged: LoggedLead) -> None:
    """Say how somebody was drawn, and what the log keeps of the lead."""
    if draw is not None:
        shared = (draw.available, draw.of) if draw.of else ()
        said["draw"] = (draw.team, draw.person, *draw.before, *draw.after, *shared)
    if logged is NOTHING_LOGGED:
        return
    if logged.path:
        said["path"] = logged.path
    if logged.values:
        said["values"] = logged.values
    if logged.hashed:
        said["hashed"] = logged.hashed


def standing(recorded: Recorded, at: datetime | None) -> dict[str, Any]:
    """Return what is said of a lead's decision; see `recorded_as`. at: the event's."""
    decision = recorded.decision
    rule = decision.rule
    said: dict[str, Any] = {} if rule is None else {"rule": rule}
    if rule is None or decision.by != f"rule {rule}":
        said["by"] = decision.by
    said["to"] = (decision.kind, decision.target, decision.assignee)
    if decision.at != at:
        said["at"] = microseconds(decision.at)
    if decision.due is not None:
        said["due"] = microseconds(decision.due)
    if decision.row is not None:
        said["row"] = decision.row
    if decision.passed_over:
        said["passed"] = [*map(_passed, decision.passed_over)]
    if decision.issues:
        said["issues"] = [(each.field, each.raw, each.reason) for each in decision.issues]
    if decision.actions:
        said["do"] = [(each.kind, *each.arguments) for each in decision.actions]
    if decision.duplicate_of is not None:
        said["duplicate_of"] = decision.duplicate_of
    if decision.looked_up:
        said["looked_up"] = [attrs.astuple(each) for each in decision.looked_up]
    said["print"] = recorded.fingerprint
    if (watch := recorded.watch) is not None:
        said["watch"] = watch.as_dict()
    return said


def _passed(passed: PassedOver) -> tuple[Any, ...]:
    if not passed.members or len(passed.members) > MOST_NAMED:
        return passed.target, passed.reason
    return passed.target, passed.reason, passed.members


def _parts(holder: Holder) -> tuple[str, str, str | None]:
    return holder.kind, holder.target, holder.assignee


def standing_cells(recorded: Recorded) -> tuple[str, int, int | None, int | None, str | None, int]:
    """Return the cells of a lead's row by which it is found.

    Its status, whether it was touched, when it is due, until when it is offered, the queue that
    it waits in, and its rank there.
    """
    due, expires = recorded.due, recorded.expires
    return (
        recorded.status,
        int(recorded.touched),
        None if due is None else microseconds(due),
        None if expires is None else microseconds(expires),
        None if recorded.queue is None else stored(recorded.queue),
        recorded.rank,
    )


def recorded_as(  # noqa: PLR0913 - a row
    said: Mapping[str, Any],
    key: tuple[str, str],
    at: datetime | None,
    *,
    status: str = "",
    touched: bool = False,
    expires: datetime | None = None,
    number: int = 0,
) -> Recorded:
    """Return what stands for a lead. key: route and lead; at: of the event that decided it.

    Raises KeyError, TypeError or ValueError.
    """
    watch = said.get("watch")
    return Recorded(
        decided(said, key, at),
        said["print"],
        status if status in MARKS else None,
        touched,
        None if watch is None else Watch.from_dict(watch),
        expires,
        number,
    )


def decided(said: Mapping[str, Any], key: tuple[str, str], at: datetime | None) -> Decision:
    """Return the decision of which `standing` said something."""
    route, lead = key
    rule = said.get("rule")
    kind, target, assignee = said["to"]
    when = at if "at" not in said else moment(said["at"])
    if when is None:
        raise ValueError("a decision has no time")
    return Decision(
        lead=lead,
        route=route,
        rule=rule,
        by=said["by"] if rule is None or "by" in said else f"rule {rule}",
        kind=kind,
        target=target,
        assignee=assignee,
        at=when,
        passed_over=tuple(map(_passed_over, said.get("passed", ()))),
        issues=tuple(Issue(*each) for each in said.get("issues", ())),
        row=said.get("row"),
        due=moment(said.get("due")),
        actions=tuple(Doing(each[0], tuple(each[1:])) for each in said.get("do", ())),
        duplicate_of=said.get("duplicate_of"),
        looked_up=tuple(LookupRow(*each) for each in said.get("looked_up", ())),
    )


def _passed_over(said: list[Any]) -> PassedOver:
    target, reason, *members = said
    named = members[0] if members else ()
    return PassedOver(target, reason, tuple((name, why) for name, why in named))


def with_detail(event: Event, said: Mapping[str, Any]) -> Event:
    """Return an event with what `detail` wrote. Raises KeyError, TypeError or ValueError."""
    is_known = "rule" in said or "by" in said
    decision = decided(said, (event.route, event.lead), event.at) if is_known else None
    after = said.get("after", said.get("to"))
    return attrs.evolve(
        event,
        decision=decision,
        before=Holder(*said["from"]) if "from" in said else None,
        after=None if after is None else Holder(*after),
        draw=_draw(*said["draw"]) if "draw" in said else None,
        hop=said.get("hop", 0),
        reason=said.get("reason", ""),
        name=tuple(said["name"]) if "name" in said else None,
        until=moment(said.get("until")),
        since=moment(said.get("since")),
        logged=LoggedLead(
            tuple(said.get("path", ())),
            said.get("values", NO_VALUES),
            said.get("hashed", NO_VALUES),
        ),
    )


def _draw(team: str, person: str, *numbers: int) -> Draw:
    before, scale, after, new_scale, *shared = numbers
    return Draw(team, person, (before, scale), (after, new_scale), *shared)
