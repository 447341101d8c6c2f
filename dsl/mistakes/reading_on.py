"""How far a text reads if one place of it is read as something else.

A mistake can be understood in several ways, and some of them only look right: `holiday DE`
after `open mon..fri 09:00-17:00` is a slip of the pen for `holidays`, not a comma that is
missing before one more day. So each way is tried, as in the repairs of M. Burke and
G. Fisher, "A practical method for LR and LL syntactic error diagnosis and recovery" (TOPLAS
9, 1987): the parser goes back to before the repair, builds nothing, and reads on until the
next word that can't stand. The way that brings it past the lines concerned is the one.
"""

from collections.abc import Sequence

from turnout.dsl.lexing import Lexer, Repair, Repairs, Token, UnexpectedError
from turnout.dsl.mistakes.met import Told
from turnout.dsl.pushdown import Pushdown
from turnout.frozen import attribute, frozen
from turnout.grammar.lalr import END

FARTHEST_BACK = 20_000
"""Characters that are read again before a repair."""

LINES_READ = 2
"""Lines from that of a repair on which it has to bring the parser past, to be believed."""


@frozen
class Trials:
    """What is needed to try repairs where a parser has stopped.

    text: the file. start: the word that was refused. parser: as it stopped there. earlier:
    repairs that were made in the file before.
    """

    text: str = attribute(repr=False)
    start: int
    parser: Pushdown
    earlier: Sequence[Repair] = ()

    def reach(self, repairs: Sequence[Repair]) -> int:
        """Return the offset of the first word that can't stand once these are made.

        Behind `far`, nothing is looked at.
        """
        depth, at = self._back_to(min(repair.start for repair in repairs))
        far = self.far(repairs)
        waiting = [*(each for each in self.earlier if each.start >= at), *repairs]
        lexer = Lexer(
            self.text, self.parser.tables, Repairs({each.start: each for each in waiting}), at
        )
        states = self.parser.states[: depth + 1]
        while True:
            try:
                word = lexer.next(states[-1])
            except UnexpectedError as unexpected:
                return len(self.text) if unexpected.start is None else unexpected.start
            if word.start_pos >= far:
                return far
            behind = self.parser.behind(states, word.type)
            if behind is None:
                return word.start_pos
            if word.type == END:
                return far
            states = behind

    def mends(self, mistake: Told) -> bool:
        """Return whether a mistake's repairs make the lines right."""
        repairs = mistake.repairs
        return bool(repairs) and self.reach(repairs) >= self.far(repairs)

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
        states, values, before = self.parser.states, self.parser.values, self.parser.before
        shared = 0
        while shared < min(len(states), len(before)) and states[shared] == before[shared]:
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
