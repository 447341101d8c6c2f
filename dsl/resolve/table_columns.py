"""The column of a policy's table that a name means, found as columns of leads are.

A table's header is written by whoever keeps the table, so it is read without regard to
case, blanks and signs, where that is unambiguous; the columns that a field declares for
leads are its columns in tables, too.
"""

from collections.abc import Sequence

from turnout.dsl import nodes
from turnout.dsl.headers import ColumnNames, Headers
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.source import Span
from turnout.dsl.types import Field, taken_from

_NAMED_AT_MOST = 10


def field_column(field: Field, columns: Sequence[str]) -> int | None:
    """Return the place of a field's column, None where no column, or none clearly, is its.

    What a lead's other fields have (`company-name of company`) may stand in a column that is
    called like one of these.

    >>> from turnout.dsl.types import Text
    >>> field_column(Field("postal_code", Text()), ["Area", "Postal Code"])
    1
    """
    binding = Headers({field.name: field}).binding(tuple(columns))
    found = next(iter(binding.columns), None) if len(binding.columns) == 1 else None
    if found is None and binding.several:
        found = binding.several[0].places[0].columns[0]
    if found is not None:
        return columns.index(found)
    places = (_place(name, columns) for name in taken_from(field.type))
    return next((place for place in places if place is not None), None)


def key_column(
    name: nodes.Name, field: Field | None, columns: Sequence[str], scope: Scope
) -> int | None:
    """Return the place of the column of a field that a table is keyed by; report where none is."""
    at = None if field is None else field_column(field, columns)
    if at is None:
        at = named_column(name, columns)
    if at is None:
        _report(name.span, name.text, columns, scope)
    return at


def value_column(
    name: nodes.Name | nodes.Literal, columns: Sequence[str], scope: Scope
) -> int | None:
    """Return the place of the column that a policy names; report where there is none."""
    at = named_column(name, columns)
    if at is None:
        _report(name.span, name.text, columns, scope)
    return at


def named_column(name: nodes.Name | nodes.Literal, columns: Sequence[str]) -> int | None:
    """Return the place of the column that a policy names, None where none clearly is it."""
    return _place(name.text, columns)


def _place(name: str, columns: Sequence[str]) -> int | None:
    found = ColumnNames(columns).find(name)
    is_clear = len(found) == 1 or name in found
    return columns.index(found[0]) if is_clear else None


def _report(span: Span, name: str, columns: Sequence[str], scope: Scope) -> None:
    names = ColumnNames(columns)
    if len(like := names.find(name) or names.like(name)) > 1:
        scope.report(
            "unknown-name",
            span,
            f"several columns of the table may be `{name}`",
            text=f"it may be {' or '.join(like[:_NAMED_AT_MOST])}",
            help="write the name as it stands in the table, in quotes where it has signs",
        )
        return
    report_absent(span, name, columns, scope)


def report_absent(
    span: Span, name: str, columns: Sequence[str], scope: Scope, advice: str = ""
) -> None:
    """Report that a table has no column of that name."""
    near = nearest(name, columns)
    scope.report(
        "unknown-name",
        span,
        f"the table has no column `{name}`",
        text=f"its columns are {', '.join(columns[:_NAMED_AT_MOST])}",
        help=advice,
        near=None if advice else near,
    )
