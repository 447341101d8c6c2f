"""Find parts of a written condition that can go without changing whom it describes.

A part that `and` joins can go where the rest implies it, an alternative of `or` where the
others hold it; the blocks around a rule count as part of the rest. Earlier rules don't:
`not SMB` below a rule for SMB is a guard that keeps its meaning when rules are moved. Nor
does `country is missing or not DACH` say too much: it shows that missing is meant.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import assert_never

import attrs

from turnout.compiler.checks.asking_cells import cell_of, reads_another, whole
from turnout.compiler.checks.mending import rule_of
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import Meter, OutOfSteps
from turnout.compiler.leads.regions import Region, reads
from turnout.compiler.masks import Mask, members
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.shares import linked
from turnout.compiler.questions.written import Written, written_conditions
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or, Present
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Fix
from turnout.dsl.policy import TableRow
from turnout.dsl.types import Field
from turnout.dsl.wording import is_list_of_texts, is_one_test, written
from turnout.frozen import frozen

REDUNDANT_CONDITION = warning(
    "redundant-condition",
    "A part of a condition can go, and the condition still describes the same leads.",
)

FEW_PARTS = 8
"""Parts up to which each is tried alone."""


@frozen
class Shorter:
    """A condition without one of its parts.

    grows: it could only describe more leads, not fewer. at: the place of the part among
    those that are joined outermost, None for one further in.
    """

    part: Condition
    rest: Condition
    grows: bool
    at: int | None


def check_redundant_conditions(
    analysis: Analysis, known: Collection[int] = ()
) -> Iterator[Finding]:
    """Yield a `redundant-condition` for each block and rule whose condition can be shorter.

    known: rules, by clause, of which it is known that each part is needed.
    """
    fields = _Independence(analysis, linked(analysis.space))
    for place in written_conditions(analysis.route):
        if place.at in known and place.word == "when":
            continue
        try:
            gone, short = _shortest(analysis, fields, place)
        except OutOfSteps as stopped:
            clause = analysis.route.clauses[place.at]
            yield undecided(
                clause, "has a condition with parts that could go", analysis.budget, stopped
            )
            continue
        row = analysis.route.clauses[place.at].row if place.word == "when" else None
        if gone and row is not None:
            yield from _in_row(analysis, place, row, gone)
        elif gone:
            yield _finding(analysis, place, gone, short)


def _finding(
    analysis: Analysis, place: Written, gone: list[Condition], short: Condition
) -> Finding:
    fields = analysis.program.policy.fields
    said = " and ".join(f"`{written(part, fields)}`" for part in gone)
    return REDUNDANT_CONDITION.finding(
        place.span,
        f"{place.title} describes the same leads without {said}",
        text="its condition says more than it needs to",
        help=(f"write `{place.word} {written(short, fields)}`",),
        fixes=_fixes(analysis, place, written(short, fields)),
    )


def _in_row(
    analysis: Analysis, place: Written, row: TableRow, gone: list[Condition]
) -> Iterator[Finding]:
    """Yield what can go in a row of a table, but for a country with which a state is read."""
    fields = analysis.program.policy.fields
    empty = whole(row, gone)
    kept = {each.asks for each in empty if reads_another(row, each, fields)}
    idle = [each for each in empty if each.asks not in kept]
    left = [part for part in gone if part not in kept]
    if not left:
        return
    said = " and ".join(f"`{written(part, fields)}`" for part in left)
    at = idle[0] if idle else cell_of(row, left)
    cells = " and ".join(f"`{each.heading}`" for each in idle)
    help_ = f"leave {cells} empty" if idle else "ask less in the row"
    yield REDUNDANT_CONDITION.finding(
        place.span if at is None else at.place,
        f"{place.title} describes the same leads without {said}",
        text="says more than the row needs to",
        help=(help_,),
        fixes=(idle[0].emptied,) if len(idle) == 1 and len(left) == 1 else (),
    )


def _fixes(analysis: Analysis, place: Written, short: str) -> tuple[Fix, ...]:
    if place.word == "within":
        return (Fix(f"write `within {short}`", place.span, short),)
    rule = rule_of(analysis, analysis.route.clauses[place.at])
    when = None if rule is None else rule.when
    return () if when is None else (Fix(f"write `when {short}`", when, short),)


def _shortest(
    analysis: Analysis, fields: "_Independence", place: Written
) -> tuple[list[Condition], Condition]:
    """Return the parts that can go one after the other, and what is left.

    An outermost part that is needed stays so when another outermost one goes, so each is
    tried once. The budget is the place's: all tries count. Raises OutOfSteps.
    """
    meter = analysis.budget.meter()
    around = [analysis.regions.region(part) for part in place.outer]
    gone: list[Condition] = []
    short = place.condition
    needed = fields.free(short, around)
    if len(needed) + FEW_PARTS < _outermost(short):
        needed |= _needed(analysis, short, around)
    while (found := _shortened(fields, around, short, needed, meter)) is not None:
        here = found.at
        if here is None or _outermost(short) == 2:  # one that is left has parts of its own
            needed = set[int]()
        else:
            needed = {at - (at > here) for at in needed}
        gone.append(found.part)
        short = found.rest
    return gone, short


def _shortened(
    fields: "_Independence",
    around: list[Region],
    condition: Condition,
    needed: set[int],
    meter: Meter,
) -> Shorter | None:
    """Return the condition without the last part that can go, None where each is needed.

    needed: places of outermost parts that need not be tried; those found out are added.
    Raises OutOfSteps.
    """
    analysis = fields.analysis
    cost = _outermost(condition)
    for shorter in shortenings(condition, analysis.program.policy.fields, needed):
        meter.take(cost)
        one, two = (shorter.rest, condition) if shorter.grows else (condition, shorter.rest)
        apart = [analysis.regions.region(one), analysis.regions.region(two, holds=False)]
        if analysis.find([*around, *apart]) is None:
            if analysis.find([*around, analysis.regions.region(condition)]) is None:
                return None  # an impossible condition is reported as such
            return shorter
        if shorter.at is not None:
            needed.add(shorter.at)
    return None


def shortenings(
    condition: Condition, fields: Mapping[str, Field], needed: Collection[int] = ()
) -> Iterator[Shorter]:
    """Yield the condition without each of its parts, the last ones first.

    needed: places of outermost parts that need not be tried.
    """
    return _shortenings(condition, fields, holds=True, needed=needed)


def _shortenings(
    condition: Condition,
    fields: Mapping[str, Field],
    *,
    holds: bool,
    needed: Collection[int] = (),
) -> Iterator[Shorter]:
    """Yield the shortenings of a part. holds: it stands under an even number of `not`."""
    is_whole = is_one_test(condition, fields) and not is_list_of_texts(condition, fields)
    if is_whole or isinstance(condition, Atom):
        return  # but of the texts of a list one may hold another
    match condition:
        case Not(inner):
            for shorter in _shortenings(inner, fields, holds=not holds):
                yield attrs.evolve(shorter, rest=Not(shorter.rest), at=None)
        case And(parts) | Or(parts):
            joined = type(condition)
            for at in reversed(range(len(parts))):
                if at not in needed:
                    rest = (*parts[:at], *parts[at + 1 :])
                    whole = rest[0] if len(rest) == 1 else joined(rest)
                    if rest and not _is_said_on_purpose(parts[at], rest):
                        grows = (joined is And) == holds
                        yield Shorter(parts[at], whole, grows, at)
                for shorter in _shortenings(parts[at], fields, holds=holds):
                    shortened = joined((*parts[:at], shorter.rest, *parts[at + 1 :]))
                    yield attrs.evolve(shorter, rest=shortened, at=None)
        case Named():
            return
        case _:
            assert_never(condition)


def _outermost(condition: Condition) -> int:
    """Return how many parts the condition joins outermost."""
    return len(condition.parts) if isinstance(condition, And | Or) else 1


# -- a quick look first --


def _needed(analysis: Analysis, condition: Condition, around: Sequence[Region]) -> set[int]:
    """Return places of parts that decide alone about some lead, so that none of them can go.

    Only parts that ask one dimension are looked at: a list of 10,000 alternatives takes as
    many questions, and not as many times as many. A part of an `or` hits the leads that it
    takes, one of an `and` those that it keeps out. Raises OutOfSteps.
    """
    if not isinstance(condition, And | Or) or len(condition.parts) < 2:
        return set()
    regions = analysis.regions
    is_or = isinstance(condition, Or)
    hits = [regions.region(part, holds=is_or) for part in condition.parts]
    sides = {at: hit.box[0] for at, hit in enumerate(hits) if len(hit.box) == 1 and not hit.eithers}
    once: dict[int, Mask] = {}
    twice: dict[int, Mask] = {}
    for dimension, mask in sides.values():
        before = once.get(dimension, 0)
        twice[dimension] = twice.get(dimension, 0) | before & mask
        once[dimension] = before | mask
    others: dict[int, Region] = {}
    found: set[int] = set()
    for at, (dimension, mask) in sides.items():
        own = mask & ~twice[dimension]
        if not own:
            continue
        if dimension not in others:
            # What no part of another dimension hits; those of this one are told by `own`.
            missed = [
                regions.region(part, holds=not is_or)
                for place, part in enumerate(condition.parts)
                if place not in sides or sides[place][0] != dimension
            ]
            others[dimension] = regions.both([*around, *missed])
        if analysis.find([others[dimension], Region(((dimension, own),))]) is not None:
            found.add(at)
    return found


def _is_said_on_purpose(part: Condition, rest: Sequence[Condition]) -> bool:
    """Return whether `part` says that fields may be missing, beside a `not` that implies it.

    That is how a policy shows that it means what `negation-matches-missing` points out.
    """
    return _is_missing(part) and any(
        isinstance(other, Not) and not _is_missing(other) for other in rest
    )


def _is_missing(condition: Condition) -> bool:
    if isinstance(condition, And):
        return bool(condition.parts) and all(map(_is_missing, condition.parts))
    return isinstance(condition, Not) and isinstance(condition.part, Present)


@frozen
class _Independence:
    """Which parts can't follow from others, because nothing else asks their fields.

    links: for each dimension those that its classes may depend on. always, known: whether a
    part holds for every lead, and what depends on dimensions, as far as that was asked.
    """

    analysis: Analysis
    links: list[int]
    always: dict[Condition, bool] = attrs.Factory(dict[Condition, bool])
    known: dict[int, int] = attrs.Factory(dict[int, int])

    def free(self, condition: Condition, around: list[Region]) -> set[int]:
        """Return the places of parts that `and` joins outermost and nothing else bears on.

        Raises OutOfSteps.
        """
        if not isinstance(condition, And) or len(condition.parts) < 2:
            return set[int]()
        once = twice = 0
        for region in around:
            twice |= self._linked(reads(region))
        asked = [self._linked(reads(self._region(part))) for part in condition.parts]
        for own in asked:
            twice |= once & own
            once |= own
        alone = (at for at, own in enumerate(asked) if own and not own & twice)
        return {at for at in alone if not self._holds_always(condition.parts[at])}

    def _region(self, part: Condition) -> Region:
        return self.analysis.regions.region(part)

    def _holds_always(self, part: Condition) -> bool:
        """Return whether a part holds for every lead, which follows from nothing else."""
        if part not in self.always:
            fails = self.analysis.regions.region(part, holds=False)
            self.always[part] = self.analysis.find([fails]) is None
        return self.always[part]

    def _linked(self, dimensions: int) -> int:
        if dimensions not in self.known:
            found = 0
            for at in members(dimensions):
                found |= self.links[at]
            self.known[dimensions] = found
        return self.known[dimensions]
