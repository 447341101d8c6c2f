"""Memory, a file and a server side by side: the same inputs in the same order, the same decisions.

A machine of hypothesis has leads arrive one by one and in batches, come again, be routed anew,
offered, accepted, rejected, claimed, returned, closed and escalated, people join and leave, caps
change, connections be opened anew and the clock go back. Whatever one store answers, all answer,
and so do their logs; and all keep to a model that knows no store: a lead is decided once and as it
was told, a team's lags add up to 0, open leads are those of the log, and what can be done with a
lead follows from it. A second machine erases leads and prunes them, which changes none of it. At
the end each state is looked through as a whole.

`--thorough` has 300 histories, `--examples N` so many.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.support.servers import fresh, gone_afterwards, server_uri
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.dsl.policy import Retention
from turnout.runtime.events import Event
from turnout.runtime.lives import Deed, LeadStanding, NotAllowedError
from turnout.runtime.moves import Holder
from turnout.runtime.router import Router
from turnout.runtime.stores import Store
from turnout.runtime.stores.anywhere import checked_whole, erase_in, prune_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.needs import nothing_foreseen
from turnout.runtime.stores.server.locations import Whereabouts
from turnout.runtime.stores.tombstones import is_tombstone

HISTORIES, STEPS = 3, 12
THOROUGH = 300
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
PEOPLE = ("ana", "ben", "cleo", "dora")
THEN = (
    ", then least-loaded idle",
    ", then queue night, away 2 hours",
    ", then person ana, away",
    " alert, 90 minutes reassign, 10 hours then least-loaded idle",
    " from acceptance, then least-loaded idle",
    " from acceptance reassign, 10 hours alert",
)
"""What is done when an SLA is missed, and what becomes of who missed it."""
T = TypeVar("T")

POLICY = """policy side
reject reasons [bad-fit, duplicate] credit [duplicate]
return reasons [spam]
lead {{ id: text required, country: country, owner: person, email: email, score: integer }}
{people}
team sales {cap} {{ {members} }}
team idle {{ {others} }}
queue triage
queue night by score until free
partner acme {{ cap 2 per day cap 4 open }}
identity email within 2 days
route inbound {{
  rule again {{ when duplicate to previous-owner else queue triage }}
  rule owned {{
    when owner is present and country is Italy
    to   owner owner
    else partner acme
    else queue triage
  }}
  rule german {{
    when country is Germany
    to   round-robin sales
    else partner acme
    else queue night
    offer 30 minutes wall
    sla  1 hour wall{then}
  }}
  rule french {{ when country is France to least-loaded idle else queue triage }}
  fallback to queue triage
}}
"""


@lru_cache(maxsize=256)
def compiled(members: tuple[int, ...], cap: int, per: str, then: str) -> Compiled:
    backups = [*PEOPLE[1:], ""]
    text = POLICY.format(
        people="\n".join(
            f"person {name} {{ cap {cap} {per} {f'backup {backup}' if backup else ''} }}"
            for name, backup in zip(PEOPLE, backups, strict=True)
        ),
        then=then,
        cap=f"cap {cap + 2} per week cap {cap + 3} open",
        members=", ".join(
            f"{PEOPLE[place]} weight {weight}" for place, weight in enumerate(members) if weight
        ),
        others=", ".join(PEOPLE[1:]),
    )
    return compile_policy(
        of_texts("side.route", text, {}).main, files=of_texts("side.route", text, {})
    )


ENDS = {"converted", "closed", "returned"}
GIVEN = {"had", "offered"}
HAD = GIVEN | {"accepted", "contacted"}
ALLOWED: dict[Deed, set[str]] = {
    "accept": GIVEN,
    "reject": GIVEN,
    "contacted": (HAD | {"queued", "unworked"}) - {"contacted"},
    "converted": HAD | {"queued", "unworked"},
    "close": HAD | {"queued", "unworked"},
    "release": HAD,
    "return": HAD - {"offered"},
}
"""What can be done with a lead that stands so."""


def done(router: Router, deed: Deed, lead: str, **how: Any) -> LeadStanding | str:  # noqa: ANN401 - as `do` takes it
    """Return where a lead stands after something was done with it, or why that can't be."""
    try:
        return router.do(deed, lead, **how)
    except NotAllowedError as refused:
        return str(refused)


def claimed(router: Router, queue: str, by: str, at: datetime) -> LeadStanding | str | None:
    """Return which lead somebody claimed, None for none, or why they can't have one."""
    try:
        return router.claim(queue, by, at=at)
    except NotAllowedError as refused:
        return str(refused)


class SideBySide(RuleBasedStateMachine):
    """Three stores, and the model. has_emails: leads can be the same as earlier ones."""

    has_emails = True

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(TemporaryDirectory()))
        server = self.stack.enter_context(gone_afterwards(fresh()))
        self.states: list[Whereabouts | None] = [None, folder / "state.db", server]
        self.at: datetime = START
        self.ids: list[str] = []
        self.first: dict[str, tuple[str | None, str]] = {}
        self.score: dict[str, int] = {}
        self.routers: list[Router] = []
        self.memory: Store | None = None

    def teardown(self) -> None:
        for router in self.routers:
            router.close()
        for state in self.states[1:]:
            assert state is not None
            if self.first:
                assert checked_whole(state).leads == len(self.first)
        self.stack.close()

    def all(self, ask: Callable[[Router], T]) -> T:
        """Return what all stores answer."""
        memory, file, server = (ask(router) for router in self.routers)
        assert memory == file
        assert file == server
        return server

    @initialize()
    def begin(self) -> None:
        self.open(compiled((1, 2, 0, 0), 3, "per 24 hours", THEN[0]))

    def open(self, policy: Compiled) -> None:
        self.policy = policy
        for router in self.routers[1:]:
            router.close()
        self.routers = [Router(policy, state=state) for state in self.states]
        if self.memory is not None:
            self.routers[0]._store = self.memory  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.memory = self.routers[0]._store  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    @rule(
        members=st.tuples(*[st.integers(0, 3)] * 4).filter(any),
        cap=st.integers(1, 4),
        per=st.sampled_from(("per 24 hours", "per day", "open")),
        then=st.sampled_from(THEN),
    )
    def policy_changes(self, members: tuple[int, ...], cap: int, per: str, then: str) -> None:
        self.open(compiled(members, cap, per, then))

    @rule()
    def opened_anew(self) -> None:
        self.open(self.policy)

    @rule(minutes=st.sampled_from((-90, 0, 1, 60, 600, 1440)))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(
        some=st.lists(
            st.tuples(
                st.sampled_from(("Germany", "France", "Italy", "Spain")),
                st.sampled_from(("", *PEOPLE)),
                st.integers(0, 6),
            ),
            min_size=1,
            max_size=6,
        ),
        batch=st.integers(1, 4),
    )
    def leads_arrive(self, some: list[tuple[str, str, int]], batch: int) -> None:
        leads: list[dict[str, Any]] = []
        for country, owner, mail in some:
            self.ids.append(f"L{len(self.first) + len(leads)}")
            raw = {"id": self.ids[-1], "country": country}
            raw |= {"email": f"p{mail}@firm.example"} if self.has_emails else {}
            raw["score"] = str(mail % 3)
            self.score[self.ids[-1]] = mail % 3
            leads.append(raw | ({"owner": owner} if owner else {}))
        decisions = self.all(lambda router: [*router.route_all(leads, at=self.at, batch=batch)])
        for decision in decisions:
            assert not decision.repeated
            self.first[decision.lead] = (decision.assignee, decision.target)

    @rule(place=st.integers(0, 50))
    def a_lead_comes_again(self, place: int) -> None:
        if self.ids:
            lead = self.ids[place % len(self.ids)]
            decision = self.all(lambda router: router.route({"id": lead}, at=self.at))
            assert decision.repeated

    @rule(place=st.integers(0, 50), country=st.sampled_from(("Germany", "France")))
    def a_lead_is_routed_anew(self, place: int, country: str) -> None:
        if self.ids:
            raw = {"id": self.ids[place % len(self.ids)], "country": country}
            self.score[raw["id"]] = -1
            self.all(lambda router: router.reroute(raw, "asked", at=self.at))

    @rule(place=st.integers(0, 50), closes=st.booleans())
    def a_lead_is_worked_on(self, place: int, closes: bool) -> None:
        if not self.ids:
            return
        lead = self.ids[place % len(self.ids)]
        if closes:
            self.all(lambda router: router.close_lead(lead, at=self.at, by="ana"))
        else:
            assert self.all(lambda router: router.touch(lead, "none", at=self.at)) == ("none",)

    @rule(
        place=st.integers(0, 50),
        deed=st.sampled_from([*ALLOWED]),
        by=st.sampled_from(("", "holder", *PEOPLE)),
        reason=st.sampled_from(("Bad fit", "duplicate", "spam")),
    )
    def somebody_does_something(self, place: int, deed: Deed, by: str, reason: str) -> None:
        if not self.ids:
            return
        lead = self.ids[place % len(self.ids)]
        status, holder, _ = self.standings()[lead]
        has = "" if holder is None else holder.assignee or holder.target
        actor = has if by == "holder" else by
        found = self.all(
            lambda router: done(router, deed, lead, by=actor, reason=reason, at=self.at)
        )
        reasons = {"reject": ("Bad fit", "duplicate"), "return": ("spam",)}
        is_theirs = deed not in {"accept", "reject"} or actor in {"", has}
        is_allowed = status in ALLOWED[deed] and is_theirs
        is_allowed = is_allowed and reason in reasons.get(deed, (reason,))
        assert (not isinstance(found, str)) == is_allowed, (found, status, holder)
        if not isinstance(found, str) and deed not in {"reject", "release"}:
            assert found.status == {"accept": "accepted", "close": "closed"}.get(deed, deed) or (
                deed == "return" and found.status == "returned"
            )

    @rule(queue=st.sampled_from(("triage", "night")), by=st.sampled_from(PEOPLE))
    def somebody_claims(self, queue: str, by: str) -> None:
        waiting = [
            (-score if queue == "night" else 0, self.ids.index(lead), lead)
            for lead, (status, holder, score) in self.standings().items()
            if status == "queued" and holder is not None and holder.target == queue
        ]
        found = self.all(lambda router: claimed(router, queue, by, self.at))
        if isinstance(found, str):
            assert found == f"{by} is at their cap"
        else:
            assert (found and found.lead) == (min(waiting)[2] if waiting else None)

    def standings(self) -> dict[str, tuple[str, Holder | None, int]]:
        """Return where each lead stands by the log: its status, who has it, and its score."""
        found: dict[str, tuple[str, Holder | None, int]] = {}
        for event in self.routers[0].events():
            if not event.lead:
                continue
            status, holder, score = found.get(event.lead, ("", None, self.scores(event.lead)))
            if event.decision is not None:
                holder = event.after
                assert holder is not None
                is_had = holder.assignee is not None or holder.kind == "partner"
                status = "queued" if holder.kind == "queue" else "had" if is_had else "unworked"
                status = "accepted" if event.kind == "claimed" else status
            elif event.kind not in {"rejected", "released"} and status not in ENDS:
                status = event.kind
            found[event.lead] = (status, holder, score)
        return found

    def scores(self, lead: str) -> int:
        """Return the score of a lead; one that was routed anew has none, which is below all."""
        return self.score.get(lead, 0)

    @rule(
        person=st.sampled_from(PEOPLE),
        hours=st.sampled_from((None, 1, 30)),
        team=st.sampled_from((None, "", "idle")),
    )
    def somebody_leaves(self, person: str, hours: int | None, team: str | None) -> None:
        until = None if hours is None else self.at + timedelta(hours=hours)
        told: dict[str, Any] = {"until": until, "reason": "asked", "by": "boss", "at": self.at}
        if team is None:
            self.all(lambda router: router.away(person, since=self.at, **told))
        elif person != PEOPLE[0] or not team:
            self.all(lambda router: router.pause(person, team=team, **told))
        self.all(lambda router: router.absences(at=self.at))

    @rule(person=st.sampled_from(PEOPLE))
    def somebody_comes_back(self, person: str) -> None:
        self.all(lambda router: router.back(person, at=self.at))

    @rule()
    def overdue_leads_are_moved(self) -> None:
        self.all(lambda router: router.escalate(at=self.at))
        assert self.all(lambda router: router.escalate(at=self.at)) == ()

    @invariant()
    def the_log_says_the_same_and_what_the_model_says(self) -> None:
        if not self.routers:
            return
        told = self.all(lambda router: [as_told(event) for event in router.events()])
        self.all(lambda router: router.lags())
        routed = [each for each in told if each[0] == "routed"]
        assert [each[1] for each in routed] == list(self.first)
        assert {each[1]: each[4][:2] for each in routed} == self.first
        assert sum(sum(team.values()) for team in self.routers[2].lags().values()) == 0

    @invariant()
    def open_leads_are_those_of_the_log(self) -> None:
        if not self.routers:
            return
        holders: dict[str, str | None] = {}
        for event in self.routers[0].events():
            if event.kind in ENDS:
                holders[event.lead] = None
            elif event.lead and event.decision is not None:
                holders[event.lead] = None if event.after is None else event.after.assignee
        opened = Counter(holders.values())
        kept = [
            router._store.rehearse(nothing_foreseen, lambda state, _: state.open_leads(PEOPLE))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            for router in self.routers
        ]
        assert kept == [{name: opened[name] for name in PEOPLE}] * 3


class Forgetting(SideBySide):
    """The same, with leads that are erased and pruned in the states that last.

    In memory such a lead is only closed. Of all others the logs are the same, and so are caps,
    turns and loads: whoever comes afterwards is given to the same people. gone: leads of which
    nothing is known any more.
    """

    has_emails = False  # who is remembered isn't, once they are erased

    def __init__(self) -> None:
        super().__init__()
        self.gone: list[str] = []

    def forget(self, leads: list[str]) -> None:
        self.gone += leads
        self.ids = [each for each in self.ids if each not in leads]

    @rule(place=st.integers(0, 50))
    def a_lead_is_erased(self, place: int) -> None:
        if self.ids:
            lead = self.ids[place % len(self.ids)]
            self.routers[0].close_lead(lead, at=self.at)
            for state in self.states[1:]:
                assert state is not None
                (grave,) = erase_in(state, Erasure((lead,), actor="dpo", reason="asked"))
                assert is_tombstone(grave)
            self.forget([lead])

    @rule()
    def all_leads_end_and_are_pruned(self) -> None:
        for lead in self.ids:
            self.all(lambda router, lead=lead: router.close_lead(lead, at=self.at))  # type: ignore[misc]
        self.at += timedelta(days=3)
        self.all(lambda router: router.pause("ana", reason="the newest event", at=self.at))
        self.all(lambda router: router.back("ana", at=self.at))
        found = {
            prune_in(state, Retention(events=timedelta(days=2)), self.at)
            for state in self.states[1:]
            if state is not None
        }
        assert len(found) == 1
        self.forget(self.ids)

    @rule(place=st.integers(0, 50), anew=st.booleans())
    def a_forgotten_lead_comes_again(self, place: int, anew: bool) -> None:
        if not self.gone:
            return
        lead = self.gone[place % len(self.gone)]
        first = self.routers[0].current(lead)
        assert first is not None
        for router in self.routers[1:]:
            raw = {"id": lead, "country": "Germany"}
            again = (
                router.reroute(raw, "asked", at=self.at) if anew else router.route(raw, at=self.at)
            )
            assert (again.repeated, again.lead) == (True, lead)
            assert (again.assignee, again.rule) == (first.holder.assignee, first.rule)
            assert isinstance(done(router, "contacted", lead, at=self.at), str)

    @invariant()
    def the_log_says_the_same_and_what_the_model_says(self) -> None:
        if not self.routers:
            return
        known = {"", *self.ids}
        self.all(lambda r: [as_told(event) for event in r.events() if event.lead in known])
        lags = self.all(lambda router: router.lags())
        assert sum(sum(team.values()) for team in lags.values()) == 0
        for router in self.routers[1:]:
            left = {event.lead for event in router.events()} - known
            assert all(map(is_tombstone, left))
            assert len(left) == len(self.gone)


def as_told(event: Event) -> tuple[Any, ...]:
    """Return what an event says, but for its numbers and when it was written down."""
    decision = event.decision
    return (
        event.kind,
        event.lead,
        event.at,
        event.actor,
        None if decision is None else (decision.assignee, decision.target, decision),
        event.before,
        event.after,
        event.draw,
        event.hop,
        event.reason,
        event.policy,
    )


@pytest.mark.parametrize("machine", [SideBySide, Forgetting])
def test_three_stores_side_by_side(
    request: pytest.FixtureRequest, machine: type[SideBySide]
) -> None:
    server_uri()
    is_thorough = bool(request.config.getoption("thorough"))
    count = (request.config.getoption("examples") or THOROUGH) if is_thorough else HISTORIES
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count,
            stateful_step_count=STEPS,
            derandomize=not is_thorough,
            deadline=None,
            phases=(Phase.generate, Phase.shrink) if is_thorough else (Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
