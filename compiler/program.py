"""The lowered form of a policy, which every later pass reads.

A route becomes one ordered list of clauses. A clause is a rule, or the fallback of a
block or of the route; its condition carries the conditions of the blocks around it, and
its chain goes on with the fallbacks around it, nearest first, because a lead whose
targets are all passed over goes to the nearest fallback and never to nowhere. What a lead
gets is then the chain of the first clause whose condition holds. A rule that goes on
(`else continue`) has its own targets alone: where they pass a lead on, the next clause
whose condition holds is asked, as if the rule weren't there. A rule that hands its leads to
another route stands for that route's clauses: they come in its place, for its leads alone.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.conditions import ALWAYS, And, Condition
from turnout.dsl.policy import Block, Chain, Handover, Policy, Route, Rule, Sla, TableRow, Validity
from turnout.dsl.promises import Action
from turnout.dsl.source import Span
from turnout.dsl.targets import Accepting, Target
from turnout.dsl.wording import written
from turnout.frozen import attribute, frozen


@frozen
class Attempt:
    """One target that a clause tries. by: the rule or fallback that names it, in words."""

    target: Target
    by: str
    span: Span = attribute(eq=False, repr=False)


@frozen
class OuterBlock:
    """A block around a clause. span: its written condition, which also tells blocks apart.

    handover: of a rule that hands its leads to another route, whose clauses are inside.
    """

    condition: Condition
    span: Span = attribute(repr=False)
    handover: Handover | None = None


@frozen
class Clause:
    """A row of a route.

    name: the rule's name, or "fallback of EMEA". is_rule: whether it is a rule.
    condition: the whole of it. around: the blocks around it, outermost first. own: the
    rule's own condition, always true for a fallback. own_attempts: how many of the
    attempts stand in the clause itself; the rest are inherited. sla, actions: the rule's,
    none for a fallback. steward: who answers for it, named by the nearest block or the route.
    row: of the table that the rule is read from. validity: of a rule that counts on some days.
    goes_on: it is written that leads which its targets pass on go on to the next clauses;
    going_on: the word that says so. offer: in which time a rule's leads are to be accepted.
    """

    name: str
    is_rule: bool
    condition: Condition
    around: tuple[OuterBlock, ...]
    own: Condition
    attempts: tuple[Attempt, ...]
    own_attempts: int
    span: Span = attribute(eq=False, repr=False)
    sla: Sla | None = None
    actions: tuple[Action, ...] = ()
    steward: str | None = None
    row: TableRow | None = attribute(default=None, eq=False, repr=False)
    validity: Validity | None = None
    goes_on: bool = False
    going_on: Span | None = attribute(default=None, eq=False, repr=False)
    offer: TimedOffer | None = None

    @property
    def asked(self) -> tuple[Condition, ...]:
        """What the clause itself asks: its own condition, and the day where it has a validity."""
        return (self.own,) if self.validity is None else (self.own, self.validity.during)

    @property
    def handed_by(self) -> tuple[Handover, ...]:
        """The handovers by which leads come to a clause of another route, the first one first."""
        return tuple(each.handover for each in self.around if each.handover is not None)

    def is_of(self, rule: str) -> bool:
        """Return whether it is that rule, or one that has its leads from it by a handover."""
        return (self.is_rule and self.name == rule) or any(
            handover.rule == rule for handover in self.handed_by
        )

    @property
    def lets_on(self) -> bool:
        """Whether a lead that it takes may yet go on to the next clauses."""
        return self.goes_on and not any(isinstance(a.target, Accepting) for a in self.attempts)

    @property
    def title(self) -> str:
        """The clause as a sentence names it: "rule `demo`" or "the fallback of EMEA"."""
        return f"rule `{self.name}`" if self.is_rule else f"the {self.name}"


@frozen
class RouteProgram:
    """One route: clauses in the order in which they are tried.

    last: the attempts of the route's own fallback, empty where it has none; they are also
    what a row that isn't a lead gets.
    """

    name: str
    clauses: tuple[Clause, ...]
    last: tuple[Attempt, ...]
    span: Span = attribute(eq=False, repr=False)


SINCE = date(2026, 1, 1)
"""The day from which on moments count where nobody says as of when."""


@frozen
class Program:
    """A policy's routes, lowered.

    since: the day of UTC from which on moments count: what is open, and who is away.
    first: the day, in the policy's time zone, from which on leads arrive; None where every
    day counts, those that are over, too.
    """

    policy: Policy
    routes: Mapping[str, RouteProgram]
    since: date = SINCE
    first: date | None = None


def lower(policy: Policy, since: date = SINCE, first: date | None = None) -> Program:
    """Return the program of `policy`, as of a day; see `Program`."""
    routes = {name: _route(policy, route) for name, route in policy.routes.items()}
    return Program(policy, routes, since, first)


def _route(policy: Policy, route: Route) -> RouteProgram:
    name = f"fallback of route {route.name}"
    last = _attempts(route.fallback, name)
    clauses = list(_clauses(policy, route, (), last, route.steward))
    if route.fallback is not None:
        span = route.fallback_span or route.span
        clauses.append(
            Clause(
                name,
                is_rule=False,
                condition=ALWAYS,
                around=(),
                own=ALWAYS,
                attempts=last,
                own_attempts=len(last),
                span=span,
                steward=route.steward,
            )
        )
    return RouteProgram(route.name, tuple(clauses), last, route.span)


def _clauses(
    policy: Policy,
    block: Route | Block,
    around: tuple[OuterBlock, ...],
    rest: tuple[Attempt, ...],
    steward: str | None,
) -> Iterator[Clause]:
    for entry in block.entries:
        if isinstance(entry, Rule):
            own = _attempts(entry.chain, f"rule {entry.name}")
            days = () if entry.validity is None else (entry.validity.during,)
            yield Clause(
                entry.name,
                is_rule=True,
                condition=_all((*(outer.condition for outer in around), entry.condition, *days)),
                around=around,
                own=entry.condition,
                attempts=own if entry.goes_on else own + rest,
                own_attempts=len(own),
                span=entry.span,
                sla=entry.sla,
                actions=entry.actions,
                steward=steward,
                row=entry.row,
                validity=entry.validity,
                goes_on=entry.goes_on,
                going_on=entry.going_on,
                offer=entry.offer,
            )
            continue
        inner = (*around, OuterBlock(entry.condition, entry.span, entry.handover))
        name = f"fallback of {_called(entry, policy)}"
        own = _attempts(entry.fallback, name)
        nearest = entry.steward or steward
        yield from _clauses(policy, entry, inner, own + rest, nearest)
        if entry.fallback is not None:
            span = entry.fallback_span or entry.span
            yield Clause(
                name,
                is_rule=False,
                condition=_all(tuple(outer.condition for outer in inner)),
                around=inner,
                own=ALWAYS,
                attempts=own + rest,
                own_attempts=len(own),
                span=span,
                steward=nearest,
            )


def _called(block: Block, policy: Policy) -> str:
    if block.handover is not None:
        return f"route {block.handover.route}"
    return written(block.condition, policy.fields)


def _all(parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else And(parts)


def _attempts(chain: Chain | None, by: str) -> tuple[Attempt, ...]:
    return tuple(Attempt(step.target, by, step.span) for step in chain or ())
