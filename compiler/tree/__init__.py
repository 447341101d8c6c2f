"""The decision tree that people read: splits with a branch for each answer, and leaves.

A split's branches never share a lead, and equal parts stand once. `compiler.growing`
makes it.
"""

from collections.abc import Callable
from typing import TypeAlias

import attrs

from turnout.compiler.program import Attempt
from turnout.dsl.conditions import Condition
from turnout.dsl.policy import Sla
from turnout.dsl.promises import Action


@attrs.frozen
class Leaf:
    """Where leads go.

    clause: the rule or fallback, None at the end of a route that has no fallback.
    attempts: its targets in order, those of the fallbacks around it included.
    sla, actions: those of the rule.
    """

    clause: str | None
    is_rule: bool
    attempts: tuple[Attempt, ...]
    own_attempts: int
    sla: Sla | None = None
    actions: tuple[Action, ...] = ()


@attrs.frozen
class Branch:
    """One answer. label: in the policy's words. child: the number of a node."""

    label: str
    condition: Condition
    child: int


@attrs.frozen
class Split:
    """A question.

    kind: "territory", "segment", "field" or "condition". subject: the family's, segment's
    or field's name (the family of the territories at the top is ""), or the condition.
    inside: the blocks in which it is asked, outermost first, as written. branches: no
    lead is in two. otherwise: the node for every other lead, None where there is none.
    """

    kind: str
    subject: str
    inside: tuple[str, ...]
    branches: tuple[Branch, ...]
    otherwise: int | None


Node: TypeAlias = Leaf | Split


@attrs.frozen
class Tree:
    """The decision tree of a route. nodes: children before parents; equal parts once."""

    route: str
    nodes: tuple[Node, ...]
    root: int


def follow(tree: Tree, is_true: Callable[[Condition], bool]) -> Leaf:
    """Return the leaf that a lead reaches; `is_true` answers for the lead."""
    node = tree.nodes[tree.root]
    while isinstance(node, Split):
        taken = next((b.child for b in node.branches if is_true(b.condition)), node.otherwise)
        assert taken is not None, "the branches of a split without `otherwise` take every lead"
        node = tree.nodes[taken]
    return node
