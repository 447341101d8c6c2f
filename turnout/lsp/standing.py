"""What may stand at a place of a text, told by the tables that the parser runs on.

The words before the place are read as the parser reads them, and its state says which
kinds of words it would take next. What a name would name there is told by the rule of the
grammar that it would complete: behind `queue` in a rule a name ends a `to_queue`. So no
second description of the syntax is kept here.

Only the item around the place is read, and of a route only the entry around it: what stands
above doesn't change what may stand here, and a policy may have thousands of rules.
"""

import re
from collections.abc import Iterator

from turnout.dsl.build import Builder
from turnout.dsl.lexing import Lexer, Token, UnexpectedError
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Reductions
from turnout.dsl.resuming import ITEMS
from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.grammar.lalr import tables

_ITEM = re.compile(rf"^(?:timezone|{'|'.join(ITEMS)})\b", re.MULTILINE)
_ENTRY = re.compile(r"^[ \t]+(?:rule|rules|within|fallback)\b", re.MULTILINE)
_HEADER = re.compile(r"route\b[^{}#]*\{")
_PIECE = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|"[^\n]*')
_WORD = re.compile(r"[\w-]*\Z")


@frozen
class Standing:
    """What may stand at a place.

    start: where the word that is being typed begins. words: the fixed words and signs that
    may stand there. roles: of a name, the rules of the grammar that it would complete; of a
    text in quotes, `texts`. before: the words before it, of the item around it. is_inside:
    whether the place is inside a text in quotes.
    """

    start: int
    words: tuple[str, ...]
    roles: frozenset[str]
    texts: frozenset[str]
    before: tuple[Token, ...]
    is_inside: bool = False


def standing(text: str, offset: int) -> Standing | None:
    """Return what may stand at an offset of a text; None inside a comment."""
    line = text.rfind("\n", 0, offset) + 1
    inside = _around(text, line, offset)
    if inside is not None and text[inside] == "#":
        return None
    found = _WORD.search(text, line, offset)
    start = found.start() if found else offset
    if inside is not None:
        start = inside + 1
    begin, skipped = _anchor(text, start)
    end = inside if inside is not None else start
    states, before = _read(text[:end], begin, skipped)
    parser = _parser("")
    accepted = [
        name
        for name in tables().rows[states[-1]]
        if name.isupper() or name.startswith("__ANON")
        if parser.behind(states, name) is not None
    ]
    fixed = tables().fixed
    words = tuple(sorted(fixed[name] for name in accepted if name in fixed))
    roles = _roles(parser, states, "NAME") | _roles(parser, states, "FIELD")
    texts = _roles(parser, states, "STRING")
    return Standing(start, words, roles, texts, before, is_inside=inside is not None)


def _around(text: str, line: int, offset: int) -> int | None:
    """Return where the comment or the text in quotes begins that an offset is inside of."""
    for found in _PIECE.finditer(text, line):
        if found.start() >= offset:
            return None
        is_closed = found[0].startswith('"') and len(found[0]) > 1 and found[0].endswith('"')
        if offset < found.end() or (offset == found.end() and not is_closed):
            return found.start()
    return None


def _anchor(text: str, offset: int) -> tuple[int, int | None]:
    """Return where reading begins, and for a long route where it goes on behind its head."""
    begin = 0
    for found in _ITEM.finditer(text, 0, offset):
        begin = found.start()
    head = _HEADER.match(text, begin, offset)
    if head is None:
        return begin, None
    entry = None
    for found in _ENTRY.finditer(text, head.end(), offset):
        entry = found.end() - len(found[0].lstrip())
    return begin, entry


def _read(text: str, begin: int, entry: int | None) -> tuple[list[int], tuple[Token, ...]]:
    """Return the states and words behind a text. entry: see `_anchor`."""
    parser = _parser(text)
    lexer = parser.lexer
    lexer.at = begin
    states, before = [0], list[Token]()
    depth: int | None = None
    while True:
        if entry is not None and before and before[-1].type == "LBRACE":
            lexer.at, entry, depth = max(entry, lexer.at), None, 0
        try:
            token = lexer.next(states[-1])
        except UnexpectedError as unexpected:
            if unexpected.start is None:
                return states, tuple(before)
            lexer.at = unexpected.start + 1  # what can't be read is passed over
            continue
        if token.type == "$END":
            return states, tuple(before)
        if depth is not None:
            depth += (token.type == "LBRACE") - (token.type == "RBRACE")
            if depth < 0 and text[token.start_pos - 1] != "\n":
                depth = 0  # it closes a block whose beginning was left out
                continue
        then = parser.behind(states, token.type)
        if then is not None:
            states = then
            before.append(token)


def _parser(text: str) -> Pushdown:
    builder = Builder(Source("", text))
    return Pushdown(tables(), Lexer(text, tables()), Reductions(tables(), builder.of))


def _roles(parser: Pushdown, states: list[int], kind: str) -> frozenset[str]:
    """Return the rules of the grammar that a word of a kind would complete, or go on with."""
    behind = parser.behind(states, kind)
    if behind is None:
        return frozenset()
    row = tables().rows[behind[-1]]
    return frozenset(_completed(row)) or frozenset(
        f"before {word}" for word in row if word.isupper()
    )


def _completed(row: dict[str, int]) -> Iterator[str]:
    for action in row.values():
        if action < 0:
            yield tables().production(~action).origin
