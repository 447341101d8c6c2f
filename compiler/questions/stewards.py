"""Who answers for which part of a policy.

`owned by` stands on a route, a block, a territory, a team, a queue, a partner, a sequence
or a guarantee. Where nothing is named, the nearest steward around has it: a rule has that of
its block or route, a territory that of the territory it lies in.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from turnout.compiler.program import Clause, Program
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.dsl.policy import Block, Definition, Policy, Route
from turnout.dsl.source import Span
from turnout.dsl.targets import Target, said
from turnout.dsl.wording import written
from turnout.frozen import attribute, frozen


@frozen
class StewardPart:
    """A part of a policy, and who answers for it, None where nobody does.

    kind: "route", "within", "rule", "fallback", "territory", "team", "queue", "partner",
    "sequence" or "guarantee". name: as findings name it; for a block its condition.
    """

    kind: str
    name: str
    steward: str | None
    span: Span = attribute(eq=False, repr=False)


def parts_with_stewards(program: Program) -> tuple[StewardPart, ...]:
    """Return everything that can have an steward, in the order in which a policy is written."""
    policy = program.policy
    found: list[StewardPart] = []
    for definition in policy.definitions.values():
        if definition.kind == "territory" and not definition.is_keyed:
            steward = _territory_steward(definition, policy.definitions)
            found.append(StewardPart("territory", definition.name, steward, definition.span))
    found += [
        StewardPart("team", team.name, team.steward, team.span) for team in policy.teams.values()
    ]
    found += [
        StewardPart(place.kind, place.name, place.steward, place.span)
        for place in policy.outlets.values()
    ]
    for route in policy.routes.values():
        found.append(StewardPart("route", route.name, route.steward, route.span))
        found += _inside(policy, route, route.steward)
    found += [
        StewardPart("guarantee", each.name, each.steward, each.span)
        for each in policy.guarantees.values()
    ]
    return tuple(found)


def stewards_of(policy: Policy, clause: Clause) -> tuple[str, ...]:
    """Return who answers for the leads that `clause` takes, each once, the nearest first.

    They are the steward of the block or route that it stands in, those of the territories
    that its condition names, and those of the teams and places that it sends to itself.
    """
    found: dict[str, None] = {}
    if clause.steward is not None:
        found[clause.steward] = None
    for name in _territories(clause.condition):
        steward = _territory_steward(policy.definitions[name], policy.definitions)
        if steward is not None:
            found[steward] = None
    for attempt in clause.attempts[: clause.own_attempts]:
        steward = _target_steward(policy, attempt.target)
        if steward is not None:
            found[steward] = None
    return tuple(found)


def _inside(policy: Policy, block: Route | Block, steward: str | None) -> Iterator[StewardPart]:
    for entry in block.entries:
        if isinstance(entry, Block):
            nearest = entry.steward or steward
            if entry.handover is not None:  # what is inside is the other route's
                yield StewardPart("rule", entry.handover.rule, steward, entry.span)
                continue
            name = written(entry.condition, policy.fields)
            yield StewardPart("within", name, nearest, entry.span)
            yield from _inside(policy, entry, nearest)
        else:
            yield StewardPart("rule", entry.name, steward, entry.span)
    if block.fallback is not None and block.fallback_span is not None:
        where = (
            f"route {block.name}"
            if isinstance(block, Route)
            else written(block.condition, policy.fields)
        )
        yield StewardPart("fallback", where, steward, block.fallback_span)


def _territory_steward(territory: Definition, all_: Mapping[str, Definition]) -> str | None:
    nearest: Definition | None = territory
    while nearest is not None and nearest.steward is None:
        nearest = None if nearest.parent is None else all_.get(nearest.parent)
    return None if nearest is None else nearest.steward


def _territories(condition: Condition) -> Iterator[str]:
    """Yield the territories that a condition names itself, in written order."""
    if isinstance(condition, Atom):
        return
    match condition:
        case Named(kind, name):
            if kind == "territory":
                yield name
        case And(parts) | Or(parts):
            for part in parts:
                yield from _territories(part)
        case Not(part):
            yield from _territories(part)
        case _:
            assert_never(condition)


def _target_steward(policy: Policy, target: Target) -> str | None:
    name = said(target).name
    receiver = target.kind.receiver
    match receiver:
        case "member":
            return policy.teams[name].steward
        case "outlet":
            return policy.outlets[f"{target.kind.definition} {name}"].steward
        case "person" | "nobody":
            return None
        case _:
            assert_never(receiver)
