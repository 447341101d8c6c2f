"""Numbers that would tell leads apart better than those that the policy has.

Another number is chosen by half of the leads (every second one), as the split of a regression tree
is: where conversions below it and from it on are furthest apart (Breiman, Friedman, Olshen, Stone,
"Classification and Regression Trees", 1984). A number that was chosen among many looks better than
it is, so the other half, which had no part in it, is asked: leads in between have to be unlike
those on their side, and nearer to those on the other ("honest" estimation: Athey and Imbens,
"Recursive partitioning for heterogeneous causal effects", PNAS 113, 2016).
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Final

from turnout.compiler.compiled import Compiled
from turnout.dsl.source import Span
from turnout.dsl.types import Money
from turnout.frozen import define
from turnout.reporting.suggesting.edited_policy import Replacement, masked
from turnout.reporting.suggesting.evidence import LEAST, Proposal, told_points, told_tally
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.odds import CountedShare, difference_interval, fisher
from turnout.reporting.suggesting.rule_texts import WrittenBound, clauses, written_bounds

_Lived = tuple[Decimal, bool]
"""A lead's number, and whether it was won."""

_MARKS: Final = 40
"""In so many parts leads are divided to look for a better number."""


def moved_boundaries(
    compiled: Compiled, route: str, leads: Sequence[LivedLead]
) -> Iterator[Proposal]:
    """Yield for each number of the route's rules the one that tells leads apart best."""
    order = {each.name: at for at, each in enumerate(compiled.program.routes[route].clauses)}
    places: dict[tuple[str, Decimal], dict[Span, WrittenBound]] = defaultdict(dict)
    rules: dict[tuple[str, Decimal], set[str]] = defaultdict(set)
    for clause, rule in clauses(compiled, route):
        for bound in written_bounds(compiled.policy, clause, rule):
            places[bound.field, bound.number][bound.span] = bound
            rules[bound.field, bound.number].add(clause.name)
    for key in sorted(places):
        field, number = key
        first = min(order[rule] for rule in rules[key])
        known = [
            (value, lead.is_won)
            for lead in leads
            if _came(lead, rules[key], first, order)
            and (value := _number(lead.values.get(field))) is not None
        ]
        found = _better(known, number)
        if found is None:
            continue
        chance, better, evidence = found
        edits = tuple(Replacement(span, bound.text(better)) for span, bound in places[key].items())
        named = ", ".join(f"rule {each}" for each in sorted(rules[key]))
        yield Proposal("boundary", f"{field} {number} in {named}", evidence, edits, chance)


def unread_amounts(compiled: Compiled, route: str) -> Iterator[Proposal]:
    """Yield for each field of money that the route's rules compare that nothing is told of it."""
    for name, field in compiled.policy.fields.items():
        if not isinstance(field.type, Money):
            continue
        compared = re.compile(rf"(?<![\w-]){re.escape(name)}\s*(?:[<>]|(?:in\s+)?(?:\d|\.\.))")
        rules = [
            f"rule {clause.name}"
            for clause, rule in clauses(compiled, route)
            if any(
                compared.search(masked(span.source.text), span.start, span.end)
                for span in (rule, *(block.span for block in clause.around))
            )
        ]
        if rules:
            why = "amounts of money aren't looked at"
            yield Proposal("boundary", f"{name} in {', '.join(rules)}", (), (), None, why)


def _came(lead: LivedLead, rules: set[str], first: int, order: Mapping[str, int]) -> bool:
    """Return whether a lead was told apart by a number: in its rules, or behind its only one.

    Whom nobody worked on says nothing of how leads like it convert.
    """
    if not lead.person:
        return False
    return lead.rule in rules or (len(rules) == 1 and order.get(lead.rule, len(order)) > first)


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@define(eq=False)
class _Ordered:
    """Leads by their numbers. won: how many of the first so many were."""

    values: list[Decimal]
    won: list[int]

    def of(self, low: Decimal | None, high: Decimal | None) -> CountedShare:
        """Return how many were won of those from one number up to, not including, another."""
        first = 0 if low is None else bisect_left(self.values, low)
        last = len(self.values) if high is None else bisect_left(self.values, high)
        return CountedShare(self.won[last] - self.won[first], last - first)


def _ordered(known: Sequence[_Lived]) -> _Ordered:
    by_value = sorted(known)
    won = accumulate((is_won for _, is_won in by_value), initial=0)
    return _Ordered([value for value, _ in by_value], [*won])


def _better(known: Sequence[_Lived], number: Decimal) -> tuple[float, int, tuple[str, ...]] | None:
    """Return a number that tells leads apart better, with its chance and evidence."""
    held = _ordered(known[1::2])
    bound = _best(_ordered(known[::2]), number)
    if bound is None:
        return None
    low, high = sorted((Decimal(bound), number))
    between = held.of(low, high)
    below, above = held.of(None, low), held.of(high, None)
    present, other = (below, above) if bound < number else (above, below)
    if min(between.whole, present.whole, other.whole) < LEAST:
        return None
    is_nearer = abs(between.share - other.share) < abs(between.share - present.share)
    chance = fisher(between, present) if is_nearer else 1.0
    least, most = difference_interval(between, present)
    sides = ("below", "from there on") if bound < number else ("from there on", "below")
    shown = (
        f"converted {told_tally(between)}, {sides[0]} {told_tally(present)},"
        f" {sides[1]} {told_tally(other)}"
    )
    apart = (
        "the difference to their present side is"
        f" {told_points(least)} to {told_points(most)} points"
    )
    evidence = (
        f"held-out leads from {low} to {high} {shown}",
        f"{apart}; {bound} was chosen by the other half of the leads",
    )
    return chance, bound, evidence


def _best(known: _Ordered, number: Decimal) -> int | None:
    """Return the round number at which conversions differ most, None where `number` is as good."""
    values = known.values
    if len(values) < 4 * LEAST:
        return None
    marks = {_round(values[len(values) * place // _MARKS]) for place in range(2, _MARKS - 1)}
    best, most = None, _apart(known, number)
    for each in sorted(mark for mark in marks if mark > 0 and mark != number):
        apart = _apart(known, Decimal(each))
        if apart > most:
            best, most = each, apart
    return best


def _apart(known: _Ordered, number: Decimal) -> float:
    """Return how far conversions below and from a number on are apart, in squared errors."""
    below, above = known.of(None, number), known.of(number, None)
    if min(below.whole, above.whole) < LEAST:
        return 0.0
    mean = (below + above).share
    noise = mean * (1 - mean) * (1 / below.whole + 1 / above.whole)
    return (below.share - above.share) ** 2 / noise if noise else 0.0


def _round(value: Decimal) -> int:
    """Return a number with two digits that count.

    >>> _round(Decimal(1234)), _round(Decimal(87))
    (1200, 87)
    """
    whole = int(value)
    step = int(10 ** max(0, len(str(whole)) - 2))
    return round(whole / step) * step
