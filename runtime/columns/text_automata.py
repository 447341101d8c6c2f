"""Which texts of a column are of one form, by one table of all that is asked of them.

Whether regular expressions are found in a text of ASCII, and whether it is one of a list, is told
byte by byte by one deterministic automaton, the product of those of all questions. Its states
are made until there are no new ones; to follow it takes a third of asking RE2 for each.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from turnout.compiler.leads.automata import Automaton, ExpressionAutomaton, State
from turnout.compiler.leads.characters import holds, just
from turnout.compiler.leads.expressions import (
    Alternation,
    Boundary,
    CharacterOf,
    Concatenation,
    Expression,
    UnreadExpressionError,
    expression_of,
)
from turnout.frozen import frozen
from turnout.runtime.columns.kernels import NOWHERE, START, Bytes, Numbers

MOST_STATES = 4_000
"""States of an automaton: some hundred bytes each."""

_ASCII = [chr(code) for code in range(128)]


@frozen(eq=False)
class TextAutomaton:
    """Takes some texts of ASCII.

    classes: of each byte; those that are the same to it are one. moves: states x classes, the
    next state. ends: of each state, 1 where a text may end in it.
    """

    classes: Bytes
    moves: Numbers
    ends: Bytes


def text_automaton(
    form: str, others: str, unlike: Iterable[str], most: int = MOST_STATES
) -> TextAutomaton | None:
    """Return what takes the texts of ASCII in which `form` is found, and none of the rest.

    form, others: expressions of RE2, case told apart; `others` may be empty. unlike: whole texts.
    Returns None where that takes more states than `most`, or an expression isn't read.
    """
    try:
        asked = [ExpressionAutomaton.of(expression_of(form, is_cased=True), wanted=True)]
        refused = [_one_of(unlike)]
        if others:
            refused.append(expression_of(others, is_cased=True))
        asked += [ExpressionAutomaton.of(each, wanted=False) for each in refused]
    except UnreadExpressionError:
        return None
    classes, letters = _classes(asked)
    return _product(asked, classes, letters, most)


def _one_of(texts: Iterable[str]) -> Expression:
    """Return the expression that is found in these texts alone."""
    return Alternation(
        (
            # found nowhere: there is nothing behind the end
            Concatenation((Boundary("end"), CharacterOf(just("x")))),
            *(
                Concatenation(
                    (
                        Boundary("start"),
                        *(CharacterOf(just(character)) for character in text),
                        Boundary("end"),
                    )
                )
                for text in sorted(texts)
            ),
        )
    )


def _classes(asked: Sequence[Automaton]) -> tuple[Bytes, list[str]]:
    """Return the class of each byte, and a character of each class but that of no ASCII."""
    sets = [ranges for each in asked for ranges in each.told_apart()]
    numbers: dict[tuple[bool, ...], int] = {}
    letters: list[str] = []
    found = np.zeros(256, np.uint8)
    for character in _ASCII:
        held = tuple(holds(ranges, character) for ranges in sets)
        number = numbers.setdefault(held, len(numbers) + 1)
        if number > len(letters):
            letters.append(character)
        found[ord(character)] = number
    return found, letters


def _product(
    asked: Sequence[Automaton], classes: Bytes, letters: Sequence[str], most: int
) -> TextAutomaton | None:
    """Return the automaton whose state is one of each of several."""
    begun = tuple(each.start for each in asked)
    numbers: dict[tuple[State, ...], int] = {begun: START}
    pending, moves = [begun], [[NOWHERE] * (len(letters) + 1)]
    ends = [False]
    for states in pending:  # it grows while it is walked
        row = [NOWHERE]
        for letter in letters:
            after = [of.after(state, letter) for of, state in zip(asked, states, strict=True)]
            behind = tuple(state for state in after if state is not None)
            if len(behind) < len(asked):
                row.append(NOWHERE)
                continue
            number = numbers.setdefault(behind, len(numbers) + 1)
            if number > len(pending):
                pending.append(behind)
                if len(pending) >= most:
                    return None
            row.append(number)
        moves.append(row)
        ends.append(all(of.is_end(state) for of, state in zip(asked, states, strict=True)))
    return TextAutomaton(classes, np.array(moves, np.int32), np.array(ends, np.uint8))
