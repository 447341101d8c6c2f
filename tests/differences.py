"""Two versions of a policy out of texts, compared, and what becomes of a lead in both."""

from collections.abc import Mapping
from datetime import date

import attrs

from tests.policies import resolved
from tests.strategies import Written
from turnout.compiler.difference import Difference, Move, RouteDifference, difference
from turnout.compiler.difference.rows import offered
from turnout.compiler.program import lower
from turnout.compiler.regions import truth
from turnout.dsl.conditions import SEEN, Condition
from turnout.dsl.policy import Policy, Target
from turnout.dsl.types import Values
from turnout.runtime.interpreter import match
from turnout.runtime.leads import lead_reader

ROUTE = "inbound"


@attrs.frozen
class Versions:
    """An old and a new version, and their difference."""

    old: Policy
    new: Policy
    difference: Difference

    @property
    def route(self) -> RouteDifference:
        (route,) = self.difference.routes
        return route


def attempted(
    policy: Policy, route: str, raw: Mapping[str, object], today: date
) -> tuple[Target, ...]:
    """Return the targets that a raw lead is offered, all of them; the oracle."""
    lead = lead_reader(policy.fields)(raw, None)
    values = {**lead.values, SEEN: raw.get(SEEN) is True}
    return tuple(target for target, _ in match(policy, route, values, today).attempts)


def compared(
    old: Written | str,
    new: Written | str,
    *,
    declared: Condition | None = None,
    steps: int = 2_000_000,
) -> Versions:
    """Return two versions in which nothing is wrong, compared."""
    before, after = resolved(old), resolved(new)
    found = difference(lower(before), lower(after), attempted, declared=declared, steps=steps)
    return Versions(before, after, found)


def decided(policy: Policy, values: Values, today: date) -> tuple[Target, ...]:
    """Return what the route offers a lead; of its values, those that the policy knows count."""
    known = {name: value for name, value in values.items() if name in policy.fields}
    return offered(tuple(target for target, _ in match(policy, ROUTE, known, today).attempts))


def moves_of(versions: Versions, values: Values, today: date) -> list[Move]:
    """Return the moves whose leads a lead, in its shared values, is among."""
    route = versions.route
    assert route.compared is not None
    space = route.compared.ground.space
    point = [1 << number for number in space.classify(values, today)]
    return [
        move
        for move in route.moves
        if any(
            all(mask & bit for mask, bit in zip(area.box, point, strict=True))
            and all(truth(region, point) for region in area.inside)
            and not any(truth(region, point) for region in area.outside)
            for area in move.areas
        )
    ]


def is_as_told(move: Move, before: tuple[Target, ...], after: tuple[Target, ...]) -> bool:
    """Return whether a move tells of leads that were offered `before` and now `after`."""
    olds = [outcome.targets for outcome in move.before]
    news = [outcome.targets for outcome in move.after]
    if move.is_passed_on:
        (old,), (new,) = olds, news
        head = len(before) - len(old)
        return before[:head] == after[:head] and (before[head:], after[head:]) == (old, new)
    return before in olds and after in news and before != after
