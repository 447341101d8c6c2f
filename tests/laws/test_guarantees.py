"""Guarantees against all leads of tiny policies, and all ways in which people can be away."""

import re
from collections.abc import Iterator
from itertools import chain, combinations

import attrs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.enumeration import Arrival, every_lead, tiny_columns
from tests.policies import compiled, named
from tests.strategies import PEOPLE, Written, conditions, policies
from turnout.dsl.policy import (
    LeastLoaded,
    Policy,
    Reject,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    ToQueue,
    ToSequence,
)
from turnout.dsl.promises import (
    AlwaysByRule,
    AlwaysReaches,
    Claim,
    Guarantee,
    NeverReaches,
    Reached,
    SlaAtMost,
)
from turnout.runtime.interpreter import Match, holds, match, settle

ROUTE = "inbound"
REACHED = (
    *("team near", "team far", "person ana", "person ben", "person cleo"),
    *("partner outside", "queue triage", "queue extra", "sequence later"),
)
SLAS = (
    *("", "", "sla 1 hour", "sla 2 hours wall", "sla 1 day wall"),
    *("sla 1 hour, then queue extra", "sla 10 minutes, then person cleo"),
    *("sla 10 minutes, then round-robin near", 'sla 1 hour, then reject "stale"'),
)
AWAY = [*PEOPLE, "outside"]


@st.composite
def tiny(draw: DrawFn) -> Written:
    """Return a tiny policy with SLAs and one guarantee of several claims."""
    columns = draw(tiny_columns())
    written = draw(policies(columns, patterns=False, rules=5, most=len(columns)))
    text = re.sub(
        r"rule (r\d) \{",
        lambda found: f"rule {found[1]} {{ {draw(st.sampled_from(SLAS))}",
        written.text,
    )
    used = [column for column in columns if f" {column.line}" in written.text]
    reached: list[str] = [*REACHED]
    if any(column.name == "owner" for column in used):
        reached += ["owner owner"] * 3
    targets = st.lists(st.sampled_from(reached), min_size=1, max_size=4).map(", ".join)
    rules = re.findall(r"rule (r\d) ", text)
    claims = ["never rejects", "sla at most 1 hour", "sla at most 1 day wall"]
    claims += [f"always reaches {draw(targets)}", f"never reaches {draw(targets)}"]
    if rules:
        names = draw(st.lists(st.sampled_from(rules), min_size=1, max_size=3))
        claims.append(f"always by rule {', '.join(names)}")
    when = f"when {draw(conditions(used, depth=1, patterns=False))}" if used else ""
    chosen = "\n".join(draw(st.lists(st.sampled_from(claims), min_size=1, max_size=3, unique=True)))
    return Written(f"{text}\nguarantee g {{ {when}\n{chosen} }}", written.tables)


@attrs.frozen
class End:
    """Who is given a lead. assignees: the people who can be drawn, none for a place."""

    target: Target | None
    assignees: frozenset[str]


def ends(policy: Policy, found: Match, lead: Arrival) -> Iterator[End]:
    """Yield what becomes of a lead for each set of people who are away."""
    for away in chain.from_iterable(combinations(AWAY, size) for size in range(len(AWAY) + 1)):

        def people(target: Target, away: tuple[str, ...] = away) -> frozenset[str]:
            return frozenset(could_have(policy, target, lead)) - frozenset(away)

        def accept(target: Target, away: tuple[str, ...] = away) -> tuple[str | None, str | None]:
            if isinstance(target, ToQueue | ToSequence | Reject):
                return None, None
            if isinstance(target, ToPartner):
                return None, "away" if target.partner in away else None
            return None, None if people(target) else "away"

        result = settle(found.attempts, accept)
        target = None if result.attempt is None else result.attempt[0]
        yield End(target, frozenset() if target is None else people(target))


def could_have(policy: Policy, target: Target, lead: Arrival) -> Iterator[str]:
    match target:
        case RoundRobin(team) | LeastLoaded(team):
            yield from (member.person for member in policy.teams[team].members if member.weight)
        case ToPerson(person):
            yield person
        case ToOwner(field) if field in lead.values:
            yield str(lead.values[field])
        case _:
            pass


def is_reached(end: End, reached: Reached) -> bool:
    """Return whether the lead can be with what a guarantee names."""
    match end.target:
        case RoundRobin(name) | LeastLoaded(name) if reached.kind == "team":
            return name == reached.name
        case ToQueue(name) if reached.kind == "queue":
            return name == reached.name
        case ToPartner(name) if reached.kind == "partner":
            return name == reached.name
        case ToSequence(name) if reached.kind == "sequence":
            return name == reached.name
        case ToOwner(name) if reached.kind == "owner":
            return name == reached.name
        case _:
            return reached.kind == "person" and reached.name in end.assignees


def is_elsewhere(end: End, targets: tuple[Reached, ...]) -> bool:
    """Return whether the lead can be with somebody whom a guarantee doesn't name."""
    if any(each.kind != "person" and is_reached(end, each) for each in targets):
        return False
    persons = {each.name for each in targets if each.kind == "person"}
    return not end.assignees or not end.assignees <= persons


def later(policy: Policy, found: Match, now: list[End], lead: Arrival) -> list[End]:
    """Return who can be given the lead because its SLA is missed."""
    is_due = any(not isinstance(end.target, Reject | ToSequence | None) for end in now)
    if not is_due or found.sla is None or found.sla.then is None:
        return []
    then = Match(None, ((found.sla.then.target, "sla"),))
    last = tuple((step.target, "") for step in policy.routes[ROUTE].fallback or ())
    return [end for way in (then, Match(None, last)) for end in ends(policy, way, lead)]


def is_broken(policy: Policy, claim: Claim, lead: Arrival) -> bool:
    """Return whether a lead can break a claim, tried in every way."""
    found = match(policy, ROUTE, lead.values, lead.today)
    now = list(ends(policy, found, lead))
    match claim:
        case AlwaysByRule(rules):
            return found.rule not in rules
        case SlaAtMost(period, wall):
            sla = found.sla
            is_kept = sla is not None and sla.period.minutes <= period.minutes
            return not is_kept or (wall and sla is not None and not sla.wall)
        case AlwaysReaches(targets):
            return any(is_elsewhere(end, targets) for end in now)
        case NeverReaches(targets):
            given_to = [*now, *later(policy, found, now, lead)]
            return any(is_reached(end, each) for end in given_to for each in targets)
        case _:
            given_to = [*now, *later(policy, found, now, lead)]
            return any(isinstance(end.target, Reject) for end in given_to)


@given(tiny())
def test_a_guarantee_is_refuted_iff_some_lead_can_break_it(written: Written) -> None:
    made = compiled(written)
    (guarantee,) = made.policy.guarantees.values()
    assert isinstance(guarantee, Guarantee)
    leads = [
        lead
        for lead in every_lead(made.policy)
        if holds(guarantee.condition, lead.values, lead.today)
    ]
    assert not named(made.findings, "undecided")
    idle = [f for f in named(made.findings, "impossible-condition") if f.span == guarantee.span]
    assert bool(idle) == (not leads)
    refuted = {finding.span for finding in named(made.findings, "refuted-guarantee")}
    for claim in guarantee.claims:
        broken = any(is_broken(made.policy, claim, lead) for lead in leads)
        assert (claim.span in refuted) == broken, claim


@given(tiny())
def test_a_refutation_shows_a_lead_that_the_guarantee_speaks_of(written: Written) -> None:
    made = compiled(written)
    for finding in named(made.findings, "refuted-guarantee"):
        assert finding.witness is not None
        assert finding.witness.confirmed
        assert finding.labels


def test_rules_of_blocks_are_clauses_like_others() -> None:
    text = """\
    lead { id: text required  country: country }
    queue one
    queue two
    route inbound {
      within country in [DE, AT] { rule german { when country is DE to queue one } }
      fallback to queue two
    }
    guarantee g { when country is DE  always by rule german  always reaches queue one }
    guarantee h { when country is AT  always reaches queue one }
    """
    made = compiled(text)
    refuted = named(made.findings, "refuted-guarantee")
    assert [f.span.text for f in refuted if f.span] == ["always reaches queue one"]
    assert "guarantee `h`" in refuted[0].message
