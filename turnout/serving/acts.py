"""What people do, told by whoever may act for them: with leads, with queues, with their time."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from turnout.runtime.absences import PersonAbsence
from turnout.runtime.lives import Deed, LeadStanding
from turnout.runtime.router import Router
from turnout.serving.audit import audited
from turnout.serving.callers import Caller, not_yours
from turnout.serving.problems import ProblemError, wrong_value
from turnout.serving.request_bodies import object_of, read_body, read_json, text_of
from turnout.serving.served_paths import Handler, json_response
from turnout.serving.service import Service

T = TypeVar("T")

DEEDS: Mapping[str, Deed] = {
    "accept": "accept",
    "reject": "reject",
    "contacted": "contacted",
    "converted": "converted",
    "close": "close",
    "release": "release",
    "return": "return",
}
"""What can be done with a lead, by the word of its path."""

_TOLD: Mapping[str, str] = {
    "accept": "Take a lead that somebody is offered",
    "reject": "Decline a lead that somebody is offered: the next one has it",
    "contacted": "Mark a lead as worked on: no SLA moves it",
    "converted": "Mark a lead as won",
    "close": "Mark a lead as done",
    "release": "Let go of a lead: it goes back to its queue, or to the next one",
    "return": "Give a lead back that was none",
}

NEED_REASON = frozenset({"reject", "return"})


def deed(word: str) -> Handler:
    """Return what does something with a lead for whoever has it, or was told to."""

    async def post(service: Service, request: Request, caller: Caller) -> Response:
        said = await _said(service, request)
        by, reason = text_of(said, "by"), text_of(said, "reason", required=word in NEED_REASON)
        lead = str(request.path_params["lead"])
        standing = await do(service, caller, word, lead, by=by, reason=reason)
        return json_response(standing.as_dict())

    post.__doc__ = f"{_TOLD[word]}, for whoever has it or who is named."
    return post


async def do(  # noqa: PLR0913 - who does what with which lead, and why
    service: Service, caller: Caller, word: str, lead: str, *, by: str = "", reason: str = ""
) -> LeadStanding:
    """Do something with a lead. Raises ProblemError, and what the router raises."""

    def done(router: Router) -> LeadStanding:
        if not caller.may("act"):
            _check_own(router, lead, who)
        return router.do(DEEDS[word], lead, by=who, reason=reason)

    with audited(caller, word, lead, by):
        who = caller.acting_for(by)
        found = await in_thread(service, done)
    service.metrics.acts.labels(word).inc()
    return found


async def post_claim(service: Service, request: Request, caller: Caller) -> Response:
    """Give a person the first lead of a queue; 204 where none waits."""
    said = await _said(service, request)
    found = await claim(service, caller, str(request.path_params["queue"]), text_of(said, "by"))
    return Response(status_code=204) if found is None else json_response(found.as_dict())


async def claim(service: Service, caller: Caller, queue: str, by: str) -> LeadStanding | None:
    """Give a person the first lead of a queue, None where none waits. Raises as `do`."""
    with audited(caller, "claim", queue, by):
        who = caller.acting_for(by)
        policy = service.served.now.router.compiled.policy
        if f"queue {queue}" not in policy.outlets:
            raise ProblemError("unknown", f"there is no queue {queue}")
        found = await in_thread(service, lambda router: router.claim(queue, who))
    service.metrics.acts.labels("claim").inc()
    return found


def absence(kind: str) -> Handler:
    """Return what notes that somebody is away, or paused."""

    async def post(service: Service, request: Request, caller: Caller) -> Response:
        said = await _said(service, request)
        since, until = moment_of(said, "from"), moment_of(said, "until")
        found = await leave(
            service,
            caller,
            kind,
            str(request.path_params["person"]),
            since=since,
            until=until,
            team=text_of(said, "team"),
            reason=text_of(said, "reason"),
        )
        return json_response(absence_data(found))

    what = "is away" if kind == "away" else "isn't drawn from teams"
    post.__doc__ = f"Note that somebody {what}, from the next lead on."
    return post


async def leave(  # noqa: PLR0913 - who is away, from when until when, and why
    service: Service,
    caller: Caller,
    kind: str,
    person: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    team: str = "",
    reason: str = "",
) -> PersonAbsence:
    """Note that somebody is away, or paused. Raises as `do`."""
    if team and kind == "away":
        raise wrong_value("team", "somebody who is away is so for all teams; pause them in one")

    def noted(router: Router) -> PersonAbsence:
        if kind == "away":
            return router.away(person, since=since, until=until, reason=reason, by=by)
        return router.pause(person, team=team, since=since, until=until, reason=reason, by=by)

    with audited(caller, kind, person, person):
        by = _of_person(service, caller, person)
        found = await _checked(service, noted)
    service.metrics.acts.labels(kind).inc()
    return found


async def post_back(service: Service, request: Request, caller: Caller) -> Response:
    """End the absences of somebody that have begun."""
    said = await _said(service, request)
    person, reason = str(request.path_params["person"]), text_of(said, "reason")
    ended = await come_back(service, caller, person, reason)
    return json_response({"ended": [*map(absence_data, ended)]})


async def come_back(
    service: Service, caller: Caller, person: str, reason: str = ""
) -> tuple[PersonAbsence, ...]:
    """End the absences of somebody that have begun, and return them. Raises as `do`."""
    with audited(caller, "back", person, person):
        by = _of_person(service, caller, person)
        ended = await _checked(service, lambda router: router.back(person, reason=reason, by=by))
    service.metrics.acts.labels("back").inc()
    return ended


async def get_absences(service: Service, _request: Request, caller: Caller) -> Response:
    """List who is away or paused, or will be."""
    caller.check("read")
    found = await in_thread(service, lambda router: router.absences())
    return json_response({"absences": [*map(absence_data, found)]})


def absence_data(absence: PersonAbsence) -> dict[str, Any]:
    """Return an absence as data, keys in a fixed order."""
    return {
        "kind": absence.kind,
        "person": absence.person,
        "since": absence.since.isoformat(),
        "until": None if absence.until is None else absence.until.isoformat(),
        "team": absence.team,
        "reason": absence.reason,
        "by": absence.by,
    }


def moment_of(said: Mapping[str, Any], name: str) -> datetime | None:
    """Return a moment of a body, in UTC where it has no offset. Raises ProblemError."""
    text = text_of(said, name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong_value(name, "has to be a time such as 2026-11-23T10:00+01:00") from None


async def in_thread(service: Service, ask: Callable[[Router], T]) -> T:
    """Return what a function asks of the router, without holding up other requests."""

    def asked() -> T:
        with service.served.router() as router:
            return ask(router)

    return await asyncio.to_thread(asked)


async def _said(service: Service, request: Request) -> Mapping[str, Any]:
    """Return the object of the body, an empty one where there is no body."""
    if not request.headers.get("content-type"):
        if await read_body(request, service.limits):
            raise ProblemError("wrong-type", "the body has to be application/json")
        return {}
    return object_of(await read_json(request, service.limits))


async def _checked(service: Service, ask: Callable[[Router], T]) -> T:
    """Return what a function asks; what it can't have is a value that can't be used."""
    try:
        return await in_thread(service, ask)
    except ValueError as refused:
        raise ProblemError("wrong-value", str(refused)) from None


def _of_person(service: Service, caller: Caller, person: str) -> str:
    """Return who says it of a person. Raises ProblemError where they may not, or nobody is so."""
    if person not in service.served.now.router.compiled.policy.people:
        caller.acting_for(person)
        raise ProblemError("unknown", f"there is no person {person}")
    if not caller.may("act"):
        return caller.acting_for(person)
    return caller.person or caller.name


def _check_own(router: Router, lead: str, person: str) -> None:
    """Raise where a lead isn't a person's: of others they don't learn whether there is one."""
    found = router.current(lead)
    if found is None or found.holder.assignee != person:
        raise not_yours(f"lead {lead} isn't {person}'s")
