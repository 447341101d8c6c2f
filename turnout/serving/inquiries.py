"""What there is to read: leads, queues, events, the policy, and how the service is."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from turnout.runtime.events import EVENT_KINDS, Event, EventKind, Sought
from turnout.runtime.router import Router
from turnout.serving.acts import in_thread, moment_of
from turnout.serving.callers import Caller, not_yours
from turnout.serving.counters import CONTENT_TYPE
from turnout.serving.problems import ProblemError, RequestIssue, wrong_value
from turnout.serving.products import diagram_svg, lead_schema_of
from turnout.serving.served_paths import json_response
from turnout.serving.service import Service

MOST_EVENTS: Final = 1_000
EACH: Final = 0.5
"""Seconds between two looks into the log, for who follows it."""

BEAT: Final = 15.0
"""Seconds without an event after which a follower is told that the line still stands."""


async def get_lead(service: Service, request: Request, caller: Caller) -> Response:
    """Say how a lead stands, and what happened to it; a person sees those that they had."""
    lead = str(request.path_params["lead"])
    if not caller.may("read") and caller.person is None:
        caller.check("read")

    def asked(router: Router) -> dict[str, Any] | None:
        now = router.current(lead)
        events = router.history(lead)
        if not events or not (caller.may("read") or _had(events, caller.person)):
            return None
        return {
            "lead": lead,
            "now": None if now is None else now.as_dict(),
            "events": [each.as_dict() for each in events],
        }

    found = await in_thread(service, asked)
    if found is None and not caller.may("read"):
        raise not_yours(f"lead {lead} isn't {caller.person}'s")
    if found is None:
        raise ProblemError("unknown", f"nothing happened to a lead {lead}")
    return json_response(found)


def _had(events: tuple[Event, ...], person: str | None) -> bool:
    """Return whether a person has had a lead, by what happened to it."""
    return any(each.after is not None and each.after.assignee == person for each in events)


async def get_queues(service: Service, _request: Request, caller: Caller) -> Response:
    """List the queues, with how many leads wait in each: up to 1,000, from there `1000`."""
    _check_reader(caller)
    names = queue_names(service)

    def counted(router: Router) -> list[dict[str, Any]]:
        return [
            {
                "queue": name,
                "waiting": len(waiting := router.queued(name, MOST_EVENTS)),
                "oldest": min((each.at for each in waiting), default=None),
            }
            for name in names
        ]

    return json_response({"queues": await in_thread(service, counted)})


def queue_names(service: Service) -> list[str]:
    """Return the names of the policy's queues."""
    outlets = service.served.now.router.compiled.policy.outlets.values()
    return [each.name for each in outlets if each.kind == "queue"]


async def get_queue(service: Service, request: Request, caller: Caller) -> Response:
    """List the leads that wait in a queue, in the order in which they are claimed."""
    caller.check("read")
    name = str(request.path_params["queue"])
    if name not in queue_names(service):
        raise ProblemError("unknown", f"there is no queue {name}")
    limit = _number(request.query_params, "limit", 100, MOST_EVENTS)
    found = await in_thread(service, lambda router: router.queued(name, limit))
    return json_response({"queue": name, "leads": [each.as_dict() for each in found]})


def _check_reader(caller: Caller) -> None:
    """A person may see what queues there are, and how long."""
    if caller.person is None:
        caller.check("read")


# -- events --


async def get_events(service: Service, request: Request, caller: Caller) -> Response:
    """Return the events behind one, in order, or follow them as server-sent events."""
    caller.check("read")
    asked = request.query_params
    sought = _sought(asked)
    is_followed = "text/event-stream" in request.headers.get("accept", "")
    last = request.headers.get("last-event-id", "") if is_followed else ""
    after = int(last) if last.isdecimal() and len(last) < 19 else _number(asked, "after", 0, None)
    if is_followed:
        return _followed(service, after, sought)
    limit = _number(asked, "limit", 100, MOST_EVENTS)
    found = await in_thread(service, lambda router: _page(router, after, limit, sought))
    return json_response(
        {
            "events": [each.as_dict() for each in found],
            "next": found[-1].number if found else after,
        }
    )


def _page(router: Router, after: int, limit: int, sought: Sought) -> list[Event]:
    return [*islice(router.events(sought, after=after), limit)]


def _followed(service: Service, after: int, sought: Sought) -> Response:
    if service.streams >= service.limits.streams:
        detail = f"{service.streams} callers follow the events already"
        raise ProblemError("too-many", detail, headers={"Retry-After": "10"})
    return StreamingResponse(
        _stream(service, after, sought),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(service: Service, after: int, sought: Sought) -> AsyncIterator[bytes]:
    """Yield events as they are recorded, until the service stops or the caller goes away."""
    service.streams += 1
    quiet = 0.0
    try:
        yield b"retry: 2000\n\n"
        while not service.stopping.is_set():
            found = await in_thread(
                service, partial(_page, after=after, limit=MOST_EVENTS, sought=sought)
            )
            if found:
                after, quiet = found[-1].number, 0.0
                yield b"".join(map(_sent, found))
                continue
            await asyncio.sleep(EACH)
            quiet += EACH
            if quiet >= BEAT:
                quiet = 0.0
                yield b": here\n\n"
    finally:
        service.streams -= 1


def _sent(event: Event) -> bytes:
    data = json.dumps(event.as_dict(), separators=(",", ":"))
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n".encode()


def _sought(asked: QueryParams) -> Sought:
    kind = asked.get("event")
    found: EventKind | None = next((each for each in EVENT_KINDS if each == kind), None)
    if kind is not None and found is None:
        raise wrong_value("event", f"is one of {', '.join(EVENT_KINDS)}", pointer="")
    return Sought(
        found,
        person=asked.get("person"),
        rule=asked.get("rule"),
        since=_moment(asked, "since"),
        until=_moment(asked, "until"),
    )


def _moment(asked: Mapping[str, str], name: str) -> datetime | None:
    return moment_of(asked, name)


def _number(asked: Mapping[str, str], name: str, usual: int, most: int | None) -> int:
    text = asked.get(name)
    if text is None:
        return usual
    # No log has as many events as 18 digits can count.
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise _wrong_number(name, most)
    number = int(text)
    if most is not None and not 1 <= number <= most:
        raise _wrong_number(name, most)
    return number


def _wrong_number(name: str, most: int | None) -> ProblemError:
    reason = "is a whole number" if most is None else f"is a whole number from 1 to {most:,}"
    return ProblemError("wrong-value", f"{name} {reason}", [RequestIssue(name, reason)])


# -- the policy, and the service itself --


async def get_policy(service: Service, _request: Request, caller: Caller) -> Response:
    """Say which version is served, since when, and what became of the newest one."""
    caller.check("read")
    version = service.served.now
    policy = version.router.compiled.policy
    reload = service.reload
    return json_response(
        {
            "policy": policy.name,
            "route": version.router.route_name,
            "routes": [*policy.routes],
            "hash": version.policy_hash,
            "since": version.since,
            "diagram": "/policy/diagram.svg",
            "schema": "/policy/lead.schema.json",
            "newest": {
                "tried": reload.at,
                "outcome": "refused" if reload.refused else "served",
                "reasons": list(reload.refused),
            },
        }
    )


async def get_diagram(service: Service, _request: Request, caller: Caller) -> Response:
    """Return the policy's decision tree as a picture."""
    caller.check("read")
    picture = await asyncio.to_thread(diagram_svg, service.served.now)
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(picture, media_type="image/svg+xml", headers=headers)


async def get_schema(service: Service, _request: Request, caller: Caller) -> Response:
    """Return what a lead is, as JSON Schema."""
    caller.check("read")
    schema = lead_schema_of(service.served.now)
    return Response(json.dumps(schema, ensure_ascii=False), media_type="application/schema+json")


async def post_reload(service: Service, _request: Request, caller: Caller) -> Response:
    """Have the policy's files read again now; what became of it stands at `/policy`."""
    caller.check("admin")
    service.asked_again.set()
    return Response(status_code=202)


async def get_health(_service: Service, _request: Request) -> Response:
    """Say that the process answers."""
    return json_response({"status": "ok"})


async def get_ready(service: Service, _request: Request) -> Response:
    """Say whether leads can be decided: the state can be read, and the service isn't stopping."""
    if service.stopping.is_set():
        return json_response({"status": "stopping"}, 503)
    await in_thread(service, lambda router: router.last_event())
    version = service.served.now
    is_newest = not service.reload.refused
    return json_response(
        {
            "status": "ok",
            "hash": version.policy_hash[:12],
            "newest": "served" if is_newest else "refused",
        }
    )


async def get_metrics(service: Service, _request: Request, caller: Caller) -> Response:
    """Return what was counted, for Prometheus."""
    caller.check("read")
    return Response(service.metrics.text(), media_type=CONTENT_TYPE)
