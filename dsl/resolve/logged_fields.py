"""What a policy has the log keep of a lead's values, and how long it keeps what."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from turnout.dsl import nodes
from turnout.dsl.policy import LoggedFields, Retention
from turnout.dsl.resolve.identities import period
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.types import Field

KEPT = ("events", "values")
"""What can be kept for a time."""


def logged_fields(
    found: Sequence[nodes.Log], fields: Mapping[str, Field], scope: Scope
) -> LoggedFields:
    """Return the fields that are logged; one that is named twice is reported."""
    names: dict[str, None] = {}
    plain: list[str] = []
    hashed: list[str] = []
    for node in found:
        for written, kept in ((node.fields, plain), (node.hashed, hashed)):
            for name in written:
                if name.text in names:
                    message = f"the log names `{name.text}` twice"
                    help_ = "a field is logged as it is, or hashed: delete one of the two"
                    scope.report("duplicate-name", name.span, message, help=help_)
                elif scope.field(name, fields) is not None:
                    kept.append(name.text)
                names[name.text] = None
    return LoggedFields(tuple(plain), tuple(hashed))


def retention(found: Sequence[nodes.Retain], scope: Scope) -> Retention:
    """Return how long what is kept; what can't be, or is said twice, is reported."""
    lengths: dict[str, timedelta | None] = {}
    for node in found:
        what = node.what.text
        if what not in KEPT:
            message = f"the log has no `{what}` to keep for a time"
            near = nearest(what, KEPT)
            help_ = "write `retain events 400 days` or `retain values 90 days`"
            scope.report("unknown-value", node.what.span, message, help=help_, near=near)
            continue
        if what in lengths:
            message = f"how long {what} are kept is said twice"
            scope.report("duplicate-name", node.what.span, message, help="delete one of the two")
            continue
        lengths[what] = period(node.length, scope, "to keep what is in the log")
    events, values = lengths.get("events"), lengths.get("values")
    if events is not None and values is not None and values > events:
        node = next(each for each in found if each.what.text == "values")
        message = "values are kept no longer than the events in which they stand"
        help_ = "keep events for as long, or values for a shorter time"
        scope.report("unknown-value", node.length.span, message, help=help_)
    return Retention(events, values)
