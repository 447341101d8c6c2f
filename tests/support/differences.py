"""Two versions of a policy out of texts, compared, and what becomes of a lead in both."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import product

import attrs

from tests.support.policies import resolved
from tests.support.strategies import Written, can_be_seen
from turnout.compiler.difference import Difference, Offer, RouteDifference, Shift, difference
from turnout.compiler.difference.ground.receivers import unmarked
from turnout.compiler.difference.moving.compared import Area
from turnout.compiler.leads.budget import Budget
from turnout.compiler.leads.regions import truth
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.outcomes import tried
from turnout.compiler.program import lower
from turnout.dsl.conditions import SEEN, Condition
from turnout.dsl.policy import Policy
from turnout.dsl.targets import said
from turnout.dsl.types import Value, Values
from turnout.runtime.leads import FitnessReader, fitness_reader

ROUTE = "inbound"

Seen = tuple[bool, bool]
"""Whether the old and the new version have seen a lead before."""


@attrs.frozen(slots=False)
class Versions:
    """An old and a new version, and their difference."""

    old: Policy
    new: Policy
    difference: Difference

    @property
    def route(self) -> RouteDifference:
        (route,) = self.difference.routes
        return route

    @cached_property
    def readers(self) -> tuple[FitnessReader, ...]:
        """What reads leads for the two versions, one where their fields are the same.

        Made once, since the laws read many leads; who a lead is, no law asks.
        """
        of_old = fitness_reader(self.old.fields)
        if [*self.old.fields.items()] == [*self.new.fields.items()]:  # their order counts, too
            return (of_old,)
        return of_old, fitness_reader(self.new.fields)

    @cached_property
    def arriving(self) -> FitnessReader:
        """What reads leads by the shared fields."""
        assert self.route.compared is not None
        return fitness_reader(self.route.compared.fields)

    @cached_property
    def told(self) -> dict[tuple[int, ...], list[Shift]]:
        """The shifts by the classes of leads that were asked for."""
        return {}


@attrs.frozen
class Treated:
    """What becomes of a raw lead: the offers of both versions, and the shifts that tell of it."""

    before: tuple[Offer, ...]
    after: tuple[Offer, ...]
    told: tuple[Shift, ...]


def _offers(policy: Policy, route: str, values: Values, today: date) -> tuple[Offer, ...]:
    targets = [target for target, _ in match(policy, route, values, today).every_attempt]
    return tuple((target, tuple(map(values.get, said(target).reads))) for target in targets)


def compared(
    old: Written | str,
    new: Written | str,
    *,
    declared: Condition | None = None,
    steps: int = 2_000_000,
) -> Versions:
    """Return two versions in which nothing is wrong, compared."""
    before, after = resolved(old), resolved(new)
    found = difference(lower(before), lower(after), declared=declared, budget=Budget(steps))
    return Versions(before, after, found)


@attrs.frozen
class Arrived:
    """A raw lead that arrived on a day.

    read: its values in the two versions. shared: those of the shared fields.
    """

    read: tuple[Values, Values]
    shared: Values
    today: date


def arrived(versions: Versions, raw: Mapping[str, object], today: date) -> Arrived:
    """Return a raw lead, whose values the versions read alike, as both see it."""
    found = [read(raw)[0].values for read in versions.readers]
    old, new = found[0], found[-1]
    compared = versions.route.compared
    assert compared is not None
    values: dict[str, Value] = {}
    arriving: Values | None = None
    for own, version in ((old, compared.old), (new, compared.new)):
        for name, sight in version.view.sights.items():
            if sight.is_pieced and arriving is None:
                arriving = versions.arriving(raw)[0].values
            of = own if arriving is None or not sight.is_pieced else arriving
            if name in of:
                values[sight.name] = of[name]
        values |= {each.name: each.answer(values) for each in version.view.agreements}
    return Arrived((old, new), values, today)


def treated(versions: Versions, lead: Arrived, seen: Seen = (False, False)) -> Treated:
    """Return what becomes of a lead."""
    assert versions.route.compared is not None
    values = dict(lead.shared)
    for version, is_seen in zip(
        (versions.route.compared.old, versions.route.compared.new), seen, strict=True
    ):
        values[SEEN if version.view.tells_alike else SEEN + version.view.suffix] = is_seen
    told = tuple(shifts_of(versions, values, lead.today))
    return Treated(*decided(versions, lead, seen), told)


def decided(
    versions: Versions, lead: Arrived, seen: Seen = (False, False)
) -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """Return what the two versions offer a lead, as far as it can be tried."""
    old, new = ({**values, SEEN: is_seen} for values, is_seen in zip(lead.read, seen, strict=True))
    return (
        _tried(_offers(versions.old, ROUTE, old, lead.today)),
        _tried(_offers(versions.new, ROUTE, new, lead.today)),
    )


def histories(versions: Versions, lead: Arrived) -> Iterator[Seen]:
    """Yield whether each version can have seen the lead before; both, where they tell alike."""
    assert versions.route.compared is not None
    old, new = (
        (False, True) if can_be_seen(policy, values) else (False,)
        for policy, values in zip((versions.old, versions.new), lead.read, strict=True)
    )
    is_alike = versions.route.compared.new.view.tells_alike
    yield from (pair for pair in product(old, new) if not is_alike or pair[0] == pair[1])


def _tried(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    values = dict(offers)
    return tuple((target, values[target]) for target in tried(tuple(values)))


def shifts_of(versions: Versions, values: Values, today: date) -> list[Shift]:
    """Return the shifts whose leads a lead, in its shared values, is among.

    What areas are asked is the classes of a lead alone, and many leads are of the same.
    """
    assert versions.route.compared is not None
    classes = tuple(versions.route.compared.ground.space.classify(values, today))
    if classes not in versions.told:
        point = [1 << number for number in classes]
        versions.told[classes] = [
            shift
            for shift in versions.route.shifts
            if any(_is_in(area, point) for area in shift.areas)
        ]
    return versions.told[classes]


def _is_in(area: Area, point: list[int]) -> bool:
    return (
        all(mask & bit for mask, bit in zip(area.box, point, strict=True))
        and all(truth(region, point) for region in area.inside)
        and not any(truth(region, point) for region in area.outside)
    )


def is_as_told(shift: Shift, before: tuple[Offer, ...], after: tuple[Offer, ...]) -> bool:
    """Return whether a shift tells of leads that were offered `before` and now `after`."""
    olds, news = (
        [tuple(map(unmarked, outcome.targets)) for outcome in outcomes]
        for outcomes in (shift.before, shift.after)
    )
    if shift.is_passed_on:
        ((old,), _) = olds, news
        head = len(before) - len(old)
        if before[:head] != after[:head]:
            return False
        before, after = before[head:], after[head:]
    was, now = (tuple(target for target, _ in offers) for offers in (before, after))
    return was in olds and now in news and before != after
