"""Measures of stints: promises kept, leads declined, handed on, held, waiting.

A stint is a lead with one holder. It counts where its lead does: with the leads that arrived in
the period. Load and queues are as of a moment, whenever the leads arrived.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import compress
from typing import Final

from turnout.frozen import attribute, define
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import ReportIndex
from turnout.reporting.lead_facts import ENDS, NEVER, LeadFacts
from turnout.reporting.lead_measures import chosen_leads
from turnout.reporting.measure_tables import (
    MeasureColumn,
    MeasureTable,
    MeasureValue,
    length,
    part,
    quantile,
    share,
    text,
)
from turnout.reporting.worked_time import SECOND

MET, MISSED, PASSED_ON, PENDING = range(4)
"""What became of a promise."""

_MOST_MOVES: Final = 4
_CAUSES: Final = {
    "missed": "SLA missed",
    "expired": "not accepted in time",
    "rejected": "rejected",
    "released": "released",
    "claimed": "claimed",
    "routed anew": "routed anew",
}
_DECLINED: Final = {ENDS.index("rejected"), ENDS.index("returned")}


def stint_tables(index: ReportIndex, asked: AskedReport) -> Iterator[MeasureTable]:
    """Yield the tables that are made of stints."""
    facts = index.facts
    facts.leads.read(index.connection)
    chosen = chosen_leads(facts, asked)
    moves = facts.leads["moves"]
    moved = Counter(moves if chosen is None else compress(moves, chosen))
    facts.leads.clear()
    facts.stints.read(index.connection)
    stints = _Stints(facts, asked, chosen)
    yield _promises(stints)
    yield _acceptance(stints)
    declined = _declined(stints)
    yield _reasons(declined)
    yield _invalid(declined, asked, sum(moved.values()))
    yield _chains(moved, stints)
    yield _load(stints)
    yield _queues(stints)
    facts.stints.clear()


@define(eq=False)
class _Stints:
    """Stints of leads that are asked for."""

    facts: LeadFacts
    asked: AskedReport
    leads: bytes | None
    _chosen: bytes | None = attribute(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Choose the stints."""
        if self.leads is not None:
            self._chosen = bytes(map(self.leads.__getitem__, self.facts.stints["lead"]))

    def of_period(self, *columns: str) -> Iterator[tuple[int, ...]]:
        """Yield the cells of some columns."""
        cells = zip(*(self.facts.stints[name] for name in columns), strict=True)
        return cells if self._chosen is None else compress(cells, self._chosen)

    def standing(self, *columns: str) -> Iterator[tuple[int, ...]]:
        """Yield the cells of stints that last at the moment of the report, on all days."""
        stints, at = self.facts.stints, self.asked.moment
        route = None if self.asked.route is None else self.facts.texts.number(self.asked.route)
        lasting = bytes(
            begun <= at and (ended == NEVER or ended > at) and (route is None or each == route)
            for begun, ended, each in zip(
                stints["at"], stints["ended"], stints["route"], strict=True
            )
        )
        return compress(zip(*(stints[name] for name in columns), strict=True), lasting)

    def name(self, number: int) -> str:
        """Return a text."""
        return self.facts.texts[number]


def kept(limit: int, done: int, ended: int, at: int) -> int:
    """Return what became of a promise with a time limit.

    >>> kept(10, 10, NEVER, 20), kept(10, 11, NEVER, 20)
    (0, 1)
    >>> kept(10, NEVER, 5, 20), kept(30, NEVER, NEVER, 20)
    (2, 3)
    """
    if done != NEVER and done <= limit:
        return MET
    if ended != NEVER and ended < limit:
        return PASSED_ON
    return PENDING if done == NEVER and limit >= at else MISSED


def _promises(stints: _Stints) -> MeasureTable:
    """SLAs by type: contact by the time that is due, an answer to an offer in its time."""
    at = stints.asked.moment
    counts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for clause, due, touched, ended in stints.of_period("clause", "due", "touched", "ended"):
        if due != NEVER:
            counts["contact", clause][kept(due, touched, ended, at)] += 1
    columns = "clause", "until", "answered", "touched", "ended"
    for clause, until, answered, touched, ended in stints.of_period(*columns):
        if until != NEVER:
            done = (
                min(answered, touched) if answered != NEVER != touched else max(answered, touched)
            )
            counts["acceptance", clause][kept(until, done, ended, at)] += 1
    rows: list[tuple[MeasureValue, ...]] = []
    for kind in ("contact", "acceptance"):
        named = sorted(
            (stints.name(clause), each) for (of, clause), each in counts.items() if of == kind
        )
        for name, each in named:
            rows.append((kind, name, *each, part(each[MET], each[MET] + each[MISSED])))
    heads = (
        text("type", "SLA"),
        text("rule", "Rule"),
        MeasureColumn("met", "Met"),
        MeasureColumn("missed", "Missed"),
        MeasureColumn("passed_on", "Passed on"),
        MeasureColumn("pending", "Pending"),
        share("compliance", "Compliance"),
    )
    return MeasureTable("sla", "SLA compliance", heads, tuple(rows))


def _acceptance(stints: _Stints) -> MeasureTable:
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    found = Counter(stints.of_period("clause", "accepted", "end"))
    for (clause, accepted, end), number in found.items():
        if accepted:
            counts[clause][0] += number
        elif ENDS[end] in {"rejected", "expired"}:
            counts[clause][1 if ENDS[end] == "rejected" else 2] += number
    rows = sorted(
        (stints.name(clause), *each, part(each[0], sum(each))) for clause, each in counts.items()
    )
    heads = (
        text("rule", "Rule"),
        MeasureColumn("accepted", "Accepted"),
        MeasureColumn("rejected", "Rejected"),
        MeasureColumn("expired", "Not in time"),
        share("acceptance", "Accepted of all"),
    )
    return MeasureTable("acceptance", "Acceptance", heads, tuple(rows))


def _declined(stints: _Stints) -> list[tuple[str, str, str, int]]:
    """Return rule, act, reason and number of leads that were rejected or returned."""
    found = Counter(stints.of_period("clause", "end", "reason"))
    rows = [
        (stints.name(clause), ENDS[end], stints.name(reason), leads)
        for (clause, end, reason), leads in found.items()
        if end in _DECLINED
    ]
    return sorted(rows, key=lambda row: (row[0], row[1], -row[3], row[2]))


def _reasons(declined: list[tuple[str, str, str, int]]) -> MeasureTable:
    wholes = Counter[str]()
    for clause, _, _, leads in declined:
        wholes[clause] += leads
    rows = tuple(
        (clause, act, reason or "(none)", leads, part(leads, wholes[clause]))
        for clause, act, reason, leads in declined
    )
    heads = (
        text("rule", "Rule"),
        text("act", "Act"),
        text("reason", "Reason"),
        MeasureColumn("leads", "Leads"),
        share("share", "Of the rule's"),
    )
    return MeasureTable("reasons", "Why leads were declined", heads, rows)


def _invalid(
    declined: Iterable[tuple[str, str, str, int]], asked: AskedReport, whole: int
) -> MeasureTable:
    counts = Counter[str]()
    for _, _, reason, leads in declined:
        if asked.is_invalid(reason):
            counts[reason] += leads
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((name, leads, part(leads, whole)) for name, leads in ranked)
    heads = (
        text("reason", "Reason"),
        MeasureColumn("leads", "Leads"),
        share("share", "Of all leads"),
    )
    return MeasureTable("invalid", "Spam and invalid contacts", heads, rows)


def _chains(moved: Counter[int], stints: _Stints) -> MeasureTable:
    whole = sum(moved.values())
    lengths = Counter[int]()
    for moves, leads in moved.items():
        lengths[min(moves, _MOST_MOVES)] += leads
    rows: list[tuple[MeasureValue, ...]] = []
    for moves, leads in sorted(lengths.items()):
        name = "1 hand" if moves == 0 else f"{moves + 1} hands"
        rows.append(
            (f"{name} or more" if moves == _MOST_MOVES else name, leads, part(leads, whole))
        )
    causes = Counter(ENDS[end] for (end,) in stints.of_period("end"))
    ranked = sorted(_CAUSES, key=lambda cause: (-causes[cause], cause))
    rows += [(f"handed on: {_CAUSES[each]}", causes[each], None) for each in ranked if causes[each]]
    heads = (
        text("chain", "Reassignment"),
        MeasureColumn("leads", "Leads"),
        share("share", "Share"),
    )
    return MeasureTable("chains", "Reassignment chains", heads, tuple(rows))


def _load(stints: _Stints) -> MeasureTable:
    """Count the leads that somebody has, as of the moment of the report."""
    at = stints.asked.moment
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, at])
    for person, begun, touched in stints.standing("person", "at", "touched"):
        if person:
            found = counts[person]
            found[0] += 1
            found[1] += touched == NEVER or touched > at
            found[2] = min(found[2], begun)
    rows = [
        (stints.name(person), leads, waiting, (at - oldest) / SECOND)
        for person, (leads, waiting, oldest) in counts.items()
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    heads = (
        text("person", "Person"),
        MeasureColumn("open", "Open leads"),
        MeasureColumn("untouched", "Not contacted"),
        length("oldest", "Oldest"),
    )
    return MeasureTable("load", "Load", heads, tuple(rows))


def _queues(stints: _Stints) -> MeasureTable:
    at, queue = stints.asked.moment, stints.facts.texts.number("queue")
    ages: dict[str, list[int]] = defaultdict(list)
    for kind, target, begun in stints.standing("kind", "target", "at"):
        if kind == queue:
            ages[stints.name(target)].append(at - begun)
    rows: list[tuple[MeasureValue, ...]] = []
    for name, times in sorted(ages.items()):
        times.sort()
        rows.append((name, len(times), (quantile(times, 50) or 0) / SECOND, times[-1] / SECOND))
    heads = (
        text("queue", "Queue"),
        MeasureColumn("waiting", "Waiting"),
        length("median", "Median age"),
        length("oldest", "Oldest"),
    )
    return MeasureTable("queues", "Age of queues", heads, tuple(rows))
