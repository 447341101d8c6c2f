"""Criteria and filter logic of Salesforce as an entry writes them, within its limits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias
from xml.sax.saxutils import escape

from turnout.errors import Error
from turnout.frozen import frozen

MOST_CRITERIA = 25
"""Criteria of an entry; Salesforce takes no more."""

MOST_ENTRIES = 3_000
"""Entries of a rule; Salesforce takes no more."""

LONGEST_VALUE = 255
"""Characters of a criterion's value; a longer list stands in several criteria."""


_LISTING: Mapping[bool, frozenset[str]] = {
    False: frozenset({"equals", "contains", "startsWith", "includes"}),
    True: frozenset({"notEqual", "notContain", "excludes"}),
}
"""Operations of which one with a list of values is several together; by whether all are asked."""


class NotSaidError(Error):
    """What assignment rules can't say; the message says what, and the help what to do."""


@frozen
class OneCriterion:
    """One criterion. field: by Salesforce's name."""

    field: str
    operation: str
    value: str


@frozen
class AllCriteria:
    """All of these hold; with none, always."""

    parts: tuple["CriteriaLogic", ...]


@frozen
class AnyCriterion:
    """One of these holds; with none, never."""

    parts: tuple["CriteriaLogic", ...]


CriteriaLogic: TypeAlias = OneCriterion | AllCriteria | AnyCriterion

ALWAYS_TRUE, NEVER_TRUE = AllCriteria(()), AnyCriterion(())


def value_lists(texts: Iterable[str]) -> Iterator[str]:
    """Yield lists of values, none longer than a criterion takes."""
    return _joined(map(one_value, texts))


def one_value(text: str) -> str:
    """Return a value as it stands in a list."""
    if '"' in text or "\n" in text:
        raise NotSaidError("a text has quotes or line breaks in it", "ask for a part of it")
    if len(text) > LONGEST_VALUE:
        raise NotSaidError(
            f"a text has {len(text)} characters, and a criterion takes {LONGEST_VALUE}",
            "ask for a part of it",
        )
    return f'"{text}"' if "," in text or text != text.strip() else text


def _joined(texts: Iterable[str]) -> Iterator[str]:
    line = ""
    for text in texts:
        if line and len(line) + 1 + len(text) > LONGEST_VALUE:
            yield line
            line = ""
        line = f"{line},{text}" if line else text
    yield line


def without_nesting(logic: CriteriaLogic) -> CriteriaLogic:
    """Return the same without parts in parts of one kind."""
    if isinstance(logic, OneCriterion):
        return logic
    kind: Callable[[tuple[CriteriaLogic, ...]], CriteriaLogic] = type(logic)
    flat: list[CriteriaLogic] = []
    for part in map(without_nesting, logic.parts):
        flat += part.parts if isinstance(part, type(logic)) else [part]
    if (NEVER_TRUE if isinstance(logic, AllCriteria) else ALWAYS_TRUE) in flat:
        return NEVER_TRUE if isinstance(logic, AllCriteria) else ALWAYS_TRUE
    unique = tuple(_listed(dict.fromkeys(flat), _LISTING[isinstance(logic, AllCriteria)]))
    return unique[0] if len(unique) == 1 else kind(unique)


def _listed(parts: Iterable[CriteriaLogic], listing: frozenset[str]) -> Iterator[CriteriaLogic]:
    """Yield parts, those that ask a field for a value as lists of values."""
    found: dict[object, list[CriteriaLogic]] = {}
    for part in parts:
        is_one = isinstance(part, OneCriterion) and part.operation in listing and part.value
        key = (part.field, part.operation) if is_one and isinstance(part, OneCriterion) else part
        found.setdefault(key, []).append(part)
    for group in found.values():
        first = group[0]
        if len(group) == 1 or not isinstance(first, OneCriterion):
            yield first
            continue
        values = (each.value for each in group if isinstance(each, OneCriterion))
        for line in _joined(values):
            yield OneCriterion(first.field, first.operation, line)


def criteria_lines(logic: CriteriaLogic) -> Iterator[str]:
    """Yield the criteria and, where they aren't just asked together, the filter logic."""
    if logic == NEVER_TRUE:
        raise NotSaidError("no lead is as it asks", "delete it")
    tests: dict[OneCriterion, int] = {}
    said = _numbered(logic, tests)
    if len(tests) > MOST_CRITERIA:
        raise NotSaidError(
            f"it takes {len(tests)} criteria, and an entry has at most {MOST_CRITERIA}",
            "make several rules of it",
        )
    is_plain = isinstance(logic, OneCriterion) or (
        isinstance(logic, AllCriteria)
        and all(isinstance(part, OneCriterion) for part in logic.parts)
    )
    if not is_plain:
        yield f"<booleanFilter>{said}</booleanFilter>"
    for test in tests:
        value = f"<value>{escape(test.value)}</value>" if test.value else ""
        yield (
            f"<criteriaItems><field>{escape(test.field)}</field>"
            f"<operation>{test.operation}</operation>{value}</criteriaItems>"
        )


def _numbered(logic: CriteriaLogic, tests: dict[OneCriterion, int]) -> str:
    if isinstance(logic, OneCriterion):
        return str(tests.setdefault(logic, len(tests) + 1))
    word = " AND " if isinstance(logic, AllCriteria) else " OR "
    parts = [_numbered(part, tests) for part in logic.parts]
    return word.join(f"({part})" if " " in part else part for part in parts)
