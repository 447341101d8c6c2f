"""A policy as it is meant: every name resolved, every value typed and normalised.

Rules keep their nesting (`within` blocks) because the reference interpreter reads this
form; the compiler flattens it. Each definition keeps its span for findings, and spans
never take part in comparisons.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias

import attrs

from turnout.dsl.conditions import Condition
from turnout.dsl.source import Span
from turnout.dsl.types import Field


def _place() -> Span:
    return attrs.field(eq=False, repr=False)  # type: ignore[no-any-return]


@attrs.frozen
class Opening:
    """A block of open hours, which belongs to the weekday on which it begins.

    weekday: 0 is Monday. start, end: minutes after midnight by the calendar's clock, the
    end left out; above 1440 it lies on the following day.
    """

    weekday: int
    start: int
    end: int


@attrs.frozen(cache_hash=True)
class Calendar:
    """When somebody works: blocks of hours, without holidays and closed days.

    timezone: an IANA name. openings: in order, none overlapping another. holidays: the
    places whose public holidays are closed, as ISO codes (`DE`, `DE-BY`). closed: first
    and last day of each closed range. A closed day is closed from midnight to midnight,
    so it also cuts the block of the night before at midnight.
    """

    name: str
    timezone: str
    openings: tuple[Opening, ...]
    holidays: tuple[str, ...]
    closed: tuple[tuple[date, date], ...]
    span: Span = _place()


@attrs.frozen
class Person:
    """Someone who can be given leads."""

    name: str
    email: str | None
    span: Span = _place()


@attrs.frozen
class Member:
    """A person's place in a team; weight 0 is never drawn."""

    person: str
    weight: Fraction
    span: Span = _place()


@attrs.frozen
class Team:
    """People who share leads, in roster order."""

    name: str
    members: tuple[Member, ...]
    span: Span = _place()


@attrs.frozen
class RoundRobin:
    """Draw from a team, weighted and fair."""

    team: str


@attrs.frozen
class LeastLoaded:
    """The member of a team with the fewest open leads for their weight."""

    team: str


@attrs.frozen
class ToPerson:
    """One person by name."""

    person: str


@attrs.frozen
class ToOwner:
    """The person whom the lead's field names."""

    field: str


@attrs.frozen
class ToQueue:
    """A queue, from which people claim; always accepts."""

    queue: str


@attrs.frozen
class ToPartner:
    """A partner firm."""

    partner: str


@attrs.frozen
class ToSequence:
    """A nurture sequence; always accepts."""

    sequence: str


@attrs.frozen
class Reject:
    """Not to be worked, with the reason; always accepts."""

    reason: str


Target: TypeAlias = (
    RoundRobin | LeastLoaded | ToPerson | ToOwner | ToQueue | ToPartner | ToSequence | Reject
)


@attrs.frozen
class Step:
    """One target of a chain, and where it is written."""

    target: Target
    span: Span = _place()


@attrs.frozen
class Place:
    """A queue, partner or sequence. kind: which of the three."""

    kind: str
    name: str
    span: Span = _place()


Chain: TypeAlias = tuple[Step, ...]
"""Targets in the order in which they are tried: `to`, then each `else`."""


@attrs.frozen
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
    span: Span = _place()


@attrs.frozen
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
    span: Span = _place()


@attrs.frozen
class Rule:
    """A condition and where its leads go. span: the rule's name."""

    name: str
    condition: Condition
    chain: Chain
    span: Span = _place()


@attrs.frozen
class Block:
    """`within CONDITION { ... }`: rules for the leads inside a condition.

    fallback: for leads that match none of its entries; None lets them go on after it.
    span: the written condition. fallback_span: the word `fallback`.
    """

    condition: Condition
    entries: tuple["Entry", ...]
    fallback: Chain | None
    span: Span = _place()
    fallback_span: Span | None = attrs.field(default=None, eq=False, repr=False)


Entry: TypeAlias = Rule | Block


@attrs.frozen
class Route:
    """An entry point: ordered entries and a fallback. span: the route's name."""

    name: str
    entries: tuple[Entry, ...]
    fallback: Chain | None
    span: Span = _place()
    fallback_span: Span | None = attrs.field(default=None, eq=False, repr=False)


@attrs.frozen
class Policy:
    """What a set of `.route` files means.

    name: the stem of the main file. fields: in schema order. Families come in written
    order, parents before children; definitions by name, territories and segments alike.
    places: queues, partners and sequences, by kind and name ("queue triage").
    """

    name: str
    fields: Mapping[str, Field]
    families: tuple[Family, ...]
    definitions: Mapping[str, Definition]
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    places: Mapping[str, Place]
    routes: Mapping[str, Route]
