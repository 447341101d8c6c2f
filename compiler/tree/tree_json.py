"""The decision tree as JSON, for programs that walk it themselves.

Version 1. Every condition is written in the policy language, so whoever reads the tree
needs no second language for conditions; `definitions` says what each name in them means.
Nodes stand in an order in which children come before their parents, and a node is written
once however many branches lead to it.
"""

from collections.abc import Iterator
from typing import Any, assert_never

from turnout.compiler.program import Attempt, Program
from turnout.compiler.tree import Leaf, Node, Split, Tree
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.dsl.policy import Sla
from turnout.dsl.wording import parts, written

VERSION = 1


def as_json(tree: Tree, program: Program) -> dict[str, Any]:
    """Return the tree as JSON values, keys in a fixed order."""
    conditions = [
        branch.condition
        for node in tree.nodes
        if isinstance(node, Split)
        for branch in node.branches
    ]
    fields = program.policy.fields
    return {
        "format": "turnout-tree",
        "version": VERSION,
        "policy": program.policy.name,
        "route": tree.route,
        "root": tree.root,
        "nodes": [_node(number, node, program) for number, node in enumerate(tree.nodes)],
        "definitions": {
            name.name: {"kind": name.kind, "means": written(name.meaning, fields)}
            for name in sorted(_names(conditions), key=lambda name: name.name)
        },
    }


def _node(number: int, node: Node, program: Program) -> dict[str, Any]:
    if isinstance(node, Leaf):
        return {
            "node": number,
            "type": "leaf",
            "rule": node.clause if node.is_rule else None,
            "by": None if node.clause is None else ("rule " if node.is_rule else "") + node.clause,
            "targets": [_target(attempt) for attempt in node.attempts],
            "sla": None if node.sla is None else _sla(node.sla),
            "actions": [
                {"kind": action.kind, "arguments": list(action.arguments)}
                for action in node.actions
            ],
        }
    return {
        "node": number,
        "type": "split",
        "kind": node.kind,
        "subject": node.subject,
        "inside": list(node.inside),
        "branches": [
            {
                "label": branch.label,
                "when": written(branch.condition, program.policy.fields),
                "to": branch.child,
            }
            for branch in node.branches
        ],
        "otherwise": node.otherwise,
    }


def _target(attempt: Attempt) -> dict[str, str]:
    kind, name = parts(attempt.target)
    return {"kind": kind, "name": name, "by": attempt.by}


def _sla(sla: Sla) -> dict[str, Any]:
    then = None if sla.then is None else parts(sla.then.target)
    return {
        "period": str(sla.period),
        "wall": sla.wall,
        "then": None if then is None else {"kind": then[0], "name": then[1]},
    }


def _names(conditions: list[Condition]) -> Iterator[Named]:
    """Yield each name that the conditions use, directly or inside another, once."""
    seen: set[str] = set()
    pending = list(conditions)
    while pending:
        asked = pending.pop()
        if isinstance(asked, Atom):
            continue
        match asked:
            case And(inner) | Or(inner):
                pending.extend(inner)
            case Not(part):
                pending.append(part)
            case Named(name=name, meaning=meaning):
                if name not in seen:
                    seen.add(name)
                    pending.append(meaning)
                    yield asked
            case _:
                assert_never(asked)
