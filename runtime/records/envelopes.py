"""A list of leads inside an object, as interfaces answer: `{"results": [...], "next": ...}`.

An object that has no field of the policy, and in it one list of objects, is an envelope;
the list may lie deeper, as in `{"data": {"leads": {"nodes": [...]}}}`. With a field of the
policy it is a lead, whatever lists it has besides. Of two lists the one is taken whose objects
alone have fields; where several have, nothing is guessed. The objects may be wrapped, too:
`{"node": {...}, "cursor": "x"}` is the lead inside.

An answer is often one page of many and says so in a word of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias, cast

from turnout.dsl.headers import Headers, column_key
from turnout.frozen import frozen

Members: TypeAlias = Mapping[str, object]

_DEEPEST = 4
_LOOKED_AT = 20
# Around one lead each: of GraphQL, of search engines, of document stores, of feeds.
_WRAPPERS = ("node", "_source", "doc", "record", "item", "lead", "resource")
_LONGEST_SHOWN = 60
# By what counts of a name: what is told of the next page, and of whether there is one.
_NEXT = frozenset(
    "next nextlink @odata.nextlink odata.nextlink nextrecordsurl nextpage nextpageurl nextpagetoken"
    " nextpagecursor nextcursor nexturl nexttoken nextstart nextoffset nextmarker nextcontinuation"
    " nextcontinuationtoken continuation continuationtoken lastevaluatedkey after moreuri".split()
)
_MORE = frozenset(
    "hasmore hasmoreitems hasmorepages hasnextpage hasnext morerecords moreresult moreresults more"
    " moreitemsincollection truncated istruncated incomplete".split()
)
_TOTAL = frozenset(
    "total totalsize totalcount totalresults totalrecords totalitems totalelements totalrows"
    " totalhits totalentries recordstotal count @odata.count".split()
)
_PAGES = frozenset("totalpages pagecount numpages numberofpages pages lastpage".split())


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
        is_lead = not any(_is_records(each) for each in members.values())
    else:
        is_lead = bool(headers.binding(tuple(members)).fields)
    if is_lead:
        return None
    lists = dict(_lists(members, _DEEPEST))
    if bound := [path for path, objects in lists.items() if has_fields(objects, headers)]:
        paths = bound
    else:
        paths = list(lists)
    if len(paths) == 1:
        return Envelope(paths[0])
    empty = [path for path, _ in _lists(members, _DEEPEST, is_empty=True)]
    if not paths and len(empty) == 1:
        return Envelope(empty[0])
    if not paths and not empty:
        return None
    return Unclear(tuple(".".join(path) for path in paths or empty), tuple(members))


def _is_records(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(each, dict) for each in cast("list[object]", value))


def _lists(
    members: Members, depth: int, *, is_empty: bool = False
) -> Iterator[tuple[tuple[str, ...], list[object]]]:
    """Yield the lists of objects, or the empty ones, each behind the names that lead to it."""
    for name, value in members.items():
        if value == [] if is_empty else _is_records(value):
            yield (name,), cast("list[object]", value)
        elif isinstance(value, dict) and depth:
            inner = cast("dict[str, object]", value)
            found = _lists(inner, depth - 1, is_empty=is_empty)
            yield from (((name, *path), objects) for path, objects in found)


def has_fields(objects: Iterable[object], headers: Headers) -> bool:
    """Return whether the first few of some objects have a field of the policy."""
    first = (_members(unwrapped(each, headers)) for each in islice(objects, _LOOKED_AT))
    return any(headers.binding(tuple(lead)).fields for lead in first if lead is not None)


def unwrapped(value: object, headers: Headers) -> object:
    """Return the lead inside an object that only wraps it; anything else as it is."""
    members = _members(value)
    if members is None or not headers.count:
        return value
    found = (_members(members.get(name)) for name in _WRAPPERS)
    inside = [each for each in found if each is not None]
    if len(inside) != 1 or headers.binding(tuple(members)).fields:
        return value
    return inside[0] if headers.binding(tuple(inside[0])).fields else value


def _members(value: object) -> Members | None:
    return cast("Members", value) if isinstance(value, dict) else None


def paging(members: Members, records: int, depth: int = _DEEPEST) -> str:
    """Return what says that there are more pages, such as "`done` is false", or ""."""
    for name, value in members.items():
        key = column_key(name)
        if key == "done" and value is False:
            return f"`{name}` is false"
        if key in _MORE and value is True:
            return f"`{name}` is true"
        is_place = (key == "lastevaluatedkey" and value) or (key == "offset" and type(value) is str)
        if is_place or (key in _NEXT and _is_given(value)):
            said = str(value)[:_LONGEST_SHOWN] if isinstance(value, str | int) else "given"
            return f"`{name}` is {said}"
        if key in _TOTAL and type(value) is int and value > records:
            return f"`{name}` is {value:,}, and it holds {records:,}"
        if key in _PAGES and type(value) is int and value > 1:
            return f"`{name}` is {value:,}"
    for value in members.values():
        if isinstance(value, dict) and depth:
            found = paging(cast("dict[str, object]", value), records, depth - 1)
            if found:
                return found
    return ""


def _is_given(value: object) -> bool:
    return value not in (None, "", False, {}, []) and not isinstance(value, dict)
