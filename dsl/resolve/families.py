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
from turnout.dsl.resolve.declarations import TableNames
from turnout.dsl.resolve.promises import steward
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.source import Span
from turnout.dsl.types import Value
from turnout.frozen import define

MAX_CHAIN = 50


@define
class _Draft:
    """A definition while it is read: what is written for it, and where it stands in its family.

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


@define
class _Siblings:
    """A family while it is being collected."""

    kind: str
    name: str
    members: list[str]
    disjoint: bool
    parent: str | None
    span: Span


class FamilyReader:
    """Every territory and segment of a policy. keyed: the territories of tables."""

    def __init__(self, terms: Terms, tables: TableReader, keyed: TableNames, scope: Scope) -> None:
        """Read over `terms` and `tables`, reporting to `scope`."""
        self._terms = terms
        self._fields = terms.fields
        self._tables = tables
        self._keyed = keyed
        self._scope = scope
        self._drafts: dict[str, _Draft] = {}
        self._families: list[_Siblings] = []
        self._own: dict[str, Condition | None] = {}
        self._meant: dict[str, Named] = {}
        self._open: list[str] = []
        self._has_unread_tables = False

    @property
    def reader(self) -> ConditionReader:
        """A reader of conditions that knows these names.

        It isn't kept here: the two would hold each other, and with them all of the policy's text.
        """
        return ConditionReader(self._terms, self.named, self._tables, self._scope)

    # -- collecting --

    def collect(self, items: Iterable[nodes.Item], broken: tuple[Span, ...]) -> None:
        """Enter the territories and segments among `items` of one file."""
        top = next((siblings for siblings in self._families if siblings.name == ""), None)
        for item in items:
            match item:
                case nodes.Territory():
                    if top is None:
                        top = _Siblings(
                            "territory", "", [], disjoint=False, parent=None, span=item.name.span
                        )
                        self._families.append(top)
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
        siblings = _Siblings("segment", name, [], node.first_of, None, node.name.span)
        self._families.append(siblings)
        for member in node.members:
            self._segment(member, siblings, broken)

    def _segment(
        self, node: nodes.Segment, siblings: _Siblings | None, broken: tuple[Span, ...]
    ) -> None:
        draft = _Draft(
            "segment", node.name, None, siblings.name if siblings else "", node.condition
        )
        draft.is_broken = is_broken(node.span, broken)
        self._enter(draft, siblings)

    def _territory(
        self, node: nodes.Territory, siblings: _Siblings, broken: tuple[Span, ...]
    ) -> None:
        draft = _Draft("territory", node.name, siblings.parent, siblings.name, node.condition)
        draft.is_broken = is_broken(node.span, broken)
        draft.steward = steward(node.owner, self._scope)
        if not self._enter(draft, siblings):
            return
        name = node.name.text
        if node.children:
            inner = _Siblings("territory", name, [], node.first_of, name, node.name.span)
            self._families.append(inner)
            for child in node.children:
                if isinstance(child, nodes.FromTable):
                    self._table(child, inner)
                else:
                    self._territory(child, inner, broken)
            draft.children = inner.members
        elif node.condition is None and not draft.is_broken:
            draft.is_broken = True
            self._scope.report(
                "incomplete-territory",
                node.name.span,
                f"the territory `{name}` has neither a condition nor children",
                help=f"write `territory {name} = ...`, or territories between braces",
            )

    def _enter(self, draft: _Draft, siblings: _Siblings | None) -> bool:
        if not self._scope.stands(draft.kind, draft.name):
            return False
        if siblings is not None:
            draft.before = tuple(siblings.members) if siblings.disjoint else ()
            siblings.members.append(draft.name.text)
        self._drafts[draft.name.text] = draft
        return True

    def _table(self, node: nodes.FromTable, siblings: _Siblings) -> None:
        field = self._scope.field(node.key, self._fields)
        shared = self._tables.shared_out(field, node)
        if field is None or shared is None:
            self._lost(siblings)
            return
        names = self._keyed[node.span]
        before = tuple(siblings.members) if siblings.disjoint else ()
        for text, keys in shared.items():
            draft = _Draft("territory", names[text], siblings.parent, siblings.name)
            draft.keyed, draft.keys = field.name, keys
            if self._enter(draft, siblings):
                draft.before = before  # rows of one table never share a key

    def _lost(self, siblings: _Siblings) -> None:
        """Say nothing more of a territory whose table could not be read."""
        self._has_unread_tables = True
        assert siblings.parent is not None, "a table stands between a territory's braces"
        self._drafts[siblings.parent].is_broken = True

    # -- meaning --

    def named(self, name: nodes.Name) -> Condition | None:
        """Return the named condition, or None where it was reported."""
        draft = self._drafts.get(name.text)
        if draft is None and self._has_unread_tables:
            return None  # most likely one of the table's names, and the table was reported
        if draft is None and name.text in self._scope.declared.of_kind("territory"):
            return None  # each of its rows in a table was reported
        if draft is None:
            choices = {**self._drafts, **self._fields}
            self._scope.unknown("field, territory or segment", name, choices)
            return None
        if name.text in self._open:
            self._cycle(name)
            return None
        if len(self._open) >= MAX_CHAIN:
            message = f"names refer to names more than {MAX_CHAIN} levels deep"
            self._scope.report("nested-too-deep", name.span, message)
            return None
        return self._meant.get(name.text) or self._read_name(draft)

    def _read_name(self, draft: _Draft) -> Named | None:
        meaning = self._meaning(draft)
        if meaning is None:
            return None
        named = self._meant[draft.name.text] = Named(draft.kind, draft.name.text, meaning)
        return named

    def _cycle(self, name: nodes.Name) -> None:
        around = [*self._open[self._open.index(name.text) :], name.text]
        self._scope.report(
            "definition-cycle",
            name.span,
            f"`{name.text}` is defined by itself",
            text=" → ".join(around),
            help="take one of the names out of the circle",
        )

    def _meaning(self, draft: _Draft) -> Condition | None:
        frame, own, excluded = self._frame(draft), self._own_of(draft), self._excluded(draft)
        if frame is None or own is None or excluded is None:
            return None
        whole = (*frame, own, *excluded)
        return own if len(whole) == 1 else And(whole)

    def _frame(self, draft: _Draft) -> tuple[Condition, ...] | None:
        """Return what holds in the territories around `draft`.

        A territory without a condition of its own is the union of its children, so it
        adds only what a `first of` family takes from it.
        """
        parts: list[Condition] = []
        around = draft.parent
        while around is not None:
            outer = self._drafts[around]
            if outer.written is not None:
                named = self.named(outer.name)
                return None if named is None else (named, *parts)
            excluded = self._excluded(outer)
            if excluded is None:
                return None
            parts.extend(excluded)
            around = outer.parent
        return tuple(parts)

    def _own_of(self, draft: _Draft) -> Condition | None:
        name = draft.name.text
        if name not in self._own:
            self._open.append(name)
            self._own[name] = self._read_own(draft)
            self._open.pop()
        return self._own[name]

    def _read_own(self, draft: _Draft) -> Condition | None:
        if draft.is_broken:
            return None
        if draft.keyed is not None:
            return IsIn(draft.keyed, draft.keys)
        if draft.written is not None:
            return self.reader.read(draft.written)
        return self._union([self._drafts[child] for child in draft.children])

    def _union(self, drafts: list[_Draft]) -> Condition | None:
        by_field: dict[str, set[Value]] = {}
        parts: list[Condition] = []
        for draft in drafts:
            if draft.keyed is not None:
                by_field.setdefault(draft.keyed, set()).update(draft.keys)
                continue
            own = self._own_of(draft)
            if own is None:
                return None
            parts.append(own)
        parts.extend(IsIn(field, frozenset(keys)) for field, keys in by_field.items())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _excluded(self, draft: _Draft) -> tuple[Condition, ...] | None:
        if not draft.before:
            return ()
        earlier = self._union([self._drafts[name] for name in draft.before])
        if earlier is None:
            return None
        return tuple(
            Not(part) for part in (earlier.parts if isinstance(earlier, Or) else [earlier])
        )

    # -- what comes out --

    def families(self) -> tuple[tuple[Family, ...], dict[str, Definition]]:
        """Return the families in written order and every definition by name."""
        definitions: dict[str, Definition] = {}
        for name, draft in self._drafts.items():
            condition = self.named(draft.name)
            if isinstance(condition, Named):
                own = None if draft.written is None and draft.keyed is None else self._own[name]
                definitions[name] = Definition(
                    draft.kind,
                    name,
                    condition.meaning,
                    own,
                    draft.family,
                    self._nearest(draft, definitions),
                    draft.keyed is not None,
                    draft.name.span,
                    draft.steward,
                )
        families: list[Family] = []
        for siblings in self._families:
            members = tuple(definitions[name] for name in siblings.members if name in definitions)
            if siblings.kind == "segment" and len(members) < len(siblings.members):
                continue  # what the lost one covers isn't known
            within = definitions.get(siblings.parent) if siblings.parent else None
            around = None if within is None else Named("territory", within.name, within.meaning)
            families.append(
                Family(
                    siblings.kind, siblings.name, members, siblings.disjoint, around, siblings.span
                )
            )
        return tuple(families), definitions

    def _nearest(self, draft: _Draft, definitions: Mapping[str, Definition]) -> str | None:
        """Return the nearest territory around `draft` that has a meaning; broken ones have none."""
        around = draft.parent
        while around is not None and around not in definitions:
            around = self._drafts[around].parent
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
