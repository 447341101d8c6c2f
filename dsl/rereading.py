"""What was read of one text, taken over where another text has the same.

Two versions of a policy share nearly all of their rules, and a rule is read by its own
characters alone: where a text goes on with those of a rule that was read before, it goes
on with the same rule, which only stands at another place. It is copied there, place by
place, in a fifth of the time of reading it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any

import attrs

from turnout.dsl import nodes
from turnout.dsl.source import Source, Span
from turnout.frozen import define

MOST_ALIKE = 8
"""Rules that begin alike, such as those of one name in several routes; more are read again."""


@define(eq=False)
class RulesRead:
    """The rules of texts in which there is no syntax error, by how each begins, and whole."""

    _rules: dict[str, dict[str, nodes.Rule]] = attrs.Factory(dict[str, dict[str, nodes.Rule]])

    def add(self, file: nodes.File) -> None:
        """Take in the rules of a file."""
        text = file.source.text
        for item in file.items:
            if isinstance(item, nodes.Route):
                for rule in _rules(item.entries):
                    start, end = rule.span.start, rule.span.end
                    same = self._rules.setdefault(_beginning(text, start), {})
                    if len(same) < MOST_ALIKE:
                        same[text[start:end]] = rule

    def at(self, source: Source, start: int) -> nodes.Rule | None:
        """Return the rule that stands at an offset of a text, None where it isn't known."""
        text = source.text
        for whole, rule in self._rules.get(_beginning(text, start), {}).items():
            if text.startswith(whole, start):
                found: nodes.Rule = moved(rule, source, start - rule.span.start)
                return found
        return None


def _rules(entries: tuple[nodes.EntryNode, ...]) -> Iterator[nodes.Rule]:
    for entry in entries:
        if isinstance(entry, nodes.Rule):
            yield entry
        elif isinstance(entry, nodes.Within):
            yield from _rules(entry.entries)


def _beginning(text: str, start: int) -> str:
    """Return the text from an offset up to a brace: `rule demo {`, where a rule stands there."""
    return text[start : text.find("{", start) + 1]


def moved(value: Any, source: Source, by: int) -> Any:  # noqa: ANN401 - whatever nodes hold
    """Return a node, or several, so many characters on in another source."""
    kind = value.__class__
    parts = _parts(kind)
    if parts is None:
        return value
    made = [
        Span(source, part.start + by, part.end + by)
        if part.__class__ is Span
        else part
        if part.__class__ is str or not part
        else moved(part, source, by)
        for part in parts(value)
    ]
    return tuple(made) if kind is tuple else kind(*made)


@cache
def _parts(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Return what gets the fields of a node of that kind, or several nodes; None for a word."""
    if kind is tuple:
        return tuple
    if not attrs.has(kind):
        return None
    names = [each.name for each in attrs.fields(kind)]
    return attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
