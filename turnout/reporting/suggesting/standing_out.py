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
from turnout.dsl.source import Span
from turnout.dsl.targets import ToQueue
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
_SLA: Final = re.compile(r"\bsla\s+(?!column\b)")


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
        place = None if pair is None else _time_of(clause, span)
        if pair is not None and place is not None:
            yield _conversions(clause, place, pair)


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
    clause: Clause, place: tuple[Span, str, str], pair: tuple[CountedShare, CountedShare]
) -> Proposal:
    own, rest = pair
    span, shorter, longer = place
    low, high = difference_interval(own, rest)
    is_more = own.share > rest.share
    text = shorter if is_more else longer
    more, ends = ("more", (low, high)) if is_more else ("less", (-high, -low))
    apart = f"that is {told_points(ends[0])} to {told_points(ends[1])} points {more}"
    evidence = (
        f"{told_tally(own)} of its leads were won, {told_tally(rest)} of all others",
        f"{apart}: {text} in place of {span.text}",
    )
    larger, smaller = (own, rest) if is_more else (rest, own)
    stands_out = larger.share >= LEAST_RATIO * smaller.share
    edits = (Replacement(span, text),) if stands_out else ()
    return Proposal("conversions", f"rule {clause.name}", evidence, edits, fisher(own, rest))


def _time_of(clause: Clause, rule: Span) -> tuple[Span, str, str] | None:
    """Return where a rule has the only time of its SLA, and half and twice that time."""
    if clause.sla is None or clause.sla.written_steps:
        return None
    if clause.row is None:
        text = masked(rule.source.text)
        word = _SLA.search(text, rule.start, rule.end)
        found = None if word is None else _TIME.match(text, word.end())
    else:
        cells = (each for each in clause.row.places if each.source == clause.sla.span.source)
        places = [each for each in cells if _overlap(each, clause.sla.span)]
        if len(places) != 1:
            return None
        found = _TIME.match(places[0].source.text, places[0].start)
    if found is None or found[2] not in _MINUTES:
        return None  # half of a day of work is no number of hours
    minutes = int(found[1]) * _MINUTES[found[2]]
    if minutes < MOST_TIMES:
        return None
    span = Span(rule.source, found.start(), found.end())
    return span, told_minutes(minutes // MOST_TIMES), told_minutes(minutes * MOST_TIMES)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def told_minutes(minutes: int) -> str:
    """Return a time as a policy has it.

    >>> told_minutes(60), told_minutes(90), told_minutes(1)
    ('1 hour', '90 minutes', '1 minute')
    """
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
