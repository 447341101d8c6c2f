"""Leads in, decisions out: `/leads`, `/decide`, `/explain`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from turnout.dsl.types import id_field
from turnout.rendering.explanation import explanation_data
from turnout.runtime.decisions import Decision
from turnout.runtime.lead_outcomes import LeadOutcome
from turnout.runtime.leads import LeadReader, lead_reader
from turnout.runtime.records import RawLead
from turnout.serving.callers import Caller
from turnout.serving.problems import ProblemError, RequestIssue
from turnout.serving.request_bodies import read_json
from turnout.serving.served_paths import json_response
from turnout.serving.served_versions import ServedVersion
from turnout.serving.service import Service

_LONGEST_KEY = 255


async def post_leads(service: Service, request: Request, caller: Caller) -> Response:
    """Decide one lead or many; the same id again gets the decision already made."""
    caller.check("route")
    said = await read_json(request, service.limits)
    leads = _leads(said, service.limits.leads)
    service.paces.count_leads(caller, request, len(leads))
    version = service.served.now
    key = request.headers.get("idempotency-key")
    if key is not None:
        leads = [_with_key(leads, key, version)]
    if "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower():
        _check_fit(leads, version, is_list=isinstance(said, list))
    decisions = await service.writer.decide(leads, caller.name)
    _count(service, decisions)
    if isinstance(said, list):
        return json_response({"decisions": [each.as_dict() for each in decisions]})
    return json_response(decisions[0].as_dict())


async def post_decide(service: Service, request: Request, caller: Caller) -> Response:
    """Say which rule takes a lead, and what it is offered; nothing is drawn or recorded."""
    caller.check("route")
    said = await read_json(request, service.limits)
    leads = _leads(said, service.limits.leads)
    service.paces.count_leads(caller, request, len(leads))
    if isinstance(said, list):
        outcomes = await asyncio.to_thread(_decided, service, leads)
        return json_response({"outcomes": [each.as_dict() for each in outcomes]})
    return json_response(_decided(service, leads)[0].as_dict())


async def post_explain(service: Service, request: Request, caller: Caller) -> Response:
    """Say why a lead goes where it goes as the state is now; nothing is drawn or recorded."""
    caller.check("read")
    (lead,) = _leads(await read_json(request, service.limits), 1)

    def explained() -> dict[str, Any]:
        with service.served.router() as router:
            return explanation_data(router.explain(lead))

    return json_response(await asyncio.to_thread(explained))


def _decided(service: Service, leads: Sequence[RawLead]) -> list[LeadOutcome]:
    with service.served.router() as router:
        return [*map(router.decide, leads)]


def _leads(said: object, most: int) -> list[RawLead]:
    """Return the leads of a body, each an object. Raises ProblemError."""
    listed: list[object] = cast("list[object]", said) if isinstance(said, list) else [said]
    if not listed:
        raise ProblemError("not-a-lead", "the list has no lead", [RequestIssue("", "is empty")])
    if len(listed) > most:
        raise ProblemError("too-large", f"at most {most:,} leads are taken at once")
    is_list = isinstance(said, list)
    issues = [
        RequestIssue(
            "",
            f"a lead is an object, and this is {_kind(each)}",
            _pointer(at, is_list=is_list),
            str(each)[:80],
        )
        for at, each in enumerate(listed)
        if not isinstance(each, dict)
    ]
    if issues:
        raise ProblemError("not-a-lead", f"{len(issues)} of {len(listed)} can't be leads", issues)
    return cast("list[RawLead]", listed)


def _pointer(at: int, field: str = "", *, is_list: bool) -> str:
    place = f"/{at}" if is_list else ""
    return f"{place}/{field.replace('~', '~0').replace('/', '~1')}" if field else place


def _kind(said: object) -> str:
    if said is None:
        return "null"
    kinds: dict[type[object], str] = {str: "a text", bool: "a boolean", list: "a list"}
    return kinds.get(type(said), "a number")


def _with_key(leads: Sequence[RawLead], header: str, version: ServedVersion) -> RawLead:
    """Return the one lead, known by an idempotency key where it has no id of its own."""
    key = header.strip().removeprefix('"').removesuffix('"')
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise _wrong_key(f"has 1 to {_LONGEST_KEY} printable characters")
    if len(leads) != 1:
        raise _wrong_key("is of one lead; each of many has its own id")
    field = id_field(version.router.compiled.policy.fields)
    if field is None:
        raise _wrong_key("needs a field that is the id, and the policy's leads have none")
    (lead,) = leads
    if _reader(version)(lead, None).id is not None:
        return lead
    return {**cast("Mapping[str, Any]", lead), field.name: key}


def _wrong_key(reason: str) -> ProblemError:
    issue = RequestIssue("Idempotency-Key", reason)
    return ProblemError("wrong-value", f"Idempotency-Key: {reason}", [issue])


def _check_fit(leads: Sequence[RawLead], version: ServedVersion, *, is_list: bool) -> None:
    """Raise ProblemError where a lead isn't fit for the rules, and would go to the fallback."""
    read = _reader(version)
    issues: list[RequestIssue] = []
    unfit = 0
    for at, lead in enumerate(leads):
        found = read(lead, None)
        if found.complaint is None:
            continue
        unfit += 1
        issues += [
            RequestIssue(
                each.field,
                each.reason,
                _pointer(at, each.field, is_list=is_list),
                each.raw,
            )
            for each in found.issues
        ]
    if unfit:
        raise ProblemError(
            "not-a-lead", f"{unfit} of {len(leads)} aren't fit for the rules", issues
        )


def _reader(version: ServedVersion) -> LeadReader:
    found = version.made.get("reader")
    if found is None:
        found = version.made["reader"] = lead_reader(version.router.compiled.policy.fields)
    return cast("LeadReader", found)


def _count(service: Service, decisions: Sequence[Decision]) -> None:
    leads = service.metrics.leads
    for each in decisions:
        leads.labels("repeated" if each.repeated else each.kind).inc()
        if each.issues and not each.repeated:
            service.metrics.unfit.inc()
