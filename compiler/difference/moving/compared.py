"""Two versions of a route on common ground, and what is told of the leads that move."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

from turnout.compiler.difference.ground.alignment import aligned
from turnout.compiler.difference.ground.lines import RouteVersion
from turnout.compiler.difference.moving.pieces import ClauseRows, CommonGround
from turnout.compiler.leads.budget import Budget, Meter
from turnout.compiler.leads.regions import Masks, Region, find
from turnout.compiler.outcomes import Outcome
from turnout.compiler.words.describe import SideNames
from turnout.dsl.findings import Witness
from turnout.dsl.types import Field, Value
from turnout.frozen import attribute, define, frozen


@frozen(eq=False, slots=False)
class Area:
    """Leads as a set: those in `inside` and `box` that none of `outside` holds.

    besides: returns what `outside` is; nobody asks where one edit alone touches the leads.
    """

    inside: tuple[Region, ...]
    box: Masks
    besides: Callable[[], tuple[Region, ...]]

    @cached_property
    def outside(self) -> tuple[Region, ...]:
        """The leads that are none of these, as several regions."""
        return self.besides()


MOST_NAMED = 4
"""Clauses or outcomes that a sentence names before it counts the rest."""


def listed(names: Sequence[str]) -> str:
    """Return a few names, and how many more there are.

    >>> listed(["rule `a`", "rule `b`"])
    'rule `a` and rule `b`'
    """
    shown, more = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    if more > 0:
        shown.append(f"{more:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


@frozen(eq=False, slots=False)
class Shift:
    """Leads whose decision changes.

    before, after: what they get in the two versions, one outcome each. tell: words and
    proves, when somebody wants to know; of a thousand shifts of one edit nobody reads all.
    besides: likewise returns `unless`. clause: the clause whose leads they
    are, as its version (`is_old`: the old one) has it. sources, sinks: the
    clauses that take them before and after; owners: who answers for these, both times.
    is_passed_on: the same clauses take them in
    both versions, and they move only where every target of these passes them over;
    `before` and `after` are then what comes after these targets. is_declared: whether all
    of them lie where changes were declared.
    """

    before: tuple[Outcome, ...]
    after: tuple[Outcome, ...]
    tell: Callable[[], tuple[tuple[str, ...], Witness | None]] = attribute(repr=False)
    besides: Callable[[], tuple[str, ...]] = attribute(repr=False)
    clause: str
    is_old: bool
    sources: tuple[str, ...]
    sinks: tuple[str, ...]
    owners: tuple[tuple[str, ...], tuple[str, ...]]
    areas: tuple[Area, ...] = attribute(repr=False)
    is_passed_on: bool = False
    is_declared: bool = True

    @cached_property
    def _told(self) -> tuple[tuple[str, ...], Witness | None]:
        return self.tell()

    @cached_property
    def unless(self) -> tuple[str, ...]:
        """The clauses whose leads aren't among them: earlier ones, and ones told of elsewhere."""
        return self.besides()

    @property
    def said(self) -> tuple[str, ...]:
        """What these leads have in common, as phrases; none where that is nothing."""
        return self._told[0]

    @property
    def witness(self) -> Witness | None:
        """One of the leads, None where none could be made that the interpreter confirms."""
        return self._told[1]


@define
class Purse:
    """The steps of a whole comparison: `left` of them, and for each question its budget."""

    each: Budget
    left: int

    @contextmanager
    def meter(self) -> Generator[Meter, None, None]:
        """Return the meter of one question; what it takes is gone."""
        granted = max(0, min(self.each.steps, self.left))
        meter = Meter(granted, self.each.deadline)
        try:
            yield meter
        finally:
            self.left -= granted - meter.left


@frozen(slots=False, eq=False)
class Compared:
    """Two versions of a route on common ground.

    fields: the shared schema. raws: the name under which each shared field arrives.
    placed: settles the places in the values of a made-up lead. words: for sides of boxes.
    purse: the steps that questions may take. declared: where changes were declared to lie;
    None where they weren't.
    """

    ground: CommonGround
    old: RouteVersion
    new: RouteVersion
    fields: Mapping[str, Field]
    raws: Mapping[str, str]
    placed: Callable[[Mapping[str, Value]], dict[str, Value]]
    words: SideNames
    purse: Purse
    declared: Region | None

    def find(self, regions: Iterable[Region], box: Masks | None = None) -> Masks | None:
        """Return leads that are in all of `regions`, and in `box`. Raises OutOfSteps."""
        inside = () if box is None else tuple(enumerate(box))
        with self.purse.meter() as meter:
            return find(self.ground.space, regions, meter, inside)

    @cached_property
    def lines(self) -> tuple[ClauseRows, ClauseRows]:
        """The rows of the old and of the new version, to be asked which of them meet a box."""
        both = enumerate((self.old.rows, self.new.rows))
        old, new = (
            ClauseRows(self.ground, rows, tuple(pair[side] for pair in self.common))
            for side, rows in both
        )
        return old, new

    @cached_property
    def common(self) -> list[tuple[int, int]]:
        """The positions of the clauses that both versions have in the same order."""
        sign = self.ground.sign
        keys = [
            [*zip(map(sign, each.rows), own, strict=True)]
            for each, own in zip((self.old, self.new), self.own, strict=True)
        ]
        return aligned(*keys)

    @cached_property
    def own(self) -> tuple[list[int], list[int]]:
        """What the own targets of each row of both versions come to, a number for the same."""
        known: dict[Outcome, int] = {}
        old, new = (
            [known.setdefault(row.own, len(known)) for row in each.rows]
            for each in (self.old, self.new)
        )
        return old, new
