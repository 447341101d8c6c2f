"""One axis of the grid of leads: a field, what is asked of it, and its classes."""

from typing import Literal, TypeAlias

from turnout.compiler.leads.partitions import Partition
from turnout.compiler.masks import Mask
from turnout.dsl import types
from turnout.dsl.conditions import Atom, Beside
from turnout.dsl.types import Field
from turnout.frozen import frozen

NO, YES = 1, 2
"""The two classes of a yes/no dimension, as masks."""

DimensionKind: TypeAlias = Literal["value", "has", "pattern", "age", "slice", "standing"]


@frozen
class Dimension:
    """One axis of the grid.

    kind: "value" (class 0 is missing), "has" or "pattern" (NO and YES), "age" (class 0 is
    missing), "slice" (where a text falls; class 0 is missing), "standing" (how two fields stand
    to each other; `field` is then none of the schema's, see `pair_field`). test: the atom that
    a yes/no dimension answers, or that which is asked of the clock or the history instead of
    the lead, or for a standing whether the two are the same; None for the others.
    full: the classes that a lead of the policy can have; a required field is never missing.
    """

    field: Field
    kind: DimensionKind
    partition: Partition
    full: Mask
    test: Atom | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """The two fields of a standing."""
        assert isinstance(self.test, Beside)
        return self.test.field, self.test.other


def pair_field(one: str, two: str) -> Field:
    """Return what stands for the field of a standing; no field has a name with blanks."""
    return Field(f"{one} and {two}", types.Boolean())
