"""Guarantees against all leads of tiny policies, and all ways in which people can be away."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, combinations, product

import attrs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.enumeration import TODAY, Arrival, every_history, every_lead, tiny_columns
from tests.policies import compiled, named
from tests.strategies import PEOPLE, Written, conditions, policies
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import (
    LeastLoaded,
    Person,
    Policy,
    PreviousOwner,
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
AWAY = (*PEOPLE, "outside")


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


@st.composite
def limited(draw: DrawFn) -> Written:
    """Return a policy whose people and teams have limits, with one long chain and a guarantee."""

    def some(*choices: str) -> str:
        return draw(st.sampled_from(["", *choices]))

    parts = ["lead { owner: person  plan: one of [p, q]  tags: any of [x, y] }"]
    parts += ["identity plan within 30 days"]
    parts += ["queue triage", 'calendar early { timezone "UTC" open mon..fri 06:00-12:00 }']
    parts += ['calendar late { timezone "UTC" open mon..fri 12:00-18:00 }']
    for name in PEOPLE:
        serves = some(
            "serves plan [p]", "serves plan [p, q]", "serves tags [x]", "serves tags [x, y]"
        )
        limits = f"{some('hours early', 'hours late')} {some('cap 3 per day')} {serves}"
        parts.append(f"person {name} {{ {limits} {some('inactive') if name == 'cleo' else ''} }}")
    cap = some("cap 1 per day")
    teams = {"near": f"ana {cap}, ben", "far": f"ben, cleo weight {draw(st.sampled_from('01'))}"}
    for team, members in teams.items():
        limits = f"{some('hours early', 'hours late')} {some('cap 9 per day')}"
        parts.append(f"team {team} {limits} {{ {members} }}")
    parts.append(f"partner outside {{ {some('hours early')} {some('cap 2 per day')} }}")
    kinds = ["round-robin near", "least-loaded near", "round-robin far", "person ana", "person ben"]
    kinds += ["owner owner", "previous-owner", "partner outside"]
    steps: list[str] = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=4)):
        is_team = kind.split()[0] in {"round-robin", "least-loaded"}
        steps.append(f"{kind} {some('matching plan', 'matching tags') if is_team else ''}")
        steps[-1] += some(" anytime")
    when = draw(
        st.sampled_from(["plan is p", "tags has x", "owner is ana", "plan is present", "duplicate"])
    )
    rule = f"rule r1 {{ when {when} to {' else '.join(steps)} }}"
    parts.append(f"route inbound {{ {rule} fallback to queue triage }}")
    reached = ["team near", "team far", *(f"person {name}" for name in PEOPLE)]
    reached += ["partner outside", "owner owner", "previous-owner", "queue triage"]
    targets = st.lists(st.sampled_from(reached), min_size=1, max_size=4).map(", ".join)
    about = draw(
        st.sampled_from(["", "when plan is q", "when owner in [ana, ben]", f"when {when}"])
    )
    claims = f"always reaches {draw(targets)} never reaches {draw(targets)}"
    parts.append(f"guarantee g {{ {about} {claims} }}")
    return Written("\n".join(parts))


@attrs.frozen
class World:
    """Who is unavailable, and why: people and partners, calendars, teams and members at a cap."""

    gone: frozenset[str]
    closed: frozenset[str | None]
    full: frozenset[str]

    def is_here(self, person: Person, *, anytime: bool) -> bool:
        is_open = anytime or person.hours not in self.closed
        return not person.is_inactive and person.name not in self.gone and is_open


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    every = sorted(names)
    sizes = range(len(every) + 1)
    return map(frozenset, chain.from_iterable(combinations(every, size) for size in sizes))


def worlds(policy: Policy) -> list[World]:
    """Return every way in which people can be unavailable."""
    full = {f"team {team.name}" for team in policy.teams.values() if team.caps}
    full |= {
        f"{team.name} {member.person}"
        for team in policy.teams.values()
        for member in team.members
        if member.caps
    }
    return [
        World(gone, frozenset[str | None](closed), at_cap)
        for gone in subsets(AWAY)
        for closed in subsets(policy.calendars)
        for at_cap in subsets(full)
    ]


@attrs.frozen
class End:
    """Who is given a lead. assignees: the people who can be drawn, none for a place."""

    target: Target | None
    assignees: frozenset[str]


def ends(policy: Policy, found: Match, lead: Arrival) -> Iterator[End]:
    """Yield what becomes of a lead in each world."""
    for world in worlds(policy):

        def accept(target: Target, world: World = world) -> tuple[str | None, str | None]:
            match target:
                case ToQueue() | ToSequence() | Reject():
                    return None, None
                case ToPartner(name, anytime):
                    is_open = anytime or policy.places[f"partner {name}"].hours not in world.closed
                    return None, None if is_open and name not in world.gone else "away"
                case _:
                    return None, None if available(policy, target, lead, world) else "away"

        result = settle(found.attempts, accept)
        target = None if result.attempt is None else result.attempt[0]
        people = set[str]() if target is None else available(policy, target, lead, world)
        yield End(target, frozenset(people))


def available(policy: Policy, target: Target, lead: Arrival, world: World) -> set[str]:
    """Return the people whom a target can give a lead to."""
    match target:
        case RoundRobin(name, fields, anytime) | LeastLoaded(name, fields, anytime):
            team = policy.teams[name]
            if (not anytime and team.hours in world.closed) or f"team {name}" in world.full:
                return set()
            return {
                member.person
                for member in team.members
                if member.weight and f"{name} {member.person}" not in world.full
                if world.is_here(policy.people[member.person], anytime=anytime)
                if all(serves(policy.people[member.person], field, lead) for field in fields)
            }
        case ToPerson(name, anytime):
            return {name} if world.is_here(policy.people[name], anytime=anytime) else set()
        case ToOwner(field, anytime) if field in lead.values:
            owner = str(lead.values[field])
            return {owner} if world.is_here(policy.people[owner], anytime=anytime) else set()
        case PreviousOwner(anytime) if PREVIOUS_OWNER in lead.values:
            owner = str(lead.values[PREVIOUS_OWNER])
            return {owner} if world.is_here(policy.people[owner], anytime=anytime) else set()
        case _:
            return set()


def serves(person: Person, field: str, lead: Arrival) -> bool:
    value = lead.values.get(field)
    wanted = value if isinstance(value, frozenset) else {value}
    return value is not None and set(wanted) <= person.serves.get(field, frozenset())


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
        case PreviousOwner() if reached.kind == "previous-owner":
            return True
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


@given(limited())
def test_limits_keep_people_from_a_lead_for_reasons_that_fit_together(written: Written) -> None:
    made = compiled(written)
    (guarantee,) = made.policy.guarantees.values()
    owners, plans = [None, *PEOPLE], [None, "p", "q"]
    tags = [None, *map(frozenset, ("x", "y", "xy"))]
    names = ("owner", "plan", "tags")
    drawn = [
        {k: v for k, v in zip(names, chosen, strict=True) if v}
        for chosen in product(owners, plans, tags)
    ]
    every = [
        Arrival({**values, **seen}, TODAY)
        for values in drawn
        for seen in every_history(made.policy, values, PEOPLE)
    ]
    leads = [lead for lead in every if holds(guarantee.condition, lead.values, lead.today)]
    refuted = {finding.span for finding in named(made.findings, "refuted-guarantee")}
    for claim in guarantee.claims:
        broken = any(is_broken(made.policy, claim, lead) for lead in leads)
        assert (claim.span in refuted) == broken, claim


@given(tiny())
def test_a_guarantee_is_refuted_iff_some_lead_can_break_it(written: Written) -> None:
    made = compiled(written)
    (guarantee,) = made.policy.guarantees.values()
    assert isinstance(guarantee, Guarantee)
    leads = [
        lead
        for lead in every_lead(made.policy, PEOPLE)
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
