"""An event in the words of whoever is told: CloudEvents, a line of a chat, a mail, a request.

CloudEvents: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from turnout.project.endpoints import Body
from turnout.project.filled_texts import filled

EventData: TypeAlias = Mapping[str, Any]
"""An event as `turnout log --format jsonl` has it."""

_NOTHING: Mapping[str, Any] = {}


def _part(event: EventData, name: str) -> Mapping[str, Any]:
    """Return a part of an event, an empty one where it hasn't got it."""
    part: Mapping[str, Any] | None = event.get(name)
    return _NOTHING if part is None else part


def cloud_event(event: EventData, policy: str, id_: str) -> bytes:
    """Return the event as structured JSON of CloudEvents. policy: the name of the policy."""
    route = event["route"]
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": "/".join(["/turnout", quote(policy, safe=""), *filter(None, [quote(route)])]),
        "type": f"turnout.lead.{event['event']}",
        "datacontenttype": "application/json",
    }
    if event["lead"]:
        told["subject"] = event["lead"]
    else:
        told["type"] = f"turnout.{event['event']}"
    if event["at"] is not None:
        told["time"] = event["at"]
    return json.dumps({**told, "data": event}, ensure_ascii=False).encode(errors="backslashreplace")


def holder_of(event: EventData) -> str:
    """Return who has the lead by an event, such as `person ana`; nothing where it says nothing."""
    after = _part(event, "after")
    if not after:
        return ""
    if after["assignee"] is not None:
        return f"person {after['assignee']}"
    return f"{after['kind']} {after['target']}".strip()


def person_of(event: EventData) -> str:
    """Return the person who has the lead by an event, nothing where it is nobody."""
    after = _part(event, "after")
    if after.get("assignee"):
        return str(after["assignee"])
    return str(after["target"]) if after.get("kind") == "person" else ""


def actions_of(event: EventData) -> list[tuple[str, ...]]:
    """Return the actions of the decision of an event: their kind and what it takes."""
    decision = _part(event, "decision")
    return [(each["kind"], *each["arguments"]) for each in decision.get("actions", ())]


def line_of(event: EventData) -> str:
    """Return the event in a line."""
    holder = holder_of(event)
    parts = [f"lead {event['lead']} {event['event']}" if event["lead"] else event["event"]]
    if holder:
        parts.append(f"to {holder}" if event["lead"] else f"of {holder}")
    decision = _part(event, "decision")
    if decision.get("by"):
        parts.append(f"by {decision['by']}")
    if event["reason"]:
        parts.append(f"({event['reason']})")
    if decision.get("due"):
        parts.append(f"due {decision['due']}")
    return " ".join(parts)


def action_line(action: tuple[str, ...]) -> str:
    """Return an action in a line, as `turnout explain` has it."""
    kind, *words = action
    return " ".join([kind, *(json.dumps(each, ensure_ascii=False) for each in words)])


def text_of(event: EventData) -> str:
    """Return the event in lines: what happened, what is to be done, what is known of the lead."""
    lines = [line_of(event)]
    lines += [action_line(each) for each in actions_of(event)]
    lines += [f"{name}: {_shown(value)}" for name, value in _part(event, "values").items()]
    return "\n".join(lines)


def chat_text(event: EventData) -> bytes:
    """Return what a chat takes; `&`, `<` and `>` would be marks of it, and are escaped.

    Source: https://docs.slack.dev/messaging/formatting-message-text
    """
    text = text_of(event)
    for mark, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(mark, written)
    return json.dumps({"text": text[:MOST_OF_A_CHAT]}).encode()


MOST_OF_A_CHAT = 3_000
"""Characters of one message."""


def value_of(event: EventData, name: str, people: Mapping[str, str]) -> str:
    """Return what a placeholder stands for, as text; nothing where the event says nothing."""
    if name.startswith("values."):
        return _shown(_part(event, "values").get(name.removeprefix("values."), ""))
    after, decision = _part(event, "after"), _part(event, "decision")
    match name:
        case "kind" | "target":
            return _shown(after.get(name))
        case "rule" | "by" | "due":
            return _shown(decision.get(name))
        case "person":
            return person_of(event)
        case "owner":
            return people.get(person_of(event), "")
        case "holder":
            return holder_of(event)
        case _:
            return _shown(event.get(name))


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class NothingToNameError(Exception):
    """An event doesn't say what an address is to name."""


def request_url(url: str, event: EventData, people: Mapping[str, str]) -> str:
    """Return an address with what its placeholders stand for, which no part of it can end.

    Raises NothingToNameError where one stands for nothing, or for a step in a path.
    """

    def part(name: str) -> str:
        value = value_of(event, name, people)
        if value in {"", ".", ".."}:
            raise NothingToNameError(f"`{{{name}}}` stands for `{value}`, which names nothing")
        return quote(value, safe="")

    return filled(url, part)


def request_body(body: Body, event: EventData, people: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return a body of JSON with what its placeholders stand for."""
    if isinstance(body, str):
        return filled(body, lambda name: value_of(event, name, people))
    if isinstance(body, tuple):
        return [request_body(each, event, people) for each in body]
    if isinstance(body, Mapping):
        return {
            request_body(key, event, people): request_body(each, event, people)
            for key, each in body.items()
        }
    return body
