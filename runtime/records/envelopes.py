"""A list of leads inside an object, as interfaces answer: `{"results": [...], "next": ...}`.

An object that has no field of the policy, and in it one list of objects, is an envelope;
the list may lie deeper, as in `{"data": {"leads": {"nodes": [...]}}}`. With a field of the
policy it is a lead, whatever lists it has besides. Nothing is guessed: of two lists neither
is taken.

An answer is often one page of many and says so in a word of its own.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

from turnout.dsl.headers import Headers, column_key
from turnout.frozen import frozen

Members: TypeAlias = Mapping[str, object]

_DEEPEST = 4
_LONGEST_SHOWN = 60
# By what counts of a name: what is told of the next page, and of whether there is one.
_NEXT = frozenset(
    "next nextlink @odata.nextlink odata.nextlink nextrecordsurl nextpage nextpageurl nextpagetoken"
    " nextpagecursor nextcursor nexturl after moreuri".split()
)
_MORE = frozenset("hasmore hasnextpage hasnext morerecords more truncated incomplete".split())
_TOTAL = frozenset(
    "total totalsize totalcount totalresults totalrecords count @odata.count".split()
)


@frozen
class Envelope:
    """An object around a list of leads. path: the names that lead to the list, outermost first."""

    path: tuple[str, ...]


@frozen
class Unclear:
    """An object in which no list, or none of several, is clearly the leads.

    lists: the paths to those that hold objects. keys: the object's names.
    """

    lists: tuple[str, ...]
    keys: tuple[str, ...]


def envelope(members: Members, headers: Headers) -> Envelope | Unclear | None:
    """Return what an object is, None for a lead."""
    if not headers.count:
        lists = members.values()
        is_lead = not any(_is_records(each) for each in lists)
    else:
        is_lead = bool(headers.binding(tuple(members)).fields)
    if is_lead:
        return None
    paths = list(_paths(members, _DEEPEST))
    if len(paths) == 1:
        return Envelope(paths[0])
    empty = [(name,) for name, value in members.items() if value == []]
    if not paths and len(empty) == 1:
        return Envelope(empty[0])
    if not paths and not empty:
        return None
    return Unclear(tuple(".".join(path) for path in paths or empty), tuple(members))


def _is_records(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(each, dict) for each in cast("list[object]", value))


def _paths(members: Members, depth: int) -> Iterator[tuple[str, ...]]:
    """Yield the ways to the lists of objects, through objects alone."""
    for name, value in members.items():
        if _is_records(value):
            yield (name,)
        elif isinstance(value, dict) and depth:
            inner = cast("dict[str, object]", value)
            yield from ((name, *path) for path in _paths(inner, depth - 1))


def paging(members: Members, records: int, depth: int = _DEEPEST) -> str:
    """Return what says that there are more pages, such as "`done` is false", or ""."""
    for name, value in members.items():
        key = column_key(name)
        if key == "done" and value is False:
            return f"`{name}` is false"
        if key in _MORE and value is True:
            return f"`{name}` is true"
        if key in _NEXT and _is_given(value):
            said = str(value)[:_LONGEST_SHOWN] if isinstance(value, str | int) else "given"
            return f"`{name}` is {said}"
        if key in _TOTAL and type(value) is int and value > records:
            return f"`{name}` is {value:,}, and it holds {records:,}"
    for value in members.values():
        if isinstance(value, dict) and depth:
            found = paging(cast("dict[str, object]", value), records, depth - 1)
            if found:
                return found
    return ""


def _is_given(value: object) -> bool:
    return value not in (None, "", False, {}, []) and not isinstance(value, dict)
