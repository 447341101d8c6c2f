"""What the filters of a workflow ask of a record's properties.

Written from HubSpot's documentation of filters: branches of AND and OR, operations by type. A
record without a value is in no operation unless `includeObjectsWithNoValueSet` says so.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from turnout.errors import Error
from turnout.frozen import define
from turnout.importing.askable import StandIns
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    ImportNote,
    Nay,
    Operator,
    Origin,
    Some,
    Unsaid,
)
from turnout.importing.json_tree import JsonMap, JsonNode, JsonScalar
from turnout.importing.plain_form import plain

_LISTS: Mapping[str, Operator] = {
    **dict.fromkeys(("IS_EQUAL_TO", "IS", "IS_ANY_OF", "IS_EXACTLY"), "is"),
    **dict.fromkeys(("IS_NOT_EQUAL_TO", "IS_NOT", "IS_NONE_OF", "IS_NOT_EXACTLY"), "is not"),
    "CONTAINS": "contains",
    "STARTS_WITH": "starts with",
    "ENDS_WITH": "ends with",
}
_LINES: Mapping[str, Operator] = {
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}
_AGES: Mapping[str, Operator] = {
    "IS_LESS_THAN_X_DAYS_AGO": "within",
    "IS_MORE_THAN_X_DAYS_AGO": "older than",
    "IS_LESS_THAN_X_DAYS_FROM_NOW": "within next",
    "IS_MORE_THAN_X_DAYS_FROM_NOW": "later than",
}
_DAYS: Mapping[str, Operator] = {
    "IS_EQUAL_TO": "is",
    **dict.fromkeys(("IS_BEFORE_DATE", "IS_BEFORE"), "<"),
    **dict.fromkeys(("IS_AFTER_DATE", "IS_AFTER"), ">"),
}
_KNOWN = {"IS_KNOWN", "IS_NOT_BLANK", "HAS_PROPERTY"}
_UNKNOWN = {"IS_UNKNOWN", "IS_NOT_KNOWN", "IS_BLANK"}
_OF_FILTERS = {"filterType", "property", "operation"}
_OF_BRANCHES = {"filterBranchType", "filterBranchOperator", "filterBranches", "filters"}
_SEVERAL = {"CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL"}
_DEEPEST = 20


class OperationError(Error):
    """A filter that no policy can ask."""


@define
class OperationReader:
    """Reads filters. several: properties with several values. stand_ins: for what isn't said."""

    several: frozenset[str]
    stand_ins: StandIns

    def branch(
        self, node: JsonMap, place: Origin, notes: list[ImportNote], depth: int = 0
    ) -> Asked:
        """Return what a branch of filters asks; with none, nothing."""
        kind = node.said("filterBranchType") or "AND"
        if kind not in {"AND", "OR", "NOT_ALL", "NOT_ANY"} or depth > _DEEPEST:
            return self._unsaid(f"the filter {kind}: {_shown(node)}", place, node.line, notes)
        for key in node.parts.keys() - _OF_BRANCHES:
            said = f"{key} of a branch of filters isn't carried over"
            notes.append(ImportNote(_at(place, node.line_of(key)), said, is_refused=True))
        parts = [self._filter(each, place, notes) for each in node.listed("filters")]
        for each in node.listed("filterBranches"):
            inner = each if isinstance(each, JsonMap) else JsonMap(each.line, {})
            parts.append(self.branch(inner, place, notes, depth + 1))
        if not parts:
            return ALWAYS
        joined = Some(tuple(parts)) if kind in {"OR", "NOT_ANY"} else Every(tuple(parts))
        whole = parts[0] if len(parts) == 1 else joined
        return Nay(whole) if kind.startswith("NOT") else whole

    def _filter(self, node: JsonNode, place: Origin, notes: list[ImportNote]) -> Asked:
        if not isinstance(node, JsonMap):
            return self._unsaid(f"the filter {_shown(node)}", place, node.line, notes)
        kind = node.said("filterType") or "PROPERTY"
        name = node.said("property")
        if kind != "PROPERTY" or not name or node.parts.keys() - _OF_FILTERS:
            return self._unsaid(f"the filter {kind}: {_shown(node)}", place, node.line, notes)
        operation = node.mapped("operation")
        try:
            asked = plain(_operation(name, operation, is_several=name in self.several))
        except OperationError as failure:
            said = f"{name}: {failure.message}"
            return self._unsaid(said, place, node.line, notes, f"{name} {_shown(operation)}")
        if operation.said("includeObjectsWithNoValueSet") == "true":
            return plain(Some((asked, Criterion(name, "missing"))))
        return asked

    def _unsaid(
        self, said: str, place: Origin, line: int, notes: list[ImportNote], text: str = ""
    ) -> Asked:
        message = f"no policy asks {said}; a field of its own says whether it holds"
        notes.append(ImportNote(_at(place, line), message))
        return Unsaid(self.stand_ins.field(text or said), text or said)


def several_of(node: JsonNode) -> frozenset[str]:
    """Return the properties that are asked for several values at once, anywhere in a flow."""
    found: set[str] = set()
    rest: list[JsonNode] = [node]
    while rest:
        each = rest.pop()
        if isinstance(each, JsonMap):
            if each.mapped("operation").said("operator") in _SEVERAL:
                found.add(each.said("property"))
            rest += each.parts.values()
        elif not isinstance(each, JsonScalar):
            rest += each.parts
    return frozenset(found)


def _at(place: Origin, line: int) -> Origin:
    return Origin(place.file, line, place.entry)


def _shown(node: JsonNode) -> str:
    """Return what a node says, in one line."""
    match node:
        case JsonMap(parts=parts):
            return " ".join(f"{key} {_shown(each)}" for key, each in parts.items())[:200]
        case JsonScalar(text=text):
            return " ".join(text.split())[:100]
        case _:
            return ", ".join(_shown(each) for each in node.parts)[:200]


def _operation(name: str, operation: JsonMap, *, is_several: bool) -> Asked:
    """Return what an operation asks of a property. Raises OperationError."""
    operator = operation.said("operator").upper()
    kind = operation.said("operationType").upper().replace("-", "_")
    if operator in _KNOWN | _UNKNOWN:
        return Criterion(name, "present" if operator in _KNOWN else "missing")
    if operator in _AGES:
        return Criterion(name, _AGES[operator], (_days(operation.said("numberOfDays")),))
    if kind in {"DATETIME", "TIME_POINT"} and operator in _DAYS:
        return _day(name, operator, operation)
    if "COMPARATIVE" in kind or "UPDATED" in kind or kind.startswith("TIME"):
        raise OperationError(_shown(operation))
    if operator in {"IS_BETWEEN", "IS_NOT_BETWEEN"}:
        return _between(name, operator, operation)
    values = _values(operation)
    if operator in _LINES and len(values) == 1:
        return Criterion(name, _LINES[operator], values)
    if not values or any(not each.strip() for each in values):
        raise OperationError(_shown(operation))
    if operator in _SEVERAL:
        every = Criterion(name, "has all", values)
        return every if operator == "CONTAINS_ALL" else _and_there(name, Nay(every))
    if operator == "DOES_NOT_CONTAIN":
        return _and_there(name, Nay(Criterion(name, "contains", values)))
    if operator not in _LISTS or (is_several and "EXACTLY" in operator):
        raise OperationError(_shown(operation))
    if is_several:
        some = Criterion(name, "has any", values)
        return some if _LISTS[operator] == "is" else _and_there(name, Nay(some))
    return Criterion(name, _LISTS[operator], values)


def _and_there(name: str, asked: Asked) -> Asked:
    return Every((Criterion(name, "present"), asked))


def _values(operation: JsonMap) -> tuple[str, ...]:
    listed = [each.text for each in operation.listed("values") if isinstance(each, JsonScalar)]
    alone = operation.said("value")
    return tuple(dict.fromkeys([*listed, *([alone] if alone else [])]))


def _between(name: str, operator: str, operation: JsonMap) -> Asked:
    low, high = operation.said("lowerBound"), operation.said("upperBound")
    if not low or not high:
        raise OperationError(_shown(operation))
    if operator == "IS_BETWEEN":
        return Every((Criterion(name, ">=", (low,)), Criterion(name, "<=", (high,))))
    return Some((Criterion(name, "<", (low,)), Criterion(name, ">", (high,))))


def _days(text: str) -> str:
    if not text.isdecimal() or text == "0":
        raise OperationError(f"an age of {text or 'no'} days")
    return text


def _day(name: str, operator: str, operation: JsonMap) -> Asked:
    """Return a comparison with a day, in UTC, as HubSpot keeps them."""
    at = operation.mapped("timePoint")
    stamp = operation.said("timestamp")
    if at.said("timeType") == "DATE" and not stamp:
        numbers = [at.said(each) for each in ("year", "month", "day")]
        if not all(each.isdecimal() for each in numbers):
            raise OperationError(_shown(operation))
        day = f"{int(numbers[0]):04d}-{int(numbers[1]):02d}-{int(numbers[2]):02d}"
    elif stamp.isdecimal() and len(stamp) < len("100000000000000"):
        begin = datetime(1970, 1, 1, tzinfo=UTC)
        day = (begin + timedelta(milliseconds=int(stamp))).date().isoformat()
    else:
        raise OperationError(_shown(operation))
    sign = _DAYS[operator]
    if sign != "is" and operation.said("endpointBehavior") == "INCLUSIVE":
        inclusive: Operator = "<=" if sign == "<" else ">="
        return Criterion(name, inclusive, (day,))
    return Criterion(name, sign, (day,))
