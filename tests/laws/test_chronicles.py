"""The oracle of tests/support/chronicle.py against the runtime, history by history.

Leads arrive, come again, are routed anew, touched, closed and escalated, at moments of which
many are edges: midnights, the ends of hours, the very moment at which something is due.
"""

from datetime import datetime, timedelta
from random import Random

import attrs
import pytest

from tests.support.chronicle import MINUTE, Chronicle, Outcome
from tests.support.clockwork import HOPS, START, Goal, Lead, drawn, undated
from tests.support.policies import resolved
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.policy import Policy
from turnout.runtime.decisions import Decision
from turnout.runtime.engine import engine
from turnout.runtime.escalation import Escalator
from turnout.runtime.leads import lead_reader
from turnout.runtime.moves import Move
from turnout.runtime.stores.memory import MemoryStore

HISTORIES = 40
THOROUGH = 2_000
STEPS = 30


class Engine:
    """The runtime, of a policy whether or not the checks would let it run."""

    def __init__(self, policy: Policy) -> None:
        program = lower(policy)
        plan = plan_of(program, "inbound")
        self.store, self._read = MemoryStore(), lead_reader(policy.fields)
        self._decide, self._escalate = engine(policy, plan), Escalator(policy, plan)

    def route(self, raw: dict[str, str], at: datetime, anew: str = "") -> Decision:
        with self.store.begin() as transaction:
            return self._decide(self._read(raw, None), at, transaction, anew=anew)

    def escalate(self, at: datetime) -> tuple[Move, ...]:
        with self.store.begin() as transaction:
            return self._escalate(at, transaction)

    def mark(self, lead: str, *, closes: bool) -> bool:
        with self.store.begin() as transaction:
            mark = transaction.close_lead if closes else transaction.touch
            return mark("inbound", lead)

    def now(self, lead: str) -> Decision:
        with self.store.begin() as transaction:
            found = transaction.decided("inbound", lead)
        assert found is not None
        return found.decision


def same(decision: Decision, wanted: Outcome) -> tuple[Goal | None, str]:
    """Check that a lead has become what it has to, and return who has it."""
    goal = wanted.goal
    place = ("none", "") if goal is None else (goal.kind, goal.name)
    assert (decision.kind, decision.target) == place
    assert (decision.assignee or "") in (wanted.choice or {""})
    passed = [(each.target, each.reason) for each in decision.passed_over]
    assert passed == list(wanted.passed)
    return goal, decision.assignee or ""


@attrs.define
class History:
    """One history: what happens, here and in the engine."""

    random: Random
    chronicle: Chronicle
    engine: Engine
    at: datetime

    def step(self) -> None:
        """Let time pass, and something happen."""
        pauses = (0, 0, 10, 30, 50, 90, 120, 480, 720, 1440)
        self.at += self.random.choice(pauses) * MINUTE
        dues = [
            each.due for each in self.chronicle.held.values() if each.due and each.due > self.at
        ]
        if dues and self.random.random() < 0.2:
            self.at = min(dues)  # at the very moment
        what = self.random.random()
        known = sorted(self.chronicle.held)
        if what < 0.55 or not known:
            self.arrive(f"l{len(known)}")
        elif what < 0.62:
            self.again(self.random.choice(known))
        elif what < 0.7:
            self.arrive(self.random.choice(known), anew="as asked")
        elif what < 0.78:
            self.mark(self.random.choice(known), closes=self.random.random() < 0.6)
        else:
            self.escalate()

    def arrive(self, lead: str, anew: str = "") -> None:
        held = self.chronicle.held.get(lead)
        mail, values = self._values() if held is None else (held.mail, _plain(held.values))
        raw = {"id": lead, **values, **({"mail": mail} if mail else {})}
        if not self.chronicle.sheet.has_identity:
            raw.pop("mail", None)
        asked, duplicate_of = self.chronicle.asked(lead, mail, values, self.at)
        wanted, late = self.chronicle.outcome(asked, self.at)
        decision = self.engine.route(raw, self.at, anew)
        assert decision.rule == wanted.rule
        goal, who = same(decision, wanted)
        arrived, holder = (mail, asked, duplicate_of), (goal, who, late)
        kept = self.chronicle.keep(lead, self.at, arrived=arrived, held=holder)
        assert (decision.due, decision.duplicate_of) == (kept.due, duplicate_of)

    def again(self, lead: str) -> None:
        held = self.chronicle.held[lead]
        decision = self.engine.route({"id": lead}, self.at)
        assert decision.repeated
        assert (decision.assignee or "", decision.due) == (held.who, held.due)

    def mark(self, lead: str, *, closes: bool) -> None:
        held = self.chronicle.held[lead]
        before = held.is_closed if closes else held.is_touched
        assert self.engine.mark(lead, closes=closes) is not before
        held.is_closed, held.is_touched = held.is_closed or closes, held.is_touched or not closes

    def escalate(self) -> None:
        moves = list(self.engine.escalate(self.at))
        for lead, held, wanted, rests in self.chronicle.overdue(self.at):
            assert moves, f"{lead} stays with {held.name}"
            move, decision = moves.pop(0), self.engine.now(lead)
            assert (move.lead, move.before.name) == (lead, held.name)
            is_worn_out = len(held.missed) >= HOPS  # reasons of moves before stand there, too
            passed = _passed(decision) if is_worn_out else wanted.passed
            goal, who = same(decision, attrs.evolve(wanted, passed=passed))
            assert goal is not None
            self.chronicle.move(held, (goal, who), self.at, rests=rests)
            assert decision.due == held.due
            assert move.after.name == held.name
        assert not moves
        assert self.engine.escalate(self.at) == ()

    def _values(self) -> tuple[str | None, Lead]:
        values = {
            "plan": self.random.choice((None, "p", "q")),
            "owner": self.random.choice((None, *self.chronicle.sheet.people)),
        }
        mail = self.random.choice((None, "a@firm.example", "b@firm.example"))
        return mail, {name: value for name, value in values.items() if value}


def _plain(values: Lead) -> Lead:
    return {name: value for name, value in values.items() if name in {"plan", "owner"}}


def _passed(decision: Decision) -> tuple[tuple[str, str], ...]:
    return tuple((each.target, each.reason) for each in decision.passed_over)


def test_the_runtime_does_with_leads_what_the_pages_say(request: pytest.FixtureRequest) -> None:
    count = HISTORIES
    if request.config.getoption("thorough"):
        count = request.config.getoption("examples") or THOROUGH
    for seed in range(count):
        random = Random(seed)  # noqa: S311 - the same histories each time
        sheet = undated(drawn(random, has_identity=bool(seed % 3)))
        begins = START + timedelta(days=random.randint(0, 40), minutes=10 * random.randint(0, 143))
        history = History(random, Chronicle(sheet), Engine(resolved(sheet.text)), begins)
        for step in range(STEPS):
            try:
                history.step()
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, step {step}:\n{sheet.text}") from error
