"""Syntax nodes, built by one method a grammar rule while the text is parsed.

Each method gets its rule's place and its children in order; words that only mark a place
are already gone, see `reductions`.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast
from unicodedata import normalize

from turnout.dsl import nodes
from turnout.dsl.lexing import Token
from turnout.dsl.reductions import Build
from turnout.dsl.source import Source, Span
from turnout.dsl.targets import KINDS

_ESCAPES = {"n": "\n", "t": "\t"}
_LITERALS = {
    "FIELD": "name",
    "NAME": "name",
    "STRING": "text",
    "NUMBER": "number",
    "PERCENT": "percent",
    "DATE": "date",
    "HOURS": "hours",
    "TIME": "time",
}
_Kind = TypeVar("_Kind")


def unquote(written: str) -> str:
    r"""Return what a quoted text means.

    >>> unquote(r'"a \"b\""')
    'a "b"'
    """
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), written[1:-1])


def _of(kind: type[_Kind], children: list[Any]) -> tuple[_Kind, ...]:
    return tuple(child for child in children if isinstance(child, kind))


class _Word(str):
    """A word that is only there or not: `first of`, `required`, `id`, `anytime`, `wall`, `not`."""

    __slots__ = ()


class _Placeholders(tuple[nodes.Literal, ...]):
    """The texts after `missing when`."""

    __slots__ = ()


class _Columns(tuple[nodes.Literal, ...]):
    """The texts after `from column`."""

    __slots__ = ()


class _Children(tuple[Any, ...]):
    """What stands between the braces of a territory, `first of` in front if it is written."""

    __slots__ = ()


def _test(operator: str) -> Any:  # noqa: ANN401 - a method of whatever shape
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Test:
        field, *rest = children
        operands = rest[0] if rest and not isinstance(rest[0], Token) else self.values(rest)
        return nodes.Test(self.name(field), operator, operands, span)

    return build


def _beside(sign: str) -> Any:  # noqa: ANN401 - as `_test`
    """Build a comparison of two fields. sign: "" where it stands between them as a token."""

    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Beside:
        field, *between, other = children
        return nodes.Beside(self.name(field), sign or str(between[0]), self.name(other), span)

    return build


def _type(word: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.TypeNode:
        literals: tuple[nodes.Literal, ...] = ()
        bounds = argument = None
        options: list[nodes.Option] = []
        for child in children:
            match child:
                case nodes.Range():
                    bounds = child
                case nodes.Option():
                    options.append(child)
                case tuple():
                    literals = cast("tuple[nodes.Literal, ...]", child)
                case _:
                    argument = self.value(child) if child.type == "NUMBER" else self.name(child)
        return nodes.TypeNode(word, literals, bounds, argument, tuple(options), span)

    return build


def _option(word: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Option:
        operands: list[nodes.Literal] = []
        for child in children:
            operands += child if isinstance(child, tuple) else [self.value(child)]
        return nodes.Option(word, tuple(operands), span)

    return build


def _target(kind: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Target:
        tokens = _of(Token, children)
        argument = self.named(tokens[0]) if tokens else None
        is_anytime = bool(_of(_Word, children))
        return nodes.Target(kind, argument, _of(nodes.Name, children), is_anytime, span)

    return build


def _cell(kind: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.CellTarget:
        (column,) = _of(Token, children)
        is_anytime = bool(_of(_Word, children))
        matching = _of(nodes.Name, children)
        return nodes.CellTarget(kind, self.named(column), matching, is_anytime, span)

    return build


def _word(text: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> _Word:
        del self, span, children
        return _Word(text)

    return build


def _claim(words: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Claim:
        operands = tuple(
            self.name(child) if isinstance(child, Token) else child
            for child in children
            if child is not None and not isinstance(child, _Word)
        )
        return nodes.Claim(words, operands, bool(_of(_Word, children)), span)

    return build


def _of_words(kind: Any) -> Any:  # noqa: ANN401 - as `_test`
    """Return what builds a node of its one word or text."""

    def build(self: "Builder", span: Span, children: list[Any]) -> Any:  # noqa: ANN401
        return kind(self.named(children[0]), span)

    return build


def _place(kind: str) -> Any:  # noqa: ANN401 - as `_test`
    def build(self: "Builder", span: Span, children: list[Any]) -> nodes.Outlet:
        name, owner, *clauses = children
        written = tuple(clause for clause in clauses if clause is not None)
        return nodes.Outlet(kind, self.name(name), owner, written, span)

    return build


class Builder:
    """Build the nodes of one source."""

    def __init__(self, source: Source) -> None:
        """Build for `source`; every span points into it."""
        self.source = source

    def of(self, name: str) -> Build:
        """Return what builds the rule of that name."""
        build: Callable[[Span, list[Any]], Any] = getattr(self, name)
        source = self.source
        return lambda start, end, children: build(Span(source, start, end), children)

    # -- words and values --

    def span(self, token: Token) -> Span:
        """Return the place of a word."""
        return Span(self.source, token.start_pos, token.end_pos)

    def name(self, token: Token) -> nodes.Name:
        """Return the name that `token` is."""
        return nodes.Name(normalize("NFC", str(token)), self.span(token))

    def value(self, token: Token) -> nodes.Literal:
        """Return the literal that `token` is."""
        text = unquote(token) if token.type == "STRING" else normalize("NFC", str(token))
        return nodes.Literal(_LITERALS[token.type], text, self.span(token))

    def named(self, token: Token) -> nodes.Name | nodes.Literal:
        """Return what `token` is: a literal for a text or a number, else a name."""
        return self.name(token) if token.type == "NAME" else self.value(token)

    def values(self, tokens: list[Token | None]) -> tuple[nodes.Literal, ...]:
        """Return the literals that `tokens` are."""
        return tuple(self.value(token) for token in tokens if token is not None)

    def literals(self, span: Span, children: list[Any]) -> tuple[nodes.Literal, ...]:
        del span
        return self.values(children)

    texts = literals

    def closed_range(self, span: Span, children: list[Any]) -> nodes.Range:
        low, high = self.values(children)
        return nodes.Range(low, high, span)

    def range_from(self, span: Span, children: list[Any]) -> nodes.Range:
        return nodes.Range(self.value(children[0]), None, span)

    def range_to(self, span: Span, children: list[Any]) -> nodes.Range:
        return nodes.Range(None, self.value(children[0]), span)

    def duration(self, span: Span, children: list[Any]) -> nodes.Duration:
        return nodes.Duration(self.value(children[0]), self.name(children[1]), span)

    # -- file and lead schema --

    def file(self, span: Span, children: list[Any]) -> nodes.File:
        del span
        return nodes.File(self.source, tuple(children))

    policy: Any = _of_words(nodes.Policy)

    def include(self, span: Span, children: list[Any]) -> nodes.Include:
        return nodes.Include(self.value(children[0]), span)

    def lead(self, span: Span, children: list[Any]) -> nodes.LeadSchema:
        return nodes.LeadSchema(_of(nodes.FieldNode, children), span)

    def field(self, span: Span, children: list[Any]) -> nodes.FieldNode:
        name, kind, *rest = children
        placeholders = [text for texts in _of(_Placeholders, rest) for text in texts]
        columns = [text for texts in _of(_Columns, rest) for text in texts]
        words = _of(_Word, rest)
        return nodes.FieldNode(
            self.name(name),
            kind,
            "required" in words,
            "id" in words,
            tuple(placeholders),
            tuple(columns),
            _of(nodes.FromTable, rest),
            span,
        )

    required: Any = _word("required")
    is_id: Any = _word("id")

    def placeholders(self, span: Span, children: list[Any]) -> _Placeholders:
        del span
        return _Placeholders(children[0])

    def columns(self, span: Span, children: list[Any]) -> _Columns:
        del span
        names = children[0]
        return _Columns([self.value(names)] if isinstance(names, Token) else names)

    text: Any = _type("text")
    company_name: Any = _type("company-name")
    code: Any = _type("code")
    first_characters: Any = _option("first_characters")
    first_digits: Any = _option("first_digits")
    digits: Any = _option("digits")
    salesforce_id: Any = _type("salesforce-id")
    email: Any = _type("email")
    phone: Any = _type("phone")
    domain: Any = _type("domain")
    sources: Any = _option("sources")
    free_mail: Any = _option("free_mail")
    integer: Any = _type("integer")
    number: Any = _type("number")
    money: Any = _type("money")
    told_by: Any = _option("told_by")
    decimal_comma: Any = _option("decimal_comma")
    decimal_point: Any = _option("decimal_point")
    percent: Any = _option("percent")
    range_low: Any = _option("range_low")
    range_high: Any = _option("range_high")
    boolean: Any = _type("boolean")
    true_when: Any = _option("true_when")
    false_when: Any = _option("false_when")
    date: Any = _type("date")
    day_first: Any = _option("day_first")
    month_first: Any = _option("month_first")
    epoch_seconds: Any = _option("epoch_seconds")
    epoch_milliseconds: Any = _option("epoch_milliseconds")
    sheet_days: Any = _option("sheet_days")
    country: Any = _type("country")
    subdivision: Any = _type("subdivision")
    language: Any = _type("language")
    one_of: Any = _type("one of")
    any_of: Any = _type("any of")
    person_name: Any = _type("person")

    # -- territories and segments --

    def territory(self, span: Span, children: list[Any]) -> nodes.Territory:
        name, *rest = children
        members: tuple[Any, ...] = ()
        condition: nodes.ConditionNode | None = None
        owner: nodes.Owned | None = None
        for child in rest:
            match child:
                case None:
                    pass
                case _Children():
                    members = child
                case nodes.Owned():
                    owner = child
                case _:
                    condition = child
        first_of = bool(members) and isinstance(members[0], _Word)
        return nodes.Territory(
            self.name(name),
            condition,
            first_of,
            tuple(members[1:] if first_of else members),
            owner,
            span,
        )

    def children(self, span: Span, children: list[Any]) -> _Children:
        del span
        return _Children(child for child in children if child is not None)

    first_of: Any = _word("first of")

    def table(self, span: Span, children: list[Any]) -> nodes.FromTable:
        path, key, column = children
        return nodes.FromTable(self.value(path), self.name(key), self.named(column), span)

    def key(self, span: Span, children: list[Any]) -> Token:
        del span
        name: Token = children[0]
        return name

    def lookup(self, span: Span, children: list[Any]) -> nodes.FromTable:
        path, key, near, column = children
        at = self.value(path), self.name(key), self.named(column)
        return nodes.FromTable(*at, span, near)

    def nearness(self, span: Span, children: list[Any]) -> nodes.NearClause:
        percent, *then = (child for child in children if child is not None)
        return nodes.NearClause(self.value(percent), tuple(map(self.name, then)), span)

    def segment(self, span: Span, children: list[Any]) -> nodes.Segment:
        name, condition = children
        return nodes.Segment(self.name(name), condition, span)

    member_segment = segment

    def segment_family(self, span: Span, children: list[Any]) -> nodes.SegmentFamily:
        name, first_of, *members = children
        return nodes.SegmentFamily(self.name(name), first_of is not None, tuple(members), span)

    # -- time --

    def calendar(self, span: Span, children: list[Any]) -> nodes.Calendar:
        name, *clauses = children
        flat = [
            one
            for clause in clauses
            for one in (clause if isinstance(clause, _Clauses) else (clause,))
        ]
        return nodes.Calendar(self.name(name), tuple(flat), span)

    timezone: Any = _of_words(nodes.Timezone)

    def opening(self, span: Span, children: list[Any]) -> "_Clauses":
        del span
        return _Clauses(children)

    def open_days(self, span: Span, children: list[Any]) -> nodes.Opening:
        hours = self.values(list(_of(Token, children)))
        return nodes.Opening(_of(nodes.Weekdays, children), hours, span)

    def days(self, span: Span, children: list[Any]) -> nodes.Weekdays:
        first, last = children
        last_name = None if last is None else self.name(last)
        return nodes.Weekdays(self.name(first), last_name, span)

    def holidays(self, span: Span, children: list[Any]) -> "_Clauses":
        del span
        return _Clauses(nodes.Holidays(self.named(child), self.span(child)) for child in children)

    def closed(self, span: Span, children: list[Any]) -> "_Clauses":
        del span
        return _Clauses(nodes.Closed(child, child.span) for child in children)

    def one_day(self, span: Span, children: list[Any]) -> nodes.Range:
        day = self.value(children[0])
        return nodes.Range(day, day, span)

    # -- people and places --

    def person(self, span: Span, children: list[Any]) -> nodes.Person:
        name, *clauses = children
        flat = [
            one
            for clause in clauses
            if clause is not None
            for one in (clause if isinstance(clause, _Clauses) else (clause,))
        ]
        return nodes.Person(self.name(name), tuple(flat), span)

    people: Any = _of_words(nodes.People)
    address: Any = _of_words(nodes.Address)
    hours: Any = _of_words(nodes.Hours)

    def languages(self, span: Span, children: list[Any]) -> nodes.Languages:
        return nodes.Languages(children[0], span)

    def serves(self, span: Span, children: list[Any]) -> nodes.Serves:
        field, values = children
        return nodes.Serves(self.name(field), values, span)

    def cap(self, span: Span, children: list[Any]) -> nodes.Cap:
        number, per = children
        each = self.name(per) if isinstance(per, Token) else per
        return nodes.Cap(self.value(number), each, span)

    def at_once(self, span: Span, children: list[Any]) -> None:
        """Say that leads are counted while they are open, in no period."""
        del span, children

    def away(self, span: Span, children: list[Any]) -> "_Clauses":
        del span
        return _Clauses(nodes.Away(child, child.span) for child in children)

    backup: Any = _of_words(nodes.Backup)

    def inactive(self, span: Span, children: list[Any]) -> nodes.Inactive:
        del children
        return nodes.Inactive(span)

    def team(self, span: Span, children: list[Any]) -> nodes.Team:
        name, *rest = children
        kinds = nodes.Owned | nodes.Hours | nodes.Cap
        clauses = tuple(child for child in rest if isinstance(child, kinds))
        rosters = _of(nodes.RosterFile, rest)
        return nodes.Team(
            self.name(name),
            clauses,
            _of(nodes.Member, rest),
            rosters[0] if rosters else None,
            span,
        )

    def member(self, span: Span, children: list[Any]) -> nodes.Member:
        name, *clauses = children
        return nodes.Member(self.name(name), tuple(clauses), span)

    weight: Any = _of_words(nodes.Weight)
    roster: Any = _of_words(nodes.RosterFile)
    queue: Any = _place("queue")
    partner: Any = _place("partner")
    sequence: Any = _place("sequence")

    def identity(self, span: Span, children: list[Any]) -> nodes.Identity:
        *fields, within = children
        return nodes.Identity(tuple(map(self.name, fields)), within, span)

    def field_names(self, _: Span, children: list[Any]) -> tuple[nodes.Name, ...]:
        return tuple(self.name(child) for child in children if child is not None)

    def log(self, span: Span, children: list[Any]) -> nodes.Log:
        fields, hashed = children
        return nodes.Log(fields, hashed or (), span)

    def log_hashed(self, span: Span, children: list[Any]) -> nodes.Log:
        return nodes.Log((), children[0], span)

    def retain(self, span: Span, children: list[Any]) -> nodes.Retain:
        what, length = children
        return nodes.Retain(self.name(what), length, span)

    # -- routes --

    def route(self, span: Span, children: list[Any]) -> nodes.Route:
        name, owner, *entries = children
        return nodes.Route(self.name(name), owner, tuple(entries), span)

    owned: Any = _of_words(nodes.Owned)

    def rule(self, span: Span, children: list[Any]) -> nodes.Rule:
        name, *rest = children
        return nodes.Rule(
            self.name(name),
            tuple(condition for clause in _of(_When, rest) for condition in clause),
            _of(nodes.Chain, rest),
            _of(nodes.Sla, rest),
            tuple(action for clause in _of(_Clauses, rest) for action in clause),
            next(iter(_of(nodes.Validity, rest)), None),
            _of(nodes.OfferClause, rest),
            span,
        )

    def valid_from(self, span: Span, children: list[Any]) -> nodes.Validity:
        return nodes.Validity(self.value(children[0]), None, span)

    def valid_between(self, span: Span, children: list[Any]) -> nodes.Validity:
        first, last = map(self.value, children)
        return nodes.Validity(first, last, span)

    def valid_until(self, span: Span, children: list[Any]) -> nodes.Validity:
        return nodes.Validity(None, self.value(children[0]), span)

    def _end(self, token: Token) -> nodes.Name | nodes.Literal:
        return self.value(token) if token.type == "DATE" else self.named(token)

    def row_from(self, span: Span, children: list[Any]) -> nodes.RowValidity:
        return nodes.RowValidity(self._end(children[0]), None, span)

    def row_between(self, span: Span, children: list[Any]) -> nodes.RowValidity:
        first, last = map(self._end, children)
        return nodes.RowValidity(first, last, span)

    def row_until(self, span: Span, children: list[Any]) -> nodes.RowValidity:
        return nodes.RowValidity(None, self._end(children[0]), span)

    def when(self, span: Span, children: list[Any]) -> "_When":
        del span
        return _When(children)

    def chain(self, span: Span, children: list[Any]) -> nodes.Chain:
        return nodes.Chain(tuple(children), span)

    def going_on(self, span: Span, children: list[Any]) -> nodes.Target:
        del children
        return nodes.Target(nodes.CONTINUE, None, (), anytime=False, span=span)

    to_route: Any = _target(nodes.ROUTE)

    def rule_table(self, span: Span, children: list[Any]) -> nodes.RuleTable:
        path, *rest = children
        return nodes.RuleTable(
            self.value(path),
            _of(nodes.AskedBy, rest),
            _of(nodes.RowChain, rest),
            tuple(each for each in rest if isinstance(each, nodes.Sla | nodes.RowSla)),
            tuple(action for clause in _of(_Clauses, rest) for action in clause),
            next(iter(_of(nodes.RowValidity, rest)), None),
            _of(nodes.OfferClause, rest),
            span,
        )

    def asked_by(self, span: Span, children: list[Any]) -> nodes.AskedBy:
        name, heading = children
        return nodes.AskedBy(self.name(name), self.value(heading) if heading else None, span)

    def row_chain(self, span: Span, children: list[Any]) -> nodes.RowChain:
        return nodes.RowChain(tuple(children), span)

    def row_sla(self, span: Span, children: list[Any]) -> nodes.RowSla:
        column, wall, *rest = children
        then, absence, *_ = *rest, None, None
        return nodes.RowSla(self.named(column), wall is not None, then, absence, span)

    cell_target: Any = _cell("")

    def within(self, span: Span, children: list[Any]) -> nodes.Within:
        condition, owner, *entries = children
        return nodes.Within(condition, owner, tuple(entries), span)

    def fallback(self, span: Span, children: list[Any]) -> nodes.Fallback:
        return nodes.Fallback(children[0], span)

    anytime: Any = _word("anytime")

    def matching(self, span: Span, children: list[Any]) -> nodes.Name:
        del span
        return self.name(children[0])

    def sla(self, span: Span, children: list[Any]) -> nodes.Sla:
        within, wall, start, *rest = children  # there is no place for a rule whose name has a `_`
        if rest and isinstance(rest[0], nodes.SlaDeed):
            return self._sla_in_steps(span, children)
        then, absence, *_ = *rest, None, None
        return nodes.Sla(within, wall is not None, then, absence, span, (), start)

    def _sla_in_steps(self, span: Span, children: list[Any]) -> nodes.Sla:
        within, wall, start, deed, *rest = children
        absence = next(iter(_of(nodes.SlaAbsence, rest)), None)
        whole = Span(span.source, within.span.start, deed.span.end)
        steps = (nodes.SlaStep(within, deed, whole), *_of(nodes.SlaStep, rest))
        if len(steps) == 1 and deed.then is not None:
            steps = ()
        then = steps[-1].deed.then if steps else deed.then
        return nodes.Sla(within, wall is not None, then, absence, span, steps, start)

    def from_acceptance(self, span: Span, children: list[Any]) -> nodes.FromAcceptance:
        del children
        return nodes.FromAcceptance(span)

    def sla_step(self, span: Span, children: list[Any]) -> nodes.SlaStep:
        within, deed = children
        return nodes.SlaStep(within, deed, span)

    def sla_alert(self, span: Span, children: list[Any]) -> nodes.SlaDeed:
        del children
        return nodes.SlaDeed("alert", None, span)

    def sla_reassign(self, span: Span, children: list[Any]) -> nodes.SlaDeed:
        del children
        return nodes.SlaDeed("reassign", None, span)

    def sla_then(self, span: Span, children: list[Any]) -> nodes.SlaDeed:
        return nodes.SlaDeed("then", children[0], span)

    def sla_absence(self, span: Span, children: list[Any]) -> nodes.SlaAbsence:
        return nodes.SlaAbsence(children[0] if children else None, span)

    wall: Any = _word("wall")

    def offer(self, span: Span, children: list[Any]) -> nodes.OfferClause:
        within, wall = children
        return nodes.OfferClause(within, wall is not None, span)

    ranked: Any = _of_words(nodes.Ranked)

    def until_free(self, span: Span, children: list[Any]) -> nodes.UntilFree:
        del children
        return nodes.UntilFree(span)

    rejected: Any = _word("reject")
    returned: Any = _word("return")

    def reasons(self, span: Span, children: list[Any]) -> nodes.ReasonsClause:
        of, named, credited = children
        return nodes.ReasonsClause(of, named, credited, span)

    def do(self, span: Span, children: list[Any]) -> "_Clauses":
        del span
        return _Clauses(children)

    def action(self, span: Span, children: list[Any]) -> nodes.Action:
        kind, *arguments = children
        return nodes.Action(self.name(kind), tuple(map(self.named, arguments)), span)

    # -- what must be true --

    def guarantee(self, span: Span, children: list[Any]) -> nodes.Guarantee:
        name, owner, *rest = children
        return nodes.Guarantee(
            self.name(name),
            owner,
            tuple(condition for clause in _of(_When, rest) for condition in clause),
            _of(nodes.OnRoute, rest),
            _of(nodes.Claim, rest),
            span,
        )

    on_route: Any = _of_words(nodes.OnRoute)
    always_reaches: Any = _claim("always reaches")
    never_reaches: Any = _claim("never reaches")
    always_by_rule: Any = _claim("always by rule")
    sla_at_most: Any = _claim("sla at most")
    never_rejects: Any = _claim("never rejects")

    def reached(self, span: Span, children: list[Any]) -> nodes.Reached:
        kind, name = children
        return nodes.Reached(self.name(kind), None if name is None else self.name(name), span)

    def test(self, span: Span, children: list[Any]) -> nodes.TestCase:
        name, *steps = children
        return nodes.TestCase(self.value(name), tuple(steps), span)

    def test_lead(self, span: Span, children: list[Any]) -> nodes.TestLead:
        return nodes.TestLead(tuple(children), span)

    def lead_value(self, span: Span, children: list[Any]) -> nodes.LeadValue:
        field, value = children
        read = self.value(value) if isinstance(value, Token) else value
        return nodes.LeadValue(self.named(field), read, span)

    def test_at(self, span: Span, children: list[Any]) -> nodes.At:
        day, time, *zone = self.values(children)
        return nodes.At(day, time, zone[0], span)

    def test_away(self, span: Span, children: list[Any]) -> nodes.Unavailable:
        return nodes.Unavailable("away", tuple(map(self.name, children)), span)

    def test_full(self, span: Span, children: list[Any]) -> nodes.Unavailable:
        return nodes.Unavailable("at-cap", tuple(map(self.name, children)), span)

    def expect(self, span: Span, children: list[Any]) -> nodes.Expect:
        negated, kind, *arguments, because = children
        named = [self.named(each) for each in arguments]
        reason = [] if because is None else [because]
        return nodes.Expect(negated is not None, self.name(kind), (*named, *reason), span)

    def because(self, span: Span, children: list[Any]) -> nodes.Name:
        del span
        return self.name(children[0])

    negated: Any = _word("not")

    # -- conditions --

    def or_(self, span: Span, children: list[Any]) -> nodes.Any:
        return nodes.Any(tuple(children), span)

    def and_(self, span: Span, children: list[Any]) -> nodes.All:
        return nodes.All(tuple(children), span)

    def not_(self, span: Span, children: list[Any]) -> nodes.Negation:
        return nodes.Negation(children[0], span)

    def bare(self, span: Span, children: list[Any]) -> nodes.Bare:
        return nodes.Bare(self.name(children[0]), span)

    def compare(self, span: Span, children: list[Any]) -> nodes.Test:
        field, operator, bound = children
        return nodes.Test(self.name(field), str(operator), (self.value(bound),), span)

    compare_field: Any = _beside("")
    same_as: Any = _beside("=")
    other_than: Any = _beside("!=")

    def open_(self, span: Span, children: list[Any]) -> nodes.Open:
        return nodes.Open(self.name(children[0]), span)

    def duplicate(self, span: Span, children: list[Any]) -> nodes.Duplicate:
        del children
        return nodes.Duplicate(span)

    def in_table(self, span: Span, children: list[Any]) -> nodes.Test:
        field, path = children
        operands = (self.value(path),)
        return nodes.Test(self.name(field), "in", operands, span, table=True)

    def not_in_table(self, span: Span, children: list[Any]) -> nodes.Test:
        field, path = children
        operands = (self.value(path),)
        return nodes.Test(self.name(field), "not in", operands, span, table=True)

    is_: Any = _test("is")
    is_not: Any = _test("is not")
    is_missing: Any = _test("is missing")
    is_present: Any = _test("is present")
    in_: Any = _test("in")
    not_in: Any = _test("not in")
    starts_with: Any = _test("starts with")
    ends_with: Any = _test("ends with")
    contains: Any = _test("contains")
    has_word: Any = _test("has word")
    matches: Any = _test("matches")
    has: Any = _test("has")
    has_any: Any = _test("has any")
    has_all: Any = _test("has all")
    has_none: Any = _test("has none")
    in_slice: Any = _test("in first")
    not_in_slice: Any = _test("not in first")
    older_than: Any = _test("older than")
    within_last: Any = _test("within")
    within_next: Any = _test("within next")
    later_than: Any = _test("later than")


class _Clauses(tuple[Any, ...]):
    """The nodes that one clause stands for."""

    __slots__ = ()


class _When(tuple[Any, ...]):
    """The condition of one `when` clause."""

    __slots__ = ()


for _kind in KINDS:  # the rule of each is named by its word
    _rule = _kind.word.replace("-", "_")
    setattr(Builder, f"to_{_rule}", _target(_kind.word))
    setattr(Builder, f"cell_{_rule}", _cell(_kind.word))
