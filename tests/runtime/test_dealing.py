"""Draws that are dealt are those that are drawn, one by one; gauges count what the state counts."""

import pickle
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

import turnout
from turnout.runtime.dealing import LARGE, DealtLags
from turnout.runtime.draw import LEVEL, Roster, Turns, draw

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
NAMES = [f"p{number}" for number in range(LARGE + 32)]
POLICY = """policy gauged
lead {{ id: text required }}
{people}
team sales {{ {members} }}
queue triage
route inbound {{ fallback to round-robin sales else queue triage }}
"""


def plainly(turns: Turns, roster: Roster, available: frozenset[str]) -> tuple[str, Turns] | None:
    """Draw without a deal."""
    return draw(Turns(turns.scale, turns.plain()), roster, available)


@pytest.mark.parametrize("seed", range(6))
def test_a_deal_is_the_draws_one_by_one(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same each time
    weights = [random.choice((1, 1, 2, 3, 5, Fraction(1, 2), 0)) for _ in NAMES]
    roster = Roster.of(zip(NAMES, map(Fraction, weights), strict=True))
    dealt = plain = LEVEL
    available = frozenset(NAMES)
    was_dealt = 0
    for step in range(250):
        if random.random() < 0.02:  # somebody comes or goes, and all others stay behind or ahead
            available = frozenset(name for name in NAMES if random.random() < 0.95)
        drawn, wanted = draw(dealt, roster, available), plainly(plain, roster, available)
        assert drawn is not None
        assert wanted is not None
        assert drawn[0] == wanted[0], step
        before, dealt, plain = dealt, drawn[1], wanted[1]
        was_dealt += isinstance(dealt.lag, DealtLags)
        assert (dealt.scale, dealt.lag.get(drawn[0])) == (plain.scale, plain.lag[drawn[0]])
        if step % 25 == 0:
            assert dict(dealt.lag) == plain.plain() == dealt.plain()
            assert pickle.loads(pickle.dumps(dealt)) == plain  # noqa: S301 - our own
        if random.random() < 0.03:  # what was drawn is not kept
            dealt, plain = before, Turns(before.scale, before.plain())
    assert was_dealt > 100


def test_weights_without_a_common_measure_are_drawn_plainly() -> None:
    weights = [Fraction(10**9 + number) for number in range(len(NAMES))]
    roster = Roster.of(zip(NAMES, weights, strict=True))
    turns = LEVEL
    for _ in range(4):
        drawn = draw(turns, roster, NAMES)
        assert drawn is not None
        turns = drawn[1]
    assert not isinstance(turns.lag, DealtLags)


@pytest.mark.parametrize("per", ["day", "24 hours"])
def test_full_caps_are_seen_without_counting_everybody_s(per: str) -> None:
    people = [f"p{number}" for number in range(6)]
    text = POLICY.format(
        people="\n".join(
            f"person {name} {{ cap {2 + (name == 'p0')} per {per} }}" for name in people
        ),
        members=", ".join(people),
    )
    with turnout.loads(text) as router:
        leads = [{"id": f"L{number}"} for number in range(14)]
        at_first = [router.route(each, at=AT).assignee for each in leads]
        assert at_first.count("p0") == 3
        assert at_first.count(None) == 1
        # The clock is put back: what lies ahead counts for a period that rolls.
        early = router.route({"id": "early"}, at=AT - timedelta(hours=1)).assignee
        assert early is None
        again = [
            router.route({"id": f"M{number}"}, at=AT + timedelta(hours=30)).assignee
            for number in range(14)
        ]
        assert again.count(None) == 1
        assert sorted(filter(None, again)) == sorted(filter(None, at_first))
        assert router.explain({"id": "x"}, at=AT + timedelta(hours=30)).decision.assignee is None
