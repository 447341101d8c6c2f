"""Texts that look like values of their type, made of what conditions ask of them.

They are guesses: most questions about texts are settled by one of them, and a person rather
reads `ana@firm.example` than the shortest address there is. Whoever uses one looks at it.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from turnout.dsl import types
from turnout.dsl.conditions import Contains, EndsWith, HasWord, Matches, Pattern
from turnout.dsl.types import Field
from turnout.dsl.values import read

MOST_PARTS = 6
"""Parts of which texts are made; each is put together with each."""


def likely_texts(field: Field, start: str, wanted: Sequence[Pattern]) -> Iterator[str]:
    """Yield texts for a field that begin with `start` or have what is `wanted`, or both."""
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
