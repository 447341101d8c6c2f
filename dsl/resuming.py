"""Where reading goes on behind a syntax error: panic mode, with synchronising words.

A word that begins something synchronises where it stands first on its line, and so does a
closing brace. What is finished already is never given up for it, and an open block only for a
line that stands no deeper than the block does: a `team` typed inside of a route doesn't end
the route. A block that begins in what is skipped is skipped whole.

What was begun and left, such as a lone `rule`, is a stump. Where the next line begins something,
it is read as that, even if a name could stand there: names may be words of the language.
"""

import re
import sys
from functools import cache

from turnout.dsl.lexing import Token
from turnout.dsl.mistakes.met import Met, Told
from turnout.dsl.pushdown import Pushdown
from turnout.dsl.reductions import ReadSymbol

ITEMS = (
    "policy include lead territory segment calendar person people team queue partner sequence "
    "identity log retain route guarantee test"
).split()
_CLAUSES = ("rule", "within", "fallback")
_BEGINNINGS = frozenset((*ITEMS, *_CLAUSES))
_FINISHED = ({"rule", "fallback"}, {"route", "queue"})
"""What can come where nothing is unfinished: in a route, and in a file."""

_STARTERS = (*ITEMS, *_CLAUSES, "when", "to", "else", "sla", "do", "expect")
_SYNCHRONISING = re.compile(
    r"""(?P<skip>"(\\.|[^"\\\n])*"|\#[^\n]*)
      | (?P<open>\{)
      | (?P<close>\})
      | ^[ \t]*(?P<word>"""
    + "|".join(_STARTERS)
    + r")\b(?!-)",
    re.VERBOSE | re.MULTILINE,
)
_CLOSING = frozenset(" ])}")


def resume(parser: Pushdown, text: str, start: int) -> tuple[int, int] | None:
    """Set the parser to go on at the next synchronising word from an offset on.

    Return the offset from which the text was given up (a huge one where nothing was) and the
    offset of the word; None where no word fits any more.
    """
    parser.complete()
    skipped: list[int] = []  # how deep the lines stand in which blocks begin that are skipped
    line_start = text.rfind("\n", 0, start) + 1
    for found in _SYNCHRONISING.finditer(text, line_start):
        group = found.lastgroup
        if group is None or group == "skip" or found.start(group) < start:
            continue
        at = found.start(group)
        indent = _indent(text, at)
        if group == "open":
            skipped.append(indent)
            continue
        is_first = not text[text.rfind("\n", 0, at) + 1 : at].strip()
        if skipped and group == "close" and not (is_first and indent < skipped[-1]):
            skipped.pop()
            continue
        while is_first and skipped and indent <= skipped[-1]:
            skipped.pop()
        deepest = indent if is_first else sys.maxsize
        given_up = None if skipped else _give_up(parser, text, _terminal(parser, found), deepest)
        if given_up is not None:
            parser.lexer.at = at
            return given_up, at
    return None


def give_up_until(parser: Pushdown, kind: str) -> int | None:
    """Drop the top of the parser's stack until a word of that kind fits.

    Return the offset at which the first dropped part starts (a huge one where nothing had
    to be dropped), or None where the word never fits.
    """
    depth = _depth(parser, kind)
    return None if depth is None else min(map(_start, parser.cut(depth)), default=sys.maxsize)


def stump(parser: Pushdown, met: Met) -> tuple[int, int] | None:
    """Return the place of a statement that was begun and left, None where none was.

    The word that can't stand there begins another one on a line of its own, no deeper than
    that of the first, or closes the block around it.
    """
    text, start = met.text, met.start
    if not parser.values or any(found <= met.accepted for found in _FINISHED):
        return None
    word = _begun(text, start)
    end = parser.values[-1].end_pos
    if end is None or (word not in _BEGINNINGS and word != "}"):
        return None
    line = text.rfind("\n", 0, end) + 1
    if line == text.rfind("\n", 0, start) + 1 or text[line:end].rstrip().endswith(("{", "}")):
        return None
    first = line + len(text[line:end]) - len(text[line:end].lstrip())
    is_deeper = _indent(text, start) > first - line
    is_shallower = _indent(text, start) < first - line
    return None if is_deeper or (word == "}" and not is_shallower) else (first, end)


def untake(parser: Pushdown, text: str, start: int | None) -> int | None:
    """Take back the last words that were read, if they are the beginning of a statement.

    start: of the word that can't stand there. Return their offset; None where they aren't.
    """
    line = text.rfind("\n", 0, len(text) if start is None else start) + 1
    for depth in range(len(parser.values) - 1, 0, -1):
        value = parser.values[depth]
        if value.start_pos is not None and value.start_pos < line:
            line = text.rfind("\n", 0, value.start_pos) + 1
            if depth < len(parser.values) - 1:
                return None
        if _is_taken_wrong(parser, text, depth):
            parser.cut(depth + 1)
            parser.before[:] = parser.states
            parser.lexer.at = value.start_pos or 0
            return value.start_pos
    return None


def _is_taken_wrong(parser: Pushdown, text: str, depth: int) -> bool:
    """Return whether a value is the beginning of a statement that was read as a part of one."""
    value, before = parser.values[depth], parser.values[depth - 1]
    start, end = value.start_pos, value.end_pos
    if start is None or before.end_pos is None or "\n" not in text[before.end_pos : start]:
        return False
    word = _begun(text, start)
    if word in ITEMS:
        return depth > 1 and not _indent(text, start)
    is_keyword = isinstance(value, Token) and value.type not in {"NAME", "FIELD"}
    return word in _CLAUSES and text[start:end] == word and not is_keyword


def closes(mistake: Told) -> bool:
    """Return whether a mistake is mended by brackets that close what is open."""
    return all(_CLOSING.issuperset(repair.text) for repair in mistake.repairs)


def _begun(text: str, start: int) -> str:
    """Return the word at an offset if it is the first of its line, else ""."""
    line = text.rfind("\n", 0, start) + 1
    found = re.compile(r"[a-z-]+|\}").match(text, start)
    return "" if text[line:start].strip() or found is None else found[0]


def _terminal(parser: Pushdown, found: re.Match[str]) -> str:
    word = found["close"] or found["word"]
    return _terminals(tuple(parser.tables.fixed.items()))[word]


@cache
def _terminals(fixed: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {word: name for name, word in fixed}


def _give_up(parser: Pushdown, text: str, kind: str, deepest: int) -> int | None:
    """Drop the top of the stack for a word, unless an open block stands less deep than it."""
    depth = _depth(parser, kind)
    if depth is None:
        return None
    for value in parser.values[depth - 1 :]:
        if isinstance(value, Token) and value == "{" and _indent(text, value.start_pos) < deepest:
            return None
    return min(map(_start, parser.cut(depth)), default=sys.maxsize)


def _depth(parser: Pushdown, kind: str) -> int | None:
    """Return how many states to keep so that a word of that kind fits, None for none."""
    depths = range(len(parser.states), 0, -1)
    return next((each for each in depths if parser.behind(parser.states[:each], kind)), None)


def _start(value: ReadSymbol) -> int:
    return sys.maxsize if value.start_pos is None else value.start_pos


def _indent(text: str, at: int) -> int:
    """Return how deep the line of an offset stands."""
    line = text.rfind("\n", 0, at) + 1
    return len(text[line:at]) - len(text[line:at].lstrip(" \t"))
