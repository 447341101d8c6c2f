"""Blocks without their braces: on one line, or told by indentation alone."""

import re

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import Met, Told, corrected

_CLOSING = {"(": ")", "[": "]"}
_BRACKETS = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|(?P<sign>[][()])')
_BODILESS = re.compile(r"(?P<wrong>\b(?:team|calendar|route|rule|guarantee|lead)\b[^\n{}]*)$")


def no_braces(met: Met) -> Told | None:
    """What belongs into a block stands behind its header, or indented below."""
    if "{" not in met.accepted or met.word in {"{", "}", "[", "("} or not met.word:
        return None
    own = met.line[0] + _indent(met.text, met.line[0])
    header = own if met.before.strip() else _header_above(met)
    if header is None:
        return None
    # The sign of another notation between header and block goes.
    first = met.start
    if met.word in {":", "="}:
        first = met.end + len(met.text[met.end :]) - len(met.text[met.end :].lstrip())
    end = _end_of_body(met.text, header, first)
    if end <= first:
        return None
    opens = Repair(met.start, first, "{")
    closing = end + len(met.text[end:]) - len(met.text[end:].lstrip())
    closes = Repair(closing, closing, "}")
    is_line = "\n" not in met.text[met.start : end]
    before = len(met.text[: met.start].rstrip())
    message = f"`{_words(met.text[header:before])}` has its block in braces"
    if is_line:
        text = f" {{ {met.text[first:end].strip()} }}"
        advice = f"write `{corrected(met.text, before, end, text)}`"
    else:
        text = f" {{{met.text[before if first == met.start else met.end : end]}\n}}"
        advice = f"write `{_words(met.text[header:before])} {{`, and `}}` below the block"
    edit = Repair(before, end, text)
    return Told(header, before, message, "", (advice,), (opens, closes), edit)


def other_brackets(met: Met) -> Told | None:
    """A block between parentheses or square brackets."""
    if "{" not in met.accepted or met.word not in _CLOSING:
        return None
    depth = 0
    for found in _BRACKETS.finditer(met.text, met.start):
        sign = found["sign"]
        if sign is None:
            continue
        depth += 1 if sign == met.word else -1 if sign == _CLOSING[met.word] else 0
        if depth == 0:
            end = found.end("sign")
            inside = met.text[met.end : end - 1]
            repairs = (Repair(met.start, met.end, "{"), Repair(end - 1, end, "}"))
            edit = Repair(met.start, end, f"{{{inside}}}")
            advice = (
                "put `{` and `}` around it"
                if "\n" in inside
                else f"write `{corrected(met.text, met.start, end, edit.text)}`"
            )
            message = "blocks stand in braces"
            return Told(met.start, met.end, message, "`{` is the bracket", (advice,), repairs, edit)
    return None


def no_body(met: Met) -> Told | None:
    """A declaration that ends before its block."""
    if "{" not in met.accepted or met.before.strip():
        return None
    end = len(met.text[: met.start].rstrip())
    first = met.text.rfind("\n", 0, end) + 1
    found = _BODILESS.search(met.text, first, end)
    if found is None:
        return None
    said = _words(found["wrong"])
    advice = f"write `{said} {{ ... }}`"
    return Told(*found.span("wrong"), f"`{said}` has no block", "", (advice,), settles=True)


def _header_above(met: Met) -> int | None:
    """Return where the line before begins if the word's line is indented deeper."""
    end = len(met.text[: met.start].rstrip())
    first = met.text.rfind("\n", 0, end) + 1
    deeper = _indent(met.text, met.line[0]) > _indent(met.text, first)
    return first + _indent(met.text, first) if deeper else None


def _end_of_body(text: str, header: int, first: int) -> int:
    """Return where a block ends that begins at `first`, told by lines and indentation."""
    outer = header - (text.rfind("\n", 0, header) + 1)
    line = text.find("\n", first)
    end = len(text) if line < 0 else line
    while 0 <= line < len(text) - 1:
        until = text.find("\n", line + 1)
        until = len(text) if until < 0 else until
        said = text[line + 1 : until]
        if said.strip() and len(said) - len(said.lstrip(" \t")) <= outer:
            break
        end = until if said.strip() else end
        line = until
    return first + len(text[first:end].rstrip())


def _indent(text: str, line: int) -> int:
    return len(text[line:]) - len(text[line:].lstrip(" \t"))


def _words(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= 40 else f"{said[:39]}…"
