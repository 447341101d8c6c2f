"""Some leads of a clause, in the words of its own condition as far as these will do.

What a condition says of one field alone is said as narrowly as the leads are ("DACH" may
become "country LI"); what it says of several at once ("Enterprise" by staff or revenue)
is repeated as it is written.
"""

from collections.abc import Iterator
from typing import assert_never

import attrs

from turnout.compiler.difference.ground.lines import ClauseRow, RouteVersion
from turnout.compiler.difference.ground.meanings import Sets
from turnout.compiler.leads.regions import Masks, Region, truth
from turnout.compiler.words.describe import SideNames, phrases
from turnout.dsl.conditions import (
    And,
    Atom,
    Circumstance,
    Condition,
    Named,
    Not,
    Or,
)
from turnout.dsl.policy import Definition
from turnout.dsl.wording import conjuncts, written


def said(
    words: SideNames,
    sets: Sets,
    row: ClauseRow,
    versions: tuple[RouteVersion, RouteVersion],
    box: Masks,
) -> tuple[tuple[str, ...], Masks]:
    """Return phrases for the leads of `row` that lie in `box`, and the sides said by none.

    versions: the row's own, and the other one. The sides that remain are those that the
    words of the row's condition don't imply.
    """
    mine, theirs = versions
    box = _tight(sets.region(row.meaning), box)
    if row.clause is None:
        return (row.title, *phrases(words, box)), box
    found: list[str] = []
    told = list(words.space.full)
    for part in _needed(conjuncts(row.clause.condition, mine.policy.fields), mine):
        region = sets.region(mine.number(part, sets.meanings))
        if region.eithers and truth(region, box) is True:
            continue  # the sides of the box say so already
        is_narrowed = any(box[at] != mask & words.space.full[at] for at, mask in region.box)
        if not region.eithers and len(region.box) == 1 and is_narrowed:
            continue
        marked = _marked(part, mine, theirs, sets)
        found.append(written(marked, mine.policy.fields))
        for at, mask in region.box:
            told[at] &= mask
    full = words.space.full
    rest = tuple(full[at] if mask == told[at] else mask for at, mask in enumerate(box))
    return (*found, *phrases(words, rest)), rest


def _tight(region: Region, box: Masks) -> Masks:
    """Return the box without what plainly lies outside `region`."""
    kept = list(box)
    waiting, changed = [*region.eithers], True
    while changed:
        changed = False
        for either in list(waiting):
            open_ = [part for part in either.alternatives if truth(part, kept) is not False]
            if len(open_) == 1:
                waiting.remove(either)
                waiting += open_[0].eithers
                for at, mask in open_[0].box:
                    kept[at] &= mask
                changed = True
    return tuple(kept)


def _needed(parts: tuple[Condition, ...], mine: RouteVersion) -> Iterator[Condition]:
    """Yield the parts, but for territories around one that is named as well, and repeats."""
    around: set[str] = set()
    for part in parts:
        definition = mine.policy.definitions.get(part.name) if isinstance(part, Named) else None
        while definition is not None and definition.parent is not None:
            around.add(definition.parent)
            definition = mine.policy.definitions.get(definition.parent)
    for part in dict.fromkeys(parts):
        if not (isinstance(part, Named) and part.name in around) and part != And(()):
            yield part


def _marked(
    condition: Condition, mine: RouteVersion, theirs: RouteVersion, sets: Sets
) -> Condition:
    """Return the condition, its names marked where the other version means something else."""

    def marked(part: Condition) -> Condition:
        if isinstance(part, Atom):
            return mine.view.condition(part, {}) if isinstance(part, Circumstance) else part
        match part:
            case Named(_, name):
                other = theirs.policy.definitions.get(name)
                if other is None or _is_same(part, other, mine, theirs, sets):
                    return part
                return attrs.evolve(part, name=name + mine.view.suffix)
            case Not(inner):
                return Not(marked(inner))
            case And(parts):
                return And(tuple(map(marked, parts)))
            case Or(parts):
                return Or(tuple(map(marked, parts)))
            case _:
                assert_never(part)

    return marked(condition)


def _is_same(
    name: Named, other: Definition, mine: RouteVersion, theirs: RouteVersion, sets: Sets
) -> bool:
    theirs_means = Named(other.kind, other.name, other.meaning)
    numbers = mine.number(name, sets.meanings), theirs.number(theirs_means, sets.meanings)
    try:
        return sets.sign(numbers[0]) == sets.sign(numbers[1])
    except KeyError:  # it asks what this space doesn't ask
        return numbers[0] == numbers[1]
