"""The classes of texts: an ordered line on which literals are points and prefixes intervals.

A cut lies just before (0) or just after (1) a text. What `partitions` says of other lines
holds here, too; a table with tens of thousands of keys is one atom a value of its column,
so its literals are looked at once each instead of being swept atom by atom.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence

from turnout.compiler.classes import BOTTOM, TOP, TextCut, Texts, after, stretch_cuts
from turnout.compiler.leads.partitions import Partition, atom_masks
from turnout.dsl.conditions import Atom, IsIn, StartsWith


def text(atoms: Sequence[Atom], tell_apart: Callable[[str], Hashable] | None = None) -> Partition:
    """Return the classes of normalised texts.

    The prefixes cut the line into stretches, and literals are points in them; a table's
    tens of thousands of keys are looked at once each, whatever the prefixes around them.

    tell_apart: what must be the same of two literals in one class, besides the atoms that
    hold.
    """
    named: dict[str, list[int]] = {}
    for at, atom in enumerate(atoms):
        for value in atom.values if isinstance(atom, IsIn) else ():
            assert isinstance(value, str)
            if value:  # a text that is there is never empty
                named.setdefault(value, []).append(at)
    literals = sorted(named)
    cuts, holding = _stretches(atoms)
    starts = [bisect_left(literals, low[0]) for low in cuts[1:]]
    bounds = [0, *starts, len(literals)]
    marks: dict[Hashable, int] = {}
    classes: dict[tuple[int, ...], int] = {}
    # What holds for a literal beside the prefixes is the same for most of a table's column.
    known: dict[Hashable, int] = {}
    numbers: list[int] = []
    between: dict[TextCut, int] = {}
    for at, around in enumerate(holding):
        first, last = bounds[at], bounds[at + 1]
        gap = classes.get(around, 0)
        if not gap and not (first < last and cuts[at] == (literals[first], 0)):
            gap = classes.setdefault(around, len(classes) + 1)
        for literal in literals[first:last]:
            mark = None if tell_apart is None else tell_apart(literal)
            key = (at, mark, *named[literal])
            number = known.get(key)
            if number is None:
                apart = () if mark is None else (len(atoms) + marks.setdefault(mark, len(marks)),)
                signature = (*sorted((*around, *named[literal])), *apart)
                number = known[key] = classes.setdefault(signature, len(classes) + 1)
            numbers.append(number)
            if not gap:
                gap = classes.setdefault(around, len(classes) + 1)
        between[cuts[at]] = gap
    prefixes = tuple(sorted({prefix for _, prefix in _prefixes(atoms) if prefix}))
    inside = tuple(between[prefix, 0] for prefix in prefixes)
    size = len(classes) + 1
    found = Texts(size, tuple(numbers), tuple(literals), prefixes, inside, between[BOTTOM])
    return Partition(found, atom_masks(classes, atoms))


def _prefixes(atoms: Sequence[Atom]) -> list[tuple[int, str]]:
    """Return the prefixes that are asked for, each with the number of its atom."""
    asked = ((at, atom.text) for at, atom in enumerate(atoms) if isinstance(atom, StartsWith))
    return [(at, prefix) for at, prefix in asked if (prefix, 0) < TOP]


def _stretches(atoms: Sequence[Atom]) -> tuple[list[TextCut], list[tuple[int, ...]]]:
    """Return where each stretch between the ends of prefixes starts, and the prefixes of it."""
    enters: dict[TextCut, list[int]] = {}
    leaves: dict[TextCut, list[int]] = {}
    for at, prefix in _prefixes(atoms):
        enters.setdefault(max((prefix, 0), BOTTOM), []).append(at)
        leaves.setdefault(after(prefix), []).append(at)
    cuts = stretch_cuts(prefix for _, prefix in _prefixes(atoms))
    holds: set[int] = set()
    holding: list[tuple[int, ...]] = []
    for cut in cuts:
        holds.difference_update(leaves.get(cut, ()))
        holds.update(enters.get(cut, ()))
        holding.append(tuple(sorted(holds)))
    return cuts, holding
