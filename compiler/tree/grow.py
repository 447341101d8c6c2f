"""Growing the decision tree that people read out of a route.

A block is a question with what is inside it; so is a rule, with a leaf. Rules that follow
each other and ask the same first stand under one question, which is asked once: "status is
churned" over the three rules that begin with it. A rule of them that asks nothing more
takes all others of that question, and ends it.

Nothing is asked in another order than the policy's, nothing is left out because its answer
is known by then, and no part stands twice. So the tree is linear in the policy. It is
never the only copy of the meaning: the laws hold it to the interpreter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

import attrs

from turnout.compiler.program import Program
from turnout.compiler.tree import Leaf, Question, Tree, TreeStep
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.dsl.policy import Block, Entry, Rule
from turnout.dsl.source import Span
from turnout.dsl.types import Field
from turnout.dsl.wording import conjuncts


@attrs.frozen
class _Run:
    """Rules that follow each other. shared: the conditions that each begins with."""

    shared: tuple[Condition, ...]
    rules: tuple[tuple[Rule, tuple[Condition, ...]], ...]

    @property
    def is_closed(self) -> bool:
        """Whether the last rule takes everybody who is left."""
        return len(self.rules[-1][1]) == len(self.shared)


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
    for part in _runs(entries, fields):
        if isinstance(part, _Run):
            yield _asked(part, leaves)
            continue
        inside = [*_steps(part.entries, fields, leaves)]
        inside += _fallback(is_there=part.fallback is not None, leaves=leaves)
        lost = _lost(part.condition, part.span)
        asks = (part.condition,) if lost else conjuncts(part.condition, fields)
        span = part.whole or part.span
        yield Question(asks, tuple(inside), is_block=True, span=span, lost=lost)


def _fallback(*, is_there: bool, leaves: Iterator[Leaf]) -> Sequence[Leaf]:
    return (next(leaves),) if is_there else ()


def _runs(entries: Iterable[Entry], fields: Mapping[str, Field]) -> Iterator[_Run | Block]:
    """Yield blocks, and the rules between them as far as they share what they ask first."""
    run: _Run | None = None
    for entry in entries:
        if isinstance(entry, Block):
            if run is not None:
                yield run
            run = None
            yield entry
            continue
        is_lost = _lost(entry.condition, entry.when) != ""
        rule = entry, (entry.condition,) if is_lost else conjuncts(entry.condition, fields)
        longer = None if run is None else _joined(run, *rule)
        if run is not None and longer is None:
            yield run
        run = longer or _Run(rule[1], (rule,))
    if run is not None:
        yield run


def _joined(run: _Run, rule: Rule, asks: tuple[Condition, ...]) -> _Run | None:
    """Return the run with one more rule, None where it doesn't ask the same first."""
    alike = 0
    for one, two in zip(run.shared, asks, strict=False):
        if one != two:
            break
        alike += 1
    is_alone = len(run.rules) == 1
    begins = 0 < alike < len(run.shared) if is_alone else alike == len(run.shared)
    if not begins or (run.is_closed and not is_alone):
        return None
    return _Run(run.shared[:alike], (*run.rules, (rule, asks)))


def _asked(run: _Run, leaves: Iterator[Leaf]) -> Question:
    """Return the question of a run of rules."""
    first = run.rules[0][0]
    span = first.whole or first.span
    if len(run.rules) == 1:
        lost = _lost(first.condition, first.when)
        return Question(run.shared, (next(leaves),), is_block=False, span=span, lost=lost)
    inside: list[TreeStep] = []
    for rule, asks in run.rules:
        leaf, more = next(leaves), asks[len(run.shared) :]
        question = Question(more, (leaf,), is_block=False, span=rule.whole or rule.span)
        inside.append(question if more else leaf)
    return Question(run.shared, tuple(inside), is_block=False, span=span)


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
