"""Many leads are moved in many short transactions, in the order and with the end of one."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from turnout.runtime import router as door
from turnout.runtime.fit import UnroutedError
from turnout.runtime.moves import Move
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.sqlite import open_sqlite

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
LEADS = 130
POLICY = compiled(
    """
    policy inbound
    lead { id: text, plan: one of [free, pro, big] }
    person ana { cap 70 per day }
    person ben
    person cleo { away 2026-11-23 }
    team sales { ana, ben }
    queue triage
    route inbound {
      rule pro { when plan is pro to person ben sla 1 hour wall, then round-robin sales }
      rule big { when plan is big to person ben sla 2 hours wall, then person cleo }
      rule free { when plan is free to round-robin sales sla 90 minutes wall, then person cleo }
      fallback to person ana else person ben
    }
    """
)

TRIAGED = compiled(
    """
    policy inbound
    lead { id: text, plan: one of [free, pro, big] }
    person ana
    queue triage
    route inbound {
      rule pro { when plan is present to person ana sla 1 hour wall, then queue triage }
      fallback to queue triage
    }
    """
)


def lead(number: int) -> dict[str, object]:
    return {"id": str(number), "plan": ("pro", "big", "free")[number % 3]}


@pytest.fixture(params=["memory", "sqlite"])
def router(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Router]:
    state = None if request.param == "memory" else tmp_path / "s.db"
    with Router(POLICY, state=state) as router:
        list(router.route_all(map(lead, range(LEADS)), at=AT))
        yield router


def every_lead_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HOLD", 0)
    monkeypatch.setattr(door, "GIVING_WAY", 0)


@pytest.fixture
def whole() -> tuple[Move, ...]:
    """Return the moves of a run that is in no hurry."""
    with Router(POLICY) as router:
        list(router.route_all(map(lead, range(LEADS)), at=AT))
        return router.escalate(at=LATER)


def test_leads_that_are_moved_one_by_one_go_where_those_moved_at_once_go(
    router: Router, whole: tuple[Move, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    every_lead_apart(monkeypatch)
    assert len(whole) > 40
    assert router.escalate(at=LATER) == whole == router.moves()
    decided = [router.history(move.lead)[0].decision for move in whole]
    dues = [each.due for each in decided if each is not None and each.due is not None]
    assert len(dues) == len(whole)
    assert dues == sorted(dues)


def test_escalation_goes_on_where_an_error_ended_it(
    router: Router, whole: tuple[Move, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    every_lead_apart(monkeypatch)
    left = [20]

    def fail_at_last(_: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise StateError("the disk is full")

    monkeypatch.setattr(door, "sleep", fail_at_last)
    with pytest.raises(StateError):
        router.escalate(at=LATER)
    monkeypatch.setattr(door, "sleep", time.sleep)
    assert router.moves() == whole[:20]
    assert router.escalate(at=LATER) == whole[20:]


def test_leads_are_routed_anew_one_by_one_or_none_is(
    router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_lead_apart(monkeypatch)
    with pytest.raises(UnroutedError):
        router.reroute_all([lead(1), {"id": "never"}], "as asked", at=LATER)
    assert router.moves() == ()
    asked = [lead(number % 40) for number in range(80)]
    moves = router.reroute_all(asked, "as asked", at=LATER, by="dora")
    assert [move.lead for move in moves] == [str(number) for number in range(40)]
    assert router.moves() == moves
    assert {event.actor for event in router.events() if event.kind == "moved"} == {"dora"}


def test_somebody_else_has_a_turn_while_many_leads_are_moved(tmp_path: Path) -> None:
    path, waited = tmp_path / "s.db", list[float]()
    with Router(TRIAGED, state=path) as router:
        list(router.route_all(map(lead, range(1_200)), at=AT))
        moving = threading.Thread(target=router.escalate, kwargs={"at": LATER})
        with closing(open_sqlite(path, "inbound", ())) as other:
            moving.start()
            while moving.is_alive():
                began = time.monotonic()
                with other.begin():
                    waited.append(time.monotonic() - began)
                time.sleep(0.01)
        moving.join()
        assert len(router.moves()) == 1_200
    assert len(waited) > 3, "many turns, not one at the end"
