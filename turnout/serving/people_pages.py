"""The page for people who get leads: what is theirs, what is due, and what they do about it.

It is made here and needs no script. A form carries a mark that only this service can have made
for this person (`formed`), and a browser says where it comes from: what another page sends is
refused by both. A person signs in with their token, which the browser keeps where no script reads
it; behind a proxy that signs people in, it comes with each request.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import zip_longest
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from htpy import (
    Element,
    Node,
    a,
    button,
    code,
    div,
    form,
    h1,
    h2,
    input,  # noqa: A004 - HTML's
    label,
    li,
    option,
    p,
    select,
    strong,
    ul,
)
from htpy import time as moment
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from turnout.errors import Error
from turnout.reporting.lead_measures import told_length
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.current_leads import CurrentLead
from turnout.runtime.events import Event
from turnout.runtime.router import Router
from turnout.serving.acts import (
    NEED_REASON,
    claim,
    come_back,
    do,
    in_thread,
    leave,
    moment_of,
)
from turnout.serving.after_sign_in import after_sign_in, is_report, login
from turnout.serving.callers import ANYBODY, Caller, not_yours
from turnout.serving.inquiries import queue_names
from turnout.serving.page_frames import page
from turnout.serving.problems import KINDS, ProblemError
from turnout.serving.request_bodies import MOST_SAID, read_body
from turnout.serving.service import COOKIE, REPORT, SESSION, Service

MOST_SHOWN: Final = 200
"""Leads of a person that the page shows: those that are due first."""

MOST_TOLD: Final = 20
"""Of so many of them it shows what the log has of each."""

_DEEDS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "offered": (("accept", "Accept"), ("reject", "Reject")),
    "assigned": (("accept", "Accept"), ("reject", "Reject"), ("contacted", "Contacted")),
    "accepted": (("contacted", "Contacted"), ("release", "Release"), ("return", "Return")),
    "contacted": (("converted", "Won"), ("close", "Close"), ("return", "Return")),
}
"""What can be done with a lead of each status, with the word on the button."""

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
    return await _shown(service, caller, caller.person, request.query_params.get("done", ""))


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


def formed(secret: bytes, person: str) -> str:
    """Return the mark of a person's forms: nobody without the service's secret can make it."""
    return hmac.new(secret, f"form {person}".encode(), sha256).hexdigest()


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


async def _shown(service: Service, caller: Caller, person: str, done: str) -> Response:
    def asked(
        router: Router,
    ) -> tuple[list[tuple[CurrentLead, Node]], dict[str, int], list[PersonAbsence]]:
        waiting = {name: len(router.queued(name, MOST_SHOWN)) for name in queue_names(service)}
        away = [each for each in router.absences() if each.person == person]
        held = sorted(router.held(person, MOST_SHOWN), key=_next)
        first = [_told_values(router.history(each.lead)) for each in held[:MOST_TOLD]]
        return [*zip_longest(held, first)], waiting, away

    leads, waiting, away = await in_thread(service, asked)
    mark = formed(service.secret, person)
    now = datetime.now(UTC)
    return page(
        "My leads",
        h1["My leads"],
        done and p(".told", role="status")[unquote(done)[:MOST_SAID]],
        p[
            f"You are {person}. ",
            f"{len(leads)} open, as of " if leads else "No lead is yours, as of ",
            _time(now),
            ".",
        ],
        caller.may("read") and p[a(href=REPORT)["How leads fared"]],
        ul(".leads")[(_lead(service, each, said, mark, now) for each, said in leads)],
        h2["Queues"],
        [_queue(name, number, mark) for name, number in waiting.items()]
        or p["The policy has none."],
        h2["Away"],
        _absence(away, mark),
        form(method="post", action="/me")[_hidden("sign-out", mark), button["Sign out"]],
    )


def _next(lead: CurrentLead) -> tuple[bool, datetime]:
    """Return what leads are in the order of: the one that is to be done first."""
    times = [each for each in (lead.due, lead.expires) if each is not None]
    return not times, min(times, default=lead.at)


def _lead(service: Service, lead: CurrentLead, values: Node, mark: str, now: datetime) -> Element:
    times = [("to be accepted", lead.expires), ("due", lead.due)]
    return li[
        h2[a(href=f"/me/leads/{quote(lead.lead, safe='')}")[lead.lead]],
        values,
        [p[_due(word, when, now)] for word, when in times if when is not None],
        p(".soft")[f"{lead.status}, by {lead.by}, ", _time(lead.at)],
        div(".acts")[
            (_act(service, lead.lead, act, word, mark) for act, word in _DEEDS.get(lead.status, ()))
        ],
    ]


def _due(word: str, when: datetime, now: datetime) -> Node:
    left = told_length(abs((when - now).total_seconds()))
    if when > now:
        return [strong[f"{word} in {left}"], ": ", _time(when)]
    return [strong(".late")[f"late: was {word} {left} ago"], ": ", _time(when)]


def _time(when: datetime) -> Element:
    return moment(datetime=when.isoformat(timespec="seconds"))[f"{when:%Y-%m-%d %H:%M} UTC"]


def _act(service: Service, lead: str, act: str, word: str, mark: str) -> Element:
    return form(method="post", action="/me")[
        _hidden(act, mark),
        input(type="hidden", name="lead", value=lead),
        act in NEED_REASON and _reason(service, act, lead),
        button(f".{act}", aria_label=f"{word} lead {lead}")[word],
    ]


def _reason(service: Service, act: str, lead: str) -> Node:
    policy = service.served.now.router.compiled.policy
    named = (policy.rejecting if act == "reject" else policy.returning).named
    told = f"Reason to {act} lead {lead}"
    if not named:
        return input(name="reason", required=True, maxlength=str(MOST_SAID), aria_label=told)
    return select(name="reason", required=True, aria_label=told)[
        option(value="")["why?"], (option[each] for each in named)
    ]


def _queue(name: str, waiting: int, mark: str) -> Element:
    if not waiting:
        return p[f"{name}: no lead waits"]
    shown = f"{waiting} or more" if waiting == MOST_SHOWN else str(waiting)
    return form(method="post", action="/me")[
        _hidden("claim", mark),
        input(type="hidden", name="queue", value=name),
        button(aria_label=f"Claim a lead from {name}")["Claim"],
        f" {name}: {shown} waiting",
    ]


def _absence(away: list[PersonAbsence], mark: str) -> Element:
    if away:
        first = away[0]
        until = "" if first.until is None else f" until {first.until:%Y-%m-%d %H:%M} UTC"
        kind = "away" if first.kind == "away" else "paused"
        return form(method="post", action="/me")[
            _hidden("back", mark), p[f"You are {kind}{until}."], button["I am back"]
        ]
    return form(method="post", action="/me")[
        _hidden("away", mark),
        label[
            "Until (UTC; empty for until I am back) ", input(type="datetime-local", name="until")
        ],
        label["Why ", input(name="reason", maxlength=str(MOST_SAID))],
        button["I am away"],
    ]


def _hidden(act: str, mark: str) -> Node:
    return [
        input(type="hidden", name="act", value=act),
        input(type="hidden", name="form", value=mark),
    ]


def _told_values(events: tuple[Event, ...]) -> Node:
    """Return what the log has of a lead, in a line."""
    logged = [each.logged.values for each in events if each.logged.values]
    if not logged:
        return None
    return p[" · ".join(f"{name}: {value}" for name, value in logged[-1].items())]


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
    return [event.at is not None and _time(event.at), f" {what}{to}{by}{because}"]
