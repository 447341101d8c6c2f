"""What a policy declares: every name with its place, before any name is looked up.

A name may be used before it is written and in any file, so all of them are collected
first. What is collected is frozen: whoever resolves a part of the policy finds the same
names, in whichever order the parts are read.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

import attrs

from turnout.dsl import nodes
from turnout.dsl.references import unquoted
from turnout.dsl.source import Span
from turnout.frozen import attribute, define, frozen

WrittenName: TypeAlias = nodes.Name | nodes.Literal
"""A name where it is written; that of a test stands in quotes."""

TableNames: TypeAlias = Mapping[Span, Mapping[str, nodes.Name]]
"""The territories of tables: for the place of each table clause, their names."""

RowNames: TypeAlias = Mapping[Span, tuple[nodes.Name, ...]]
"""The rules of tables: for the place of each table's head, their names."""

_Node = TypeVar("_Node")

_SHARED = {"territory": ("segment", "field"), "segment": ("territory", "field")}
"""Kinds in whose place another kind may stand, so that no two may have one name."""


def _at(declaration: "Declaration") -> Span:
    return unquoted(declaration.by.span)


@frozen
class Declaration:
    """A declared name.

    kind: "field", "territory", "segment", "segment family", "calendar", "person", "team",
    "queue", "partner", "sequence", "route", "rule", "guarantee", "test" or "value": one of
    a closed list. of: of a rule its route, of a value its field, else "". by: the word
    itself; for what a table declares the place in the policy that names the table. at: the
    place of the word, without its quotes.
    """

    kind: str
    name: str
    by: WrittenName
    of: str = ""
    at: Span = attribute(init=False, default=attrs.Factory(_at, takes_self=True))


@frozen
class Declarations:
    """Every declared name, each as it is declared first.

    names: by kind, and for rules and values by what they are of as well. given_up: words in
    text that a syntax error took; a name among them may be declared there, so nobody calls
    it unknown. has_identity: something, sound or not, tells leads that were seen before.
    """

    names: Mapping[tuple[str, str], Mapping[str, Declaration]]
    given_up: frozenset[str]
    has_identity: bool

    def of_kind(self, kind: str, of: str = "") -> Mapping[str, Declaration]:
        """Return the declarations of a kind by name."""
        return self.names.get((kind, of), {})

    def taking(self, kind: str, by: WrittenName, of: str = "") -> Declaration | None:
        """Return what took the name before `by` could declare it, None where nothing did."""
        first = _standing(self.names, kind, of, _name(kind, by))
        return None if first is None or first.by is by else first

    def of_one_kind(self, name: str, kinds: Iterable[str]) -> Declaration | None:
        """Return what a name declares that is of the first of `kinds` that has it."""
        for kind in kinds:
            found = self.of_kind(kind).get(name)
            if found is not None:
                return found
        return None

    def kind_of(self, name: str) -> str | None:
        """Return what kind of thing a name is of those that a whole policy knows, or None."""
        found = (kind for (kind, of), names in self.names.items() if not of and name in names)
        return next(found, None)


def declarations(
    files: Iterable[nodes.File],
    people: Iterable[nodes.Person] = (),
    keyed: TableNames | None = None,
    rows: RowNames | None = None,
) -> Declarations:
    """Return what `files` declare.

    people: those whom tables declare. keyed: the territories that tables declare. rows: the
    rules that they do.
    """
    read = tuple(files)
    items = [item for file in read for item in file.items]
    found = _Collector(keyed or {}, rows or {})
    for lead in _of(items, nodes.LeadSchema):
        for field in lead.fields:
            if found.enter("field", field.name):
                for value in field.type.literals:
                    found.enter("value", value, field.name.text)
    for item in items:
        found.place(item)
    for person in (*_of(items, nodes.Person), *people):
        found.enter("person", person.name)
    for item in items:
        found.item(item)
    given_up = frozenset(
        word
        for file in read
        for span in file.broken
        for word in re.findall(r"[^\W\d][\w-]*", span.text)
    )
    has_identity = bool(_of(items, nodes.Identity)) or "identity" in given_up
    return Declarations(found.names, given_up, has_identity)


def _of(items: Iterable[nodes.Item], kind: type[_Node]) -> list[_Node]:
    return [item for item in items if isinstance(item, kind)]


def _name(kind: str, by: WrittenName) -> str:
    return by.text.strip() if kind == "test" else by.text


def _standing(
    names: Mapping[tuple[str, str], Mapping[str, Declaration]], kind: str, of: str, name: str
) -> Declaration | None:
    """Return what stands under a name, among things of its kind or of one that shares it."""
    for space in (kind, *_SHARED.get(kind, ())):
        found = names.get((space, of), {}).get(name)
        if found is not None:
            return found
    return None


@define
class _Collector:
    """What has been entered so far; frozen with the last file."""

    keyed: TableNames
    rows: RowNames
    names: dict[tuple[str, str], dict[str, Declaration]] = attrs.Factory(
        dict[tuple[str, str], dict[str, Declaration]]
    )

    def enter(self, kind: str, by: WrittenName, of: str = "") -> bool:
        """Enter a name, and return whether it was free."""
        name = _name(kind, by)
        if _standing(self.names, kind, of, name) is not None:
            return False
        self.names.setdefault((kind, of), {})[name] = Declaration(kind, name, by, of)
        return True

    def place(self, item: nodes.Item) -> None:
        """Enter the territories and segments of an item."""
        match item:
            case nodes.Territory():
                self._territory(item)
            case nodes.Segment():
                self.enter("segment", item.name)
            case nodes.SegmentFamily():
                self.enter("segment family", item.name)
                for member in item.members:
                    self.enter("segment", member.name)
            case _:
                pass

    def _territory(self, node: nodes.Territory) -> None:
        if not self.enter("territory", node.name):
            return
        for child in node.children:
            if isinstance(child, nodes.Territory):
                self._territory(child)
                continue
            for name in self.keyed.get(child.span, {}).values():
                self.enter("territory", name)

    def item(self, item: nodes.Item) -> None:
        """Enter what an item declares that is neither a field, a place nor a person."""
        match item:
            case nodes.Calendar():
                self.enter("calendar", item.name)
            case nodes.Team():
                self.enter("team", item.name)
            case nodes.Outlet():
                self.enter(item.kind, item.name)
            case nodes.Route():
                if self.enter("route", item.name):
                    self._rules(item.name.text, item.entries)
            case nodes.Guarantee():
                self.enter("guarantee", item.name)
            case nodes.TestCase():
                self.enter("test", item.name)
            case _:
                pass

    def _rules(self, route: str, entries: Iterable[nodes.EntryNode]) -> None:
        for entry in entries:
            match entry:
                case nodes.Rule():
                    self.enter("rule", entry.name, route)
                case nodes.RuleTable():
                    for name in self.rows.get(entry.span, ()):
                        self.enter("rule", name, route)
                case nodes.Within():
                    self._rules(route, entry.entries)
                case nodes.Fallback():
                    pass
