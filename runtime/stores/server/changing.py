"""What a batch changed, written on a server by one statement of the parts that there are.

Whatever it read is compared there: where a lead has had another event meanwhile, or somebody
with a cap has been given another lead, a cell that can't be empty becomes so, which calls the
transaction off. Then the batch is decided again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from turnout.frozen import frozen
from turnout.runtime.events import Event, is_deciding
from turnout.runtime.stores import Recorded, Signature
from turnout.runtime.stores.batch import NEWEST, Batch, Key
from turnout.runtime.stores.cells import instant, json_cell, lags_cell
from turnout.runtime.stores.details import detail, routed_detail, standing_cells
from turnout.runtime.stores.happenings import Happened, Happening, Routed
from turnout.runtime.stores.outbox import outbox_rows
from turnout.runtime.stores.server.encoded import sent, sent_or_none
from turnout.runtime.stores.server.fetched import Fetched, LeadRow

FORGET = """DELETE FROM {s}.seen x USING json_array_elements(%s::json) k
    WHERE x.route = k->>0 AND x.lead = k->>1"""
"""Forgets what leads are remembered under that are remembered anew."""

_PARTS = {
    "routed": """SELECT g->>0 AS route, (g->1)::bigint AS at, (g->2)::bigint AS recorded_at,
    g->>3 AS actor, (g->>4)::bigint AS version, (x->0)::bigint AS seq, x->>1 AS lead,
    x->>2 AS detail, x->>3 AS rule, x->>4 AS holder, x->>5 AS status, (x->>6)::bigint AS due,
    x->>7 AS queue, (x->8)::bigint AS rank
    FROM {p} g, jsonb_array_elements(g->5) x""",
    "events": """INSERT INTO {s}.events SELECT (x->0)::bigint,
    {base} + (SELECT pg_current_xact_id()::text::bigint), (x->1)::bigint, x->>2, x->>3, x->>4,
    (x->>5)::bigint, (x->>6)::bigint, x->>7, (x->>8)::bigint, x->>9, x->>10, x->>11, x->>12
    FROM {p} x""",
    "new": """INSERT INTO {s}.decisions (seq, route, lead, decided, last, status, touched, due,
    expires, queue, rank, said) SELECT (x->0)::bigint, x->>1, x->>2, (x->3)::bigint,
    (x->4)::bigint, x->>5, (x->6)::integer, (x->>7)::bigint, (x->>8)::bigint, x->>9,
    (x->10)::bigint, x->>11 FROM {p} x""",
    "changed": """UPDATE {s}.decisions d SET decided = (x->3)::bigint,
    last = CASE WHEN d.last = (x->12)::bigint THEN (x->4)::bigint END,
    status = x->>5, touched = (x->6)::integer, due = (x->>7)::bigint,
    expires = (x->>8)::bigint, queue = x->>9, rank = (x->10)::bigint, said = x->>11
    FROM {p} x WHERE d.route = x->>1 AND d.lead = x->>2""",
    "turns": """INSERT INTO {s}.turns SELECT x->>0, (x->1)::bigint, x->>2 FROM {p} x
    ON CONFLICT (team) DO UPDATE SET scale = excluded.scale, lag = excluded.lag""",
    "load": """INSERT INTO {s}.load AS l SELECT x->>0, (x->1)::bigint FROM {p} x
    ON CONFLICT (person) DO UPDATE SET open = l.open + excluded.open""",
    "loaded": """UPDATE {s}.load l SET
    open = CASE WHEN l.open = (x->2)::bigint THEN l.open + (x->1)::bigint END
    FROM {p} x WHERE l.person = x->>0""",
    "unloaded": """INSERT INTO {s}.load AS l SELECT x->>0, (x->1)::bigint FROM {p} x
    ON CONFLICT (person) DO UPDATE SET open = CASE WHEN l.open = 0 THEN excluded.open END""",
    "added": """INSERT INTO {s}.receivers AS r SELECT x->>0, (x->1)::bigint, (x->2)::bigint
    FROM {p} x ON CONFLICT (who) DO UPDATE SET total = r.total + excluded.total,
    latest = CASE WHEN r.latest <= excluded.latest THEN excluded.latest END
    RETURNING who, total""",
    "counted": """UPDATE {s}.receivers r SET
    total = CASE WHEN r.total = (x->3)::bigint THEN r.total + (x->1)::bigint END,
    latest = CASE WHEN r.latest <= (x->2)::bigint THEN (x->2)::bigint END
    FROM {p} x WHERE r.who = x->>0 RETURNING r.who, r.total""",
    "started": """INSERT INTO {s}.receivers SELECT x->>0, (x->1)::bigint, (x->2)::bigint
    FROM {p} x RETURNING who, total""",
    "given": """INSERT INTO {s}.given AS g SELECT x->>0, (x->1)::bigint, (x->2)::bigint, r.total
    FROM {p} x JOIN ({totals}) r ON r.who = x->>0
    ON CONFLICT (who, at) DO UPDATE SET leads = g.leads + excluded.leads,
    total = excluded.total""",
    "seen": """INSERT INTO {s}.seen SELECT x->>0, (x->1)::bigint, (x->2)::bigint, x->>3, x->>4,
    x->>5 FROM {p} x""",
    "outbox": """INSERT INTO {s}.outbox (event, endpoint, body, next_at, attempts, state)
    SELECT (x->0)::bigint, x->>1, x->>2, (x->3)::bigint, (x->4)::integer, x->>5 FROM {p} x""",
    "absent": """UPDATE {s}.meta m SET value = CASE WHEN m.value = x->>0 THEN x->>1 END
    FROM {p} x WHERE m.key = 'absences'""",
}
_ROUTED = """,
routed_events AS (INSERT INTO {s}.events SELECT seq,
    {base} + (SELECT pg_current_xact_id()::text::bigint), 0, 'routed', route, lead, at, recorded_at,
    actor, version, detail, rule, holder, NULL FROM routed),
routed_leads AS (INSERT INTO {s}.decisions (seq, route, lead, decided, last, status, touched, due,
    queue, rank) SELECT seq, route, lead, seq, seq, status, 0, due, queue, rank FROM routed)"""
"""Of leads that were decided now, and to which nothing else happened: their events and their rows,
of what both have once."""

_TOTALS = ("added", "counted", "started")


@lru_cache(maxsize=256)
def writing(parts: tuple[str, ...], base: int) -> str:
    """Return the statement that writes these parts, which its parameter has as JSON.

    Of a receiver's leads those are the last, see `LATE`. base: see `schemas`.
    """
    totals = " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts if part in _TOTALS)
    written_parts = [
        f"{part} AS ({_PARTS[part]})".replace("{p}", f"jsonb_array_elements(${number}::jsonb)")
        for number, part in enumerate(parts, 1)
    ]
    routed = _ROUTED if "routed" in parts else ""
    text = f"WITH {', '.join(written_parts)}{routed} SELECT 1"
    return text.replace("{base}", str(base)).replace("{totals}", totals)


LATE = (
    """INSERT INTO {s}.receivers AS r VALUES (%(who)s, %(leads)s, %(at)s) ON CONFLICT (who)
    DO UPDATE SET total = r.total + excluded.total,
    latest = greatest(r.latest, excluded.latest)""",
    """INSERT INTO {s}.given AS g SELECT %(who)s, %(at)s, %(leads)s, %(leads)s + coalesce((
    SELECT total FROM {s}.given WHERE who = %(who)s AND at <= %(at)s
    ORDER BY at DESC LIMIT 1), 0)
    ON CONFLICT (who, at) DO UPDATE SET leads = g.leads + excluded.leads,
    total = excluded.total""",
    "UPDATE {s}.given SET total = total + %(leads)s WHERE who = %(who)s AND at > %(at)s",
)
"""Count leads at a moment that others may lie behind; only while nobody else writes."""


@frozen
class Changes:
    """What is to be written.

    parts: rows of each part that `writing` writes. forget: what `FORGET` takes, "" for
    nothing. late: leads that `LATE` counts.
    """

    parts: dict[str, Sequence[Sequence[Any]]]
    forget: str
    late: tuple[dict[str, str | int], ...]


def is_late(batch: Batch) -> bool:
    """Return whether leads are given at several moments, so that some may lie behind others."""
    return any(len(times) > 1 for times in batch.received.values())


def written(
    batch: Batch,
    kept: Fetched,
    numbers: list[int],
    versions: Mapping[str, int],
    *,
    late: bool,
) -> Changes:
    """Return what a batch changed.

    numbers: of its events. versions: of the policy. late: all leads that were given are
    counted by `LATE`.
    """
    rows = {key: kept.rows[key] for key in batch.changed}
    events: list[list[Any]] = []
    befores = {key: row.last for key, row in rows.items()}
    routed, firsts, happened = _told_apart(batch, numbers)
    for number, happening in happened:
        event, recorded = happening.event, happening.recorded
        if recorded is None:
            events.append(_event(number, 0, event, None, versions))
            continue
        key = recorded.key
        if isinstance(happening, Routed):
            events.append(_event(number, 0, event, recorded, versions))
            rows[key] = LeadRow(number, number, number, None)
            continue
        row = rows[key]
        events.append(_event(number, row.last, event, recorded, versions))
        decides = is_deciding(event.kind, is_said=event.decision is not None)
        rows[key] = LeadRow(
            row.seq, number if decides else row.decided, number, None if decides else row.said
        )
    parts: dict[str, Sequence[Sequence[Any]]] = {
        "routed": _routed(routed, versions),
        "events": events,
        "new": [
            _lead(key, rows[key], new) for key, new in batch.decisions.items() if key not in firsts
        ],
        "changed": [
            [*_lead(key, rows[key], new), befores[key]]
            for key, new in sorted(batch.changed.items())
        ],
        "turns": [
            [sent(team), turns.scale, lags_cell(turns)]
            for team, turns in sorted(batch.drawn.items())
        ],
        **_loads(batch, kept),
        "absent": _absent(batch, kept),
        "seen": _remembered(batch, rows, firsts),
        "outbox": [*outbox_rows(batch, numbers)] if batch.outbox else [],
        **_counts(batch, kept, late=late),
    }
    changed = [key for key in batch.remembered if key in batch.changed]
    forget = json.dumps([[sent(route), sent(lead)] for route, lead in changed])
    behind = _late(batch) if late else ()
    return Changes(
        {part: some for part, some in parts.items() if some}, forget if changed else "", behind
    )


def _told_apart(
    batch: Batch, numbers: Sequence[int]
) -> tuple[list[tuple[int, Routed]], dict[Key, int], list[tuple[int, Happening]]]:
    """Return leads that were decided now with the numbers of their events, those by lead, the rest.

    Among the rest are those to which something else happened, too, such as an offer.
    """
    routed: list[tuple[int, Routed]] = []
    rest: list[tuple[int, Happening]] = []
    pairs = zip(numbers, batch.events, strict=False)
    if len(batch.events) == len(batch.decisions):  # nearly always: each is one of these
        routed = [
            (number, happening) for number, happening in pairs if isinstance(happening, Routed)
        ]
    else:
        changed = {e.recorded.key for e in batch.events if isinstance(e, Happened) and e.recorded}
        for number, happening in pairs:
            if isinstance(happening, Routed) and happening.recorded.key not in changed:
                routed.append((number, happening))
            else:
                rest.append((number, happening))
    return routed, {happening.recorded.key: number for number, happening in routed}, rest


def _routed(routed: list[tuple[int, Routed]], versions: Mapping[str, int]) -> list[list[Any]]:
    """Return the rows of leads by what is the same for all of a group."""
    groups: dict[tuple[str, datetime, datetime, Signature], list[list[Any]]] = {}
    for number, happening in routed:
        recorded = happening.recorded
        decision = recorded.decision
        status, _, due, _, queue, rank = standing_cells(recorded)
        row = [
            number,
            sent(decision.lead),
            routed_detail(recorded, happening.draw, happening.logged),
            sent_or_none(decision.rule),
            sent_or_none(decision.assignee),
            status,
            due,
            sent_or_none(queue),
            rank,
        ]
        of = decision.route, decision.at, happening.recorded_at, happening.signature
        groups.setdefault(of, []).append(row)
    return [
        [
            sent(route),
            instant(at),
            instant(recorded_at),
            sent(signature.actor),
            versions[signature.policy] if signature.policy else None,
            rows,
        ]
        for (route, at, recorded_at, signature), rows in groups.items()
    ]


def _event(
    number: int, previous: int, event: Event, recorded: Recorded | None, versions: Mapping[str, int]
) -> list[Any]:
    before, after, decision = event.before, event.after, event.decision
    return [
        number,
        previous,
        event.kind,
        sent(event.route),
        sent(event.lead),
        None if event.at is None else instant(event.at),
        None if event.recorded_at is None else instant(event.recorded_at),
        sent(event.actor),
        versions[event.policy] if event.policy else None,
        detail(event, recorded),
        None if decision is None else sent_or_none(decision.rule),
        None if after is None else sent_or_none(after.assignee),
        None if before is None else sent_or_none(before.assignee),
    ]


def _lead(key: Key, row: LeadRow, new: Recorded) -> list[Any]:
    *standing, queue, rank = standing_cells(new)
    place = row.seq, sent(key[0]), sent(key[1]), row.decided, row.last
    return [*place, *standing, sent_or_none(queue), rank, row.said]


def _remembered(
    batch: Batch, rows: Mapping[Key, LeadRow], firsts: Mapping[Key, int]
) -> list[list[Any]]:
    """Return what leads are remembered under; a new one has the number of its last event."""
    found: list[list[Any]] = []
    for key, seen in batch.remembered_in_order():
        for each in seen:
            order = each.order if each.order < NEWEST else firsts.get(key) or rows[key].last
            place = sent(each.route), sent(each.lead), sent_or_none(each.owner)
            found.append([each.key, each.at, order, *place])
    return found


def _absent(batch: Batch, kept: Fetched) -> list[list[str]]:
    """Return who was away or paused, which is compared, and who is from now on."""
    if batch.absent is None:
        return []
    return [[json_cell([e.cells() for e in each]) for each in (kept.absences, batch.absent)]]


def _loads(batch: Batch, kept: Fetched) -> dict[str, list[list[Any]]]:
    """Return the open leads that are added: compared where a cap was asked, else just added."""
    lists: dict[str, list[list[Any]]] = {"load": [], "loaded": [], "unloaded": []}
    for who, more in sorted(batch.opened.items()):
        if not more:
            continue
        if who not in batch.limited:
            lists["load"].append([sent(who), more])
        elif before := kept.open_leads(who):
            lists["loaded"].append([sent(who), more, before])
        else:
            lists["unloaded"].append([sent(who), more])
    return lists


def _counts(batch: Batch, kept: Fetched, *, late: bool) -> dict[str, list[list[Any]]]:
    """Return what is added to whom: compared where a cap was asked, else just added."""
    lists: dict[str, list[list[Any]]] = {
        "added": [],
        "counted": [],
        "started": [],
        "given": [],
    }
    if late:
        return lists
    for who, times in sorted(batch.received.items()):
        ((at, leads),) = times.items()
        total = kept.totals.get(who, (None, 0))[0]
        name = "added" if total is None else "counted" if total else "started"
        lists[name].append([sent(who), leads, at, *([total] if total else [])])
        lists["given"].append([sent(who), at, leads])
    return lists


def _late(batch: Batch) -> tuple[dict[str, str | int], ...]:
    return tuple(
        {"who": sent(who), "at": at, "leads": leads}
        for who, times in sorted(batch.received.items())
        for at, leads in sorted(times.items())
    )
