"""The syntax tree: what is written, with no name looked up and no literal read.

Each node is frozen and keeps its span, which takes no part in comparisons: two texts
that differ only in layout and comments have equal trees.
"""

from typing import TypeAlias

import attrs

from turnout.dsl.source import Source, Span


def _span() -> Span:
    return attrs.field(eq=False, repr=False)  # type: ignore[no-any-return]


@attrs.frozen
class Name:
    """A word that names something."""

    text: str
    span: Span = _span()


@attrs.frozen
class Literal:
    """A value as written. kind: "name", "text" (quotes removed), "number" or "date"."""

    kind: str
    text: str
    span: Span = _span()


@attrs.frozen
class Range:
    """`low..high`, either end open."""

    low: Literal | None
    high: Literal | None
    span: Span = _span()


@attrs.frozen
class Duration:
    """A number and a unit, such as `90 days`."""

    number: Literal
    unit: Name
    span: Span = _span()


@attrs.frozen
class Later:
    """A part of the language that is read but not yet carried out."""

    keyword: str
    span: Span = _span()


# -- conditions --


@attrs.frozen
class Bare:
    """A name alone: a territory, a segment, or a boolean field."""

    name: Name
    span: Span = _span()


@attrs.frozen
class Test:
    """A question asked of one field.

    operator: as written, such as "is", "not in", "<=", "starts with", "is missing".
    """

    field: Name
    operator: str
    operands: tuple[Literal, ...] | Range | Duration
    span: Span = _span()


@attrs.frozen
class All:
    """Parts joined by `and`."""

    parts: tuple["ConditionNode", ...]
    span: Span = _span()


@attrs.frozen
class Any:
    """Parts joined by `or`."""

    parts: tuple["ConditionNode", ...]
    span: Span = _span()


@attrs.frozen
class Negation:
    """`not` and a part."""

    part: "ConditionNode"
    span: Span = _span()


ConditionNode: TypeAlias = Bare | Test | All | Any | Negation | Later


# -- declarations --


@attrs.frozen
class Include:
    """`include "file"`."""

    path: Literal
    span: Span = _span()


@attrs.frozen
class TypeNode:
    """A field's type as written: its words, and whichever arguments it has."""

    word: str
    literals: tuple[Literal, ...]
    bounds: Range | None
    argument: Name | Literal | None
    span: Span = _span()


@attrs.frozen
class FieldNode:
    """`name: type required missing when [...]`."""

    name: Name
    type: TypeNode
    required: bool
    placeholders: tuple[Literal, ...]
    span: Span = _span()


@attrs.frozen
class Lead:
    """The lead schema."""

    fields: tuple[FieldNode, ...]
    span: Span = _span()


@attrs.frozen
class Table:
    """`from "file" by field -> column`: one territory for each value of the column."""

    path: Literal
    key: Name
    column: Name
    span: Span = _span()


@attrs.frozen
class Territory:
    """A territory, with a condition, children, or both."""

    name: Name
    condition: ConditionNode | None
    first_of: bool
    children: tuple["Territory | Table", ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Segment:
    """A segment on its own or a member of a family."""

    name: Name
    condition: ConditionNode
    span: Span = _span()


@attrs.frozen
class SegmentFamily:
    """Segments that share out one question."""

    name: Name
    first_of: bool
    members: tuple[Segment, ...]
    span: Span = _span()


@attrs.frozen
class Person:
    """A person, with an e-mail address where one is given."""

    name: Name
    emails: tuple[Literal, ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Member:
    """A person in a team, with each weight that is written."""

    name: Name
    weights: tuple[Literal, ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Team:
    """A team and its members."""

    name: Name
    members: tuple[Member, ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Place:
    """A queue, partner or sequence. kind: which of the three."""

    kind: str
    name: Name
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Target:
    """Where to send. kind: the words before the name, such as "round-robin" or "reject"."""

    kind: str
    argument: Name | Literal
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Chain:
    """`to TARGET else TARGET ...`."""

    targets: tuple[Target | Later, ...]
    span: Span = _span()


@attrs.frozen
class Rule:
    """A rule with each clause as often as it is written."""

    name: Name
    conditions: tuple[ConditionNode, ...]
    chains: tuple[Chain, ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Within:
    """`within CONDITION { ... }`."""

    condition: ConditionNode
    entries: tuple["EntryNode", ...]
    later: tuple[Later, ...]
    span: Span = _span()


@attrs.frozen
class Fallback:
    """`fallback to ...`."""

    chain: Chain
    span: Span = _span()


EntryNode: TypeAlias = Rule | Within | Fallback


@attrs.frozen
class Route:
    """An entry point of the policy."""

    name: Name
    entries: tuple[EntryNode, ...]
    later: tuple[Later, ...]
    span: Span = _span()


Item: TypeAlias = (
    Include | Lead | Territory | Segment | SegmentFamily | Person | Team | Place | Route | Later
)


@attrs.frozen
class File:
    """One parsed file. broken: where syntax errors stand, so that nobody builds on those parts."""

    source: Source = attrs.field(eq=False, repr=False)
    items: tuple[Item, ...]
    broken: tuple[Span, ...] = attrs.field(default=(), eq=False)
