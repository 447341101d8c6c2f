"""Weights of a team by what its members convert.

Each member's share of conversions is drawn towards the team's (`odds.shrunken`), and nobody's share
of the team's leads changes by more than a quarter: where that asks for less, all go less far.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import Final

from turnout.compiler.compiled import Compiled
from turnout.dsl.source import Span
from turnout.reporting.suggesting.edited_policy import Replacement, masked
from turnout.reporting.suggesting.evidence import LEAST, Proposal, told_points, told_tally
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.odds import CountedShare, chi_square, shrunken

MOST_CHANGE: Final = Fraction(1, 4)
"""The part of it by which a member's share of a team's leads changes at most."""

_SCALE: Final = 20


def reweighted(compiled: Compiled, leads: Sequence[LivedLead]) -> Iterator[Proposal]:
    """Yield new weights for each team whose members all had leads enough."""
    won = _won(leads)
    for team in compiled.policy.teams.values():
        members = [each for each in team.members if each.weight > 0 and each.validity is None]
        tallies = [won.get((team.name, member.person), CountedShare(0, 0)) for member in members]
        if len(members) < 2 or min(each.whole for each in tallies) < LEAST:
            continue
        chance, shares = chi_square(tallies), shrunken(tallies)
        mean = sum(tallies, CountedShare(0, 0)).share
        if not mean or any(each.span.source.name.endswith(".csv") for each in members):
            continue
        old = [each.weight for each in members]
        new = bounded_weights(old, [share / mean for share in shares])
        evidence = tuple(
            f"{member.person} converted {told_tally(tally)}, by all that is known"
            f" {told_points(share)} %: weight {weight}"
            for member, tally, share, weight in zip(members, tallies, shares, new, strict=True)
        )
        edits = tuple(
            _weighted(member.span, weight) for member, weight in zip(members, new, strict=True)
        )
        is_same = new == _lowest(old)
        yield Proposal("weights", f"team {team.name}", evidence, () if is_same else edits, chance)


def _won(leads: Sequence[LivedLead]) -> dict[tuple[str, str], CountedShare]:
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for lead in leads:
        count = counts[lead.team, lead.person]
        count[0] += lead.is_won
        count[1] += 1
    return {key: CountedShare(*count) for key, count in counts.items()}


def bounded_weights(old: Sequence[Fraction], factors: Sequence[float]) -> list[int]:
    """Return weights as whole numbers, times the factors as far as the bound lets them.

    >>> bounded_weights([Fraction(1)] * 3, [1.1, 0.9, 1.0])
    [11, 9, 10]
    >>> bounded_weights([Fraction(1)] * 2, [3.0, 0.1])  # a half becomes five eighths at most
    [26, 17]
    """
    steps = [Fraction(factor).limit_denominator(1_000) for factor in factors]
    for part in range(_SCALE, 0, -1):
        moved = [
            weight * Fraction(round((1 + (step - 1) * part / _SCALE) * _SCALE), _SCALE)
            for weight, step in zip(old, steps, strict=True)
        ]
        if min(moved) > 0 and _is_bounded(old, moved):
            return _lowest(moved)
    return _lowest(old)


def _is_bounded(old: Sequence[Fraction], new: Sequence[Fraction]) -> bool:
    ratio = sum(old, Fraction()) / sum(new, Fraction())
    changes = (after * ratio / before for before, after in zip(old, new, strict=True))
    return all(abs(change - 1) <= MOST_CHANGE for change in changes)


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
