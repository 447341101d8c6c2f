"""The leads of one route that move: whose decision is another one in the new version.

Clauses that both versions have, in the same order, give no lead to another clause: a
lead outside every added, removed, edited or moved clause is taken by the same clause in
both. So it is enough to follow the leads of the clauses that differ: those that an old
one took, and those that a new one takes and no differing old one did. What the same
clause gives its leads can differ only in the fallbacks around it; these are compared
once for all of their clauses.
"""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.difference.ground.lines import ClauseRow
from turnout.compiler.difference.ground.receivers import unmarked
from turnout.compiler.difference.moving.compared import Area, Compared, Shift
from turnout.compiler.difference.moving.phrasing import said
from turnout.compiler.difference.moving.pieces import CommonGround, Piece, Reach, cubes, reach
from turnout.compiler.difference.moving.proof import witness
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region, truth
from turnout.compiler.masks import members
from turnout.compiler.outcomes import Outcome
from turnout.compiler.questions.stewards import stewards_of

MOST_OUTCOMES = 3
"""Outcomes that one clause's leads may change to before they are told in one sentence."""

MOST_TEXTS = 24
"""Classes of texts that are looked at one by one, so that only those that move are named."""

MOST_SENTENCES = 6
"""Sentences that one clause's leads may take before they are told as a whole."""


def shifts(of: Compared) -> Iterator[Shift | str]:
    """Yield the leads that move, and the title of each clause that is left undecided.

    Leads that go from one differing clause to another are told once, by the one that needs
    fewer sentences.
    """
    pairs = of.common
    followed = [*_followed(of, pairs, is_old=True), *_followed(of, pairs, is_old=False)]
    told: tuple[list[ClauseRow], list[ClauseRow]] = ([], [])
    found: dict[int, list[Shift | str]] = {}
    for is_old, leads in sorted(followed, key=lambda each: _effort(each[1])):
        by_others = _told(of, leads, told[not is_old])
        found[id(leads)] = [*_moved(of, leads, by_others, is_old=is_old)]
        if not leads.is_open:
            told[is_old].append(leads.row)
    for _, leads in followed:
        yield from found[id(leads)]
    yield from _passed_on(of, pairs)


def _effort(leads: Reach) -> tuple[float, int]:
    """Return how many sentences the leads need for each clause that they come from or go to."""
    others = len({piece.by for piece in leads.moved})
    if leads.is_many:
        return 1.0, -others
    return (len(_boxes(leads, leads.moved)) / others if others else 0, -others)


def _followed(
    of: Compared, pairs: Sequence[tuple[int, int]], *, is_old: bool
) -> Iterator[tuple[bool, Reach]]:
    """Yield the leads of each clause of one version that the other doesn't have."""
    mine, theirs = (of.old, of.new) if is_old else (of.new, of.old)
    kept = {pair[not is_old] for pair in pairs}
    for at in range(len(mine.rows)):
        if at not in kept:
            with of.purse.meter() as meter:
                yield is_old, reach(of.ground, mine.rows, at, theirs.rows, meter)


@attrs.frozen(eq=False)
class _Told:
    """Clauses of the other version whose leads have been told: these, and their leads."""

    rows: tuple[ClauseRow, ...]
    leads: tuple[Region, ...]


def _told(of: Compared, leads: Reach, told: Sequence[ClauseRow]) -> _Told:
    """Return which of `told` may take some of the leads."""
    rows: list[ClauseRow] = []
    taken: list[Region] = []
    for at, row in enumerate(leads.theirs):
        if any(row is other for other in told):
            rows.append(row)
            taken.append(of.ground.sets.regions.both(leads.others(at)))
    return _Told(tuple(rows), tuple(taken))


def _fresh(of: Compared, leads: Reach, told: _Told) -> list[Piece]:
    """Return the moved pieces with a lead that hasn't been told."""
    if not told.rows:
        return list(leads.moved)
    others = [of.ground.sets.regions.complement(region) for region in told.leads]
    fresh: list[Piece] = []
    for piece in leads.moved:
        try:
            if of.find([*leads.leads, *others], piece.box) is None:
                continue
        except OutOfSteps:
            pass  # it is told once more, which is no fault
        fresh.append(piece)
    return fresh


def _moved(of: Compared, leads: Reach, told: _Told, *, is_old: bool) -> Iterator[Shift | str]:
    """Yield the leads of one clause that the other version gives something else."""
    boxes = [] if leads.is_many else _boxes(leads, _fresh(of, leads, told))
    if leads.is_many or len(boxes) > MOST_SENTENCES:
        yield from _all_moved(of, leads, told, is_old=is_old)
    else:
        for box in boxes:
            takers = _takers(of, leads, box, told)
            narrow = _narrowed(of, leads, box, [taken for _, taken in takers])
            yield _shift(of, leads, narrow, told, takers, is_old=is_old)
    if leads.is_open:
        yield leads.row.title


def _all_moved(of: Compared, leads: Reach, told: _Told, *, is_old: bool) -> Iterator[Shift | str]:
    """Yield all leads of a clause whose outcome changes as one shift, whatever they have in common.

    What tells them apart is who takes them now: those that get the same as before are
    left out by name, like those that an earlier clause takes.
    """
    same = [at for at, row in enumerate(leads.theirs) if row.whole == leads.row.whole]
    stay = _Told(
        (*told.rows, *(leads.theirs[at] for at in same)),
        (*told.leads, *(of.ground.sets.regions.both(leads.others(at)) for at in same)),
    )
    takers: dict[Outcome, tuple[ClauseRow, list[Region]]] = {}
    for at, row in enumerate(leads.theirs):
        if row.whole in takers or any(row is other for other in stay.rows):
            continue
        try:
            if of.find([*leads.leads, *leads.others(at)]) is not None:
                takers[row.whole] = row, leads.others(at)
        except OutOfSteps:
            yield leads.row.title
            return
    if takers:
        yield _shift(of, leads, leads.start, stay, list(takers.values()), is_old=is_old)


def _boxes(leads: Reach, fresh: Sequence[Piece]) -> list[Masks]:
    """Return boxes that hold the leads of `fresh`; other moved pieces may lie in them, too."""
    groups: dict[Outcome, list[Piece]] = {}
    for piece in fresh:
        groups.setdefault(leads.outcome(piece), []).append(piece)
    still = [piece for piece in leads.pieces if leads.outcome(piece) == leads.row.whole]
    if len(groups) > MOST_OUTCOMES:
        return cubes(leads, fresh, still)
    found: list[Masks] = []
    for outcome, some in groups.items():
        others = [piece for piece in fresh if leads.outcome(piece) != outcome]
        found += cubes(leads, some, [*still, *others])
    return found


def _shift(  # noqa: PLR0913 - what a shift is told from
    of: Compared,
    leads: Reach,
    box: Masks,
    told: _Told,
    takers: list[tuple[ClauseRow, list[Region]]],
    *,
    is_old: bool,
) -> Shift:
    versions = (of.old, of.new) if is_old else (of.new, of.old)
    met = [row for row in leads.mine if _may_meet(of.ground, (leads.row, row), box)]
    met += [row for row in told.rows if _may_meet(of.ground, (leads.row, row), box)]
    before = (of.ground.taken(row) for row in leads.mine)
    area = Area((of.ground.taken(leads.row),), (*before, *told.leads), box)
    phrased, telling = said(of.words, of.ground.sets, leads.row, versions, box)
    others = tuple(dict.fromkeys(row.whole for row, _ in takers))
    own, others_ = [leads.row], [row for row, _ in takers]
    sides = (
        ((leads.row.whole,), (leads.row.title,)),
        (others, tuple(dict.fromkeys(row.title for row, _ in takers))),
    )
    (olds, sources), (news, sinks) = sides if is_old else sides[::-1]
    return Shift(
        *_told_apart(olds, news),
        phrased,
        leads.row.title,
        is_old,
        tuple(
            dict.fromkeys(
                row.title
                for row in met
                if row.clause is not None and row.clause is not leads.row.clause
            )
        ),
        sources,
        sinks,
        owners=_owners(of, *((own, others_) if is_old else (others_, own))),
        witness=witness(
            of,
            leads.leads,
            [
                (regions, (leads.row, row) if is_old else (row, leads.row))
                for row, regions in takers
            ],
            (box, telling),
        ),
        areas=(area,),
        is_declared=_is_declared(of, leads.leads, box),
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
                if all(of.find([*leads.leads, *some], one) is None for some in moving):
                    kept[at] &= ~(1 << number)
            except OutOfSteps:
                pass  # it may move
    return tuple(kept) if all(kept) else box


def _told_apart(
    olds: tuple[Outcome, ...], news: tuple[Outcome, ...]
) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    """Return the outcomes, their targets marked only if both sides would else say the same."""
    plain = [
        tuple(
            dict.fromkeys(
                attrs.evolve(each, targets=tuple(map(unmarked, each.targets))) for each in some
            )
        )
        for some in (olds, news)
    ]
    return (olds, news) if {*plain[0]} & {*plain[1]} else (plain[0], plain[1])


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
    of: Compared, leads: Reach, box: Masks, told: _Told
) -> list[tuple[ClauseRow, list[Region]]]:
    """Return the other version's rows that take moved leads in `box`, each with its leads."""
    ground = leads.ground
    outcomes = {leads.outcome(piece) for piece in leads.moved if _meet(piece.box, box)}
    found: list[tuple[ClauseRow, list[Region]]] = []
    for at, row in enumerate(leads.theirs):
        is_told = any(row is other for other in told.rows)
        if is_told or row.whole not in outcomes or not _may_meet(ground, (row,), box):
            continue
        regions = leads.others(at)
        try:
            if of.find([*leads.leads, *regions], box) is None:
                continue
        except OutOfSteps:
            pass  # it may take some
        found.append((row, regions))
    return found


def _meet(one: Masks, two: Masks) -> bool:
    return all(a & b for a, b in zip(one, two, strict=True))


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
        areas.append(Area(taken, tuple(ground.taken(row) for row in before), everything))
    clauses = tuple(of.new.rows[two].title for _, two in group)
    return Shift(
        tails[:1],
        tails[1:],
        said=(),
        clause=clauses[0],
        is_old=False,
        unless=(),
        sources=tuple(of.old.rows[one].title for one, _ in group),
        sinks=clauses,
        owners=_owners(
            of, [of.old.rows[one] for one, _ in group], [of.new.rows[two] for _, two in group]
        ),
        witness=witness(of, _kept(of, *shown_by), [([], rows)], (everything, everything)),
        areas=tuple(areas),
        is_passed_on=True,
        is_declared=all(_is_declared(of, _kept(of, *pair), everything) for pair in group),
    )
