"""What was read of one text, taken over where another text has the same.

Two versions of a policy share nearly all of their rules, and a rule is read by its own
characters alone: where a text goes on with those of a rule that was read before, it goes
on with the same rule, which only stands at another place. It is copied there, place by
place, as soon as somebody asks for more than its name.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from operator import attrgetter
from typing import Any

import attrs

from turnout.dsl import nodes
from turnout.dsl.source import Source, Span
from turnout.frozen import define

MOST_ALIKE = 8
"""Rules that begin alike, such as those of one name in several routes; more are read again."""

LEAST_TERRITORY = 120
"""Characters of a territory from which on it is taken over; short ones are read as fast."""

_ITEM_WORD = re.compile(r"[a-z]+\b[ \t\n]")

MANY_VALUES = 8
"""Values of a test from which on what was made of them is kept."""

MOST_APART = 40
"""Rules of one text that are put into texts of their own."""


@define(eq=False)
class RuleRead:
    """A rule as it was read, at the place where it stood then, and what was made of it.

    made: whatever its reader keeps with it.
    """

    node: nodes.Rule
    made: object = None


class MovedRule(nodes.Rule):
    """A rule that was read before and stands elsewhere now.

    Its name and its place are moved at once, the rest when it is asked for: of thousands of
    rules that an edit moves nobody asks. read: as it was read. by: how many characters on.
    """

    __slots__ = ("by", "read")
    read: RuleRead
    by: int

    def __init__(self, read: RuleRead, source: Source, by: int) -> None:
        """Move a rule so many characters on, in another source."""
        name, span = read.node.name, read.node.span
        put = object.__setattr__  # a node doesn't change, once it is made
        put(self, "read", read)
        put(self, "by", by)
        place = Span(source, name.span.start + by, name.span.end + by)
        put(self, "name", name.__class__(name.text, place))
        put(self, "span", Span(source, span.start + by, span.end + by))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any part of a rule
        """Return a part that wasn't moved yet; all of them are, then."""
        if name not in _LATER:
            raise AttributeError(name)
        for part in _LATER:
            found = moved(getattr(self.read.node, part), self.span.source, self.by)
            object.__setattr__(self, part, found)
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        """Return whether two rules are written the same."""
        if not isinstance(other, nodes.Rule):
            return NotImplemented
        return _WHOLE(self) == _WHOLE(other)

    def __hash__(self) -> int:
        """Return what is the same for rules that are written the same."""
        return hash(_WHOLE(self))


@define(eq=False)
class ConditionRead:
    """A test of many values as it was read, in a text of its own, and what was made of it."""

    node: nodes.Test
    made: object = None


class MovedCondition(nodes.Test):
    """A test of many values that was read before; they are moved when they are asked for."""

    __slots__ = ("by", "read")
    read: ConditionRead
    by: int

    def __init__(self, read: ConditionRead, source: Source, by: int) -> None:
        """Move a test so many characters on, in another source."""
        node = read.node
        put = object.__setattr__  # a node doesn't change, once it is made
        put(self, "read", read)
        put(self, "by", by)
        put(self, "field", moved(node.field, source, by))
        put(self, "operator", node.operator)
        put(self, "span", Span(source, node.span.start + by, node.span.end + by))
        put(self, "table", node.table)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any part of a test
        """Return the values, which weren't moved yet."""
        if name != "operands":
            raise AttributeError(name)
        found = moved(self.read.node.operands, self.span.source, self.by)
        object.__setattr__(self, name, found)
        return found

    def __eq__(self, other: object) -> bool:
        """Return whether two tests are written the same."""
        if not isinstance(other, nodes.Test):
            return NotImplemented
        return _ASKED(self) == _ASKED(other)

    def __hash__(self) -> int:
        """Return what is the same for tests that are written the same."""
        return hash(_ASKED(self))


_ASKED = attrgetter("field", "operator", "operands", "table")

_LATER = ("conditions", "chains", "slas", "actions", "validity", "offers")
_WHOLE = attrgetter("name", *_LATER)


@define(eq=False)
class TableValues:
    """What was read of tables, for as long as each version of a policy reads the same of them."""

    _before: Mapping[object, tuple[object, object]] = attrs.Factory(
        dict[object, tuple[object, object]]
    )
    _now: dict[object, tuple[object, object]] = attrs.Factory(dict[object, tuple[object, object]])

    def of(self, what: object, depends: object) -> object:
        """Return what was read before; None where it wasn't, or depends on something else now."""
        known = self._now.get(what) or self._before.get(what)
        if known is None or known[0] != depends:
            return None
        self._now[what] = known
        return known[1]

    def keep(self, what: object, depends: object, found: object) -> None:
        """Keep what was read, and on what it depends."""
        self._now[what] = depends, found

    def next(self) -> "TableValues":
        """Return it for the next version: what this one didn't read is forgotten."""
        return TableValues(self._now)


@define(eq=False)
class RulesRead:
    """The rules of texts in which there is no syntax error, by how each begins, and whole.

    keeps: whether what is made of rules is kept for the next version; ground: what the rest of
    the policy was then; see `kept_rules`. tables: what was read of the tables.
    """

    keeps: bool = False
    ground: object = None
    tables: TableValues = attrs.Factory(TableValues)
    _rules: dict[str, dict[str, RuleRead]] = attrs.Factory(dict[str, dict[str, RuleRead]])
    _territories: dict[str, dict[str, nodes.Territory]] = attrs.Factory(
        dict[str, dict[str, nodes.Territory]]
    )
    _files: dict[str, nodes.File] = attrs.Factory(dict[str, nodes.File])
    _of_nodes: dict[int, tuple[nodes.Rule, RuleRead]] = attrs.Factory(
        dict[int, tuple[nodes.Rule, RuleRead]]
    )

    def file(self, name: str, text: str) -> nodes.File | None:
        """Return a file whose text is still the same, None for another."""
        file = self._files.get(name)
        return file if file is not None and file.source.text == text else None

    def read_of(self, rule: nodes.Rule) -> RuleRead | None:
        """Return what a rule of this version is taken over from, None where it was read anew."""
        if isinstance(rule, MovedRule):
            return rule.read
        kept = self._of_nodes.get(id(rule))
        return kept[1] if kept is not None and kept[0] is rule else None

    def add(self, file: nodes.File, made: Mapping[int, object] | None = None) -> None:
        """Take in the rules of a file. made: what was made of each, by where it starts."""
        text = file.source.text
        self._files[file.source.name] = file
        found = [
            rule
            for item in file.items
            if isinstance(item, nodes.Route)
            for rule in _rules(item.entries)
        ]
        number = sum(not isinstance(rule, MovedRule) for rule in found)
        for rule in found:
            start, end = rule.span.start, rule.span.end
            same = self._rules.setdefault(_beginning(text, start), {})
            if len(same) < MOST_ALIKE:
                read = _read_of(rule, is_one_of_few=number <= MOST_APART)
                if made is not None and start in made:
                    read.made = made[start]
                same[text[start:end]] = read
                self._of_nodes[id(rule)] = rule, read
        self._add_territories(file)

    def _add_territories(self, file: nodes.File) -> None:
        """Take in the long territories, each with the word behind it, which ends it."""
        text = file.source.text
        for item, behind in pairwise(file.items):
            start, end = item.span.start, item.span.end
            if isinstance(item, nodes.Territory) and end - start >= LEAST_TERRITORY:
                word = _ITEM_WORD.match(text, behind.span.start)
                same = self._territories.setdefault(text[start : start + LEAST_TERRITORY], {})
                if word is not None and len(same) < MOST_ALIKE:
                    same[text[start : word.end()]] = item

    def of(self, source: Source, what: str, start: int) -> nodes.Rule | nodes.Territory | None:
        """Return the "rule" or "territory" at an offset of a text, None where it isn't known."""
        return self.at(source, start) if what == "rule" else self.territory(source, start)

    def territory(self, source: Source, start: int) -> nodes.Territory | None:
        """Return the territory that stands at an offset of a text, None where it isn't known."""
        text = source.text
        beginning = text[start : start + LEAST_TERRITORY]
        for whole, item in self._territories.get(beginning, {}).items():
            if text.startswith(whole, start):
                found: nodes.Territory = moved(item, source, start - item.span.start)
                return found
        return None

    def at(self, source: Source, start: int) -> nodes.Rule | None:
        """Return the rule that stands at an offset of a text, None where it isn't known."""
        text = source.text
        for whole, read in self._rules.get(_beginning(text, start), {}).items():
            if text.startswith(whole, start):
                return MovedRule(read, source, start - read.node.span.start)
        return None


def _read_of(rule: nodes.Rule, *, is_one_of_few: bool) -> RuleRead:
    """Return what a rule is taken over from.

    One of few is put in a text of its own, so that the whole text of each edit, in which only
    it was read, isn't kept for its sake.
    """
    if isinstance(rule, MovedRule):
        return rule.read
    if not is_one_of_few:
        return RuleRead(rule)
    span = rule.span
    apart = Source(span.source.name, span.text)
    found: nodes.Rule = moved(rule, apart, -span.start)
    return RuleRead(found)


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
    if kind is MovedCondition:
        return MovedCondition(value.read, source, value.by + by)
    if kind is nodes.Test and value.operands.__class__ is tuple:
        many: tuple[object, ...] = value.operands
        if len(many) >= MANY_VALUES and not value.table:
            return _of_many(value, source, by)
    return _moved_each(value, source, by)


def _of_many(test: nodes.Test, source: Source, by: int) -> MovedCondition:
    """Return a test of many values elsewhere, of which what is made can be kept."""
    span = test.span
    apart = Source(span.source.name, span.text)
    node: nodes.Test = _moved_each(test, apart, -span.start)
    return MovedCondition(ConditionRead(node), source, span.start + by)


def _moved_each(value: Any, source: Source, by: int) -> Any:  # noqa: ANN401 - whatever nodes hold
    """Return a node with each of its parts moved."""
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
