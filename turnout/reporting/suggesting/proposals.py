"""What stands out in outcomes, and which change would follow from it.

Four kinds. Each but the last makes tests, whose chances are corrected together before any is held
to the level:

- *declined*: of one rule's leads more are rejected or returned than of all others'. They go to the
  queue of the route's fallback, for somebody to look at them first;
- *weights*: the members of a team convert differently. Each weight follows the member's share of
  conversions, shrunken towards the team's, and changes by a quarter at most;
- *boundary*: a number at which leads are told apart in conditions lies wrong. Another one is chosen
  by half of the leads (every second one); the other half, which wasn't looked at, has to say that
  leads in between are unlike those on their side and nearer to those on the other;
- *unused*: a rule that took no lead in the whole period, while many came, and that the versions of
  the policy had from its begin to its end. It is taken out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd
from typing import Final, Literal, TypeAlias

from turnout.compiler.compiled import Compiled
from turnout.compiler.program import Clause
from turnout.dsl.source import Span
from turnout.dsl.targets import ToQueue
from turnout.frozen import frozen
from turnout.reporting.suggesting.edited_policy import (
    Replacement,
    masked,
    to_queue,
    whole_rule,
    without_rule,
)
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.odds import (
    CountedShare,
    chi_square,
    difference_interval,
    fisher,
    shrunken,
)

SuggestionKind: TypeAlias = Literal["declined", "weights", "boundary", "unused"]

LEAST: Final = 30
"""Leads on each side of a comparison that is made."""

MOST_CHANGE: Final = Fraction(1, 4)
"""The part by which a weight changes at most."""

_SCALE: Final = 20
_LEAST_LEADS: Final = 200
"""Leads that came in the time in which a rule took none."""


@frozen
class Proposal:
    """A change, and why. chance: of its test, before any correction; None where none was made."""

    kind: SuggestionKind
    subject: str
    evidence: tuple[str, ...]
    edits: tuple[Replacement, ...]
    chance: float | None = None


def proposals(
    compiled: Compiled, route: str, leads: Sequence[LivedLead], *, had: frozenset[str]
) -> Iterator[Proposal]:
    """Yield what could be proposed, whatever its chance. had: rules that were there all along."""
    yield from _declined(compiled, route, leads)
    yield from _weights(compiled, leads)
    yield from _boundaries(compiled, route, leads)
    yield from _unused(compiled, route, leads, had)


def _clauses(compiled: Compiled, route: str) -> Iterator[tuple[Clause, Span]]:
    """Yield the rules of a route that stand in its text, once each, with all of their text."""
    for clause in compiled.program.routes[route].clauses:
        if clause.is_rule and clause.row is None:
            span = whole_rule(clause.span)
            if span is not None:
                yield clause, span


# -- declined --


def _declined(compiled: Compiled, route: str, leads: Sequence[LivedLead]) -> Iterator[Proposal]:
    queue = _fallback_queue(compiled, route)
    tallies = _by_rule(leads)
    whole = sum(tallies.values(), CountedShare(0, 0))
    for clause, span in _clauses(compiled, route):
        own = tallies.get(clause.name, CountedShare(0, 0))
        rest = CountedShare(whole.of - own.of, whole.whole - own.whole)
        if min(own.whole, rest.whole) < LEAST or queue is None:
            continue
        if any(isinstance(each.target, ToQueue) for each in clause.attempts[:1]):
            continue
        chance = fisher(own, rest) if own.share > rest.share else 1.0
        low, high = difference_interval(own, rest)
        evidence = (
            f"{_told(own)} of its leads were rejected or returned, {_told(rest)} of all others",
            f"that is {_points(low)} to {_points(high)} points more",
        )
        subject = f"rule {clause.name}"
        yield Proposal("declined", subject, evidence, (to_queue(span, queue),), chance)


def _by_rule(leads: Sequence[LivedLead]) -> dict[str, CountedShare]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for lead in leads:
        if lead.rule and lead.person:
            counts[lead.rule][0] += lead.is_declined
            counts[lead.rule][1] += 1
    return {rule: CountedShare(*count) for rule, count in counts.items()}


def _fallback_queue(compiled: Compiled, route: str) -> str | None:
    last = compiled.program.routes[route].clauses[-1]
    target = last.attempts[-1].target if last.attempts else None
    return target.queue if isinstance(target, ToQueue) and not last.is_rule else None


# -- weights --


def _weights(compiled: Compiled, leads: Sequence[LivedLead]) -> Iterator[Proposal]:
    for team in compiled.policy.teams.values():
        members = [each for each in team.members if each.weight > 0 and each.validity is None]
        tallies = [_won(leads, team.name, member.person) for member in members]
        if len(members) < 2 or min(each.whole for each in tallies) < LEAST:
            continue
        chance = chi_square(tallies)
        shares = shrunken(tallies)
        mean = sum(tallies, CountedShare(0, 0)).share
        if not mean or any(each.span.source.name.endswith(".csv") for each in members):
            continue
        old = [each.weight for each in members]
        new = _bounded(old, [share / mean for share in shares])
        if new == _lowest(old):
            continue
        evidence = tuple(
            f"{member.person} converted {_told(tally)}, by all that is known {_points(share)} %:"
            f" weight {weight}"
            for member, tally, share, weight in zip(members, tallies, shares, new, strict=True)
        )
        edits = tuple(
            _weighted(member.span, weight) for member, weight in zip(members, new, strict=True)
        )
        yield Proposal("weights", f"team {team.name}", evidence, edits, chance)


def _won(leads: Sequence[LivedLead], team: str, person: str) -> CountedShare:
    own = [lead for lead in leads if lead.team == team and lead.person == person]
    return CountedShare(sum(lead.is_won for lead in own), len(own))


def _bounded(old: Sequence[Fraction], factors: Sequence[float]) -> list[int]:
    """Return weights as whole numbers, each factor within its bound."""
    least, most = 1 - MOST_CHANGE, 1 + MOST_CHANGE
    steps = [Fraction(round(factor * _SCALE), _SCALE) for factor in factors]
    bounded = [min(most, max(least, step)) for step in steps]
    return _lowest([weight * step for weight, step in zip(old, bounded, strict=True)])


def _lowest(weights: Sequence[Fraction]) -> list[int]:
    """Return weights in the same proportion as the smallest whole numbers."""
    common = 1
    for weight in weights:
        common = common * weight.denominator // gcd(common, weight.denominator)
    whole = [int(weight * common) for weight in weights]
    shared = gcd(*whole)
    return [each // shared for each in whole]


def _weighted(member: Span, weight: int) -> Replacement:
    """Return the weight of a member whose name stands at a span."""
    text = masked(member.source.text)
    found = re.compile(r"\s*weight\s+[\d.]+").match(text, member.end)
    end = member.end if found is None else found.end()
    said = "" if weight == 1 else f" weight {weight}"
    return Replacement(Span(member.source, member.end, end), said)


# -- boundaries --


def _boundaries(compiled: Compiled, route: str, leads: Sequence[LivedLead]) -> Iterator[Proposal]:
    numbers = [name for name, field in compiled.policy.fields.items() if _is_number(field.type)]
    found: dict[tuple[str, Decimal], list[tuple[str, Span]]] = defaultdict(list)
    for clause, rule in _clauses(compiled, route):
        for name in numbers:
            for number, span in _bounds(rule, name):
                found[name, number].append((clause.name, span))
    for (name, number), places in sorted(found.items()):
        rules = {rule for rule, _ in places}
        known = [
            (value, lead.is_won)
            for lead in leads
            if lead.rule in rules and (value := _number(lead.values.get(name))) is not None
        ]
        better = _better(known, number)
        if better is not None:
            chance, bound, evidence = better
            edits = tuple(Replacement(span, f"{bound}") for _, span in places)
            subject = f"{name} {number} in {', '.join(f'rule {each}' for each in sorted(rules))}"
            yield Proposal("boundary", subject, evidence, edits, chance)


def _is_number(of: object) -> bool:
    return type(of).__name__ in {"Integer", "Number"}


def _bounds(rule: Span, name: str) -> Iterator[tuple[Decimal, Span]]:
    """Yield the numbers that a field is compared with in a rule, and where each stands."""
    text = masked(rule.source.text)
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}\s*(?:>=|<=|<|>)\s*(\d+)(?![\w.,%-])")
    for each in pattern.finditer(text, rule.start, rule.end):
        yield Decimal(each[1]), Span(rule.source, each.start(1), each.end(1))


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _better(
    known: Sequence[tuple[Decimal, bool]], number: Decimal
) -> tuple[float, int, tuple[str, ...]] | None:
    """Return a number that tells leads apart better, with its chance and evidence."""
    training, held = known[::2], known[1::2]
    bound = _best(training, number)
    if bound is None:
        return None
    low, high = sorted((Decimal(bound), number))
    between = _of(held, low, high)
    below, above = _of(held, None, low), _of(held, high, None)
    present, other = (below, above) if bound < number else (above, below)
    if min(between.whole, present.whole, other.whole) < LEAST:
        return None
    is_nearer = abs(between.share - other.share) < abs(between.share - present.share)
    chance = fisher(between, present) if is_nearer else 1.0
    least, most = difference_interval(between, present)
    sides = ("below", "from there on") if bound < number else ("from there on", "below")
    shown = f"converted {_told(between)}, {sides[0]} {_told(present)}, {sides[1]} {_told(other)}"
    apart = f"the difference to their present side is {_points(least)} to {_points(most)} points"
    evidence = (
        f"held-out leads from {low} to {high} {shown}",
        f"{apart}; {bound} was chosen by the other half of the leads",
    )
    return chance, bound, evidence


def _best(known: Sequence[tuple[Decimal, bool]], number: Decimal) -> int | None:
    """Return the round number at which conversions differ most, None where `number` is as good."""
    values = sorted(value for value, _ in known)
    if len(values) < 4 * LEAST:
        return None
    marks = {_round(values[len(values) * place // 40]) for place in range(2, 39)}
    candidates = sorted(each for each in marks if each > 0 and each != number)
    best, most = None, _apart(known, number)
    for each in candidates:
        apart = _apart(known, Decimal(each))
        if apart > most:
            best, most = each, apart
    return best


def _apart(known: Sequence[tuple[Decimal, bool]], number: Decimal) -> float:
    """Return how far conversions below and from a number on are apart, in squared errors."""
    below, above = _of(known, None, number), _of(known, number, None)
    if min(below.whole, above.whole) < LEAST:
        return 0.0
    mean = (below + above).share
    noise = mean * (1 - mean) * (1 / below.whole + 1 / above.whole)
    return (below.share - above.share) ** 2 / noise if noise else 0.0


def _of(
    known: Sequence[tuple[Decimal, bool]], low: Decimal | None, high: Decimal | None
) -> CountedShare:
    inside = [
        won
        for value, won in known
        if (low is None or low <= value) and (high is None or value < high)
    ]
    return CountedShare(sum(inside), len(inside))


def _round(value: Decimal) -> int:
    """Return a number with two digits that count.

    >>> _round(Decimal(1234)), _round(Decimal(87))
    (1200, 87)
    """
    whole = int(value)
    step = int(10 ** max(0, len(str(whole)) - 2))
    return round(whole / step) * step


# -- unused --


def _unused(
    compiled: Compiled, route: str, leads: Sequence[LivedLead], had: frozenset[str]
) -> Iterator[Proposal]:
    if len(leads) < _LEAST_LEADS:
        return
    taken = {lead.rule for lead in leads}
    for clause, span in _clauses(compiled, route):
        if clause.name in taken or clause.name not in had:
            continue
        most = -(-3 * 1000 // len(leads)) / 10
        none = f"it took none of {len(leads):,} leads"
        evidence = (f"{none}: at most {most} % of such leads are its own, by an interval of 95 %",)
        yield Proposal("unused", f"rule {clause.name}", evidence, (without_rule(span),))


def _told(tally: CountedShare) -> str:
    low, high = tally.interval
    sure = f"{_points(low)} to {_points(high)} %"
    return f"{_points(tally.share)} % ({tally.of:,} of {tally.whole:,}; {sure})"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
