"""The page for people who get leads: what is theirs, what is due, and what they do about it.

It is made here and needs no script. A form carries a mark that only this service can have made
for this person (`formed`), and a browser says where it comes from: what another page sends is
refused by both. A person signs in with their token, which the browser keeps where no script reads
it; behind a proxy that signs people in, it comes with each request.
"""

import asyncio
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote

from htpy import (
    Node,
    a,
    button,
    code,
    form,
    h1,
    input,  # noqa: A004 - HTML's
    label,
    li,
    p,
    ul,
)
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from turnout.errors import Error
from turnout.runtime.events import Event
from turnout.serving.acts import NEED_REASON, claim, come_back, do, in_thread, leave, moment_of
from turnout.serving.after_sign_in import after_sign_in, is_report, login
from turnout.serving.audit import note
from turnout.serving.callers import ANYBODY, Caller, not_yours
from turnout.serving.my_leads import formed, my_leads, told_time
from turnout.serving.page_frames import page
from turnout.serving.problems import KINDS, ProblemError
from turnout.serving.request_bodies import MOST_SAID, read_body
from turnout.serving.served_versions import ROUTE
from turnout.serving.service import COOKIE, SESSION, Service

_DONE: Final[Mapping[str, str]] = {
    "accept": "accepted",
    "reject": "rejected",
    "contacted": "marked as contacted",
    "converted": "marked as won",
    "close": "closed",
    "release": "released",
    "return": "returned",
}


async def get_me(service: Service, request: Request) -> Response:
    """Show a person their leads; who isn't known signs in."""
    caller = await _known(service, request)
    if caller is None or caller.person is None:
        return sign_in_page(service, caller)
    return await my_leads(service, caller, caller.person, request.query_params.get("done", ""))


async def get_my_lead(service: Service, request: Request) -> Response:
    """Show a person what happened to a lead that they have or had."""
    caller = await _known(service, request)
    if caller is None or caller.person is None:
        return sign_in_page(service, caller)
    lead, person = str(request.path_params["lead"]), caller.person
    events = await in_thread(service, lambda router: router.history(lead))
    if not any(each.after is not None and each.after.assignee == person for each in events):
        return _told("That lead isn't yours.", 403)
    return page(
        f"Lead {lead}",
        h1[f"Lead {lead}"],
        _values(events),
        ul[(li[_happened(each)] for each in events)],
        p[a(href="/me")["My leads"]],
    )


async def post_sign_in(service: Service, request: Request) -> Response:
    """Take the token of a person, and keep it in their browser."""
    _check_origin(request)
    said = await _form(service, request)
    token = said.get("token", "").strip()
    caller = await service.bearer(token) if token else None
    to = said.get("to", "")
    is_for = caller is not None and (caller.person is not None or is_report(to))
    where = after_sign_in(caller, to) if caller is not None and is_for else None
    if where is None:
        return sign_in_page(service, None, "This is no token of a person.", 403, to)
    found = RedirectResponse(where, 303)
    found.set_cookie(
        COOKIE,
        token,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return found


async def post_me(service: Service, request: Request) -> Response:
    """Do what a form of the page says."""
    caller = await _known(service, request)
    if caller is None or caller.person is None:
        return sign_in_page(service, caller)
    said = await _form(service, request)
    if not _is_ours(service, caller.person, request, said):
        return _told("The page was too old, or the form wasn't ours: go back and try again.", 403)
    if said.get("act") == "sign-out":
        session = request.cookies.get(SESSION, "")
        if service.sign_in is not None and session:
            await asyncio.to_thread(service.sign_in.end, session)
        note(caller, "sign-out", "", caller.person, "done")
        gone = RedirectResponse("/me", 303)
        gone.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        gone.delete_cookie(SESSION, path="/", httponly=True, samesite="lax")
        return gone
    try:
        done = await _do(service, caller, caller.person, said)
    except ProblemError as refused:
        return _told(refused.detail, KINDS[refused.kind].status)
    except Error as refused:
        return _told(refused.message, 409)
    return RedirectResponse(f"/me?done={quote(done)}", 303)


async def _do(service: Service, caller: Caller, person: str, said: Mapping[str, str]) -> str:
    """Do what a form says, and return what was done, in a sentence. Raises ProblemError, Error."""
    # What somebody does here they do for themselves, whatever else their token lets them.
    alone = Caller(caller.name, frozenset(), person)
    act, reason = said.get("act", ""), said.get("reason", "").strip()[:MOST_SAID]
    route = said.get("route", "")
    ROUTE.set(service.known_route(route) if route else None)
    if act in _DONE:
        lead = said.get("lead", "")
        if act in NEED_REASON and not reason:
            raise ProblemError("wrong-value", "Say why: choose or write a reason.")
        await do(service, alone, act, lead, reason=reason)
        return f"Lead {lead} is {_DONE[act]}."
    if act == "claim":
        queue = said.get("queue", "")
        found = await claim(service, alone, queue, person)
        waits = f"No lead waits in queue {queue}."
        return waits if found is None else f"Lead {found.lead} is yours."
    if act == "away":
        until = moment_of(said, "until")
        await leave(service, alone, "away", person, until=until, reason=reason)
        return "You are away: you get no leads."
    if act == "back":
        await come_back(service, alone, person)
        return "You are back."
    raise ProblemError("wrong-value", "There is no such thing to do.")


# -- who it is --


async def _known(service: Service, request: Request) -> Caller | None:
    """Return who asks, None where they aren't known."""
    try:
        found = await service.caller(request)
    except ProblemError as refused:
        if refused.kind != "no-token":
            raise
        return None
    return None if found is ANYBODY else found


def _is_ours(service: Service, person: str, request: Request, said: Mapping[str, str]) -> bool:
    _check_origin(request)
    return hmac.compare_digest(
        formed(service.secret, person).encode(), said.get("form", "").encode("utf-8", "replace")
    )


def _check_origin(request: Request) -> None:
    """Raise ProblemError where a browser says that a form comes from another site."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    is_other = origin is not None and origin.partition("://")[2] != host
    if site not in {"same-origin", "none"} or is_other:
        raise not_yours("the form comes from another site")


def _is_secure(request: Request) -> bool:
    """Return whether the browser speaks TLS, by what the proxy says in front of this service."""
    proto = request.headers.get("x-forwarded-proto", request.url.scheme)
    return proto == "https"


async def _form(service: Service, request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise ProblemError("wrong-type", "a form of the page was expected")
    body = await read_body(request, service.limits)
    text = body.decode("ascii", "replace")
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20))


# -- what they see --


def sign_in_page(
    service: Service, caller: Caller | None, wrong: str = "", status: int = 200, to: str = ""
) -> Response:
    """Return the page on which people say who they are.

    wrong: why they weren't known. to: where they wanted to go.
    """
    told = "" if caller is None else "You aren't a person of the policy."
    return page(
        "Sign in",
        h1["Sign in"],
        (wrong or told) and p(".told", role="alert")[wrong or told],
        service.sign_in is not None and p[a(href=login(to))["Sign in with your account"]],
        form(method="post", action="/me/sign-in")[
            to and input(type="hidden", name="to", value=to),
            label[
                "Your token ",
                input(type="password", name="token", required=True, autocomplete="off"),
            ],
            button["Sign in"],
        ],
        p[
            "Whoever looks after the service makes one: ",
            code["turnout token create NAME --person NAME"],
            to and [", for the report with ", code["--scope read"]],
            ".",
        ],
        status=status,
    )


def _told(what: str, status: int) -> Response:
    return page(
        "That can't be done",
        h1["That can't be done"],
        p(".told", role="alert")[what],
        p[a(href="/me")["My leads"]],
        status=status,
    )


def _values(events: tuple[Event, ...]) -> Node:
    logged = [each.logged.values for each in events if each.logged.values]
    if not logged:
        return None
    return ul[(li[f"{name}: {value}"] for name, value in logged[-1].items())]


def _happened(event: Event) -> Node:
    what = event.kind
    to = "" if event.after is None else f" to {event.after.name}"
    by = f" by {event.actor}" if event.actor else ""
    because = f": {event.reason}" if event.reason else ""
    return [event.at is not None and told_time(event.at), f" {what}{to}{by}{because}"]
