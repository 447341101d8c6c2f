"""By which parts of a rule's lists, and of its `or`s, no lead reaches the rule.

An alternative is a value of a list or a part of an `or`, as they stand in the rule's own
condition and under no `not`. It is dead where each lead for which it holds, and the rest of
the condition, is taken by an earlier rule. The alternatives that ask one dimension (a list of
postcodes, prefixes, territories) are settled together: of a lead that reaches the rule it is
seen at once with which other classes of the dimension it would, and only for those that are
left over a new lead is looked for. So a list takes as many questions as its alternatives have
different fates, and one more.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, assert_never

import attrs

from turnout.compiler.classes import finder
from turnout.compiler.leads.regions import Masks, Region, truth
from turnout.compiler.leads.widening import column
from turnout.compiler.masks import Mask
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.conditions import And, Atom, Condition, IsIn, Named, Not, Or
from turnout.dsl.types import Value
from turnout.frozen import frozen

_Path: TypeAlias = tuple[int, ...]


@frozen
class UnreachableAlternatives:
    """Alternatives of a rule by which no lead reaches it, or of a block.

    dead: as conditions, in written order. short: its own condition without them.
    region: the leads for which one of them holds, and the rest of the condition.
    """

    dead: tuple[Condition, ...]
    short: Condition
    region: Region


@frozen
class _Alternative:
    """One alternative. path: where its list or itself stands. value: of a list. own: its leads."""

    path: _Path
    own: Region
    value: Value | None = None


@frozen
class _Several:
    """The values of a list, or the parts of an `or`. beside: what must hold with any of them."""

    path: _Path
    beside: tuple[Region, ...]
    of: tuple[_Alternative, ...]
    is_list: bool


@frozen
class _Place:
    """A rule or a block whose alternatives are asked for.

    above: the clauses before it. whole: the leads that it describes with what stands around
    it. left: a box of those that get to it.
    """

    above: range
    whole: Region
    left: Masks


def unreachable_alternatives(analysis: Analysis, at: int) -> UnreachableAlternatives | None:
    """Return the alternatives by which no lead reaches rule `at`, None where there are none.

    Also None where none reaches the rule at all. Raises OutOfSteps.
    """
    own = analysis.route.clauses[at].own
    lists = list(_lists(analysis, own, (), ()))
    left = analysis.remaining(at) if lists else None
    if left is None:
        return None
    return _unreachable(analysis, _Place(range(at), analysis.taken[at], left), own, lists)


def unreachable_alternatives_of_block(
    analysis: Analysis, at: int, level: int
) -> UnreachableAlternatives | None:
    """Return the alternatives by which no lead gets into a block; else as for a rule.

    at: its first clause. level: how many blocks stand around it. Raises OutOfSteps.
    """
    around = analysis.route.clauses[at].around[: level + 1]
    own = around[-1].condition
    lists = list(_lists(analysis, own, (), ()))
    if not lists:
        return None
    whole = analysis.regions.both([analysis.regions.region(each.condition) for each in around])
    left = analysis.find([whole], outside=range(at))
    if left is None:
        return None
    return _unreachable(analysis, _Place(range(at), whole, left), own, lists)


def _unreachable(
    analysis: Analysis, place: _Place, own: Condition, lists: Sequence[_Several]
) -> UnreachableAlternatives | None:
    dead: list[_Alternative] = []
    regions: list[Region] = []
    silent: list[_Path] = []  # parts of an `or` that bring nothing, whatever stands in them
    for several in lists:
        if any(several.path[: len(path)] == path for path in silent):
            continue
        for each in _missing(analysis, place, several):
            if not several.is_list:
                silent.append(each.path)
                if not _is_possible(analysis, place, several, each):
                    continue
            dead.append(each)
            regions.append(analysis.regions.both([*several.beside, each.own]))
    if not dead:
        return None
    short = _without(own, (), dead)
    assert short is not None  # some lead gets there
    said = _said(own, dead)
    region = analysis.regions.both([place.whole, analysis.regions.any(regions)])
    return UnreachableAlternatives(said, short, region)


def _lists(
    analysis: Analysis, condition: Condition, path: _Path, beside: tuple[Region, ...]
) -> Iterator[_Several]:
    """Yield each `or` and each list, an `or` before what stands in it."""
    if isinstance(condition, Atom):
        if isinstance(condition, IsIn) and not condition.table and len(condition.values) > 1:
            yield _Several(path, beside, tuple(_values(analysis, condition, path)), is_list=True)
        return
    match condition:
        case And(parts):
            for at, part in enumerate(parts):
                yield from _lists(analysis, part, (*path, at), beside)
        case Or(parts):
            if len(parts) < 2:
                return
            regions = [analysis.regions.region(part) for part in parts]
            found = [_Alternative((*path, at), region) for at, region in enumerate(regions)]
            yield _Several(path, beside, tuple(found), is_list=False)
            for at, (part, region) in enumerate(zip(parts, regions, strict=True)):
                yield from _lists(analysis, part, (*path, at), (*beside, region))
        case Not() | Named():
            pass  # names are not opened, and under `not` there are no alternatives
        case _:
            assert_never(condition)


def _values(analysis: Analysis, atom: IsIn, path: _Path) -> Iterator[_Alternative]:
    dimension, mask = analysis.space.sides[atom]
    class_of = finder(analysis.space.dimensions[dimension].partition.classes)
    for value in sorted(atom.values, key=str):
        side = 1 << class_of(value) & mask & analysis.space.full[dimension]
        yield _Alternative(path, Region(((dimension, side),)), value)


# -- which are dead --


def _missing(analysis: Analysis, place: _Place, several: _Several) -> Iterator[_Alternative]:
    """Yield those alternatives by which no lead gets there, in order. Raises OutOfSteps."""
    sides: dict[int, Mask] = {}
    for each in several.of:
        if _is_side(each.own):
            ((dimension, mask),) = each.own.box
            sides[dimension] = sides.get(dimension, 0) | mask
    missed = {of: _missed(analysis, place, several.beside, of, mask) for of, mask in sides.items()}
    for each in several.of:
        if _is_side(each.own):
            ((dimension, mask),) = each.own.box
            is_dead = not mask & ~missed[dimension]
        else:
            is_dead = not _is_reached(analysis, place, [*several.beside, each.own])
        if is_dead:
            yield each


def _is_side(own: Region) -> bool:
    return len(own.box) == 1 and not own.eithers


def _is_reached(analysis: Analysis, place: _Place, wanted: Sequence[Region]) -> bool:
    if all(truth(region, place.left) is True for region in wanted):
        return True
    return analysis.find([place.whole, *wanted], outside=place.above) is not None


def _is_possible(analysis: Analysis, place: _Place, several: _Several, each: _Alternative) -> bool:
    """Return whether some lead satisfies a part of an `or`; else `redundant-condition` says so."""
    return analysis.find([place.whole, *several.beside, each.own]) is not None


def _missed(
    analysis: Analysis, place: _Place, beside: Sequence[Region], dimension: int, pending: Mask
) -> Mask:
    """Return the classes among `pending` of a dimension with which no lead gets there."""
    wanted = [place.whole, *beside]
    found = analysis.find(wanted, outside=place.above) if beside else place.left
    is_text = any(dimension in axis.dimensions for axis in analysis.space.tight)
    while found is not None and pending:
        here = [mask & -mask for mask in found]
        pending &= ~here[dimension]
        if pending and not is_text:  # else another class need not be a text
            here[dimension] = pending
            pending &= ~_free(analysis, place, dimension, here, wanted)
        if pending:
            inside = Region(((dimension, pending),))
            found = analysis.find([*wanted, inside], outside=place.above)
    return pending


def _free(
    analysis: Analysis, place: _Place, dimension: int, box: list[Mask], wanted: Sequence[Region]
) -> Mask:
    """Return the classes of a side of a box whose leads are surely all wanted, and not taken."""
    known, above = analysis.index, analysis.stopping(place.above)
    free = box[dimension] & ~known.accepted(dimension, known.met(box, known.among(above)))
    for web in known.webs:
        if web in above and free:
            free &= ~column(analysis.taken[web], box, dimension, free)
    inside = [*box[:dimension], free, *box[dimension + 1 :]]
    return free if all(truth(region, inside) is True for region in wanted) else 0


# -- as it is written --


def _said(condition: Condition, dead: Sequence[_Alternative]) -> tuple[Condition, ...]:
    """Return the dead alternatives as conditions, those of one list as one."""
    found: dict[_Path, list[Value]] = {}
    for each in sorted(dead, key=lambda each: each.path):
        found.setdefault(each.path, []).extend([] if each.value is None else [each.value])
    said: list[Condition] = []
    for path, values in found.items():
        part = _at(condition, path)
        if values and isinstance(part, IsIn):
            part = attrs.evolve(part, values=frozenset(values))
        said.append(part)
    return tuple(said)


def _at(condition: Condition, path: _Path) -> Condition:
    for at in path:
        assert isinstance(condition, And | Or)
        condition = condition.parts[at]
    return condition


def _without(condition: Condition, path: _Path, dead: Sequence[_Alternative]) -> Condition | None:
    """Return what is left of a condition, None where nothing is."""
    here = [each for each in dead if each.path[: len(path)] == path]
    if not here:
        return condition
    if any(each.path == path and each.value is None for each in here):
        return None
    if isinstance(condition, Atom):
        assert isinstance(condition, IsIn)  # nothing in another has alternatives
        kept = condition.values - {each.value for each in here}
        return attrs.evolve(condition, values=frozenset(kept)) if kept else None
    match condition:
        case And(parts) | Or(parts):
            rest = [_without(part, (*path, at), here) for at, part in enumerate(parts)]
            if isinstance(condition, And) and None in rest:
                return None
            left = tuple(part for part in rest if part is not None)
            return left[0] if len(left) == 1 else type(condition)(left) if left else None
        case Not() | Named():
            raise AssertionError(condition)  # nothing in it is an alternative
        case _:
            assert_never(condition)
