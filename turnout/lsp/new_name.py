"""A name changed wherever it stands, or the reason why it can't be.

The new text is read before anything is written: it has to have the findings that the old
one had, and each name has to lead where it led. So a rename never makes one name out of
two, and never lets a word mean something else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from turnout.compiler.compiled import Unchecked, read_policy
from turnout.dsl.files import Files
from turnout.dsl.findings import Finding
from turnout.dsl.fixes import misspelt
from turnout.dsl.names import name_of, plain_name
from turnout.dsl.source import Span
from turnout.dsl.values.picklists import picklist_key
from turnout.frozen import frozen
from turnout.lsp.diagnostics import path_of_source
from turnout.lsp.following import Insight
from turnout.lsp.uses import Use, uses


@frozen
class Put:
    """A piece of a file's text and what is to stand there."""

    at: Span
    text: str


def renamed(
    answers: Mapping[Path, Insight], texts: Mapping[Path, str], use: Use, name: str
) -> tuple[Put, ...] | str:
    """Return the edits that rename what a word names, or why it can't be renamed.

    texts: the open ones, over which the new ones are read.
    """
    obstacle = fixed(use)
    if obstacle:
        return obstacle
    # What names the table that declares a name isn't that name.
    found = [each for each in uses(answers, use, Files(texts)) if _says(each)]
    if not found:
        return f"nothing that can be changed says `{use.name}`"
    plain = tuple(Put(*_put(each.at, name)) for each in found)
    alike = tuple(Put(*_put(each.at, _spelled(each, name))) for each in found)
    fault = _fault_of(answers, texts, alike)
    if not fault:
        return alike
    return fault if alike == plain else _fault_of(answers, texts, plain) or plain


def _fault_of(
    answers: Mapping[Path, Insight], texts: Mapping[Path, str], edits: tuple[Put, ...]
) -> str:
    """Return what edits would break, or ""."""
    changed = {path_of_source(put.at.source) for put in edits}
    laid = dict(texts)
    for path in changed:
        here = [put for put in edits if path_of_source(put.at.source) == path]
        laid[path] = applied_to(here[0].at.source.text, here)
    for known in answers.values():
        if changed.isdisjoint(known.read.read):
            continue
        again = read_policy(known.main, files=Files(laid))
        fault = _fault(known.read, again)
        if fault:
            return fault
    return ""


def fixed(use: Use) -> str:
    """Return why a name can't be renamed here at all, or ""."""
    if use.declared is None:
        return f"nothing declares `{use.name}`"
    if use.kind == "rule" and use.declared.text.endswith(".csv"):
        return f"`{use.name}` is called by what its row says: give the table a column `name`"
    if use.kind == "field" and use.name == "id":
        return "`id` has a meaning of its own"
    return ""


def applied_to(text: str, edits: Iterable[Put]) -> str:
    """Return a text with edits that don't touch each other."""
    for put in sorted(edits, key=lambda each: each.at.start, reverse=True):
        text = text[: put.at.start] + put.text + text[put.at.end :]
    return text


_APART = re.compile(r'[",;|\t\n]')
"""What may separate the cells of a table."""


def _says(use: Use) -> bool:
    """Return whether a word is the name that it stands for, as it is or otherwise spelled."""
    text, name = use.at.text, use.name
    if use.kind == "value":
        return picklist_key(text.replace('""', '"')) == picklist_key(name)
    if use.kind == "person" and "@" in text:
        return False  # the address tells who is meant, whatever they are called
    if path_of_source(use.at.source).suffix == ".route":
        return use.at != use.declared or use.kind == "test" or text == name
    spelled = {each.casefold() for each in (text, name_of(text), plain_name(text))}
    return name.casefold() in spelled or use.kind in _FOUND_ALIKE


def _spelled(use: Use, name: str) -> str:
    """Return a new name as the old one is spelled at a place: `Ana Lima` of `ana-lima`.

    So a name that is renamed and back stands as it did, in tables and in values of tests.
    """
    text, old = use.at.text, use.name
    between = dict[str, str]()
    if len(text) == len(old) and text.casefold() != old.casefold():
        signs = [now for was, now in zip(old, text, strict=True) if was in "_-"]
        between = dict.fromkeys("_-", signs[0]) if signs else {}
    new = "".join(between.get(each, each) for each in name)
    return _cased(text, new) if text.lower() != text and old.lower() == old else new


def _cased(text: str, name: str) -> str:
    """Return a name in capitals as a text has them: all, of each word, or the first one."""
    if text.upper() == text:
        return name.upper()
    words = re.split(r"([\W_]+)", name)
    if all(word[:1] == word[:1].upper() for word in re.split(r"[\W_]+", text)):
        return "".join(word[:1].upper() + word[1:] for word in words)
    return name[:1].upper() + name[1:] if text[:1].isupper() else name


_FOUND_ALIKE = ("field", "segment family")
"""What a heading names in any spelling."""


def _put(at: Span, name: str) -> tuple[Span, str]:
    """Return a word's place and how the name is written there, in quotes where it has to be."""
    text = at.source.text
    if path_of_source(at.source).suffix != ".route":
        is_quoted = at.start > 0 and text[at.start - 1] == '"'
        needs = is_quoted or _APART.search(name) is not None
        doubled = name.replace('"', '""') if needs else name
        return at, doubled if is_quoted or not needs else f'"{doubled}"'
    if at.start > 0 and text[at.start - 1] == '"' and text.startswith('"', at.end):
        return at, name.replace("\\", "\\\\").replace('"', '\\"')
    return at, misspelt(at, name).replacement


def _fault(before: Unchecked, after: Unchecked) -> str:
    """Return what a rename would break, or ""."""
    had = Counter(each.name for each in _findings(before))
    for finding in _findings(after):
        had[finding.name] -= 1
    worse = next((each for each in _findings(after) if had[each.name] < 0), None)
    if worse is not None:
        return worse.message
    if _shape(before) != _shape(after):
        return "some other name would come to mean something else"
    return ""


def _findings(read: Unchecked) -> list[Finding]:
    return [*read.found, *read.resolution.findings]


def _shape(read: Unchecked) -> list[tuple[str, list[int]]]:
    """Return of each use of a name its kind, and which of the declarations it leads to."""
    order: dict[Span | None, list[int]] = {}
    names = read.resolution.declared.names
    for at, each in enumerate(each for group in names.values() for each in group.values()):
        order.setdefault(each.at, []).append(at)
    return [(use.kind, order.get(use.declared, [])) for use in read.resolution.references]


def in_files(edits: Iterable[Put]) -> Mapping[Path, tuple[Put, ...]]:
    """Return edits by file."""
    found: dict[Path, list[Put]] = {}
    for put in edits:
        found.setdefault(path_of_source(put.at.source), []).append(put)
    return {path: tuple(each) for path, each in found.items()}
