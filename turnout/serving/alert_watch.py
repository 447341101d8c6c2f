"""A service holds its state to the thresholds of the configuration, at intervals.

What is crossed becomes an event of the log, told to every endpoint, once when it begins and once
when it is over. Of several processes of a service one looks: whoever has the turn, a lock that
ends with its process. Services on several machines each look; the log keeps them from telling
anything twice.
"""

import logging
import os
import pickle
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from turnout.errors import Error
from turnout.project.report_settings import ReportSettings
from turnout.reporting.alerts import ReportAlert
from turnout.reporting.asked import INVALID, AskedReport
from turnout.runtime.stores import Signature
from turnout.serving import counters
from turnout.serving.counted_apart import AlertOrder, Apart
from turnout.serving.reloading import PolicySource
from turnout.serving.served_versions import Served

_LOG = logging.getLogger("turnout.serving")
_TURN = "alerts-turn"
"""The file of the lock, in the folder that processes of a service share."""


class AlertWatch:
    """Looks at the thresholds of a state until it is stopped. index: see `report_index`."""

    def __init__(
        self,
        source: PolicySource,
        settings: ReportSettings,
        index: Path | None,
        folder: str | None = None,
    ) -> None:
        """Begin with nothing. folder: that processes of a service share, if there are several."""
        self._source, self._settings, self._index = source, settings, index
        self._folder = folder if folder is not None else os.environ.get(counters.FOLDER)
        self._turn: sqlite3.Connection | None = None
        self._apart = Apart()
        self._ended = Event()
        self._thread: Thread | None = None

    def start(self, served: Served) -> None:
        """Look from now on, where there is any threshold."""
        if self._settings.alerts.are_there:
            self._thread = Thread(target=self._watch, args=(served,), name="turnout-alerts")
            self._thread.start()

    def stop(self) -> None:
        """Look no more; a look that is being taken is given up."""
        self._ended.set()
        self._apart.stop()
        if self._thread is not None:
            self._thread.join()
        self._leave()

    def has_turn(self) -> bool:
        """Return whether this process is the one that looks; it stays so until it ends."""
        if self._folder is None or self._turn is not None:
            return True
        path = Path(self._folder) / _TURN
        turn = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            turn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:  # another one has it
            turn.close()
            return False
        self._turn = turn
        return True

    def look(self, served: Served, at: datetime) -> tuple[ReportAlert, ...]:
        """Hold the state to the thresholds once. Raises Error."""
        version, settings = served.now, self._settings
        return self._apart.alerts(
            AlertOrder(
                self._source.state,
                self._source.wait,
                AskedReport(at, invalid=settings.invalid or INVALID),
                pickle.dumps(version.router.compiled.policy, protocol=5),
                settings.source,
                self._index,
                settings.alerts,
                Signature(version.policy_hash, endpoints=self._source.endpoints),
            )
        )

    def _leave(self) -> None:
        if self._turn is not None:
            with suppress(sqlite3.Error):
                self._turn.close()
            self._turn = None

    def _watch(self, served: Served) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            pause = 60.0 * self._settings.alerts.every
            try:
                if self.has_turn():
                    _told(self.look(served, datetime.now(UTC)))
            except Error as failure:
                if not self._ended.is_set():
                    said = "thresholds couldn't be looked at: %s; %s"
                    _LOG.warning(said, failure.message, failure.help)
            except Exception:  # noqa: BLE001 - leads are decided all the same
                if not self._ended.is_set():
                    _LOG.exception("thresholds couldn't be looked at")


def _told(alerts: tuple[ReportAlert, ...]) -> None:
    for each in alerts:
        if each.phase != "stands":
            _LOG.warning("alert %s: %s, %s: %s", each.phase, each.check, each.subject, each.told)
