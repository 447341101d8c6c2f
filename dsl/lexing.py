"""The grammar made ready to parse: keywords are whole words.

Lark's contextual lexer tries only the words that can stand at a place. Where no name can,
nothing would keep it from reading `toqueue` as `to queue`, so each keyword is made to end
where a word does.

Half of what Lark's lexer looks at in a policy is blanks and comments, one by one, counting
lines. `Swift` skips them at once and counts nothing, for whoever needs only offsets.
"""

import re
from collections.abc import Mapping
from typing import Any

from lark import Lark, Token
from lark.lexer import BasicLexer, ContextualLexer, LexerState, PatternStr, TerminalDef

from turnout import grammar

_SKIPPED = re.compile(r"(?:[ \t\r\n\f]+|#[^\n]*)*")


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


class SwiftInContext(ContextualLexer):
    """Lark's contextual lexer, made of `Swift` ones."""

    BasicLexer = Swift


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
