"""Growing the decision tree that people read out of a route.

A block is a question with what is inside it; so is a rule, with a leaf. Rules that follow
each other and ask the same first stand under one question, which is asked once: "status is
churned" over the three rules that begin with it. A rule of them that asks nothing more
takes all others of that question, and ends it. The rows of a table stay together, each with
all that it asks: the tree has them as the sheet does.

Nothing is asked in another order than the policy's, nothing is left out because its answer
is known by then, and no part stands twice. So the tree is linear in the policy. It is
never the only copy of the meaning: the laws hold it to the interpreter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import assert_never

from turnout.compiler.program import Program
from turnout.compiler.tree import Leaf, Question, Tree, TreeStep
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.dsl.policy import Block, Entry, Rule, RuleTable
from turnout.dsl.source import Span
from turnout.dsl.types import Field
from turnout.dsl.wording import conjuncts
from turnout.frozen import frozen

MOST_SHARED = 3
"""How deep questions stand in each other that rules ask first; blocks are not counted."""


@frozen
class _Asking:
    """A rule with its leaf. asks: what it asks, in order. lost: see `Question`."""

    rule: Rule
    leaf: Leaf
    asks: tuple[Condition, ...]
    lost: str

    @property
    def span(self) -> Span:
        """The rule as it is written."""
        return self.rule.whole or self.rule.span


def decision_tree(program: Program, route: str) -> Tree:
    """Return the tree of one route of `program`."""
    leaves = (Leaf(at, clause) for at, clause in enumerate(program.routes[route].clauses))
    of = program.policy.routes[route]
    steps = [*_steps(of.entries, program.policy.fields, leaves)]
    return Tree(route, (*steps, *_fallback(is_there=of.fallback is not None, leaves=leaves)))


def _steps(
    entries: Iterable[Entry], fields: Mapping[str, Field], leaves: Iterator[Leaf]
) -> Iterator[TreeStep]:
    """Yield the steps of `entries`. leaves: those of all clauses from here on, in their order."""
    run: list[_Asking] = []
    for table, group in groupby(entries, key=_table):
        if table is not None:
            yield from _questions(run, 0, MOST_SHARED)
            run = []
            rows = [_asking(each, fields, next(leaves)) for each in group if isinstance(each, Rule)]
            inside = tuple(step for row in rows for step in _questions([row], 0, 0))
            yield Question((), inside, is_block=False, span=table.span, table=table)
            continue
        for entry in group:
            if isinstance(entry, Rule):
                run.append(_asking(entry, fields, next(leaves)))
                continue
            yield from _questions(run, 0, MOST_SHARED)
            run = []
            yield _block(entry, fields, leaves)
    yield from _questions(run, 0, MOST_SHARED)


def _table(entry: Entry) -> RuleTable | None:
    return entry.row.table if isinstance(entry, Rule) and entry.row is not None else None


def _block(entry: Block, fields: Mapping[str, Field], leaves: Iterator[Leaf]) -> Question:
    inside = [*_steps(entry.entries, fields, leaves)]
    inside += _fallback(is_there=entry.fallback is not None, leaves=leaves)
    lost = _lost(entry.condition, entry.span)
    asks = (entry.condition,) if lost else conjuncts(entry.condition, fields)
    span = entry.whole or entry.span
    to = entry.handover
    return Question(asks, tuple(inside), is_block=True, span=span, lost=lost, handover=to)


def _fallback(*, is_there: bool, leaves: Iterator[Leaf]) -> Sequence[Leaf]:
    return (next(leaves),) if is_there else ()


def _asking(rule: Rule, fields: Mapping[str, Field], leaf: Leaf) -> _Asking:
    days = () if rule.validity is None else (rule.validity.during,)
    if rule.row is not None and not rule.row.asked:  # for every lead, as none that is written
        return _Asking(rule, leaf, days, "")
    lost = _lost(rule.condition, rule.when if rule.row is None else rule.whole)
    asks = (rule.condition,) if lost else conjuncts(rule.condition, fields)
    return _Asking(rule, leaf, (*asks, *days), lost)


def _questions(rules: Sequence[_Asking], asked: int, levels: int) -> Iterator[TreeStep]:
    """Yield the steps of rules of which so much is asked already.

    levels: how often more rules may share a question.
    """
    at = 0
    while at < len(rules):
        first = rules[at]
        run = _run(rules[at:], asked) if levels else 1
        shared = _shared(rules[at : at + run], asked)
        if run > 1:
            inside = tuple(_questions(rules[at : at + run], shared, levels - 1))
            yield Question(first.asks[asked:shared], inside, is_block=False, span=first.span)
        elif len(first.asks) == asked and not first.lost and not first.leaf.clause.lets_on:
            yield first.leaf
        else:
            more = first.asks[asked:]
            yield Question(more, (first.leaf,), is_block=False, span=first.span, lost=first.lost)
        at += run


def _run(rules: Sequence[_Asking], asked: int) -> int:
    """Return how many rules begin with the same question, up to one that asks no more."""
    first = rules[0]
    for at, each in enumerate(rules):
        if each.lost or each.asks[asked : asked + 1] != first.asks[asked : asked + 1]:
            return max(at, 1)
        if len(each.asks) <= asked + 1:
            return at + 1
    return len(rules)


def _shared(rules: Sequence[_Asking], asked: int) -> int:
    """Return how many of the first conditions all of these rules share.

    That is one more than was asked where a rule but the last would take all leads otherwise.
    """
    first = rules[0].asks
    alike = min(len(each.asks) for each in rules)
    for each in rules:
        while each.asks[asked:alike] != first[asked:alike]:
            alike -= 1
    is_open = all(len(each.asks) > alike for each in rules[:-1])
    return alike if is_open else asked + 1


def _lost(condition: Condition, span: Span | None) -> str:
    """Return a condition as it is written, where a part could not be read; "" otherwise.

    What was lost holds for every lead, as nothing does that can be written.
    """
    if not _has_lost(condition):
        return ""
    return "no condition" if span is None else " ".join(span.text.split())


def _has_lost(condition: Condition) -> bool:
    if isinstance(condition, Atom):
        return False
    match condition:
        case And(parts):
            return not parts or any(map(_has_lost, parts))
        case Or(parts):
            return any(map(_has_lost, parts))
        case Not(part):
            return _has_lost(part)
        case Named():  # what it stands for is marked where it is declared
            return False
        case _:
            assert_never(condition)
