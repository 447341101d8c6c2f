"""Whether boxes together take all of a box, and a part that they leave where they don't.

For each dimension every class has a column: the set of covering boxes that accept it, as
the bits of an int. A lead that no box takes is one class a dimension whose columns have
no box in common. Four facts make that quick, each of them exact:

- a class whose column holds that of another can go: whatever lead it gives, the other
  gives too. Named accounts and rows of tables collapse to a handful of classes this way;
- where one class is left, the dimension is settled, and only its column's boxes are alive;
- a box that accepts every class that is left everywhere takes all: nothing is left;
- a box that can be avoided in one dimension only must be avoided there.

What is not settled by then is split in two or more, as in Davis, Logemann and Loveland
(Communications of the ACM 5, 1962): along a dimension that shares out the boxes, or else
by avoiding the box that has the fewest ways to be avoided.
"""

from collections.abc import Iterable, Mapping, Sequence

from turnout.compiler.leads import solver as sat
from turnout.compiler.leads.budget import Meter
from turnout.compiler.leads.columns import BitColumn, crossed, lightest, swept, union
from turnout.compiler.leads.regions import Masks
from turnout.compiler.leads.space import Box
from turnout.compiler.masks import Mask, key, members, set_of
from turnout.frozen import frozen

FEW_COVERS = 64
"""Covers up to which the lightest classes are tried first; among more, an index does that."""

NODES_ALONE = 64
"""Nodes after which a SAT solver is asked, where one is installed, and few boxes are left."""

BOXES_A_NODE = 8
"""Boxes that a SAT solver is told in the time of a node; of many, it is asked later."""


@frozen
class SearchNode:
    """What is left to settle.

    alive: the boxes not avoided yet. columns: for each open dimension, what is left of it.
    settled: the classes of the dimensions that are not open.
    """

    alive: int
    columns: dict[int, list[BitColumn]]
    settled: dict[int, Mask]


def uncovered(box: Masks, covers: Iterable[Box], meter: Meter) -> Masks | None:
    """Return a part of `box` that none of `covers` meets, None where they take all of it.

    Raises OutOfSteps.
    """
    cutting = _cutting(box, covers)
    if cutting is None:
        return None
    meter.take(1 + len(cutting))
    if len(cutting) <= FEW_COVERS:
        quick = _descent(box, cutting)
        if quick is not None:
            return quick
    return _left(box, SearchNode((1 << len(cutting)) - 1, _columns(box, cutting), {}), meter)


def uncovered_by_most(
    box: Masks,
    columns: Mapping[int, list[BitColumn]],
    alive: int,
    also: Sequence[Box],
    meter: Meter,
) -> Masks | None:
    """Return what `uncovered` returns of many boxes whose `columns` are known already.

    columns: of the whole space, by dimension. alive: the boxes that count, as a set. also:
    more boxes. Raises OutOfSteps.
    """
    first = alive.bit_length()
    beyond = ((1 << len(also)) - 1) << first
    kept: dict[int, list[BitColumn]] = {}
    for at in sorted({*columns, *(at for sides in also for at, _ in sides)}):
        within = box[at]
        known = columns.get(at, [(within, alive)])
        found = [(classes & within, accepting & alive) for classes, accepting in known]
        by_side = [
            (mask & within, 1 << number)
            for number, sides in enumerate(also, first)
            for other, mask in sides
            if other == at
        ]
        # The further boxes that ask another dimension accept every class of this one.
        further = swept(within, by_side, beyond)
        kept[at] = list(crossed([column for column in found if column[0]], further))
    meter.take(1 + alive.bit_count() + len(also))
    return _left(box, SearchNode(alive | beyond, kept, {}), meter)


def _left(box: Masks, start: SearchNode, meter: Meter) -> Masks | None:
    """Return a part of `box` without what is settled as in `start`, None where there is none."""
    root = _reduced(start, meter)
    found = None if root is None else _searched(root, meter)
    if found is None:
        return None
    left = list(box)
    for at, mask in found.items():
        left[at] = mask
    return tuple(left)


def _searched(root: SearchNode, meter: Meter) -> dict[int, Mask] | None:
    """Return the classes, by dimension, of a part that no living box meets, None without one."""
    stack = [root]
    alone = NODES_ALONE + root.alive.bit_count() // BOXES_A_NODE
    looked = 0
    while stack:
        node = _reduced(stack.pop(), meter)
        if node is None:
            continue
        if not node.alive:
            return {**{at: union(columns) for at, columns in node.columns.items()}, **node.settled}
        looked += 1
        engine = sat.engine() if looked == alone else None
        if engine is not None:
            return _solved(engine, root, meter)
        stack.extend(reversed(_split(node)))
    return None


def _solved(engine: sat.SatEngine, root: SearchNode, meter: Meter) -> dict[int, Mask] | None:
    """Return the same as `_searched`, from a SAT solver."""
    rows = {at: [accepting for _, accepting in columns] for at, columns in root.columns.items()}
    places = sat.places_outside(engine, members(root.alive), rows, meter)
    if places is None:
        return None
    chosen = {at: root.columns[at][place][0] for at, place in places.items()}
    return {**chosen, **root.settled}


def _cutting(box: Masks, covers: Iterable[Box]) -> list[dict[int, Mask]] | None:
    """Return the sides of each cover that cut `box`; None where one takes all of it."""
    found: dict[tuple[tuple[int, int, Mask], ...], dict[int, Mask]] = {}
    for cover in covers:
        sides: dict[int, Mask] = {}
        for at, mask in cover:
            here = box[at]
            inside = here & mask
            if not inside:
                break
            if inside != here:
                sides[at] = mask if inside == mask else inside  # one int for many covers
        else:
            if not sides:
                return None
            found[tuple((at, *key(side)) for at, side in sides.items())] = sides
    return list(found.values())


def _columns(box: Masks, cutting: Sequence[dict[int, Mask]]) -> dict[int, list[BitColumn]]:
    """Return the columns of each dimension that a box cuts, in the order of dimensions."""
    by_side: dict[int, dict[tuple[int, Mask], list[int]]] = {}
    for number, sides in enumerate(cutting):
        for at, side in sides.items():
            by_side.setdefault(at, {}).setdefault(key(side), []).append(number)
    whole = (1 << len(cutting)) - 1
    return {
        at: swept(box[at], [(side, set_of(who)) for (_, side), who in sides.items()], whole)
        for at, sides in sorted(by_side.items())
    }


def _descent(box: Masks, cutting: list[dict[int, Mask]]) -> Masks | None:
    """Return a part left by taking the lightest class of one dimension after the other.

    Settles nearly every box that is left at all; None says nothing.
    """
    left = list(box)
    alive = cutting
    open_ = {at for sides in cutting for at in sides}
    while open_:
        counts = dict.fromkeys(sorted(open_), 0)
        for sides in alive:
            for at in sides:
                if at in counts:
                    counts[at] += 1
        at = max(counts, key=counts.__getitem__)
        open_.discard(at)
        by_side: dict[Mask, int] = {}
        for number, sides in enumerate(alive):
            if at in sides:
                by_side[sides[at]] = by_side.get(sides[at], 0) | 1 << number
        columns = swept(left[at], by_side.items(), (1 << len(alive)) - 1)
        least, accepting = min(c[1].bit_count() for c in columns), 0
        mask = 0
        for classes, who in columns:
            if who.bit_count() == least and (not mask or who == accepting):
                mask |= classes
                accepting = who
        left[at] = mask
        if not accepting:
            return tuple(left)
        alive = [alive[number] for number in members(accepting)]
    return None


# -- what follows without a choice --


def _reduced(node: SearchNode, meter: Meter) -> SearchNode | None:
    """Return what is left to settle once everything that follows is drawn; None if nothing is."""
    alive, settled = node.alive, dict(node.settled)
    columns = node.columns
    while True:
        meter.take(1 + sum(map(len, columns.values())))
        before = alive
        avoidable: dict[int, int] = {}
        kept: dict[int, list[BitColumn]] = {}
        for at, all_columns in columns.items():
            light = lightest(all_columns, alive)
            if light[0][1] == 0:
                # What is left of the dimensions before it avoids boxes, too.
                return SearchNode(0, {**columns, **kept, at: light[:1]}, settled)
            if len(light) == 1:
                settled[at] = light[0][0]
                alive &= light[0][1]
                continue
            always, ever = alive, 0
            for _, accepting in light:
                always &= accepting
                ever |= accepting
            alive &= ever  # what no class left accepts is avoided already
            avoidable[at] = alive & ~always
            kept[at] = light
        narrowed = _forced(alive, kept, avoidable)
        if narrowed is None:
            return None
        if not narrowed and alive == before and len(kept) == len(columns):
            return _compressed(SearchNode(alive, kept, settled))
        columns = {**kept, **narrowed}


def _forced(
    alive: int, columns: dict[int, list[BitColumn]], avoidable: dict[int, int]
) -> dict[int, list[BitColumn]] | None:
    """Return the dimensions narrowed to where boxes must be avoided; None where none can be."""
    once = twice = 0
    for places in avoidable.values():
        twice |= once & places & alive
        once |= places & alive
    if alive & ~once:
        return None
    single = alive & once & ~twice
    narrowed: dict[int, list[BitColumn]] = {}
    for at, where in avoidable.items() if single else ():
        must = single & where
        if must:
            left = [column for column in columns[at] if not column[1] & must]
            if not left:
                return None
            narrowed[at] = left
    return narrowed


def _compressed(node: SearchNode) -> SearchNode:
    """Return `node` with its living boxes renumbered, where most have died."""
    if not node.alive or node.alive.bit_count() * 8 > node.alive.bit_length():
        return node
    where = members(node.alive)
    new = {old: number for number, old in enumerate(where)}
    columns: dict[int, list[BitColumn]] = {}
    for at, before in node.columns.items():
        columns[at] = [
            (classes, set_of(new[old] for old in members(accepting & node.alive)))
            for classes, accepting in before
        ]
    return SearchNode((1 << len(where)) - 1, columns, node.settled)


# -- choices --


def _split(node: SearchNode) -> list[SearchNode]:
    """Return the branches to search, the most promising first; no lead is in two."""
    count = node.alive.bit_count()
    best: tuple[int, int] | None = None
    for at, columns in node.columns.items():
        weight = sum(accepting.bit_count() for _, accepting in columns)
        # A dimension that shares the boxes out: each of them lives on in few of its branches.
        if weight <= 2 * count and (best is None or weight < best[0]):
            best = weight, at
    if best is not None:
        at = best[1]
        ordered = sorted(node.columns[at], key=lambda column: column[1].bit_count())
        return [_narrower(node, at, [column]) for column in ordered]
    at, box = _choice(node)
    without = [column for column in node.columns[at] if not column[1] & box]
    with_ = [column for column in node.columns[at] if column[1] & box]
    return [_narrower(node, at, without), _narrower(node, at, with_)]


def _narrower(node: SearchNode, at: int, columns: list[BitColumn]) -> SearchNode:
    return SearchNode(node.alive, {**node.columns, at: columns}, node.settled)


def _choice(node: SearchNode) -> tuple[int, int]:
    """Return the box with the fewest ways to be avoided, and the dimension to avoid it in."""
    places: dict[int, int] = {}
    for at, columns in node.columns.items():
        always = node.alive
        for _, accepting in columns:
            always &= accepting
        places[at] = node.alive & ~always
    candidates = node.alive
    for count in range(1, len(places) + 1):
        exactly = _exactly(places.values(), count, node.alive)
        if exactly:
            candidates = exactly
            break
    box = candidates & -candidates
    at = min(
        (at for at, where in places.items() if where & box),
        key=lambda at: min(c[1].bit_count() for c in node.columns[at] if not c[1] & box),
    )
    return at, box


def _exactly(places: Iterable[int], count: int, alive: int) -> int:
    """Return the boxes that are in exactly `count` of `places`."""
    at_least = [alive] + [0] * (count + 1)
    for where in places:
        for level in range(count + 1, 0, -1):
            at_least[level] |= at_least[level - 1] & where
    return at_least[count] & ~at_least[count + 1]
