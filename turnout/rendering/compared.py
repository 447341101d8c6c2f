"""Past leads beside their owners in a terminal: how many differ, where, by which entries."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.coverage import percent
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint
from turnout.rendering.simulated import MOST, agreements, notes, unfound_owners
from turnout.trials.former_owners import Owners, OwnersOfClause
from turnout.trials.simulation import Simulation


@frozen
class ComparisonReport:
    """What a run of `turnout compare` found.

    policy, leads: their names. entries: which entry of another tool a clause was, of those
    of which it is known. remarks: what is to be said of the file.
    """

    policy: str
    leads: str
    found: Simulation
    owners: Owners
    entries: Mapping[str, str]
    remarks: tuple[str, ...] = ()


def compared_lines(told: ComparisonReport, screen: int) -> Iterator[str]:
    """Yield the lines of a report that is at most `screen` cells wide."""
    for line in hanging("", compared_heading(told).split(" "), screen):
        yield paint(line, Ink.STRONG)
    for sentence in (*notes(told.found), *told.remarks):
        yield from hanging("  ", visible(sentence).split(" "), screen)
    if not told.found.decided:
        return
    yield ""
    for line in (*said_total(told.owners), *said_unsaid(told.owners)):
        yield from hanging("", visible(line).split(" "), screen)
    if told.owners.total.other:
        yield from _explaining(told, screen)
        yield from _pairs(told.owners, screen)
    yield ""
    yield paint("by rule", Ink.NOTE)
    yield from agreements(told.owners, screen)
    if told.owners.unknown:
        yield from unfound_owners(told.owners, screen)


def compared_heading(told: ComparisonReport) -> str:
    """Return the first line of a report."""
    number = counted(told.found.leads, "lead")
    by = f"{number} of {told.leads} by {told.policy}, route {told.found.route}"
    return visible(f"{by}, beside the owners in {told.owners.column}")


def said_total(owners: Owners) -> Iterator[str]:
    """Yield how many leads would go to whom they have, and how many to others."""
    total = owners.total
    if not total.known:
        return
    same = total.same + total.team
    among = f", {total.team:,} of them to the same team" if total.team else ""
    yield f"same       {same:,} of {total.known:,}, {percent(Fraction(same, total.known))}{among}"
    share = percent(Fraction(total.other, total.known))
    yield f"different  {total.other:,} of {total.known:,}, {share}"


def said_unsaid(owners: Owners) -> Iterator[str]:
    """Yield of how many leads nothing can be said, and why."""
    total = owners.total
    why = [
        f"{count:,} {reason}"
        for count, reason in (
            (total.nobody, "without an owner"),
            (total.unknown, "with an owner whom the policy doesn't know"),
        )
        if count
    ]
    if why:
        yield f"can't say  {total.nobody + total.unknown:,}: {', '.join(why)}"


def said_clause(told: ComparisonReport, clause: str) -> str:
    """Return a clause with the entry that it was made of, if that is known."""
    entry = told.entries.get(clause)
    return clause if entry is None else f"{clause} ({entry})"


def said_exceptions(owners: Owners) -> str:
    """Return how many differences lie in clauses that mostly agree, "" for none."""
    rest = owners.total.other - sum(each.other for each in owners.explaining)
    return f"{rest:,} more by rules that mostly agree" if rest else ""


def _explaining(told: ComparisonReport, screen: int) -> Iterator[str]:
    """Yield the clauses whose leads mostly go to others, then how many differ elsewhere."""
    found = told.owners.explaining
    yield ""
    yield paint("what explains the difference", Ink.NOTE)
    for each in found[:MOST]:
        yield from hanging("  ", visible(_explained(told, each)).split(" "), screen)
    if len(found) > MOST:
        rest = sum(each.other for each in found[MOST:])
        yield f"  {rest:,} more by {counted(len(found) - MOST, 'rule')} like these"
    if exceptions := said_exceptions(told.owners):
        yield from hanging("  ", exceptions.split(" "), screen)


def _explained(told: ComparisonReport, each: OwnersOfClause) -> str:
    such = ", ".join(each.examples)
    said = f"{each.other:,} of {each.known:,} by {said_clause(told, each.clause)}"
    return f"{said}, such as {such}"


def _pairs(owners: Owners, screen: int) -> Iterator[str]:
    yield ""
    yield paint("have -> would go to", Ink.NOTE)
    pairs = owners.pairs
    digits = max(len(f"{each.leads:,}") for each in pairs)
    for each in pairs[:MOST]:
        said = f"{each.owner} -> {each.target}, such as {', '.join(each.examples)}"
        yield from hanging(f"  {each.leads:>{digits},}  ", visible(said).split(" "), screen)
    if len(pairs) > MOST:
        rest = sum(each.leads for each in pairs[MOST:])
        yield f"  {rest:>{digits},}  ... {len(pairs) - MOST} more"
