"""Deterministic automata over the characters of one text, made state by state as they are met.

An automaton says what it remembers of a text so far, and whether a text that ends here is
one of its own. There are three: what a regular expression finds, as sets of the nodes of its
graph (Thompson, "Regular expression search algorithm", Communications of the ACM 11, 1968);
all texts that are contained, or stand at the end, at once (Aho and Corasick, "Efficient string
matching", Communications of the ACM 18, 1975); and what a text begins with.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias, assert_never, cast

from turnout.compiler.classes import Texts
from turnout.compiler.leads.budget import tick
from turnout.compiler.leads.characters import WORD, Ranges, holds, just
from turnout.compiler.leads.expressions import (
    Alternation,
    Boundary,
    CharacterOf,
    Concatenation,
    Expression,
    Repetition,
    UnreadExpressionError,
)
from turnout.compiler.masks import Mask
from turnout.frozen import define, frozen

MOST_NODES = 4_000
"""Nodes of the graph of one expression."""

State: TypeAlias = Hashable


class Automaton(Protocol):
    """What is asked of a text, character by character."""

    @property
    def start(self) -> State:
        """What is remembered of the empty text."""
        ...

    def after(self, state: State, character: str) -> State | None:
        """Return what is remembered after one more character; None where no text is left."""
        ...

    def is_end(self, state: State) -> bool:
        """Return whether a text that ends here is one of its own."""
        ...

    def told_apart(self) -> Iterable[Ranges]:
        """Yield sets of characters; those that are in the same of them are the same to it."""
        ...


# -- what an expression finds --


@frozen
class _Letter:
    of: Ranges
    after: int


@frozen
class _Fork:
    one: int
    two: int


@frozen
class _Look:
    what: str
    after: int


_Node: TypeAlias = _Letter | _Fork | _Look

_FOUND = "found"
_START, _WORD, _OTHER = range(3)


@define(eq=False)
class ExpressionAutomaton:
    """Texts in which an expression is found, or those in which it isn't (`wanted`)."""

    wanted: bool
    _nodes: list[_Node | None]
    _root: int
    _closed: dict[Hashable, tuple[tuple[_Letter, ...], bool]]
    _steps: dict[tuple[State, str], State]

    @classmethod
    def of(cls, asked: Expression, *, wanted: bool) -> "ExpressionAutomaton":
        """Return the automaton of an expression. Raises UnreadExpressionError for a large one."""
        nodes: list[_Node | None] = [None]  # the end comes first
        root = _entered(nodes, asked, 0)
        return cls(wanted, nodes, root, {}, {})

    @property
    def start(self) -> State:
        """Nothing is alive but the root, which is at every place."""
        return frozenset[int](), _START

    def after(self, state: State, character: str) -> State | None:
        """Return the nodes that are alive after one more character."""
        if state == _FOUND:
            return state
        asked = state, character
        if asked not in self._steps:
            self._steps[asked] = self._after(state, character)
        found = self._steps[asked]
        return None if found == _FOUND and not self.wanted else found

    def _after(self, state: State, character: str) -> State:
        kind = _WORD if holds(WORD, character) else _OTHER
        letters, is_found = self._looked(state, kind)
        if is_found:
            return _FOUND
        alive = frozenset(letter.after for letter in letters if holds(letter.of, character))
        return _FOUND if 0 in alive else (alive, kind)

    def is_end(self, state: State) -> bool:
        """Return whether the text up to here is one in which it is found, or isn't."""
        return (state == _FOUND or self._looked(state, None)[1]) == self.wanted

    def told_apart(self) -> Iterator[Ranges]:
        """Yield the sets of all letters."""
        if any(isinstance(node, _Look) and node.what == "edge" for node in self._nodes):
            yield WORD
        yield from {node.of for node in self._nodes if isinstance(node, _Letter)}

    def _looked(self, state: State, following: int | None) -> tuple[tuple[_Letter, ...], bool]:
        """Return the letters that are alive before what follows, and whether the end is."""
        asked = state, following
        if asked not in self._closed:
            alive, before = cast("tuple[frozenset[int], int]", state)
            self._closed[asked] = self._closure((*alive, self._root), before, following)
        return self._closed[asked]

    def _closure(
        self, alive: Iterable[int], before: int, following: int | None
    ) -> tuple[tuple[_Letter, ...], bool]:
        given = {
            "start": before == _START,
            "end": following is None,
            "edge": (before == _WORD) != (following == _WORD),
        }
        pending, seen = list(alive), set[int]()
        while pending:
            number = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            tick()
            match self._nodes[number]:
                case _Fork(one, two):
                    pending += [one, two]
                case _Look(what, after) if given[what]:
                    pending.append(after)
                case _:
                    pass
        letters = (self._nodes[number] for number in sorted(seen))
        return tuple(each for each in letters if isinstance(each, _Letter)), 0 in seen


def _entered(nodes: list[_Node | None], asked: Expression, after: int) -> int:
    """Enter an expression's nodes; return the first, where the last goes on at `after`."""
    match asked:
        case CharacterOf(of):
            return _node(nodes, _Letter(of, after))
        case Boundary(what):
            return _node(nodes, _Look(what, after))
        case Concatenation(parts):
            for part in reversed(parts):
                after = _entered(nodes, part, after)
            return after
        case Alternation(parts):
            first, *others = [_entered(nodes, part, after) for part in reversed(parts)]
            for other in others:
                first = _node(nodes, _Fork(other, first))
            return first
        case Repetition():
            return _repeated(nodes, asked, after)
        case _:
            assert_never(asked)


def _repeated(nodes: list[_Node | None], asked: Repetition, after: int) -> int:
    if asked.most is None:
        loop = _node(nodes, _Fork(0, after))
        nodes[loop] = _Fork(_entered(nodes, asked.part, loop), after)
        after = loop
    else:
        end = after
        for _ in range(asked.most - asked.least):
            after = _node(nodes, _Fork(_entered(nodes, asked.part, after), end))
    for _ in range(asked.least):
        after = _entered(nodes, asked.part, after)
    return after


def _node(nodes: list[_Node | None], node: _Node) -> int:
    if len(nodes) == MOST_NODES:
        raise UnreadExpressionError
    nodes.append(node)
    return len(nodes) - 1


# -- what a text contains, and how it ends --


@frozen
class AskedParts:
    """Texts that have to be contained, or stand at the end, and those that must not."""

    inside: tuple[str, ...] = ()
    never_inside: tuple[str, ...] = ()
    at_end: tuple[str, ...] = ()
    never_at_end: tuple[str, ...] = ()


@define(eq=False)
class PartsAutomaton:
    """Texts with these parts: a node for each beginning of one of them, its longest."""

    _next: list[dict[str, int]]
    _back: list[int]
    _inside: list[int]
    _at_end: list[int]
    _ends_badly: list[bool]
    _is_dead: list[bool]
    _all_inside: int
    _all_at_end: int

    @classmethod
    def of(cls, asked: AskedParts) -> "PartsAutomaton":
        """Return the automaton of what is asked."""
        made = cls([{}], [0], [0], [0], [False], [False], 0, 0)
        for bit, text in enumerate(asked.inside):
            made._inside[made._enter(text)] |= 1 << bit
        for bit, text in enumerate(asked.at_end):
            made._at_end[made._enter(text)] |= 1 << bit
        for text in asked.never_inside:
            made._is_dead[made._enter(text)] = True
        for text in asked.never_at_end:
            made._ends_badly[made._enter(text)] = True
        made._all_inside = (1 << len(asked.inside)) - 1
        made._all_at_end = (1 << len(asked.at_end)) - 1
        made._link()
        return made

    def _enter(self, text: str) -> int:
        node = 0
        tick(len(text))
        for character in text:
            if character not in self._next[node]:
                self._next[node][character] = len(self._next)
                self._next.append({})
                for of in (self._back, self._inside, self._at_end):
                    of.append(0)
                for marks in (self._ends_badly, self._is_dead):
                    marks.append(False)
            node = self._next[node][character]
        return node

    def _link(self) -> None:
        """Link each node to that of its longest end, which holds in it as well."""
        pending = list(self._next[0].values())
        for node in pending:
            back = self._back[node]
            self._inside[node] |= self._inside[back]
            self._at_end[node] |= self._at_end[back]
            self._ends_badly[node] |= self._ends_badly[back]
            self._is_dead[node] |= self._is_dead[back]
            for character, child in self._next[node].items():
                self._back[child] = self._moved(back, character)
                pending.append(child)

    def _moved(self, node: int, character: str) -> int:
        while node and character not in self._next[node]:
            node = self._back[node]
        return self._next[node].get(character, 0)

    @property
    def start(self) -> State:
        """The root, with nothing found."""
        return 0, 0

    def after(self, state: State, character: str) -> State | None:
        """Return the next node, and what was found up to it."""
        node, found = cast("tuple[int, int]", state)
        node = self._moved(node, character)
        return None if self._is_dead[node] else (node, found | self._inside[node])

    def is_end(self, state: State) -> bool:
        """Return whether all was found, and the end is as it has to be."""
        node, found = cast("tuple[int, int]", state)
        ends = self._at_end[node] == self._all_at_end and not self._ends_badly[node]
        return ends and found == self._all_inside

    def told_apart(self) -> Iterator[Ranges]:
        """Yield each character of the texts."""
        yield from map(just, {each for node in self._next for each in node})


# -- what a text begins with --

_Begun: TypeAlias = tuple[str | None, int]
"""The text so far while it may become a literal or go on in a prefix, and its class."""


@frozen(eq=False)
class PrefixAutomaton:
    """Texts of some classes (see `classes.Texts`): a state is what may still become a literal.

    words: literals and prefixes, sorted.
    """

    classes: Texts
    values: Mask
    words: Sequence[str]

    @property
    def start(self) -> State:
        """The empty text."""
        return "", self.classes.other

    def after(self, state: State, character: str) -> State | None:
        """Return the text so far while a literal or a prefix starts with it, and its class."""
        begun, number = cast("_Begun", state)
        if begun is None:
            return state
        text = begun + character
        inside = self.classes.inside_of.get(text, number)
        at = bisect_left(self.words, text)
        if at < len(self.words) and self.words[at].startswith(text):
            return text, inside
        return (None, inside) if self.values >> inside & 1 else None

    def is_end(self, state: State) -> bool:
        """Return whether the text is of one of the classes."""
        begun, number = cast("_Begun", state)
        own = number if begun is None else self.classes.number_of.get(begun, number)
        return bool(self.values >> own & 1)

    def told_apart(self) -> Iterator[Ranges]:
        """Yield each character of the literals and prefixes."""
        yield from map(just, {each for word in self.words for each in word})
