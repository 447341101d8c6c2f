"""What a service counts, as Prometheus reads it.

Several processes of one service count into files of a folder that is named in the environment,
so that whichever of them is asked tells of all.
"""

import os
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class ServiceCounters:
    """The counts of one process."""

    def __init__(self) -> None:
        """Begin at nought."""
        own = self._registry = CollectorRegistry()
        self.requests: Counter = Counter(
            "turnout_requests",
            "Requests that were answered.",
            ("path", "method", "status"),
            registry=own,
        )
        self.seconds: Histogram = Histogram(
            "turnout_request_seconds",
            "How long requests took, bodies included.",
            ("path",),
            registry=own,
            buckets=_SECONDS,
        )
        self.leads: Counter = Counter(
            "turnout_leads",
            "Leads that were decided; `outcome` is the kind of target, or `repeated`.",
            ("outcome",),
            registry=own,
        )
        self.unfit: Counter = Counter(
            "turnout_unfit_leads", "Leads that were decided with issues.", registry=own
        )
        self.acts: Counter = Counter(
            "turnout_acts", "What was done with leads and people.", ("act",), registry=own
        )
        self.refused: Counter = Counter(
            "turnout_refused_requests", "Requests that were refused.", ("problem",), registry=own
        )
        self.waiting: Gauge = Gauge(
            "turnout_waiting_leads",
            "Leads that wait to be decided.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self.reloads: Counter = Counter(
            "turnout_reloads",
            "Versions of the policy that were tried; `outcome` is `served` or `refused`.",
            ("outcome",),
            registry=own,
        )
        self.loaded: Gauge = Gauge(
            "turnout_policy_since_seconds",
            "Since when the policy's version is served, in seconds since 1970.",
            registry=own,
            multiprocess_mode="max",
        )

    def watch(self, waiting: Callable[[], int]) -> None:
        """Take how many leads wait from a function, where one process tells of itself alone."""
        if FOLDER not in os.environ:
            self.waiting.set_function(waiting)

    def text(self) -> bytes:
        """Return all that was counted, in Prometheus' text form."""
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
