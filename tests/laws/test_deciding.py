"""Laws of deciding alone: what a lead is offered is what routing begins with, and what is meant."""

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.test_routing import ROUTE, arrivals, decided
from tests.support.policies import kept_legs, resolved
from tests.support.strategies import Written, policies
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan.decide import complete_decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.conditions import SEEN
from turnout.dsl.wording import parts, promised, worded
from turnout.runtime.lead_outcomes import clause_finder
from turnout.runtime.stores.memory import MemoryStore


@given(policies(), st.data())
def test_a_lead_is_offered_what_the_interpreter_says_and_routing_begins_with(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    arrived = data.draw(arrivals(policy))
    plan = plan_of(lower(policy), ROUTE)
    find = clause_finder(plan, complete_decider(plan))
    routed = decided(policy, arrived, MemoryStore())
    for (lead, at), decision in zip(arrived, routed, strict=True):
        if decision.repeated or lead.complaint is not None:
            continue
        is_seen = decision.duplicate_of is not None
        clauses = find(lead.values, at, is_seen)
        legs = kept_legs(match(policy, ROUTE, {**lead.values, SEEN: is_seen}, at.date()))
        assert [(each.rule, each.sla) for each in clauses] == [
            (leg.rule, None if leg.sla is None else promised(leg.sla)) for leg in legs
        ]
        offered = [
            (each.by, each.target, each.kind, each.name) for c in clauses for each in c.targets
        ]
        assert offered == [
            (by, worded(target), *parts(target)) for leg in legs for target, by in leg.attempts
        ]
        tried = [each.target for each in decision.passed_over]
        assert [target for _, target, _, _ in offered[: len(tried)]] == tried
        took = offered[len(tried) : len(tried) + 1]
        assert [(by, kind, name) for by, _, kind, name in took] == (
            [] if decision.kind == "none" else [(decision.by, decision.kind, decision.target)]
        )


@given(policies(), st.data(), st.integers(0, 3_000))
def test_a_plan_decides_alike_whatever_it_remembers(
    written: Written, data: st.DataObject, most: int
) -> None:
    policy = resolved(written)
    plan = plan_of(lower(policy), ROUTE)
    arrived = [(lead.values, at.date()) for lead, at in data.draw(arrivals(policy))]
    told = [complete_decider(plan)(values, today) for values, today in arrived]
    decide = complete_decider(plan, most)
    assert [decide(values, today) for values, today in arrived * 2] == told * 2
