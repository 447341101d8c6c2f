"""What a policy promises beyond where a lead goes: periods, actions and guarantees.

A guarantee is a claim about all leads of a kind, which the checker proves or refutes; it
never changes where a lead goes.
"""

from typing import Literal, TypeAlias

from turnout.dsl.conditions import Condition
from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen

MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
"""Minutes of each unit by the wall clock."""


SlaWord: TypeAlias = Literal["alert", "reassign", "then"]
"""What a step of an SLA does, by its word."""

MOST_HOPS = 5
"""How often an SLA moves a lead before the route's fallback has it."""


def _span() -> Span:
    return attribute(eq=False, repr=False)  # type: ignore[no-any-return]


@frozen
class Period:
    """A length of time as it is written. unit: one of `MINUTES`.

    >>> str(Period(90, "minute")), str(Period(1, "hour"))
    ('90 minutes', '1 hour')
    """

    amount: int
    unit: str

    @property
    def minutes(self) -> int:
        """The minutes by the wall clock, a day as 24 hours."""
        return self.amount * MINUTES[self.unit]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}{'' if self.amount == 1 else 's'}"


ActionKind: TypeAlias = Literal["task", "notify", "start", "tag", "suppress", "channel"]
"""What an action does, by its word."""


@frozen
class Action:
    """Something to be done about a lead besides handing it over.

    arguments: in order, such as ("slack", "#emea-deals").
    """

    kind: ActionKind
    arguments: tuple[str, ...]
    span: Span = _span()


# -- guarantees --


@frozen
class Reached:
    """Who or what a guarantee speaks of.

    kind: "team", "person", "queue", "partner", "sequence", "owner" (name: the field),
    "previous-owner" or "current-owner" (name: "").
    """

    kind: str
    name: str
    span: Span = _span()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


@frozen
class AlwaysReaches:
    """Whoever is available, the lead is given to one of `targets`."""

    targets: tuple[Reached, ...]
    span: Span = _span()


@frozen
class NeverReaches:
    """Whoever is available, the lead is given to none of `targets`, not even by an SLA."""

    targets: tuple[Reached, ...]
    span: Span = _span()


@frozen
class AlwaysByRule:
    """One of `rules` takes the lead."""

    rules: tuple[str, ...]
    span: Span = _span()


@frozen
class SlaAtMost:
    """A rule takes the lead, and has an SLA of at most `period`; `wall`: one that is `wall`."""

    period: Period
    wall: bool
    span: Span = _span()


@frozen
class NeverRejects:
    """Whoever is available, the lead isn't rejected."""

    span: Span = _span()


Claim: TypeAlias = AlwaysReaches | NeverReaches | AlwaysByRule | SlaAtMost | NeverRejects


@frozen
class Guarantee:
    """Claims about all leads that satisfy a condition. span: the guarantee's name.

    routes: those that it is about, all of the policy's where it names none.
    """

    name: str
    condition: Condition
    routes: tuple[str, ...]
    claims: tuple[Claim, ...]
    steward: str | None
    span: Span = _span()
