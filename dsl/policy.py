"""A policy as it is meant: every name resolved, every value typed and normalised.

Rules keep their nesting (`within` blocks) because the reference interpreter reads this
form; the compiler flattens it. Each definition keeps its span for findings, and spans
never take part in comparisons.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias

import attrs

from turnout.dsl.acceptance import ANY, Reasons, TimedOffer
from turnout.dsl.calendars import Calendar, DayRange
from turnout.dsl.conditions import Condition, Duplicate, During
from turnout.dsl.expectations import TestCase
from turnout.dsl.promises import Action, Guarantee, Period, SlaWord
from turnout.dsl.source import Span
from turnout.dsl.targets import Target
from turnout.dsl.types import Field, Value
from turnout.frozen import attribute, frozen


def _span() -> Span:
    return attribute(eq=False, repr=False)  # type: ignore[no-any-return]


def _written() -> Span | None:
    return attribute(default=None, eq=False, repr=False)  # type: ignore[no-any-return]


@frozen(cache_hash=True)
class Cap:
    """At most so many leads in a period, or open at once; at the cap means not available.

    per: "day", "week" (from Monday) or "month" by the calendar of the time zone, or the
    length of a period that ends now and rolls on; None for leads that are open, whenever they
    were given. timezone: an IANA name.
    """

    most: int
    per: str | timedelta | None
    timezone: str


@frozen
class Person:
    """Someone who can be given leads.

    hours: the calendar that they work by, None for round the clock. timezone: in which
    their days (`away`, caps) are counted. serves: by field, the values that `matching`
    finds them by. is_inactive: known as the owner of past leads, and given no new one.
    backup: who has the leads that name them while they are away, or inactive.
    """

    name: str
    email: str | None
    span: Span = _span()
    hours: str | None = None
    timezone: str = "UTC"
    caps: tuple[Cap, ...] = ()
    away: tuple[DayRange, ...] = ()
    serves: Mapping[str, frozenset[Value]] = attribute(factory=dict[str, frozenset[Value]])
    is_inactive: bool = False
    backup: str | None = None


@frozen(cache_hash=True)
class Validity:
    """The days on which a rule counts, or somebody is in a team.

    first, last: both included; None is no end. zone: whose days they are, by an IANA name: the
    policy's. span: where it is written.
    """

    first: date | None
    last: date | None
    zone: str
    span: Span = _span()

    @property
    def during(self) -> During:
        """The question whether a decision's day is one of them."""
        return During(self.first, self.last, self.zone)


@frozen
class Member:
    """A person's place in a team; weight 0 is never drawn. caps: on leads of this team.

    validity: the days on which they are in it, None where they always are.
    """

    person: str
    weight: Fraction
    span: Span = _span()
    caps: tuple[Cap, ...] = ()
    validity: Validity | None = None


@frozen
class Team:
    """People who share leads, in roster order.

    hours: the calendar in which the team takes leads, beside each member's own. caps: on
    the leads of all members together.
    """

    name: str
    members: tuple[Member, ...]
    span: Span = _span()
    steward: str | None = None
    hours: str | None = None
    caps: tuple[Cap, ...] = ()


@frozen
class Step:
    """One target of a chain, and where it is written."""

    target: Target
    span: Span = _span()


@frozen
class Outlet:
    """Where leads go that is no person: a queue, partner or sequence. kind: which of the three.

    email, hours, caps: of a partner, as a person has them. rank: the field by which the leads of
    a queue are in order, the highest first. until_free: they only wait until a target before it
    can take them.
    """

    kind: str
    name: str
    span: Span = _span()
    steward: str | None = None
    email: str | None = None
    hours: str | None = None
    caps: tuple[Cap, ...] = ()
    rank: str | None = None
    until_free: bool = False


Chain: TypeAlias = tuple[Step, ...]
"""Targets in the order in which they are tried: `to`, then each `else`."""


@frozen
class SlaAbsence:
    """Whoever misses an SLA is away from then on. period: so long; None until they are back."""

    period: Period | None


@frozen
class SlaStep:
    """What is done when a time of an SLA is up.

    period: counted from when the lead was given. word: `alert` tells of the lead, which stays;
    `reassign` gives it to the next one of its rule; `then` to the SLA's own target.
    """

    period: Period
    word: SlaWord


@frozen
class Sla:
    """When a lead must have been touched, and what is done when it wasn't.

    period: of the first step. wall: counted by the wall clock, not in the assignee's calendar.
    then: where the last step brings the lead, None where it brings it to no target of its own.
    absence: of the person who missed it, None where they go on. written_steps: where there is more
    than `then` alone, all steps, by their times. from_acceptance: whoever is offered the lead has
    the time from when they accept it.
    """

    period: Period
    wall: bool
    then: Step | None
    span: Span = _span()
    absence: SlaAbsence | None = None
    written_steps: tuple[SlaStep, ...] = ()
    from_acceptance: bool = False

    @property
    def steps(self) -> tuple[SlaStep, ...]:
        """What is done, in order; nothing where a missed lead stays where it is."""
        if self.written_steps or self.then is None:
            return self.written_steps
        return (SlaStep(self.period, "then"),)

    def of_step(self, number: int) -> "Sla":
        """Return the same with the time of a step, from 0."""
        return attrs.evolve(self, period=self.steps[number].period)

    @property
    def reassigns(self) -> bool:
        """Whether a step asks the rule's targets again."""
        return any(step.word == "reassign" for step in self.written_steps)

    @property
    def moves(self) -> bool:
        """Whether a step moves the lead."""
        return self.then is not None or self.reassigns


@frozen
class Identity:
    """Fields that tell whether a lead was seen before: all there, and all the same.

    within: how long a lead is remembered, counted back from the next one's clock.
    """

    fields: tuple[str, ...]
    within: timedelta
    span: Span = _span()


@frozen
class LoggedFields:
    """Fields whose values the log keeps of each lead: as they are, or hashed with a key."""

    plain: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()


@frozen
class Retention:
    """How long the log keeps a lead's events after the last one, and its values after each.

    None for always.
    """

    events: timedelta | None = None
    values: timedelta | None = None


@frozen
class Definition:
    """A territory or segment: a named condition.

    meaning: the whole condition, the parent's and the earlier siblings' of a `first of`
    family included. own: the condition as written, None where it is the union of the
    children. family: the name of the family it is a member of, "" outside any.
    parent: the territory around it, None at the top. is_keyed: it comes from a table.
    """

    kind: str
    name: str
    meaning: Condition
    own: Condition | None
    family: str
    parent: str | None
    is_keyed: bool
    span: Span = _span()
    steward: str | None = None


@frozen
class Family:
    """Sibling territories, or the members of a segment block, in written order.

    name: the parent territory, the segment block's name, or "" for the territories at
    the top. disjoint: declared with `first of`. within: the parent's whole condition,
    None at the top: what the members share out.
    """

    kind: str
    name: str
    members: tuple[Definition, ...]
    disjoint: bool
    within: Condition | None
    span: Span = _span()


@frozen
class RuleTable:
    """A table of which each row is a rule.

    name: the file, as the policy names it. by: the names that its columns ask, as the head has
    them. columns: the headings of those that are read, what asks before what answers, which
    begins at `answers`. span: the head in the policy.
    """

    name: str
    by: tuple[str, ...]
    columns: tuple[str, ...]
    answers: int
    span: Span = _span()


@frozen
class TableRow:
    """A row of a table of rules. line: in the file, from 1.

    cells, places: of the table's columns. asked: by column, what its cell asks; blank cells
    ask nothing.
    """

    table: RuleTable
    line: int
    cells: tuple[str, ...]
    places: tuple[Span, ...] = attribute(eq=False, repr=False)
    asked: tuple[tuple[int, Condition], ...] = attribute(eq=False, repr=False)

    def __str__(self) -> str:
        """Return the place of the row in words: `matrix.csv` line 12."""
        return f"`{self.table.name}` line {self.line}"


@frozen
class Rule:
    """A condition and where its leads go. span: the rule's name.

    whole: the rule as it is written. when: its condition as it is written. sla, actions:
    they go with every lead that the rule takes, whoever is given it. row: where it is one of
    a table; its span is then its cell there, or all of the row. validity: the days on which it
    counts, None where it always does; on others it takes no lead. goes_on: a lead that all its
    targets pass on goes on as if the rule weren't there; going_on: the word that says so. offer:
    in which time whoever it gives a lead to accepts it.
    """

    name: str
    condition: Condition
    chain: Chain
    span: Span = _span()
    sla: Sla | None = None
    actions: tuple[Action, ...] = ()
    whole: Span | None = _written()
    when: Span | None = _written()
    row: TableRow | None = attribute(default=None, eq=False, repr=False)
    validity: Validity | None = None
    goes_on: bool = False
    going_on: Span | None = _written()
    offer: TimedOffer | None = None


@frozen
class Handover:
    """A rule of one route that hands its leads to another.

    rule: its name; of one that is itself met by a handover, with what led there before it, as
    `upsell/late`. route: the other route. validity: the days on which it does. span: where the
    other route is named.
    """

    rule: str
    route: str
    span: Span = _span()
    validity: Validity | None = None


@frozen
class Block:
    """`within CONDITION { ... }`: rules for the leads inside a condition.

    A rule that hands its leads to another route is a block, too: of that route's entries, with
    its fallback. handover: says so. The names of the rules inside begin with the rule's, as in
    `upsell/late`, so that they are unique, and validities are part of the condition.

    fallback: for leads that match none of its entries; None lets them go on after it.
    span: the written condition. fallback_span: the word `fallback`. whole: the block as it
    is written.
    """

    condition: Condition
    entries: tuple["Entry", ...]
    fallback: Chain | None
    span: Span = _span()
    fallback_span: Span | None = _written()
    steward: str | None = None
    whole: Span | None = _written()
    handover: Handover | None = None


Entry: TypeAlias = Rule | Block


@frozen
class Route:
    """An entry point: ordered entries and a fallback. span: the route's name.

    whole: the route as it is written.
    """

    name: str
    entries: tuple[Entry, ...]
    fallback: Chain | None
    span: Span = _span()
    fallback_span: Span | None = _written()
    steward: str | None = None
    whole: Span | None = _written()


@frozen
class Policy:
    """What a set of `.route` files means.

    name: as declared, or else the stem of the main file; a state file is that of a name.
    fields: in schema order. Families come in written order, parents before children;
    definitions by name, territories and segments alike.
    outlets: queues, partners and sequences, by kind and name ("queue triage").
    timezone: whose days a lead's dates are, by an IANA name. rejecting, returning: for which
    reasons a lead can be given back, before it is accepted and after.
    A `steward` is who answers for a definition as it is written there, None where nobody
    is named; `compiler/questions/stewards.py` says whose it is then.
    """

    name: str
    fields: Mapping[str, Field]
    families: tuple[Family, ...]
    definitions: Mapping[str, Definition]
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    outlets: Mapping[str, Outlet]
    routes: Mapping[str, Route]
    guarantees: Mapping[str, Guarantee] = attribute(factory=dict[str, Guarantee])
    calendars: Mapping[str, Calendar] = attribute(factory=dict[str, Calendar])
    identities: tuple[Identity, ...] = ()
    tests: tuple[TestCase, ...] = ()
    timezone: str = "UTC"
    rejecting: Reasons = ANY
    returning: Reasons = ANY
    logged: LoggedFields = LoggedFields()
    retention: Retention = Retention()

    def backups(self, name: str) -> tuple[str, ...]:
        """Return who stands in for somebody, in order: their backup, its backup, and so on."""
        found: list[str] = []
        person = self.people.get(name)
        while person is not None and person.backup is not None:
            found.append(person.backup)
            person = self.people.get(person.backup)
        return tuple(found)

    @property
    def seen(self) -> Duplicate:
        """The condition that a lead was seen before."""
        return Duplicate(tuple(identity.fields for identity in self.identities))
