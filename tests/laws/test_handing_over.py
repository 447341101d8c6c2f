"""Laws of handing over: the other route stands as a block in the rule's place."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.policies import compiled, resolved
from tests.support.strategies import Written, leads, policies
from turnout.compiler.checks import check
from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.interpreter import Match, holds, match
from turnout.compiler.program import Clause, lower
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Block
from turnout.dsl.targets import Target

HANDS = re.compile(r"rule hands \{ when (?P<when>[^\n]+) to route other \}")
OTHER = re.compile(r"route other \{\n(?P<inside>.*)\}\Z", re.DOTALL)


@st.composite
def handing(draw: st.DrawFn) -> Written:
    """Return a policy of which a rule hands over on every day."""
    written = draw(policies(rules=4, most=4, handed=True))
    return Written(re.sub(r"rule hands[^{]*\{", "rule hands {", written.text), written.tables)


def as_block(written: Written) -> Written:
    """Return the policy with the other route's text in a block."""
    other = OTHER.search(written.text)
    assert other is not None

    def block(found: re.Match[str]) -> str:
        return f"within {found['when']} {{\n{other['inside']} }}"

    text = HANDS.sub(block, written.text[: other.start()])
    return Written(text, written.tables)


def said(clause: Clause) -> object:
    """Return what a clause says, but for names."""
    own = [(each.target, each.span.text) for each in clause.attempts]
    whole = (clause.is_rule, clause.condition, clause.own, clause.own_attempts)
    return whole, own, clause.sla, clause.actions, clause.goes_on, clause.validity


@settings(max_examples=30)
@given(handing())
def test_a_route_that_leads_are_handed_to_is_a_block(written: Written) -> None:
    one = lower(resolved(written)).routes["inbound"]
    two = lower(resolved(as_block(written))).routes["inbound"]
    assert [said(clause) for clause in one.clauses] == [said(clause) for clause in two.clauses]
    names = [clause.name.removeprefix("hands/") for clause in one.clauses if clause.is_rule]
    assert names == [clause.name for clause in two.clauses if clause.is_rule]
    assert len({clause.name for clause in one.clauses if clause.is_rule}) == len(names)


@settings(max_examples=8)
@given(handing())
def test_what_is_found_is_told_once_and_as_of_a_block(written: Written) -> None:
    whole, blocked = compiled(written), compiled(as_block(written))
    alone = [check(whole.program, routes=[name]) for name in ("inbound", "other")]
    own = _in_route(whole, alone[0], "inbound")
    entries = whole.policy.routes["inbound"].entries
    (at,) = (at for at, each in enumerate(entries) if isinstance(each, Block) and each.handover)
    assert _told(own) == _told(_outside(blocked, at))
    assert _told(_in_route(whole, alone[1], "other")) == _told(
        each for each in whole.findings if _stands_in(whole, each, "other")
    )


def _told(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.name, each.span.text) for each in findings if each.span)


def _stands_in(of: Compiled, finding: Finding, route: str) -> bool:
    whole, place = of.policy.routes[route].whole, finding.span
    assert whole is not None
    return (
        place is not None
        and place.source == whole.source
        and whole.start <= place.start < whole.end
    )


def _in_route(of: Compiled, findings: tuple[Finding, ...], route: str) -> list[Finding]:
    return [each for each in findings if _stands_in(of, each, route)]


def _outside(of: Compiled, at: int) -> list[Finding]:
    """Return the findings in the route but not inside the block that is its entry `at`."""
    block = of.policy.routes["inbound"].entries[at]
    assert block.whole is not None
    inside = range(block.span.end, block.whole.end)
    return [
        each
        for each in _in_route(of, of.findings, "inbound")
        if each.span is not None and each.span.start not in inside
    ]


@settings(max_examples=30)
@given(handing(), st.data())
def test_the_other_route_decides_what_is_handed_to_it(
    written: Written, data: st.DataObject
) -> None:
    policy = resolved(written)
    first = policy.routes["inbound"].entries[0]
    values, today = data.draw(leads(policy))
    clock = datetime.combine(today, time(12), UTC)
    legs = match(policy, "inbound", values, clock).legs
    if isinstance(first, Block) and first.handover and holds(first.condition, values, clock):
        there = match(policy, "other", values, clock).legs
        for mine, theirs in zip(legs, there, strict=False):
            if theirs.rule is not None or theirs.attempts:
                assert mine.rule == (theirs.rule and f"hands/{theirs.rule}")
                assert _targets(mine)[: len(theirs.attempts)] == _targets(theirs)
                assert (mine.sla, mine.actions) == (theirs.sla, theirs.actions)
    elif isinstance(first, Block) and first.handover:
        assert not any((leg.rule or "").startswith("hands/") for leg in legs)


def _targets(leg: Match) -> list[Target]:
    return [target for target, _ in leg.attempts]
