"""The report of the state that is served: made beside the deciding of leads, in another process.

It is told from a connection of its own, as a snapshot, so that nobody who decides waits for it.
Whoever asks what somebody else has asked and waits for gets the same answer. What was read of the
log is kept: beside a state's file or where the configuration says, else for a state on a server in
a file of this process, so that each report reads only what is new.
"""

import asyncio
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from turnout.frozen import frozen
from turnout.project.report_settings import ReportSettings
from turnout.rendering.measures.page_style import CONTENT_POLICY
from turnout.reporting.asked import BY, INVALID, AskedReport, ReportBy
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts
from turnout.serving.acts import moment_of
from turnout.serving.counted_apart import Apart, ReportOrder
from turnout.serving.page_frames import HEADERS
from turnout.serving.problems import ProblemError, wrong_value
from turnout.serving.report_doors import is_browser, refused_page
from turnout.serving.request_bodies import text_of
from turnout.serving.served_versions import ServedVersion
from turnout.serving.service import Service

MOST_MADE: Final = 2
"""Reports that are made at once, of one process."""

_BY: Final[Mapping[str, ReportBy]] = {each: each for each in BY}
_HEADERS: Final = {
    **HEADERS,
    "Content-Security-Policy": f"{CONTENT_POLICY}; frame-ancestors 'none'",
}


@frozen
class ReportQuestion:
    """What is asked: leads of a time, by what, of which route, as a page or as data."""

    since: datetime | None
    until: datetime | None
    by: ReportBy
    route: str | None
    is_page: bool


class Reports:
    """Makes reports of a state. wait: seconds to wait for a state that another run holds."""

    def __init__(self, state: Whereabouts, wait: float, settings: ReportSettings) -> None:
        self._state, self._wait, self._settings = state, wait, settings
        self._made: dict[tuple[str, ReportQuestion], asyncio.Task[str]] = {}
        self._folder: TemporaryDirectory[str] | None = None  # it goes with the process
        self._index = settings.index
        if self._index is None and isinstance(state, ServerAddress):
            self._folder = TemporaryDirectory(prefix="turnout-report-", ignore_cleanup_errors=True)
            self._index = Path(self._folder.name) / "report.db"
        self._apart = Apart()
        self._policy: tuple[str, bytes] = "", b""

    @property
    def index(self) -> Path | None:
        """The file in which what was read is kept; None for the one beside the state."""
        return self._index

    @property
    def making(self) -> int:
        """How many are being made."""
        return len(self._made)

    def close(self) -> None:
        """Give up what is being made, and forget what was kept beside a state on a server."""
        self._apart.stop()
        if self._folder is not None:
            self._folder.cleanup()

    async def answer(self, version: ServedVersion, question: ReportQuestion) -> str:
        """Return a report, as it stands when the first one asks who waits for it.

        Raises ProblemError where others are made, and StateError.
        """
        key = version.policy_hash, question
        task = self._made.get(key)
        if task is None:
            if len(self._made) >= MOST_MADE:
                detail = f"{len(self._made)} other reports are being made"
                raise ProblemError("too-many", detail, headers={"Retry-After": "5"})
            task = asyncio.create_task(asyncio.to_thread(self._report, version, question))
            self._made[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        # It is made even when whoever asked first goes away: others may wait for it.
        return await asyncio.shield(task)

    def _forget(self, key: tuple[str, ReportQuestion], done: "asyncio.Task[str]") -> None:
        del self._made[key]
        if not done.cancelled():
            done.exception()

    def _report(self, version: ServedVersion, question: ReportQuestion) -> str:
        asked = AskedReport(
            datetime.now(UTC),
            question.since,
            question.until,
            question.by,
            question.route,
            self._settings.invalid or INVALID,
        )
        known, policy = self._policy
        if known != version.policy_hash:
            policy = pickle.dumps(version.router.compiled.policy, protocol=5)
            self._policy = version.policy_hash, policy
        return self._apart.report(
            ReportOrder(
                self._state,
                self._wait,
                asked,
                policy,
                self._settings.source,
                self._index,
                question.is_page,
            )
        )


async def get_report(service: Service, request: Request) -> Response:
    """Say how leads fared: a page, or JSON for whoever accepts that alone."""
    try:
        return await _report(service, request)
    except ProblemError as refused:
        if not is_browser(request):
            raise
        service.metrics.refused.labels(refused.kind).inc()
        return refused_page(service, request, refused)


async def _report(service: Service, request: Request) -> Response:
    caller = await service.caller(request)
    caller.check("read")
    question = _question(request)
    text = await service.reports.answer(service.served.now, question)
    kind = "text/html" if question.is_page else "application/json"
    return Response(text.encode("utf-8", "replace"), 200, _HEADERS, kind)


def _question(request: Request) -> ReportQuestion:
    """Return what a request asks. Raises ProblemError."""
    asked = request.query_params
    since, until = moment_of(asked, "since"), moment_of(asked, "until")
    if since is not None and until is not None and since >= until:
        raise wrong_value("until", "has to be later than since", pointer="")
    named = text_of(asked, "by") or "day"
    by = _BY.get(named)
    if by is None:
        raise wrong_value("by", f"is one of {', '.join(BY)}", pointer="")
    accepted = request.headers.get("accept", "")
    is_page = "application/json" not in accepted or "text/html" in accepted
    return ReportQuestion(since, until, by, text_of(asked, "route") or None, is_page)
