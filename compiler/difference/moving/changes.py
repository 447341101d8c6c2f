"""The leads of one route that move: whose decision is another one in the new version.

Clauses that both versions have, in the same order, give no lead to another clause: a
lead outside every added, removed, edited or moved clause is taken by the same clause in
both. So it is enough to follow the leads of the clauses that differ: those that an old
one took, and those that a new one takes and no differing old one did. What the same
clause gives its leads can differ only in the fallbacks around it; these are compared
once for all of their clauses.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache, partial

import attrs

from turnout.compiler.classes import MISSING, Texts
from turnout.compiler.difference.ground.lines import ClauseRow
from turnout.compiler.difference.ground.receivers import unmarked
from turnout.compiler.difference.moving.compared import Area, Compared, Shift, listed
from turnout.compiler.difference.moving.phrasing import said
from turnout.compiler.difference.moving.pieces import (
    CommonGround,
    Piece,
    Reach,
    grouped,
    grown,
    reach,
)
from turnout.compiler.difference.moving.proof import witness
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region, truth
from turnout.compiler.leads.space import Box
from turnout.compiler.masks import mask_of, members
from turnout.compiler.outcomes import Outcome
from turnout.compiler.questions.stewards import stewards_of
from turnout.dsl.findings import Witness
from turnout.frozen import frozen

MOST_TEXTS = 24
"""Classes of texts that are looked at one by one, so that only those that move are named."""

MOST_SENTENCES = 6
"""Sentences that one clause's leads may take before they are told by who takes them."""

MOST_LOST = 0.6
"""The share of a sentence's leads that may not move before it is narrowed to those that do."""

MOST_NARROWED = 200
"""Clauses of two versions that differ up to which their sentences are narrowed; where more
do, nobody reads each."""

LITTLE = 0.01
"""What a missing value, or one text among all the others of its field, counts where shares are
estimated."""


def shifts(of: Compared, around: Callable[[Masks], Masks]) -> Iterator[Shift | str]:
    """Yield the leads that move, and the title of each clause that is left undecided.

    around: gives the part of a box that holds all of its leads that may move.
    Leads that go from one differing clause to another are told once, by the one that needs
    fewer sentences.
    """
    pairs = of.common
    sides = (_followed(of, pairs, around, is_old=is_old) for is_old in (True, False))
    followed = [each for side in sides for each in side]
    told: tuple[set[int], set[int]] = (set(), set())
    found: dict[int, list[Shift | str]] = {}
    narrows = len(followed) <= MOST_NARROWED
    for is_old, leads in sorted(followed, key=lambda each: _effort(each[1])):
        by_others = _told(of, leads, told[not is_old])
        found[id(leads)] = [*_moved(of, leads, by_others, is_old=is_old, narrows=narrows)]
        if not leads.is_open:
            told[is_old].add(id(leads.row))
    for _, leads in followed:
        yield from found[id(leads)]
    yield from _passed_on(of, pairs)


def _effort(leads: Reach) -> tuple[float, int]:
    """Return how many sentences the leads need for each clause that they come from or go to."""
    others = len({piece.by for piece in leads.moved})
    if leads.is_many:
        return 1.0, -others
    sentences = sum(map(len, leads.groups.values()))
    return (sentences / others if others else 0, -others)


def _followed(
    of: Compared,
    pairs: Sequence[tuple[int, int]],
    around: Callable[[Masks], Masks],
    *,
    is_old: bool,
) -> Iterator[tuple[bool, Reach]]:
    """Yield the leads of each clause of one version that the other doesn't have."""
    mine, theirs = of.lines if is_old else of.lines[::-1]
    kept = {pair[not is_old] for pair in pairs}
    for at in range(len(mine.rows)):
        if at not in kept:
            with of.purse.meter() as meter:
                yield is_old, reach(mine, at, theirs, around, meter)


@frozen(eq=False)
class _Told:
    """Clauses of the other version whose leads have been told: these, and their leads."""

    rows: tuple[ClauseRow, ...]
    leads: tuple[Region, ...]


def _told(of: Compared, leads: Reach, told: Collection[int]) -> _Told:
    """Return which rows of which leads have been told (`told`: their ids) may take some."""
    rows: list[ClauseRow] = []
    taken: list[Region] = []
    for at, row in enumerate(leads.theirs):
        if id(row) in told:
            rows.append(row)
            taken.append(of.ground.sets.regions.both(leads.others(at)))
    return _Told(tuple(rows), tuple(taken))


def _fresh(of: Compared, leads: Reach, told: _Told) -> list[Piece]:
    """Return the moved pieces with a lead that hasn't been told."""
    others = [of.ground.sets.regions.complement(region) for region in told.leads]
    fresh: list[Piece] = []
    for piece in leads.moved:
        try:
            if of.find([leads.leads, *others], piece.box) is None:
                continue
        except OutOfSteps:
            pass  # it is told once more, which is no fault
        fresh.append(piece)
    return fresh


def _moved(
    of: Compared, leads: Reach, told: _Told, *, is_old: bool, narrows: bool
) -> Iterator[Shift | str]:
    """Yield the leads of one clause that the other version gives something else.

    narrows: sentences are narrowed to what moves.
    """
    groups: dict[Outcome, list[Masks]] = {}
    if not leads.is_many:
        groups = grouped(leads, _fresh(of, leads, told)) if told.rows else leads.groups
    lines = [(outcome, box) for outcome, boxes in groups.items() for box in boxes]
    if leads.is_many or len(lines) > MOST_SENTENCES:
        yield from _all_moved(of, leads, told, is_old=is_old)
    else:
        for outcome, wide in lines:
            for box in _exact(of, leads, wide, outcome) if narrows else [wide]:
                takers = _takers(of, leads, box, told, outcome)
                if takers:
                    narrow = _narrowed(of, leads, box, [taken for _, taken in takers])
                    yield _shift(of, leads, narrow, told, takers, is_old=is_old)
    if leads.is_open:
        yield leads.row.title


def _all_moved(of: Compared, leads: Reach, told: _Told, *, is_old: bool) -> Iterator[Shift | str]:
    """Yield the leads of a clause whose outcome changes, a shift for each other outcome.

    What they have in common is who takes them in the other version, which is said instead
    of the many things that tell them from the leads that stay.
    """
    same = [at for at, row in enumerate(leads.theirs) if row.whole == leads.row.whole]
    stay = _Told(
        (*told.rows, *(leads.theirs[at] for at in same)),
        (*told.leads, *(of.ground.sets.regions.both(leads.others(at)) for at in same)),
    )
    takers: dict[Outcome, list[tuple[ClauseRow, list[Region]]]] = {}
    known = set(map(id, stay.rows))
    for at, row in enumerate(leads.theirs):
        if id(row) in known:
            continue
        try:
            if of.find([leads.leads, *leads.others(at)]) is not None:
                takers.setdefault(row.whole, []).append((row, leads.others(at)))
        except OutOfSteps:
            yield leads.row.title
            return
    for some in takers.values():
        yield _shift(of, leads, leads.start, stay, some, is_old=is_old, by_takers=True)


# -- a sentence says no more than moves --


def _exact(of: Compared, leads: Reach, box: Masks, outcome: Outcome) -> list[Masks]:
    """Return a few boxes that hold the leads of `box` with this outcome, and little else.

    An earlier clause may take leads of the box. Where that is most of them, the box is
    split into some that it takes none of; `box` itself, where that would take too many.
    """
    lines = leads.lines
    before = lines.boxes(leads.mine)
    if before is None or _lost(of, box, before) <= MOST_LOST:
        return [box]
    others = [piece.box for piece in leads.pieces if leads.outcome(piece) != outcome]
    walls = [*map(lines.whole, before), *others]
    found: list[Masks] = []
    try:
        while (lead := _moving(of, leads, outcome, box, found)) is not None:
            if len(found) == MOST_SENTENCES:
                return [box]
            found.append(grown(tuple(mask & -mask for mask in lead), box, walls))
    except OutOfSteps:
        return [box]
    return found or [box]


def _moving(
    of: Compared, leads: Reach, outcome: Outcome, box: Masks, besides: Sequence[Masks]
) -> Masks | None:
    """Return a lead of a box that moves to this outcome and is in none of `besides`."""
    outside = [of.ground.sets.regions.outside(tuple(enumerate(other))) for other in besides]
    for at, row in enumerate(leads.theirs):
        if row.whole == outcome and truth(of.ground.taken(row), box) is not False:
            found = of.find([leads.leads, *leads.others(at), *outside], box)
            if found is not None:
                return found
    return None


def _lost(of: Compared, box: Masks, walls: Sequence[Box]) -> float:
    """Return about which part of a box lies in some of several others."""
    kept = 1.0
    for wall in walls:
        kept *= 1 - _part(of, box, wall)
    return 1 - kept


def _part(of: Compared, box: Masks, wall: Box) -> float:
    """Return about which part of a box lies in another, all values of a field counting alike."""
    share = 1.0
    for at, mask in wall:
        if box[at] & ~mask:
            share *= _weight(of, at, box[at] & mask) / _weight(of, at, box[at])
    return share


def _weight(of: Compared, at: int, mask: int) -> float:
    """Return what some classes of a dimension count; a missing value and one text count little."""
    dimension = of.ground.space.dimensions[at]
    if dimension.kind != "value":
        return float(mask.bit_count())
    classes, light = dimension.partition.classes, 1 << MISSING
    if isinstance(classes, Texts):
        light |= mask_of(number for number in classes.places if number not in classes.stretches)
    return (mask & ~light).bit_count() + LITTLE * (mask & light).bit_count()


def _shift(  # noqa: PLR0913 - what a shift is told from
    of: Compared,
    leads: Reach,
    box: Masks,
    told: _Told,
    takers: list[tuple[ClauseRow, list[Region]]],
    *,
    is_old: bool,
    by_takers: bool = False,
) -> Shift:
    versions = (of.old, of.new) if is_old else (of.new, of.old)
    own_taken = of.ground.taken(leads.row)
    areas = tuple(
        Area((own_taken, *taken), box, lambda: (*leads.before, *told.leads)) for _, taken in takers
    )
    others = tuple(dict.fromkeys(row.whole for row, _ in takers))
    own, others_ = [leads.row], [row for row, _ in takers]
    sides = (
        ((leads.row.whole,), (leads.row.title,)),
        (others, tuple(dict.fromkeys(row.title for row, _ in takers))),
    )
    (olds, sources), (news, sinks) = sides if is_old else sides[::-1]

    def tell() -> tuple[tuple[str, ...], Witness | None]:
        phrased, telling = said(of.words, of.ground.sets, leads.row, versions, box)
        if by_takers:
            phrased = (*phrased, f"{'now' if is_old else 'before'} in {listed(sides[1][1])}")
        ways = [
            (regions, (leads.row, row) if is_old else (row, leads.row)) for row, regions in takers
        ]
        return phrased, witness(of, [leads.leads], ways, (box, telling))

    def besides() -> tuple[str, ...]:
        rows = (*leads.mine, *told.rows)
        met = (row for row in rows if _may_meet(of.ground, (leads.row, row), box))
        own = leads.row.clause
        others = (row for row in met if row.clause is not None and row.clause is not own)
        return tuple(dict.fromkeys(row.title for row in others))

    return Shift(
        *_told_apart(olds, news),
        tell,
        besides,
        leads.row.title,
        is_old,
        sources,
        sinks,
        owners=_owners(of, *((own, others_) if is_old else (others_, own))),
        areas=areas,
        is_declared=_is_declared(of, [leads.leads], box),
    )


def _narrowed(of: Compared, leads: Reach, box: Masks, moving: Sequence[list[Region]]) -> Masks:
    """Return the box without texts of which no lead moves.

    A side of texts is told by a few of them, and each that is named should be one that
    moves. moving: the leads that do, each as regions that are met together.
    """
    kept = list(box)
    for at, dimension in enumerate(of.ground.space.dimensions):
        is_text = dimension.field.type.shape == "text"
        # What the clause's own condition says goes without saying.
        is_told = is_text and dimension.kind == "value" and box[at] != leads.start[at]
        if not is_told or box[at].bit_count() > MOST_TEXTS:
            continue
        for number in members(box[at]):
            one = (*kept[:at], 1 << number, *kept[at + 1 :])
            try:
                if all(of.find([leads.leads, *some], one) is None for some in moving):
                    kept[at] &= ~(1 << number)
            except OutOfSteps:
                pass  # it may move
    return tuple(kept) if all(kept) else box


def _told_apart(
    olds: tuple[Outcome, ...], news: tuple[Outcome, ...]
) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    """Return the outcomes, their targets marked only if both sides would else say the same."""
    plain = [tuple(dict.fromkeys(map(_unmarked, some))) for some in (olds, news)]
    return (olds, news) if {*plain[0]} & {*plain[1]} else (plain[0], plain[1])


@lru_cache(maxsize=1_000)  # thousands of rules have a few chains
def _unmarked(of: Outcome) -> Outcome:
    return attrs.evolve(of, targets=tuple(map(unmarked, of.targets)))


def _owners(
    of: Compared, old: Sequence[ClauseRow], new: Sequence[ClauseRow]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who answers for the leads of these rows, before and after."""
    before, after = (
        tuple(
            dict.fromkeys(
                name
                for row in rows
                if row.clause is not None
                for name in stewards_of(each.policy, row.clause)
            )
        )
        for each, rows in ((of.old, old), (of.new, new))
    )
    return before, after


def _may_meet(ground: CommonGround, rows: Sequence[ClauseRow], box: Masks) -> bool:
    return all(truth(ground.taken(row), box) is not False for row in rows)


def _takers(
    of: Compared, leads: Reach, box: Masks, told: _Told, outcome: Outcome
) -> list[tuple[ClauseRow, list[Region]]]:
    """Return the rows that give leads in `box` this outcome, each with its leads."""
    found: list[tuple[ClauseRow, list[Region]]] = []
    known = set(map(id, told.rows))
    for at, row in enumerate(leads.theirs):
        is_told = id(row) in known
        if is_told or row.whole != outcome or not _may_meet(leads.ground, (row,), box):
            continue
        regions = leads.others(at)
        try:
            if of.find([leads.leads, *regions], box) is None:
                continue
        except OutOfSteps:
            pass  # it may take some
        found.append((row, regions))
    return found


def _is_declared(of: Compared, leads: Sequence[Region], box: Masks) -> bool:
    """Return whether it is sure that none of these leads lies outside what was declared."""
    if of.declared is None:
        return True
    outside = of.ground.sets.regions.complement(of.declared)
    try:
        return of.find([outside, *leads], box) is None
    except OutOfSteps:
        return False


# -- what the same clause gives its leads --


def _passed_on(of: Compared, pairs: Sequence[tuple[int, int]]) -> Iterator[Shift | str]:
    """Yield the leads that the same clause takes, and that its targets pass on elsewhere."""
    groups: dict[tuple[Outcome, Outcome], list[tuple[int, int]]] = {}
    for one, two in pairs:
        old, new = of.old.rows[one], of.new.rows[two]
        if old.whole != new.whole:
            tails = _tail(old), _tail(new)
            groups.setdefault(tails, []).append((one, two))
    for tails, group in groups.items():
        is_open = False
        for pair in group:
            try:
                found = of.find(_kept(of, *pair))
            except OutOfSteps:
                is_open = True
                continue
            if found is not None:
                yield _passed(of, tails, group, pair)
                break
        else:
            if is_open:
                yield of.old.rows[group[0][0]].title


def _tail(row: ClauseRow) -> Outcome:
    return Outcome(row.whole.targets[len(row.own.targets) :])


def _kept(of: Compared, one: int, two: int) -> list[Region]:
    """Return the regions that together are the leads which both versions give one clause."""
    ground = of.ground
    taken = ground.taken(of.old.rows[one])
    start = list(ground.space.full)
    for at, mask in taken.box:
        start[at] &= mask
    before = [*of.old.rows[:one], *of.new.rows[:two]]
    met = [ground.left(row) for row in before if truth(ground.taken(row), start) is not False]
    return [taken, *met, *ground.possible]


def _all_taken(ground: CommonGround, rows: Sequence[ClauseRow]) -> tuple[Region, ...]:
    return tuple(map(ground.taken, rows))


def _passed(
    of: Compared,
    tails: tuple[Outcome, Outcome],
    group: Sequence[tuple[int, int]],
    shown_by: tuple[int, int],
) -> Shift:
    """Return the leads of a group of clauses; those of `shown_by` are known to be some."""
    ground, everything = of.ground, of.ground.space.full
    rows = of.old.rows[shown_by[0]], of.new.rows[shown_by[1]]
    areas: list[Area] = []
    for one, two in group:
        before = [*of.old.rows[:one], *of.new.rows[:two]]
        taken = (ground.taken(of.old.rows[one]),)
        areas.append(Area(taken, everything, partial(_all_taken, ground, before)))
    clauses = tuple(of.new.rows[two].title for _, two in group)
    return Shift(
        tails[:1],
        tails[1:],
        tell=lambda: (
            (),
            witness(of, _kept(of, *shown_by), [([], rows)], (everything, everything)),
        ),
        besides=tuple,
        clause=clauses[0],
        is_old=False,
        sources=tuple(of.old.rows[one].title for one, _ in group),
        sinks=clauses,
        owners=_owners(
            of, [of.old.rows[one] for one, _ in group], [of.new.rows[two] for _, two in group]
        ),
        areas=tuple(areas),
        is_passed_on=True,
        is_declared=all(_is_declared(of, _kept(of, *pair), everything) for pair in group),
    )
