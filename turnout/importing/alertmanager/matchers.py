"""What a matcher of Alertmanager asks of a label.

A label that isn't there is the empty text. Regular expressions are anchored at both ends; those
that list texts, or parts of texts, are asked as such.
"""

import re
from collections.abc import Iterator

from turnout.errors import Error
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Some
from turnout.importing.plain_form import plain

LONGEST = 10_000

_MATCHER = re.compile(
    r'\s*(?:"((?:\\.|[^"\\])*)"|([A-Za-z_:][\w:.-]*))\s*(=~|!~|!=|=)\s*'
    r'(?:"((?:\\.|[^"\\])*)"|([^",{}]*))\s*(?:,|$)'
)
_LITERAL = re.compile(r"(?:[^\\.^$*+?()\[\]{}|]|\\[^\w\s]|\\[.\\-])*")
_WILD = re.compile(r"(?P<first>\.\*)?(?P<text>(?:[^\\.^$*+?()\[\]{}|]|\\[^\w\s])+)(?P<last>\.\*)?")


class MatcherError(Error):
    """A matcher that can't be read, or that no policy can ask."""


def matchers_in(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield label, sign and value of each matcher in a text. Raises MatcherError."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    at = 0
    if len(inner) > LONGEST:
        raise MatcherError(f"a matcher of more than {LONGEST:,} characters")
    while at < len(inner.rstrip()):
        found = _MATCHER.match(inner, at)
        if found is None:
            raise MatcherError(f"{text[:100]!r} is no matcher")
        label = found[2] if found[1] is None else _unescaped(found[1])
        value = found[5].strip() if found[4] is None else _unescaped(found[4])
        yield label, found[3], value
        at = found.end()


def _unescaped(text: str) -> str:
    signs = {"n": "\n"}
    return re.sub(r"\\(.)", lambda found: signs.get(found[1], found[1]), text, flags=re.DOTALL)


def matcher(label: str, sign: str, value: str) -> Asked:
    """Return what a matcher asks. Raises MatcherError where no policy can."""
    match sign:
        case "=":
            return _is(label, value)
        case "!=":
            return plain(Nay(_is(label, value)))
        case "=~":
            return _fits(label, value)
        case _:
            return plain(Nay(_fits(label, value)))


def _is(label: str, value: str) -> Asked:
    return Criterion(label, "is", (value,)) if value else Criterion(label, "missing")


def _fits(label: str, pattern: str) -> Asked:
    parts = tuple(_one(label, each) for each in _alternatives(pattern))
    if ALWAYS in parts:
        return ALWAYS
    values = tuple(
        value
        for each in parts
        if isinstance(each, Criterion) and each.operator == "is"
        for value in each.values
    )
    rest = [each for each in parts if not (isinstance(each, Criterion) and each.operator == "is")]
    asked: list[Asked] = [Criterion(label, "is", values)] if values else []
    asked += rest
    return asked[0] if len(asked) == 1 else Some(tuple(asked))


def _alternatives(pattern: str) -> list[str]:
    """Return the parts between the bars of a pattern, the group around all of it taken off."""
    inner = pattern.removeprefix("^").removesuffix("$") if not pattern.endswith("\\$") else pattern
    if group := re.fullmatch(r"\((?:\?:)?([^()]*)\)", inner):
        inner = group[1]
    return re.split(r"(?<!\\)\|", inner)


def _one(label: str, part: str) -> Asked:
    if part == ".*":
        return ALWAYS
    if part == ".+":
        return Criterion(label, "present")
    if _LITERAL.fullmatch(part):
        return _is(label, re.sub(r"\\(.)", r"\1", part))
    found = _WILD.fullmatch(part)
    if found is None or (found["first"] and not found["last"]):
        raise MatcherError(f"no policy asks the regular expression {part[:100]!r}")
    text = re.sub(r"\\(.)", r"\1", found["text"])
    return Criterion(label, "contains" if found["first"] else "starts with", (text,))


def all_of(parts: list[Asked]) -> Asked:
    """Return that all hold."""
    kept = tuple(dict.fromkeys(each for each in parts if each != ALWAYS))
    return kept[0] if len(kept) == 1 else Every(kept)
