"""What the service does, as OpenAPI 3.1: made from its paths and the policy that it serves.

The lead's schema is the policy's; its example is a lead that a rule of it takes, found by the
checker and tried by the interpreter.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from turnout import __version__
from turnout.reporting.asked import BY
from turnout.runtime.events import EVENT_KINDS
from turnout.serving.acts import DEEDS, NEED_REASON
from turnout.serving.problems import KINDS, MEDIA_TYPE
from turnout.serving.products import example_lead, lead_schema_of
from turnout.serving.request_bodies import MOST_SAID
from turnout.serving.served_paths import names_route
from turnout.serving.served_versions import ServedVersion
from turnout.serving.service import REPORT

VERSION: Final = "3.1.0"

_TEXT: Final = {"type": "string"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_SAID: Final = {"type": "string", "maxLength": MOST_SAID, "pattern": "^[^\\u0000]*$"}
_REASON: Final = {
    "type": "string",
    "maxLength": MOST_SAID,
    "pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
}
_WHEN: Final = {
    "type": "string",
    "anyOf": [{"format": "date-time"}, {"format": "date"}, {"pattern": "^\\s*$"}],
}
_PARAMETERS: Final[Mapping[str, str]] = {
    "lead": "The lead's id; `/` in it as `%2F`.",
    "queue": "A queue of the policy.",
    "person": "A person of the policy.",
}
_EVENTS: Final = (
    (
        "after",
        "The number of the event behind which to begin.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
    ),
    ("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 1000}),
    ("event", "Of this kind alone.", {"type": "string", "enum": [*EVENT_KINDS]}),
    ("person", "With this person alone.", _TEXT),
    ("rule", "Decided by this rule alone.", _TEXT),
    ("since", "From this moment on.", _WHEN),
    ("until", "Before this moment.", _WHEN),
)
_REPORT: Final = (
    ("since", "Leads that arrived from this moment on.", _WHEN),
    ("until", "Leads that arrived before this moment, later than `since`.", _WHEN),
    ("by", "What measures of leads are broken down by.", {"type": "string", "enum": [*BY]}),
    ("route", "Of this route alone.", _TEXT),
)
_QUERIES: Final = {"/events": _EVENTS, "/queues/{queue}": _EVENTS[1:2], REPORT: _REPORT}
_PRODUCES: Final[Mapping[str, str]] = {
    REPORT: "text/html",
    "/policy/diagram.svg": "image/svg+xml",
    "/policy/lead.schema.json": "application/schema+json",
    "/metrics": "text/plain",
}


def openapi(version: ServedVersion, told: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the description of a service.

    told: by path (with `{name}` for what stands in it) and method, what it does.
    """
    policy = version.router.compiled.policy
    return {
        "openapi": VERSION,
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": f"Policy {policy.name}, route {version.router.route_name}",
            "description": "Decides which person gets which lead, once.",
            "version": version.policy_hash[:12] or __version__,
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {}],
        "paths": {
            _shown(path): {
                method.lower(): _operation(version, _shown(path), method, said)
                for method, said in methods.items()
            }
            for path, methods in told.items()
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(version),
        },
    }


def _shown(path: str) -> str:
    return path.replace(":path}", "}")


def _operation(version: ServedVersion, path: str, method: str, said: str) -> dict[str, Any]:
    first = said.strip().split("\n", 1)[0]
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "-", f"{method.lower()}{path}").strip("-"),
        "summary": first.rstrip("."),
        "parameters": [*_placed(path), *_asked(path), *_routed(version, path)],
        "responses": {**_answer(path), **_refused(path, method)},
    }
    body = _body(version, path) if method == "POST" else None
    if body is not None:
        operation["requestBody"] = body
    return operation


def _placed(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PARAMETERS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _routed(version: ServedVersion, path: str) -> list[dict[str, Any]]:
    """Return the parameter that names a route, where the policy has several."""
    routes = [*version.router.compiled.policy.routes]
    if len(routes) < 2 or not names_route(path):
        return []
    schema = {"type": "string", "enum": routes, "default": version.router.route_name}
    return [{"name": "route", "in": "query", "description": "By which route.", "schema": schema}]


def _asked(path: str) -> list[dict[str, Any]]:
    if path == "/leads":
        return [
            _header("Idempotency-Key", "Stands in for the id of a lead without one."),
            _header("Prefer", "`handling=strict` refuses leads that aren't fit for the rules."),
        ]
    return [
        {"name": name, "in": "query", "description": said, "schema": schema}
        for name, said, schema in _QUERIES.get(path, ())
    ]


def _header(name: str, said: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": said, "schema": _TEXT}


def _body(version: ServedVersion, path: str) -> dict[str, Any] | None:
    """Return what a request says in its body, None where it says nothing."""
    lead = example_lead(version)
    one: dict[str, Any] = {"$ref": "#/components/schemas/Lead"}
    word = path.rpartition("/")[2]
    if path in {"/leads", "/decide"}:
        many = {"type": "array", "items": one, "minItems": 1, "maxItems": 1000}
        return _json({"oneOf": [one, many]}, lead, required=True)
    if path == "/explain":
        return _json(one, lead, required=True)
    if word in DEEDS or word == "claim":
        needs = ["reason"] if word in NEED_REASON else []
        known: dict[str, Any] = {"by": _SAID}
        if word != "claim":
            known["reason"] = _REASON if needs else _SAID
        return _json(_object(known, needs), _act_example(version, word), required=bool(needs))
    if word in {"away", "pause"}:
        fields = {"from": _WHEN, "until": _WHEN, "reason": _SAID}
        fields |= {"team": _SAID} if word == "pause" else {}
        return _json(_object(fields), {"until": "2036-12-01T08:00:00Z", "reason": "ill"})
    return _json(_object({"reason": _SAID}), {}) if word == "back" else None


def _act_example(version: ServedVersion, word: str) -> dict[str, str]:
    policy = version.router.compiled.policy
    who = next(iter(policy.people), "")
    found = {"by": who} if who else {}
    if word in NEED_REASON:
        named = (policy.rejecting if word == "reject" else policy.returning).named
        found["reason"] = named[0] if named else "not for us"
    return found


def _object(fields: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": dict(fields), "required": required or []}


def _json(schema: object, example: object, *, required: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"required": required, "content": content}


def _answer(path: str) -> dict[str, Any]:
    kind = _PRODUCES.get(path, "application/json")
    schema: dict[str, Any] = {} if kind == "application/json" else _TEXT
    word = path.rpartition("/")[2]
    name = "LeadStanding" if word in DEEDS or word == "claim" else _ANSWERS.get(path, "")
    if name:
        schema = {"$ref": f"#/components/schemas/{name}"}
    if kind == "application/schema+json":
        schema = {"type": "object"}
    content = {kind: {"schema": schema}}
    if path == "/events":
        content["text/event-stream"] = {"schema": _TEXT}
    if path == REPORT:
        content["application/json"] = {"schema": {"type": "object"}}
    if path == "/policy/reload":
        return {"202": {"description": "The files are looked at soon."}}
    told = {"200": {"description": "What was asked for.", "content": content}}
    if path == "/queues/{queue}/claim":
        told["204"] = {"description": "No lead waits there."}
    return told


_ANSWERS: Final[Mapping[str, str]] = {
    "/leads": "Decisions",
    "/decide": "Outcomes",
    "/events": "Events",
    "/policy": "Policy",
}


def _refused(path: str, method: str) -> dict[str, Any]:
    """Return the problems that a path may answer with, by status."""
    if path in {"/healthz", "/readyz"}:
        return {"503": _problem("The state can't be used, or the service is about to stop.")}
    found = {401, 403, 429, 500, 503}
    if method == "POST":
        found |= {400, 408, 413, 415, 422}
    if path in {"/leads", "/events", REPORT}:
        found |= {422}
    if names_route(path):
        found |= {404}
    if "{" in path:
        found |= {404, 409, 422}
    titles = {
        status: "; ".join(kind.title for kind in KINDS.values() if kind.status == status)
        for status in sorted(found)
    }
    return {str(status): _problem(title) for status, title in titles.items()}


def _problem(title: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": title, "content": {MEDIA_TYPE: {"schema": schema}}}


def _schemas(version: ServedVersion) -> dict[str, Any]:
    lead = {key: value for key, value in lead_schema_of(version).items() if key != "$schema"}
    decision = _object(
        {
            **dict.fromkeys(("lead", "route", "by", "kind", "target"), _TEXT),
            "rule": _or_null(_TEXT),
            "assignee": _or_null(_TEXT),
            "at": _MOMENT,
            "due": _or_null(_MOMENT),
            "repeated": {"type": "boolean"},
            "issues": {"type": "array", "items": {"$ref": "#/components/schemas/Issue"}},
        },
        ["lead", "route", "rule", "by", "kind", "target", "assignee", "at", "repeated", "issues"],
    )
    outcome = _object(
        {
            "rule": _or_null(_TEXT),
            "clauses": {"type": "array", "items": {"type": "object"}},
            "complaint": _or_null(_TEXT),
            "issues": {"type": "array", "items": {"$ref": "#/components/schemas/Issue"}},
        },
        ["rule", "clauses", "complaint", "issues"],
    )
    event = _object(
        {"number": {"type": "integer"}, "event": _TEXT, "lead": _TEXT, "actor": _TEXT},
        ["number", "event", "lead", "actor"],
    )
    return {
        "Lead": lead,
        "Issue": _object(dict.fromkeys(("field", "raw", "reason"), _TEXT), ["field", "reason"]),
        "Decision": decision,
        "Decisions": _one_or_many("Decision", "decisions"),
        "Outcome": outcome,
        "Outcomes": _one_or_many("Outcome", "outcomes"),
        "LeadStanding": _object(
            {"lead": _TEXT, "status": _TEXT, "holder": {"type": "object"}},
            ["lead", "status", "holder"],
        ),
        "Event": event,
        "Events": _object(
            {
                "events": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
                "next": {"type": "integer"},
            },
            ["events", "next"],
        ),
        "Policy": _object(
            {
                **dict.fromkeys(("policy", "route", "hash"), _TEXT),
                "routes": {"type": "array", "items": _TEXT},
                "since": _MOMENT,
            },
            ["policy", "route", "hash", "since"],
        ),
        "Problem": _object(
            {
                "type": {"type": "string", "format": "uri-reference"},
                "title": _TEXT,
                "status": {"type": "integer"},
                "detail": _TEXT,
                "instance": _TEXT,
                "issues": {"type": "array", "items": {"type": "object"}},
            },
            ["type", "title", "status", "detail"],
        ),
    }


def _one_or_many(one: str, many: str) -> dict[str, Any]:
    ref = {"$ref": f"#/components/schemas/{one}"}
    return {"oneOf": [ref, _object({many: {"type": "array", "items": ref}}, [many])]}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
