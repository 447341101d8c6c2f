"""What stands in braces in what is told to another program, and which events there are to tell.

`{lead}` is the lead's id. A brace is written twice. Nothing but what stands here is replaced, so
nothing that a lead says can be taken for a placeholder.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches

EVENTS = (
    *("routed", "moved", "offered", "accepted", "rejected", "claimed", "released", "contacted"),
    *("converted", "closed", "returned", "away", "paused", "back", "alerted"),
)
"""Kinds of events that are told; a test holds them to those of the log."""

PLACEHOLDERS = (
    *("lead", "event", "number", "route", "at", "actor", "reason", "rule", "by", "due"),
    *("kind", "target", "person", "owner", "holder"),
)
"""What an event says of itself; `{values.NAME}` is a value that the policy logs."""

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def check_placeholders(text: str) -> tuple[str, str] | None:
    """Return what is wrong with the placeholders of a text, and what to do."""
    for part in _PART.finditer(text):
        name = part[1]
        if part[0] in {"{{", "}}"}:
            continue
        if name is None:
            return f"has a lone `{part[0]}`", "write it twice where it is meant as it stands"
        if name not in PLACEHOLDERS and not name.startswith("values."):
            near = get_close_matches(name, PLACEHOLDERS, n=1)
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            advice = f"did you mean `{{{near[0]}}}`?" if near else f"there are {known}"
            return f"has the placeholder `{{{name}}}`, which there isn't", advice
    return None


def filled(text: str, value_of: Callable[[str], str]) -> str:
    """Return a text that was checked, with its placeholders filled in, once."""

    def part_of(part: re.Match[str]) -> str:
        return part[0][0] if part[1] is None else value_of(part[1])

    return _PART.sub(part_of, text)
