"""Find parts of a written condition that can go without changing whom it describes.

A part that `and` joins can go where the rest implies it, an alternative of `or` where the
others hold it; the blocks around a rule count as part of the rest. Earlier rules don't:
`not SMB` below a rule for SMB is a guard that keeps its meaning when rules are moved. Nor
does `country is missing or not DACH` say too much: it shows that missing is meant.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from turnout.compiler.analysis import Analysis
from turnout.compiler.checks.questions import Written, written_conditions
from turnout.compiler.checks.unreachable import undecided
from turnout.compiler.domains import members
from turnout.compiler.regions import All, OutOfSteps
from turnout.compiler.shares import linked
from turnout.dsl.conditions import And, Condition, Not, Or, Present
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.types import Field
from turnout.dsl.wording import is_one_test, written


@attrs.frozen
class Shorter:
    """A condition without one of its parts.

    grows: it could only describe more leads, not fewer. is_inner: the part is not one of
    those that `and` joins outermost.
    """

    part: Condition
    rest: Condition
    grows: bool
    is_inner: bool


def check_redundant_conditions(analysis: Analysis) -> Iterator[Finding]:
    """Yield a `redundant-condition` for each block and rule whose condition can be shorter."""
    fields = _Independence(analysis, linked(analysis.space))
    for place in written_conditions(analysis.route):
        gone: list[Condition] = []
        short = place.condition
        try:
            while (found := _shortened(analysis, fields, short, place.outer)) is not None:
                gone.append(found.part)
                short = found.rest
        except OutOfSteps:
            clause = analysis.route.clauses[place.at]
            yield undecided(clause, "has a condition with parts that could go", analysis.steps)
            continue
        if gone:
            yield _finding(analysis, place, gone, short)


def _finding(
    analysis: Analysis, place: Written, gone: list[Condition], short: Condition
) -> Finding:
    fields = analysis.program.policy.fields
    said = " and ".join(f"`{written(part, fields)}`" for part in gone)
    return Finding(
        "redundant-condition",
        Severity.WARNING,
        place.span,
        f"{place.title} describes the same leads without {said}",
        text="its condition says more than it needs to",
        help=(f"write `{place.word} {written(short, fields)}`",),
    )


def _shortened(
    analysis: Analysis,
    fields: "_Independence",
    condition: Condition,
    outer: tuple[Condition, ...],
) -> Shorter | None:
    """Return the condition without the last part that can go, None where each is needed."""
    around = [analysis.regions.region(part) for part in outer]
    for shorter in shortenings(condition, analysis.program.policy.fields):
        if fields.is_free(shorter, around):
            continue
        one, two = (shorter.rest, condition) if shorter.grows else (condition, shorter.rest)
        apart = [analysis.regions.region(one), analysis.regions.region(two, holds=False)]
        if analysis.find([*around, *apart]) is None:
            if analysis.find([*around, analysis.regions.region(condition)]) is None:
                return None  # an impossible condition is reported as such
            return shorter
    return None


def shortenings(condition: Condition, fields: Mapping[str, Field]) -> Iterator[Shorter]:
    """Yield the condition without each of its parts, the last ones first."""
    for shorter in _shortenings(condition, fields, holds=True):
        is_outer = isinstance(condition, And) and any(shorter.part is p for p in condition.parts)
        yield attrs.evolve(shorter, is_inner=not is_outer)


def _shortenings(
    condition: Condition, fields: Mapping[str, Field], *, holds: bool
) -> Iterator[Shorter]:
    """Yield the shortenings of a part. holds: it stands under an even number of `not`."""
    if is_one_test(condition, fields):
        return
    match condition:
        case Not(inner):
            for shorter in _shortenings(inner, fields, holds=not holds):
                yield attrs.evolve(shorter, rest=Not(shorter.rest))
        case And(parts) | Or(parts):
            joined = type(condition)
            for at in reversed(range(len(parts))):
                rest = (*parts[:at], *parts[at + 1 :])
                whole = rest[0] if len(rest) == 1 else joined(rest)
                if rest and not _is_said_on_purpose(parts[at], rest):
                    grows = (joined is And) == holds
                    yield Shorter(parts[at], whole, grows, is_inner=True)
                for shorter in _shortenings(parts[at], fields, holds=holds):
                    shortened = joined((*parts[:at], shorter.rest, *parts[at + 1 :]))
                    yield attrs.evolve(shorter, rest=shortened)
        case _:
            return


# -- a quick look first --


def _is_said_on_purpose(part: Condition, rest: Sequence[Condition]) -> bool:
    """Return whether `part` says that fields may be missing, beside a `not` that implies it.

    That is how a policy shows that it means what `negation-matches-missing` points out.
    """
    return _is_missing(part) and any(
        isinstance(other, Not) and not _is_missing(other) for other in rest
    )


def _is_missing(condition: Condition) -> bool:
    match condition:
        case Not(Present()):
            return True
        case And(parts):
            return bool(parts) and all(map(_is_missing, parts))
        case _:
            return False


@attrs.frozen
class _Independence:
    """Which parts can't follow from others, because nothing else asks their fields.

    links: for each dimension those that its classes may depend on. always: whether a part
    holds for every lead, as far as that was asked.
    """

    analysis: Analysis
    links: list[int]
    always: dict[Condition, bool] = attrs.Factory(dict[Condition, bool])

    def is_free(self, shorter: Shorter, around: list[All]) -> bool:
        """Return whether the part is one of the outermost and independent of all the others.

        Raises OutOfSteps.
        """
        own = reads(self.analysis.regions.region(shorter.part))
        if shorter.is_inner or not own:
            return False
        rest = reads(self.analysis.regions.region(shorter.rest))
        for region in around:
            rest |= reads(region)
        if self._linked(own) & self._linked(rest):
            return False
        # What follows from nothing else may still hold for every lead.
        if shorter.part not in self.always:
            fails = self.analysis.regions.region(shorter.part, holds=False)
            self.always[shorter.part] = self.analysis.find([fails]) is None
        return not self.always[shorter.part]

    def _linked(self, dimensions: int) -> int:
        found = 0
        for at in members(dimensions):
            found |= self.links[at]
        return found


def reads(region: All) -> int:
    """Return the dimensions that a region constrains, one bit each."""
    found = 0
    for at, _ in region.box:
        found |= 1 << at
    for either in region.eithers:
        found |= either.reads
    return found
