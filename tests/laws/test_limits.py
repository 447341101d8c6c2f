"""People with hours, caps and things that they serve, against all leads and who can be there."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.support.counting import ROUTE
from tests.support.enumeration import TODAY, Arrival, every_history
from tests.support.policies import compiled, named
from tests.support.strategies import PEOPLE, Written
from tests.support.worlds import World, available, courses, ends, is_broken, worlds
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.meaning.situations import is_open_on_the_wall
from turnout.dsl.policy import Policy
from turnout.dsl.targets import ToPartner

HOURS = {
    "early": ("mon..fri 06:00-12:00", "mon..sun 06:00-12:00"),
    # After it, around the clock with it, or both at once for an hour.
    "late": ("mon..fri 12:00-18:00", "mon..sun 12:00-06:00", "mon..fri 11:00-18:00"),
}


@st.composite
def limited(draw: DrawFn, *, asks_clock: bool = False) -> Written:
    """Return a policy whose people and teams have limits, with one long chain and a guarantee.

    asks_clock: the rule may ask what is open, which takes a moment to answer. Its chain
    has no fallback then, few have caps and most have hours, on which it depends who is there.
    """
    rarely = ("",) * 4 if asks_clock else ()
    hours = ("hours early", "hours late") * (3 if asks_clock else 1)

    def some(*choices: str) -> str:
        return draw(st.sampled_from(["", *choices]))

    parts = ["lead { owner: person  plan: one of [p, q]  tags: any of [x, y] }"]
    parts += ["identity plan within 30 days"]
    parts += ["queue triage"]
    for name, opened in HOURS.items():
        blocks = draw(st.sampled_from(opened))
        parts.append(f'calendar {name} {{ timezone "UTC" open {blocks} }}')
    for name in PEOPLE:
        serves = some(
            "serves plan [p]", "serves plan [p, q]", "serves tags [x]", "serves tags [x, y]"
        )
        limits = f"{some(*hours)} {some(*rarely, 'cap 3 per day')} {serves}"
        parts.append(f"person {name} {{ {limits} {some('inactive') if name == 'cleo' else ''} }}")
    cap = some(*rarely, "cap 1 per day")
    teams = {"near": f"ana {cap}, ben", "far": f"ben, cleo weight {draw(st.sampled_from('01'))}"}
    for team, members in teams.items():
        limits = f"{some('hours early', 'hours late')} {some(*rarely, 'cap 9 per day')}"
        parts.append(f"team {team} {limits} {{ {members} }}")
    parts.append(f"partner outside {{ {some(*hours[::2])} {some('cap 2 per day')} }}")
    kinds = ["round-robin near", "least-loaded near", "round-robin far", "person ana", "person ben"]
    kinds += ["owner owner", "previous-owner", "partner outside"]
    steps: list[str] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=4)):
        is_team = kind.split()[0] in {"round-robin", "least-loaded"}
        steps.append(f"{kind} {some('matching plan', 'matching tags') if is_team else ''}")
        steps[-1] += some(*rarely, " anytime")
    conditions = ["plan is p", "tags has x", "owner is ana", "plan is present", "duplicate"]
    if asks_clock:
        conditions += [
            "open early",
            "owner is ana and open early",
            "plan is p and not open late",
            "plan is q or open early",
        ]
    when = draw(st.sampled_from(conditions))
    rule = f"rule r1 {{ when {when} to {' else '.join(steps)} }}"
    fallback = "" if asks_clock else some("fallback to queue triage")
    parts.append(f"route inbound {{ {rule} {fallback} }}")
    reached = ["team near", "team far", *(f"person {name}" for name in PEOPLE)]
    reached += ["partner outside", "owner owner", "previous-owner", "queue triage"]
    targets = st.lists(st.sampled_from(reached), min_size=1, max_size=4).map(", ".join)
    about = draw(
        st.sampled_from(["", "when plan is q", "when owner in [ana, ben]", f"when {when}"])
    )
    claims = f"always reaches {draw(targets)} never reaches {draw(targets)}"
    parts.append(f"guarantee g {{ {about} {claims} }}")
    return Written("\n".join(parts))


def every_lead(policy: Policy) -> Iterator[Arrival]:
    """Yield every lead of a `limited` policy."""
    owners, plans = [None, *PEOPLE], [None, "p", "q"]
    tags = [None, *map(frozenset, ("x", "y", "xy"))]
    for chosen in product(owners, plans, tags):
        values = {k: v for k, v in zip(("owner", "plan", "tags"), chosen, strict=True) if v}
        for seen in every_history(policy, values, PEOPLE):
            yield Arrival({**values, **seen}, TODAY)


@given(limited())
def test_limits_keep_people_from_a_lead_for_reasons_that_fit_together(written: Written) -> None:
    made = compiled(written)
    (guarantee,) = made.policy.guarantees.values()
    leads = [
        lead
        for lead in every_lead(made.policy)
        if holds(guarantee.condition, lead.values, lead.today)
    ]
    among = worlds(made.policy, moments(made.policy))
    found = [
        way
        for lead in leads
        for way in courses(
            made.policy, match(made.policy, ROUTE, lead.values, lead.today), lead, among
        )
    ]
    refuted = {finding.span for finding in named(made.findings, "refuted-guarantee")}
    for each in guarantee.claims:
        broken = any(is_broken(each, way) for way in found)
        assert (each.span in refuted) == broken, each


def moments(policy: Policy) -> dict[frozenset[str], datetime]:
    """Return what can be closed, with a moment at which just that is."""
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    hours = [monday + timedelta(hours=number) for number in range(7 * 24)]
    calendars = policy.calendars.values()
    return {
        frozenset(each.name for each in calendars if not is_open_on_the_wall(each, hour)): hour
        for hour in hours
    }


def worlds_at(policy: Policy, closed: Collection[frozenset[str]]) -> list[World]:
    """Return who can be there when what is closed is one of these: caps can be full."""
    limited_ = {name for name, person in policy.people.items() if person.caps}
    limited_ |= {
        name.removeprefix("partner ") for name, each in policy.outlets.items() if each.caps
    }
    return [each for each in worlds(policy) if each.closed in closed and each.gone <= limited_]


@given(limited())
def test_a_target_is_never_available_iff_it_takes_no_lead_at_any_hour(written: Written) -> None:
    made = compiled(written)
    leads = list(every_lead(made.policy))
    among = worlds_at(made.policy, moments(made.policy))
    (rule,) = (clause for clause in made.program.routes[ROUTE].clauses if clause.is_rule)
    expected = [
        attempt.span
        for attempt in rule.attempts[: rule.own_attempts]
        if not isinstance(attempt.target, ToPartner)  # it has hours and is there for all leads
        and not any(
            available(made.policy, attempt.target, lead, world) for lead in leads for world in among
        )
    ]
    found = named(made.findings, "never-available")
    assert [finding.span for finding in found] == expected


@given(limited(asks_clock=True))
def test_a_dead_end_is_reported_iff_some_lead_can_be_passed_on_by_all(written: Written) -> None:
    made = compiled(written)
    (rule,) = (clause for clause in made.program.routes[ROUTE].clauses if clause.is_rule)
    attempts = tuple((attempt.target, attempt.by) for attempt in rule.attempts)
    leads = list(every_lead(made.policy))
    is_lost = any(
        end.target is None
        for closed, moment in moments(made.policy).items()
        for among in [worlds_at(made.policy, [closed])]
        for lead in leads
        if holds(rule.condition, lead.values, moment)
        for end in ends(made.policy, attempts, lead, among)
    )
    found = named(made.findings, "dead-end")
    assert all(finding.span == rule.span for finding in found)
    assert bool(found) == is_lost
