"""The syntax around a place: the node that declares a name, and the outline of a file."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from turnout.dsl import nodes
from turnout.dsl.source import Span
from turnout.frozen import frozen

Node: TypeAlias = nodes.Item | nodes.EntryNode | nodes.FieldNode | nodes.Member


@frozen
class Outlined:
    """A part of a file that has a name, and those inside it.

    kind: "rule", "territory" and so on. at: the place of its name, or of what tells it.
    whole: all of it.
    """

    kind: str
    name: str
    at: Span
    whole: Span
    inside: tuple["Outlined", ...] = ()


def outline(file: nodes.File) -> tuple[Outlined, ...]:
    """Return the parts of a file in their order."""
    return tuple(part for item in file.items for part in _item(item))


def part_at(parts: tuple[Outlined, ...], at: Span) -> Outlined | None:
    """Return the part whose name stands at a place, None where there is none."""
    for part in parts:
        if part.at.start <= at.start and at.end <= part.at.end:
            return part
        if part.whole.start <= at.start and at.end <= part.whole.end:
            return part_at(part.inside, at)
    return None


def _item(item: nodes.Item) -> Iterator[Outlined]:  # noqa: C901 - a case for each item
    match item:
        case nodes.Territory():
            yield _territory(item)
        case nodes.Segment(name=name):
            yield Outlined("segment", name.text, name.span, item.span)
        case nodes.SegmentFamily(name=name, members=members):
            inside = tuple(part for member in members for part in _item(member))
            yield Outlined("segment family", name.text, name.span, item.span, inside)
        case nodes.LeadSchema(fields=fields):
            inside = tuple(Outlined("field", f.name.text, f.name.span, f.span) for f in fields)
            yield Outlined("lead", "lead", _word(item.span, "lead"), item.span, inside)
        case nodes.Calendar(name=name):
            yield Outlined("calendar", name.text, name.span, item.span)
        case nodes.Person(name=name):
            yield Outlined("person", name.text, name.span, item.span)
        case nodes.Team(name=name):
            yield Outlined("team", name.text, name.span, item.span)
        case nodes.Outlet(kind=kind, name=name):
            yield Outlined(kind, name.text, name.span, item.span)
        case nodes.Route(name=name, entries=entries):
            yield Outlined("route", name.text, name.span, item.span, tuple(_entries(entries)))
        case nodes.Guarantee(name=name):
            yield Outlined("guarantee", name.text, name.span, item.span)
        case nodes.TestCase(name=name):
            yield Outlined("test", name.text, name.span, item.span)
        case (
            nodes.Policy()
            | nodes.Timezone()
            | nodes.Include()
            | nodes.People()
            | nodes.Identity()
            | nodes.ReasonsClause()
        ):
            return
        case nodes.Log() | nodes.Retain():
            return
        case _:
            assert_never(item)


def _territory(node: nodes.Territory) -> Outlined:
    children = (each for each in node.children if isinstance(each, nodes.Territory))
    return Outlined(
        "territory", node.name.text, node.name.span, node.span, tuple(map(_territory, children))
    )


def _entries(entries: tuple[nodes.EntryNode, ...]) -> Iterator[Outlined]:
    for entry in entries:
        match entry:
            case nodes.Rule(name=name):
                yield Outlined("rule", name.text, name.span, entry.span)
            case nodes.RuleTable(path=path):
                yield Outlined("rules", path.text, path.span, entry.span)
            case nodes.Within(condition=condition):
                told = " ".join(condition.span.text.split())
                yield Outlined(
                    "block", told, condition.span, entry.span, tuple(_entries(entry.entries))
                )
            case nodes.Fallback():
                at = _word(entry.span, "fallback")
                yield Outlined("fallback", "fallback", at, entry.span)
            case _:
                assert_never(entry)


def _word(span: Span, word: str) -> Span:
    return Span(span.source, span.start, span.start + len(word))
