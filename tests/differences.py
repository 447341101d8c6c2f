"""Two versions of a policy out of texts, compared, and what becomes of a lead in both."""

from collections.abc import Mapping
from datetime import date

import attrs

from tests.policies import resolved
from tests.strategies import Written
from turnout.compiler.difference import Difference, Move, Offer, RouteDifference, difference
from turnout.compiler.difference.receivers import read_by, unmarked
from turnout.compiler.difference.rows import offered
from turnout.compiler.program import lower
from turnout.compiler.regions import truth
from turnout.dsl.conditions import SEEN, Condition
from turnout.dsl.policy import Policy
from turnout.dsl.types import Value, Values
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
) -> tuple[Offer, ...]:
    """Return what a raw lead is offered, all of it; the oracle."""
    lead = lead_reader(policy.fields)(raw, None)
    values = {**lead.values, SEEN: raw.get(SEEN) is True}
    targets = [target for target, _ in match(policy, route, values, today).attempts]
    return tuple((target, tuple(map(values.get, read_by(target)))) for target in targets)


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


def decided(policy: Policy, raw: Mapping[str, object], today: date) -> tuple[Offer, ...]:
    """Return what the route offers a raw lead, as far as it can be tried."""
    offers = dict(attempted(policy, ROUTE, raw, today))
    return tuple((target, offers[target]) for target in offered(tuple(offers)))


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


def shared_values(versions: Versions, raw: Mapping[str, object]) -> Values:
    """Return a raw lead's values of the shared fields: what arrives, or what both make of it.

    Leaves out values that the versions read differently, such as a picklist's.
    """
    assert versions.route.compared is not None
    values: dict[str, Value] = {}
    for policy, version in (
        (versions.old, versions.route.compared.old),
        (versions.new, versions.route.compared.new),
    ):
        lead = lead_reader(policy.fields)(raw, None)
        arriving = lead_reader(versions.route.compared.fields)(raw, None)
        for name, sight in version.view.sights.items():
            of = arriving if sight.is_pieced else lead
            if name in of.values:
                values[sight.name] = of.values[name]
    return values


def is_as_told(move: Move, before: tuple[Offer, ...], after: tuple[Offer, ...]) -> bool:
    """Return whether a move tells of leads that were offered `before` and now `after`."""
    olds, news = (
        [tuple(map(unmarked, outcome.targets)) for outcome in outcomes]
        for outcomes in (move.before, move.after)
    )
    if move.is_passed_on:
        ((old,), _) = olds, news
        head = len(before) - len(old)
        if before[:head] != after[:head]:
            return False
        before, after = before[head:], after[head:]
    was, now = (tuple(target for target, _ in offers) for offers in (before, after))
    return was in olds and now in news and before != after
