"""What tells a lead that was seen before, and whether a policy that asks for one says so."""

from collections.abc import Mapping
from datetime import timedelta

from turnout.dsl import nodes
from turnout.dsl.policy import Identity
from turnout.dsl.resolve.schema import number
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.types import Field
from turnout.dsl.values.time_words import unit_meant

_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
LONGEST = timedelta(days=3_650)


def identity(node: nodes.Identity, fields: Mapping[str, Field], scope: Scope) -> Identity | None:
    """Return the identity, None where something in it was reported."""
    names: dict[str, None] = {}
    is_whole = True
    for name in node.fields:
        if name.text in names:
            message = f"the identity names `{name.text}` twice"
            scope.report("duplicate-name", name.span, message, help="delete one of the two")
        else:
            scope.field(name, fields)
        is_whole &= name.text in fields and name.text not in names
        names[name.text] = None
    within = period(node.within, scope, "to remember a lead")
    return Identity(tuple(names), within, node.span) if is_whole and within is not None else None


def period(node: nodes.Duration, scope: Scope, purpose: str) -> timedelta | None:
    """Return a time in whole minutes or more, None where it was reported.

    purpose: what it is for, such as "to remember a lead".
    """
    unit = _UNITS.get(node.unit.text.removesuffix("s"))
    if unit is None:
        known = [f"{word}s" for word in _UNITS]
        near = unit_meant(node.unit.text) or nearest(node.unit.text, known)
        message = f"`{node.unit.text}` is no unit of time"
        advice = "write minutes, hours, days or weeks"
        scope.report("unknown-value", node.unit.span, message, help=advice, near=near)
        return None
    length = number(node.number)
    if length is None or length != int(length) or not 0 < length <= LONGEST // unit:
        message = f"`{node.span.text}` is not a time {purpose} for"
        advice = f"write a whole number, from 1 minute to {LONGEST.days:,} days"
        scope.report("unknown-value", node.span, message, help=advice)
        return None
    return unit * int(length)
