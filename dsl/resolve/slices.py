"""A part of all leads, by a hash of one of their texts: `id in first 30% of "pilot"`."""

from decimal import Decimal

from turnout.dsl import nodes
from turnout.dsl.conditions import And, Condition, InSlice, Not, Present
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.types import Field
from turnout.dsl.values.slices import SLICES

LONGEST_NAME = 200
"""Characters of the name of a slice."""


def slice_asked(field: Field, node: nodes.Test, scope: Scope) -> Condition | None:
    """Return what a test asks of the place of a text, None where it was reported."""
    assert isinstance(node.operands, tuple)
    portion, name = node.operands
    if field.type.shape != "text":
        scope.report(
            "type-mismatch",
            node.span,
            f"a part can't be taken of `{field.name}`",
            text=f"`{field.name}` is {article(field.type.word)} field, with too few values",
            help="take it of a field that tells leads apart: an id, an e-mail address, a domain",
        )
        return None
    digits = portion.text.removesuffix("%")
    asked_for = Decimal(digits) * (SLICES // 100) if len(digits) < 20 else Decimal(-1)
    if asked_for != int(asked_for) or not 0 < asked_for <= SLICES:
        scope.report(
            "unknown-value",
            portion.span,
            f"`{portion.text}` is no part that leads are cut into",
            help="write a part from 0.1% to 100%, with one decimal at most",
        )
        return None
    if not name.text.strip() or len(name.text) > LONGEST_NAME:
        scope.report(
            "unknown-value",
            name.span,
            f"a part has a name of 1 to {LONGEST_NAME} characters",
            help='name what it is for, such as "pilot-2027": leads fall by the name',
        )
        return None
    asked = InSlice(field.name, name.text, int(asked_for))
    return asked if node.operator == "in first" else And((Present(field.name), Not(asked)))
