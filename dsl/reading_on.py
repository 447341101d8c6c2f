"""How far a text reads if one place of it is read as something else.

A mistake can be understood in several ways, and some of them only look right: `holiday DE`
after `open mon..fri 09:00-17:00` is a slip of the pen for `holidays`, not a comma that is
missing before one more day. So each way is tried, as in the repairs of M. Burke and
G. Fisher, "A practical method for LR and LL syntactic error diagnosis and recovery" (TOPLAS
9, 1987): the parser goes back to before the repair, builds nothing, and reads on until the
next word that can't stand. The way that brings it past the lines concerned is the one.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Protocol, cast

import attrs
from lark import Token
from lark.exceptions import UnexpectedInput
from lark.lexer import LexerThread
from lark.parsers.lalr_parser_state import ParseConf, ParserState

from turnout.dsl.lexing import REPAIRS, Repair, Repairs
from turnout.dsl.reductions import ReadSymbol

FARTHEST_BACK = 20_000
"""Characters that are read again before a repair."""

LINES_READ = 2
"""Lines from that of a repair on which it has to bring the parser past, to be believed."""


class Stopped(Protocol):
    """A parser's state: `state_stack` holds one state more than `value_stack` values."""

    parse_conf: ParseConf[int]
    lexer: LexerThread
    state_stack: list[int]
    value_stack: list[ReadSymbol]

    def feed_token(self, token: Token, is_end: bool, /) -> object: ...  # noqa: FBT001 - Lark's


@attrs.frozen
class Trials:
    """What is needed to try repairs where a parser has stopped.

    text: the file. state: the parser's, after the word at `start` was refused. before: its
    states before that word. earlier: repairs that were made in the file before.
    """

    text: str = attrs.field(repr=False)
    start: int
    state: Stopped
    before: Sequence[int]
    earlier: Sequence[Repair] = ()

    def reach(self, repairs: Sequence[Repair]) -> int:
        """Return the offset of the first word that can't stand once these are made.

        Behind `far`, nothing is looked at.
        """
        depth, at = self._back_to(min(repair.start for repair in repairs))
        far = self.far(repairs)
        lexer = copy(self.state.lexer)
        assert lexer.state is not None
        lexer.state.line_ctr.char_pos = at
        conf = copy(self.state.parse_conf)
        conf.callbacks = {}  # what a trial builds would share lists with the real parts
        stacks = list(self.state.state_stack[: depth + 1]), [None] * depth
        trial = cast("Stopped", cast("Any", ParserState)(conf, lexer, *stacks))
        waiting = [each for each in self.earlier if each.start >= at] + list(repairs)
        token = REPAIRS.set(Repairs({each.start: each for each in waiting}))
        try:
            return _read(trial, far, len(self.text))
        finally:
            REPAIRS.reset(token)

    def far(self, repairs: Sequence[Repair]) -> int:
        """Return the offset up to which a text has to be read for its repairs to be believed."""
        end = max(self.start, *(repair.end for repair in repairs[:1]))
        for _ in range(LINES_READ):
            line = self.text.find("\n", end)
            if line < 0:
                return len(self.text)
            end = line + len(self.text[line:]) - len(self.text[line:].lstrip())
        return end

    def _back_to(self, start: int) -> tuple[int, int]:
        """Return how many values to keep so that the rest of the text holds `start`, and its start.

        A word that is refused may have ended what stands before it: values that it made are
        read again.
        """
        states, values = self.state.state_stack, self.state.value_stack
        shared = 0
        while shared < min(len(states), len(self.before)) and (
            states[shared] == self.before[shared]
        ):
            shared += 1
        depth = min(shared - 1, len(values))
        near = None
        while depth > 0:
            at = self.start if depth == len(values) else values[depth].start_pos
            if at is not None and at <= start:
                near = near or (depth, at)
                if start - at > FARTHEST_BACK:
                    return near
                # What is complete before it may be so because of the word that comes.
                if isinstance(values[depth - 1], Token):
                    return depth, at
            depth -= 1
        return 0, 0


def _read(trial: Stopped, far: int, length: int) -> int:
    """Return the offset of the word that a parser refuses, or `far` where it gets there."""
    lexer: Any = trial.lexer
    last = 0
    try:
        for token in cast("Iterator[Token]", lexer.lex(trial)):
            last = token.start_pos or 0
            if last >= far:
                return far
            trial.feed_token(token, False)  # noqa: FBT003 - as Lark has it
        last = length
        trial.feed_token(Token("$END", ""), True)  # noqa: FBT003 - as above
    except UnexpectedInput as unexpected:
        place = cast("int | None", unexpected.pos_in_stream)
        return last if place is None or last == length else place
    return far
