"""What a batch needs is foreseen; what decides may run again; callers who wait share a commit."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

import turnout
from turnout.runtime.draw import Turns
from turnout.runtime.stores import Signature, Store, Transaction
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.needs import NOTHING, Needs, nothing_foreseen
from turnout.runtime.stores.sharing import MOST_TOGETHER, Sharing
from turnout.runtime.stores.sqlite import open_sqlite

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
POLICY = """policy drawn
lead {{ id: text required, owner: person, email: email, country: country }}
person ana {{ cap 5 per day }}
person ben
person cleo
team sales cap 9 per 24 hours {{ ana, ben }}
team later {{ cleo }}
queue triage
{identity}
route inbound {{
  rule again {{ when country is Germany to owner owner else continue }}
  rule german {{ when country is Germany to round-robin sales else queue triage }}
  rule french {{
    when country is France
    to   person cleo
    sla  1 hour wall, then least-loaded later
  }}
  fallback to queue triage
}}
"""


def needs(lead: dict[str, str], identity: str = "") -> Needs:
    with turnout.loads(POLICY.format(identity=identity)) as router:
        foresee = router._foresee  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if not lead:
            return foresee.escalation(AT)
        return foresee.leads((router._read(lead),), AT)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def test_what_a_lead_may_ask_is_foreseen_clause_by_clause() -> None:
    found = needs({"id": "a", "country": "Germany", "owner": "ana"})
    assert found.leads == (("inbound", "a"),)
    assert found.teams == {"sales"}
    assert {who for who, _, _ in found.counts} == {"person ana", "team sales"}
    assert needs({"id": "b", "country": "Spain"}) == Needs((("inbound", "b"),))


def test_what_leads_are_remembered_under_is_foreseen() -> None:
    found = needs({"id": "a", "email": "a@firm.example"}, "identity email within 30 days")
    ((_, start, end),) = found.keys
    assert end - start == 30 * 86_400 * 1_000_000


def test_moving_overdue_leads_is_done_by_one_run_at_a_time() -> None:
    found = needs({})
    assert found.alone == {"escalation inbound"}
    assert found.teams == {"later"}
    assert found.people == {"cleo"}


def test_needs_are_joined() -> None:
    one, other = Needs((("r", "a"),), teams=frozenset("x")), Needs((("r", "a"), ("r", "b")))
    assert one | other == Needs((("r", "a"), ("r", "b")), teams=frozenset("x"))
    assert one | NOTHING == one


def test_callers_who_wait_share_one_transaction() -> None:
    sizes: list[int] = []
    busy, go = Event(), Event()

    def run(jobs: object) -> list[object]:
        sizes.append(len(jobs))  # type: ignore[arg-type]
        busy.set()
        assert go.wait(10)
        return [job.decide(None, AT) for job in jobs]  # type: ignore[attr-defined]

    together = Sharing(run)
    results: list[int] = []

    def ask(number: int) -> None:
        decided = together.decide(nothing_foreseen, lambda _, __: number, None, Signature())
        results.append(decided)

    threads = [Thread(target=ask, args=(each,)) for each in range(MOST_TOGETHER + 20)]
    threads[0].start()
    assert busy.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < len(threads) - 1:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        pass
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(len(threads)))
    assert sizes == [1, MOST_TOGETHER, 19]


def test_a_caller_s_fault_is_told_to_it_alone() -> None:
    store = MemoryStore()
    together = store._together  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    told: list[object] = []

    def ask(number: int) -> None:
        def decide(state: Transaction, _: datetime) -> int:
            state.set_turns(f"team {number}", Turns(1, {"ana": number}))
            return 1 // (number % 3)

        try:
            told.append(store.decide(nothing_foreseen, decide))
        except ZeroDivisionError as error:
            told.append(error)

    with together.lock:
        threads = [Thread(target=ask, args=(each,)) for each in range(9)]
        for thread in threads:
            thread.start()
        while len(together._waiting) < 9:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            pass
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, ZeroDivisionError) for each in told) == 3
    with store.begin() as state:
        drawn = [bool(state.turns(f"team {each}").lag) for each in range(9)]
    assert drawn == [bool(each % 3) for each in range(9)]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_what_is_rehearsed_is_not_kept(kind: str, tmp_path: Path) -> None:
    store: Store = MemoryStore()
    if kind == "sqlite":
        store = open_sqlite(tmp_path / "state.db", "drawn", ())
    turns = Turns(1, {"ana": 1})
    store.decide(nothing_foreseen, lambda state, _: state.set_turns("kept", turns))
    store.rehearse(nothing_foreseen, lambda state, _: state.set_turns("tried", turns))
    with store.begin() as state:
        assert (state.turns("kept").lag, state.turns("tried").lag) == ({"ana": 1}, {})
    with pytest.raises(RuntimeError):
        store.decide(
            nothing_foreseen, lambda _, __: store.decide(nothing_foreseen, lambda _, at: at)
        )
    store.close()
