"""The algebra of sets of leads agrees with the reference interpreter, lead by lead."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import product

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.support.policies import resolved
from tests.support.strategies import COLUMNS, Written, leads, policy_atoms
from tests.support.strategies import policies as of_any_routes
from turnout.compiler.leads import witness
from turnout.compiler.leads.budget import Meter
from turnout.compiler.leads.regions import Region, Regions, find, truth
from turnout.compiler.leads.space import Space, space
from turnout.compiler.masks import members
from turnout.compiler.meaning.interpreter import holds
from turnout.dsl.conditions import And, Condition, IsIn, Not, Or, Present, atoms
from turnout.dsl.policy import Block, Entry, Policy
from turnout.dsl.types import Values

STEPS = 200_000

policies = partial(of_any_routes, handed=False)
"""Policies of one route: these laws are about its conditions, each by itself."""


def written_conditions(policy: Policy) -> list[Condition]:
    """Return the condition of every rule and block of the policy."""

    def of(entries: Sequence[Entry]) -> list[Condition]:
        found: list[Condition] = []
        for entry in entries:
            found.append(entry.condition)
            found += of(entry.entries) if isinstance(entry, Block) else []
        return found

    return [found for route in policy.routes.values() for found in of(route.entries)]


def whole_space(policy: Policy) -> Space:
    """Return the space of all that the policy asks, and of the presence of every field."""
    asked = policy_atoms(policy)
    return space(policy.fields, [*asked, *(Present(name) for name in policy.fields)])


def point(grid: Space, values: Values, today: date) -> list[int]:
    """Return a lead as the smallest box around it."""
    return [1 << number for number in grid.classify(values, today)]


def possible(regions: Regions) -> list[Region]:
    """Return what every lead is outside of."""
    return [regions.outside(box) for box in regions.space.impossible]


@given(policies(), st.data())
def test_a_lead_lies_in_an_atoms_classes_iff_the_atom_holds(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    grid = whole_space(policy)
    values, today = data.draw(leads(policy))
    classes = grid.classify(values, today)
    for atom, (at, mask) in grid.sides.items():
        assert bool(mask >> classes[at] & 1) == holds(atom, values, today), atom


@given(policies(), st.data())
def test_every_lead_is_in_the_space(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    grid = whole_space(policy)
    values, today = data.draw(leads(policy))
    classes = grid.classify(values, today)
    assert all(full >> number & 1 for full, number in zip(grid.full, classes, strict=True))
    for box in grid.impossible:
        assert not all(mask >> classes[at] & 1 for at, mask in box), box


@given(policies(), st.data())
def test_a_region_holds_the_leads_for_which_its_condition_holds(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    conditions = written_conditions(policy)
    values, today = data.draw(leads(policy))
    here = point(regions.space, values, today)
    for condition in conditions:
        expected = holds(condition, values, today)
        region = regions.region(condition)
        assert truth(region, here) is expected
        assert truth(regions.region(condition, holds=False), here) is not expected
        assert truth(regions.complement(region), here) is not expected
        assert truth(regions.region(Not(condition)), here) is not expected


@given(policies(), st.data())
def test_both_and_any_are_intersection_and_union(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    conditions = written_conditions(policy)
    chosen = data.draw(st.lists(st.sampled_from(conditions), max_size=3))
    parts = [regions.region(condition) for condition in chosen]
    values, today = data.draw(leads(policy))
    here = point(regions.space, values, today)
    expected = [holds(condition, values, today) for condition in chosen]
    assert truth(regions.both(parts), here) is all(expected)
    assert truth(regions.any(parts), here) is any(expected)
    assert truth(regions.region(And(tuple(chosen))), here) is all(expected)
    assert truth(regions.region(Or(tuple(chosen))), here) is any(expected)


@given(policies(), st.data())
def test_outside_a_box_are_the_leads_that_one_of_its_sides_leaves_out(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    values, today = data.draw(leads(policy))
    classes = regions.space.classify(values, today)
    box: list[tuple[int, int]] = []
    for at in data.draw(st.sets(st.integers(0, len(classes) - 1), min_size=1, max_size=3)):
        mask = regions.space.full[at] & data.draw(st.integers(0, regions.space.full[at]))
        box.append((at, mask | data.draw(st.booleans()) << classes[at]))
    is_in = all(mask >> classes[at] & 1 for at, mask in box)
    here = point(regions.space, values, today)
    assert truth(regions.outside(tuple(sorted(box))), here) is not is_in


@given(policies(), st.data())
def test_truth_over_a_box_is_true_of_every_lead_in_it(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    values, today = data.draw(leads(policy))
    here = point(regions.space, values, today)
    box = list(here)
    for at, full in enumerate(regions.space.full):
        if data.draw(st.booleans()):
            box[at] = full
    for condition in written_conditions(policy):
        over = truth(regions.region(condition), box)
        assert over is None or over is holds(condition, values, today)


@given(policies(), st.data())
def test_what_find_returns_satisfies_all_regions(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    conditions = written_conditions(policy)
    wanted = data.draw(st.lists(st.sampled_from(conditions), min_size=1, max_size=3))
    unwanted = data.draw(st.lists(st.sampled_from(conditions), max_size=3))
    asked = [regions.region(condition) for condition in wanted]
    asked += [regions.region(condition, holds=False) for condition in unwanted]
    found = find(regions.space, [*asked, *possible(regions)], Meter(STEPS))
    assume(found is not None)
    assert found is not None
    assert all(
        mask and mask & ~full == 0 for mask, full in zip(found, regions.space.full, strict=True)
    )
    assert all(truth(region, found) is True for region in asked)
    lead = witness.example(regions.space, found)
    if lead is not None:
        assert all(holds(condition, lead.values, lead.today) for condition in wanted)
        assert not any(holds(condition, lead.values, lead.today) for condition in unwanted)
        assert not any(
            field.required and name not in lead.values for name, field in policy.fields.items()
        )


SMALL = [
    c for c in COLUMNS if c.name in {"score", "plan", "products", "consent", "country", "state"}
]


@given(policies(SMALL, patterns=False, rules=3, most=3), st.data())
def test_find_returns_none_only_where_no_point_of_the_grid_fits(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    regions = Regions(whole_space(policy))
    grid = regions.space
    sizes = [members(full) for full in grid.full]
    count = 1
    for size in sizes:
        count *= len(size)
    assume(count <= 5_000)
    conditions = written_conditions(policy)
    wanted = data.draw(st.lists(st.sampled_from(conditions), min_size=1, max_size=3))
    unwanted = data.draw(st.lists(st.sampled_from(conditions), max_size=3))
    asked = [regions.region(condition) for condition in wanted]
    asked += [regions.region(condition, holds=False) for condition in unwanted]
    asked += possible(regions)
    found = find(grid, asked, Meter(STEPS))
    fits = any(
        all(truth(region, box) for region in asked)
        for classes in product(*sizes)
        for box in [[1 << number for number in classes]]
    )
    assert (found is not None) == fits


@given(policies(patterns=False), st.data())
def test_a_box_without_free_patterns_has_an_example(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    dates = [name for name, field in policy.fields.items() if field.type.word == "date"]
    assume(len(dates) < 2)  # two dates share one clock, which boxes don't know
    regions = Regions(whole_space(policy))
    condition = data.draw(st.sampled_from(written_conditions(policy)))
    for side in (True, False):
        region = regions.region(condition, holds=side)
        found = find(regions.space, [region, *possible(regions)], Meter(STEPS))
        if found is not None:
            lead = witness.example(regions.space, found)
            assert lead is not None
            assert holds(condition, lead.values, lead.today) is side


def test_a_required_field_is_never_missing_in_a_space() -> None:
    policy = resolved("lead { city: text  plan: one of [a, b] required }")
    assert [members(full) for full in space(policy.fields, []).full] == [[0, 1], [1]]


# -- many nested conditions over few leads, so that most of the search is in vain --

FLAT = resolved(
    "lead { a: one of [x, y, z] required  b: boolean required  c: boolean required"
    "  d: boolean required  e: boolean }"
).fields
EVERY = [
    {name: value for name, value in zip(FLAT, values, strict=True) if value is not None}
    for values in product("xyz", *[[True, False]] * 3, [True, False, None])
]
TODAY = date(2026, 11, 24)
ONE_TEST = st.one_of(
    st.sets(st.sampled_from("xyz"), min_size=1, max_size=2).map(
        lambda chosen: IsIn("a", frozenset(chosen))
    ),
    st.builds(
        IsIn, st.sampled_from("bcde"), st.sampled_from([True, False]).map(lambda x: frozenset({x}))
    ),
)


def joined(
    kind: type[And | Or], part: st.SearchStrategy[Condition]
) -> st.SearchStrategy[Condition]:
    return st.lists(part, min_size=2, max_size=3).map(lambda parts: kind(tuple(parts)))


NESTED = joined(Or, st.one_of(ONE_TEST, joined(And, st.one_of(ONE_TEST, joined(Or, ONE_TEST)))))


def among(name: str, *values: str | bool) -> Condition:
    return IsIn(name, frozenset(values))


@example(
    # Where the first part of the second `or` ends in nothing, its leads are still the next's.
    [
        Or((among("b", False), among("a", "x"))),
        Or(
            (
                And((among("a", "z", "x"), Or((among("a", "x"), among("b", True))))),
                And((among("b", False), among("a", "z", "x"))),
            )
        ),
    ],
    [Not(Or((among("a", "x"), among("a", "x"))))],
)
@settings(max_examples=4 * settings.get_profile("tests").max_examples)  # quick, and rarely hard
@given(st.lists(NESTED, min_size=1, max_size=9), st.lists(NESTED.map(Not), max_size=2))
def test_find_returns_leads_that_fit_and_none_only_where_no_lead_does(
    asked: list[Condition], denied: list[Condition]
) -> None:
    conditions = [*asked, *denied]
    regions = Regions(space(FLAT, [atom for each in conditions for atom in atoms(each)]))
    found = find(regions.space, map(regions.region, conditions), Meter(STEPS))
    fitting = [values for values in EVERY if all(holds(each, values, TODAY) for each in conditions)]
    assert (found is not None) == bool(fitting)
    if found is not None:
        classes = [(values, regions.space.classify(values, TODAY)) for values in EVERY]
        inside = [
            values
            for values, numbers in classes
            if all(mask >> number & 1 for mask, number in zip(found, numbers, strict=True))
        ]
        assert inside
        assert all(values in fitting for values in inside)
