"""Who answers for which part of a policy: for people, as data, and for CODEOWNERS.

The forms are described in docs/reference/formats.md.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from turnout.compiler.questions.stewards import StewardPart
from turnout.printable import visible
from turnout.rendering.screen import Ink, paint, width

FORMAT, VERSION = "turnout-owners", 1
NOBODY = "nobody"

_WIDEST_NAME = 44


def owners_text(parts: Sequence[StewardPart]) -> Iterator[str]:
    """Yield each owner with what they answer for, in the order of the policy; nobody last."""
    by_owner: dict[str | None, list[StewardPart]] = {}
    for part in parts:
        by_owner.setdefault(part.steward, []).append(part)
    unowned = by_owner.pop(None, [])
    names = [visible(f"{part.kind} {part.name}") for part in parts]
    column = min(max(map(width, names), default=0), _WIDEST_NAME)
    for owner, owned in (*by_owner.items(), *([(None, unowned)] if unowned else [])):
        yield paint(visible(owner or NOBODY), Ink.NOTE if owner else Ink.WARNING)
        for part in owned:
            name = visible(f"{part.kind} {part.name}")
            gap = " " * max(column - width(name), 0)
            yield f"  {name}{gap}  {visible(_place(part))}"


def owners_data(policy: str, parts: Sequence[StewardPart]) -> dict[str, Any]:
    """Return the owners in their documented JSON form, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "policy": policy,
        "parts": [
            {
                "kind": part.kind,
                "name": part.name,
                "owner": part.steward,
                "file": part.span.source.name,
                "line": _line(part),
            }
            for part in parts
        ],
    }


def codeowners(parts: Sequence[StewardPart], prefix: str) -> Iterator[str]:
    """Yield a line for each file that something with an owner stands in.

    The owners of a file are those of its parts. A name with an `@` stays as it is, any
    other becomes a handle behind `prefix`.
    """
    by_file: dict[str, dict[str, None]] = {}
    for part in parts:
        if part.steward is not None:
            owners = by_file.setdefault(part.span.source.name, {})
            owners[_handle(part.steward, prefix)] = None
    for file, owners in by_file.items():
        path = re.sub(r"([ \\#])", r"\\\1", file.removeprefix("./"))
        yield visible(f"/{path.lstrip('/')} {' '.join(owners)}")


def _handle(owner: str, prefix: str) -> str:
    """Return an owner as CODEOWNERS has it.

    >>> _handle("Deal Desk", "@acme/"), _handle("@acme/emea", "@acme/")
    ('@acme/Deal-Desk', '@acme/emea')
    """
    if "@" in owner:
        return re.sub(r"\s+", "", owner)
    return prefix + re.sub(r"[^A-Za-z0-9_.-]+", "-", owner).strip("-")


def _place(part: StewardPart) -> str:
    return f"{part.span.source.name}:{_line(part)}"


def _line(part: StewardPart) -> int:
    return part.span.source.place(part.span.start)[0]
