"""What the parser does when a rule of the grammar is complete: build its node at once.

Lark would make a tree first, with a node and a place for every rule and helper rule, to be
walked afterwards; on long policies that takes most of the time. Here each rule of the
parse table has one function that the parser calls with what it has read. What counts is
Lark's own: a word of the grammar is dropped, what is optional and absent is None, and what
a rule with an underscore stands for goes into the rule around it.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, cast

import attrs
from lark import Token
from lark.grammar import Rule

from turnout.dsl.build import Builder
from turnout.dsl.source import Span


@attrs.define
class Reduced:
    """What a rule has become: the characters it was read from, and what it gives its parent.

    start_pos, end_pos: None where it was read from nothing; named as those of a token.
    """

    start_pos: int | None
    end_pos: int | None
    items: list[Any]


ReadSymbol: TypeAlias = Token | Reduced
Reduction: TypeAlias = Callable[[list[ReadSymbol]], Reduced]


def reductions(rules: Iterable[Rule], builder: Builder) -> dict[Rule, Reduction]:
    """Return what to do for each rule of a grammar with `maybe_placeholders`."""
    return {rule: _reduction(rule, builder) for rule in rules}


def _reduction(rule: Rule, builder: Builder) -> Reduction:
    steps, at_end = _steps(rule)
    name = str(rule.alias or rule.origin.name)
    is_inner = name.startswith("_")
    build = None if is_inner else cast("Callable[[Span, list[Any]], Any]", getattr(builder, name))
    source = builder.source
    # Many things of a kind, each added to the list of those before it.
    grows = is_inner and bool(steps) and steps[0] == (0, True, 0)
    rest = steps[1:] if grows else steps

    def reduced(values: list[ReadSymbol]) -> Reduced:
        start = end = None
        for value in values:
            start = value.start_pos
            if start is not None:
                break
        for value in reversed(values):
            end = value.end_pos
            if end is not None:
                break
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
            items = [build(Span(source, start or 0, end or 0), items)]
        return Reduced(start, end, items)

    return reduced


def _steps(rule: Rule) -> tuple[list[tuple[int, bool, int]], int]:
    """Return which of a rule's symbols count, and how many absent ones stand at its end.

    A step is the symbol's place, whether it is a rule, and how many absent ones stand
    between it and the one before.
    """
    absent = [0] * (len(rule.expansion) + 1)
    at = 0
    for is_absent in rule.options.empty_indices:
        if is_absent:
            absent[at] += 1
        else:
            at += 1
    steps: list[tuple[int, bool, int]] = []
    waiting = 0
    for at, symbol in enumerate(rule.expansion):
        waiting += absent[at]
        if not (symbol.is_term and getattr(symbol, "filter_out", False)):
            steps.append((at, not symbol.is_term, waiting))
            waiting = 0
    return steps, waiting + absent[-1]
