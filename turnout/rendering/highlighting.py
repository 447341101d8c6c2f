"""Policies in colour, wherever Pygments colours: the documentation, editors, web pages.

Which words are keywords is read from the grammar, so that a new one has its colour at once.
In the language a keyword is reserved only where it could stand, and text that is only shown
may be a part of a policy or wrong; so what a word is, is told by what stands around it: in
brackets words are values, behind a word that declares or sends they are names, and before a
colon they are fields.

Pygments finds the lexer by the entry point `turnout` or by `.route`; it is imported from
here alone, and nothing else of Turnout needs it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, cast

from pygments.lexer import (
    RegexLexer,
    bygroups,  # pyright: ignore[reportUnknownVariableType] - it has no types of its own
    words,
)
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from turnout import grammar

_RULES: Final[str] = grammar.text().partition("// -- words ---")[0]
KEYWORDS: Final[frozenset[str]] = frozenset(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', _RULES))
"""Every word that the grammar gives a meaning."""

OPERATORS: Final = ("and", "not", "or")
BEFORE_NAMES: Final = (
    "calendar guarantee hours least-loaded partner person policy queue round-robin route rule "
    "segment sequence team territory"
).split()
"""Words behind which a name stands, that of what is declared or sent to."""

_NAME = r"[^\W\d]\w*(?:-\w+)*"
_END = r"(?![\w-])"
_ANY_KEYWORD = f"(?:{'|'.join(sorted(KEYWORDS))}){_END}"
_NAMING = rf"({'|'.join(BEFORE_NAMES)}){_END}(\s+)(?!{_ANY_KEYWORD})({_NAME})"

_each = cast("Callable[..., object]", bygroups)
_ALWAYS: Final = [
    (r"\s+", Text.Whitespace),
    (r"#[^\n]*", Comment.Single),
    (r'"(?:\\.|[^"\\\n])*"', String.Double),
]


class RouteLexer(RegexLexer):
    """Pygments' lexer of `.route` files; any text has colours, and none raises an error."""

    name: ClassVar[str] = "Turnout policy"
    aliases: ClassVar[Sequence[str]] = ["route"]
    filenames: ClassVar[Sequence[str]] = ["*.route"]
    mimetypes: ClassVar[Sequence[str]] = ["text/x-route"]
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            *_ALWAYS,
            (r"\d{1,2}:\d{2}(?:-\d{1,2}:\d{2})?", Number),
            (r"\d{4}-\d{2}-\d{2}(?!\w)", Number),
            (r"-?\d[\d_]*(?:\.\d+)?[kMB]?(?!\w)", Number),
            (r"->|\.\.|<=|>=|!=|<|>|=", Operator),
            (r"\[", Punctuation, "values"),
            (r"[{}(),]", Punctuation),
            (rf"({_NAME})(\s*)(:)", _each(Name.Attribute, Text.Whitespace, Punctuation)),
            (_NAMING, _each(Keyword, Text.Whitespace, Name.Function)),
            (words(OPERATORS, suffix=_END), Operator.Word),
            (_ANY_KEYWORD, Keyword),
            (_NAME, Name),
            (r"(?s).", Text),
        ],
        "values": [
            *_ALWAYS,
            (r"\]", Punctuation, "#pop"),
            (r",", Punctuation),
            (r"-?\d[\w.:-]*", Number),
            (_NAME, Name.Constant),
            (r"(?s).", Text),
        ],
    }
