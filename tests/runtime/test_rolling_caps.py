"""A cap over a rolling period holds, whoever routes when and whatever the clock does."""

import sqlite3
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from turnout.runtime.loading import load
from turnout.runtime.router import Router
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.sqlite import open_sqlite

CAP = 40
RUNS = 8
LEADS = 15  # of each run: all together, three times the cap
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
POLICY = f"""
lead {{ id: text required }}
person ana {{ cap {CAP} per 24 hours }}
queue triage
route inbound {{ fallback to person ana else queue triage }}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY)
    return path


def routed(policy: Path, run: int) -> list[str]:
    """Return where the leads of one run went, each routed in a transaction of its own."""
    with load(policy, state=policy.with_suffix(".db"), wait=60) as router:
        return each_routed(router, run)


def each_routed(router: Router, run: int) -> list[str]:
    return [router.route({"id": f"{run}-{lead}"}).kind for lead in range(LEADS)]


def test_a_cap_holds_over_processes_that_route_at_the_same_time(policy: Path) -> None:
    with ProcessPoolExecutor(RUNS, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(routed, [policy] * RUNS, range(RUNS)))
    assert Counter(kind for run in runs for kind in run) == {
        "person": CAP,
        "queue": RUNS * LEADS - CAP,
    }
    state = policy.with_suffix(".db")
    with closing(sqlite3.connect(state)) as connection:
        assert check_log(connection, state) == RUNS * LEADS


@pytest.mark.parametrize("state", ["state.db", None])
def test_a_cap_holds_over_threads_that_share_a_router(policy: Path, state: str | None) -> None:
    path = policy.with_name(state) if state else None
    with load(policy, state=path) as router, ThreadPoolExecutor(RUNS) as pool:
        runs = list(pool.map(partial(each_routed, router), range(RUNS)))
    assert Counter(kind for run in runs for kind in run)["person"] == CAP


def test_a_lead_is_decided_at_the_moment_at_which_its_turn_at_the_state_came(policy: Path) -> None:
    store = open_sqlite(policy.with_suffix(".db"), policy.stem, (), wait=60)
    with (
        closing(store),
        load(policy, state=policy.with_suffix(".db"), wait=60) as router,
        ThreadPoolExecutor(1) as pool,
    ):
        with store.begin():
            waiting = pool.submit(router.route, {"id": "waits"})
            time.sleep(0.2)
            assert not waiting.done()
            held_until = datetime.now(UTC)
        assert waiting.result().at >= held_until


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=23)])
def test_a_clock_that_goes_back_gives_no_room_again(policy: Path, back: timedelta) -> None:
    policy.write_text(POLICY.replace(f"cap {CAP}", "cap 2"))
    with load(policy) as router:
        moments = [AT, AT, AT - back, AT - back, AT]
        kinds = [router.route({"id": f"{at}"}, at=when).kind for at, when in enumerate(moments)]
    assert kinds == ["person", "person", "queue", "queue", "queue"]


def test_leads_of_another_period_leave_room_on_either_side(policy: Path) -> None:
    policy.write_text(POLICY.replace(f"cap {CAP}", "cap 1"))
    day = timedelta(hours=24)
    with load(policy) as router:
        moments = [AT, AT - day, AT + day, AT + day - timedelta(microseconds=1)]
        kinds = [router.route({"id": f"{at}"}, at=when).kind for at, when in enumerate(moments)]
    assert kinds == ["person", "person", "person", "queue"]
