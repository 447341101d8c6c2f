"""Brackets that don't pair: the cause is often far above the place where the parser stops.

People indent, so the block that isn't closed is the one that the indentation leaves.
"""

import re

import attrs

from turnout.dsl.lexing import Repair
from turnout.dsl.mistakes.met import STARTERS, Met, Told, replaced
from turnout.frozen import frozen

_BRACKET = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|(?P<bracket>[][(){}])')
_CLOSES = {"{": "}", "[": "]", "(": ")"}


@frozen
class _Open:
    """A bracket that is open: where it stands, and where the line begins and is indented."""

    at: int
    sign: str
    line: int
    indent: int


def unclosed(met: Met) -> Told | None:
    """A block or list is not closed before something that can't stand in it."""
    closing = [sign for sign in "])}" if sign in met.accepted]
    if met.word in _CLOSES.values():
        return _wrong_bracket(met, closing)
    open_, _ = _brackets(met.text, met.start)
    if not open_:
        return None
    if not met.word:
        return _at_the_end(met, open_)
    inner = open_[-1]
    first = met.line[0]
    is_first = not met.before.strip()
    if inner.sign != "{" and _CLOSES[inner.sign] in met.accepted and is_first:
        return _not_closed(met, inner, len(met.text[: met.start].rstrip()))
    indent = _indent(met.text, first)
    if "}" not in closing or not is_first or met.word not in STARTERS | _top(met):
        return None
    left = [each for each in open_ if each.sign == "{" and each.indent >= indent]
    inside = [each for each in _misplaced(met) if left and each.at > left[0].at]
    for block in inside:
        if (told := _before_dedent(met, block)) is not None:
            return told
    return _not_closed(met, left[0] if left else inner, len(met.text[: met.start].rstrip()), left)


def _top(met: Met) -> set[str]:
    return {met.word} if met.word.isalpha() and _indent(met.text, met.line[0]) == 0 else set()


def extra(met: Met) -> Told | None:
    """A bracket closes what isn't open, or more than it should."""
    open_, closed = _brackets(met.text, met.start)
    if met.word in _CLOSES.values():
        if any(_CLOSES[each.sign] == met.word for each in open_) or _stands_for_another(met, open_):
            return None
        message = f"`{met.word}` closes nothing"
        return replaced(met, met.start, met.end, "", message, text="nothing is open here")
    if met.word not in STARTERS or open_ or not closed:
        return None
    # The route ended too early: at a bracket that doesn't stand where its block began.
    opened, at = closed[-1]
    line = met.text.rfind("\n", 0, at) + 1
    if not met.text[line:at].strip() and _indent(met.text, line) == opened.indent:
        return None
    header = _header(met.text, opened)
    message = f"this `}}` closes `{header}` too early"
    return replaced(met, at, at + 1, "", message, text=f"`{met.word}` below is outside by it")


def _stands_for_another(met: Met, open_: list[_Open]) -> bool:
    """Return whether a bracket was meant to close the innermost one, which is of another kind."""
    if not open_ or _CLOSES[open_[-1].sign] not in met.accepted:
        return False
    return not met.after.strip() or met.text.find("\n", open_[-1].at, met.start) >= 0


def _wrong_bracket(met: Met, closing: list[str]) -> Told | None:
    """Return what is told of a closing bracket of another kind than the one that is open."""
    open_, _ = _brackets(met.text, met.start)
    if not open_:
        return None
    inner = open_[-1]
    right = _CLOSES[inner.sign]
    if right == met.word or right not in closing:
        return None
    outer = [each for each in open_[:-1] if _CLOSES[each.sign] == met.word]
    if outer and inner.sign != "{":  # a list or parenthesis is left open inside
        return _not_closed(met, inner, len(met.text[: met.start].rstrip().rstrip(",")))
    message = f"`{met.word}` doesn't close `{inner.sign}`"
    return replaced(met, met.start, met.end, right, message, text=f"`{right}` is the bracket")


def _not_closed(met: Met, block: _Open, at: int, left: list[_Open] | None = None) -> Told:
    """Return what is told of a bracket that should have been closed at `at`."""
    sign = _CLOSES[block.sign]
    header = _header(met.text, block)
    number = met.text.count("\n", 0, met.start) + 1
    message = f"`{header}` is never closed"
    where = f"before line {number}" if met.word else "at the end"
    count = max(len(left or ()), 1)
    repair = Repair(at, at, f" {sign}" * count)
    # Read there, since what stands between would be skipped with the place of the repair.
    repair = attrs.evolve(repair, start=met.start, end=met.start)
    behind = len(met.text[:at].rstrip())
    spans_lines = block.sign == "{" and "\n" in met.text[block.at : behind]
    closing = [f"\n{' ' * each.indent}}}" for each in reversed(left or [block])]
    written = "".join(closing) if spans_lines else f"{' ' * (sign == '}')}{sign}" * count
    return Told(
        _start_of(met.text, block),
        block.at + 1,
        message,
        f"`{block.sign}` without its `{sign}`",
        (f"put `{sign}` {where}",),
        (repair,),
        Repair(behind, behind, written),
    )


def _at_the_end(met: Met, open_: list[_Open]) -> Told:
    """Return what is told of a file that ends inside of blocks.

    The one to blame is the innermost after which a line stands no deeper than it, and not a
    bracket that would close it.
    """
    for block in (*_misplaced(met), *reversed(open_)):
        if block.sign != "{":
            return _not_closed(met, block, met.start)
        if (found := _before_dedent(met, block)) is not None:
            return found
    told = _not_closed(met, open_[-1], met.start)
    closing = "".join(f" {_CLOSES[each.sign]}" for each in reversed(open_))
    return attrs.evolve(told, repairs=(Repair(met.start, met.start, closing),))


def _misplaced(met: Met) -> list[_Open]:
    """Return the blocks that are closed by a brace which stands further left than they do."""
    return [
        block
        for block, at in _brackets(met.text, met.start)[1]
        if block.sign == "{"
        and not met.text[met.text.rfind("\n", 0, at) + 1 : at].strip()
        and _indent(met.text, met.text.rfind("\n", 0, at) + 1) < block.indent
    ]


def _before_dedent(met: Met, block: _Open) -> Told | None:
    """Return what is told of a block if it is left by a line that stands no deeper than it."""
    line = met.text.find("\n", block.at) + 1
    while 0 < line < len(met.text):
        end = met.text.find("\n", line)
        said = met.text[line : end if end >= 0 else len(met.text)].strip()
        if said and not said.startswith("#") and _indent(met.text, line) <= block.indent:
            if said.startswith("}"):
                return None
            at = line + len(met.text[line:]) - len(met.text[line:].lstrip())
            moved = attrs.evolve(met, start=at, word=said.split()[0])
            return _not_closed(moved, block, at)
        line = end + 1 if end >= 0 else 0
    return None


def _brackets(text: str, until: int) -> tuple[list[_Open], list[tuple[_Open, int]]]:
    """Return the brackets that are open at an offset, outermost first, and the pairs before it."""
    open_: list[_Open] = []
    closed: list[tuple[_Open, int]] = []
    for found in _BRACKET.finditer(text, 0, until):
        sign = found["bracket"]
        if sign is None:
            continue
        if sign in _CLOSES:
            line = text.rfind("\n", 0, found.start()) + 1
            open_.append(_Open(found.start(), sign, line, _indent(text, line)))
        elif open_ and _CLOSES[open_[-1].sign] == sign:
            closed.append((open_.pop(), found.start()))
    return open_, closed


def _indent(text: str, line: int) -> int:
    return len(text[line:]) - len(text[line:].lstrip(" \t")) if line < len(text) else 0


def _header(text: str, block: _Open) -> str:
    """Return the words before a bracket that say what it opens, shortened."""
    said = " ".join(text[_start_of(text, block) : block.at + 1].split())
    return said if len(said) <= 40 else f"{said[:36]}… {block.sign}"


def _start_of(text: str, block: _Open) -> int:
    """Return where the statement begins that a bracket belongs to."""
    line = text[block.line : block.at]
    inner = max((line.rfind(sign) for sign in "{}"), default=-1)
    start = block.line + inner + 1
    return start + len(text[start : block.at]) - len(text[start : block.at].lstrip())
