"""Territories and segments: names for conditions, in families whose members share them out.

A name may be used before it is written and in any file, so definitions are read when they
are first asked for; a chain of names that leads back to itself is reported.
"""

from collections.abc import Iterable, Mapping

import attrs

from turnout.dsl import nodes
from turnout.dsl.conditions import And, Condition, IsIn, Named, Not, Or
from turnout.dsl.policy import Definition, Family
from turnout.dsl.resolve.conditions import ConditionReader, Terms
from turnout.dsl.resolve.declarations import Keyed
from turnout.dsl.resolve.promises import steward
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.source import Span
from turnout.dsl.types import Value

MAX_CHAIN = 50


@attrs.define
class _Entry:
    """A declared name: what is written for it, and where it stands in its family.

    written: the condition, None for a union of `children`. keys: for a member that comes
    from a table, the values of `keyed` that it holds.
    """

    kind: str
    name: nodes.Name
    parent: str | None
    family: str
    written: nodes.ConditionNode | None = None
    children: list[str] = attrs.Factory(list[str])
    keyed: str | None = None
    keys: frozenset[Value] = frozenset()
    before: tuple[str, ...] = ()
    is_broken: bool = False
    steward: str | None = None


@attrs.define
class _Group:
    """A family while it is being collected."""

    kind: str
    name: str
    members: list[str]
    disjoint: bool
    parent: str | None
    span: Span


class FamilyReader:
    """Every territory and segment of a policy. keyed: the territories of tables."""

    def __init__(self, terms: Terms, tables: TableReader, keyed: Keyed, scope: Scope) -> None:
        """Read over `terms` and `tables`, reporting to `scope`."""
        self._fields = terms.fields
        self._tables = tables
        self._keyed = keyed
        self._scope = scope
        self._reader = ConditionReader(terms, self.named, tables, scope)
        self._entries: dict[str, _Entry] = {}
        self._groups: list[_Group] = []
        self._own: dict[str, Condition | None] = {}
        self._open: list[str] = []
        self._has_unread_tables = False

    @property
    def reader(self) -> ConditionReader:
        """The reader of conditions that knows these names."""
        return self._reader

    # -- collecting --

    def collect(self, items: Iterable[nodes.Item], broken: tuple[Span, ...]) -> None:
        """Enter the territories and segments among `items` of one file."""
        top = next((group for group in self._groups if group.name == ""), None)
        for item in items:
            match item:
                case nodes.Territory():
                    if top is None:
                        top = _Group(
                            "territory", "", [], disjoint=False, parent=None, span=item.name.span
                        )
                        self._groups.append(top)
                    self._territory(item, top, broken)
                case nodes.Segment():
                    self._segment(item, None, broken)
                case nodes.SegmentFamily():
                    self._family(item, broken)
                case _:
                    pass

    def _family(self, node: nodes.SegmentFamily, broken: tuple[Span, ...]) -> None:
        self._scope.stands("segment family", node.name)
        name = node.name.text
        group = _Group("segment", name, [], node.first_of, None, node.name.span)
        self._groups.append(group)
        for member in node.members:
            self._segment(member, group, broken)

    def _segment(self, node: nodes.Segment, group: _Group | None, broken: tuple[Span, ...]) -> None:
        entry = _Entry("segment", node.name, None, group.name if group else "", node.condition)
        entry.is_broken = is_broken(node.span, broken)
        self._enter(entry, group)

    def _territory(self, node: nodes.Territory, group: _Group, broken: tuple[Span, ...]) -> None:
        entry = _Entry("territory", node.name, group.parent, group.name, node.condition)
        entry.is_broken = is_broken(node.span, broken)
        entry.steward = steward(node.owner, self._scope)
        if not self._enter(entry, group):
            return
        name = node.name.text
        if node.children:
            inner = _Group("territory", name, [], node.first_of, name, node.name.span)
            self._groups.append(inner)
            for child in node.children:
                if isinstance(child, nodes.Table):
                    self._table(child, inner)
                else:
                    self._territory(child, inner, broken)
            entry.children = inner.members
        elif node.condition is None and not entry.is_broken:
            entry.is_broken = True
            self._scope.report(
                "incomplete-territory",
                node.name.span,
                f"the territory `{name}` has neither a condition nor children",
                help=f"write `territory {name} = ...`, or territories between braces",
            )

    def _enter(self, entry: _Entry, group: _Group | None) -> bool:
        if not self._scope.stands(entry.kind, entry.name):
            return False
        if group is not None:
            entry.before = tuple(group.members) if group.disjoint else ()
            group.members.append(entry.name.text)
        self._entries[entry.name.text] = entry
        return True

    def _table(self, node: nodes.Table, group: _Group) -> None:
        field = self._scope.field(node.key, self._fields)
        shared = self._tables.shared_out(field, node)
        if field is None or shared is None:
            self._lost(group)
            return
        names = self._keyed[node.span]
        before = tuple(group.members) if group.disjoint else ()
        for text, keys in shared.items():
            entry = _Entry("territory", names[text], group.parent, group.name)
            entry.keyed, entry.keys = field.name, keys
            if self._enter(entry, group):
                entry.before = before  # rows of one table never share a key

    def _lost(self, group: _Group) -> None:
        """Say nothing more of a territory whose table could not be read."""
        self._has_unread_tables = True
        assert group.parent is not None, "a table stands between a territory's braces"
        self._entries[group.parent].is_broken = True

    # -- meaning --

    def named(self, name: nodes.Name) -> Condition | None:
        """Return the named condition, or None where it was reported."""
        entry = self._entries.get(name.text)
        if entry is None and self._has_unread_tables:
            return None  # most likely one of the table's names, and the table was reported
        if entry is None and name.text in self._scope.declared.of_kind("territory"):
            return None  # each of its rows in a table was reported
        if entry is None:
            choices = {**self._entries, **self._fields}
            self._scope.unknown("field, territory or segment", name, choices)
            return None
        if name.text in self._open:
            self._cycle(name)
            return None
        if len(self._open) >= MAX_CHAIN:
            message = f"names refer to names more than {MAX_CHAIN} levels deep"
            self._scope.report("nested-too-deep", name.span, message)
            return None
        meaning = self._meaning(entry)
        return None if meaning is None else Named(entry.kind, name.text, meaning)

    def _cycle(self, name: nodes.Name) -> None:
        around = [*self._open[self._open.index(name.text) :], name.text]
        self._scope.report(
            "definition-cycle",
            name.span,
            f"`{name.text}` is defined by itself",
            text=" → ".join(around),
            help="take one of the names out of the circle",
        )

    def _meaning(self, entry: _Entry) -> Condition | None:
        frame, own, excluded = self._frame(entry), self._own_of(entry), self._excluded(entry)
        if frame is None or own is None or excluded is None:
            return None
        whole = (*frame, own, *excluded)
        return own if len(whole) == 1 else And(whole)

    def _frame(self, entry: _Entry) -> tuple[Condition, ...] | None:
        """Return what holds in the territories around `entry`.

        A territory without a condition of its own is the union of its children, so it
        adds only what a `first of` family takes from it.
        """
        parts: list[Condition] = []
        around = entry.parent
        while around is not None:
            outer = self._entries[around]
            if outer.written is not None:
                named = self.named(outer.name)
                return None if named is None else (named, *parts)
            excluded = self._excluded(outer)
            if excluded is None:
                return None
            parts.extend(excluded)
            around = outer.parent
        return tuple(parts)

    def _own_of(self, entry: _Entry) -> Condition | None:
        name = entry.name.text
        if name not in self._own:
            self._open.append(name)
            self._own[name] = self._read_own(entry)
            self._open.pop()
        return self._own[name]

    def _read_own(self, entry: _Entry) -> Condition | None:
        if entry.is_broken:
            return None
        if entry.keyed is not None:
            return IsIn(entry.keyed, entry.keys)
        if entry.written is not None:
            return self._reader.read(entry.written)
        return self._union([self._entries[child] for child in entry.children])

    def _union(self, entries: list[_Entry]) -> Condition | None:
        by_field: dict[str, set[Value]] = {}
        parts: list[Condition] = []
        for entry in entries:
            if entry.keyed is not None:
                by_field.setdefault(entry.keyed, set()).update(entry.keys)
                continue
            own = self._own_of(entry)
            if own is None:
                return None
            parts.append(own)
        parts.extend(IsIn(field, frozenset(keys)) for field, keys in by_field.items())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _excluded(self, entry: _Entry) -> tuple[Condition, ...] | None:
        if not entry.before:
            return ()
        earlier = self._union([self._entries[name] for name in entry.before])
        if earlier is None:
            return None
        return tuple(
            Not(part) for part in (earlier.parts if isinstance(earlier, Or) else [earlier])
        )

    # -- what comes out --

    def families(self) -> tuple[tuple[Family, ...], dict[str, Definition]]:
        """Return the families in written order and every definition by name."""
        definitions: dict[str, Definition] = {}
        for name, entry in self._entries.items():
            condition = self.named(entry.name)
            if isinstance(condition, Named):
                own = None if entry.written is None and entry.keyed is None else self._own[name]
                definitions[name] = Definition(
                    entry.kind,
                    name,
                    condition.meaning,
                    own,
                    entry.family,
                    self._nearest(entry, definitions),
                    entry.keyed is not None,
                    entry.name.span,
                    entry.steward,
                )
        families: list[Family] = []
        for group in self._groups:
            members = tuple(definitions[name] for name in group.members if name in definitions)
            within = definitions.get(group.parent) if group.parent else None
            around = None if within is None else Named("territory", within.name, within.meaning)
            families.append(
                Family(group.kind, group.name, members, group.disjoint, around, group.span)
            )
        return tuple(families), definitions

    def _nearest(self, entry: _Entry, definitions: Mapping[str, Definition]) -> str | None:
        """Return the nearest territory around `entry` that has a meaning; broken ones have none."""
        around = entry.parent
        while around is not None and around not in definitions:
            around = self._entries[around].parent
        return around


def is_broken(span: Span, broken: tuple[Span, ...]) -> bool:
    """Return whether a syntax error took a part of what stands at `span`."""
    for gone in broken:
        if gone.start < span.end and span.start < gone.end:
            return True
        ends_early = gone.start >= span.end and not span.text.endswith("}")
        if ends_early and not span.source.text[span.end : gone.start].strip():
            return True
    return False
