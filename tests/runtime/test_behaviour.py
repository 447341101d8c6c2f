"""What people expect of lead distribution, each case with where the expectation comes from.

Most sources are pages in which makers of such systems say what theirs does; a case says what
must happen here, through the engine, from a policy's text. Where the makers offer a choice
(catching up after a holiday or not), the source says which one is Turnout's. What none of them
says is named as Turnout's own.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from tests.support.policies import compiled, errors
from turnout.runtime.router import Router

MONDAY = datetime(2026, 11, 23, 11, tzinfo=UTC)
DAY = timedelta(days=1)

NGINX = "nginx: smooth weighted round-robin balancing, commit 52327e0627f4 (2012)"
MODULO = "Salesforce help: MOD(VALUE(Lead_Number__c), 3), round robin of leads"
CAPS = "https://help.nc-squared.com/weighting-and-caps/weighting-and-capping"
DAILY = "https://www.leaddistro.ai/docs/campaign-daily-caps: resets at midnight"
OVERFLOW = "https://www.leaddistro.ai/docs/campaign-daily-caps: the next in priority has the rest"
VACATION = "https://help.chilipiper.com, article 14255546297235, vacation adjustment disabled"
LEVEL = "https://support.chilipiper.com/article/186-vacation, vacation calibration"
NEWCOMER = "https://help.chilipiper.com, article 360053021394, calibration of a new user"
SCHEDULES = "leandatahelp.zendesk.com, article 1260803500330, user schedules"
NO_WEIGHT = (
    "OpenShift's routes on HAProxy, https://github.com/openshift/openshift-docs/pull/12025: with"
    " weight 0 a service takes no part in the balancing but keeps those who are its own"
)
SKILLS = (
    "https://docs.aws.amazon.com/connect/latest/adminguide/concepts-queue-based-routing.html: some"
    " speak English, some Spanish, some both"
)
LEAD = "lead { id: text  plan: one of [free, pro, big] }\n"


@attrs.frozen
class Case:
    """A team, leads as (plan, moment), and who takes each: a letter, or - for the queue.

    source: whose behaviour it is.
    """

    claim: str
    source: str
    people: str
    moments: Sequence[datetime]
    expected: str
    chain: str = "round-robin t"
    plans: str = ""


def policy(people: str, chain: str) -> str:
    return f"{LEAD}{people}\nqueue q\nroute r {{ fallback to {chain} else queue q }}"


def taken(
    people: str,
    chain: str,
    leads: Sequence[tuple[str, datetime]],
    *,
    state: Path | None = None,
    first: int = 0,
) -> str:
    """Return who takes each lead, a letter each."""
    found = compiled(policy(people, chain))
    assert not errors(found.findings), [finding.message for finding in errors(found.findings)]
    with closing(Router(found, state=state)) as router:
        decisions = [
            router.route({"id": str(first + number), "plan": plan or None}, at=at)
            for number, (plan, at) in enumerate(leads)
        ]
    return "".join(decision.assignee or "-" for decision in decisions)


THREE = "person A person B person C team t { A, B, C }"
FIVE_ONE_ONE = "person A person B person C team t { A weight 5, B, C }"

CASES = (
    Case(
        "a weight of 5 among 5, 1 and 1 is spread out and not served in a block",
        NGINX,
        FIVE_ONE_ONE,
        [MONDAY] * 7,
        "AABAACA",
    ),
    Case(
        "weights of 1 and 2 give one lead of three and two of three",
        CAPS,
        "person A person B team t { A, B weight 2 }",
        [MONDAY] * 6,
        "BABBAB",
    ),
    Case(
        "after A, B and C it is A's turn again",
        MODULO,
        THREE,
        [MONDAY] * 4,
        "ABCA",
    ),
    Case(
        "two equal sellers take turns over thirty leads",
        CAPS,
        "person A person B team t { A, B }",
        [MONDAY] * 30,
        "AB" * 15,
    ),
    Case(
        "whoever is skipped for a day has the place that they had",
        VACATION,
        "person A { away 2026-11-24 } person B person C team t { A, B, C }",
        [MONDAY] * 3 + [MONDAY + DAY] * 4 + [MONDAY + 2 * DAY] * 3,
        "ABCBCBCABC",
    ),
    Case(
        "a member at the limit isn't eligible, one below is",
        CAPS,
        "person A { cap 1 per day } person B { cap 2 per day } team t { A, B }",
        [MONDAY] * 4,
        "ABB-",
    ),
    Case(
        "a cap by the day is free again on the next day",
        DAILY,
        "person A { cap 1 per day } team t { A }",
        [MONDAY, MONDAY, MONDAY + DAY, MONDAY + DAY],
        "A-A-",
    ),
    Case(
        "a weight of a half is skipped every other time",
        CAPS,
        "person A person B team t { A, B weight 0.5 }",
        [MONDAY] * 6,
        "ABAABA",
    ),
    Case(
        "leads go to those at work",
        SCHEDULES,
        """calendar c { timezone "UTC" open mon..fri 09:00-11:30 }
        person A { hours c } person B team t { A, B }""",
        [MONDAY, MONDAY, MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)],
        "ABBB",
    ),
    Case(
        "weight 0 is never drawn",
        NO_WEIGHT,
        "person A person B team t { A weight 0, B }",
        [MONDAY] * 3,
        "BBB",
    ),
    Case(
        "weight 0 can still be reached by name",
        NO_WEIGHT,
        "person A person B team t { A weight 0, B }",
        [MONDAY] * 2,
        "AA",
        chain="person A",
    ),
    Case(
        "an inactive person never gets a lead",
        SCHEDULES,
        "person A { inactive } person B team t { A, B }",
        [MONDAY] * 4,
        "BBBB",
    ),
    Case(
        "with nobody available the next target has it, then the queue",
        OVERFLOW,
        "person A { away 2026-11-23 } person B { cap 1 per day } team t { A } team u { B }",
        [MONDAY] * 3,
        "B--",
        chain="round-robin t else round-robin u",
    ),
    Case(
        "a seller with a segment of their own takes it and shares the rest",
        SKILLS,
        """person A { serves plan [free, pro, big] } person B { serves plan [free, pro] }
        team t { A, B }""",
        [MONDAY] * 6,
        "ABAAAB",
        chain="round-robin t matching plan",
        plans="free pro free big big free",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim.replace(" ", "-"))
def test_the_leads_go_as_expected(case: Case) -> None:
    plans = case.plans.split() or [""] * len(case.moments)
    leads = list(zip(plans, case.moments, strict=True))
    assert taken(case.people, case.chain, leads) == case.expected


def test_work_that_is_deleted_elsewhere_moves_nobody_s_turn(tmp_path: Path) -> None:
    # Source: MODULO, of which deleted records make holes that always hit the same person.
    state = tmp_path / "leads.state"
    first = taken(THREE, "round-robin t", [("", MONDAY)] * 3, state=state)
    then = taken(THREE, "round-robin t", [("", MONDAY)] * 2, state=state, first=90)
    assert first + then == "ABCAB"


def test_a_newcomer_starts_level(tmp_path: Path) -> None:
    # Source: NEWCOMER. A count of all leads ever would send the next hundred to whoever is new.
    state = tmp_path / "leads.state"
    taken("person A person B team t { A, B }", "round-robin t", [("", MONDAY)] * 200, state=state)
    then = taken(THREE, "round-robin t", [("", MONDAY)] * 9, state=state, first=200)
    assert Counter(then) == {"A": 3, "B": 3, "C": 3}


def test_whoever_was_away_for_two_weeks_is_not_flooded() -> None:
    # Source: LEVEL, where a rep comes back at the average of the others.
    people = "person A { away 2026-11-24..2026-12-07 } person B person C team t { A, B, C }"
    leads = [("", MONDAY)] * 3 + [("", MONDAY + 7 * DAY)] * 100 + [("", MONDAY + 15 * DAY)] * 9
    found = taken(people, "round-robin t", leads)
    assert "A" not in found[3:103]
    assert Counter(found[103:]) == {"A": 3, "B": 3, "C": 3}


def test_a_rolling_cap_does_not_repeat_a_holiday_as_a_hole_thirty_days_later() -> None:
    # Turnout's own. A cap of 30 in 30 days that hands out again only what was given 30 days ago
    # would have the same hole in January.
    people = "person A { cap 30 per 30 days away 2026-12-24..2026-12-26 } team t { A }"
    start = datetime(2026, 12, 1, 12, tzinfo=UTC)
    days = [start + number * DAY for number in range(90)]
    found = taken(people, "round-robin t", [("", day) for day in days])
    assert found == "A" * 23 + "---" + "A" * 64


def test_two_people_with_segments_neither_drain_nor_starve_the_team() -> None:
    # Source: SKILLS for who may; that nobody starves is Turnout's own.
    people = """person A { serves plan [free, big] } person B { serves plan [free, pro] }
    person C { serves plan [free] } person D { serves plan [free] } team t { A, B, C, D }"""
    plans = ["big", "free", "free", "pro", "free", "free", "free", "free"] * 25
    found = taken(people, "round-robin t matching plan", [(plan, MONDAY) for plan in plans])
    assert "-" not in found
    counts = Counter(found)
    # Each has their segment's leads and an equal share of those that anyone may have.
    assert all(counts[name] >= 37 for name in "CD"), counts
    assert all(25 <= counts[name] <= 65 for name in "AB"), counts
