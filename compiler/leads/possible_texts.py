"""Whether there is a text with all that a box of leads says of it, and which.

Classes of values say how a text begins, and each other thing that is asked of it (`ends
with`, `contains`, `matches`) is a dimension of its own, which may be answered with yes or no.
Not every combination of answers is a text: none ends in "10" and in "60". All of these are
questions about regular languages, so that each combination can be settled exactly: a text is
found for it, or it is refuted by as few of its sides as it takes. A search for leads goes on
without what was refuted until it finds a lead that there is (the lazy combination of a search
with a theory; Nieuwenhuis, Oliveras and Tinelli, "Solving SAT and SAT modulo theories",
Journal of the ACM 53, 2006). Only what is met by a search is looked at, so that hundreds of
texts cost what they are asked for, and a policy without them nothing.

What is left open (an automaton of too many states, an expression that isn't known) is no
answer: the search goes on without it, and a search that then finds nothing says so.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from typing import Protocol, TypeAlias

import attrs

from turnout.compiler.classes import MISSING, Texts, finder, is_as_tested
from turnout.compiler.leads.automata import (
    AskedParts,
    Automaton,
    ExpressionAutomaton,
    PartsAutomaton,
    PrefixAutomaton,
)
from turnout.compiler.leads.budget import Meter, OutOfTexts, tick
from turnout.compiler.leads.dimensions import NO, YES, Dimension
from turnout.compiler.leads.expressions import UnreadExpressionError, expression_of, word_expression
from turnout.compiler.leads.likely_texts import likely_texts
from turnout.compiler.leads.samples import sample
from turnout.compiler.leads.text_languages import MOST_STATES, Walk, kinds, letters
from turnout.compiler.masks import Mask, members
from turnout.dsl import types
from turnout.dsl.conditions import Contains, EndsWith, HasWord, Matches, Pattern
from turnout.dsl.types import Field
from turnout.dsl.values import jsonable, read
from turnout.frozen import define, frozen

MOST_LIKELY = 200
"""Texts that are tried before automata are asked."""

MOST_READ = 40
"""Texts of the right language that are tried until one is read as itself."""

MOST_OPEN = 20
"""Combinations that one search leaves open before it gives up."""

MOST_WIDENED = 32
"""Classes up to which each is tried whether it is refuted as well."""

_Box: TypeAlias = tuple[Mask, ...]
_Sides: TypeAlias = tuple[tuple[int, Mask], ...]


@frozen
class Wanted:
    """What is asked of a text: one of some classes of values, and answers to patterns, as bits."""

    values: Mask
    yes: int
    no: int


@define(eq=False, slots=False)
class Axis:
    """All that is asked of the texts of one field.

    value: the number of its dimension of values. patterns: those of its yes/no dimensions,
    with what they ask.
    """

    field: Field
    value: int
    dimension: Dimension
    patterns: tuple[tuple[int, Pattern], ...]

    @cached_property
    def _known(self) -> "dict[tuple[Wanted, int], str | OutOfTexts | None]":
        return _answers_of(self.field, self.classes, tuple(test for _, test in self.patterns))

    @cached_property
    def classes(self) -> Texts:
        """The classes of values."""
        assert isinstance(self.dimension.partition.classes, Texts)
        return self.dimension.partition.classes

    @cached_property
    def dimensions(self) -> frozenset[int]:
        """The numbers of all its dimensions."""
        return frozenset({self.value, *(at for at, _ in self.patterns)})

    @property
    def is_tight(self) -> bool:
        """Whether some combination of classes need not be a text."""
        if self.patterns or not self.classes.prefixes:
            return bool(self.patterns)
        kind = self.field.type
        if isinstance(kind, types.Code):
            return isinstance(kind, types.SalesforceId) or kind.longest is not None
        return not isinstance(kind, types.Text) or isinstance(kind, types.CompanyName)

    @cached_property
    def _words(self) -> list[str]:
        return sorted({*self.classes.literals, *self.classes.prefixes})

    @cached_property
    def _of_literals(self) -> Mask:
        """The classes that are made of literals; a literal's class says all of it."""
        return sum(1 << number for number in self.classes.places)

    @cached_property
    def _answers(self) -> list[Mask]:
        """For each pattern the classes of literals for which it holds."""
        literals, places = self.classes.literals, self.classes.places
        first = {number: literals[found[0]] for number, found in places.items()}
        return [
            sum(1 << number for number, text in first.items() if is_as_tested(test, text))
            for _, test in self.patterns
        ]

    def wanted(self, box: Sequence[Mask]) -> Wanted:
        """Return what a box asks of a text that is there."""
        yes = no = 0
        for bit, (at, _) in enumerate(self.patterns):
            if box[at] == YES:
                yes |= 1 << bit
            elif box[at] == NO:
                no |= 1 << bit
        return Wanted(box[self.value] & ~1, yes, no)

    def text(self, wanted: Wanted, meter: Meter, most: int = MOST_STATES) -> str | None:
        """Return a text with all that is wanted, None where there is none.

        most: states of a product after which the question is left open. Raises OutOfTexts where
        it is, and OutOfTime.
        """
        asked = wanted, most
        if asked not in self._known:
            try:
                self._known[asked] = self._text(wanted, meter, most)
            except OutOfTexts as left_open:
                self._known[asked] = left_open
        found = self._known[asked]
        if isinstance(found, OutOfTexts):
            raise OutOfTexts
        return found

    def _text(self, wanted: Wanted, meter: Meter, most: int) -> str | None:
        fitting = wanted.values & self._of_literals
        for bit, holds in enumerate(self._answers):
            if wanted.yes >> bit & 1:
                fitting &= holds
            elif wanted.no >> bit & 1:
                fitting &= ~holds
        if fitting:
            number = (fitting & -fitting).bit_length() - 1
            return self.classes.literals[self.classes.places[number][0]]
        rest = attrs.evolve(wanted, values=wanted.values & ~self._of_literals)
        if not rest.values or self._is_against_itself(rest):
            return None
        likely = islice(self._likely(rest), MOST_LIKELY)
        found = next((text for text in likely if self.is_one(rest, text)), None)
        return found or self._searched(rest, meter, most)

    def _likely(self, wanted: Wanted) -> Iterator[str]:
        yes, no = self._tests(wanted.yes), self._tests(wanted.no)
        for number in members(wanted.values)[:3]:
            start = sample(self.dimension, number)
            if start is not None:
                yield from likely_texts(self.field, str(start), yes, no)

    def _tests(self, bits: Mask) -> list[Pattern]:
        return [self.patterns[bit][1] for bit in members(bits)]

    def _is_against_itself(self, wanted: Wanted) -> bool:
        """Return whether two answers alone leave no text: then nothing has to be walked.

        What is in a wanted part is in the text, and of two ends one is the end of the other.
        """
        yes, no = self._tests(wanted.yes), self._tests(wanted.no)
        plain = [test.text for test in yes if not isinstance(test, Matches)]
        never = [test.text for test in no if isinstance(test, Contains)]
        ends = sorted({test.text for test in yes if isinstance(test, EndsWith)}, key=len)
        never_ends = [test.text for test in no if isinstance(test, EndsWith)]
        tick(len(plain) * len(never) + len(ends) * (1 + len(never_ends)))
        return (
            any(part in text for text in plain for part in never)
            or any(not longer.endswith(end) for end, longer in pairwise(ends))
            or any(text.endswith(end) for text in ends for end in never_ends)
        )

    def is_one(self, wanted: Wanted, text: str) -> bool:
        """Return whether a text is a value of the field, and all that is wanted."""
        tick(len(self.patterns))
        if not wanted.values >> finder(self.classes)(text) & 1:
            return False
        for bit, (_, test) in enumerate(self.patterns):
            is_asked = (wanted.yes | wanted.no) >> bit & 1
            if is_asked and is_as_tested(test, text) != bool(wanted.yes >> bit & 1):
                return False
        return read(self.field, jsonable(text)) == text

    def _searched(self, wanted: Wanted, meter: Meter, most: int) -> str | None:
        """Return a text that the automata of all that is wanted have in common."""
        automata, is_all = self._automata(wanted)
        is_none = False
        for language in kinds(self.field.type):
            asked = [language, *automata]
            for each, again in ((1, 1), (2, MOST_READ)):
                walk = Walk(asked, letters(self.field.type, asked, each), again, most)
                some = list(islice(walk.texts(meter), MOST_READ))
                found = next((text for text in some if self.is_one(wanted, text)), None)
                if found is not None:
                    return found
                is_none = not some and not walk.is_cut
                if is_none:
                    break
                is_none = is_all and walk.is_whole and len(some) < MOST_READ
        if not is_none:
            raise OutOfTexts
        return None

    def _automata(self, wanted: Wanted) -> tuple[list[Automaton], bool]:
        """Return automata for what is wanted, and whether they are for all of it."""
        asked: dict[tuple[type[Pattern], bool], list[str]] = {}
        for bit, (_, test) in enumerate(self.patterns):
            if (wanted.yes | wanted.no) >> bit & 1:
                text = test.pattern if isinstance(test, Matches) else test.text
                asked.setdefault((type(test), bool(wanted.yes >> bit & 1)), []).append(text)

        def texts(kind: type[Pattern], *, is_wanted: bool) -> tuple[str, ...]:
            return tuple(asked.get((kind, is_wanted), ()))

        found: list[Automaton] = []
        whole = self.dimension.partition.full & ~1 & ~self._of_literals
        if whole & ~wanted.values or self._of_literals:
            found.append(PrefixAutomaton(self.classes, wanted.values, self._words))
        parts = AskedParts(
            texts(Contains, is_wanted=True),
            texts(Contains, is_wanted=False),
            texts(EndsWith, is_wanted=True),
            texts(EndsWith, is_wanted=False),
        )
        if parts != AskedParts():
            found.append(PartsAutomaton.of(parts))
        is_all = True
        for is_wanted in (True, False):
            sought = [
                *((expression_of, text) for text in texts(Matches, is_wanted=is_wanted)),
                *((word_expression, text) for text in texts(HasWord, is_wanted=is_wanted)),
            ]
            for expression, text in sought:
                try:
                    found.append(ExpressionAutomaton.of(expression(text), wanted=is_wanted))
                except UnreadExpressionError:
                    is_all = False
        return found, is_all

    # -- a lead of a box, or why there is none --

    def narrowed(self, box: _Box, meter: Meter, most: int = MOST_STATES) -> _Box | None:
        """Return `box`, of which the lowest classes are a text, or what is left of it around one.

        None where no text is in it. most: as of `text`. Raises OutOfTexts.
        """
        if box[self.value] & 1 << MISSING:
            return box  # a lead without the field; then nothing holds of it
        lowest = list(box)
        for at in self.dimensions:
            lowest[at] = box[at] & -box[at]
        try:
            if self.text(self.wanted(lowest), meter, most) is not None:
                return box
        except OutOfTexts:
            pass
        text = self.text(self.wanted(box), meter, most)
        if text is None:
            return None
        inside = list(box)
        inside[self.value] = 1 << finder(self.classes)(text)
        for at, test in self.patterns:
            inside[at] = YES if is_as_tested(test, text) else NO
        return tuple(inside)

    def refuted(self, box: _Box, meter: Meter) -> _Sides:
        """Return sides of `box`, in which there is no text, that hold none; few, and wide."""
        kept = self.wanted(box)
        everything = self.dimension.full & ~1
        without = attrs.evolve(kept, values=everything)
        if kept.values != everything and self._is_refuted(without, meter):
            kept = without
        bits = members(kept.yes | kept.no)
        size = max(1, len(bits) // 2)
        while bits and size:
            for start in range(0, len(bits), size):
                gone = sum(1 << bit for bit in bits[start : start + size])
                fewer = attrs.evolve(kept, yes=kept.yes & ~gone, no=kept.no & ~gone)
                if self._is_refuted(fewer, meter):
                    kept = fewer
            bits = members(kept.yes | kept.no)
            size //= 2
        kept = self._widened(kept, meter)
        sides = [(self.value, kept.values)]
        for bit, (at, _) in enumerate(self.patterns):
            if (kept.yes | kept.no) >> bit & 1:
                sides.append((at, YES if kept.yes >> bit & 1 else NO))
        return tuple(sorted(sides))

    def _widened(self, kept: Wanted, meter: Meter) -> Wanted:
        """Return the same with all classes of values for which it is refuted, if they are few."""
        others = members(self.dimension.full & ~1 & ~kept.values)
        if len(others) > MOST_WIDENED:
            return kept
        for number in others:
            if self._is_refuted(attrs.evolve(kept, values=1 << number), meter):
                kept = attrs.evolve(kept, values=kept.values | 1 << number)
        return kept

    def _is_refuted(self, wanted: Wanted, meter: Meter) -> bool:
        try:
            return self.text(wanted, meter) is None
        except OutOfTexts:
            return False

    def open_sides(self, box: _Box) -> _Sides:
        """Return the sides of `box` that speak of this field."""
        sides = [(self.value, box[self.value])]
        sides += [(at, box[at]) for at, _ in self.patterns if box[at] in {YES, NO}]
        return tuple(sorted(sides))


@lru_cache(maxsize=32)
def _answers_of(
    _field: Field, _classes: Texts, _tests: tuple[Pattern, ...]
) -> "dict[tuple[Wanted, int], str | OutOfTexts | None]":
    """Return what was found of a field's texts: most edits of a policy ask nothing else of them.

    An editor has a policy checked anew with every pause, and a comparison has two versions of it.
    """
    return {}


def axes(dimensions: Sequence[Dimension]) -> dict[str, Axis]:
    """Return what is asked of the texts of each field, by its name."""
    value_at: dict[str, int] = {}
    patterns: dict[str, list[tuple[int, Pattern]]] = {}
    for at, dimension in enumerate(dimensions):
        if dimension.kind == "value" and isinstance(dimension.partition.classes, Texts):
            value_at[dimension.field.name] = at
        elif dimension.kind == "pattern":
            assert isinstance(dimension.test, Pattern)
            patterns.setdefault(dimension.field.name, []).append((at, dimension.test))
    return {
        name: Axis(dimensions[at].field, at, dimensions[at], tuple(patterns.get(name, ())))
        for name, at in value_at.items()
    }


class Theory(Protocol):
    """What knows of combinations of classes that they are no lead, as `Axis` does."""

    def narrowed(self, box: _Box, meter: Meter, /) -> _Box | None:
        """Return what is left of a box around a lead, None where there is none."""
        ...

    def refuted(self, box: _Box, meter: Meter, /) -> _Sides:
        """Return sides of a box without a lead that have none."""
        ...

    def open_sides(self, box: _Box, /) -> _Sides:
        """Return the sides of a box of which it was left open."""
        ...


def real(
    axes: Sequence[Theory],
    search: Callable[[Sequence[_Sides]], _Box | None],
    meter: Meter,
) -> _Box | None:
    """Return a box that `search` finds in which there is a lead, None where there is none.

    The lowest classes of the box are a lead. search: takes sides that it has to stay out of.
    Raises OutOfSteps, OutOfTexts where only what was left open could be such a lead.
    """
    outside: list[_Sides] = []
    left_open = 0
    while (found := search(outside)) is not None:
        box: _Box | None = found
        for axis in axes:
            assert box is not None
            try:
                narrowed = axis.narrowed(box, meter)
                if narrowed is None:
                    outside.append(axis.refuted(box, meter))
            except OutOfTexts:
                narrowed = None
                left_open += 1
                outside.append(axis.open_sides(box))
            box = narrowed
            if box is None:
                break
        if box is not None:
            return box
        meter.take()
        if left_open == MOST_OPEN:
            break
    if left_open:
        raise OutOfTexts
    return None
