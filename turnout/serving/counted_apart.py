"""What takes a second or more of a processor is done apart from the deciding of leads.

A report of a million leads sorts and counts in steps that hold a process up, so it is made in a
process of its own, which gives way to those that decide leads, and gives its memory back. It is
sent an order and answers with a value (`counting_process`).
"""

import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from turnout.errors import Error
from turnout.frozen import frozen
from turnout.project.report_settings import AlertSettings
from turnout.reporting.alerts import ReportAlert
from turnout.reporting.asked import AskedReport
from turnout.runtime.stores import Signature, StateError
from turnout.runtime.stores.server.locations import Whereabouts


@frozen
class ReportOrder:
    """A report is asked for. policy: pickled; index: see `report_index`."""

    state: Whereabouts
    wait: float
    asked: AskedReport
    policy: bytes
    source: str
    index: Path | None
    is_page: bool


@frozen
class AlertOrder:
    """A state is held to thresholds, in the name of a version. policy: pickled."""

    state: Whereabouts
    wait: float
    asked: AskedReport
    policy: bytes
    source: str
    index: Path | None
    settings: AlertSettings
    signature: Signature


class Apart:
    """Has orders done, each in a process of its own, until it is stopped."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    def report(self, order: ReportOrder) -> str:
        """Return a report. Raises Error as it is raised there, StateError where it is stopped."""
        found = self._done(order)
        assert isinstance(found, str)
        return found

    def alerts(self, order: AlertOrder) -> tuple[ReportAlert, ...]:
        """Return what stands beyond its threshold, and what is over. Raises as `report`."""
        found: tuple[ReportAlert, ...] = self._done(order)
        return found

    def stop(self) -> None:
        """Give up what is being done, and do nothing more."""
        with self._lock:
            self._is_stopped = True
            for each in self._running:
                each.kill()

    def _done(self, order: ReportOrder | AlertOrder) -> Any:  # noqa: ANN401 - as it was ordered
        command = [sys.executable, "-m", "turnout.serving.counting_process"]
        with self._lock:
            if self._is_stopped:
                raise StateError("the service is about to stop", "ask it again")
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own module
            self._running.add(process)
        try:
            with process:
                said, _ = process.communicate(pickle.dumps(order, protocol=5))
        finally:
            with self._lock:
                self._running.discard(process)
        if self._is_stopped:
            raise StateError("the service is about to stop", "ask it again")
        answer: Any = None
        with suppress(EOFError, pickle.UnpicklingError):
            answer = pickle.loads(said)  # noqa: S301 - of our own process, by its pipe
        if process.returncode or answer is None:
            raise RuntimeError(f"the process that counts ended with {process.returncode}")
        if isinstance(answer, Error):
            raise answer
        return answer
