"""Laws of fairness: what holds for every team and every history of availability."""

import math
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from turnout.runtime.dealing import FINEST
from turnout.runtime.draw import LEVEL, Roster, Turns, draw, least_loaded, settled

NAMES = "ABCDEFGH"

small_weights = st.integers(1, 5).map(Fraction)
weights = st.one_of(
    small_weights,
    st.integers(1, 1000).map(Fraction),
    st.fractions(Fraction(1, 50), 20, max_denominator=50),
)


@st.composite
def rosters(
    draw_from: st.DrawFn, weight: st.SearchStrategy[Fraction] = weights, least: int = 2
) -> Roster:
    """Return a roster of up to 8 members, all with a weight."""
    count = draw_from(st.integers(least, len(NAMES)))
    return Roster.of((name, draw_from(weight)) for name in NAMES[:count])


def histories(leads: int = 60) -> st.SearchStrategy[list[frozenset[str]]]:
    """Return who is available at each lead; the same people for a while, more often than not."""
    people = st.frozensets(st.sampled_from(NAMES), min_size=1)
    stretch = st.tuples(people, st.integers(1, 6))
    return st.lists(stretch, min_size=1, max_size=leads // 3).map(
        lambda stretches: [who for who, length in stretches for _ in range(length)][:leads]
    )


def run(roster: Roster, history: Iterable[frozenset[str]], turns: Turns = LEVEL) -> list[str]:
    """Return the names drawn."""
    names: list[str] = []
    for available in history:
        found = draw(turns, roster, available)
        if found is not None:
            name, turns = found
            names.append(name)
    return names


def shares(roster: Roster, available: frozenset[str]) -> dict[str, Fraction]:
    """Return what each is entitled to of one lead."""
    total = sum(
        w for name, w in zip(roster.names, roster.weights, strict=True) if name in available
    )
    return {
        name: Fraction(weight, total)
        for name, weight in zip(roster.names, roster.weights, strict=True)
        if name in available
    }


def lags(turns: Turns) -> dict[str, Fraction]:
    return {name: Fraction(lag, turns.scale) for name, lag in turns.lag.items()}


@given(rosters())
def test_nobody_is_ever_further_than_tijdemans_bound_from_the_exact_share(roster: Roster) -> None:
    everyone = frozenset(roster.names)
    share = shares(roster, everyone)
    bound = 1 - Fraction(1, 2 * len(everyone) - 2)
    received: Counter[str] = Counter()
    for leads, name in enumerate(run(roster, [everyone] * 120), start=1):
        received[name] += 1
        assert all(abs(share[each] * leads - received[each]) <= bound for each in everyone)


@given(rosters())
def test_the_draw_is_tijdemans_rule_as_he_wrote_it(roster: Roster) -> None:
    everyone = frozenset(roster.names)
    share = shares(roster, everyone)
    c = Fraction(1, 2 * len(everyone) - 2)
    lag = dict.fromkeys(roster.names, Fraction(0))
    for name in run(roster, [everyone] * 60):
        for each in lag:
            lag[each] += share[each]
        ahead = [each for each in roster.names if lag[each] >= c]
        assert name == min(ahead, key=lambda each: (1 - c - lag[each]) / share[each])
        lag[name] -= 1


@given(rosters(small_weights))
def test_a_round_of_leads_gives_exactly_the_weights(roster: Roster) -> None:
    round_of_leads = sum(roster.weights)
    received = Counter(run(roster, [frozenset(roster.names)] * round_of_leads))
    assert [received[name] for name in roster.names] == list(roster.weights)


@given(rosters(), histories())
def test_the_lag_is_what_each_was_entitled_to_minus_what_they_were_given(
    roster: Roster, history: list[frozenset[str]]
) -> None:
    turns, ledger = LEVEL, dict.fromkeys(roster.names, Fraction(0))
    for available in history:
        found = draw(turns, roster, available)
        if found is None:
            continue
        name, turns = found
        for each, share in shares(roster, available).items():
            ledger[each] += share
        ledger[name] -= 1
    rounded = Fraction(len(history), FINEST)
    assert all(abs(lag - ledger[name]) <= rounded for name, lag in lags(turns).items())


@given(rosters(), histories(150))
def test_no_history_of_availability_takes_anyone_beyond_the_proved_bound(
    roster: Roster, history: list[frozenset[str]]
) -> None:
    bound = len(roster.names) - Fraction(3, 2) + Fraction(len(history), FINEST)
    turns = LEVEL
    for available in history:
        _, turns = draw(turns, roster, available) or ("", turns)
        assert all(abs(lag) <= bound for lag in lags(turns).values())
        assert sum(turns.lag.values()) == 0
        assert turns.scale <= FINEST


def reachable(roster: Roster, scale: int) -> set[tuple[int, ...]]:
    """Return every state of the lags that some history of availability leads to."""
    groups = [
        frozenset(group)
        for size in range(2, len(roster.names) + 1)
        for group in combinations(roster.names, size)
    ]
    level = (0,) * len(roster.names)
    seen: set[tuple[int, ...]] = {level}
    unvisited: list[tuple[int, ...]] = [level]
    while unvisited:
        turns = Turns(scale, dict(zip(roster.names, unvisited.pop(), strict=True)))
        for group in groups:
            found = draw(turns, roster, group)
            assert found is not None
            state = tuple(found[1].lag.values())
            if state not in seen:
                seen.add(state)
                unvisited.append(state)
    return seen


def test_every_history_of_four_equals_is_within_7_sixths_of_a_lead() -> None:
    equals = Roster(("A", "B", "C", "D"), (1, 1, 1, 1))
    assert max(abs(lag) for state in reachable(equals, 12) for lag in state) == 14


def test_every_history_of_weights_5_1_1_is_within_a_lead() -> None:
    states = reachable(Roster(("A", "B", "C"), (5, 1, 1)), 42)
    assert max(abs(lag) for state in states for lag in state) == 39


@given(
    rosters(small_weights), st.lists(st.tuples(st.sampled_from(NAMES), histories(12)), max_size=12)
)
def test_no_coming_and_going_takes_anyone_beyond_the_largest_team(
    roster: Roster, seasons: list[tuple[str, list[frozenset[str]]]]
) -> None:
    turns, weight = LEVEL, dict(zip(roster.names, roster.weights, strict=True))
    present = set(roster.names)
    for changed, history in seasons:
        present ^= {changed}
        team = Roster.of((name, Fraction(weight.get(name, 1))) for name in sorted(present))
        for available in history:
            _, turns = draw(turns, team, available) or ("", turns)
            assert all(abs(lag) < len(NAMES) for lag in lags(turns).values())


@given(rosters(small_weights, least=3), histories(), histories())
def test_a_removed_member_changes_no_draw_of_the_others(
    roster: Roster, before: list[frozenset[str]], after: list[frozenset[str]]
) -> None:
    turns = LEVEL
    for available in before:
        _, turns = draw(turns, roster, available) or ("", turns)
    gone = roster.names[0]
    smaller = Roster(roster.names[1:], roster.weights[1:])
    others = [available - {gone} for available in after]
    assert run(smaller, others, turns) == run(roster, others, turns)


@given(rosters(small_weights), histories(), small_weights)
def test_a_newcomer_starts_level_and_is_neither_flooded_nor_starved(
    roster: Roster, before: list[frozenset[str]], weight: Fraction
) -> None:
    turns = LEVEL
    for available in before:
        _, turns = draw(turns, roster, available) or ("", turns)
    larger = Roster.of(
        [*zip(roster.names, map(Fraction, roster.weights), strict=True), ("new", weight)]
    )
    assert settled(turns, larger).lag["new"] == 0
    everyone = frozenset(larger.names)
    share, received = shares(larger, everyone)["new"], 0
    for leads, name in enumerate(run(larger, [everyone] * 60, turns), start=1):
        received += name == "new"
        assert abs(share * leads - received) <= len(everyone) - Fraction(3, 2)


@given(rosters(small_weights), histories(), st.integers(1, 60), st.data())
def test_absence_earns_nothing_and_costs_nothing(
    roster: Roster, before: list[frozenset[str]], leads: int, data: st.DataObject
) -> None:
    turns = LEVEL
    for available in before:
        _, turns = draw(turns, roster, available) or ("", turns)
    absent = data.draw(st.sampled_from(roster.names))
    lag = lags(settled(turns, roster))[absent]
    for _ in range(leads):
        found = draw(turns, roster, frozenset(roster.names) - {absent})
        assert found is not None
        assert found[0] != absent
        turns = found[1]
    assert lags(turns)[absent] == lag


@given(rosters(st.one_of(st.just(Fraction(0)), weights)), histories())
def test_a_lead_goes_to_someone_available_with_a_weight_wherever_there_is_one(
    roster: Roster, history: list[frozenset[str]]
) -> None:
    turns = LEVEL
    weight = dict(zip(roster.names, roster.weights, strict=True))
    for available in history:
        found = draw(turns, roster, available)
        could = {name for name in roster.names if name in available and weight[name]}
        assert (found is None) == (not could)
        if found is not None:
            name, turns = found
            assert name in could


@given(rosters(), histories())
def test_the_same_history_always_draws_the_same_names(
    roster: Roster, history: list[frozenset[str]]
) -> None:
    listed = [frozenset(sorted(available, reverse=True)) for available in history]
    assert run(roster, history) == run(roster, listed)


@given(rosters(small_weights), histories(), st.fractions(Fraction(1, 9), 9))
def test_only_the_proportion_of_the_weights_counts(
    roster: Roster, history: list[frozenset[str]], factor: Fraction
) -> None:
    scaled = Roster.of(
        (name, weight * factor) for name, weight in zip(roster.names, roster.weights, strict=True)
    )
    assert run(roster, history) == run(scaled, history)


@given(
    rosters(st.one_of(st.just(Fraction(0)), weights)),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 40)),
    st.frozensets(st.sampled_from(NAMES)),
)
def test_nobody_has_fewer_open_leads_for_their_weight_than_the_least_loaded(
    roster: Roster, open_leads: dict[str, int], available: frozenset[str]
) -> None:
    loads = {
        name: Fraction(open_leads.get(name, 0), weight)
        for name, weight in zip(roster.names, roster.weights, strict=True)
        if weight and name in available
    }
    expected = min(loads, key=loads.__getitem__) if loads else None
    assert least_loaded(roster, open_leads, available) == expected


@given(rosters(small_weights), histories(30))
def test_a_scale_needs_no_more_than_the_sums_of_weights_that_shared_a_lead(
    roster: Roster, history: list[frozenset[str]]
) -> None:
    turns = LEVEL
    sums = [1]
    for available in history:
        _, turns = draw(turns, roster, available) or ("", turns)
        shared = shares(roster, available) if available & set(roster.names) else {}
        sums += [int(roster.weights[roster.names.index(n)] / s) for n, s in shared.items()]
    assert math.lcm(*sums) % turns.scale == 0
