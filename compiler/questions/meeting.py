"""Who meets a box or takes a point, and a lead of a box executed."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from turnout.compiler.leads.regions import Masks, truth
from turnout.compiler.leads.witness import example, shown
from turnout.compiler.meaning.interpreter import Match, decided
from turnout.compiler.meaning.situations import Situation, at_every_cap
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.findings import Witness

MOST_SAMPLED = 4
"""Boxes of a clause of which points are looked at."""


def meeting_box(analysis: Analysis, box: Sequence[int]) -> list[int]:
    """Return the clauses that may share a lead with `box`, ascending."""
    known = analysis.index
    trees = [at for at in known.webs if truth(analysis.taken[at], box) is not False]
    return sorted({*known.clauses(known.met(box, known.of_all)), *trees})


def followed(analysis: Analysis, found: Masks, telling: Masks | None = None) -> Witness | None:
    """Return a lead of `found` with what the interpreter does with it; None where none is made."""
    lead = example(analysis.space, found, telling=telling)
    if lead is None:
        return None
    first, *later = map(_asked, analysis.ran(lead).legs)
    also = "".join(f", or {each} if nobody is free there" for each in later)
    return shown(lead, analysis.program.policy.fields, f"{first} has it{also}")


def _asked(leg: Match) -> str:
    return f"rule `{leg.rule}`" if leg.rule is not None else [*leg.named_by, "no rule"][0]


def lost_with_all(analysis: Analysis, found: Masks, moment: datetime | None) -> Witness | None:
    """Return a lead of `found` that its clause's targets all pass on, with every cap full.

    moment: when, None where any will do. None where none is made, or where one takes it.
    """
    policy = analysis.program.policy
    lead = example(analysis.space, found, when=moment)
    if lead is None:
        return None
    ran = analysis.ran(lead)
    now = moment or lead.moment or datetime.combine(lead.today, time(), UTC)
    situation = Situation(at_every_cap(policy), now, ())
    last, result = decided(ran, lambda target: (None, situation.other(target, lead.values)))
    if result.attempt is not None:
        return None
    return shown(lead, policy.fields, f"{_asked(last)} has it")


def taker(analysis: Analysis, point: Sequence[int], after: int = -1) -> int | None:
    """Return the first clause after `after` that takes the point, None where none does."""
    known = analysis.index
    start = known.first(after + 1)
    found = known.met(point, known.of_all >> start << start)
    first = known.clauses(found & -found)[0] if found else None
    for at in known.webs:
        is_next = at > after and (first is None or at < first)
        if is_next and truth(analysis.taken[at], point):
            return at
    return first


def samples(analysis: Analysis, at: int) -> Iterator[Masks]:
    """Yield a few points of clause `at` that a lead can be; a look at one costs next to nothing."""
    known = analysis.index
    for sides in (known.boxes[at] or ())[:MOST_SAMPLED]:
        box = analysis.within(sides)
        if not all(box):
            continue
        highest = tuple(1 << mask.bit_length() - 1 for mask in box)
        for point in (tuple(mask & -mask for mask in box), highest):
            if not known.met(point, known.impossible) and analysis.is_lead(point):
                yield point
