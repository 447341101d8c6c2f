"""To the OpenID provider at which people sign in, and back from there."""

import asyncio
import logging
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from turnout.serving.after_sign_in import after_sign_in, is_report
from turnout.serving.audit import note
from turnout.serving.people_pages import sign_in_page
from turnout.serving.problems import ProblemError
from turnout.serving.service import SESSION, Service
from turnout.serving.sign_in import CALLBACK, LASTS, WAITS, SignIn, SignInError

_BEGUN = "turnout-sign-in"
"""What a browser keeps while somebody signs in; it is sent back to one path alone."""

_WANTED = "turnout-wanted"
"""What a browser keeps meanwhile of where they want to go."""

_LOG = logging.getLogger("turnout.serving")


async def get_login(service: Service, request: Request) -> Response:
    """Send somebody to the provider to sign in there; `to` says where they want to go then."""
    sign_in = _configured(service)
    begun = sign_in.begin()
    found = RedirectResponse(begun.address, 303, {"Cache-Control": "no-store"})
    found.set_cookie(
        _BEGUN,
        begun.kept,
        max_age=WAITS,
        path=CALLBACK,
        secure=sign_in.is_secure,
        httponly=True,
        samesite="lax",  # the provider sends them back from another site
    )
    to = request.query_params.get("to", "")
    found.set_cookie(
        _WANTED,
        quote(to, safe="") if is_report(to) else "",
        max_age=WAITS,
        path=CALLBACK,
        secure=sign_in.is_secure,
        httponly=True,
        samesite="lax",
    )
    return found


async def get_signed_in(service: Service, request: Request) -> Response:
    """Take somebody who comes back from the provider, and know them from now on."""
    sign_in = _configured(service)
    said, kept = dict(request.query_params), request.cookies.get(_BEGUN, "")
    try:
        session = await asyncio.to_thread(sign_in.finish, said, kept)
    except SignInError as refused:
        _LOG.warning("somebody couldn't sign in: %s", refused.message)
        told = f"You aren't signed in: {refused.message}; {refused.help}."
        return _forgetting(sign_in_page(service, None, told, 403), sign_in)
    caller = sign_in.caller(session, service.served.now.router.compiled.policy)
    wanted = unquote(request.cookies.get(_WANTED, ""))
    where = None if caller is None else after_sign_in(caller, wanted)
    if caller is not None:
        note(caller, "sign-in", "", caller.person or "", "not-yours" if where is None else "done")
    if where is None:
        return _forgetting(sign_in_page(service, caller, status=403), sign_in)
    found = RedirectResponse(where, 303, {"Cache-Control": "no-store"})
    found.set_cookie(
        SESSION,
        session,
        max_age=LASTS,
        path="/",
        secure=sign_in.is_secure,
        httponly=True,
        samesite="lax",
    )
    return _forgetting(found, sign_in)


def _forgetting(answer: Response, sign_in: SignIn) -> Response:
    """Return an answer with which a browser forgets how signing in began: it counts once."""
    for name in (_BEGUN, _WANTED):
        answer.delete_cookie(
            name, path=CALLBACK, secure=sign_in.is_secure, httponly=True, samesite="lax"
        )
    return answer


def _configured(service: Service) -> SignIn:
    if service.sign_in is None:
        raise ProblemError("unknown", "nobody signs in at a provider here")
    return service.sign_in
