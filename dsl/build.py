"""Syntax nodes out of the parser's tree, one method a grammar rule.

Each method gets its rule's children in order; words that only mark a place are already
gone. The parser refuses deep nesting before, so walking the tree by recursion is safe.
"""

import re
from typing import Any, TypeVar, cast

from lark import Token, Transformer, v_args  # pyright: ignore[reportUnknownVariableType]
from lark.tree import Meta

from turnout.dsl import nodes
from turnout.dsl.source import Source, Span

_ESCAPES = {"n": "\n", "t": "\t"}
_LITERALS = {"NAME": "name", "STRING": "text", "NUMBER": "number", "DATE": "date"}
_Kind = TypeVar("_Kind")


def unquote(written: str) -> str:
    r"""Return what a quoted text means.

    >>> unquote(r'"a \"b\""')
    'a "b"'
    """
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), written[1:-1])


def _of(kind: type[_Kind], children: list[Any]) -> tuple[_Kind, ...]:
    return tuple(child for child in children if isinstance(child, kind))


def _without(kind: type[object], children: list[Any]) -> tuple[Any, ...]:
    return tuple(child for child in children if child is not None and not isinstance(child, kind))


class _FirstOf:
    """The words `first of` before a family's members."""


class _Required:
    """The word `required` after a field's type."""


class _Placeholders(tuple[nodes.Literal, ...]):
    """The texts after `missing when`."""

    __slots__ = ()


class _Children(tuple[Any, ...]):
    """What stands between the braces of a territory, `_FirstOf` in front if it is written."""

    __slots__ = ()


def _test(operator: str) -> Any:  # noqa: ANN401 - a method of whatever shape Lark calls
    def build(self: "Builder", meta: Meta, children: list[Any]) -> nodes.Test:
        field, *rest = children
        operands = rest[0] if rest and not isinstance(rest[0], Token) else self.values(rest)
        return nodes.Test(self.name(field), operator, operands, self.span(meta))

    return build


def _type(word: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", meta: Meta, children: list[Any]) -> nodes.TypeNode:
        literals: tuple[nodes.Literal, ...] = ()
        bounds = argument = None
        for child in children:
            match child:
                case nodes.Range():
                    bounds = child
                case tuple():
                    literals = cast("tuple[nodes.Literal, ...]", child)
                case _:
                    argument = self.value(child) if child.type == "NUMBER" else self.name(child)
        return nodes.TypeNode(word, literals, bounds, argument, self.span(meta))

    return build


def _target(kind: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", meta: Meta, children: list[Any]) -> nodes.Target:
        first, *rest = children
        argument = self.value(first) if first.type == "STRING" else self.name(first)
        return nodes.Target(kind, argument, _of(nodes.Later, rest), self.span(meta))

    return build


def _later(keyword: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", meta: Meta, children: list[Any]) -> nodes.Later:
        del children
        span = self.span(meta)
        return nodes.Later(keyword, Span(span.source, span.start, span.start + len(keyword)))

    return build


def _place(kind: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", meta: Meta, children: list[Any]) -> nodes.Place:
        later = _of(nodes.Later, children)
        return nodes.Place(kind, self.name(children[0]), later, self.span(meta))

    return build


class Builder(Transformer[Token, nodes.File]):
    """Build the nodes of one source."""

    def __init__(self, source: Source) -> None:
        """Build for `source`; every span points into it."""
        super().__init__(visit_tokens=False)
        self._source = source

    # -- words and values --

    def span(self, meta: Meta | Token) -> Span:
        """Return the place of a rule or a token."""
        if isinstance(meta, Meta) and meta.empty:
            return Span(self._source, 0, 0)
        return Span(self._source, meta.start_pos or 0, meta.end_pos or 0)

    def name(self, token: Token) -> nodes.Name:
        """Return the name that `token` is."""
        return nodes.Name(str(token), self.span(token))

    def value(self, token: Token) -> nodes.Literal:
        """Return the literal that `token` is."""
        text = unquote(token) if token.type == "STRING" else str(token)
        return nodes.Literal(_LITERALS[token.type], text, self.span(token))

    def values(self, tokens: list[Token | None]) -> tuple[nodes.Literal, ...]:
        """Return the literals that `tokens` are."""
        return tuple(self.value(token) for token in tokens if token is not None)

    def literals(self, meta: Meta, children: list[Any]) -> tuple[nodes.Literal, ...]:
        del meta
        return self.values(children)

    texts = literals

    def closed_range(self, meta: Meta, children: list[Any]) -> nodes.Range:
        low, high = self.values(children)
        return nodes.Range(low, high, self.span(meta))

    def range_from(self, meta: Meta, children: list[Any]) -> nodes.Range:
        return nodes.Range(self.value(children[0]), None, self.span(meta))

    def range_to(self, meta: Meta, children: list[Any]) -> nodes.Range:
        return nodes.Range(None, self.value(children[0]), self.span(meta))

    def duration(self, meta: Meta, children: list[Any]) -> nodes.Duration:
        return nodes.Duration(self.value(children[0]), self.name(children[1]), self.span(meta))

    # -- file and lead schema --

    def file(self, meta: Meta, children: list[Any]) -> nodes.File:
        del meta
        return nodes.File(self._source, tuple(children))

    def include(self, meta: Meta, children: list[Any]) -> nodes.Include:
        return nodes.Include(self.value(children[0]), self.span(meta))

    def lead(self, meta: Meta, children: list[Any]) -> nodes.Lead:
        return nodes.Lead(_of(nodes.FieldNode, children), self.span(meta))

    def field(self, meta: Meta, children: list[Any]) -> nodes.FieldNode:
        name, kind, *rest = children
        placeholders = [text for texts in _of(_Placeholders, rest) for text in texts]
        required = bool(_of(_Required, rest))
        return nodes.FieldNode(
            self.name(name), kind, required, tuple(placeholders), self.span(meta)
        )

    def required(self, meta: Meta, children: list[Any]) -> _Required:
        del meta, children
        return _Required()

    def placeholders(self, meta: Meta, children: list[Any]) -> _Placeholders:
        del meta
        return _Placeholders(children[0])

    text = _type("text")
    code = _type("code")
    email = _type("email")
    integer = _type("integer")
    number = _type("number")
    money = _type("money")
    boolean = _type("boolean")
    date = _type("date")
    country = _type("country")
    subdivision = _type("subdivision")
    language = _type("language")
    one_of = _type("one of")
    any_of = _type("any of")
    person_name = _type("person")

    # -- territories and segments --

    def territory(self, meta: Meta, children: list[Any]) -> nodes.Territory:
        name, *rest = children
        members: tuple[Any, ...] = ()
        condition: nodes.ConditionNode | None = None
        later: tuple[nodes.Later, ...] = ()
        for child in rest:
            match child:
                case None:
                    pass
                case _Children():
                    members = child
                case nodes.Later(keyword="owned by"):
                    later = (child,)
                case _:
                    condition = child
        first_of = bool(members) and isinstance(members[0], _FirstOf)
        return nodes.Territory(
            self.name(name),
            condition,
            first_of,
            tuple(members[1:] if first_of else members),
            later,
            self.span(meta),
        )

    def children(self, meta: Meta, children: list[Any]) -> _Children:
        del meta
        return _Children(child for child in children if child is not None)

    def first_of(self, meta: Meta, children: list[Any]) -> _FirstOf:
        del meta, children
        return _FirstOf()

    def table(self, meta: Meta, children: list[Any]) -> nodes.Table:
        path, key, column = children
        return nodes.Table(self.value(path), self.name(key), self.name(column), self.span(meta))

    def segment(self, meta: Meta, children: list[Any]) -> nodes.Segment:
        name, condition = children
        return nodes.Segment(self.name(name), condition, self.span(meta))

    member_segment = segment

    def segment_family(self, meta: Meta, children: list[Any]) -> nodes.SegmentFamily:
        name, first_of, *members = children
        return nodes.SegmentFamily(
            self.name(name), first_of is not None, tuple(members), self.span(meta)
        )

    # -- people and places --

    def person(self, meta: Meta, children: list[Any]) -> nodes.Person:
        name, *rest = children
        emails = _of(nodes.Literal, rest)
        return nodes.Person(self.name(name), emails, _of(nodes.Later, rest), self.span(meta))

    def person_email(self, meta: Meta, children: list[Any]) -> nodes.Literal:
        del meta
        return self.value(children[0])

    def team(self, meta: Meta, children: list[Any]) -> nodes.Team:
        name, *rest = children
        return nodes.Team(
            self.name(name), _of(nodes.Member, rest), _of(nodes.Later, rest), self.span(meta)
        )

    team_from_table = team

    def member(self, meta: Meta, children: list[Any]) -> nodes.Member:
        name, *rest = children
        weights = self.values(list(_of(Token, rest)))
        return nodes.Member(self.name(name), weights, _of(nodes.Later, rest), self.span(meta))

    queue = _place("queue")
    partner = _place("partner")
    sequence = _place("sequence")

    # -- routes --

    def route(self, meta: Meta, children: list[Any]) -> nodes.Route:
        name, *rest = children
        entries = _without(nodes.Later, rest)
        return nodes.Route(self.name(name), entries, _of(nodes.Later, rest), self.span(meta))

    def rule(self, meta: Meta, children: list[Any]) -> nodes.Rule:
        name, *rest = children
        conditions: list[nodes.ConditionNode] = []
        for clause in _of(_When, rest):
            conditions.extend(clause)
        chains = _of(nodes.Chain, rest)
        later = _of(nodes.Later, rest)
        return nodes.Rule(self.name(name), tuple(conditions), chains, later, self.span(meta))

    def when(self, meta: Meta, children: list[Any]) -> "_When":
        del meta
        return _When(children)

    def chain(self, meta: Meta, children: list[Any]) -> nodes.Chain:
        return nodes.Chain(tuple(children), self.span(meta))

    def within(self, meta: Meta, children: list[Any]) -> nodes.Within:
        condition, *rest = children
        entries = _without(nodes.Later, rest)
        return nodes.Within(condition, entries, _of(nodes.Later, rest), self.span(meta))

    def fallback(self, meta: Meta, children: list[Any]) -> nodes.Fallback:
        return nodes.Fallback(children[0], self.span(meta))

    round_robin = _target("round-robin")
    least_loaded = _target("least-loaded")
    to_person = _target("person")
    to_owner = _target("owner")
    to_queue = _target("queue")
    to_partner = _target("partner")
    to_sequence = _target("sequence")
    reject = _target("reject")

    # -- conditions --

    def or_(self, meta: Meta, children: list[Any]) -> nodes.Any:
        return nodes.Any(tuple(children), self.span(meta))

    def and_(self, meta: Meta, children: list[Any]) -> nodes.All:
        return nodes.All(tuple(children), self.span(meta))

    def not_(self, meta: Meta, children: list[Any]) -> nodes.Negation:
        return nodes.Negation(children[0], self.span(meta))

    def bare(self, meta: Meta, children: list[Any]) -> nodes.Bare:
        return nodes.Bare(self.name(children[0]), self.span(meta))

    def compare(self, meta: Meta, children: list[Any]) -> nodes.Test:
        field, operator, bound = children
        return nodes.Test(self.name(field), str(operator), (self.value(bound),), self.span(meta))

    is_ = _test("is")
    is_not = _test("is not")
    is_missing = _test("is missing")
    is_present = _test("is present")
    in_ = _test("in")
    not_in = _test("not in")
    starts_with = _test("starts with")
    ends_with = _test("ends with")
    contains = _test("contains")
    matches = _test("matches")
    has = _test("has")
    has_any = _test("has any")
    has_all = _test("has all")
    has_none = _test("has none")
    older_than = _test("older than")
    within_last = _test("within")

    # -- read, not yet carried out --

    later_owned = _later("owned by")
    later_calendar = _later("calendar")
    later_guarantee = _later("guarantee")
    later_test = _later("test")
    later_identity = _later("identity")
    later_hours = _later("hours")
    later_languages = _later("languages")
    later_cap = _later("cap")
    later_away = _later("away")
    later_roster = _later("from")
    later_matching = _later("matching")
    later_previous_owner = _later("previous-owner")
    later_sla = _later("sla")
    later_do = _later("do")
    later_open = _later("open")
    later_duplicate = _later("duplicate")


class _When(tuple[Any, ...]):
    """The condition of one `when` clause."""

    __slots__ = ()


# Marks the methods in place; as a decorator it would hide the class from type checkers.
v_args(meta=True)(Builder)  # pyright: ignore[reportUnknownMemberType] - Lark's own gap
