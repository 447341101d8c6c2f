"""The classes of texts: an ordered line on which literals are points and prefixes intervals.

A cut lies just before (0) or just after (1) a text. What `domains` says of other lines
holds here, too; a table with tens of thousands of keys is one atom a value of its column,
so its literals are looked at once each instead of being swept atom by atom.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import attrs

from turnout.compiler.leads.domains import MISSING, Cut, Domain, atom_masks
from turnout.dsl.conditions import Atom, IsIn, StartsWith
from turnout.dsl.types import Value

_BOTTOM, _TOP = ("", 1), ("\U0010ffff" * 3, 1)


def text(
    atoms: Sequence[Atom], alphabet: str, tell_apart: Callable[[str], Hashable] | None = None
) -> Domain:
    """Return the classes of normalised texts.

    The prefixes cut the line into stretches, and literals are points in them; a table's
    tens of thousands of keys are looked at once each, whatever the prefixes around them.

    alphabet: characters that a made-up text may go on with. tell_apart: what must be the
    same of two literals in one class, besides the atoms that hold.
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
    between: list[int] = []
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
        between.append(gap)
    return _text_domain(atoms, classes, _Texts(literals, numbers, cuts, between, bounds, alphabet))


def _stretches(atoms: Sequence[Atom]) -> tuple[list[tuple[str, int]], list[tuple[int, ...]]]:
    """Return where each stretch between the ends of prefixes starts, and the prefixes of it."""
    enters: dict[tuple[str, int], list[int]] = {}
    leaves: dict[tuple[str, int], list[int]] = {}
    for at, atom in enumerate(atoms):
        if isinstance(atom, StartsWith) and (atom.text, 0) < _TOP:
            enters.setdefault(max((atom.text, 0), _BOTTOM), []).append(at)
            leaves.setdefault(_after(atom.text), []).append(at)
    cuts = sorted({_BOTTOM, *enters, *(cut for cut in leaves if cut < _TOP)})
    holds: set[int] = set()
    holding: list[tuple[int, ...]] = []
    for cut in cuts:
        holds.difference_update(leaves.get(cut, ()))
        holds.update(enters.get(cut, ()))
        holding.append(tuple(sorted(holds)))
    return cuts, holding


@attrs.frozen
class _Texts:
    """A line of texts.

    literals: in order; numbers: the class of each. cuts: where each stretch starts;
    between: the class of the texts in it that are no literal; bounds: its first literal,
    and one past the last of the last.
    """

    literals: list[str]
    numbers: list[int]
    cuts: list[tuple[str, int]]
    between: list[int]
    bounds: list[int]
    alphabet: str

    def points(self) -> dict[int, list[str]]:
        """Return the literals of each class that has some."""
        found: dict[int, list[str]] = {}
        for literal, number in zip(self.literals, self.numbers, strict=True):
            found.setdefault(number, []).append(literal)
        return found

    def gaps(self, number: int) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
        """Yield where the texts of a class lie that are no literals, from cut to cut."""
        for at, of in enumerate(self.between):
            if of != number:
                continue
            low = self.cuts[at]
            for literal in self.literals[self.bounds[at] : self.bounds[at + 1]]:
                if low != (literal, 0):
                    yield low, (literal, 0)
                low = literal, 1
            yield low, self.cuts[at + 1] if at + 1 < len(self.cuts) else _TOP


def _text_domain(atoms: Sequence[Atom], classes: dict[tuple[int, ...], int], of: _Texts) -> Domain:
    points = of.points()
    number_of = dict(zip(of.literals, of.numbers, strict=True))

    def class_of(value: Any) -> int:  # noqa: ANN401 - a text
        if value is None:
            return MISSING
        number = number_of.get(value)
        return of.between[bisect_right(of.cuts, (value, 0.5)) - 1] if number is None else number

    def sample(number: int) -> Value | None:
        if number in points:
            return points[number][0]
        made = (_text(low, high, of.alphabet) for low, high in of.gaps(number))
        return next((value for value in made if value is not None), None)

    def pieces(number: int) -> list[tuple[Cut, Cut]]:
        return [((text, 0), (text, 1)) for text in points.get(number, ())] or list(of.gaps(number))

    return Domain(len(classes) + 1, atom_masks(classes, atoms), class_of, sample, pieces)


def _after(prefix: str) -> tuple[str, int]:
    """Return the first cut after every text that starts with `prefix`."""
    kept = prefix.rstrip("\U0010ffff")
    return (kept[:-1] + chr(ord(kept[-1]) + 1), 0) if kept else _TOP


def _text(low: tuple[str, int], high: tuple[str, int], alphabet: str) -> str | None:
    if low[1] == 0:
        return low[0]
    for character in alphabet:
        for made in (low[0] + character, character):
            if low < (made, 0) and (made, 1) <= high:
                return made
    return None
