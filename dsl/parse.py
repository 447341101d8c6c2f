"""Text → syntax tree, with every syntax error of the file in one run.

Lark's LALR(1) parser is driven by hand so that an error does not end it. On an error the
parser looks ahead for the next word that starts something (a keyword first on its line,
or a closing brace), gives up the unfinished parts of its stack until that word fits, and
goes on from there: panic mode with synchronising words, as in Aho, Lam, Sethi and Ullman,
"Compilers" (2nd edition, 4.8.3). What was given up is marked as broken, so that later
passes stay silent about it.
"""

import re
import sys
from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any, Protocol, cast

import attrs
from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import LexerThread, PatternStr
from lark.parsers.lalr_parser_state import ParseConf, ParserState

from turnout.dsl import nodes
from turnout.dsl.build import Builder
from turnout.dsl.findings import Finding, error
from turnout.dsl.lexing import SwiftInContext, lalr
from turnout.dsl.reductions import Part, Value, reductions
from turnout.dsl.source import Source, Span

MAX_DEPTH = 100
MAX_ERRORS = 100

_STARTERS = (
    "policy include lead territory segment calendar person people team queue partner sequence "
    "identity route guarantee test rule within fallback when to else sla do expect"
).split()
_SYNCHRONISING = re.compile(
    r"""(?P<skip>"(\\.|[^"\\\n])*"|\#[^\n]*)
      | (?P<close>\})
      | ^[ \t]*(?P<word>"""
    + "|".join(_STARTERS)
    + r")\b(?!-)",
    re.VERBOSE | re.MULTILINE,
)
_WORD = re.compile(r"[\w-]+")
_NESTING = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|[^\W\d][\w-]*|\S')


class _State(Protocol):
    """Where the parser is: `state_stack` holds one state more than `value_stack` values."""

    parse_conf: ParseConf[int]
    lexer: LexerThread
    state_stack: list[int]
    value_stack: list[Value]

    def feed_token(self, token: Token, is_end: bool, /) -> object: ...  # noqa: FBT001 - Lark's


class _Parser(Protocol):
    """The parts of Lark's interactive parser that are used here; it is not annotated itself."""

    parser_state: _State

    def resume_parse(self) -> Part: ...

    def feed_eof(self) -> Part: ...

    def accepts(self) -> set[str]: ...


def parse(source: Source) -> tuple[nodes.File, tuple[Finding, ...]]:
    """Return the file's tree and its syntax errors, in order of place.

    Text nested deeper than `MAX_DEPTH` gives one finding and an empty tree. After
    `MAX_ERRORS` the rest of the file stays unread.
    """
    deep = too_deep(source)
    if deep is not None:
        return nodes.File(source, (), (Span(source, 0, len(source.text)),)), (deep,)
    parser = _parser(source)
    findings: list[Finding] = []
    broken: list[Span] = []
    while True:
        try:
            read = parser.resume_parse()
            break
        except UnexpectedInput as unexpected:
            finding, span = _finding(source, unexpected, parser)
            findings.append(finding)
            resumed = (
                _recover(parser, source.text, span.start) if len(findings) < MAX_ERRORS else None
            )
            if resumed is None:
                given_up = _give_up_until(parser, Token("$END", ""))
                broken.append(Span(source, min(span.start, given_up or 0), len(source.text)))
                read = parser.feed_eof()
                break
            broken.append(Span(source, min(span.start, resumed[0]), max(span.end, resumed[1])))
    file: nodes.File = read.items[0]
    return attrs.evolve(file, broken=tuple(broken)), tuple(findings)


@cache
def _lark() -> Lark:
    return lalr({"_plugins": {"ContextualLexer": SwiftInContext}})


def _parser(source: Source) -> _Parser:
    made: object = _lark().parse_interactive(source.text)  # pyright: ignore[reportUnknownMemberType]
    parser = cast("_Parser", made)
    made_of = reductions(_lark().rules, Builder(source))
    # Lark calls them by rule, whatever its own annotation says.
    parser.parser_state.parse_conf.callbacks = cast("dict[str, Callable[..., Any]]", made_of)
    return parser


@cache
def _terminals() -> dict[str, str]:
    """Return the word of each fixed terminal, by the name that Lark gave it."""
    return {
        terminal.name: terminal.pattern.value
        for terminal in _lark().terminals
        if isinstance(terminal.pattern, PatternStr)
    }


def too_deep(source: Source) -> Finding | None:
    """Return a finding where the text is nested deeper than `MAX_DEPTH`."""
    depth = run = 0
    saved: list[int] = []
    for found in _NESTING.finditer(source.text):
        match found[0]:
            case "(" | "{" | "[":
                saved.append(run)
                depth += 1 + run
                run = 0
            case ")" | "}" | "]":
                depth -= 1 + saved.pop() if saved else 0
                run = 0
            case "not":
                run += 1
            case _:
                run = 0
        if depth + run > MAX_DEPTH:
            span = Span(source, found.start(), found.end())
            message = f"the text is nested more than {MAX_DEPTH} levels deep here"
            advice = "name the inner conditions as segments and refer to them"
            return error("nested-too-deep", span, message, help=advice)
    return None


# -- what went wrong --


def _finding(source: Source, unexpected: UnexpectedInput, parser: _Parser) -> tuple[Finding, Span]:
    place = cast("int | None", unexpected.pos_in_stream)
    if isinstance(unexpected, UnexpectedToken) and _token(unexpected).type != "$END":
        token = _token(unexpected)
        start = len(source.text) if place is None else place
        span = Span(source, start, start + len(token))
        message = f"`{_shorten(str(token))}` can't stand here"
    elif isinstance(unexpected, UnexpectedCharacters):
        assert place is not None
        start = place
        word = _WORD.match(source.text, start)
        span = Span(source, start, word.end() if word else start + 1)
        message = (
            f"`{_shorten(word[0])}` can't stand here"
            if word
            else _odd_character(source.text[start])
        )
        if source.text[start] == '"':
            return error("syntax-error", span, message, help='close it with `"` on the line'), span
    else:
        start = len(source.text.rstrip())
        span = Span(source, max(start - 1, 0), start)
        message = "the file ends in the middle of a construct"
    return error("syntax-error", span, message, text=_expected(parser)), span


def _token(unexpected: UnexpectedToken) -> Token:
    return cast("Token", unexpected.token)  # pyright: ignore[reportUnknownMemberType]


def _odd_character(character: str) -> str:
    if character == '"':
        return "this text is never closed"
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"the character `{shown}` means nothing here"


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


_KINDS = {
    "FIELD": "a name",
    "NAME": "a name",
    "STRING": "a quoted text",
    "NUMBER": "a number",
    "DATE": "a date",
    "COMPARISON": "`<`, `<=`, `>` or `>=`",
}


def _expected(parser: _Parser) -> str:
    accepted = parser.accepts() - {"$END"}
    words = sorted(f"`{word}`" for name, word in _terminals().items() if name in accepted)
    kinds = list(dict.fromkeys(of for name, of in _KINDS.items() if name in accepted))
    choices = kinds + words
    if not choices:
        return ""
    if len(choices) > 8:
        choices = [*choices[:7], "..."]
    if len(choices) == 1:
        return f"expected {choices[0]}"
    return f"expected {', '.join(choices[:-1])} or {choices[-1]}"


# -- going on --


def _recover(parser: _Parser, text: str, start: int) -> tuple[int, int] | None:
    """Set the parser to go on at the next synchronising word.

    Return the offset from which the text was given up and the offset of the word; None
    where no word fits any more.
    """
    lexer = parser.parser_state.lexer.state
    assert lexer is not None
    line_start = text.rfind("\n", 0, start) + 1
    types = {word: name for name, word in _terminals().items()}
    for found in _SYNCHRONISING.finditer(text, line_start):
        group = found.lastgroup
        if group not in {"close", "word"} or found.start(group) < start:
            continue
        given_up = _give_up_until(parser, Token(types[found[group]], found[group]))
        if given_up is not None:
            lexer.line_ctr.char_pos = found.start(group)
            return given_up, found.start(group)
    return None


def _give_up_until(parser: _Parser, token: Token) -> int | None:
    """Drop the top of the parser's stack until `token` fits.

    Return the offset at which the first dropped part starts (a huge one where nothing had
    to be dropped), or None where the token never fits.
    """
    state = parser.parser_state
    trial_conf = copy(state.parse_conf)
    trial_conf.callbacks = {}  # what a trial builds would share lists with the real parts
    for depth in range(len(state.state_stack), 0, -1):
        stacks = state.state_stack[:depth], state.value_stack[: depth - 1]
        trial = cast("_State", ParserState(trial_conf, state.lexer, *stacks))
        try:
            trial.feed_token(token, token.type == "$END")
        except UnexpectedToken:
            continue
        starts = [_start(value) for value in state.value_stack[depth - 1 :]]
        del state.state_stack[depth:]
        del state.value_stack[depth - 1 :]
        return min(starts, default=sys.maxsize)
    return None


def _start(value: Value) -> int:
    return sys.maxsize if value.start_pos is None else value.start_pos
