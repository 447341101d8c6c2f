"""The pushdown automaton that reads a file: words in, nodes out.

Lark makes the LALR(1) tables (`grammar/lalr.py`); this is what runs them. It is kept apart
from Lark's own so that an error doesn't end it: its stack can be looked at, tried and
shortened, and it goes on from wherever the text is set to.
"""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from turnout.dsl import nodes
from turnout.dsl.lexing import Lexer, Token, UnexpectedError
from turnout.dsl.reductions import ReadSymbol, Reduced, Reductions
from turnout.frozen import define
from turnout.grammar.lalr import END, Tables

Known: TypeAlias = Callable[[str, int], nodes.Rule | nodes.Territory | None]
"""Returns what was read before, by the grammar's word for it and the offset where it starts."""

_KNOWN = {"RULE": "rule", "TERRITORY": "territory"}


@define(eq=False)
class Pushdown:
    """Where the parser is: one state more than there are values.

    before: the states as they were before the word that didn't fit.
    """

    tables: Tables
    lexer: Lexer
    reductions: Reductions
    states: list[int] = attrs.Factory(lambda: [0])
    values: list[ReadSymbol] = attrs.Factory(list[ReadSymbol])
    before: list[int] = attrs.Factory(lambda: [0])
    _taken: tuple[ReadSymbol, int, ReadSymbol] | None = None

    def read(self, known: Known | None = None) -> Reduced:
        """Return what the rest of the text is.

        known: returns the rule or territory that stands at an offset, where it was read before;
        it is asked behind the first word of each. Raises UnexpectedError. A word that can't stand
        somewhere may still end what stands before it, so that `states` no longer tell what could
        have stood there; `before` do.
        """
        states, before, following = self.states, self.before, self.lexer.next
        while True:
            before[:] = states
            token = following(states[-1])
            read = self.feed(token)
            if read is not None:
                return read
            self._taken = None  # something came behind it, and fitted
            if known is not None and token.type in _KNOWN:
                self._take_over(known, _KNOWN[token.type], token.start_pos)

    def _take_over(self, known: Known, what: str, start: int) -> None:
        """Put what is known in the place of its first word, and go on behind it."""
        state = self.tables.rows[self.states[-2]].get(what)
        node = None if state is None else known(what, start)
        if state is not None and node is not None:
            end = self.lexer.at = node.span.end
            self._taken = self.values[-1], self.states[-1], Reduced(start, end, [node])
            self.states[-1], self.values[-1] = state, self._taken[-1]

    def untaken(self) -> int | None:
        """Go back to the beginning of what was taken over last, if nothing came behind it.

        Return where that is, None where there is none. What is read instead may end otherwise:
        the last word of it isn't put together with the others before a word behind it fits.
        """
        if self._taken is None or self.values[-1] is not self._taken[-1]:
            return None
        word, state, node = self._taken
        self.states[-1], self.values[-1], self._taken = state, word, None
        self.lexer.at = word.end_pos or 0
        return node.start_pos

    def feed(self, token: Token) -> Reduced | None:
        """Take in a word; return the whole when that is the end. Raises UnexpectedError."""
        states, values, rows = self.states, self.values, self.tables.rows
        kind = token.type
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                raise UnexpectedError(None if kind == END else token.start_pos)
            if action >= 0:
                states.append(action)
                values.append(token)
                return None
            if (read := self._put_together(~action, kind)) is not None:
                return read

    def _put_together(self, production: int, kind: str) -> Reduced | None:
        """Put the last values together before a word of that kind; return the whole at the end."""
        states, values, rows = self.states, self.values, self.tables.rows
        origin, size, reduced = self.reductions[production]
        if reduced is None:  # a rule that stands for another; the value stays
            states.pop()
            states.append(rows[states[-1]][origin])
            return None
        parts = values[-size:] if size else []
        if size:
            del values[-size:], states[-size:]
        value = reduced(parts)
        state = rows[states[-1]][origin]
        states.append(state)
        values.append(value)
        return value if kind == END and state == self.tables.end else None

    def complete(self) -> None:
        """Put together what is finished whatever comes behind it, such as what a brace closes."""
        while True:
            row = self.tables.rows[self.states[-1]]
            (action, *others) = set(row.values())
            if others or action >= 0 or row.keys() == {END}:
                return
            self._put_together(~action, "")

    def behind(self, states: list[int], kind: str) -> list[int] | None:
        """Return the states behind a word of that kind, None where it can't stand there."""
        states = [*states]
        rows = self.tables.rows
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return None
            if action >= 0:
                return [*states, action]
            origin, size, _ = self.reductions[~action]
            if size:
                del states[-size:]
            states.append(rows[states[-1]][origin])
            if kind == END and states[-1] == self.tables.end:
                return states

    def cut(self, depth: int) -> list[ReadSymbol]:
        """Drop all but that many states, and return the values that went with them."""
        self._taken = None
        dropped = self.values[depth - 1 :]
        del self.states[depth:]
        del self.values[depth - 1 :]
        return dropped
