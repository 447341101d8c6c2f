"""Many processes of many threads route leads to one team with caps, all at once.

    python -m tests.support.crowded_runs STATE PROCESSES THREADS LEADS

Each thread routes so many leads, a few of them those of another thread. In the end no cap is
exceeded, none is left unused while somebody was turned away, every lead is decided once and alike
for whoever asked, every one that waits in the queue is claimed once, and the bound of fairness
holds.
"""

import json
import os
import sys
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.server.locations import whereabouts

PEOPLE = ("ana", "ben", "cleo", "dora")
POLICY = """policy crowded
lead {{ id: text required, email: email }}
person ana {{ cap {most} per 24 hours }}
person ben {{ cap {most} open }}
person cleo {{ cap {most} per 48 hours }}
person dora
team sales cap {all} per 72 hours {{ ana weight 2, ben, cleo, dora cap {most} open }}
queue triage
route inbound {{
  rule every {{ when email is present to round-robin sales else queue triage }}
  fallback to queue triage
}}
"""


def policy(most: int) -> Compiled:
    text = POLICY.format(most=most, all=len(PEOPLE) * most - 1)
    bundle = of_texts("crowded.route", text, {})
    return compile_policy(bundle.main, files=bundle)


def work(compiled: Compiled, state: str, process: int, threads: int, leads: int) -> str:
    """Return what each lead was answered."""

    def route(thread: int) -> list[tuple[str, str | None]]:
        told: list[tuple[str, str | None]] = []
        for number in range(leads):
            shared = number == 0  # of every process the same
            lead = f"{thread}-{number}" if shared else f"{process}-{thread}-{number}"
            decision = router.route({"id": lead, "email": f"p{lead}@firm.example"})
            told.append((lead, decision.assignee))
        return told

    def claim(_: int) -> list[str]:
        """Return the leads that one thread claimed, until there were none."""
        mine: list[str] = []
        while (found := router.claim("triage", "dora")) is not None:
            mine.append(found.lead)
        return mine

    with (
        Router(compiled, state=whereabouts(state), wait=120) as router,
        ThreadPoolExecutor(threads) as pool,
    ):
        told = [each for some in pool.map(route, range(threads)) for each in some]
        claimed = [each for some in pool.map(claim, range(threads)) for each in some]
        return json.dumps([told, claimed])


def forked(compiled: Compiled, state: str, sizes: tuple[int, int, int]) -> list[str]:
    """Return what the processes tell."""
    processes, threads, leads = sizes
    pipes: list[int] = []
    for process in range(processes):
        reads, writes = os.pipe()
        if not os.fork():
            os.close(reads)
            try:
                said = work(compiled, state, process, threads, leads)
            except BaseException:  # noqa: BLE001 - told by the parent
                said = traceback.format_exc()
            with os.fdopen(writes, "w") as pipe:
                pipe.write(said)
            os._exit(0)
        os.close(writes)
        pipes.append(reads)
    found: list[str] = []
    for reads in pipes:
        with os.fdopen(reads) as pipe:
            found.append(pipe.read())
        os.wait()
    return found


def main(state: str, processes: int, threads: int, leads: int) -> None:
    number = threads + processes * threads * (leads - 1)
    most = number // (2 * len(PEOPLE))
    compiled = policy(most)
    Router(compiled, state=whereabouts(state)).close()
    answers: dict[str, str | None] = {}
    claimed: list[str] = []
    for said in forked(compiled, state, (processes, threads, leads)):
        assert said.startswith("["), said
        told, mine = json.loads(said)
        claimed += mine
        for lead, assignee in told:
            assert answers.setdefault(lead, assignee) == assignee, f"{lead} was decided twice"
    assert len(answers) == number
    given = Counter(who for who in answers.values() if who is not None)
    assert max(given.values()) <= most, given
    assert given.total() == len(PEOPLE) * most - 1, given
    with Router(compiled, state=whereabouts(state)) as router:
        events = tuple(router.events())
        lags = router.lags()["sales"]
    assert {event.lead for event in events} == answers.keys()
    assert len(events) == number + len(claimed)
    assert Counter(claimed) == Counter(lead for lead, who in answers.items() if who is None)
    assert sum(lags.values()) == 0
    assert max(map(abs, lags.values())) <= len(PEOPLE) - Fraction(3, 2)
    assert checked_whole(whereabouts(state)).leads == number
    print(f"{number} leads, {dict(sorted(given.items()))}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
