"""Which texts a field can hold, as a language, and the shortest texts that several have.

The languages of `kinds` hold every value of a type, and some texts besides that no reader
gives as itself (an address with a reserved name, a number that no country has). So where
they leave nothing there is nothing; what they leave is read before it is shown.

Of several automata the product is walked breadth first, in the order of letters that make
the text readable; characters that none of them tells apart are tried once.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from unicodedata import normalize

import attrs

from turnout.compiler.leads.automata import Automaton, ExpressionAutomaton, State
from turnout.compiler.leads.budget import Meter, tick
from turnout.compiler.leads.characters import HIGHEST, Ranges, holds
from turnout.compiler.leads.expressions import expression_of
from turnout.dsl import types
from turnout.frozen import define, frozen

MOST_STATES = 20_000
"""States of a product that are looked at before a question is left open."""

AT_A_GLANCE = 200
"""The same, where a text is only a help: what isn't found at once is done without."""

READABLE = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.@_+ "
"""The characters of which a text is made first, in that order."""

_EMAIL_AS_USUAL = r"\A[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,12}\z"
_EMAIL = r"\A.+@[^@]*[^@.]\z"
_PHONE = r"\A\+[1-9][0-9]{2,16}\z"
_DOMAIN = r"\A[^.@/ ][^@/ ]*\.[^@/ .]+\z"
_SALESFORCE_ID = r"\A[0-9A-Za-z]{15}[A-Z0-5]{3}\z"
_COMPANY_NAME = r"\A[^ -/:-@\[-`{-~]+(?: [^ -/:-@\[-`{-~]+)*\z"
_TEXT = r"\A[^ ]+(?: [^ ]+)*\z"


def kinds(kind: types.FieldType) -> tuple[ExpressionAutomaton, ...]:
    """Return languages of values of a type: the last holds each, those before it are plainer."""
    return tuple(_language(expression) for expression in _expressions(kind))


def _expressions(kind: types.FieldType) -> tuple[str, ...]:
    if isinstance(kind, types.CompanyName):
        return (_COMPANY_NAME,)
    if isinstance(kind, types.SalesforceId):
        return (_SALESFORCE_ID,)
    if isinstance(kind, types.Code):
        if kind.digits is not None:
            return (rf"\A[0-9]{{{kind.digits}}}\z",)
        return (r"\A[^ ]+\z" if kind.first is None else rf"\A[^ ]{{1,{kind.first}}}\z",)
    if isinstance(kind, types.Email):
        return _EMAIL_AS_USUAL, _EMAIL
    if isinstance(kind, types.Phone):
        return (_PHONE,)
    return (_DOMAIN,) if isinstance(kind, types.Domain) else (_TEXT,)


@lru_cache(maxsize=64)
def _language(expression: str) -> ExpressionAutomaton:
    return ExpressionAutomaton.of(expression_of(expression, is_cased=True), wanted=True)


def can_hold(kind: types.FieldType, character: str) -> bool:
    """Return whether a value of a type may have this character; never False where one has."""
    if not character.isascii():
        is_kept = character not in "\u00ad\u200b\u2060\ufeff" and not character.isspace()
        if isinstance(kind, types.Code) or not is_kept:
            return is_kept and not "\ud800" <= character <= "\udfff"
        apart = normalize("NFD", character)
        return apart.casefold() == apart and not "\ud800" <= character <= "\udfff"
    if character in "\t\n\v\f\r\x1c\x1d\x1e\x1f\0":
        return False
    if isinstance(kind, types.SalesforceId):
        return True
    return not (character.islower() if isinstance(kind, types.Code) else character.isupper())


@frozen
class Letter:
    """A character, for all that no automaton tells apart from it. is_alone: there is no other."""

    character: str
    is_alone: bool


def letters(kind: types.FieldType, automata: Sequence[Automaton], each: int = 1) -> list[Letter]:
    """Return characters of a type, up to `each` of those that no automaton tells apart."""
    sets = {ranges for automaton in automata for ranges in automaton.told_apart()}
    return _letters(kind, tuple(sorted(sets)), each)


@lru_cache(maxsize=256)
def _letters(kind: types.FieldType, sets: tuple[Ranges, ...], each: int) -> list[Letter]:
    found: list[Letter] = []
    for ranges in _alike(sets):
        some = [c for c in READABLE if holds(ranges, c) and can_hold(kind, c)]
        if len(some) < each + 1:
            codes = (chr(code) for low, high in ranges for code in range(low, high + 1))
            others = (c for c in codes if c not in READABLE and can_hold(kind, c))
            some += islice(others, each + 1 - len(some))
        found += [Letter(c, len(some) == 1) for c in some[:each]]
    order = {character: at for at, character in enumerate(READABLE)}
    return sorted(found, key=lambda of: (order.get(of.character, len(order)), of.character))


def _alike(sets: Sequence[Ranges]) -> list[Ranges]:
    """Return all characters, in groups of those that are in the same of some sets.

    >>> _alike((((97, 99),), ((98, 98), (100, 100))))[1:]
    [((97, 97), (99, 99)), ((98, 98),), ((100, 100),)]
    """
    edges = sorted(
        {0, HIGHEST + 1, *(edge for some in sets for low, high in some for edge in (low, high + 1))}
    )
    place = {edge: at for at, edge in enumerate(edges)}
    inside = [0] * len(edges)
    for number, some in enumerate(sets):
        for low, high in some:
            for at in range(place[low], place[high + 1]):
                inside[at] |= 1 << number
    groups: dict[int, list[tuple[int, int]]] = {}
    for (low, end), which in zip(pairwise(edges), inside, strict=False):
        groups.setdefault(which, []).append((low, end - 1))
    return [tuple(group) for group in groups.values()]


@define
class Walk:
    """A walk through the product of automata: the texts that all have, the shortest first.

    again: how often one state is come to, by different texts. most: states that are looked
    at. is_whole: once the walk has ended, whether it has come to every text; is_cut: whether
    it was ended by `most`.
    """

    automata: Sequence[Automaton]
    alphabet: Sequence[Letter]
    again: int = 1
    most: int = MOST_STATES
    is_whole: bool = True
    is_cut: bool = False

    def texts(self, meter: Meter) -> Iterator[str]:
        """Yield the texts. Raises OutOfTime."""
        characters = [letter.character for letter in self.alphabet]
        tables = [_Table(automaton, characters) for automaton in self.automata]
        start = tuple(table.number(table.automaton.start) for table in tables)
        come = {start: 1}
        pending: list[tuple[tuple[int, ...], str]] = [(start, "")]
        for count, (states, text) in enumerate(pending):
            if count % 256 == 0:
                meter.look()
            if count == self.most:
                self.is_cut, self.is_whole = True, False
                return
            if text and all(map(_Table.is_end, tables, states)):
                yield text
            tick(len(states) * len(self.alphabet))
            rows = map(_Table.row, tables, states)
            for letter, after in zip(self.alphabet, zip(*rows, strict=True), strict=True):
                if _DEAD in after:
                    continue
                self.is_whole = self.is_whole and letter.is_alone
                times = come.get(after, 0)
                if times == self.again:
                    self.is_whole = False
                    continue
                come[after] = times + 1
                pending.append((after, text + letter.character))


_DEAD = -1
"""The number of a state from which no text goes on."""


@define(eq=False)
class _Table:
    """An automaton over some characters, its states numbered as they are met.

    Thousands of states of a product are made of few states of each automaton: each is asked
    once what comes after it, and what is looked up then are small numbers.
    """

    automaton: Automaton
    _characters: Sequence[str]
    _states: list[State] = attrs.Factory(list[State])
    _numbers: dict[State, int] = attrs.Factory(dict[State, int])
    _rows: list[tuple[int, ...] | None] = attrs.Factory(list["tuple[int, ...] | None"])

    def number(self, state: State | None) -> int:
        """Return the number of a state; it gets the next one when it is met first."""
        if state is None:
            return _DEAD
        number = self._numbers.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
            self._rows.append(None)
        return number

    def row(self, number: int) -> tuple[int, ...]:
        """Return the states after each of the characters."""
        row = self._rows[number]
        if row is None:
            state, after = self._states[number], self.automaton.after
            row = tuple([self.number(after(state, each)) for each in self._characters])
            self._rows[number] = row
        return row

    def is_end(self, number: int) -> bool:
        """Return whether a text that ends in a state is one of the automaton's own."""
        return self.automaton.is_end(self._states[number])
