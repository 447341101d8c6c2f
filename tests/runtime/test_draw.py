"""Who is next: examples that can be checked by hand."""

from collections.abc import Collection
from fractions import Fraction

import pytest

from turnout.runtime.dealing import FINEST
from turnout.runtime.draw import LEVEL, Roster, Turns, draw, least_loaded, settled


def team(**weights: Fraction | int | str) -> Roster:
    return Roster.of((name, Fraction(weight)) for name, weight in weights.items())


def drawn(
    roster: Roster,
    leads: int,
    *,
    turns: Turns = LEVEL,
    available: Collection[str] | None = None,
) -> tuple[str, Turns]:
    """Return the names drawn for so many leads, and the turns after them."""
    names: list[str] = []
    for _ in range(leads):
        found = draw(turns, roster, set(roster.names) if available is None else available)
        assert found is not None
        name, turns = found
        names.append(name)
    return "".join(names), turns


def test_weights_5_1_1_are_spread_out() -> None:
    assert drawn(team(A=5, B=1, C=1), 14)[0] == "AABAACA" * 2


def test_a_lag_of_exactly_c_is_far_enough_ahead() -> None:
    # At the third lead C has exactly 1/4, and an earlier deadline than A and B with 3/8.
    assert drawn(team(A=1, B=1, C=6), 8)[0] == "CCCACBCC"


def test_equal_members_take_turns_in_roster_order() -> None:
    assert drawn(team(A=1, B=1, C=1), 7)[0] == "ABCABCA"


def test_the_fourth_lead_of_three_equals_goes_to_the_first_again() -> None:
    assert drawn(team(A=1, B=1, C=1), 4)[0][-1] == "A"


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((1, 2), "BAB"), ((2, 1), "ABA"), ((1, 1), "AB"), ((3, 1), "AABA"), ((3, 2, 1), "ABACBA")],
)
def test_a_round_gives_each_member_their_weight(weights: tuple[int, ...], expected: str) -> None:
    roster = team(**dict(zip("ABC", weights, strict=False)))
    names, turns = drawn(roster, len(expected))
    assert names == expected
    assert not any(turns.lag.values()), "a full round ends level"


def test_two_equal_sellers_get_15_of_30_leads_each() -> None:
    names, _ = drawn(team(A=1, B=1), 30)
    assert (names.count("A"), names.count("B")) == (15, 15)


def test_weights_5_1_1_share_out_700_leads_exactly() -> None:
    names, _ = drawn(team(A=5, B=1, C=1), 700)
    assert [names.count(each) for each in "ABC"] == [500, 100, 100]


def test_the_turns_say_how_far_each_is_from_their_share() -> None:
    _, turns = drawn(team(A=5, B=1, C=1), 1)
    assert turns == Turns(7, {"A": -2, "B": 1, "C": 1})


@pytest.mark.parametrize("available", [set[str](), {"stranger"}, {"Z"}])
def test_nobody_to_draw_is_none(available: set[str]) -> None:
    assert draw(LEVEL, team(A=1, B=1, Z=0), available) is None


def test_an_empty_team_draws_nobody() -> None:
    assert draw(LEVEL, team(), {"A"}) is None


def test_weight_0_is_never_drawn() -> None:
    assert drawn(team(A=0, B=1, C=1), 4)[0] == "BCBC"


def test_the_only_one_available_is_given_every_lead_and_stays_level() -> None:
    roster = team(A=1, B=5)
    names, turns = drawn(roster, 9, available=["A"])
    assert names == "A" * 9
    assert turns.lag == {"A": 0, "B": 0}


def test_a_person_away_for_500_leads_comes_back_to_their_share() -> None:
    roster = team(A=1, B=1, C=1)
    _, turns = drawn(roster, 100)
    frozen = turns.lag["C"]
    _, turns = drawn(roster, 500, turns=turns, available={"A", "B"})
    assert Fraction(turns.lag["C"], turns.scale) == Fraction(frozen, 3)
    names, _ = drawn(roster, 30, turns=turns)
    assert names.count("C") == 10
    assert "CC" not in names


def test_a_newcomer_gets_their_share_from_the_first_day() -> None:
    _, turns = drawn(team(A=1, B=1), 501)
    names, _ = drawn(team(A=1, B=1, C=1), 30, turns=turns)
    assert [names.count(each) for each in "ABC"] == [10, 10, 10]
    assert "CC" not in names


def test_a_member_who_leaves_and_comes_back_starts_level() -> None:
    _, turns = drawn(team(A=5, B=1, C=1), 1)
    without = settled(turns, team(B=1, C=1))
    assert settled(without, team(A=5, B=1, C=1)).lag["A"] == 0


def test_removing_a_member_leaves_the_others_as_far_apart_as_they_were() -> None:
    left = settled(Turns(6, {"A": -4, "B": 3, "C": 1}), team(B=1, C=1))
    assert left == Turns(12, {"B": 2, "C": -2})
    assert Fraction(left.lag["B"] - left.lag["C"], left.scale) == Fraction(3 - 1, 6)


def test_a_team_that_is_replaced_starts_level() -> None:
    assert settled(Turns(6, {"A": -4, "B": 4}), team(C=1)).lag == {"C": 0}


def test_a_new_weight_counts_from_the_next_draw_and_resets_nobody() -> None:
    _, turns = drawn(team(A=1, B=1), 1)
    names, _ = drawn(team(A=3, B=1), 8, turns=turns)
    assert names == "BAAABAAA"


def test_someone_late_after_absences_comes_before_smaller_weights() -> None:
    late = Turns(1, {"big": 2, "small": 1, "other": -3})
    found = draw(late, team(small=1, big=100, other=1), {"small", "big", "other"})
    assert found is not None
    assert found[0] == "big"


def test_weights_count_by_their_proportion() -> None:
    assert team(A="0.5", B="1/3").weights == (3, 2)
    assert team(A=20, B=10) == team(A=2, B=1)
    assert team(A=0, B=0).weights == (0, 0)


def test_odd_weights_stay_within_the_finest_scale() -> None:
    roster = team(A="0.333", B="1/7", C="2.718281828", D="3.14159265358979")
    turns = LEVEL
    for absent in "ABCD" * 50:
        _, turns = drawn(roster, 1, turns=turns, available=set("ABCD") - {absent})
        assert turns.scale <= FINEST
        assert sum(turns.lag.values()) == 0


def test_a_scale_that_grew_for_nothing_is_reduced() -> None:
    coarse = Turns(FINEST, {"A": FINEST, "B": 0, "C": -FINEST})
    assert draw(coarse, team(A=41, B=2, C=1), {"A", "B"}) is not None
    assert settled(coarse, team(A=1, B=1)) == Turns(2, {"A": 1, "B": -1})


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        ({}, "ana"),
        ({"ana": 1}, "ben"),
        ({"ana": 1, "ben": 1}, "ana"),
        ({"ana": 2, "ben": 1}, "ana"),
        ({"ana": 3, "ben": 1}, "ben"),
        ({"ana": 3, "ben": 2}, "ana"),
    ],
)
def test_least_loaded_has_the_fewest_open_leads_for_their_weight(
    loads: dict[str, int], expected: str
) -> None:
    assert least_loaded(team(ana=2, ben=1), loads, {"ana", "ben"}) == expected


def test_least_loaded_passes_over_the_absent_and_weight_0() -> None:
    roster = team(ana=2, ben=1, zoe=0)
    assert least_loaded(roster, {"ben": 99}, {"ben", "zoe"}) == "ben"
    assert least_loaded(roster, {}, {"zoe"}) is None
    assert least_loaded(roster, {}, ()) is None


def test_the_finest_scale_is_a_whole_number_in_json() -> None:
    assert 2**52 < FINEST < 2**53


def test_what_is_remembered_of_earlier_draws_changes_none() -> None:
    team = Roster.of(
        (name, Fraction(weight)) for name, weight in zip("abcdef", range(6), strict=True)
    )
    one = other = LEVEL
    for number in range(2_300):
        away = {"abcdef"[number * number % 7 % 6], "abcdef"[number % 5]}
        available = set("abcdef") - away
        drawn, again = draw(one, team, frozenset(available)), draw(other, team, available)
        assert drawn == again
        if drawn is not None and again is not None:
            one, other = drawn[1], again[1]
    assert 0 < len(team.remembered) <= 2_000
