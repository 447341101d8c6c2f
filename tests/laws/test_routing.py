"""Laws of routing: the engine decides as the interpreter, whichever state it keeps, and once."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time
from fractions import Fraction
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import attrs
from hypothesis import given
from hypothesis import strategies as st

from tests.support.policies import resolved
from tests.support.strategies import PEOPLE, Written, leads, policies
from turnout.compiler.meaning.interpreter import decided as settled
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.meaning.situations import Earlier, history
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy
from turnout.dsl.targets import (
    LeastLoaded,
    PreviousOwner,
    Reason,
    RoundRobin,
    Target,
    ToOwner,
    ToPerson,
)
from turnout.dsl.types import Values
from turnout.dsl.wording import parts, worded
from turnout.runtime.decisions import Decision, PassedOver, TargetKind
from turnout.runtime.draw import LEVEL, Roster, Turns, draw, least_loaded
from turnout.runtime.due import due
from turnout.runtime.engine import engine
from turnout.runtime.leads import Lead
from turnout.runtime.moves import Holder
from turnout.runtime.stores import Store
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.sqlite import open_sqlite

ROUTE = "inbound"
STORES = ("memory", "sqlite")


@contextmanager
def new_store(kind: str, policy: Policy) -> Generator[Store, None, None]:
    """Yield an empty store of the kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "state.db")
        made: Store = (
            MemoryStore()
            if kind == "memory"
            else open_sqlite(path, policy.name, tuple(policy.teams))
        )
        with closing(made) as store:
            yield store


@st.composite
def arrivals(draw_from: st.DrawFn, policy: Policy) -> list[tuple[Lead, datetime]]:
    """Return leads in order of arrival, some without a required field, some met before."""
    drawn = draw_from(st.lists(leads(policy, complete=False), min_size=1, max_size=12))
    found: list[tuple[Lead, datetime]] = []
    for number, (values, today) in enumerate(drawn):
        lacking = [f for f, field in policy.fields.items() if field.required and f not in values]
        complaint = f"no {', no '.join(lacking)}" if lacking else None
        own = {name: value for name, value in values.items() if name in policy.fields}
        lead = Lead(f"L{number}", own, row=number + 1, complaint=complaint)
        found.append((lead, datetime.combine(today, time(12), UTC)))
    again = draw_from(st.lists(st.sampled_from(found), max_size=3))
    return found + again


def decided(policy: Policy, arrived: list[tuple[Lead, datetime]], store: Store) -> list[Decision]:
    """Return the engine's decisions, in batches of two leads."""
    decide = engine(policy, plan_of(lower(policy), ROUTE))
    made: list[Decision] = []
    for start in range(0, len(arrived), 2):
        with store.begin() as transaction:
            made += [decide(*arrival, transaction) for arrival in arrived[start : start + 2]]
    return made


@attrs.define
class Ledger:
    """Whose turn it is and who has how many leads, kept in the plainest way."""

    policy: Policy
    turns: dict[str, Turns] = attrs.field(factory=dict[str, Turns])
    opened: Counter[str] = attrs.field(factory=Counter[str])

    def accept(self, values: Values) -> Callable[[Target], tuple[str | None, str | None]]:
        """Return what answers for a target: the assignee and None, or why it is passed over."""

        def answer(target: Target) -> tuple[str | None, str | None]:
            match target:
                case RoundRobin(team):
                    return self._by_turns(team)
                case LeastLoaded(team):
                    roster = self._roster(team)
                    chosen = least_loaded(roster, self.opened, frozenset(roster.names))
                    return (None, "empty") if chosen is None else (chosen, None)
                case ToPerson(person):
                    return person, None
                case ToOwner() | PreviousOwner():
                    name = target.field if isinstance(target, ToOwner) else PREVIOUS_OWNER
                    owner = values.get(name)
                    return (None, "no-owner") if owner is None else (str(owner), None)
                case _:
                    return None, None

        return answer

    def _roster(self, team: str) -> Roster:
        members = self.policy.teams[team].members
        return Roster.of((member.person, Fraction(member.weight)) for member in members)

    def _by_turns(self, team: str) -> tuple[str | None, str | None]:
        roster = self._roster(team)
        drawn = draw(self.turns.get(team, LEVEL), roster, frozenset(roster.names))
        if drawn is None:
            return None, "empty"
        self.turns[team] = drawn[1]
        return drawn[0], None


def expected(policy: Policy, arrived: list[tuple[Lead, datetime]]) -> list[Decision]:
    """Return what the interpreter says of each lead, and of one met before what was said then."""
    ledger, known = Ledger(policy), dict[str, Decision]()
    earlier: list[Earlier] = []
    made: list[Decision] = []
    for lead, at in arrived:
        assert lead.id is not None
        if lead.id in known:
            made.append(attrs.evolve(known[lead.id], repeated=True))
            continue
        before = history(policy, lead.id, lead.values, at, earlier)
        values = {**lead.values, **before.facts}
        found = match(policy, ROUTE, values, at.date())
        leg, result = settled(found, ledger.accept(values))
        earlier.append(Earlier(lead.id, lead.values, at, result.assignee))
        target, by = result.attempt or (None, "")
        taken: tuple[TargetKind, str] = ("none", "") if target is None else parts(target)
        if result.assignee is not None:
            ledger.opened[result.assignee] += 1
        passed = tuple(
            PassedOver(worded(other), cast("Reason", why)) for other, why in result.passed_over
        )
        known[lead.id] = Decision(
            lead.id,
            ROUTE,
            leg.rule,
            by,
            *taken,
            result.assignee,
            at,
            passed,
            row=lead.row,
            due=due(policy, leg.sla, Holder(*taken, result.assignee), at),
            duplicate_of=before.duplicate_of,
        )
        made.append(known[lead.id])
    return made


@given(policies(), st.data(), st.sampled_from(STORES))
def test_the_engine_decides_as_the_interpreter(
    written: Written, data: st.DataObject, kind: str
) -> None:
    policy = resolved(written)
    arrived = data.draw(arrivals(policy))
    with new_store(kind, policy) as store:
        assert decided(policy, arrived, store) == expected(policy, arrived)


@given(policies(), st.data(), st.sampled_from(STORES))
def test_routing_again_gives_the_same_decisions_and_changes_no_state(
    written: Written, data: st.DataObject, kind: str
) -> None:
    policy = resolved(written)
    arrived = data.draw(arrivals(policy))
    with new_store(kind, policy) as store:
        first = decided(policy, arrived, store)
        before = kept(policy, store)
        later = [(lead, at.replace(year=2030)) for lead, at in arrived]
        again = decided(policy, later, store)
        assert again == [attrs.evolve(decision, repeated=True) for decision in first]
        assert kept(policy, store) == before


def kept(policy: Policy, store: Store) -> object:
    """Return everything that a store knows."""
    with store.begin() as transaction:
        turns = {team: transaction.turns(team) for team in policy.teams}
        return turns, dict(transaction.open_leads(PEOPLE)), list(transaction.log())


@given(policies(), st.data())
def test_memory_and_sqlite_keep_and_decide_the_same(written: Written, data: st.DataObject) -> None:
    policy = resolved(written)
    arrived = data.draw(arrivals(policy))
    with new_store("memory", policy) as memory, new_store("sqlite", policy) as sqlite:
        assert decided(policy, arrived, memory) == decided(policy, arrived, sqlite)
        assert kept(policy, memory) == kept(policy, sqlite)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.sampled_from(STORES))
def test_a_team_is_within_tijdemans_bound_after_each_lead(weights: list[int], kind: str) -> None:
    names = [f"p{number}" for number in range(len(weights))]
    people = " ".join(f"person {name}" for name in names)
    members = ", ".join(f"{n} weight {w}" for n, w in zip(names, weights, strict=True))
    route = "route inbound { fallback to round-robin all }"
    policy = resolved(f"lead {{ id: text }} {people} team all {{ {members} }} {route}")
    received: Counter[str | None] = Counter()
    bound = 1 - Fraction(1, 2 * len(names) - 2)
    numbers = count(1)
    with new_store(kind, policy) as store:
        at = datetime.combine(date(2026, 1, 1), time(12), UTC)
        arrived = [(Lead(str(next(numbers)), {}), at) for _ in range(2 * sum(weights))]
        for routed, decision in enumerate(decided(policy, arrived, store), start=1):
            received[decision.assignee] += 1
            for name, weight in zip(names, weights, strict=True):
                share = Fraction(weight * routed, sum(weights))
                assert abs(received[name] - share) <= bound
