"""The decision tree that people read: a route as an outline of questions.

Steps stand in the policy's own order. A question has what is asked of the leads for which
it holds; whom nothing in there takes goes on to the next step, as everybody else does. So
the tree is the policy's outline, it has as many steps as the policy has rules and blocks,
and a lead follows it from the top to the bottom without a jump. One that a rule lets on
follows it further down from there. `grow.py` makes it.
"""

from collections.abc import Callable, Generator, Iterator
from typing import TypeAlias

from turnout.compiler.program import Clause
from turnout.dsl.conditions import Condition
from turnout.dsl.policy import Handover, RuleTable
from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen


@frozen
class Leaf:
    """Where every lead goes that comes here. number: of the clause, in the route's order.

    That of a rule which lets leads on is alone in its question, so that they leave by it.
    """

    number: int
    clause: Clause


@frozen
class Question:
    """Something that is asked of a lead.

    asks: what must all hold. inside: what is asked then; one leaf where the question is
    all that a rule asks. is_block: it is a `within` of the policy, else what a rule asks,
    or what several rules ask first. span: the whole rule or block as it is written. lost:
    the condition as written, where a part of it could not be read; "" otherwise. table: the
    one whose rows stand inside; that asks nothing, so that every lead comes in. handover: where
    what is inside is another route's; `is_block` then, too.
    """

    asks: tuple[Condition, ...]
    inside: tuple["TreeStep", ...]
    is_block: bool
    span: Span = attribute(eq=False, repr=False)
    lost: str = ""
    table: RuleTable | None = None
    handover: Handover | None = None


TreeStep: TypeAlias = Question | Leaf


@frozen
class Tree:
    """The decision tree of a route."""

    route: str
    steps: tuple[TreeStep, ...]

    @property
    def questions(self) -> int:
        """How many questions there are."""
        return sum(isinstance(step, Question) for step in every_step(self.steps))


def follow(tree: Tree, is_true: Callable[[Condition], bool]) -> Leaf | None:
    """Return the first leaf that a lead reaches, None where nobody takes it.

    is_true: answers for the lead.
    """
    return next(way(tree, is_true), None)


def way(tree: Tree, is_true: Callable[[Condition], bool]) -> Iterator[Leaf]:
    """Yield the leaves that a lead reaches, each but the first where those before let it on."""
    yield from _followed(tree.steps, is_true)


def _followed(
    steps: tuple[TreeStep, ...], is_true: Callable[[Condition], bool]
) -> Generator[Leaf, None, bool]:
    """Yield the leaves; return whether the lead stays at the last of them."""
    for step in steps:
        if isinstance(step, Leaf):
            yield step
            if not step.clause.lets_on:
                return True
        elif all(map(is_true, step.asks)) and (yield from _followed(step.inside, is_true)):
            return True
    return False


def every_step(steps: tuple[TreeStep, ...]) -> Iterator[TreeStep]:
    """Yield the steps and all that stand inside them, in reading order."""
    for step in steps:
        yield step
        if isinstance(step, Question):
            yield from every_step(step.inside)
