"""Paths: what leads were asked before, and where each answer led.

A crossing is what is still open: the boxes that hold a lead as far as it was asked. The first of
them says what is asked next, so that a lead is asked only what its own decision hangs on,
however many rules there are. Where an answer leads is found by the bits of the boxes when it
is first given, and looked up ever after: the states of an automaton that is built as it runs,
as RE2 builds its own (Cox, "Regular expression matching in the wild", 2010). A value that wasn't
met there goes where others went that leave the same boxes, so that numbers and names which
nobody wrote down cost little more than those that come again, and fill no memory. The number of
paths has a bound, in bytes; a lead that leaves those known is then decided by the bits alone.

Paths only remember, so threads may share them: two may find the same thing out twice.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeAlias, cast

from turnout.compiler.masks import key
from turnout.compiler.plan.asking import AskInFull, FieldQuestion, is_remembered
from turnout.dsl.types import Values

MOST_BYTES = 32 * 1024 * 1024
"""What one plan's paths take at most, about."""

_FOR_ANSWERS, _AT_ONE_CROSSING = 2, 64
"""What part of these bytes answers may take that are remembered by themselves, the half of it,
and those at one crossing: values that nobody wrote down come without end."""

_CROSSING_BYTES, _ANSWER_BYTES = 500, 100
"""What a crossing takes beside its bits, and an answer that leads to one."""

Crossing: TypeAlias = tuple[Any, dict[object, Any] | None, Any]
"""A crossing on a path: what is asked there, where each answer leads, and what is open there.

What is asked is the name of a field, or what finds the answer. Open are the boxes that are
left, the questions that were asked (bits, both), the number of the one that is asked here, and
where each set of boxes leads that an answer left.
At the end nothing is asked (None, None), and the last is the number of the clause, or None.
"""

_Open: TypeAlias = tuple[int, int, int, dict[tuple[int, int], Crossing]]
"""What is open at a crossing that isn't the end."""

_NOBODY: Final[Crossing] = (None, None, None)


class Paths:
    """The paths through the questions of one plan.

    clauses: the clause of each box. webs: of boxes that are asked in full, what does so.
    most_bytes: the bound of what is remembered.
    """

    def __init__(
        self,
        questions: tuple[FieldQuestion, ...],
        clauses: list[int],
        webs: Mapping[int, AskInFull],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._plain = questions
        self._webs = webs
        self._clauses = clauses
        every = (1 << len(clauses)) - 1
        in_full = (_in_full(at, asked, every) for at, asked in webs.items())
        self._questions = (*questions, *in_full)
        self.is_plain: bool = all(each.field for each in self._questions)
        self._crossings: dict[tuple[tuple[int, int], int], Crossing] = {}
        self._pending: dict[int, int] = {}
        self._most_bytes = most_bytes
        self._most_answers = most_bytes // _ANSWER_BYTES // _AT_ONE_CROSSING
        self._spent = self._spent_on_answers = 0

    def start(self, boxes: int) -> Crossing:
        """Return the crossing at which a lead begins of which nothing is known but these boxes."""
        return self._crossing(boxes, 0)

    def beyond(self, crossing: Crossing, answer: object, values: Values, today: date) -> Crossing:
        """Return where an answer leads that was not given at this crossing before."""
        _, known, still = crossing
        assert known is not None
        boxes, asked, number, by_left = cast("_Open", still)
        left = boxes & self._questions[number].accepts(answer)
        name = key(left)
        found = by_left.get(name)
        if found is None:
            asked |= 1 << number
            if self._spent >= self._most_bytes:
                return None, None, self._clause(left, asked, values, today)
            found = by_left[name] = self._crossing(left, asked)
            self._spent += _ANSWER_BYTES + left.bit_length() // 8
        if (
            len(known) < self._most_answers
            and self._spent_on_answers < self._most_bytes // _FOR_ANSWERS
            and is_remembered(answer)
        ):
            known[answer] = found
            self._spent_on_answers += _ANSWER_BYTES
            self._spent += _ANSWER_BYTES
        return found

    def _crossing(self, boxes: int, asked: int) -> Crossing:
        """Return the crossing with these boxes left, without those behind one that surely holds."""
        if not boxes:
            return _NOBODY
        surely = boxes & ~self._asking_besides(asked)
        if surely:
            boxes &= ((surely & -surely) << 1) - 1
        first = boxes & -boxes
        if first == surely & -surely:
            return None, None, self._clauses[first.bit_length() - 1]
        relevant, number = 0, -1
        for at, question in enumerate(self._questions):
            if asked >> at & 1:
                relevant |= bool(boxes & question.asking) << at
            elif number < 0 and first & question.asking:
                number = at
        name = key(boxes), relevant
        found = self._crossings.get(name)
        if found is None:
            question = self._questions[number]
            asks = question.field if self.is_plain else question.answering
            found = self._crossings[name] = asks, {}, (boxes, relevant, number, {})
            self._spent += _CROSSING_BYTES + boxes.bit_length() // 8
        return found

    def _asking_besides(self, asked: int) -> int:
        """Return the boxes that ask something that wasn't asked yet."""
        found = self._pending.get(asked)
        if found is None:
            found = 0
            for at, question in enumerate(self._questions):
                if not asked >> at & 1:
                    found |= question.asking
            self._pending[asked] = found
            self._spent += _ANSWER_BYTES + len(self._clauses) // 8
        return found

    def _clause(self, left: int, asked: int, values: Values, today: date) -> int | None:
        """Return the clause that takes a lead, by asking all that wasn't asked yet."""
        for at, question in enumerate(self._plain):
            if not left:
                return None
            if not asked >> at & 1:
                left &= question.accepts(question.answering(values, today))
        while left:
            at = (left & -left).bit_length() - 1
            if at not in self._webs or self._webs[at](values, today):
                return self._clauses[at]
            left &= left - 1
        return None


def _in_full(at: int, asked: AskInFull, every: int) -> FieldQuestion:
    """Return the question whether what the box asks in full holds."""
    own = 1 << at
    return FieldQuestion("", asked, lambda answer: every if answer else every ^ own, own)
