"""A route's decision tree as JSON, as DOT and as a picture."""

from turnout.commands.exits import CannotRun
from turnout.compiler.diagram import description, dot
from turnout.compiler.drawing import DrawingError, draw
from turnout.compiler.growing import decision_tree
from turnout.compiler.tree import Tree
from turnout.compiler.tree_json import as_json
from turnout.rendering.jsons import json_text
from turnout.runtime.compiled import Compiled


def tree_of(compiled: Compiled, route: str) -> Tree:
    """Return the decision tree of one route."""
    return decision_tree(compiled.program, route)


def tree_text(compiled: Compiled, tree: Tree) -> bytes:
    """Return the tree in its documented JSON form."""
    return f"{json_text(as_json(tree, compiled.program), indent=2)}\n".encode()


def picture(compiled: Compiled, tree: Tree, form: str) -> bytes:
    """Return the tree drawn as "svg", "dot", "png" or "pdf"; raise CannotRun if it can't be."""
    title = f"{compiled.policy.name}: route {tree.route}"
    try:
        return draw(dot(tree, title), form, title=title, description=description(tree))
    except DrawingError as failure:
        raise CannotRun(str(failure), failure.help) from failure
