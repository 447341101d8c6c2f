"""A route's decision tree as JSON, as DOT and as a picture."""

from turnout.compiler.compiled import Compiled
from turnout.compiler.tree import Tree
from turnout.compiler.tree.dot import description, dot
from turnout.compiler.tree.grow import decision_tree
from turnout.compiler.tree.picture import render
from turnout.compiler.tree.tree_json import as_json
from turnout.rendering.jsons import json_text


def tree_of(compiled: Compiled, route: str) -> Tree:
    """Return the decision tree of one route."""
    return decision_tree(compiled.program, route)


def tree_text(compiled: Compiled, tree: Tree) -> bytes:
    """Return the tree in its documented JSON form."""
    return f"{json_text(as_json(tree, compiled.program), indent=2)}\n".encode()


def picture(compiled: Compiled, tree: Tree, form: str) -> bytes:
    """Return the tree drawn as "svg", "dot", "png" or "pdf". Raises PictureError."""
    title = f"{compiled.policy.name}: route {tree.route}"
    return render(dot(tree, title), form, title=title, description=description(tree))
