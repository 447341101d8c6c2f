"""Texts that look like values of their type, made of what conditions ask of them.

They are guesses: most questions about texts are settled by one of them, and a person rather
reads `ana@firm.example` than the shortest address there is. Whoever uses one looks at it.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import assert_never

from turnout.dsl import types
from turnout.dsl.conditions import Contains, EndsWith, HasWord, Matches, Pattern
from turnout.dsl.types import Field
from turnout.dsl.values import read

MOST_PARTS = 6
"""Parts of which texts are made; each is put together with each."""

MOST_SIGNS = 3
"""Signs, and letters, that are tried between parts where all of them are put together."""

_SIGNS = " -.,;/&_+~|#*=<>"
_GLUE = "qxzjkvwyfbughpmdclsrntoia"
_DIGITS = "0987654321"


def likely_texts(
    field: Field, start: str, wanted: Sequence[Pattern], unwanted: Sequence[Pattern] = ()
) -> Iterator[str]:
    """Yield texts for a field that begin with `start` or have what is `wanted`, or both.

    unwanted: what they had better not have.
    """
    if len(wanted) > 1:
        yield from _joined(field, start, wanted, unwanted)
        yield from _plain(field, start, wanted)
    else:
        yield from _plain(field, start, wanted)
        yield from _joined(field, start, wanted, unwanted)


def _plain(field: Field, start: str, wanted: Sequence[Pattern]) -> Iterator[str]:
    """Yield texts with one or two of the parts that are wanted."""
    parts = [text for test in wanted[:MOST_PARTS] for text in _parts(test)][:MOST_PARTS]
    tails = ["", *parts, *(one + two for one in parts for two in parts)]
    if isinstance(field.type, types.Email):
        stems = [start, f"{start}@firm.example", "ana@firm.example", f"{start}na@firm.example"]
        yield from (stem for stem in stems if "@" in stem)
        for tail in tails:
            yield from (f"ana{tail}", f"{start}{tail}", f"ana@{tail.lstrip('@.')}")
            yield from (f"ana@firm{tail}", f"{tail}@firm.example", f"a{tail}na@firm.example")
        return
    if isinstance(field.type, types.Phone):
        begun = (stem for tail in tails for stem in (start + tail, f"+49{tail}", f"+1{tail}"))
        sizes = (8, 10, 9, 7, 0, 1, 2, 3, 4, 5, 6)
        made = (f"{stem}{'3012345678'[:size]}" for stem in begun for size in sizes)
        yield from (made_up + tail for made_up in made for tail in tails)
        return
    if isinstance(field.type, types.Domain):
        for tail in tails:
            yield from (start + tail, f"{start}{tail}.example", f"firm{tail}")
            yield from (f"{tail}firm.example", f"firm{tail}.example", f"{start}{tail}firm.example")
        return
    if isinstance(field.type, types.SalesforceId):
        begun = (stem for tail in tails for stem in (start, start + tail, tail + start, tail))
        whole = (read(field, stem.ljust(15, rest)) for stem in begun for rest in "0a")
        yield from (value for value in whole if isinstance(value, str))
        return
    for tail in tails:
        yield from (start + tail, tail + start, tail, f"{start} {tail}", f"{tail} {start}")


def _joined(
    field: Field, start: str, wanted: Sequence[Pattern], unwanted: Sequence[Pattern]
) -> Iterator[str]:
    """Yield texts with all that is wanted, one part behind the other.

    Between them is what nothing unwanted has, where there is such a thing: then an unwanted part
    is in the whole only if it is in one of the parts. A sign makes words of them, a letter none.
    """
    end = max((test.text for test in wanted if isinstance(test, EndsWith)), key=len, default="")
    words = _apart([test.text for test in wanted if isinstance(test, HasWord)], "")
    others = [test for test in wanted if not isinstance(test, EndsWith | HasWord)]
    parts = _apart([part for test in others for part in _parts(test)[:1]], *words, start, end)
    avoided = set[str]().union(*(test.text for test in unwanted if not isinstance(test, Matches)))
    every = _SIGNS
    if isinstance(field.type, types.Domain):
        start, every = start.removesuffix(".example"), ".-"  # a label isn't long without an end
    elif isinstance(field.type, types.Email):
        every = ".-_+"
    signs = dict.fromkeys(_free(every, avoided) + every[0])
    for sign in signs:
        yield from _completed(field, start, sign, [*parts, *words], end)
    for letter in _free(_DIGITS if isinstance(field.type, types.Phone) else _GLUE, avoided):
        glued = f"{letter}{letter.join(parts)}{letter}" if parts else letter
        for sign in signs if words else ("",):
            body = glued + "".join(f"{sign}{word}" for word in words)
            behind = sign + letter if words else ""
            yield from _completed(field, start + body + behind, "", (), end)
            yield start + sign + body + behind + end
            yield start + body + end
    yield from _completed(field, start + _merged(parts, end), "", (), "")


def _merged(parts: Sequence[str], end: str) -> str:
    """Return a short text with all parts, by letting them overlap; `end` comes last."""
    left, text = list(parts), ""
    while left:
        shared = [_overlap(text, part) for part in left]
        most = max(range(len(left)), key=shared.__getitem__)
        text += left.pop(most)[shared[most] :]
    return text + end[_overlap(text, end) :]


def _overlap(one: str, two: str) -> int:
    """Return how long an end of one text is with which the other begins."""
    sizes = range(min(len(one), len(two)), 0, -1)
    return next((size for size in sizes if one.endswith(two[:size])), 0)


def _apart(parts: Sequence[str], *others: str) -> list[str]:
    """Return the parts that stand in no other one, and not in `others`."""
    some = [part for part in dict.fromkeys(parts) if part]
    return [
        part
        for part in some
        if not any(part in other != part for other in some)
        and not any(part in other for other in others)
    ]


def _free(signs: str, avoided: Collection[str]) -> str:
    """Return a few of some signs, those first that are not avoided."""
    return "".join(sorted(signs, key=avoided.__contains__))[:MOST_SIGNS]


def _completed(
    field: Field, start: str, sign: str, parts: Sequence[str], end: str
) -> Iterator[str]:
    """Yield the parts with a sign between them, as a value of the field's type."""
    if isinstance(field.type, types.Email) and "@" not in end:
        local = [part for part in parts if "@" not in part]
        hosts = [part for part in parts if "@" in part]
        front, at, host = start.partition("@")
        stem = sign.join([front or "ana", *local])
        host = host or (sign + sign.join(hosts) if hosts else "@firm.example")
        yield f"{stem}{host if hosts else '@' + host.lstrip('@')}{end}"
        yield f"{front or 'ana'}@{sign.join([host.lstrip('@') if at else 'firm', *local])}.example"
    elif isinstance(field.type, types.Domain):
        yield sign.join(filter(None, (start, *parts))) + (end or ".example")
        yield sign.join(filter(None, (start, *parts, "firm"))) + f".example{end}"
    yield sign.join(filter(None, (start, *parts, end)))
    yield sign.join(filter(None, (start, *parts))) + end


def _parts(test: Pattern) -> list[str]:
    """Return texts that may make a pattern hold; for an expression, its plain alternatives."""
    match test:
        case EndsWith(_, text) | Contains(_, text) | HasWord(_, text):
            return [text]
        case Matches(_, pattern):
            plain = pattern.replace("\\b", "").replace("(?i)", "").strip("^$")
            return [
                "".join(c for c in part if c.isalnum() or c in " @.-")
                for part in plain.replace("(", "|").replace(")", "|").split("|")
                if part
            ]
        case _:
            assert_never(test)
