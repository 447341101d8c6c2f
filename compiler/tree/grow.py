"""Growing the decision tree that people read out of a route.

A route is an ordered list of clauses; the tree asks its questions one subject at a time,
in the policy's own order and words. Neighbouring clauses that ask the same subject first
(a territory, a segment, a field) become one split: a branch for each answer, with the
clauses that this answer leaves open, and one for every other answer, which goes on after
them. What comes after a run of clauses is one shared part, however many branches lead
there, so the tree has as many nodes as the policy has conditions and not as many as there
are combinations of answers (the sharing of Maranget, "Compiling Pattern Matching to Good
Decision Trees", ML 2008, with the right-hand sides kept apart by rule).

A split's branches never share a lead. The tree is never the only copy of the meaning:
the laws hold it to the interpreter.
"""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

import attrs

from turnout.compiler.leads.budget import Meter, OutOfSteps
from turnout.compiler.leads.regions import find
from turnout.compiler.masks import Mask
from turnout.compiler.program import Clause, Program
from turnout.compiler.questions.route_ground import route_ground
from turnout.compiler.tree import Branch, Leaf, Node, Split, Tree
from turnout.compiler.words.describe import side_names
from turnout.dsl.conditions import And, Atom, Condition, IsIn, Named, Not, Or, StartsWith
from turnout.dsl.policy import Family
from turnout.dsl.wording import conjuncts, written

MOST_ANSWERS = 40
"""Branches that one split may have; a subject with more answers is asked rule by rule."""

STEPS = 20_000

_YES, _NO = 1, 2


def decision_tree(program: Program, route: str) -> Tree:
    """Return the tree of one route of `program`."""
    return _Grower(program, route).tree()


@attrs.frozen(eq=False)
class _Open:
    """A clause with the conditions that are not yet asked, and the clauses after it."""

    clause: Clause
    unasked: tuple[Condition, ...]
    after: "_Open | None"


@attrs.frozen
class _Question:
    """What one condition asks. subject: what must be equal to be asked together.

    answers: for a family the members for which the condition holds; for a dimension the
    classes.
    """

    kind: str
    subject: tuple[str, str | int]
    answers: frozenset[str] | Mask


_Answer: TypeAlias = tuple[str, Condition, "_Open | None"]


@attrs.frozen(eq=False)
class _Plan:
    """A split before its children are grown."""

    kind: str
    subject: str
    inside: tuple[str, ...]
    answers: tuple[_Answer, ...]
    otherwise: "_Open | None"
    is_total: bool


class _Grower:
    """Grows the tree of one route."""

    def __init__(self, program: Program, route: str) -> None:
        self._policy = program.policy
        self._route = program.routes[route]
        self._regions = route_ground(program, route).regions
        self._words = side_names(self._regions, self._policy.definitions.values())
        self._disjoint: dict[tuple[str, str], bool] = {}
        self._families = {(f.kind, f.name): f for f in self._policy.families}
        self._named = {name for c in self._route.clauses for name in _names(c.condition)}
        self._nodes: list[Node] = []
        self._numbers: dict[Node, int] = {}

    def tree(self) -> Tree:
        first: _Open | None = None
        for clause in reversed(self._route.clauses):
            first = _Open(clause, self._unasked(clause), first)
        root = self._grow(first)
        return Tree(self._route.name, tuple(self._nodes), root)

    def _grow(self, root: _Open | None) -> int:
        """Return the number of the node for `root`; children are grown first, without recursion."""
        known: dict[_Open | None, int] = {}
        plans: dict[_Open, _Plan] = {}
        pending = [root]
        while pending:
            at = pending[-1]
            if at in known:
                pending.pop()
                continue
            if at is None or not at.unasked:
                known[at] = self._number(_leaf(at))
                continue
            if at not in plans:
                plans[at] = self._plan(at)
            plan = plans[at]
            children = [child for _, _, child in plan.answers]
            children += [] if plan.is_total else [plan.otherwise]
            missing = [child for child in children if child not in known]
            if missing:
                pending.extend(reversed(missing))
                continue
            known[at] = self._number(_split(plan, known))
        return known[root]

    def _number(self, node: Node) -> int:
        if isinstance(node, Split) and not node.branches:
            assert node.otherwise is not None
            return node.otherwise
        if node not in self._numbers:
            self._numbers[node] = len(self._nodes)
            self._nodes.append(node)
        return self._numbers[node]

    # -- what a clause asks --

    def _unasked(self, clause: Clause) -> tuple[Condition, ...]:
        """Return the conditions that together make the clause's, outermost first, each once."""
        found: dict[Condition, None] = {}
        for condition in (*(around.condition for around in clause.around), clause.own):
            for part in conjuncts(condition, self._policy.fields):
                found.update(dict.fromkeys(self._opened(part)))
        return tuple(found)

    def _opened(self, part: Condition) -> Iterator[Condition]:
        """Yield the territories around a territory before it: a child is inside its parent.

        Those that the route never names are left out; asking for them would tell nobody
        anything.
        """
        definition = self._policy.definitions.get(part.name) if isinstance(part, Named) else None
        outer = [part]
        while definition is not None and definition.parent is not None:
            definition = self._policy.definitions[definition.parent]
            if definition.name in self._named:
                outer.append(Named(definition.kind, definition.name, definition.meaning))
        yield from reversed(outer)

    def _question(self, condition: Condition) -> _Question:
        named = condition.parts if isinstance(condition, Or) else (condition,)
        families = {self._family(part) for part in named}
        if len(families) == 1 and (family := families.pop()) is not None:
            names = frozenset(part.name for part in named if isinstance(part, Named))
            return _Question(family[0], family, names)
        region = self._regions.region(condition)
        if len(region.box) == 1 and not region.eithers:
            ((at, mask),) = region.box
            return _Question("field", ("field", at), mask)
        asked = condition.part if isinstance(condition, Not) else condition
        text = written(asked, self._policy.fields)
        kind = asked.kind if isinstance(asked, Named) else "condition"
        return _Question(kind, ("condition", text), _YES if asked is condition else _NO)

    def _family(self, condition: Condition) -> tuple[str, str] | None:
        """Return the family of a territory or segment whose members share no lead."""
        if not isinstance(condition, Named):
            return None
        definition = self._policy.definitions[condition.name]
        key = definition.kind, definition.family
        if key not in self._families:
            return None
        if key not in self._disjoint:
            self._disjoint[key] = self._is_disjoint(self._families[key])
        return key if self._disjoint[key] else None

    def _is_disjoint(self, family: Family) -> bool:
        """Return whether the members that this route names are known to share no lead."""
        if family.disjoint:
            return True
        named = [m for m in family.members if m.name in self._named]
        loose = [m for m in named if not m.is_keyed]
        if len(loose) > MOST_ANSWERS:
            return False
        regions = [self._regions.region(m.meaning) for m in loose]
        regions += [self._regions.region(m.meaning) for m in named if m.is_keyed]
        possible = [self._regions.outside(box) for box in self._regions.space.impossible]
        try:
            return not any(
                find(self._regions.space, [one, two, *possible], Meter(STEPS))
                for at, one in enumerate(regions[: len(loose)])
                for two in regions[at + 1 :]
            )
        except OutOfSteps:
            return False

    # -- splits --

    def _plan(self, first: _Open) -> _Plan:
        """Return the split that asks the first question of `first`."""
        question = self._question(first.unasked[0])
        run: list[tuple[_Open, Condition, _Question]] = []
        after: _Open | None = first
        while after is not None and len(run) < MOST_ANSWERS:
            asked = self._asked(after, question.subject, is_first=not run)
            if asked is None:
                break
            run.append((after, *asked))
            after = after.after
        groups = self._groups(run)
        if groups is None:  # too many answers: ask the first clause alone
            run, after = run[:1], first.after
            groups = self._groups(run) or []
        answers = tuple(
            (label, condition, _opened([item for item in run if item[0] in taken], after))
            for label, condition, taken in groups
        )
        kind, subject = self._subject(question)
        is_total = self._is_total(question, run)
        return _Plan(kind, subject, self._inside(first), answers, after, is_total)

    def _asked(
        self, open_: _Open, subject: tuple[str, str | int], *, is_first: bool
    ) -> tuple[Condition, _Question] | None:
        """Return the condition with which a clause asks about `subject`, if it does."""
        for condition in open_.unasked[:1] if is_first else open_.unasked:
            question = self._question(condition)
            if question.subject == subject:
                return condition, question
        return None

    def _groups(
        self, run: list[tuple[_Open, Condition, _Question]]
    ) -> list[tuple[str, Condition, set[_Open]]] | None:
        """Return each answer with its words and the clauses it leaves open; None if too many."""
        if isinstance(run[0][2].answers, frozenset):
            return self._family_groups(run)
        return self._mask_groups(run)

    def _family_groups(
        self, run: list[tuple[_Open, Condition, _Question]]
    ) -> list[tuple[str, Condition, set[_Open]]]:
        named: dict[str, Named] = {}
        for _, condition, _ in run:
            for part in condition.parts if isinstance(condition, Or) else (condition,):
                assert isinstance(part, Named)
                named.setdefault(part.name, part)
        groups: dict[tuple[int, ...], list[Named]] = {}
        for name, part in named.items():
            holds = tuple(at for at, (_, _, q) in enumerate(run) if name in q.answers)  # type: ignore[operator]
            groups.setdefault(holds, []).append(part)
        return [
            (
                ", ".join(part.name for part in parts),
                parts[0] if len(parts) == 1 else Or(tuple(parts)),
                {run[at][0] for at in holds},
            )
            for holds, parts in groups.items()
        ]

    def _mask_groups(
        self, run: list[tuple[_Open, Condition, _Question]]
    ) -> list[tuple[str, Condition, set[_Open]]] | None:
        masks = [question.answers for _, _, question in run]
        pieces: list[tuple[Mask, tuple[int, ...]]] = [(self._full(run[0][2]), ())]
        for at, mask in enumerate(masks):
            assert isinstance(mask, int)
            cut = [
                piece
                for inside, holds in pieces
                for piece in ((inside & mask, (*holds, at)), (inside & ~mask, holds))
            ]
            pieces = [piece for piece in cut if piece[0]]
            if len(pieces) > MOST_ANSWERS:
                return None
        groups: list[tuple[str, Condition, set[_Open]]] = []
        for inside, holds in pieces:
            if holds:
                condition = self._condition(run, masks, inside, holds)
                label = self._label(run[0][2], inside, condition)
                groups.append((label, condition, {run[at][0] for at in holds}))
        return groups

    def _full(self, question: _Question) -> Mask:
        at = question.subject[1]
        return self._regions.space.full[at] if isinstance(at, int) else _YES | _NO

    def _condition(
        self,
        run: list[tuple[_Open, Condition, _Question]],
        masks: list[frozenset[str] | Mask],
        inside: Mask,
        holds: tuple[int, ...],
    ) -> Condition:
        """Return a condition that says `inside`, the shortest that the clauses offer."""
        for at in holds:
            if masks[at] == inside:
                return run[at][1]
        yes = dict.fromkeys(run[at][1] for at in holds)
        no = dict.fromkeys(
            Not(condition)
            for at, (_, condition, _) in enumerate(run)
            if at not in holds and masks[at] & self._within(masks, holds)  # type: ignore[operator]
        )
        return And((*yes, *no)) if len(yes) + len(no) > 1 else next(iter(yes))

    def _within(self, masks: list[frozenset[str] | Mask], holds: tuple[int, ...]) -> Mask:
        inside = -1
        for at in holds:
            mask = masks[at]
            assert isinstance(mask, int)
            inside &= mask
        return inside

    def _label(self, question: _Question, inside: Mask, condition: Condition) -> str:
        at = question.subject[1]
        is_text = (
            isinstance(condition, StartsWith | IsIn)
            and self._policy.fields[condition.field].type.shape == "text"
        )
        if isinstance(at, int) and not is_text:
            return self._words.phrase(at, inside)
        return written(condition, self._policy.fields)

    def _subject(self, question: _Question) -> tuple[str, str]:
        at = question.subject[1]
        if isinstance(at, int):
            return "field", self._regions.space.dimensions[at].field.name
        return question.kind, at

    def _is_total(self, question: _Question, run: list[tuple[_Open, Condition, _Question]]) -> bool:
        if isinstance(question.answers, frozenset):
            return False
        covered = 0
        for _, _, other in run:
            assert isinstance(other.answers, int)
            covered |= other.answers
        return self._full(question) & ~covered == 0

    def _inside(self, open_: _Open) -> tuple[str, ...]:
        """Return the blocks around a clause whose conditions are all asked by now."""
        unasked = set(open_.unasked)
        inside: list[str] = []
        for around in open_.clause.around:
            parts = conjuncts(around.condition, self._policy.fields)
            if unasked.intersection(parts):
                break
            inside.append(written(around.condition, self._policy.fields))
        return tuple(inside)


def _opened(items: list[tuple[_Open, Condition, _Question]], after: _Open | None) -> _Open | None:
    """Return these clauses with their question answered, followed by `after`.

    A clause with nothing left to ask takes every lead, so nothing comes after it.
    """
    kept: list[tuple[_Open, tuple[Condition, ...]]] = []
    for open_, asked, _ in items:
        unasked = tuple(condition for condition in open_.unasked if condition != asked)
        kept.append((open_, unasked))
        if not unasked:
            after = None
            break
    for open_, unasked in reversed(kept):
        after = _Open(open_.clause, unasked, after)
    return after


def _leaf(open_: _Open | None) -> Leaf:
    if open_ is None:
        return Leaf(None, is_rule=False, attempts=(), own_attempts=0)
    clause = open_.clause
    return Leaf(
        clause.name,
        clause.is_rule,
        clause.attempts,
        clause.own_attempts,
        clause.sla,
        clause.actions,
    )


def _split(plan: _Plan, known: dict[_Open | None, int]) -> Split:
    """Return the split, answers with one child joined; an answer like `otherwise` is no answer."""
    otherwise = None if plan.is_total else known[plan.otherwise]
    joined: dict[int, list[tuple[str, Condition]]] = {}
    for label, condition, child in plan.answers:
        if known[child] != otherwise:
            joined.setdefault(known[child], []).append((label, condition))
    branches = tuple(
        Branch(
            ", ".join(label for label, _ in answers),
            answers[0][1] if len(answers) == 1 else Or(tuple(c for _, c in answers)),
            child,
        )
        for child, answers in joined.items()
    )
    if otherwise is None and len(branches) == 1:
        # Every answer leads to one place: nobody needs to be asked.
        otherwise, branches = branches[0].child, ()
    return Split(plan.kind, plan.subject, plan.inside, branches, otherwise)


def _names(condition: Condition) -> Iterator[str]:
    """Yield the names that are written in `condition`; what they stand for stays closed."""
    if isinstance(condition, Atom):
        return
    match condition:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _names(part)
        case Not(part):
            yield from _names(part)
        case Named(name=name):
            yield name
        case _:
            assert_never(condition)
