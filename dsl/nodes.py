"""The syntax tree: what is written, with no name looked up and no literal read.

Each node is frozen and keeps its span, which takes no part in comparisons: two texts
that differ only in layout and comments have equal trees.
"""

from typing import TypeAlias

from turnout.dsl.promises import SlaWord
from turnout.dsl.source import Source, Span
from turnout.frozen import attribute, frozen


def _span() -> Span:
    return attribute(eq=False, repr=False)  # type: ignore[no-any-return]


@frozen
class Name:
    """A word that names something."""

    text: str
    span: Span = _span()


@frozen
class Literal:
    """A value as written. kind: "name", "text" (quotes removed), "number" or "date"."""

    kind: str
    text: str
    span: Span = _span()


@frozen
class Range:
    """`low..high`, either end open."""

    low: Literal | None
    high: Literal | None
    span: Span = _span()


@frozen
class Duration:
    """A number and a unit, such as `90 days`."""

    number: Literal
    unit: Name
    span: Span = _span()


# -- conditions --


@frozen
class Bare:
    """A name alone: a territory, a segment, or a boolean field."""

    name: Name
    span: Span = _span()


@frozen
class Test:
    """A question asked of one field.

    operator: as written, such as "is", "not in", "<=", "starts with", "is missing".
    table: operands is the path of a table that lists the values (`domain in "named.csv"`).
    """

    field: Name
    operator: str
    operands: tuple[Literal, ...] | Range | Duration
    span: Span = _span()
    table: bool = False


@frozen
class Beside:
    """Two fields of a lead, held against each other.

    operator: "<", "<=", "=", "!=", ">=" or ">".
    """

    field: Name
    operator: str
    other: Name
    span: Span = _span()


@frozen
class All:
    """Parts joined by `and`."""

    parts: tuple["ConditionNode", ...]
    span: Span = _span()


@frozen
class Any:
    """Parts joined by `or`."""

    parts: tuple["ConditionNode", ...]
    span: Span = _span()


@frozen
class Negation:
    """`not` and a part."""

    part: "ConditionNode"
    span: Span = _span()


@frozen
class Open:
    """`open CALENDAR`."""

    calendar: Name
    span: Span = _span()


@frozen
class Duplicate:
    """`duplicate`."""

    span: Span = _span()


ConditionNode: TypeAlias = Bare | Test | Beside | All | Any | Negation | Open | Duplicate


# -- declarations --


@frozen
class Policy:
    """`policy NAME`: what the policy is called, whatever its file is."""

    name: Name
    span: Span = _span()


@frozen
class Include:
    """`include "file"`."""

    path: Literal
    span: Span = _span()


@frozen
class Option:
    """What a type says of how its values are written, such as `day first` or `5 digits`.

    word: the rule of the grammar, such as "day_first".
    """

    word: str
    operands: tuple[Literal, ...]
    span: Span = _span()


@frozen
class TypeNode:
    """A field's type as written: its words, and whichever arguments and options it has."""

    word: str
    literals: tuple[Literal, ...]
    bounds: Range | None
    argument: Name | Literal | None
    options: tuple[Option, ...]
    span: Span = _span()


@frozen
class NearClause:
    """`near 92% then field, field`."""

    percent: Literal
    then: tuple[Name, ...]
    span: Span = _span()


@frozen
class FromTable:
    """`from "file" by field near 92% -> column`.

    Among territories: one for each value of the column. Behind a field: where its value
    is looked up. The column's name is a text where it isn't a word.
    """

    path: Literal
    key: Name
    column: Name | Literal
    span: Span = _span()
    near: NearClause | None = None


@frozen
class FieldNode:
    """`name: type required id missing when [...] from column [...] from "file" by ...`."""

    name: Name
    type: TypeNode
    required: bool
    is_id: bool
    placeholders: tuple[Literal, ...]
    columns: tuple[Literal, ...]
    lookups: tuple[FromTable, ...]
    span: Span = _span()


@frozen
class LeadSchema:
    """The lead schema."""

    fields: tuple[FieldNode, ...]
    span: Span = _span()


@frozen
class Owned:
    """`owned by NAME`: who answers for what it stands behind."""

    by: Name | Literal
    span: Span = _span()


@frozen
class Territory:
    """A territory, with a condition, children, or both."""

    name: Name
    condition: ConditionNode | None
    first_of: bool
    children: tuple["Territory | FromTable", ...]
    owner: Owned | None
    span: Span = _span()


@frozen
class Segment:
    """A segment on its own or a member of a family."""

    name: Name
    condition: ConditionNode
    span: Span = _span()


@frozen
class SegmentFamily:
    """Segments that share out one question."""

    name: Name
    first_of: bool
    members: tuple[Segment, ...]
    span: Span = _span()


# -- time --


@frozen
class Timezone:
    """`timezone "Europe/Berlin"`."""

    zone: Literal
    span: Span = _span()


@frozen
class Weekdays:
    """`mon..fri`; one day where `last` is None."""

    first: Name
    last: Name | None
    span: Span = _span()


@frozen
class Opening:
    """Days and the blocks of hours (`09:00-17:30`) in which they are open."""

    days: tuple[Weekdays, ...]
    hours: tuple[Literal, ...]
    span: Span = _span()


@frozen
class Holidays:
    """The country or subdivision whose public holidays are closed."""

    place: Name | Literal
    span: Span = _span()


@frozen
class Closed:
    """Days that are closed; a single day is a range from it to itself."""

    days: Range
    span: Span = _span()


CalendarClause: TypeAlias = Timezone | Opening | Holidays | Closed


@frozen
class Calendar:
    """A calendar with its clauses as they are written."""

    name: Name
    clauses: tuple[CalendarClause, ...]
    span: Span = _span()


# -- people and places to send a lead --


@frozen
class Address:
    """`email "..."`."""

    email: Literal
    span: Span = _span()


@frozen
class Hours:
    """`hours CALENDAR`."""

    calendar: Name
    span: Span = _span()


@frozen
class Languages:
    """`languages [de, en]`."""

    values: tuple[Literal, ...]
    span: Span = _span()


@frozen
class Serves:
    """`serves FIELD [values]`: what a person can be matched by."""

    field: Name
    values: tuple[Literal, ...]
    span: Span = _span()


@frozen
class Cap:
    """`cap 8 per day` (per: a Name), `cap 8 per 24 hours` (a Duration) or `cap 8 open` (None)."""

    number: Literal
    per: Name | Duration | None
    span: Span = _span()


@frozen
class Away:
    """`away 2026-12-20..2027-01-03`; a single day is a range from it to itself."""

    days: Range
    span: Span = _span()


@frozen
class Backup:
    """`backup NAME`: who has somebody's leads while they are away."""

    person: Name
    span: Span = _span()


@frozen
class Inactive:
    """`inactive`: knows leads of the past, is given none."""

    span: Span = _span()


PersonClause: TypeAlias = (
    Address | Hours | Timezone | Languages | Serves | Cap | Away | Backup | Inactive
)


@frozen
class Person:
    """A person with the clauses as they are written."""

    name: Name
    clauses: tuple[PersonClause, ...]
    span: Span = _span()


@frozen
class People:
    """`people from "file.csv"`: one person a row."""

    path: Literal
    span: Span = _span()


@frozen
class Weight:
    """`weight 2`."""

    number: Literal
    span: Span = _span()


@frozen
class Validity:
    """`from DATE until DATE`, either end left out: the days on which something counts."""

    first: Literal | None
    last: Literal | None
    span: Span = _span()


@frozen
class Member:
    """A person in a team, with the clauses as they are written."""

    name: Name
    clauses: tuple[Weight | Cap | Validity, ...]
    span: Span = _span()


@frozen
class RosterFile:
    """`from "roster.csv"`: one member a row."""

    path: Literal
    span: Span = _span()


@frozen
class Team:
    """A team: its clauses as written, and its members or the table that lists them."""

    name: Name
    clauses: tuple[Owned | Hours | Cap, ...]
    members: tuple[Member, ...]
    roster: RosterFile | None
    span: Span = _span()


@frozen
class Outlet:
    """A queue, partner or sequence. kind: which of the three."""

    kind: str
    name: Name
    owner: Owned | None
    clauses: tuple["Address | Hours | Timezone | Cap | Ranked | UntilFree", ...]
    span: Span = _span()


@frozen
class Ranked:
    """`by FIELD`: the leads of a queue with the most of it come first."""

    field: Name
    span: Span = _span()


@frozen
class UntilFree:
    """`until free`: leads wait in a queue until a target before it can take them."""

    span: Span = _span()


@frozen
class ReasonsClause:
    """`reject reasons [..] credit [..]`: why leads can be given back. of: "reject" or "return"."""

    of: str
    named: tuple[Literal, ...]
    credited: tuple[Literal, ...] | None
    span: Span = _span()


@frozen
class Identity:
    """`identity FIELD, FIELD within 90 days`: what tells a lead that was seen before."""

    fields: tuple[Name, ...]
    within: Duration
    span: Span = _span()


@frozen
class Log:
    """`log fields [FIELD, FIELD] hashed [FIELD]`: what the log keeps of a lead's values."""

    fields: tuple[Name, ...]
    hashed: tuple[Name, ...]
    span: Span = _span()


@frozen
class Retain:
    """`retain values 90 days`: how long something stays in the log."""

    what: Name
    length: Duration
    span: Span = _span()


# -- routes --


CONTINUE = "continue"
"""The kind of a step that is no target: nobody is free, and the next rules are asked."""

ROUTE = "route"
"""The kind of a step that is no target: the rules of another route are asked."""


@frozen
class Target:
    """Where to send.

    kind: the words before the name, such as "round-robin", or `CONTINUE` or `ROUTE`.
    argument: None for `previous-owner`. matching: fields that members must serve.
    anytime: hours are not asked.
    """

    kind: str
    argument: Name | Literal | None
    matching: tuple[Name, ...]
    anytime: bool
    span: Span = _span()


@frozen
class Chain:
    """`to TARGET else TARGET ...`."""

    targets: tuple[Target, ...]
    span: Span = _span()


@frozen
class SlaAbsence:
    """`away` or `away 2 hours`, behind where a missed lead goes: so long its holder is away."""

    within: Duration | None
    span: Span = _span()


@frozen
class FromAcceptance:
    """`from acceptance`: an SLA is counted from when its lead is accepted."""

    span: Span = _span()


@frozen
class SlaDeed:
    """What is done when a time of an SLA is up: `alert`, `reassign` or `then TARGET`."""

    word: SlaWord
    then: Target | None
    span: Span = _span()


@frozen
class SlaStep:
    """`DURATION alert`: one step of an SLA that has several."""

    within: Duration
    deed: SlaDeed
    span: Span = _span()


@frozen
class Sla:
    """`sla DURATION wall, then TARGET, away DURATION`.

    steps: `sla DURATION alert, DURATION reassign, DURATION then TARGET, away DURATION`, all of
    them; none where there is at most the target after `then`.
    """

    within: Duration
    wall: bool
    then: Target | None
    absence: SlaAbsence | None
    span: Span = _span()
    steps: tuple[SlaStep, ...] = ()
    from_acceptance: FromAcceptance | None = None


@frozen
class OfferClause:
    """`offer DURATION wall`: in which time a lead is to be accepted."""

    within: Duration
    wall: bool
    span: Span = _span()


@frozen
class Action:
    """One action of a `do`, such as `notify slack "#emea-deals"`."""

    kind: Name
    arguments: tuple[Name | Literal, ...]
    span: Span = _span()


@frozen
class Rule:
    """A rule with each clause as often as it is written."""

    name: Name
    conditions: tuple[ConditionNode, ...]
    chains: tuple[Chain, ...]
    slas: tuple[Sla, ...]
    actions: tuple[Action, ...]
    validity: Validity | None
    offers: tuple[OfferClause, ...]
    span: Span = _span()


@frozen
class Within:
    """`within CONDITION { ... }`."""

    condition: ConditionNode
    owner: Owned | None
    entries: tuple["EntryNode", ...]
    span: Span = _span()


@frozen
class Fallback:
    """`fallback to ...`."""

    chain: Chain
    span: Span = _span()


@frozen
class AskedBy:
    """What a column of a table of rules asks: a field, a family, "territory" or "segment".

    heading: that of the column, None where it is the name itself.
    """

    name: Name
    heading: Literal | None
    span: Span = _span()


@frozen
class CellTarget:
    """A target of which each row of a table has a part. kind: "" where it has all of it.

    column: the heading behind `column`. The rest is that of a `Target`.
    """

    kind: str
    column: Name | Literal
    matching: tuple[Name, ...]
    anytime: bool
    span: Span = _span()


@frozen
class RowChain:
    """`to TARGET else TARGET ...` in a table of rules."""

    targets: tuple[Target | CellTarget, ...]
    span: Span = _span()


@frozen
class RowSla:
    """`sla column HEADING wall, then TARGET, away DURATION`."""

    column: Name | Literal
    wall: bool
    then: Target | None
    absence: SlaAbsence | None
    span: Span = _span()


@frozen
class RowValidity:
    """`from column HEADING until DATE`: the days on which rows count, either end left out.

    An end is the heading of the column in which each row has its own, or the same date for all.
    """

    first: Name | Literal | None
    last: Name | Literal | None
    span: Span = _span()


@frozen
class RuleTable:
    """`rules from "file.csv" by ... { ... }`: one rule a row, its clauses as written."""

    path: Literal
    by: tuple[AskedBy, ...]
    chains: tuple[RowChain, ...]
    slas: tuple[Sla | RowSla, ...]
    actions: tuple[Action, ...]
    validity: RowValidity | None
    offers: tuple[OfferClause, ...]
    span: Span = _span()


EntryNode: TypeAlias = Rule | RuleTable | Within | Fallback


@frozen
class Route:
    """An entry point of the policy."""

    name: Name
    owner: Owned | None
    entries: tuple[EntryNode, ...]
    span: Span = _span()


# -- what must be true --


@frozen
class OnRoute:
    """`route NAME` in a guarantee or a test: which route it is about."""

    route: Name
    span: Span = _span()


@frozen
class Reached:
    """A target that a guarantee speaks of: a kind, and a name where the kind has one."""

    kind: Name
    name: Name | None
    span: Span = _span()


@frozen
class Claim:
    """One claim of a guarantee.

    words: "always reaches", "never reaches", "always by rule", "sla at most" or "never
    rejects". operands: targets, rules, or the one duration; wall: for "sla at most".
    """

    words: str
    operands: tuple[Reached | Name | Duration, ...]
    wall: bool
    span: Span = _span()


@frozen
class Guarantee:
    """A guarantee with its clauses as they are written."""

    name: Name
    owner: Owned | None
    conditions: tuple[ConditionNode, ...]
    routes: tuple[OnRoute, ...]
    claims: tuple[Claim, ...]
    span: Span = _span()


@frozen
class LeadValue:
    """`field: value` in a test's lead; several values where they stand in brackets."""

    field: Name | Literal
    value: Literal | tuple[Literal, ...]
    span: Span = _span()


@frozen
class TestLead:
    """`lead { ... }` in a test."""

    values: tuple[LeadValue, ...]
    span: Span = _span()


@frozen
class At:
    """`at 2026-11-23 10:00 "Europe/Berlin"`: the clock from here on."""

    day: Literal
    time: Literal
    zone: Literal
    span: Span = _span()


@frozen
class Unavailable:
    """`away ana` or `at-cap ana`: who can't be given a lead from here on. why: the word."""

    why: str
    people: tuple[Name, ...]
    span: Span = _span()


@frozen
class Expect:
    """`expect not KIND ARGUMENT ...`, about the lead before it.

    arguments: the word behind `because`, where there is one, is the last of them.
    """

    negated: bool
    kind: Name
    arguments: tuple[Name | Literal, ...]
    span: Span = _span()


TestStep: TypeAlias = OnRoute | TestLead | At | Unavailable | Expect


@frozen
class TestCase:
    """`test "name" { ... }`, its steps in order."""

    name: Literal
    steps: tuple[TestStep, ...]
    span: Span = _span()


Item: TypeAlias = (
    Policy
    | Timezone
    | Include
    | LeadSchema
    | Territory
    | Segment
    | SegmentFamily
    | Calendar
    | Person
    | People
    | Team
    | Outlet
    | Identity
    | ReasonsClause
    | Log
    | Retain
    | Route
    | Guarantee
    | TestCase
)


@frozen
class File:
    """One parsed file. broken: where syntax errors stand, so that nobody builds on those parts."""

    source: Source = attribute(eq=False, repr=False)
    items: tuple[Item, ...]
    broken: tuple[Span, ...] = attribute(default=(), eq=False)
