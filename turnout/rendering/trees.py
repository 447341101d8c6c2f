"""A route's decision tree as JSON, and its picture as pages."""

from collections.abc import Sequence
from pathlib import Path

from turnout.compiler.compiled import Compiled
from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.listing import MOST_ROWS
from turnout.compiler.picture.marking import has_gap, with_findings
from turnout.compiler.picture.paging import one_page, pages
from turnout.compiler.tree import Tree
from turnout.compiler.tree.grow import decision_tree
from turnout.compiler.tree.tree_json import as_json
from turnout.project.commits import commit_of
from turnout.rendering.jsons import json_text


def tree_of(compiled: Compiled, route: str) -> Tree:
    """Return the decision tree of one route."""
    return decision_tree(compiled.program, route)


def tree_text(compiled: Compiled, tree: Tree) -> bytes:
    """Return the tree in its documented JSON form."""
    return f"{json_text(as_json(tree, compiled.program), indent=2)}\n".encode()


def is_open(compiled: Compiled) -> bool:
    """Return whether some lead may reach the end of a route, where nobody gets it."""
    names = {finding.name for finding in compiled.findings}
    return has_gap(compiled.findings, is_sure=compiled.is_fit and "undecided" not in names)


def whole_picture(
    compiled: Compiled, route: str, *, is_one_page: bool = False, most: int = MOST_ROWS
) -> tuple[Page, ...]:
    """Return the pages of a route, nothing drawn in yet. most: rows of a page."""
    tree = tree_of(compiled, route)
    gap = is_open(compiled)
    if is_one_page:
        return (one_page(tree.steps, compiled.policy, has_gap=gap),)
    return pages(tree, compiled.policy, has_gap=gap, most=most)


def headed(
    compiled: Compiled, route: str, shown: Sequence[Page], *, has_commit: bool
) -> tuple[tuple[Page, ...], Masthead]:
    """Return the pages with what was found, and what stands above them."""
    marked, elsewhere = with_findings(shown, compiled.findings)
    facts = [f"policy {compiled.policy_hash[:12]}"]
    commit = commit_of(compiled.sources) if has_commit else None
    facts += [] if commit is None else [str(commit)]
    title = f"{compiled.policy.name}: route {route}"
    return marked, Masthead(title, tuple(facts), elsewhere)


def main_folder(compiled: Compiled, policy: Path) -> Path:
    """Return the folder of the policy's main file."""
    return Path(compiled.sources[-1].name).parent if compiled.sources else policy.parent
