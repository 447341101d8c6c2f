"""Rules whose leads are declined, or converted, unlike all others'.

- *declined*: more of a rule's leads are rejected or returned. They go to the queue of the route's
  fallback, for somebody to look at them first;
- *conversions*: a rule's leads are won more often, or more seldom, than all others'. Whoever gets
  them has half the time, or twice the time, that the rule's SLA gives: a change with a bound, and
  none where the difference is sure but small.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from turnout.compiler.compiled import Compiled
from turnout.compiler.program import Clause
from turnout.dsl.policy import Sla
from turnout.dsl.source import Span
from turnout.dsl.targets import ToQueue
from turnout.frozen import frozen
from turnout.reporting.suggesting.edited_policy import Replacement, masked, to_queue
from turnout.reporting.suggesting.evidence import LEAST, Proposal, told_points, told_tally
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.odds import CountedShare, difference_interval, fisher
from turnout.reporting.suggesting.rule_texts import clauses

LEAST_RATIO: Final = 1.5
"""How many times as often leads are won, before another time for them is worth a change."""

MOST_TIMES: Final = 2
"""What the time of an SLA is multiplied or divided by."""

_TIME: Final = re.compile(r"(\d+)\s*(minute|hour|day|week)s?\b")
_MINUTES: Final = {"minute": 1, "hour": 60}
_WALL_MINUTES: Final = {**_MINUTES, "day": 1_440, "week": 10_080}
_SLA: Final = re.compile(r"\bsla\s+(?!column\b)")


@frozen
class _SlaTime:
    """Where the time of an SLA stands, half of it, None for what can't be written, and twice."""

    span: Span
    shorter: str | None
    longer: str


def standing_out(compiled: Compiled, route: str, leads: Sequence[LivedLead]) -> Iterator[Proposal]:
    """Yield for each rule with leads enough what its rejections and its conversions say."""
    queue = _fallback_queue(compiled, route)
    declined = _by_rule(leads, lambda lead: lead.is_declined)
    won = _by_rule(leads, lambda lead: lead.is_won)
    for clause, span in clauses(compiled, route):
        pair = _own_and_rest(declined, clause)
        is_seen_first = any(isinstance(each.target, ToQueue) for each in clause.attempts[:1])
        if pair is not None and queue is not None and not is_seen_first:
            yield _declined(clause, span, pair, queue)
        pair = _own_and_rest(won, clause)
        if pair is not None and clause.sla is not None:
            yield _conversions(clause, _time_of(clause, clause.sla, span), pair)


def _by_rule(
    leads: Sequence[LivedLead], holds: Callable[[LivedLead], bool]
) -> dict[str, CountedShare]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for lead in leads:
        if lead.rule and lead.person:
            counts[lead.rule][0] += holds(lead)
            counts[lead.rule][1] += 1
    return {rule: CountedShare(*count) for rule, count in counts.items()}


def _own_and_rest(
    tallies: Mapping[str, CountedShare], clause: Clause
) -> tuple[CountedShare, CountedShare] | None:
    whole = sum(tallies.values(), CountedShare(0, 0))
    own = tallies.get(clause.name, CountedShare(0, 0))
    rest = CountedShare(whole.of - own.of, whole.whole - own.whole)
    return (own, rest) if min(own.whole, rest.whole) >= LEAST else None


def _fallback_queue(compiled: Compiled, route: str) -> str | None:
    last = compiled.program.routes[route].clauses[-1]
    target = last.attempts[-1].target if last.attempts else None
    return target.queue if isinstance(target, ToQueue) and not last.is_rule else None


def _declined(
    clause: Clause, span: Span, pair: tuple[CountedShare, CountedShare], queue: str
) -> Proposal:
    own, rest = pair
    # A test of one side by a test of two: rather too large than too small.
    chance = fisher(own, rest) if own.share > rest.share else 1.0
    low, high = difference_interval(own, rest)
    seen = f"{told_tally(own)} of its leads were rejected or returned"
    evidence = (
        f"{seen}, {told_tally(rest)} of all others",
        f"that is {told_points(low)} to {told_points(high)} points more",
    )
    if clause.row is None:
        edit = to_queue(span, queue)
    else:
        edit = Replacement(clause.attempts[0].span, f"queue {queue}")
    return Proposal("declined", f"rule {clause.name}", evidence, (edit,), chance)


def _conversions(
    clause: Clause, place: _SlaTime | str, pair: tuple[CountedShare, CountedShare]
) -> Proposal:
    """Return what conversions say of a rule's SLA. place: its time, or why there is none."""
    own, rest = pair
    low, high = difference_interval(own, rest)
    is_more = own.share > rest.share
    more, ends = ("more", (low, high)) if is_more else ("less", (-high, -low))
    apart = f"that is {told_points(ends[0])} to {told_points(ends[1])} points {more}"
    why_not = place if isinstance(place, str) else ""
    edits: tuple[Replacement, ...] = ()
    if not isinstance(place, str):
        text = place.shorter if is_more else place.longer
        if text is None:
            why_not = f"half of {place.span.text} of working time has no name in a policy"
        else:
            edits = (Replacement(place.span, text),)
            apart = f"{apart}: {text} in place of {place.span.text}"
    evidence = (
        f"{told_tally(own)} of its leads were won, {told_tally(rest)} of all others",
        apart,
    )
    larger, smaller = (own, rest) if is_more else (rest, own)
    if larger.share < LEAST_RATIO * smaller.share:
        edits, why_not = (), ""
    subject = f"rule {clause.name}"
    return Proposal("conversions", subject, evidence, edits, fisher(own, rest), why_not)


def _time_of(clause: Clause, sla: Sla, rule: Span) -> _SlaTime | str:
    """Return where a rule has the only time of its SLA, with half and twice that; or why not."""
    if sla.written_steps:
        return "its SLA has steps: which of their times is to change is for somebody to say"
    source = rule.source
    if clause.row is None:
        text = masked(source.text)
        word = _SLA.search(text, rule.start, rule.end)
        found = None if word is None else _TIME.match(text, word.end())
    else:
        cells = (each for each in clause.row.places if each.source == sla.span.source)
        places = [each for each in cells if _overlap(each, sla.span)]
        if len(places) != 1:
            return "the time of its SLA stands in no cell of its own"
        source = places[0].source
        found = _TIME.match(source.text, places[0].start)
    if found is None:
        return "the time of its SLA isn't written in the rule"
    count, unit = int(found[1]), found[2]
    span = Span(source, found.start(), found.end())
    if unit in _MINUTES or sla.wall:
        minutes = count * _WALL_MINUTES[unit]
        half = told_minutes(minutes // MOST_TIMES) if minutes >= MOST_TIMES else None
        return _SlaTime(span, half, told_minutes(minutes * MOST_TIMES))
    # Half of a day of work is no number of hours.
    half = None if count % MOST_TIMES else _told(count // MOST_TIMES, unit)
    return _SlaTime(span, half, _told(count * MOST_TIMES, unit))


def _told(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def told_minutes(minutes: int) -> str:
    """Return a time as a policy has it.

    >>> told_minutes(60), told_minutes(90), told_minutes(1)
    ('1 hour', '90 minutes', '1 minute')
    """
    return _told(minutes // 60, "hour") if minutes % 60 == 0 else _told(minutes, "minute")
