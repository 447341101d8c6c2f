"""The grammar made ready to parse: keywords are whole words.

Lark's contextual lexer tries only the words that can stand at a place. Where no name can,
nothing would keep it from reading `toqueue` as `to queue`, so each keyword is made to end
where a word does.

Half of what Lark's lexer looks at in a policy is blanks and comments, one by one, counting
lines. `Swift` skips them at once and counts nothing, for whoever needs only offsets.

Where a mistake was understood, a part of the text is read as what was meant (`Repairs`): its
words stand at the place of what was written, so that nothing else moves.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import attrs
from lark import Lark, Token
from lark.lexer import (
    AbstractBasicLexer,
    BasicLexer,
    ContextualLexer,
    LexerState,
    PatternStr,
    TerminalDef,
)

from turnout import grammar

_SKIPPED = re.compile(r"(?:[ \t\r\n\f]+|#[^\n]*)*")


@attrs.frozen
class Repair:
    """What is read instead of the text from `start` to `end`; an insertion where they are one."""

    start: int
    end: int
    text: str


@attrs.define
class Repairs:
    """The repairs that are still to come, by their start, and what is left of the present one."""

    waiting: dict[int, Repair]
    present: Repair | None = None

    def at(self, start: int) -> Repair | None:
        """Return the repair that is to be read at this offset."""
        if self.present is None:
            self.present = self.waiting.pop(start, None)
        return self.present


REPAIRS: ContextVar[Repairs | None] = ContextVar("repairs", default=None)
"""What is read instead of parts of the text that is being parsed."""


class Swift(BasicLexer):
    """Lark's lexer of one state of the parser, for tokens without lines and columns."""

    def next_token(self, lex_state: LexerState, parser_state: Any = None) -> Token:  # noqa: ANN401
        """Return the next word that can stand here. Raises EOFError, UnexpectedCharacters."""
        state: Any = lex_state  # what Lark annotates of these is generic in part
        scanner: Any = self.scanner
        counter = state.line_ctr
        text = getattr(state.text, "text", state.text)  # a slice of it since Lark 1.3
        skipped = _SKIPPED.match(text, counter.char_pos)
        assert skipped is not None  # it may be empty
        start = counter.char_pos = skipped.end()
        repairs = REPAIRS.get()
        if repairs is not None and (repair := repairs.at(start)) is not None:
            if not repair.text.strip():
                repairs.present = None
                counter.char_pos = repair.end
                return self.next_token(lex_state, parser_state)
            mended = self._mended(repair, state.text)
            repairs.present = None if mended is None else mended[1]
            if mended is not None:
                return mended[0]
        found = scanner.match(state.text, start)
        if found is None:  # at the end, or where nothing fits: Lark knows what to raise
            return super().next_token(lex_state, parser_state)
        value, kind = found
        counter.char_pos = start + len(value)
        token = Token(kind, value, start, end_pos=counter.char_pos)
        if kind in self.callback:
            token = self.callback[kind](token)
        lex_state.last_token = token
        return token

    def _mended(self, repair: Repair, text: Any) -> tuple[Token, Repair] | None:  # noqa: ANN401
        """Return the next word of a repair and what is left of it, None where none can stand."""
        rest = repair.text.lstrip()
        scanner: Any = self.scanner
        found = scanner.match(rest if isinstance(text, str) else type(text)(rest, 0, len(rest)), 0)
        if found is None:
            return None
        value, kind = found
        token = Token(kind, value, repair.start, end_pos=repair.end)
        if kind in self.callback:
            token = self.callback[kind](token)
        return token, attrs.evolve(repair, text=rest[len(value) :])


class SwiftInContext(ContextualLexer):
    """Lark's contextual lexer, made of `Swift` ones."""

    BasicLexer: type[AbstractBasicLexer] = Swift


def _edited(terminal: TerminalDef) -> None:
    """Let a keyword be found only where the word ends."""
    pattern = terminal.pattern
    if isinstance(pattern, PatternStr) and re.fullmatch(r"[a-z-]+", pattern.value):
        found = f"(?:{re.escape(pattern.value)})(?!\\w|-\\w)"
        # On the instance: Lark tells keywords from names by the pattern's exact class.
        vars(pattern)["to_regexp"] = lambda: found


def lalr(options: Mapping[str, Any]) -> Lark:
    """Return a parser of the grammar; options: Lark's own, besides those that all share."""
    return Lark(
        grammar.text(),
        parser="lalr",
        start="file",
        propagate_positions=True,
        edit_terminals=_edited,
        **options,
    )
