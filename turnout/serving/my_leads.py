"""What a person sees at `/me`: their leads of every route, the queues, and whether they are away.

A form carries a mark that only this service can have made for this person (`formed`).
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from itertools import zip_longest
from typing import Final, TypeAlias
from urllib.parse import quote, unquote

from htpy import (
    Element,
    Node,
    a,
    button,
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
from starlette.responses import Response

from turnout.frozen import frozen
from turnout.reporting.lead_measures import told_length
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.current_leads import CurrentLead
from turnout.runtime.events import Event
from turnout.runtime.router import Router
from turnout.serving.acts import NEED_REASON, in_thread
from turnout.serving.callers import Caller
from turnout.serving.inquiries import queue_names
from turnout.serving.page_frames import page
from turnout.serving.request_bodies import MOST_SAID
from turnout.serving.service import REPORT, Service

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

_Leads: TypeAlias = list[tuple[CurrentLead, Node]]
"""Leads, with what the log has of each."""

_Waiting: TypeAlias = Mapping[str, Mapping[str, int]]
"""How many leads wait, by queue and route."""


def formed(secret: bytes, person: str) -> str:
    """Return the mark of a person's forms: nobody without the service's secret can make it."""
    return hmac.new(secret, f"form {person}".encode(), sha256).hexdigest()


@frozen
class _Place:
    """What the page is made of: the service, the mark of the person's forms, and now.

    routes: those of the policy.
    """

    service: Service
    mark: str
    now: datetime
    routes: tuple[str, ...]

    def of(self, route: str) -> str:
        """Return how a route is named where there are several."""
        return f" of route {route}" if len(self.routes) > 1 else ""

    def form(self, act: str, route: str, *inside: Node) -> Element:
        """Return a form that does something with a lead or a queue of a route."""
        named = len(self.routes) > 1 and input(type="hidden", name="route", value=route)
        return form(method="post", action="/me")[_hidden(act, self.mark), named, inside]


async def my_leads(service: Service, caller: Caller, person: str, done: str) -> Response:
    """Return the page of a person's leads, of every route. done: what they did just now."""

    def asked(router: Router) -> tuple[_Leads, _Waiting, list[PersonAbsence]]:
        waiting = {
            name: {each: len(router.queued(name, MOST_SHOWN, route=each)) for each in routes}
            for name in queue_names(service)
        }
        away = [each for each in router.absences() if each.person == person]
        held = [lead for each in routes for lead in router.held(person, MOST_SHOWN, route=each)]
        held = sorted(held, key=_next)[:MOST_SHOWN]
        first = [_told_values(router.history(each.lead)) for each in held[:MOST_TOLD]]
        return [*zip_longest(held, first)], waiting, away

    mark, now = formed(service.secret, person), datetime.now(UTC)
    routes = (*service.served.now.router.compiled.policy.routes,)
    leads, waiting, away = await in_thread(service, asked)
    place = _Place(service, mark, now, routes)
    return page(
        "My leads",
        h1["My leads"],
        done and p(".told", role="status")[unquote(done)[:MOST_SAID]],
        p[
            f"You are {person}. ",
            f"{len(leads)} open, as of " if leads else "No lead is yours, as of ",
            told_time(now),
            ".",
        ],
        caller.may("read") and p[a(href=REPORT)["How leads fared"]],
        ul(".leads")[(_lead(place, each, said) for each, said in leads)],
        h2["Queues"],
        [_queue(place, name, numbers) for name, numbers in waiting.items()]
        or p["The policy has none."],
        h2["Away"],
        _absence(away, mark),
        form(method="post", action="/me")[_hidden("sign-out", mark), button["Sign out"]],
    )


def _next(lead: CurrentLead) -> tuple[bool, datetime]:
    """Return what leads are in the order of: the one that is to be done first."""
    times = [each for each in (lead.due, lead.expires) if each is not None]
    return not times, min(times, default=lead.at)


def _lead(place: _Place, lead: CurrentLead, values: Node) -> Element:
    times = [("to be accepted", lead.expires), ("due", lead.due)]
    return li[
        h2[a(href=f"/me/leads/{quote(lead.lead, safe='')}")[lead.lead]],
        values,
        [p[_due(word, when, place.now)] for word, when in times if when is not None],
        p(".soft")[f"{lead.status}, by {lead.by}{place.of(lead.route)}, ", told_time(lead.at)],
        div(".acts")[(_act(place, lead, act, word) for act, word in _DEEDS.get(lead.status, ()))],
    ]


def _due(word: str, when: datetime, now: datetime) -> Node:
    left = told_length(abs((when - now).total_seconds()))
    if when > now:
        return [strong[f"{word} in {left}"], ": ", told_time(when)]
    return [strong(".late")[f"late: was {word} {left} ago"], ": ", told_time(when)]


def _act(place: _Place, lead: CurrentLead, act: str, word: str) -> Element:
    return place.form(
        act,
        lead.route,
        input(type="hidden", name="lead", value=lead.lead),
        act in NEED_REASON and _reason(place, act, lead),
        button(f".{act}", aria_label=f"{word} lead {lead.lead}{place.of(lead.route)}")[word],
    )


def _reason(place: _Place, act: str, lead: CurrentLead) -> Node:
    policy = place.service.served.now.router.compiled.policy
    named = (policy.rejecting if act == "reject" else policy.returning).named
    told = f"Reason to {act} lead {lead.lead}{place.of(lead.route)}"
    if not named:
        return input(name="reason", required=True, maxlength=str(MOST_SAID), aria_label=told)
    return select(name="reason", required=True, aria_label=told)[
        option(value="")["why?"], (option[each] for each in named)
    ]


def _queue(place: _Place, name: str, waiting: Mapping[str, int]) -> Node:
    """Return a queue, with what can be claimed from it: of each route in which a lead waits."""
    if not any(waiting.values()):
        return p[f"{name}: no lead waits"]
    return [_claim(place, name, route, number) for route, number in waiting.items() if number]


def _claim(place: _Place, name: str, route: str, waiting: int) -> Element:
    shown = f"{waiting} or more" if waiting == MOST_SHOWN else str(waiting)
    return place.form(
        "claim",
        route,
        input(type="hidden", name="queue", value=name),
        button(aria_label=f"Claim a lead from {name}{place.of(route)}")["Claim"],
        f" {name}: {shown} waiting{place.of(route)}",
    )


def told_time(when: datetime) -> Element:
    """Return a moment as a page tells it."""
    return moment(datetime=when.isoformat(timespec="seconds"))[f"{when:%Y-%m-%d %H:%M} UTC"]


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
