"""What a caller is told who can't have what they ask for: problem details, as RFC 9457 has them.

A kind of problem is a path of its own, `/problems/NAME`, under which the service says what it
means. Nothing of a fault of ours is told but that it was one, and under which number the
service's own log has the rest.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec
from starlette.responses import Response

from turnout.frozen import frozen

MEDIA_TYPE = "application/problem+json"


@frozen
class ProblemKind:
    """A kind of problem. status: of HTTP. title: the same for all of its kind. told: what to do."""

    status: int
    title: str
    told: str


KINDS: Final[Mapping[str, ProblemKind]] = MappingProxyType(
    {
        "not-json": ProblemKind(400, "The body is no JSON", "Send one JSON text in UTF-8."),
        "not-a-lead": ProblemKind(
            422,
            "What was sent can't be a lead",
            "Nothing of the request was recorded. `issues` says of each field what is wrong; mend"
            " it and send all of it again: leads that were decided before get the same answer.",
        ),
        "wrong-value": ProblemKind(
            422, "A value can't be used", "`issues` names the value and what it has to be."
        ),
        "no-token": ProblemKind(
            401, "Nobody is known by this token", "Send `Authorization: Bearer TOKEN`."
        ),
        "not-yours": ProblemKind(
            403, "This caller may not do that", "Whoever gave the token can give it more scopes."
        ),
        "unknown": ProblemKind(404, "There is no such thing", "Look at `/openapi.json`."),
        "wrong-method": ProblemKind(
            405, "This can't be done there", "`Allow` lists what can; see `/openapi.json`."
        ),
        "not-allowed": ProblemKind(
            409, "The lead doesn't allow that as it stands", "`detail` says what it allows."
        ),
        "too-large": ProblemKind(413, "The body is too large", "Send fewer leads at once."),
        "large-head": ProblemKind(
            431, "The head is too large", "Send fewer headers, and shorter ones."
        ),
        "wrong-type": ProblemKind(
            415, "The body is no JSON by its type", "Send `Content-Type: application/json`."
        ),
        "too-slow": ProblemKind(408, "The body came too slowly", "Send it again."),
        "too-many": ProblemKind(
            429,
            "More is asked than can be done soon",
            "Send it again after `Retry-After` seconds; nothing of the request was recorded.",
        ),
        "too-often": ProblemKind(
            429,
            "This caller asks too often",
            "Send it again after `Retry-After` seconds; nothing of the request was recorded.",
        ),
        "no-state": ProblemKind(
            503,
            "The state can't be used now",
            "Send it again after `Retry-After` seconds: a lead that was recorded nevertheless"
            " gets the same answer.",
        ),
        "stopping": ProblemKind(
            503, "The service is about to stop", "Send it again after `Retry-After` seconds."
        ),
        "bug": ProblemKind(
            500,
            "Something went wrong that never should",
            "The service's log has more under the number in `instance`; report it with that.",
        ),
    }
)


@frozen
class RequestIssue:
    """What is wrong with one value of a request.

    field: its name, "" for the whole. pointer: where it stands in the body (RFC 6901).
    """

    field: str
    reason: str
    pointer: str = ""
    raw: str = ""


class ProblemError(Exception):
    """A request that can't be answered as it was asked.

    kind: a key of `KINDS`. detail: what is wrong with this request, in a sentence.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        issues: Iterable[RequestIssue] = (),
        headers: Mapping[str, str] | None = None,
        instance: str = "",
    ) -> None:
        super().__init__(detail)
        self.kind: str = kind
        self.detail: str = detail
        self.issues: tuple[RequestIssue, ...] = tuple(issues)
        self.headers: dict[str, str] = dict(headers or {})
        self.instance: str = instance


def problem_data(problem: ProblemError) -> dict[str, Any]:
    """Return a problem as RFC 9457 has it, keys in a fixed order."""
    kind = KINDS[problem.kind]
    data: dict[str, Any] = {
        "type": f"/problems/{problem.kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
    }
    if problem.instance:
        data["instance"] = problem.instance
    if problem.issues:
        data["issues"] = [
            {"field": each.field, "reason": each.reason, "pointer": each.pointer, "raw": each.raw}
            for each in problem.issues
        ]
    return data


def problem_response(problem: ProblemError) -> Response:
    """Return the response that tells of a problem."""
    return Response(
        msgspec.json.encode(problem_data(problem)),
        KINDS[problem.kind].status,
        problem.headers,
        MEDIA_TYPE,
    )


def wrong_value(field: str, reason: str, *, pointer: str | None = None) -> ProblemError:
    """Return the problem of one value of a request."""
    where = f"/{field}" if pointer is None else pointer
    return ProblemError("wrong-value", f"{field}: {reason}", [RequestIssue(field, reason, where)])
