"""What each word of a file is, for editors that colour by meaning.

Keywords are words that the parser takes for keywords where they stand, so that a picklist's
`open` is a value. A name is what it was resolved to: a territory, a team, a field. What isn't
resolved is left to the editor's own colours.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from turnout.dsl.build import Builder
from turnout.dsl.lexing import Lexer, Token, UnexpectedError
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Reductions
from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.grammar.lalr import END, tables

TYPES = (
    "keyword",
    "string",
    "number",
    "operator",
    "property",
    "class",
    "enum",
    "enumMember",
    "event",
    "variable",
    "function",
    "namespace",
    "struct",
    "method",
)
"""The types of the protocol that are used, in the order of their numbers."""

_OF_KIND: Mapping[str, str] = {
    "calendar": "event",
    "field": "property",
    "guarantee": "method",
    "partner": "struct",
    "person": "variable",
    "queue": "struct",
    "route": "namespace",
    "rule": "function",
    "segment": "class",
    "segment family": "class",
    "sequence": "struct",
    "team": "enum",
    "territory": "class",
    "test": "method",
    "value": "enumMember",
}
_OF_TERMINAL = {
    "COMPARISON": "operator",
    "DATE": "number",
    "HOURS": "number",
    "NUMBER": "number",
    "PERCENT": "number",
    "STRING": "string",
    "TIME": "number",
}
_KEYWORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


@frozen
class Coloured:
    """A word and what it is. start, end: its offsets."""

    start: int
    end: int
    type: str
    is_declared: bool = False


def coloured(source: Source, names: Iterable[tuple[str, int, int, bool]]) -> Iterator[Coloured]:
    """Yield the words of a file in order.

    names: kind, offsets and whether it is the declaration, of each word that names something.
    """
    by_start = {
        start: Coloured(start, end, _OF_KIND[kind], is_declared)
        for kind, start, end, is_declared in names
        if kind in _OF_KIND and end > start
    }
    for token in words_of(source):
        start, end = token.start_pos, token.end_pos
        quoted = by_start.get(start + 1) if token.type == "STRING" else None
        if start in by_start:
            yield by_start[start]
        elif quoted is not None and quoted.end == end - 1:
            yield Coloured(start, end, quoted.type, quoted.is_declared)
        elif token.type in _OF_TERMINAL:
            yield Coloured(start, end, _OF_TERMINAL[token.type])
        elif token.type in tables().fixed and _KEYWORD.fullmatch(token):
            yield Coloured(start, end, "keyword")


def words_of(source: Source) -> Iterator[Token]:
    """Yield the words as the parser takes them; what it can't take is passed over."""
    lexer = Lexer(source.text, tables())
    reductions = Reductions(tables(), Builder(source).of)
    parser = Pushdown(tables(), lexer, reductions)
    states = [0]
    while True:
        try:
            token = lexer.next(states[-1])
        except UnexpectedError as unexpected:
            if unexpected.start is None:
                return
            lexer.at = unexpected.start + 1
            continue
        if token.type == END:
            return
        then = parser.behind(states, token.type)
        if then is not None:
            states = then
            yield token
