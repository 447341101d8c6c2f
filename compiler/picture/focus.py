"""Looking at one part of a large route: what leads there stays open, the rest is put together."""

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from typing import TypeAlias

from turnout.compiler.picture.paging import title_of
from turnout.compiler.tree import Leaf, Question, Tree, TreeStep, every_step
from turnout.dsl.conditions import Condition, names_in
from turnout.dsl.policy import Policy
from turnout.errors import Error

Hidden: TypeAlias = Callable[[TreeStep], bool]
"""Whether a step is drawn only as one of several that are closed together."""

_MOST_ROWS, _NEAR = 76, 6


class FocusError(Error):
    """The route has nothing of that name."""


def only(tree: Tree, policy: Policy, name: str, *, is_rule: bool = False) -> Hidden:
    """Return which steps are hidden where only what `name` names is of interest.

    name: of a rule, a territory or a segment, or what a block asks. is_rule: of a rule
    alone. Raises FocusError.
    """
    wanted = name.casefold()

    def is_wanted(step: TreeStep) -> bool:
        names = _rules(step) if is_rule else _names(step, policy)
        return any(each.casefold() == wanted for each in names)

    shown = set(_shown(tree.steps, is_wanted))
    if not shown:
        steps = every_step(tree.steps)
        known = {
            each for step in steps for each in (_rules(step) if is_rule else _names(step, policy))
        }
        raise FocusError(
            f"the route {tree.route} has no {'rule' if is_rule else 'part'} {name}",
            _advice(name, sorted(known)),
        )
    return lambda step: id(step) not in shown


def deeper(levels: int) -> Callable[[Question, int], bool]:
    """Return which questions are closed where only so many levels are shown."""
    return lambda _, level: level + 1 >= levels


def on_the_way(
    tree: Tree, is_true: Callable[[Condition], bool], let_on: Collection[int] = ()
) -> tuple[Hidden, Callable[[Question, int], bool]]:
    """Return which steps are hidden, and which closed, where one lead's way is of interest.

    let_on: the clauses that took the lead and let it go on.

    Hidden is what it is never asked; and on a long way all questions that it answers with
    no, but for the last ones. Closed are the parts into which it doesn't come.
    """
    asked: list[TreeStep] = []

    def is_yes(question: Question) -> bool:
        return answers(question, is_true, let_on)

    _walked(tree.steps, is_yes, asked)
    shown = {id(step) for step in asked}
    no = [step for step in asked if isinstance(step, Question) and not is_yes(step)]
    closed = {id(step) for step in no}
    if len(asked) > _MOST_ROWS:
        shown -= {id(step) for step in no[:-_NEAR]}
    return lambda step: id(step) not in shown, lambda step, _: id(step) in closed


def answers(
    question: Question, is_true: Callable[[Condition], bool], let_on: Collection[int]
) -> bool:
    """Return whether a lead's way goes into a question; not where the rule in it let it go on."""
    first = question.inside[0] if len(question.inside) == 1 else None
    has_let_on = isinstance(first, Leaf) and first.number in let_on
    return all(map(is_true, question.asks)) and not has_let_on


def _walked(
    steps: tuple[TreeStep, ...], is_yes: Callable[[Question], bool], asked: list[TreeStep]
) -> bool:
    """Add each step that a lead comes to; return whether it stays there."""
    for step in steps:
        asked.append(step)
        if isinstance(step, Leaf):
            return True
        if is_yes(step) and _walked(step.inside, is_yes, asked):
            return True
    return False


def _advice(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(known[:8])}"


def _shown(steps: tuple[TreeStep, ...], is_wanted: Callable[[TreeStep], bool]) -> Iterator[int]:
    """Yield the steps that are wanted, with what they are in and what is in them."""
    for step in steps:
        if is_wanted(step):
            yield from map(id, every_step((step,)))
        elif isinstance(step, Question):
            inside = [*_shown(step.inside, is_wanted)]
            if inside:
                yield id(step)
                yield from inside


def _rules(step: TreeStep) -> list[str]:
    """Return the name of the rule that a step is."""
    inside = step.inside if isinstance(step, Question) and len(step.inside) == 1 else (step,)
    return [leaf.clause.name for leaf in inside if isinstance(leaf, Leaf) and leaf.clause.is_rule]


def _names(step: TreeStep, policy: Policy) -> list[str]:
    found = _rules(step)
    if isinstance(step, Question):
        said = title_of(step, policy.fields)
        found += [said, said.removeprefix("within ")]
        if step.handover is not None:
            found += [step.handover.rule, f"route {step.handover.route}"]
        found += [each.name for condition in step.asks for each in names_in(condition)]
    return found
