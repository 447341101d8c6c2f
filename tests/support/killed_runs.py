"""Runs that are killed (-9) at random moments, and what has to be so afterwards.

    python -m tests.support.killed_runs STATE KILLS SEED

Children are forked, each routes, escalates and reroutes leads with the state, and tells what it
was answered by writing a line to a pipe; the parent kills it some milliseconds later. In the
end nothing is lost that was answered, nothing is decided twice, what people are entitled to is
the sum of the draws in the log, and the state is whole. Each step of an SLA was done once for
whoever had the lead, and none is left out by one more run. Prints how many were killed in the
middle of something, and how many events came of it.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import turnout
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.escalation import NOBODY
from turnout.runtime.lives import Deed, NotAllowedError
from turnout.runtime.moves import SLA_MISSED
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.server.locations import whereabouts

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
LONGEST = 0.4
"""Seconds after which a run is killed at the latest."""

WEIGHTS = {"ana": 3, "ben": 2, "cleo": 1}
POLICY = """policy killed
reject reasons [full, duplicate] credit [duplicate]
return reasons [spam]
lead { id: text required, email: email }
person ana
person ben
person cleo
team sales { ana weight 3, ben weight 2, cleo weight 1 }
queue late
queue triage
identity email within 30 days
route inbound {
  rule again {
    when  duplicate
    to    round-robin sales
    offer 5 minutes wall
    sla   10 minutes wall, then queue triage
  }
  rule first {
    when email is present
    to   round-robin sales
    sla  10 minutes wall alert, 20 minutes reassign, 40 minutes then queue late
  }
  fallback to queue triage
}
"""


PASSED_ON = {"rejected", "released", "not accepted in time"}
"""Why leads go on whose holder is left out from then on."""


def policy() -> Compiled:
    bundle = of_texts("killed.route", POLICY, {})
    return compile_policy(bundle.main, files=bundle)


def raw(number: int) -> dict[str, str]:
    return {"id": f"L{number}", "email": f"p{number % 97}@firm.example"}


def work(compiled: Compiled, state: str, seed: int, pipe: int) -> None:
    """Do this and that until somebody kills it."""
    chosen = random.Random(seed)  # noqa: S311 - the same each time
    with Router(compiled, state=whereabouts(state), wait=30) as router:
        os.write(pipe, b"ready\n")
        while True:
            what = chosen.random()
            begin = seed * 40 + chosen.randrange(200)
            at = START + 7 * timedelta(minutes=seed)
            if what < 0.3:
                for decision in router.route_all(
                    [raw(begin + each) for each in range(20)], at=at, batch=7
                ):
                    tell(pipe, decision)
            elif what < 0.4:
                tell(pipe, router.route(raw(begin), at=at))
            elif what < 0.5:
                router.escalate(at=at)
            elif what < 0.85:
                deeds: tuple[Deed, ...] = ("accept", "reject", "return", "release", "close")
                reason, lead = (
                    chosen.choice(("full", "duplicate", "spam")),
                    raw(max(0, begin - 60))["id"],
                )
                with suppress(NotAllowedError, turnout.UnroutedError):
                    router.do(chosen.choice(deeds), lead, reason=reason, at=at)
                if what > 0.8:
                    router.claim("triage", "ana", at=at)
            else:
                router.reroute(raw(max(0, begin - 120)), "killed", at=at)


def tell(pipe: int, decision: turnout.Decision) -> None:
    if not decision.repeated:
        os.write(pipe, json.dumps([decision.lead, decision.assignee]).encode() + b"\n")


def killed(compiled: Compiled, state: str, seed: int, moment: float) -> list[bytes]:
    """Return what a child told before it was killed."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        try:
            work(compiled, state, seed, writes)
        except BaseException:  # noqa: BLE001 - told by the parent
            os.write(writes, b"failed " + repr(traceback.format_exc()).encode() + b"\n")
        os._exit(1)
    os.close(writes)
    told = b""
    while b"ready\n" not in told and (more := os.read(reads, 65_536)):
        told += more
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    while more := os.read(reads, 65_536):
        told += more
    os.close(reads)
    os.waitpid(child, 0)
    assert b"failed " not in told, told.decode()
    return told.splitlines()[1:]


def main(state: str, kills: int, seed: int) -> None:
    compiled, chosen = policy(), random.Random(seed)  # noqa: S311 - the same each time
    told: dict[str, str | None] = {}
    Router(compiled, state=whereabouts(state)).close()  # children find imported what it takes
    for number in range(kills):
        for line in killed(compiled, state, number, chosen.random() * LONGEST):
            lead, assignee = json.loads(line)
            assert lead not in told, f"{lead} was decided twice"
            told[lead] = assignee
    with Router(compiled, state=whereabouts(state), wait=30) as router:
        end = START + kills * timedelta(minutes=7)
        router.escalate(at=end)
        assert router.escalate(at=end) == (), "a step is done twice"
        events = tuple(router.events())
        routed = Counter(event.lead for event in events if event.kind == "routed")
        assert set(routed.values()) <= {1}, "decided twice"
        first = {
            event.lead: event.after.assignee if event.after else None
            for event in events
            if event.kind == "routed"
        }
        lost = {lead for lead, who in told.items() if first.get(lead, "lost") != who}
        assert not lost, f"lost: {sorted(lost)[:5]}"
        assert router.lags()["sales"] == entitled(events)
        check_steps(events)
        for lead in routed:
            now = router.current(lead)
            assert now is not None
            is_over = now.due is not None and now.due <= end
            # Whoever the fallback names missed it, too: there nobody else is left.
            assert not is_over or now.holder.name == "queue triage", f"a step is lost: {now}"
    contents = checked_whole(whereabouts(state))
    assert contents.events == len(events)
    kinds = Counter(event.kind for event in events)
    print(f"{kills} kills, {len(told)} answers, {dict(sorted(kinds.items()))}")  # noqa: T201


def check_steps(events: tuple[turnout.Event, ...]) -> None:
    """Check that whoever had a lead was told of once, and then lost it once."""
    alerts: dict[str, list[str]] = {}
    hops: dict[str, int] = {}
    for event in events:
        if event.kind == "alerted":
            alerts[event.lead].append(event.reason)
            assert alerts[event.lead] in ([SLA_MISSED], [NOBODY], [SLA_MISSED, NOBODY]), event
        elif event.kind in {"routed", "moved", "claimed"}:
            alerts[event.lead] = []
        if event.kind == "moved" and event.reason == SLA_MISSED:
            assert event.hop == hops[event.lead] + 1, event
            hops[event.lead] = event.hop
        elif event.kind == "routed" or (event.kind == "moved" and event.reason == "killed"):
            hops[event.lead] = 0


def entitled(events: tuple[turnout.Event, ...]) -> dict[str, Fraction]:
    """Return what people were entitled to minus what they were given, by the log alone."""
    lags = dict.fromkeys(WEIGHTS, Fraction(0))
    missed: dict[str, set[str | None]] = {}
    for event in events:
        left_out = missed.setdefault(event.lead, set())
        goes_on = event.kind == "moved" and (event.hop or event.reason in PASSED_ON)
        if goes_on and event.before is not None:
            left_out.add(event.before.assignee)
        elif event.kind in {"routed", "moved"}:
            left_out.clear()
        if event.draw is None:
            continue
        asked = {name: weight for name, weight in WEIGHTS.items() if name not in left_out}
        if event.kind in {"rejected", "returned"}:  # as if nobody had been drawn
            assert lags[event.draw.person] == Fraction(*event.draw.before), event
            for name, weight in WEIGHTS.items():
                lags[name] -= Fraction(weight, sum(WEIGHTS.values())) - (name == event.draw.person)
            assert lags[event.draw.person] == Fraction(*event.draw.after), event
            continue
        assert lags[event.draw.person] == Fraction(*event.draw.before), event
        for name, weight in asked.items():
            lags[name] += Fraction(weight, sum(asked.values()))
        lags[event.draw.person] -= 1
        assert lags[event.draw.person] == Fraction(*event.draw.after), event
    return lags


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
