"""A file as words and comments: all that its author wrote but the space between."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeAlias

import attrs

from turnout.dsl.lexing import Lexer, Token
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Build, Reductions
from turnout.frozen import define, frozen
from turnout.grammar.lalr import tables

END = -1
"""The place of the end of the file, among the offsets of words."""

_OPTIONAL_COMMAS = {"lead", "segment_family", "test_lead"}
_COMMENTS = re.compile(r'"(?:\\.|[^"\\\n])*"|(?P<comment>#[^\n]*)')


@frozen(eq=False)
class Branch:
    """The words of one rule of the grammar. data: the rule's name."""

    data: str
    children: "list[WordNode]"

    def words(self) -> Iterator[Token]:
        """Yield all words in order."""
        for child in self.children:
            if isinstance(child, Token):
                yield child
            else:
                yield from child.words()


WordNode: TypeAlias = Token | Branch
"""A word, or the words of one rule of the grammar."""


@frozen
class WordTree:
    """A file's syntax tree with every word in it, and its comments with their offsets."""

    tree: Branch
    comments: tuple[tuple[int, str], ...]
    text: str


@cache
def _reductions() -> Reductions:
    return Reductions(tables(), _branch, drops=False)


def _branch(name: str) -> Build:
    return lambda _start, _end, children: Branch(name, children)


def words_of(text: str) -> WordTree:
    """Return the words of a file. Raises UnexpectedError where they are no policy."""
    tree: Branch = Pushdown(tables(), Lexer(text, tables()), _reductions()).read().items[0]
    comments = tuple(
        (found.start(), found["comment"].rstrip())
        for found in _COMMENTS.finditer(text)
        if found["comment"] is not None
    )
    return WordTree(tree, comments, text)


def said(words: WordTree) -> tuple[list[str], list[str]]:
    """Return what a file says: its words without the commas that mean nothing, its comments."""
    return [str(token) for token in _kept(words.tree)], [text for _, text in words.comments]


def _kept(tree: Branch) -> Iterator[Token]:
    """Yield the words of a tree in order, without commas that could be left out."""
    pending: list[WordNode] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Token):
            yield node
        else:
            pending.extend(reversed(parts_of(node)))


def parts_of(tree: Branch) -> list[WordNode]:
    """Return a tree's children without the commas that could be left out."""
    children = tree.children
    if not any(is_word(child, "COMMA") for child in children):
        return children
    if tree.data in _OPTIONAL_COMMAS:
        return [child for child in children if not is_word(child, "COMMA")]
    return [
        child
        for at, child in enumerate(children)
        if not (is_word(child, "COMMA") and is_word(part_at(children, at + 1), "RSQB", "RBRACE"))
    ]


def part_at(nodes: Sequence[WordNode], at: int) -> WordNode | None:
    """Return the part at a place, None behind the last."""
    return nodes[at] if at < len(nodes) else None


def is_word(node: WordNode | None, *types: str) -> bool:
    """Return whether a part is a word of one of these terminals of the grammar."""
    return isinstance(node, Token) and node.type in types


def first_word(node: WordNode) -> Token:
    """Return the first word of a node; a tree without words has no place in a file."""
    while not isinstance(node, Token):
        node = parts_of(node)[0]
    return node


# -- comments and empty lines --


@define
class Around:
    """What stands around a word besides words.

    above: comments on lines of their own, each with whether an empty line is above it.
    is_apart: an empty line is above the word itself. behind: the comment that ends its
    line, or "".
    """

    above: list[tuple[str, bool]] = attrs.Factory(list[tuple[str, bool]])
    is_apart: bool = False
    behind: str = ""


def surroundings(words: WordTree) -> dict[int, Around]:
    """Return what stands around words, by the word's offset; for most that is nothing.

    What stands above the end of the file is always there.
    """
    tokens = list(_kept(words.tree))
    text, found = words.text, {END: Around()}
    comments = iter(words.comments)
    comment = next(comments, None)
    end = 0  # of the word or comment before
    last: int | None = None  # where that word starts
    for start, after in [*((t.start_pos, t.end_pos) for t in tokens), (END, END)]:
        while comment is not None and (start < 0 or comment[0] < start):
            at, said_there = comment
            is_below = "\n" in text[end:at]
            if last is not None and not is_below:
                found.setdefault(last, Around()).behind = said_there
            else:
                is_apart = text.count("\n", end, at) > 1
                found.setdefault(start, Around()).above.append((said_there, is_apart))
            last, end = None, at + len(said_there)
            comment = next(comments, None)
        if text.count("\n", end, start if start >= 0 else len(text)) > 1:
            found.setdefault(start, Around()).is_apart = True
        last, end = start, after
    return found
