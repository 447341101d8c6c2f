"""Faults with real processes: kills, crowds, connections that are lost, a server that restarts.

Every run has a few kills in a file and on a server; `--thorough` has 500, a crowd of 8 processes
with 16 threads each that route ten times as many leads, and a server that is started anew.
"""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import turnout
from tests.support import crowded_runs, killed_runs
from tests.support.servers import fresh, fresh_address, gone_afterwards, own_server, server_uri
from turnout.runtime.decisions import Decision
from turnout.runtime.stores import StateError
from turnout.runtime.stores.anywhere import open_state
from turnout.runtime.stores.server.locations import ServerAddress, address

ROOT = Path(__file__).parents[2]
KILLS, THOROUGH = 4, 500


@pytest.fixture(params=["file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path / "state.db")
    else:
        at = fresh_address()
        with gone_afterwards(address(at)):
            yield at


def script(module: str, *arguments: object) -> str:
    """Run a script in a process of its own, which forks: here are threads."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=7_200
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_nothing_is_lost_or_done_twice_where_runs_are_killed(
    request: pytest.FixtureRequest, state: str
) -> None:
    kills = THOROUGH if request.config.getoption("thorough") else KILLS
    told = script(killed_runs.__name__, state, kills, 7)
    assert re.match(rf"{kills} kills, [1-9]\d* answers", told), told


def test_caps_hold_for_a_crowd(request: pytest.FixtureRequest, state: str) -> None:
    leads = 30 if request.config.getoption("thorough") else 2
    assert "leads" in script(crowded_runs.__name__, state, 8, 16, leads)


class Cutter:
    """Stands between a store and the server, and cuts the connection when it commits.

    cuts: "before" the server has the commit, or "behind" it, whose answer is lost then; each once.
    """

    def __init__(self, uri: str, folder: Path) -> None:
        found = re.search(r"host=([^&]+)", uri)
        assert found is not None
        self._server = f"{found[1]}/.s.PGSQL.5432"
        self.cuts: list[str] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self.conninfo = uri.replace(found[1], str(folder))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                passing = threading.Thread(target=self._pass_on, args=(client, server), daemon=True)
                self._threads.append(passing)
                passing.start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(1 << 20)
                    if not data:
                        return
                    if ready is client and b"; COMMIT; " in data and self.cuts:
                        if self.cuts.pop(0) == "behind":
                            client.close()  # before the answer can come
                            server.sendall(data)
                        return
                    (server if ready is client else client).sendall(data)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)


@pytest.mark.parametrize("cuts", [["before"], ["behind"], ["before", "behind", "before"]])
def test_a_commit_whose_connection_is_lost_is_found_out(cuts: list[str]) -> None:
    uri = server_uri()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, gone_afterwards(fresh()) as at:
        cutter = Cutter(uri, Path(folder))
        policy = killed_runs.POLICY
        with turnout.loads(policy, state=f"{cutter.conninfo}&schema={at.schema}") as router:
            for number in range(4):
                router.route(killed_runs.raw(number), at=killed_runs.START)
            before = len(tuple(router.events()))
            cutter.cuts += cuts
            decision = router.route(killed_runs.raw(9), at=killed_runs.START)
            assert not decision.repeated
            assert router.touch("L1", at=killed_runs.START) == ()
            assert not cutter.cuts
            kinds = [event.kind for event in router.events()]
            assert kinds[before:] == ["routed", "contacted"]
            assert router.lags()["sales"] == killed_runs.entitled(tuple(router.events()))
        cutter.close()


def test_a_commit_that_never_comes_through_is_told_and_nothing_is_lost() -> None:
    with gone_afterwards(fresh()) as at:
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            cutter = Cutter(server_uri(), Path(folder))
            state = f"{cutter.conninfo}&schema={at.schema}"
            with turnout.loads(killed_runs.POLICY, state=state, wait=0) as router:
                router.route(killed_runs.raw(0), at=killed_runs.START)
                cutter.cuts += ["before"] * 99
                with pytest.raises(StateError, match="can't be reached") as told:
                    router.route(killed_runs.raw(1), at=killed_runs.START)
            assert told.value.help
            cutter.close()
        with turnout.loads(killed_runs.POLICY, state=f"{at.conninfo}&schema={at.schema}") as again:
            assert again.route(killed_runs.raw(0), at=killed_runs.START).repeated
            assert not again.route(killed_runs.raw(1), at=killed_runs.START).repeated


def test_a_server_that_is_started_anew_loses_nothing(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("thorough"):
        pytest.skip("a server of its own takes long: --thorough")
    with own_server() as server:
        at: ServerAddress = address(f"{server.get_uri()}&schema=again")
        store = open_state(at, "killed", (), wait=60)
        store.close()
        state = f"{at.conninfo}&schema=again"
        with turnout.loads(killed_runs.POLICY, state=state, wait=60) as router:
            told = [router.route(killed_runs.raw(each), at=killed_runs.START) for each in range(20)]
            server.stop()
            threading.Timer(2, server.start).start()
            more = [
                router.route(killed_runs.raw(each), at=killed_runs.START) for each in range(10, 40)
            ]
            assert [each.assignee for each in more[:10]] == [each.assignee for each in told[10:]]
            assert len(tuple(router.events())) == 40
            assert router.lags()["sales"] == killed_runs.entitled(tuple(router.events()))


def test_a_server_that_crashes_loses_nothing_that_was_answered(
    request: pytest.FixtureRequest,
) -> None:
    if not request.config.getoption("thorough"):
        pytest.skip("a server of its own takes long: --thorough")
    told: dict[int, Decision] = {}

    def run(state: str, first: int) -> None:
        with turnout.loads(killed_runs.POLICY, state=state, wait=60) as router:
            for each in range(first, first + 300):
                told[each] = router.route(killed_runs.raw(each), at=killed_runs.START)

    with own_server() as server:
        at: ServerAddress = address(f"{server.get_uri()}&schema=crashed")
        open_state(at, "killed", (), wait=60).close()
        state = f"{at.conninfo}&schema=crashed"
        runs = [threading.Thread(target=run, args=(state, 1_000 * each)) for each in range(4)]
        for each in runs:
            each.start()
        for crash in range(1, 4):
            while len(told) < 250 * crash and any(each.is_alive() for each in runs):
                time.sleep(0.001)
            os.kill(int((server.pgdata / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
            server.stop()
            server.start()
        for each in runs:
            each.join()
        with turnout.loads(killed_runs.POLICY, state=state, wait=60) as router:
            assert len(told) == 1_200, "a run broke off"
            for number, decision in told.items():
                again = router.route(killed_runs.raw(number), at=killed_runs.START)
                assert (again.repeated, again.assignee) == (True, decision.assignee)
            assert router.lags()["sales"] == killed_runs.entitled(tuple(router.events()))
