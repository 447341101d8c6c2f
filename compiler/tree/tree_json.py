"""The decision tree as JSON, for programs that walk it themselves.

Version 3. Every condition is written in the policy language, so whoever reads the tree
needs no second language for conditions; `definitions` says what each name in them means.
Questions of rules that count on some days say from when until when, too.
Nodes stand in reading order, the first is where leads come in, and every way leads to a
node further down. So a program that goes through them needs one loop.
"""

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

import attrs

from turnout.compiler.program import Attempt, Program
from turnout.compiler.tree import Leaf, Question, Tree, TreeStep, every_step
from turnout.dsl.conditions import And, Atom, Condition, During, Named, Not, Or
from turnout.dsl.policy import Sla
from turnout.dsl.wording import parts, written
from turnout.frozen import define

VERSION = 3


def as_json(tree: Tree, program: Program) -> dict[str, Any]:
    """Return the tree as JSON values, keys in a fixed order."""
    conditions = [
        condition
        for step in every_step(tree.steps)
        if isinstance(step, Question)
        for condition in step.asks
    ]
    fields, zone = program.policy.fields, program.policy.timezone
    asks_days = any(isinstance(each, During) for each in conditions)
    return {
        "format": "turnout-tree",
        "version": VERSION,
        "policy": program.policy.name,
        "route": tree.route,
        **({"timezone": zone} if asks_days else {}),
        "nodes": _Numbering(program).nodes(tree),
        "definitions": {
            name.name: {"kind": name.kind, "means": written(name.meaning, fields)}
            for name in sorted(_names(conditions), key=lambda name: name.name)
        },
    }


@define
class _Numbering:
    """Numbers nodes from the last to the first, so that what each leads to is known.

    found: the nodes so far, the last of the route first, numbered from the end.
    """

    program: Program
    found: list[dict[str, Any]] = attrs.Factory(list[dict[str, Any]])

    def nodes(self, tree: Tree) -> list[dict[str, Any]]:
        """Return the nodes in reading order. Where every lead is taken, nobody's leaf isn't one."""
        end = None if _is_taken(tree.steps) else self._add(_NOBODY)
        self._lay(tree.steps, (), end)
        count = len(self.found)
        for at, node in enumerate(self.found):
            node["node"] = count - 1 - at
            for way in ("yes", "else", "continue"):
                if node.get(way) is not None:
                    node[way] = count - 1 - node[way]
        return self.found[::-1]

    def _lay(self, steps: tuple[TreeStep, ...], inside: tuple[str, ...], after: int | None) -> int:
        """Add the nodes of `steps`, which are followed by `after`, and return the first."""
        for step in reversed(tuple(_reached(steps))):
            if isinstance(step, Leaf):
                after = self._add(_leaf(step, after))
                continue
            if not step.asks:  # the rows of a table are asked as if they stood alone
                after = self._lay(step.inside, inside, after)
                continue
            assert after is not None, "a question is followed by a step, or by nobody's leaf"
            said, days = self._asked(step)
            deeper = (*inside, said) if step.is_block and said is not None else inside
            yes = self._lay(step.inside, deeper, after)
            head = {"node": 0, "type": "question", "inside": list(inside)}
            after = self._add({**head, "when": said, **days, "yes": yes, "else": after})
        assert after is not None
        return after

    def _asked(self, step: Question) -> tuple[str | None, dict[str, str | None]]:
        """Return what a question asks of a lead, None for nothing, and on which days it holds."""
        days = {
            word: None if day is None else day.isoformat()
            for each in step.asks
            if isinstance(each, During)
            for word, day in (("from", each.first), ("until", each.last))
        }
        asks = tuple(each for each in step.asks if not isinstance(each, During))
        if days and not asks:
            return None, days
        asked = And(asks) if len(asks) != 1 else asks[0]
        return written(asked, self.program.policy.fields), days

    def _add(self, node: dict[str, Any]) -> int:
        self.found.append(dict(node))
        return len(self.found) - 1


_NOBODY: dict[str, Any] = {
    "node": 0,
    "type": "leaf",
    "rule": None,
    "by": None,
    "targets": [],
    "sla": None,
    "actions": [],
    "continue": None,
}


def _is_taken(steps: tuple[TreeStep, ...]) -> bool:
    """Return whether a step takes every lead that comes to it."""
    return any(map(_takes_all, steps))


def _takes_all(step: TreeStep) -> bool:
    """Return whether nobody goes on behind a step: a fallback, or a row that asks nothing."""
    if isinstance(step, Leaf):
        return not step.clause.lets_on
    return not step.asks and not step.lost and _is_taken(step.inside)


def _reached(steps: tuple[TreeStep, ...]) -> Iterator[TreeStep]:
    """Yield the steps to which leads can come."""
    for step in steps:
        yield step
        if _takes_all(step):
            return


def _leaf(leaf: Leaf, after: int | None) -> dict[str, Any]:
    """Return a leaf. after: the node for whoever it lets on."""
    clause = leaf.clause
    return {
        "node": 0,
        "type": "leaf",
        "rule": clause.name if clause.is_rule else None,
        "by": ("rule " if clause.is_rule else "") + clause.name,
        "targets": [_target(attempt) for attempt in clause.attempts],
        **({} if clause.offer is None else {"offer": str(clause.offer)}),
        "sla": None if clause.sla is None else _sla(clause.sla),
        "actions": [
            {"kind": action.kind, "arguments": list(action.arguments)} for action in clause.actions
        ],
        "continue": after if clause.lets_on else None,
    }


def _target(attempt: Attempt) -> dict[str, str]:
    kind, name = parts(attempt.target)
    return {"kind": kind, "name": name, "by": attempt.by}


def _sla(sla: Sla) -> dict[str, Any]:
    then = None if sla.then is None else parts(sla.then.target)
    return {
        "period": str(sla.period),
        "wall": sla.wall,
        "from_acceptance": sla.from_acceptance,
        "then": None if then is None else {"kind": then[0], "name": then[1]},
        "steps": [{"period": str(each.period), "word": each.word} for each in sla.steps],
        "away": sla.absence is not None,
        "away_for": str(sla.absence.period) if sla.absence and sla.absence.period else None,
    }


def _names(conditions: Iterable[Condition]) -> Iterator[Named]:
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
