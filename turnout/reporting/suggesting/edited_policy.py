"""A change of a policy's text that formats and checks, as a unified diff."""

import os
import re
from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.files import Files
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen

_MASKED = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_TARGETS = re.compile(r"\s*(?:to|else|sla|offer)\b")


@frozen
class Replacement:
    """A text in place of another one."""

    span: Span
    text: str


@frozen
class EditedPolicy:
    """A patch. text: the unified diff, as `patch -p1` takes it; new: the policy that it makes."""

    text: str
    new: Compiled


def edited_policy(main: Path, old: Compiled, edits: Iterable[Replacement]) -> EditedPolicy | None:
    """Return what edits make; None where that isn't a policy without new errors and findings."""
    by_source: dict[str, list[Replacement]] = {}
    for each in edits:
        by_source.setdefault(each.span.source.name, []).append(each)
    texts = [_edited(each) for each in by_source.values()]
    if not texts or None in texts:
        return None
    changed = [each for each in texts if each is not None]
    files = Files({Path(source.name): text for source, text in changed})
    new = compile_policy(main, files=files)
    known = {(each.name, each.message) for each in old.findings}
    if not new.is_fit or any((each.name, each.message) not in known for each in new.findings):
        return None
    return EditedPolicy("".join(_patch(main, *each) for each in changed), new)


def _edited(edits: list[Replacement]) -> tuple[Source, str] | None:
    """Return a file with its edits, laid out as it has to be; None where it can't be or is same."""
    source = edits[0].span.source
    text = source.text
    for each in sorted(edits, key=lambda each: each.span.start, reverse=True):
        text = text[: each.span.start] + each.text + text[each.span.end :]
    if source.name.endswith(".route"):
        canonical = formatted(Source(source.name, text))
        if not isinstance(canonical, str):
            return None
        text = canonical
    return None if text == source.text else (source, text)


def _patch(main: Path, source: Source, text: str) -> str:
    name = Path(os.path.relpath(source.name, main.parent)).as_posix()
    lines = unified_diff(
        source.text.splitlines(keepends=True),
        text.splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
    return "".join(map(_ended, lines))


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def whole_rule(name: Span) -> Span | None:
    """Return a rule from its word to its last brace. name: where its name stands."""
    text = masked(name.source.text)
    start = text.rfind("rule", 0, name.start)
    at = text.find("{", name.end)
    if start < 0 or at < 0 or text[name.end : at].strip():
        return None
    depth = 0
    for place in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return Span(name.source, start, place + 1)
    return None


def masked(text: str) -> str:
    """Return a text with blanks in place of comments and of texts in quotes."""
    return _MASKED.sub(lambda found: " " * len(found[0]), text)


def without_rule(rule: Span) -> Replacement:
    """Return what takes a rule out, with the lines that only it has."""
    text = rule.source.text
    start = text.rfind("\n", 0, rule.start) + 1
    end = text.find("\n", rule.end) + 1 or len(text)
    is_alone = not text[start : rule.start].strip() and not text[rule.end : end].strip()
    return Replacement(Span(rule.source, start, end) if is_alone else rule, "")


def to_queue(rule: Span, queue: str) -> Replacement:
    """Return what has a rule give its leads to a queue, in place of whom it names."""
    body = rule.source.text[rule.start : rule.end]
    lines: list[str] = []
    is_said = False
    for line in body.split("\n"):
        if not _TARGETS.match(line):
            lines.append(line)
        elif not is_said:
            lines.append(f"to queue {queue}")
            is_said = True
    return Replacement(rule, "\n".join(lines))
