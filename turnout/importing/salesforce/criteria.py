"""What one criterion of Salesforce asks, blank values and lists included.

A blank field differs from every value, so `notEqual`, `notContain` and `excludes` hold for it.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping

from turnout.importing.foreign import (
    Asked,
    Criterion,
    Every,
    FieldKind,
    Nay,
    Operator,
    Some,
)
from turnout.importing.salesforce.relative_dates import asked_of_days, days, is_relative

COMPARED: Mapping[str, Operator] = {
    "lessThan": "<",
    "greaterThan": ">",
    "lessOrEqual": "<=",
    "greaterOrEqual": ">=",
}
"""Operations that compare on a line."""

_SIGNS: Mapping[str, str] = {**COMPARED, "equals": "=", "notEqual": "<>"}


def criterion(
    field: str, operation: str, value: str, kind: FieldKind | None = None
) -> Asked | None:
    """Return what a criterion asks, None where its operation has no equal in a policy.

    kind: what is known of the field; a text may say "today" and mean the word.
    """
    values = listed(value)
    if kind in {"date", None} and any(map(is_relative, values)):
        return _of_days(field, operation, values)
    make = _OPERATIONS.get(operation)
    if make is not None:
        return make(field, values)
    if operation in COMPARED and values:
        asked = tuple(Criterion(field, COMPARED[operation], (each,)) for each in values)
        return asked[0] if len(asked) == 1 else Some(asked)
    return None


def listed(value: str) -> tuple[str, ...]:
    """Return the values of a list, as in a line of CSV; none for a blank value.

    >>> listed('US, "Paris, France",UK'), listed("")
    (('US', 'Paris, France', 'UK'), ())
    """
    lines = re.sub(r"[\r\n]+", ",", value)
    try:
        found: list[str] = next(csv.reader(io.StringIO(lines), skipinitialspace=True), list[str]())
    except csv.Error:  # longer than a cell may be
        found = [value]
    return tuple(dict.fromkeys(each.strip() for each in found if each.strip()))


def _of_days(field: str, operation: str, values: tuple[str, ...]) -> Asked | None:
    """Return a comparison with days that are counted from today."""
    ranges = [days(value) for value in values]
    sign = _SIGNS.get(operation)
    found = [
        asked_of_days(field, sign, each) for each in ranges if sign is not None and each is not None
    ]
    if not found or len(found) < len(values):
        return None
    return found[0] if len(found) == 1 else (Every if sign == "<>" else Some)(tuple(found))


def _equals(field: str, values: tuple[str, ...]) -> Asked:
    return Criterion(field, "is", values) if values else Criterion(field, "missing")


def _differs(field: str, values: tuple[str, ...]) -> Asked:
    if not values:
        return Criterion(field, "present")
    return Some((Criterion(field, "is not", values), Criterion(field, "missing")))


def _holds(operator: Operator) -> Callable[[str, tuple[str, ...]], Asked]:
    def asked(field: str, values: tuple[str, ...]) -> Asked:
        return Criterion(field, operator, values) if values else Criterion(field, "missing")

    return asked


def _lacks(field: str, values: tuple[str, ...]) -> Asked:
    return Nay(Criterion(field, "contains", values)) if values else Criterion(field, "present")


def _includes(field: str, values: tuple[str, ...]) -> Asked:
    """Of several values one is enough; those that semicolons join are all needed."""
    if not values:
        return Criterion(field, "missing")
    parts: list[Asked] = []
    single = tuple(value for value in values if ";" not in value)
    if single:
        parts.append(Criterion(field, "has any", single))
    for value in values:
        if ";" in value:
            together = tuple(each.strip() for each in value.split(";") if each.strip())
            parts.append(Criterion(field, "has all", together))
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _excludes(field: str, values: tuple[str, ...]) -> Asked:
    return Nay(_includes(field, values)) if values else Criterion(field, "present")


_OPERATIONS: Mapping[str, Callable[[str, tuple[str, ...]], Asked]] = {
    "equals": _equals,
    "notEqual": _differs,
    "contains": _holds("contains"),
    "notContain": _lacks,
    "startsWith": _holds("starts with"),
    "includes": _includes,
    "excludes": _excludes,
}


def all_of(parts: tuple[Asked, ...]) -> Asked:
    """Return that all hold, the only one as it is."""
    return parts[0] if len(parts) == 1 else Every(parts)
