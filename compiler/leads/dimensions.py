"""One axis of the grid of leads: a field, what is asked of it, and its classes."""

from typing import Literal, TypeAlias

from turnout.compiler.leads.partitions import Partition
from turnout.compiler.masks import Mask
from turnout.dsl.conditions import Atom
from turnout.dsl.types import Field
from turnout.frozen import frozen

NO, YES = 1, 2
"""The two classes of a yes/no dimension, as masks."""

DimensionKind: TypeAlias = Literal["value", "has", "pattern", "age"]


@frozen
class Dimension:
    """One axis of the grid.

    kind: "value" (class 0 is missing), "has" or "pattern" (NO and YES), "age" (class 0 is
    missing). test: the atom that a yes/no dimension answers, or the `Open` or `Duplicate`
    that is asked of the clock or the history instead of the lead; None for the others.
    full: the classes that a lead of the policy can have; a required field is never missing.
    """

    field: Field
    kind: DimensionKind
    partition: Partition
    full: Mask
    test: Atom | None = None
