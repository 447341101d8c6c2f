"""Whether fields that are compared have values as a box of leads wants them, and which.

Each two fields that a policy compares have a dimension: below, same, above, or missing. Not
every combination goes together: from `a < b`, `b < c` and `c < 10` follows something of
`a`. What goes together is settled for those combinations that a search comes to, as for
texts (see `possible_texts`): values are found, or the combination is refuted by as few of
its sides as it takes. On a line that is a question about differences of bounds, which has
an exact answer (see `differences`), also with ages, as all dates are seen from one day;
values of lists and texts are tried, as many of a kind as there are fields. Texts of which
more is asked than how they begin may be left open.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TypeAlias, TypeVar, cast

from turnout.compiler.classes import (
    MISSING,
    class_of,
    finder,
    is_as_tested,
    standing_mask,
    stretch_cuts,
)
from turnout.compiler.classes import TOP as END_OF_TEXTS
from turnout.compiler.leads.budget import Meter, OutOfTexts, tick
from turnout.compiler.leads.differences import ZERO, DifferenceBound, Limit, LineValue, found
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.partitions import LOWEST, Cut
from turnout.compiler.leads.possible_texts import Axis
from turnout.compiler.leads.samples import pieces, texts_between
from turnout.compiler.leads.universe import country_of, universe
from turnout.compiler.masks import Mask, members
from turnout.dsl import types
from turnout.dsl.conditions import During, standing
from turnout.dsl.types import Value
from turnout.dsl.values import jsonable, read
from turnout.frozen import attribute, define

CLOCK = "day of the decision"
"""What stands for the day that ages are seen from, among values; no field has a blank."""

MOST_TRIED = 20_000
"""Combinations of values that are tried for one box before it is left open."""

MOST_STARTS = 40
"""Texts that are tried as the beginning of others."""

MOST_WIDENED = 32
"""Classes up to which each is tried whether it is refuted as well."""

_V = TypeVar("_V", bound=Value)
_Box: TypeAlias = tuple[Mask, ...]
_Sides: TypeAlias = tuple[tuple[int, Mask], ...]
_TODAY = date(2026, 1, 1).toordinal()
_EXACT = Context(prec=200)
_BELOW, _SAME, _ABOVE = (standing_mask([each]) for each in (-1, 0, 1))


@define(eq=False, slots=False)
class Together:
    """Fields that are compared with each other, directly or through others.

    all: every dimension of the space. value_at, age_at: the numbers of theirs, by field.
    pairs: those of standings. texts: what else is asked of the fields that are texts. days: those
    of the decision's day, from which ages are seen.
    """

    all: Sequence[Dimension]
    value_at: Mapping[str, int]
    age_at: Mapping[str, int]
    pairs: Sequence[int]
    texts: Mapping[str, Axis]
    days: Sequence[int] = ()
    _finders: dict[int, Callable[[Value], int]] = attribute(
        factory=dict[int, "Callable[[Value], int]"], init=False
    )
    _masks: dict[int, dict[Value, Mask]] = attribute(
        factory=dict[int, "dict[Value, Mask]"], init=False
    )
    _spans_of: dict[tuple[int, Mask], list[tuple[Cut, Cut]]] = attribute(
        factory=dict[tuple[int, Mask], "list[tuple[Cut, Cut]]"], init=False
    )

    @cached_property
    def fields(self) -> dict[str, types.Field]:
        """The fields, by name."""
        return {name: self.all[at].field for name, at in self.value_at.items()}

    @cached_property
    def dimensions(self) -> frozenset[int]:
        """The numbers of all dimensions on which the values depend."""
        own = {*self.value_at.values(), *self.age_at.values(), *self.pairs, *self.days}
        own.update(at for axis in self.texts.values() for at in axis.dimensions)
        own.update(at for linked in self._linked.values() for at in linked)
        return frozenset(own.union(self._sliced))

    @cached_property
    def _sliced(self) -> tuple[int, ...]:
        """The dimensions of where the texts fall, see `values.slices`."""
        ats = (at for at, each in enumerate(self.all) if each.kind == "slice")
        return tuple(at for at in ats if self.all[at].field.name in self.value_at)

    @cached_property
    def _linked(self) -> dict[str, tuple[int, ...]]:
        """For each country or subdivision the dimensions of what it lies in, or has inside."""
        places: dict[str, list[int]] = {}
        for at, each in enumerate(self.all):
            of = each.field.type
            if each.kind != "value" or not isinstance(of, types.Subdivision):
                continue
            if of.country is not None and of.country in self.value_at:
                places.setdefault(of.country, []).append(at)
            if each.field.name in self.value_at and of.country is not None:
                places.setdefault(each.field.name, []).append(self._country_at(of.country))
        return {name: tuple(ats) for name, ats in places.items()}

    def _country_at(self, name: str) -> int:
        return next(
            at for at, d in enumerate(self.all) if d.kind == "value" and d.field.name == name
        )

    @property
    def _is_on_line(self) -> bool:
        return next(iter(self.fields.values())).type.shape in types.ON_A_LINE

    # -- a lead of a box, or why there is none --

    def narrowed(self, box: _Box, meter: Meter, most: int = 0) -> _Box | None:
        """Return `box` around values of it, None where there are none. Raises OutOfTexts."""
        del meter, most  # what is tried has a bound of its own
        values = self.values(box)
        if values is None:
            return None
        day = values.pop(CLOCK, None)
        inside = list(box)
        for name, at in self.value_at.items():
            inside[at] = 1 << class_of(self.all[at].partition.classes, values.get(name))
            for other, classes in self._fitting(name, values.get(name)):
                inside[other] &= classes
        for name, at in self.age_at.items():
            value = values.get(name)
            if not isinstance(value, date):
                inside[at] = 1 << MISSING
            elif isinstance(day, date):
                age = day.toordinal() - value.toordinal()
                inside[at] = 1 << class_of(self.all[at].partition.classes, age)
        for at in self.days if isinstance(day, date) else ():
            inside[at] = 1 << class_of(self.all[at].partition.classes, day)
        for name, axis in self.texts.items():
            for at, test in axis.patterns:
                text = values.get(name)
                inside[at] = 1 << int(text is not None and is_as_tested(test, text))
        for at in self.pairs:
            one, two = self.all[at].pair
            pair = values.get(one), values.get(two)
            inside[at] = 1 << class_of(self.all[at].partition.classes, pair)
        return tuple(inside)

    def _fitting(self, name: str, value: Value | None) -> Iterator[tuple[int, Mask]]:
        """Yield what a place leaves of the dimensions that it is linked with."""
        for at in self._linked.get(name, ()):
            if value is None:
                continue
            if isinstance(self.fields[name].type, types.Subdivision):
                yield at, 1 << self._finder(at)(country_of(value))
            else:
                yield at, self._inside(at).get(value, 0) | 1 << MISSING

    def _finder(self, at: int) -> Callable[[Value], int]:
        """Return what finds the class of a value in a dimension that is linked; made once."""
        if at not in self._finders:
            self._finders[at] = finder(self.all[at].partition.classes)
        return self._finders[at]

    def _inside(self, at: int) -> Mapping[Value, Mask]:
        """Return for each country the classes that its subdivisions are in; made once."""
        if at not in self._masks:
            find, masks = self._finder(at), dict[Value, Mask]()
            for value in universe(self.all[at].field.type):
                country = country_of(value)
                masks[country] = masks.get(country, 0) | 1 << find(value)
            self._masks[at] = masks
        return self._masks[at]

    def refuted(self, box: _Box, meter: Meter) -> _Sides:
        """Return sides of `box`, which no values have, that none have; few, and wide."""
        del meter
        kept = list(box)
        for at in sorted(self.dimensions):
            if kept[at] != self.all[at].full:
                self._try(kept, at, self.all[at].full)
        for at in sorted(self.dimensions):
            others = members(self.all[at].full & ~kept[at])
            if len(others) <= MOST_WIDENED:
                for number in others:
                    self._try(kept, at, kept[at] | 1 << number)
        return self.open_sides(tuple(kept))

    def _try(self, box: list[Mask], at: int, mask: Mask) -> None:
        """Widen a side of `box` if it still holds no values."""
        before, box[at] = box[at], mask
        try:
            if self.values(tuple(box)) is None:
                return
        except OutOfTexts:
            pass
        box[at] = before

    def open_sides(self, box: _Box) -> _Sides:
        """Return the sides of `box` that speak of these fields."""
        return tuple(
            (at, box[at]) for at in sorted(self.dimensions) if box[at] != self.all[at].full
        )

    # -- values --

    def values(self, box: _Box) -> dict[str, Value] | None:
        """Return values of a box, None where it has none; a field without one is missing.

        Under the name of the clock stands the day that ages are seen from, where one is
        asked. Raises OutOfTexts where it was left open.
        """
        tick(8)
        is_open = False
        for present in self._presences(box):
            try:
                made = (
                    self._on_line(box, present) if self._is_on_line else self._tried(box, present)
                )
            except OutOfTexts:
                is_open = True
                continue
            if made is not None:
                return made
        if is_open:
            raise OutOfTexts
        return None

    def _presences(self, box: _Box) -> Iterator[frozenset[str]]:
        """Yield which fields have a value, those sets first in which few have one."""
        choices = [
            [has for has in (False, True) if self._can_be(box, name, has=has)]
            for name in self.value_at
        ]
        ways = product(*choices)
        for chosen in sorted(ways, key=sum) if len(choices) <= 12 else ways:
            names = {name for name, has in zip(self.value_at, chosen, strict=True) if has}
            if all(
                box[at] & (0b1110 if names.issuperset(self.all[at].pair) else 1)
                for at in self.pairs
            ):
                yield frozenset(names)

    def _can_be(self, box: _Box, name: str, *, has: bool) -> bool:
        asked = [self.value_at[name]]
        if name in self.age_at:
            asked.append(self.age_at[name])
        if (
            not has
            and name in self.texts
            and any(not box[at] & 1 for at, _ in self.texts[name].patterns)
        ):
            return False
        return all(box[at] & (~1 if has else 1) for at in asked)

    def _standings(self, box: _Box, present: frozenset[str]) -> list[tuple[str, str, Mask]]:
        """Return how each two fields that are there have to stand to each other."""
        pairs = ((self.all[at].pair, box[at] & 0b1110) for at in self.pairs)
        return [(*pair, mask) for pair, mask in pairs if present.issuperset(pair)]

    # -- on a line --

    def _on_line(self, box: _Box, present: frozenset[str]) -> dict[str, Value] | None:
        ways: list[list[tuple[DifferenceBound, ...]]] = []
        for one, two, mask in self._standings(box, present):
            ways.append([_order(one, two, part) for part in _parts(mask)])
        for name in sorted(present):
            at = self.value_at[name]
            ways.append([_bound(name, ZERO, *span) for span in self._spans(at, box[at])])
        aged = [name for name in sorted(present & self.age_at.keys()) if self._is_aged(box, name)]
        for name in aged:
            at = self.age_at[name]
            ways.append([_bound(CLOCK, name, *span) for span in self._spans(at, box[at])])
        wanted = {name: self._wanted(name, box) for name in present}
        if aged:
            days = DifferenceBound(CLOCK, ZERO, (Fraction(date.max.toordinal()), 1))
            ways.append([(days, DifferenceBound(ZERO, CLOCK, (Fraction(-1), 1)))])
            wanted[CLOCK] = LineValue(is_whole=True, near=Fraction(_TODAY))
            ways += [
                [_bound(CLOCK, ZERO, *span) for span in self._spans(at, box[at])]
                for at in self.days
            ]
        for tried, chosen in enumerate(_chosen(ways, wanted)):
            if chosen is not None:
                return {name: self._value(name, value) for name, value in chosen.items()}
            if tried > MOST_TRIED // 10:
                raise OutOfTexts
        return None

    def _is_aged(self, box: _Box, name: str) -> bool:
        at = self.age_at[name]
        return box[at] & ~1 != self.all[at].full & ~1

    def _spans(self, at: int, mask: Mask) -> list[tuple[Cut, Cut]]:
        """Return where classes lie on their line, what is next to each other as one."""
        if (at, mask) not in self._spans_of:
            joined: list[tuple[Cut, Cut]] = []
            for low, high in sorted(p for n in members(mask & ~1) for p in pieces(self.all[at], n)):
                is_next = bool(joined) and joined[-1][1] == low
                joined.append((joined.pop()[0] if is_next else low, high))
            self._spans_of[at, mask] = joined
        return self._spans_of[at, mask]

    def _wanted(self, name: str, box: _Box) -> LineValue:
        """Return what to look for: an end that a condition names, else what is near at hand."""
        kind = self.fields[name].type
        at = self.value_at[name]
        low: Cut = self._spans(at, box[at])[0][0]
        dense = _dense(low)
        number: int | Decimal = low if dense is None else dense[0]
        usual = _TODAY if kind.shape == "days" else 0
        is_named = number not in {LOWEST, 1} if kind.shape == "days" else number != LOWEST
        return LineValue(kind.shape != "dense", Fraction(number if is_named else usual))

    def _value(self, name: str, number: Fraction) -> Value:
        kind = types.Date() if name == CLOCK and name not in self.fields else self.fields[name].type
        match kind.shape:
            case "days":
                return date.fromordinal(int(number))
            case "whole":
                return int(number)
            case _:
                return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))

    # -- values that differ or are the same --

    def _tried(self, box: _Box, present: frozenset[str]) -> dict[str, Value] | None:
        if any(box[at] != self.all[at].full for at in self._sliced):
            raise OutOfTexts  # which texts fall where is known of single ones alone
        names = sorted(present)
        asked = self._standings(box, present)
        choices: list[list[Value]] = []
        is_all = True
        for name in names:
            some, is_whole = self._choices(box, name)
            is_all = is_all and is_whole
            choices.append(some)
        tried = 0
        stack: list[dict[str, Value]] = [{}]
        while stack:
            made = stack.pop()
            if len(made) == len(names):
                return made
            name = names[len(made)]
            for value in reversed(choices[len(made)]):
                tried += 1
                after = {**made, name: value}
                if all(
                    mask & standing_mask([standing(after[one], after[two])])
                    for one, two, mask in asked
                    if name in {one, two} and one in after and two in after
                ):
                    stack.append(after)
            if tried > MOST_TRIED:
                raise OutOfTexts
        if not is_all:
            raise OutOfTexts
        return None

    def _choices(self, box: _Box, name: str) -> tuple[list[Value], bool]:
        """Return values of a field to be tried, and whether no other could do more."""
        at = self.value_at[name]
        if name not in self.texts:
            linked = self._linked.get(name, ())
            return [
                value
                for value in self._listed
                if box[at] >> class_of(self.all[at].partition.classes, value) & 1
                and value in universe(self.fields[name].type)
                and (not linked or all(box[o] & c for o, c in self._fitting(name, value)))
            ], True
        axis, made = self.texts[name], self._texts[0]
        is_asked = any(box[other] in {1, 2} for other, _ in axis.patterns)
        more: list[str] = []
        for each in self.texts.values() if is_asked else ():
            own = axis.text(axis.wanted(box), Meter(0)) if each is axis else None
            more += [own, f"{own}x", f"x{own}"] if own is not None else []
        if is_asked or any(b in {1, 2} for b in self._answers(box)):
            asked = [text for other in self.texts.values() for text in self._of(other, box)]
            more += [*asked, *(start + end for start in made[:MOST_STARTS] for end in asked)]
        fitting = [text for text in dict.fromkeys((*made, *more)) if self._is_one(box, name, text)]
        classes = axis.classes
        is_literal = not any(box[at] >> number & 1 for number in classes.stretches)
        return list(fitting), is_literal or (self._texts[1] and not is_asked)

    def _answers(self, box: _Box) -> Iterator[Mask]:
        """Yield what is wanted of each question that is asked of the texts besides their start."""
        return (box[at] for axis in self.texts.values() for at, _ in axis.patterns)

    def _of(self, axis: Axis, box: _Box) -> list[str]:
        """Return a text that another field wants, which this one may have to be."""
        try:
            own = axis.text(axis.wanted(box), Meter(0))
        except OutOfTexts:
            return []
        return [] if own is None else [own]

    def _is_one(self, box: _Box, name: str, text: str) -> bool:
        axis = self.texts[name]
        return (
            bool(box[axis.value] >> class_of(axis.classes, text) & 1)
            and all(box[at] >> int(is_as_tested(test, text)) & 1 for at, test in axis.patterns)
            and read(axis.field, jsonable(text)) == text
        )

    @cached_property
    def _listed(self) -> tuple[Value, ...]:
        """Values of lists, so many of each kind that every one could differ from the others."""
        every = dict.fromkeys(v for field in self.fields.values() for v in universe(field.type))
        if self._linked:
            return tuple(every)
        finds = [finder(self.all[at].partition.classes) for at in self.value_at.values()]
        kinds = [field.type for field in self.fields.values()]

        def sign(value: Value) -> tuple[object, ...]:
            return tuple(
                (find(value), value in universe(k)) for find, k in zip(finds, kinds, strict=True)
            )

        return tuple(_few(every, sign, len(self.fields)))

    @cached_property
    def _texts(self) -> tuple[tuple[str, ...], bool]:
        """Texts of each kind in the same way, and whether there are so many of each kind."""
        axes = list(self.texts.values())
        finds = [finder(axis.classes) for axis in axes]
        literals = sorted({text for axis in axes for text in axis.classes.literals})
        few = list(_few(literals, lambda text: tuple(f(text) for f in finds), len(axes)))
        cuts = stretch_cuts({prefix for axis in axes for prefix in axis.classes.prefixes})
        is_all = True
        for low, high in zip(cuts, [*cuts[1:], END_OF_TEXTS], strict=True):
            made = texts_between(axes[0].field, (low, high), frozenset(literals), len(axes))
            is_all = is_all and len(made) == len(axes)
            few += made
        return tuple(few), is_all


def _few(values: Iterable[_V], sign: Callable[[_V], tuple[object, ...]], most: int) -> Iterator[_V]:
    """Yield the first values of each sign."""
    counts: dict[object, int] = {}
    for value in values:
        key = sign(value)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= most:
            yield value


def _parts(mask: Mask) -> list[Mask]:
    """Return ways to stand that are bounds of a difference each."""
    return [_BELOW, _ABOVE] if mask == _BELOW | _ABOVE else [mask]


def _order(one: str, two: str, mask: Mask) -> tuple[DifferenceBound, ...]:
    """Return how two fields stand to each other, as bounds of their difference."""
    nothing = Fraction(0)
    found_: list[DifferenceBound] = []
    if not mask & _ABOVE:
        found_.append(DifferenceBound(one, two, (nothing, int(bool(mask & _SAME)))))
    if not mask & _BELOW:
        found_.append(DifferenceBound(two, one, (nothing, int(bool(mask & _SAME)))))
    return tuple(found_)


def _dense(cut: Cut) -> tuple[Decimal, int] | None:
    """Return a cut between decimal numbers, None for one between whole numbers."""
    return cast("tuple[Decimal, int]", cut) if isinstance(cut, tuple) else None


def _bound(above: str, below: str, low: Cut, high: Cut) -> tuple[DifferenceBound, DifferenceBound]:
    """Return that a difference lies between two cuts of a line."""
    first, last = _dense(low), _dense(high)
    top: Limit = Fraction(high - 1) if last is None else Fraction(last[0]), 1
    bottom: Limit = Fraction(-low) if first is None else Fraction(-first[0]), 1
    if first is not None and last is not None:
        top, bottom = (top[0], int(last[1] == 1)), (bottom[0], int(first[1] == 0))
    return DifferenceBound(above, below, top), DifferenceBound(below, above, bottom)


def _chosen(
    ways: Sequence[Sequence[tuple[DifferenceBound, ...]]], wanted: Mapping[str, LineValue]
) -> Iterator[dict[str, Fraction] | None]:
    """Yield what each choice among the ways leaves, those that nothing refutes yet first."""
    stack: list[tuple[int, tuple[DifferenceBound, ...]]] = [(0, ())]
    while stack:
        at, known = stack.pop()
        while at < len(ways) and len(ways[at]) == 1:
            known, at = (*known, *ways[at][0]), at + 1
        made = found(wanted, known)
        if made is None or at == len(ways):
            yield made
            continue
        stack += [(at + 1, (*known, *way)) for way in reversed(ways[at])]


def together(dimensions: Sequence[Dimension], texts: Mapping[str, Axis]) -> tuple[Together, ...]:
    """Return the fields that are compared, those together that depend on each other."""
    pairs = {at: each.pair for at, each in enumerate(dimensions) if each.kind == "standing"}
    groups: list[set[str]] = []
    for pair in pairs.values():
        met = [group for group in groups if not group.isdisjoint(pair)]
        groups = [group for group in groups if group not in met]
        groups.append(set(pair).union(*met))
    ats: dict[str, dict[str, int]] = {"value": {}, "age": {}}
    for at, each in enumerate(dimensions):
        if each.kind in ats:
            ats[each.kind][each.field.name] = at
    asking = [at for at, each in enumerate(dimensions) if isinstance(each.test, During)]
    return tuple(
        Together(
            dimensions,
            {name: at for name, at in ats["value"].items() if name in group},
            {name: at for name, at in ats["age"].items() if name in group},
            [at for at, pair in pairs.items() if group.issuperset(pair)],
            {name: axis for name, axis in texts.items() if name in group},
            asking if any(name in ats["age"] for name in group) else (),
        )
        for group in groups
    )
