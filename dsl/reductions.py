"""What the parser does when a rule of the grammar is complete: build its node at once.

Each production has one function that the parser calls with what it has read: no tree is
made first, to be walked afterwards. A word that only marks a place is dropped, what is
optional and absent is None, and what a rule with an underscore stands for goes into the
rule around it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from turnout.dsl.lexing import Token
from turnout.frozen import define
from turnout.grammar.lalr import Production, Tables


@define(eq=False)
class Reduced:
    """What a rule has become: the characters it was read from, and what it gives its parent.

    start_pos, end_pos: None where it was read from nothing; named as those of a token.
    """

    start_pos: int | None
    end_pos: int | None
    items: list[Any]


ReadSymbol: TypeAlias = Token | Reduced
Reduction: TypeAlias = Callable[[list[ReadSymbol]], Reduced]
Build: TypeAlias = Callable[[int, int, list[Any]], Any]
"""What makes a node of the offsets that it was read from and its children."""


class Reductions(dict[int, tuple[str, int, Reduction | None]]):
    """For each production its rule, how many symbols it has, and what to do; made when met.

    There is nothing to do, None, where it is one rule that stands for the whole as it is.
    """

    def __init__(
        self, tables: Tables, builds: Callable[[str], Build], *, drops: bool = True
    ) -> None:
        """Build with what `builds` returns for a name. drops: words that only mark a place."""
        super().__init__()
        self._tables = tables
        self._builds = builds
        self._drops = drops

    def __missing__(self, number: int) -> tuple[str, int, Reduction | None]:
        """Make what is to be done for a production."""
        production = self._tables.production(number)
        build = None if production.name.startswith("_") else self._builds(production.name)
        steps, at_end = _steps(production) if self._drops else _all_steps(production)
        size = len(production.symbols)
        is_same = build is None and size == 1 and steps == [_ITSELF] and not at_end
        reduction = None if is_same else _reduction(build, steps, at_end)
        made = self[number] = production.origin, size, reduction
        return made


_Step: TypeAlias = tuple[int, bool, int]
"""The symbol's place, whether it is a rule, and how many absent ones stand before it."""

_ITSELF = (0, True, 0)


def _reduction(build: Build | None, steps: list[_Step], at_end: int) -> Reduction:
    # Many things of a kind, each added to the list of those before it.
    grows = build is None and bool(steps) and steps[0] == _ITSELF
    rest = steps[1:] if grows else steps

    def reduced(values: list[ReadSymbol]) -> Reduced:
        start = values[0].start_pos if values else None
        end = values[-1].end_pos if values else None
        if start is None or end is None:
            start = next((v.start_pos for v in values if v.start_pos is not None), None)
            end = next((v.end_pos for v in reversed(values) if v.end_pos is not None), None)
        items: list[Any] = cast("Reduced", values[0]).items if grows else []
        for at, is_rule, absent in rest:
            if absent:
                items += [None] * absent
            if is_rule:
                items += cast("Reduced", values[at]).items
            else:
                items.append(values[at])
        if at_end:
            items += [None] * at_end
        if build is not None:
            items = [build(start or 0, end or 0, items)]
        return Reduced(start, end, items)

    return reduced


def _steps(production: Production) -> tuple[list[_Step], int]:
    """Return which symbols count, and how many absent ones stand at the end."""
    steps: list[_Step] = []
    waiting = 0
    for at, symbol in enumerate(production.symbols):
        waiting += production.absent[at]
        if not production.dropped[at]:
            steps.append((at, not symbol.isupper(), waiting))
            waiting = 0
    return steps, waiting + production.absent[-1]


def _all_steps(production: Production) -> tuple[list[_Step], int]:
    """Return every symbol, and nothing for those that are absent."""
    return [(at, not symbol.isupper(), 0) for at, symbol in enumerate(production.symbols)], 0
