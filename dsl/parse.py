"""Text → syntax tree.

A file without a mistake is read straight. For any other, `recovery` has every syntax error
in one run and what can be read besides; it is imported when there is one.
"""

import re
from functools import partial

from turnout.dsl import nodes
from turnout.dsl.build import Builder
from turnout.dsl.findings import Finding, error
from turnout.dsl.lexing import Lexer, UnexpectedError
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import Reductions
from turnout.dsl.rereading import RulesRead
from turnout.dsl.source import Source, Span
from turnout.grammar.lalr import tables

MAX_DEPTH = 100

_BESIDE_BRACKETS = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|[^][(){}"#]+|"')
_NOT_NOT = re.compile(r"not\s*+(?:not|#)")  # a comment may stand between the two

_NESTING = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|[^\W\d][\w-]*|\S')


def parse(source: Source, known: RulesRead | None = None) -> tuple[nodes.File, tuple[Finding, ...]]:
    """Return the file's tree and its syntax errors, in order of place.

    Text nested deeper than `MAX_DEPTH` gives one finding and an empty tree. known: rules of
    other texts, which aren't read again; those of this one are added.
    """
    deep = too_deep(source)
    if deep is not None:
        return nodes.File(source, (), (Span(source, 0, len(source.text)),)), (deep,)
    lexer = Lexer(source.text, tables())
    try:
        parser = Pushdown(tables(), lexer, Reductions(tables(), Builder(source).of))
        read = parser.read() if known is None else parser.read(partial(known.of, source))
    except UnexpectedError:
        from turnout.dsl.recovery import recovered  # noqa: PLC0415 - see above

        return recovered(source, known)
    file: nodes.File = read.items[0]
    if known is not None and not known.keeps:
        known.add(file)  # else its reader does, with what it makes of them
    return file, ()


def too_deep(source: Source) -> Finding | None:
    """Return a finding where the text is nested deeper than `MAX_DEPTH`."""
    if _is_flat(source.text):
        return None
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


def _is_flat(text: str) -> bool:
    """Return whether the brackets alone tell that nothing is nested too deep, as nearly always.

    Pairs with nothing in between are taken away again and again, each time one level of all
    that is nested; what stays has no other half.
    """
    if _NOT_NOT.search(text):
        return False
    brackets = _BESIDE_BRACKETS.sub("", text)
    levels = 0
    while 2 * levels + 1 <= MAX_DEPTH:  # a `not` before each, and one more
        left = brackets.replace("()", "").replace("[]", "").replace("{}", "")
        if left == brackets:
            return 2 * (levels + len(left)) + 1 <= MAX_DEPTH
        brackets, levels = left, levels + 3  # one of each kind at most
    return False
