"""Find sibling territories and segments that share leads, and what a family leaves out."""

from collections.abc import Collection, Iterator

from turnout.compiler.checks.undecided import UNDECIDED, ended
from turnout.compiler.leads.budget import Budget, OutOfSteps
from turnout.compiler.leads.ground import Ground, ground
from turnout.compiler.leads.index import index
from turnout.compiler.leads.regions import Masks, Regions, find
from turnout.compiler.leads.witness import example, shown
from turnout.compiler.program import Program
from turnout.compiler.words.describe import phrases, side_names
from turnout.dsl.conditions import Present, atoms, fields_of
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label
from turnout.dsl.policy import Definition, Family

OVERLAPPING_TERRITORIES = warning("overlapping-territories", "Two sibling territories share leads.")
OVERLAPPING_SEGMENTS = warning("overlapping-segments", "Two segments of a family share leads.")
UNCOVERED_SEGMENT = warning(
    "uncovered-segment", "A family of segments leaves values out.", needs_whole=True
)


def check_families(
    program: Program, budget: Budget, known: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    """Yield `overlapping-...` for siblings that share leads, `uncovered-segment` for leftovers.

    budget: as in `checks.check`. known: families, by kind and name, that are right.
    """
    for family in program.policy.families:
        if (family.kind, family.name) in known or _is_clear(family):
            continue
        try:
            budget.meter().take()  # past the deadline, not even the space is made
            grid = _ground(program, family)
            yield from _overlaps(program, family, grid, budget)
            yield from _uncovered(program, family, grid, budget)
        except OutOfSteps as stopped:
            message = f"whether the members of `{family.name}` share leads could not be decided"
            text, _ = ended(stopped, budget)
            yield UNDECIDED.finding(family.span, message, text=text)


def _is_clear(family: Family) -> bool:
    """Return whether no question is asked of a family, so that its space need not be made."""
    shares_none = family.disjoint or all(member.is_keyed for member in family.members)
    return shares_none and family.kind != "segment"


def _ground(program: Program, family: Family) -> Ground:
    asked = [atom for member in family.members for atom in atoms(member.meaning)]
    presence = [Present(name) for atom in asked for name in fields_of(atom)]
    return ground(program.policy.fields, [*asked, *presence], program.since)


def _overlaps(program: Program, family: Family, grid: Ground, budget: Budget) -> Iterator[Finding]:
    if family.disjoint:
        return
    members, regions = family.members, grid.regions
    meanings = [regions.region(member.meaning) for member in members]
    known = index(regions.space, meanings)
    for later, two in enumerate(members):
        for at in known.clauses_meeting(meanings[later], later):
            one = members[at]
            if one.is_keyed and two.is_keyed:
                continue  # the rows of one table never share a key
            both = [meanings[at], meanings[later], *grid.possible]
            found = find(regions.space, both, budget.meter())
            if found is not None:
                yield _overlap(program, family, regions, (one, two), found)


def _overlap(
    program: Program,
    family: Family,
    regions: Regions,
    pair: tuple[Definition, Definition],
    found: Masks,
) -> Finding:
    one, two = pair
    kind = OVERLAPPING_TERRITORIES if family.kind == "territory" else OVERLAPPING_SEGMENTS
    lead = example(regions.space, found)
    return kind.finding(
        two.span,
        f"`{one.name}` and `{two.name}` share leads",
        text="shares leads with the one before",
        labels=(Label(one.span, "the other"),),
        witness=None if lead is None else shown(lead, program.policy.fields, "in both"),
        help=("write `first of` before the members, or narrow one of the two",),
    )


def _uncovered(program: Program, family: Family, grid: Ground, budget: Budget) -> Iterator[Finding]:
    if family.kind != "segment":
        return
    regions = grid.regions
    asked = {
        name
        for member in family.members
        for atom in atoms(member.meaning)
        for name in fields_of(atom)
    }
    there = [regions.region(Present(field)) for field in sorted(asked)]
    outside = [regions.region(member.meaning, holds=False) for member in family.members]
    found = find(regions.space, [*there, *outside, *grid.possible], budget.meter())
    if found is None:
        return
    known = side_names(regions, program.policy.definitions.values())
    lead = example(regions.space, found)
    yield UNCOVERED_SEGMENT.finding(
        family.span,
        f"no segment of `{family.name}` covers leads with {', '.join(phrases(known, found))}",
        text="leaves values out",
        witness=None if lead is None else shown(lead, program.policy.fields),
        help=("widen a segment, or add one for them",),
    )
