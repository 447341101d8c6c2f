"""Laws of escalation: an overdue lead goes where its SLA says, when it is due, and once.

Held to the obvious router, which counts minutes on the wall and remembers everything.
"""

from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from tests.support.obvious import MINUTE
from tests.support.obvious_lives import ObviousLife
from tests.support.policies import resolved
from tests.support.strategies import available, histories, people
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.policy import Policy
from turnout.dsl.promises import MOST_HOPS
from turnout.runtime.decisions import TargetKind
from turnout.runtime.engine import Engine, engine
from turnout.runtime.escalation import Escalator
from turnout.runtime.leads import lead_reader
from turnout.runtime.moves import Holder, Move
from turnout.runtime.stores.memory import MemoryStore

ROUTE = "r"
SLAS = ("10 minutes", "90 minutes", "1 day", "2 days", "25 minutes wall", "2 hours wall")
AWAY = ("", "", "", ", away", ", away 90 minutes", ", away 3 days")
WIDE = ("dee", "eve", "fay", "gus", "hal", "ida", "jan")
KINDS = ("round-robin", "least-loaded")
PAUSES = (0, 9, 10, 25, 90, 120, 700, 1440, 2880, 5000)
MOST_MOVES = MOST_HOPS + 1
"""How often an SLA moves a lead: to its target, again and again, and then to the fallback."""

Arrivals = list[tuple[dict[str, object], datetime]]


@st.composite
def watched_people(draw: st.DrawFn) -> str:
    """Return a policy of `people` with two rules more, before the others, that have SLAs.

    Most of their leads are a wide team's, which lasts for more hops than an SLA makes.
    """
    parts = ["queue late", "sequence later"]
    for name in WIDE:
        hours = draw(st.sampled_from(["", "hours berlin", "hours nights", "hours kolkata"]))
        parts.append(f"person {name} {{ {hours} }}")
    parts.append(f"team wide {{ {', '.join(WIDE)} }}")
    wide = st.sampled_from([f"{kind} wide{each}" for kind in KINDS for each in ("", " anytime")])
    firsts = st.one_of(wide, available(), wide.map("previous-owner else {}".format))
    one = available().map(lambda chain: chain.split(" else ")[0])
    places = st.sampled_from(["queue late", "sequence later", "queue triage"])
    thens = st.one_of(wide, wide, one, places)
    rules = [
        f"rule s{number} {{ when {condition} to {draw(firsts)} else queue triage "
        f"sla {draw(st.sampled_from(SLAS))}, then {draw(thens)}{draw(st.sampled_from(AWAY))} }}"
        for number, condition in enumerate(["urgent", "language is present"])
    ]
    text = draw(people(promised=False)).replace("route r {", f"route r {{ {' '.join(rules)}")
    return "\n".join([text, *parts])


class Watched:
    """An engine with its escalator, in memory."""

    def __init__(self, policy: Policy) -> None:
        program = lower(policy)
        self.store = MemoryStore()
        self.read = lead_reader(policy.fields)
        self._decide: Engine = engine(program.policy, plan_of(program, ROUTE))
        self._escalate: Escalator = Escalator(program.policy, plan_of(program, ROUTE))

    def route(self, raw: dict[str, object], moment: datetime) -> Holder:
        with self.store.begin() as transaction:
            return Holder.of(self._decide(self.read(raw, None), moment, transaction))

    def escalate(self, moment: datetime) -> tuple[Move, ...]:
        with self.store.begin() as transaction:
            return self._escalate(moment, transaction)


def same_moves(watched: Watched, obvious: ObviousLife, moment: datetime) -> set[str]:
    """Check that both move the same leads, and return which."""
    moves = watched.escalate(moment)
    assert [(move.lead, move.before.name, move.after.name, move.hop) for move in moves] == [
        (lead, before, after, obvious.lives[lead].hops)
        for lead, before, after in obvious.escalated(moment)
    ]
    return {move.lead for move in moves}


@given(watched_people(), histories(most=12), st.lists(st.sampled_from(PAUSES), max_size=9))
def test_overdue_leads_go_where_the_obvious_router_says(
    text: str, arrivals: Arrivals, pauses: list[int]
) -> None:
    policy = resolved(text)
    watched, obvious = Watched(policy), ObviousLife(policy, ROUTE)
    for raw, moment in arrivals:
        same_moves(watched, obvious, moment)
        lead = watched.read(raw, None)
        kind, target, assignee = obvious.arrived(lead, moment).holder
        wanted = Holder(cast("TargetKind", kind), target, assignee)
        assert watched.route(raw, moment) == wanted
    moment = max(moment for _, moment in arrivals)
    for pause in pauses:
        moment += timedelta(minutes=pause)
        same_moves(watched, obvious, moment)


@given(watched_people(), histories(most=4))
def test_a_lead_moves_in_the_minute_in_which_it_is_due_and_not_before(
    text: str, arrivals: Arrivals
) -> None:
    policy = resolved(text)
    watched, obvious = Watched(policy), ObviousLife(policy, ROUTE)
    for raw, moment in arrivals:
        watched.route(raw, moment)
        obvious.arrived(watched.read(raw, None), moment)
    last = datetime(2000, 1, 1, tzinfo=UTC)
    for _ in range(8):
        dues = {lead: each.due for lead, each in obvious.lives.items() if each.due}
        stayed = {lead for lead, due in dues.items() if due <= last}  # nobody could take them
        if len(stayed) == len(dues):
            break
        last = min(due for lead, due in dues.items() if lead not in stayed)
        assert same_moves(watched, obvious, last - MINUTE) <= stayed
        moved = same_moves(watched, obvious, last)
        assert moved or any(each.due == last for each in obvious.lives.values())


@given(watched_people(), histories(most=12), st.integers(0, 10_000))
def test_escalating_twice_moves_nothing_twice(text: str, arrivals: Arrivals, pause: int) -> None:
    watched = Watched(resolved(text))
    for raw, moment in arrivals:
        watched.route(raw, moment)
    later = max(moment for _, moment in arrivals) + timedelta(minutes=pause)
    moved = [move.lead for move in watched.escalate(later)]
    assert len(moved) == len(set(moved))
    assert watched.escalate(later) == ()
    with watched.store.begin() as transaction:
        assert [move.lead for move in transaction.moves()] == moved


@given(watched_people(), histories(most=12))
def test_every_lead_comes_to_rest_and_nobody_has_it_twice(text: str, arrivals: Arrivals) -> None:
    watched = Watched(resolved(text))
    for raw, moment in arrivals:
        watched.route(raw, moment)
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    rounds = 0
    while watched.escalate(moment):
        moment, rounds = moment + timedelta(days=30), rounds + 1
        assert rounds <= MOST_MOVES * len(arrivals)  # a cap can let one wait for another
    had: dict[str, list[str]] = {}
    with watched.store.begin() as transaction:
        for move in transaction.moves():
            had.setdefault(move.lead, [move.before.name]).append(move.after.name)
    for names in had.values():
        assert len(names) == len(set(names))
        assert len(names) - 1 <= MOST_MOVES
