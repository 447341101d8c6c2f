"""The grammar made ready to parse: keywords are whole words.

Lark's contextual lexer tries only the words that can stand at a place. Where no name can,
nothing would keep it from reading `toqueue` as `to queue`, so each keyword is made to end
where a word does.
"""

import re
from collections.abc import Mapping
from typing import Any

from lark import Lark
from lark.lexer import PatternStr, TerminalDef

from turnout import grammar


def _edited(terminal: TerminalDef) -> None:
    """Let a keyword be found only where the word ends."""
    pattern = terminal.pattern
    if isinstance(pattern, PatternStr) and re.fullmatch(r"[a-z-]+", pattern.value):
        found = f"(?:{re.escape(pattern.value)})(?![A-Za-z0-9_]|-[A-Za-z0-9_])"
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
