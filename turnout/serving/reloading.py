"""A new version of the policy's files takes the place of the running one, if it may.

It is read, checked and tried by its own tests, and compared with the version that runs, in a
process of its own, so that requests aren't held up. What comes back is a value. It is
refused where it has errors, where a test fails, where it changes more decisions than is
allowed, or where it breaks a guarantee; then the running one stays, and why stands in the
log and at `/policy`.
"""

import logging
import pickle
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import attrs

from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.plan.value import Plan
from turnout.compiler.program import Program
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.project.revisions import named_files
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts
from turnout.serving.served_versions import ServedVersion
from turnout.serving.service import Reload, Service

EACH = 1.0
"""Seconds between two looks at the files."""

LONGEST = 900.0
"""Seconds after which the process that reads a version is given up."""

_LOG = logging.getLogger("turnout.serving")
_MOST_TOLD = 20


@frozen
class PolicySource:
    """Where a policy comes from, and what of a new version is let pass.

    route: which is meant where a request names none. allow: which decisions may change, as
    `turnout diff` has it: "none", "same-team" or "any".
    """

    main: Path
    route: str
    state: Whereabouts
    wait: float
    allow: str = "any"
    endpoints: tuple[str, ...] = ()


@frozen
class PreparedPolicy:
    """What became of a version: it may be served, or why not, a line each.

    compiled: without what only an editor asks.
    """

    compiled: Compiled | None = None
    plan: Plan | None = None
    refused: tuple[str, ...] = ()


@frozen
class ReloadOrder:
    """What the process that prepares a version is told.

    policy, policy_hash: of what runs. running: that itself, None where any change is let pass:
    nothing is asked of it, and to send a large one would hold up requests.
    """

    source: PolicySource
    policy: str
    policy_hash: str
    running: Program | None

    @staticmethod
    def of(source: PolicySource, running: Compiled) -> "ReloadOrder":
        """Return what is told while a policy runs."""
        asked = None if source.allow == "any" else running.program
        return ReloadOrder(source, running.policy.name, running.policy_hash, asked)


class Reloader:
    """Looks after the files of the policy that is served."""

    def __init__(self, service: Service, source: PolicySource) -> None:
        self._service = service
        self._source = source
        self._seen = stamps(source.main)
        self._ended = Event()
        self._thread = Thread(target=self._watch, name="turnout-reload", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a version that is being read is given up."""
        self._ended.set()
        process = self._process
        if process is not None:
            process.kill()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        service = self._service
        while not self._ended.wait(EACH):
            now = stamps(self._source.main)
            if now == self._seen and not service.asked_again.is_set():
                continue
            self._seen = now
            service.asked_again.clear()
            try:
                self.reload()
            except Exception:  # noqa: BLE001 - the running version stays, whatever it was
                _LOG.exception("the new version of the policy couldn't be tried")
                service.reload = Reload(datetime.now(UTC), ("a fault of Turnout; see its log",))

    def reload(self) -> None:
        """Try the files as they are now, and serve them if they may be."""
        service = self._service
        prepared = self._prepared(ReloadOrder.of(self._source, service.served.now.router.compiled))
        if self._ended.is_set():
            return
        if prepared.compiled is not None and prepared.plan is not None:
            prepared = self._served(prepared.compiled, prepared.plan)
        service.reload = Reload(datetime.now(UTC), prepared.refused)
        service.metrics.reloads.labels("refused" if prepared.refused else "served").inc()
        for line in prepared.refused[:_MOST_TOLD]:
            _LOG.error("the new version of the policy isn't served: %s", line)

    def _served(self, compiled: Compiled, plan: Plan) -> PreparedPolicy:
        """Serve a version from the next lead on, unless it is the one that runs."""
        served = self._service.served
        if compiled.policy_hash == served.now.policy_hash:
            return PreparedPolicy()
        try:
            version = open_version(compiled, self._source, plan)
        except Error as refused:
            return PreparedPolicy(refused=(_sentence(refused),))
        served.swap(version)
        self._service.metrics.loaded.set(version.since.timestamp())
        _LOG.warning("policy %s is served from now on", compiled.policy_hash[:12])
        return PreparedPolicy()

    def _prepared(self, order: ReloadOrder) -> PreparedPolicy:
        """Have a version read in a process of its own."""
        command = [sys.executable, "-m", "turnout.serving.preparing"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
            self._process = process
            try:
                answer, _ = process.communicate(pickle.dumps(order), timeout=LONGEST)
            except subprocess.TimeoutExpired:
                process.kill()
                return PreparedPolicy(refused=(f"it couldn't be checked in {LONGEST:.0f} seconds",))
            finally:
                self._process = None
        if process.returncode or not answer:
            return PreparedPolicy(
                refused=(f"the process that reads it ended with {process.returncode}",)
            )
        found: PreparedPolicy = pickle.loads(answer)  # noqa: S301 - of our own process, by its pipe
        return found


def open_router(compiled: Compiled, source: PolicySource, plan: Plan | None = None) -> Router:
    """Return the router of a version, with its state. Raises what `Router` does."""
    return Router(
        compiled,
        route=source.route,
        state=source.state,
        wait=source.wait,
        plan=plan,
        endpoints=source.endpoints,
    )


def open_version(
    compiled: Compiled, source: PolicySource, plan: Plan | None = None
) -> ServedVersion:
    """Return a version that counts from now on, with its state. Raises what `Router` does."""
    return ServedVersion(
        open_router(compiled, source, plan),
        datetime.now(UTC),
        lambda route: open_router(compiled, attrs.evolve(source, route=route)),
    )


def stamps(main: Path) -> Mapping[Path, tuple[int, int, int]]:
    """Return when each file was changed that a policy may be read from, its size and place."""
    folder = main.absolute().parent
    routes = sorted(folder.rglob("*.route"))
    tables = (path.parent / name for path in routes for name in _named(path))
    found: dict[Path, tuple[int, int, int]] = {}
    for path in (*routes, main, folder / "turnout.toml", *tables):
        try:
            now = path.stat()
        except (OSError, ValueError):  # it isn't there, or is no name of a file
            continue
        found[path] = now.st_mtime_ns, now.st_size, now.st_ino
    return found


def _named(path: Path) -> Any:  # noqa: ANN401 - as `named_files` has it
    try:
        return named_files(path.name, path.read_bytes())
    except OSError:
        return ()


def _sentence(refused: Error) -> str:
    return f"{refused.message}; {refused.help}" if refused.help else refused.message
