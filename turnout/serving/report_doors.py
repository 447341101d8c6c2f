"""Who comes to the report by a browser: they are led to where they sign in, and back.

A program gets problem details, as everywhere; a browser that asks for a page gets one.
"""

from htpy import a, h1, p
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from turnout.serving.after_sign_in import login
from turnout.serving.page_frames import page
from turnout.serving.people_pages import sign_in_page
from turnout.serving.problems import KINDS, ProblemError
from turnout.serving.service import REPORT, Service


def is_browser(request: Request) -> bool:
    """Return whether a page is asked for by name, as browsers do."""
    return "text/html" in request.headers.get("accept", "")


def refused_page(service: Service, request: Request, refused: ProblemError) -> Response:
    """Return what a browser is shown that can't have the report: the way to sign in, or why."""
    if refused.kind == "no-token":
        query = request.url.query
        asked = f"{REPORT}?{query}" if query else REPORT
        if service.sign_in is not None:
            return RedirectResponse(login(asked), 303, {"Cache-Control": "no-store"})
        return sign_in_page(service, None, status=401, to=asked)
    kind = KINDS[refused.kind]
    found = page(
        kind.title,
        h1[kind.title],
        p(".told", role="alert")[f"{refused.detail}."],
        p[_told(refused)],
        p[a(href=REPORT)["The report"], " · ", a(href="/me")["My leads"]],
        status=kind.status,
    )
    found.headers.update(refused.headers)
    return found


def _told(refused: ProblemError) -> str:
    if refused.kind == "not-yours":
        return (
            "The report is for those whose token has the scope read, or whose role at the provider"
            " is turnout:read. Whoever looks after the service gives it."
        )
    if refused.kind == "wrong-value":
        return "Correct it in the address of this page, or begin with the report of all time."
    seconds = refused.headers.get("Retry-After")
    if seconds is not None:
        return f"Load the page again after {seconds} seconds."
    return KINDS[refused.kind].told
