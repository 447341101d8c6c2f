"""The log of a state, for people, spreadsheets and programs (docs/reference/formats.md)."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from turnout.dsl.targets import CurrentOwner
from turnout.dsl.wording import acted
from turnout.printable import visible
from turnout.rendering.explanation import found_rows, goes_to
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import holder_text
from turnout.rendering.screen import Ink, hanging, paint
from turnout.runtime.decisions import Decision
from turnout.runtime.events import DECIDING, Event
from turnout.runtime.records.guards import harmless

COLUMNS = (
    *("number", "event", "route", "lead", "at", "recorded_at", "actor", "policy", "reason"),
    *("rule", "by", "kind", "target", "assignee", "before", "passed_over", "issues", "due", "hop"),
    *("team", "entitled_before", "entitled_after", "until", "since", "path", "values", "hashed"),
)
_HASH = 12


def log_line(event: Event) -> str:
    """Return an event in one line of JSON."""
    return json_text(event.as_dict()) + "\n"


def log_row(event: Event) -> str:
    """Return an event as a line of CSV, the columns in a fixed order."""
    cells = log_cells(event)
    return _row([cells.get(name) for name in COLUMNS])


def log_cells(event: Event) -> dict[str, object]:
    """Return the cells of an event by their columns; those that aren't there are empty."""
    decision, draw = event.decision, event.draw
    cells: dict[str, object] = {
        "number": event.number,
        "event": event.kind,
        "route": event.route,
        "lead": event.lead,
        "at": _iso(event.at),
        "recorded_at": _iso(event.recorded_at),
        "actor": event.actor,
        "policy": event.policy,
        "reason": _reason(event),
        "before": "" if event.before is None else holder_text(event.before),
        "hop": event.hop or "",
        "until": _iso(event.until),
        "since": _iso(event.since),
    }
    if event.after is not None:
        cells |= {
            "kind": event.after.kind,
            "target": event.after.target,
            "assignee": event.after.assignee,
        }
    if decision is not None:
        cells |= {
            "rule": decision.rule,
            "by": decision.by,
            "passed_over": "; ".join(_passed(event)),
            "issues": "; ".join(_issues(event)),
            "due": _iso(decision.due),
        }
    if draw is not None:
        cells["team"] = draw.team
        cells["entitled_before"] = round(float(Fraction(*draw.before)), 6)
        cells["entitled_after"] = round(float(Fraction(*draw.after)), 6)
    logged = event.logged
    cells["path"] = "; ".join(logged.path)
    cells["values"] = json_text(dict(logged.values)) if logged.values else ""
    cells["hashed"] = json_text(dict(logged.hashed)) if logged.hashed else ""
    return cells


def _row(cells: Sequence[object]) -> str:
    line = io.StringIO()
    texts = [harmless(cell) if isinstance(cell, str) else cell for cell in cells]
    csv.writer(line, lineterminator="\n").writerow(texts)
    return line.getvalue()


LOG_FORMATS: Mapping[str, tuple[str, Callable[[Event], str]]] = {
    "jsonl": ("", log_line),
    "csv": (_row(COLUMNS), log_row),
}
"""Formats for programs: what stands above the events, and what writes one."""


def log_text(event: Event, screen: int) -> Iterator[str]:
    """Yield an event as a line for people, folded where the screen ends."""
    lead = f"{paint(visible(event.lead), Ink.STRONG)} " if event.lead else ""
    yield from hanging(f"{_clock(event.at)}  {lead}", visible(happened(event)).split(" "), screen)


def happened(event: Event) -> str:
    """Return what happened in a few words, such as "routed to ana (round-robin dach-ae)"."""
    because = f": {event.reason}" if event.reason else ""
    by = f" by {event.actor}" if event.actor else ""
    match event.kind:
        case "routed":
            by = "" if event.decision is None else f" by {event.decision.by or 'nothing'}"
            what = f"routed to {_to(event)}{by}"
        case "moved" if event.before == event.after:
            what = f"stays with {_to(event)}{by}"
        case "moved":
            before = "nobody" if event.before is None else holder_text(event.before)
            what = f"moved from {before} to {_to(event)}{by}"
        case "claimed":
            before = "nobody" if event.before is None else holder_text(event.before)
            what = f"claimed from {before}{by or f' by {_to(event)}'}"
        case "offered":
            what = f"offered to {_to(event)} until {_clock(event.until)}"
        case "away" | "paused" | "back":
            what = f"{_absent(event)}{by}"
        case "renamed":
            kind, old, new = event.name or ("", "", "")
            what = f"{kind} {old} is {new} from then on{by}"
        case "alerted" if event.lead:
            what = f"alert, {_to(event)} has it{by}"
        case "alerted":
            check, subject, phase = event.name or ("", "", "")
            what = f"alert {phase}: {check}, {subject}{by}"
        case _:
            what = f"{event.kind}{by}"
    return what + because


def _absent(event: Event) -> str:
    """Return who is away, paused or back, such as "ana is away until 2026-11-24 08:00 UTC"."""
    holder = event.after
    assert holder is not None
    team = "" if holder.kind == "person" else f" in team {holder.target}"
    since = "" if event.since is None else f" from {_clock(event.since)}"
    until = "" if event.until is None else f" until {_clock(event.until)}"
    return f"{holder.assignee} is {event.kind}{team}{since}{until}"


def history_text(events: Sequence[Event], screen: int) -> Iterator[str]:
    """Yield all that is known of the events of a lead, the first one first."""
    for at, event in enumerate(events):
        if at:
            yield ""
        first = f"{_clock(event.at)}  "
        words = visible(happened(event)).split(" ")
        yield from (paint(line, Ink.STRONG) for line in hanging(first, words, screen))
        known = list(_known(event))
        width = max((len(name) for name, _ in known), default=0)
        for name, said in known:
            yield from hanging(f"  {name:<{width}}  ", visible(said).split(" "), screen)


def _known(event: Event) -> Iterator[tuple[str, str]]:
    """Yield what the log has of an event beyond what `happened` says, by name."""
    decision = event.decision
    if decision is not None and event.kind in {"alerted", "accepted"}:
        if decision.due is not None:
            yield "next" if event.kind == "alerted" else "due", _clock(decision.due)
    elif decision is not None:
        yield from _of_decision(event, decision)
    elif event.kind in DECIDING:
        yield "by", "not known: it was written over before there was this log"
    if event.draw is not None:
        draw = event.draw
        lag = f"{_share(draw.before)} before, {_share(draw.after)} after"
        shared = f", drawn from {draw.available} of {draw.of}" if draw.of else ""
        yield "entitled", f"{draw.person} in team {draw.team}: {lag}{shared}"
    if event.policy:
        yield "policy", event.policy[:_HASH]
    if event.recorded_at is not None:
        yield "recorded", _clock(event.recorded_at)


def _of_decision(event: Event, decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield why the lead goes where it goes, and what is to be done with it."""
    if event.kind in {"moved", "claimed"}:
        yield "by", decision.by or "nothing"
    if event.logged.path:
        yield "came by", "; ".join(event.logged.path)
    yield from _passed_over(decision)
    if decision.due is not None:
        yield "due", _clock(decision.due)
    for action in decision.actions:
        yield "do", acted(action.kind, action.arguments)
    yield from _of_lead(event, decision)


def _of_lead(event: Event, decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield what was known of the lead besides its values."""
    if decision.duplicate_of is not None:
        yield "duplicate of", decision.duplicate_of
    for field, compared in found_rows(decision):
        yield "looked up", f"{field}: {compared}"
    for issue in _issues(event):
        yield "not used", issue
    for field, value in event.logged.values.items():
        yield "value", f"{field}: {json_text(value)}"
    for field, value in event.logged.hashed.items():
        yield "hashed", f"{field}: {value}"


def _passed_over(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield each target that was tried in vain, and of a team why each member wasn't drawn."""
    for passed in decision.passed_over:
        by_reason: dict[str, list[str]] = {}
        for person, reason in passed.members:
            by_reason.setdefault(reason, []).append(person)
        members = "; ".join(f"{', '.join(names)} {why}" for why, names in by_reason.items())
        more = f" ({members})" if members else ""
        yield "passed over", f"{passed.target}: {passed.reason}{more}"


def _passed(event: Event) -> list[str]:
    passed = () if event.decision is None else event.decision.passed_over
    return [f"{each.target}: {each.reason}" for each in passed]


def _issues(event: Event) -> list[str]:
    issues = () if event.decision is None else event.decision.issues
    return [f"{each.field or 'lead'}: {each.reason}" for each in issues]


def _reason(event: Event) -> str:
    return event.reason if event.name is None else " ".join(event.name)


def _to(event: Event) -> str:
    if event.after is None:
        return "nobody"
    if event.decision is not None and event.after.kind in {"none", CurrentOwner.kind.word}:
        return goes_to(event.decision)
    return holder_text(event.after)


def _share(share: tuple[int, int]) -> str:
    """Return leads as an exact number, such as "-1/3"."""
    return str(Fraction(*share))


def _clock(at: datetime | None) -> str:
    return "at a time not known" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
