"""What one criterion of Salesforce asks, blank values and lists included.

A blank field differs from every value, so `notEqual`, `notContain` and `excludes` hold for it.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping

from turnout.importing.foreign import Asked, Criterion, Every, Nay, Operator, Some

_COMPARED: Mapping[str, Operator] = {
    "lessThan": "<",
    "greaterThan": ">",
    "lessOrEqual": "<=",
    "greaterOrEqual": ">=",
}


def criterion(field: str, operation: str, value: str) -> Asked | None:
    """Return what a criterion asks, None where its operation has no equal in a policy."""
    values = listed(value)
    make = _OPERATIONS.get(operation)
    if make is not None:
        return make(field, values)
    if operation in _COMPARED and len(values) == 1:
        return Criterion(field, _COMPARED[operation], values)
    return None


def listed(value: str) -> tuple[str, ...]:
    """Return the values of a list, as in a line of CSV; none for a blank value.

    >>> listed('US, "Paris, France",UK'), listed("")
    (('US', 'Paris, France', 'UK'), ())
    """
    lines = re.sub(r"[\r\n]+", ",", value)
    found: list[str] = next(csv.reader(io.StringIO(lines), skipinitialspace=True), list[str]())
    return tuple(dict.fromkeys(each.strip() for each in found if each.strip()))


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
