"""The leads that reach the end of a route without a target, as a few regions.

A gap is what no clause takes. Said exactly, a policy with exceptions on top (no consent,
competitors, existing customers) has gaps full of "and no competitor, and consent true or
missing, ...", once for each territory. So where it is shorter, rules that ask none of the
fields that most rules ask are set apart: the regions grow through them, and each says by
which of them its leads may be taken. Where that is not enough, rules that ask any field
that most don't ask are set apart as well. What is said stays exact either way: the gap is the
union of the regions without the leads that the exceptions named beside them take.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import attrs

from turnout.compiler.leads.boxes import merged
from turnout.compiler.leads.index import Index
from turnout.compiler.leads.regions import Masks, Region, reads
from turnout.compiler.leads.widening import Cover, Walls, grown, narrowed, needed, region_of
from turnout.compiler.masks import Mask, members
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.words.describe import SideNames, phrases, side_names
from turnout.frozen import frozen

MOST_REGIONS = 60
"""Regions that are looked for before the rest is only said to be there."""

ENOUGH = 6
"""Regions beyond which it is not worth looking whether leaving exceptions in is shorter."""


@frozen
class Gap:
    """One region of leads without a target.

    found: a box inside it that no clause meets. box: the region, as wide as it can be.
    exceptions: the clauses that take some of its leads, ascending.
    """

    found: Masks
    box: Masks
    exceptions: tuple[int, ...]


@frozen
class Gaps:
    """The gap of a route, the regions that are easiest to say first.

    is_whole: the regions hold all of it; otherwise there are more than were looked for.
    apart: the clauses that may take leads of the regions.
    """

    regions: tuple[Gap, ...]
    is_whole: bool
    apart: frozenset[int]


def gaps(analysis: Analysis) -> Gaps:
    """Return the regions of leads that no clause of the route takes. Raises OutOfSteps."""
    found = analysis.answers.get("gaps")
    if not isinstance(found, Gaps):
        found = analysis.answers["gaps"] = _gaps(analysis)
    return found


def _gaps(analysis: Analysis) -> Gaps:
    known = side_names(analysis.regions, analysis.program.policy.definitions.values())
    whole = _regions(analysis, known, frozenset(), ENOUGH)
    if len(whole.regions) < 2 and whole.is_whole:
        return whole
    some, more = exceptions(analysis)
    candidates = [whole]
    if some:
        candidates.append(_regions(analysis, known, some, ENOUGH))
    if more > some and not any(found.is_whole for found in candidates):
        candidates.append(_regions(analysis, known, more, MOST_REGIONS))
    best = min(candidates, key=lambda found: _length(known, found))
    if not best.is_whole:
        best = _regions(analysis, known, more or some, MOST_REGIONS)
    said = (
        attrs.evolve(gap, exceptions=_taking(analysis, best.apart, gap.box)) for gap in best.regions
    )
    return attrs.evolve(best, regions=tuple(said))


def exceptions(analysis: Analysis) -> tuple[frozenset[int], frozenset[int]]:
    """Return the clauses that ask nothing but fields which most don't, and those that ask any."""
    clauses = analysis.route.clauses
    names = [dimension.field.name for dimension in analysis.space.dimensions]
    asked = [frozenset(names[at] for at in members(reads(region))) for region in analysis.taken]
    counted = Counter(field for fields in asked for field in fields)
    rare = {field for field, count in counted.items() if 2 * count < len(clauses)}
    apart = [at for at in analysis.stopping(range(len(clauses))) if asked[at] & rare]
    return frozenset(at for at in apart if asked[at] <= rare), frozenset(apart)


def _length(known: SideNames, found: Gaps) -> tuple[bool, int, int]:
    """Return how long it takes to say the gap: those said whole first."""
    sides = sum(len(phrases(known, gap.box)) for gap in found.regions)
    return not found.is_whole, len(found.regions), sides


def _regions(analysis: Analysis, known: SideNames, apart: frozenset[int], most: int) -> Gaps:
    """Return at most so many regions of the gap, with the clauses `apart` as exceptions."""
    clauses = range(len(analysis.route.clauses))

    def search(wanted: Sequence[Region]) -> Masks | None:
        return analysis.find(wanted, outside=clauses)

    @cache
    def effort(box: Masks) -> tuple[int, ...]:
        said = phrases(known, box)
        return len(said), sum(len(phrase.split(" ")) for phrase in said)

    def sides(at: int, mask: Mask) -> Iterable[Mask]:
        named = [side for _, side in known.names.get(at, ()) if not side & ~mask]
        return dict.fromkeys(side for side in (*named, mask & ~1, mask & 1) if side)

    cover = Cover(analysis.regions, search, effort)
    walls = _walls(analysis, apart)
    seeds: list[Masks] = []
    boxes: list[Masks] = []
    is_whole = False
    while (seed := search([cover.outside(box) for box in boxes])) is not None:
        if len(boxes) == most:
            break
        seeds.append(seed)
        boxes.append(grown(walls, seed, effort))
    else:
        is_whole = True
        boxes = narrowed([boxes[at] for at in needed(boxes, cover)], cover, sides)
        seeds = [_seed(cover, at, boxes) for at in range(len(boxes))]
    order = sorted(zip(boxes, seeds, strict=True), key=lambda pair: (*effort(pair[0]), pair[0]))
    return Gaps(tuple(Gap(seed, box, ()) for box, seed in order), is_whole, apart)


def _seed(cover: Cover, at: int, boxes: Sequence[Masks]) -> Masks:
    """Return a lead that only box `at` has: the most telling witness."""
    others = [cover.outside(box) for other, box in enumerate(boxes) if other != at]
    found = cover.search([region_of(cover.regions.space, boxes[at]), *others])
    assert found is not None  # a box that the others cover has been dropped
    return found


def _walls(analysis: Analysis, apart: frozenset[int]) -> Walls:
    known, taken = analysis.index, analysis.taken
    kept = [at for at in analysis.stopping(range(len(taken))) if at not in apart]
    trees = tuple(taken[at] for at in sorted({*known.webs} & {*kept}))
    if not apart:
        return Walls(analysis.space, analysis.union, trees)
    boxes = merged((box for at in kept for box in known.boxes[at] or ()), analysis.space.full)
    return Walls(analysis.space, Index(analysis.space.full, [(box,) for box in boxes]), trees)


def _taking(analysis: Analysis, apart: frozenset[int], box: Masks) -> tuple[int, ...]:
    """Return the exceptions that take some lead of `box`."""
    known, taken, region = analysis.index, analysis.taken, region_of(analysis.space, box)
    met = {*known.clauses(known.met(box, known.of_all)), *known.webs}
    return tuple(at for at in sorted(apart & met) if analysis.find([taken[at], region]) is not None)
