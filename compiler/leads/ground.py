"""What questions stand on: the atoms that are asked, and the space and regions made of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from turnout.compiler.leads.budget import look
from turnout.compiler.leads.regions import Region, Regions
from turnout.compiler.leads.space import Space, space
from turnout.dsl.conditions import Atom
from turnout.dsl.types import Field
from turnout.frozen import attribute, frozen


@frozen(slots=False)
class Ground:
    """The atoms that may be asked of leads with these fields, each once, in order.

    The space is made when it is first needed, and once. since: the day from which on
    moments come, None where any may; first: the first day on which a lead arrives: see `space`.
    """

    fields: Mapping[str, Field] = attribute(repr=False, hash=False)
    asked: tuple[Atom, ...] = attribute(repr=False)
    since: date | None = None
    first: date | None = None

    @cached_property
    def regions(self) -> Regions:
        """The regions of the space. Raises OutOfTime."""
        look()
        return Regions(space(self.fields, self.asked, self.since, self.first))

    @property
    def space(self) -> Space:
        """The space of leads, as fine as the atoms need it."""
        return self.regions.space

    @cached_property
    def possible(self) -> tuple[Region, ...]:
        """What every lead is in: the outside of each combination that can't be."""
        return tuple(self.regions.outside(box) for box in self.space.impossible)


def ground(
    fields: Mapping[str, Field],
    asked: Iterable[Atom],
    since: date | None = None,
    first: date | None = None,
) -> Ground:
    """Return the ground of `fields` on which these atoms can be asked."""
    return Ground(fields, tuple(dict.fromkeys(asked)), since, first)
