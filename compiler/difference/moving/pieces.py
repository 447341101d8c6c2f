"""What becomes, in the other version, of the leads that one clause takes.

A clause's leads are those of its condition that no earlier clause takes. They are cut
into pieces, each a box in which the other version gives every one of these leads the same
outcome: a lead is found that no piece holds yet, asked what the other version says of it,
and its box is widened, field by field, for as long as the answer stays the same. Leads
that an earlier clause takes anyway are free: they never stop a box from growing, and where
the other version has that clause, too, nobody asks it. From the pieces that differ a few
wide boxes are made, which may hold anything but the pieces of another outcome.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import attrs

from turnout.compiler.difference.ground.lines import ClauseRow
from turnout.compiler.difference.ground.meanings import Sets
from turnout.compiler.leads.budget import Meter, OutOfSteps
from turnout.compiler.leads.index import Index, index
from turnout.compiler.leads.regions import NOTHING, Masks, Region, find, is_nothing, truth
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.masks import key
from turnout.compiler.outcomes import Outcome
from turnout.frozen import frozen

MOST_PIECES = 80
"""Pieces of one clause's leads before they are told as a whole."""


@frozen(eq=False)
class CommonGround:
    """The space that two versions share, and the regions of their conditions in it.

    possible: what every lead is outside of.
    """

    sets: Sets
    possible: tuple[Region, ...]

    @property
    def space(self) -> Space:
        """The shared space."""
        return self.sets.regions.space

    def taken(self, row: ClauseRow) -> Region:
        """Return the leads that a row describes."""
        return self.sets.region(row.meaning)

    def sign(self, row: ClauseRow) -> int:
        """Return what is the same for rows with plainly the same leads."""
        return self.sets.sign(row.meaning)

    def left(self, row: ClauseRow) -> Region:
        """Return the leads that a row leaves."""
        return self.sets.region(row.meaning, holds=False)


@frozen(eq=False)
class Piece:
    """Leads of one clause that the other version gives one outcome.

    box: a lead of the clause that lies in it is one of them. by: the number, among
    `Reach.theirs`, of the row that takes the lead it was found by.
    """

    box: Masks
    by: int


@frozen(eq=False, slots=False)
class Reach:
    """The leads of row `at`, and the rows that meet them.

    lines: those of the row's version. start: the smallest box around those that may move, at
    first sight. leads: these. earlier: the earlier rows of the same version that meet it. theirs:
    the other version's rows, in order, up to one that takes all of `start`, but for those
    that are earlier in this version, too. pieces: all of the leads, unless they are too
    many (`is_many`) or the budget ran out (`is_open`).
    """

    lines: "ClauseRows"
    row: ClauseRow
    start: Masks
    leads: Region
    earlier: "EarlierRows"
    theirs: tuple[ClauseRow, ...] = ()
    pieces: tuple[Piece, ...] = ()
    is_many: bool = False
    is_open: bool = False

    @property
    def ground(self) -> CommonGround:
        """What both versions share."""
        return self.lines.ground

    @cached_property
    def mine(self) -> tuple[ClauseRow, ...]:
        """The earlier rows of the same version that may take leads of the row."""
        return tuple(self.lines.rows[at] for at in self.earlier.places)

    @cached_property
    def before(self) -> tuple[Region, ...]:
        """What the earlier rows take."""
        return tuple(map(self.ground.taken, self.mine))

    def outcome(self, piece: Piece) -> Outcome:
        """Return what the other version gives the leads of a piece."""
        return self.theirs[piece.by].whole

    def others(self, at: int) -> list[Region]:
        """Return the regions that together are what row `at` of `theirs` takes."""
        before = (self.ground.left(row) for row in self.theirs[:at])
        return [self.ground.taken(self.theirs[at]), *before]

    @property
    def moved(self) -> tuple[Piece, ...]:
        """The pieces whose leads move."""
        return tuple(each for each in self.pieces if self.outcome(each) != self.row.whole)

    @cached_property
    def groups(self) -> dict[Outcome, list[Masks]]:
        """By outcome, boxes that hold the leads that move; see `grouped`."""
        return grouped(self, self.moved)


@frozen(eq=False)
class EarlierRows:
    """Some rows of a version. places: ascending. left: together the leads that they leave."""

    places: Sequence[int]
    left: tuple[Region, ...]


@frozen(slots=False, eq=False)
class ClauseRows:
    """The rows of one version, and what tells at once which of them meet a box.

    common: the places of those that another version has in the same order, ascending.
    """

    ground: CommonGround
    rows: tuple[ClauseRow, ...]
    common: Sequence[int] = ()

    @cached_property
    def index(self) -> Index:
        """The rows' boxes, by what they meet."""
        return index(self.ground.space, map(self.ground.taken, self.rows))

    def whole(self, sides: Box) -> Masks:
        """Return a box with a mask for every dimension."""
        box = list(self.ground.space.full)
        for at, mask in sides:
            box[at] &= mask
        return tuple(box)

    @cached_property
    def places(self) -> dict[int, int]:
        """The place of each row, by its identity."""
        return {id(row): at for at, row in enumerate(self.rows)}

    def boxes(self, rows: Iterable[ClauseRow]) -> list[Box] | None:
        """Return the boxes of some of the rows, None where one has too many."""
        found: list[Box] = []
        for row in rows:
            own = self.index.boxes[self.places[id(row)]]
            if own is None:
                return None
            found += own
        return found

    @cached_property
    def first(self) -> dict[int, int]:
        """The place of the first row with each sign: of those with plainly the same leads."""
        places: dict[int, int] = {}
        for at, row in enumerate(self.rows):
            places.setdefault(self.ground.sign(row), at)
        return places

    @cached_property
    def _boxes_in_common(self) -> int:
        return self.index.among(self.common)

    def met(self, box: Masks, before: int | None = None, common: int = 0) -> list[int]:
        """Return the rows, up to this one, that may share a lead with `box`, in order.

        common: how many of the rows in common are left out, the first ones.
        """
        end = len(self.rows) if before is None else before
        known = self.index
        among = known.among(range(end)) & ~known.impossible
        asked = 0
        if common:
            asked = self.common[common - 1] + 1
            among &= ~(self._boxes_in_common & known.among(range(asked)))
        found = known.clauses(known.met(box, among))
        gone = range(asked)
        webs = [web for web in self._webs(box, end) if web not in gone or not self._is_common(web)]
        return sorted((*found, *webs)) if webs else found

    def earlier(self, box: Masks, at: int) -> EarlierRows:
        """Return the rows before this one that may share a lead with `box`."""
        known = self.index
        met = known.met(box, known.among(range(at)) & ~known.impossible)
        plain = self._together(met & self._one_sided)
        others = [*known.clauses(met & ~self._one_sided), *self._webs(box, at)]
        left = (*plain.left, *(self.ground.left(self.rows[other]) for other in sorted(others)))
        return EarlierRows(sorted((*plain.places, *others)), left)

    def _webs(self, box: Masks, end: int) -> list[int]:
        """Return the rows that meet `box` among those of which not all boxes are known."""
        taken, rows = self.ground.taken, self.rows
        webs = (web for web in self.index.webs if web < end)
        return [web for web in webs if truth(taken(rows[web]), box) is not False]

    def _is_common(self, at: int) -> bool:
        place = bisect_left(self.common, at)
        return place < len(self.common) and self.common[place] == at

    @cached_property
    def _one_sided(self) -> int:
        """The boxes of the rows that ask one thing of one field, as a set."""
        found = (
            at
            for at, own in enumerate(self.index.boxes)
            if own is not None and len(own) == 1 and len(own[0]) == 1
        )
        return self.index.among(found) & ~self.index.impossible

    @cached_property
    def _known(self) -> dict[tuple[int, int], EarlierRows]:
        return {}

    def _together(self, boxes: int) -> EarlierRows:
        """Return rows that are one-sided; thousands of rules have the same ones before them."""
        known = self._known.get(key(boxes))
        if known is None:
            places = self.index.clauses(boxes)
            left = self.ground.sets.regions.both(self.ground.left(self.rows[at]) for at in places)
            known = self._known[key(boxes)] = EarlierRows(places, (left,))
        return known


@frozen(slots=False, eq=False)
class VariedRows:
    """Rows of which most are those of a version, whose index tells of them; others have one."""

    of: ClauseRows
    rows: tuple[ClauseRow, ...]

    @cached_property
    def _same(self) -> dict[int, int]:
        """The place of each row of the version, by its place there."""
        known = self.of.places
        return {known[id(row)]: at for at, row in enumerate(self.rows) if id(row) in known}

    @cached_property
    def _others(self) -> tuple[list[int], ClauseRows]:
        """The places of the other rows, and these."""
        places = [at for at, row in enumerate(self.rows) if id(row) not in self.of.places]
        return places, ClauseRows(self.of.ground, tuple(self.rows[at] for at in places))

    def met(self, box: Masks, before: int | None = None) -> list[int]:
        """Return the rows, up to this one, that may share a lead with `box`, in order."""
        end = len(self.rows) if before is None else before
        same, (places, others) = self._same, self._others
        found = [same[place] for place in self.of.met(box) if place in same]
        found += (places[at] for at in others.met(box))
        return sorted(at for at in found if at < end)


def reach(
    mine: ClauseRows, at: int, others: ClauseRows, around: Callable[[Masks], Masks], meter: Meter
) -> Reach:
    """Return the leads of row `at`, cut up by what the rows of the other version say of them.

    around: gives the part of a box beyond which none of its leads moves, so that nobody
    need ask.
    """
    ground, rows = mine.ground, mine.rows
    row = rows[at]
    region = ground.taken(row)
    start = list(ground.space.full)
    for dimension, mask in region.box:
        start[dimension] &= mask
    box = around(tuple(start)) if all(start) else tuple(start)
    if not all(box):
        return Reach(mine, row, box, NOTHING, EarlierRows((), ()))
    sides = tuple((side, mask) for side, mask in enumerate(box) if mask != ground.space.full[side])
    earlier = mine.earlier(box, at)
    leads = ground.sets.regions.both((region, Region(sides), *earlier.left, *ground.possible))
    found = Reach(mine, row, box, leads, earlier)
    if is_nothing(leads):
        return found
    # What both versions have before the row takes none of its leads in either.
    common = bisect_left(mine.common, at)
    pieces: list[Piece] = []
    try:
        theirs = tuple(_meeting(found, others, common, meter))
        found = attrs.evolve(found, theirs=theirs)
        for piece in _pieces(found, meter):
            if len(pieces) == MOST_PIECES:
                return attrs.evolve(found, pieces=tuple(pieces), is_many=True)
            pieces.append(piece)
    except OutOfSteps:
        return attrs.evolve(found, pieces=tuple(pieces), is_open=True)
    return attrs.evolve(found, pieces=tuple(pieces))


def _meeting(of: Reach, others: ClauseRows, common: int, meter: Meter) -> Iterator[ClauseRow]:
    """Yield the rows that share a lead with a row's condition, up to one that takes all of it.

    common: how many of the first rows in common take none of its leads.
    """
    ground = others.ground
    region = ground.taken(of.row)
    for at in others.met(of.start, common=common):
        other = others.rows[at]
        taken = ground.taken(other)
        answer = truth(taken, of.start)
        if answer is None and find(ground.space, [region, taken], meter) is None:
            continue
        yield other
        if answer is True or taken is region:
            return


def _pieces(of: Reach, meter: Meter) -> Iterator[Piece]:
    blocked: list[Region] = []
    growing = _Growing(of)
    while (found := find(of.ground.space, [of.leads, *blocked], meter)) is not None:
        point = tuple(mask & -mask for mask in found)
        by = next(
            at for at, row in enumerate(of.theirs) if truth(of.ground.taken(row), point) is True
        )
        box = growing.widened(point, of.theirs[by].whole, meter)
        yield Piece(box, by)
        blocked.append(of.ground.sets.regions.outside(tuple(enumerate(box))))


class _Growing:
    """Widens boxes: what decides whether a box still has one outcome."""

    def __init__(self, of: Reach) -> None:
        self.start = of.start
        region = of.ground.taken(of.row)
        own = of.lines.places[id(of.row)]
        self.answers: list[tuple[Region, dict[int, int], Outcome]] = []
        for row in of.theirs:
            if of.lines.first.get(of.ground.sign(row), own) < own:
                continue  # an earlier clause takes these leads, so nobody asks
            taken = of.ground.taken(row)
            # Only leads of the clause count, so what its condition says needn't be said again.
            rest = tuple(either for either in taken.eithers if either not in region.eithers)
            self.answers.append((Region(taken.box, rest), dict(taken.box), row.whole))

    def widened(self, point: Masks, outcome: Outcome, meter: Meter) -> Masks:
        """Return a box around `point`, as wide as its leads surely have this outcome."""
        box = list(point)
        for at, full in enumerate(self.start):
            if box[at] != full:
                box[at] |= self._column(box, at, outcome, meter)
        return tuple(box)

    def _column(self, box: list[int], at: int, outcome: Outcome, meter: Meter) -> int:
        """Return further classes of dimension `at` that may join the box.

        The rows are asked in order about the classes that none of them has settled: one
        with another outcome takes classes away, one with this outcome that takes all of
        theirs lets them in.
        """
        joining = 0
        asked = self.start[at] & ~box[at]
        left = list(box)
        meter.take(len(self.answers))
        for region, side, given in self.answers:
            met = asked & side.get(at, asked)
            if not met:
                continue
            left[at] = met
            answer = truth(region, left)
            if given != outcome:
                if answer is not False:
                    asked &= ~met
            elif answer is True or (met == asked and _takes_rest(region, side, left)):
                joining |= met
                asked &= ~met
            if not asked:
                break
        return joining


def _takes_rest(region: Region, side: dict[int, int], left: list[int]) -> bool:
    """Return whether a row takes all that is left; if it takes what one side tells, that goes."""
    if region.eithers:
        return False
    short = [at for at, mask in side.items() if left[at] & ~mask]
    if len(short) == 1 and left[short[0]] & side[short[0]]:
        left[short[0]] &= ~side[short[0]]
    return False


def grouped(of: Reach, some: Sequence[Piece]) -> dict[Outcome, list[Masks]]:
    """Return, by outcome, boxes that hold the leads of `some` and none with another outcome."""
    groups: dict[Outcome, list[Piece]] = {}
    for piece in some:
        groups.setdefault(of.outcome(piece), []).append(piece)
    return {
        outcome: _cubes(of, seeds, [p for p in of.pieces if of.outcome(p) != outcome])
        for outcome, seeds in groups.items()
    }


def _cubes(of: Reach, seeds: Sequence[Piece], others: Sequence[Piece]) -> list[Masks]:
    """Return a few wide boxes that hold `seeds`, and of the row's leads none of `others`'.

    Where the pieces are not all of the leads, the seeds stay as they are.
    """
    if of.is_open or of.is_many:
        return [seed.box for seed in seeds]
    walls = [other.box for other in others]
    wide = [grown(seed.box, of.start, walls) for seed in seeds]
    chosen: list[Masks] = []
    waiting: list[Piece] = list(seeds)
    while waiting:
        held = [sum(_inside(seed.box, box) for seed in waiting) for box in wide]
        best = max(range(len(wide)), key=lambda at: (held[at], -_sides(wide[at], of.start)))
        chosen.append(wide[best])
        waiting = [seed for seed in waiting if not _inside(seed.box, wide[best])]
    return chosen


def grown(seed: Masks, within: Masks, walls: list[Masks]) -> Masks:
    """Return a box around `seed` as wide as `within` lets it be that meets none of `walls`."""
    order = range(len(within))
    ways = (_wide(seed, within, walls, way) for way in (order, order[::-1]))
    return min(ways, key=lambda box: _sides(box, within))


def _wide(box: Masks, start: Masks, others: list[Masks], order: Sequence[int]) -> Masks:
    """Return the box widened, dimension by dimension, where that meets none of `others`."""
    wide = list(box)
    for at in order:
        refused = 0
        for other in others:
            if all(wide[i] & other[i] for i in order if i != at):
                refused |= other[at]
        wide[at] |= start[at] & ~refused
    return tuple(wide)


def _sides(box: Masks, start: Masks) -> int:
    return sum(mask != full for mask, full in zip(box, start, strict=True))


def _inside(inner: Masks, outer: Masks) -> bool:
    return all(one & ~two == 0 for one, two in zip(inner, outer, strict=True))
