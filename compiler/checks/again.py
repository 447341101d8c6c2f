"""Check a policy again after an edit, without asking again what the edit can't change.

A rule's verdict depends on the rules that share a lead with it, or with those that take
its leads. So after an edit only the rules that meet the old or the new region of what was
edited are asked again; the verdicts of the others are carried over, renumbered, and so is
that a check found nothing wrong with them. Findings are worded anew from the verdicts,
because an edit moves the text of everything below it. A rule that uses a territory or a
segment which means something else now counts as edited. The space and the regions of what
wasn't edited are kept where they are the same; the index is built again.
An editor that keeps one `Checked` pays for what it changes:

    checked = check_first(program)
    checked = check_again(checked, edited)
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import attrs

from turnout.compiler.checks import CHECKS, QUICK, check
from turnout.compiler.checks.check import (
    Check,
    Depends,
    OfFamilies,
    OfGuarantees,
    OfPolicy,
    OfRoute,
    OfRules,
)
from turnout.compiler.checks.guarantees import check_guarantees
from turnout.compiler.checks.unreachable import check_unreachable, unreachable
from turnout.compiler.leads.budget import USUAL, Budget, OutOfSteps
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.regions import Region, truth
from turnout.compiler.leads.space import Space
from turnout.compiler.program import Clause, Program
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.compiler.questions.per_condition import PerCondition
from turnout.compiler.questions.reach import ClosedBlock, Verdict, verdicts
from turnout.dsl.changed_names import changed_names
from turnout.dsl.conditions import Atom, Condition, names_in
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Family
from turnout.dsl.types import Field, PersonName
from turnout.frozen import attribute, define, frozen

MOST_CHANGED = 50
"""Rules of which an edit changes the targets; with more, all rules are asked again."""

MOST_USING = 200
"""Rules that use a name which means something else now; with more, all are asked again."""


@frozen
class CheckedRoute:
    """What is kept of a route: its analysis and the verdicts on its clauses.

    clear: for checks of rules, those with which they found nothing wrong. claims: the analysis
    that guarantees asked, None where there are none.
    """

    analysis: Analysis
    verdicts: list[Verdict | ClosedBlock | OutOfSteps | None]
    clear: dict[Check, frozenset[int]]
    claims: Analysis | None = None


@frozen
class Checked:
    """A policy that was checked: its findings, as `checks.check` gives them.

    asked: how many verdicts were not carried over. routes, budget: what the next
    check goes on from.
    """

    program: Program
    findings: tuple[Finding, ...]
    asked: int
    routes: Mapping[str, CheckedRoute] = attribute(repr=False)
    budget: Budget = attribute(repr=False)
    quick: Mapping[tuple[str, Check], tuple[Finding, ...]] = attribute(repr=False)


def check_first(
    program: Program,
    budget: Budget = USUAL,
    *,
    is_quick: bool = False,
    just: Checked | None = None,
) -> Checked:
    """Return what `checks.check` finds, with what `check_again` carries over; as that has it."""
    return _checked(program, _Run({}), budget, is_quick=is_quick, just=just)


def check_again(
    previous: Checked,
    program: Program,
    *,
    is_quick: bool = False,
    just: Checked | None = None,
) -> Checked:
    """Return what `checks.check` finds of `program`, an edited form of `previous`.

    The findings are the same as from scratch, whatever was edited; how long it takes
    depends on how many rules meet the edited ones. With other fields, or tables of lookups, the
    regions are carried over that ask none of them, and the verdicts where no lead is told apart
    otherwise. is_quick: only the `QUICK` checks, for every
    keystroke; the others follow when the author pauses. just: what the quick checks of this very
    program have found, which aren't run again.
    """
    old, new = previous.program.policy, program.policy
    was = previous.program
    is_same = (was.since, was.first) == (program.since, program.first)
    if not is_same:
        return _checked(program, _Run({}), previous.budget, is_quick=is_quick, just=just)
    has_other_fields = dict(old.fields) != dict(new.fields)
    names = changed_names(old.definitions, new.definitions)
    same = () if has_other_fields else _same(old.families, new.families, names)
    clear = _right(previous).intersection(same)
    run = _Run(previous.routes, names, has_other_fields)
    return _checked(program, run, previous.budget, clear, is_quick=is_quick, just=just)


def _right(checked: Checked) -> set[tuple[str, str]]:
    """Return the families, by kind and name, of which nothing was found."""
    spans = {finding.span for finding in checked.findings}
    families = checked.program.policy.families
    return {
        (family.kind, family.name)
        for family in families
        if not spans.intersection([family.span, *(member.span for member in family.members)])
    }


def _same(
    old: Iterable[Family], new: Iterable[Family], names: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Yield the families, by kind and name, that are the same in both versions.

    names: territories and segments that are not.
    """
    before = {(family.kind, family.name): family for family in old}
    for family in new:
        if before.get((family.kind, family.name)) == family and not any(
            member.name in names for member in family.members
        ):
            yield family.kind, family.name


def _checked(  # noqa: PLR0913 - what is carried over, each by name
    program: Program,
    run: "_Run",
    budget: Budget,
    clear: Collection[tuple[str, str]] = (),
    *,
    is_quick: bool = False,
    just: Checked | None = None,
) -> Checked:
    before = run.before
    if just is not None and just.program is program:
        run.go_on(just, budget)
    for name in (name for name in program.routes if name in before):
        made = run.analyses.get(name)
        run.analyses[name], run.edits[name] = _again(
            before[name].analysis, program, budget, made, run
        )
    checks = tuple(map(run.carrying, QUICK if is_quick else CHECKS))
    findings = check(program, budget=budget, checks=checks, analyses=run.analyses, clear=clear)
    quick = run.quick if is_quick else {}
    return Checked(program, findings, sum(run.asked), run.routes, budget, quick)


@define(eq=False)
class _Run:
    """One run of the checks, with what is carried over into it.

    before: of the routes of the version before. names: territories and segments that mean
    something else now. has_other_fields: whether the schema, or a table of it, differs. edits: how
    the routes differ. asked: how many verdicts were not carried over, route by route.
    """

    before: Mapping[str, CheckedRoute]
    names: frozenset[str] = frozenset()
    has_other_fields: bool = False
    routes: dict[str, CheckedRoute] = attrs.Factory(dict[str, CheckedRoute])
    analyses: dict[str, Analysis] = attrs.Factory(dict[str, Analysis])
    edits: dict[str, "_Edit"] = attrs.Factory(dict[str, "_Edit"])
    quick: dict[tuple[str, Check], tuple[Finding, ...]] = attrs.Factory(
        dict[tuple[str, Check], tuple[Finding, ...]]
    )
    asked: list[int] = attrs.Factory(list[int])

    def go_on(self, just: Checked, budget: Budget) -> None:
        """Take over what the quick checks of the same program have found."""
        self.quick.update(just.quick)
        self.asked.append(just.asked)
        for name, route in just.routes.items():
            self.analyses[name] = route.analysis.budgeted(budget)
            self.routes[name] = CheckedRoute(self.analyses[name], route.verdicts, {}, route.claims)

    def carrying(self, each: Check) -> Check:
        """Return a check that asks only what the edit can have changed."""
        match each.scope:
            case OfRoute(run) as scope if scope.is_quick:
                asks = self._reworded if run is check_unreachable else run
                return _with(each, partial(self._of_route, each, asks))
            case OfRules() as scope:
                rules = OfRoute(partial(self._shorter, each, scope), may_wait=scope.may_wait)
                return attrs.evolve(each, scope=rules)
            case OfGuarantees(run) if run is check_guarantees:
                asks_again = partial(check_guarantees, analysed=self._of_claims)
                return _with(each, partial(self._once, each, "", asks_again))
            case OfPolicy() | OfFamilies() | OfGuarantees():
                return _with(each, partial(self._once, each, "", each.scope.run))
            case _:
                return each

    def _of_claims(
        self, program: Program, name: str, budget: Budget, also: tuple[Atom, ...]
    ) -> Analysis:
        """Return the analysis that guarantees ask, with the regions of the one before."""
        route = self.before.get(name)
        before = None if route is None else route.claims
        is_other_ground = bool(self.names) or self.has_other_fields
        known = None if is_other_ground else before
        found = analyse(program, name, budget, also=also, before=known)
        if before is not None:
            found = _with_regions(found, before, self.edits[name], self.names)
        if name in self.routes:
            self.routes[name] = attrs.evolve(self.routes[name], claims=found)
        return found

    def _of_route(
        self, of: Check, run: Callable[[Analysis], Iterator[Finding]], analysis: Analysis
    ) -> Iterator[Finding]:
        return self._once(of, analysis.route.name, run, analysis)

    def _once(
        self, of: Check, route: str, run: Callable[..., Iterator[Finding]], *about: object
    ) -> Iterator[Finding]:
        """Yield what a quick check finds; what was left undecided is asked again."""
        found = self.quick.get((route, of))
        if found is None or any(each.name == "undecided" for each in found):
            found = self.quick[route, of] = tuple(run(*about))
        yield from found

    def _reworded(self, analysis: Analysis) -> Iterator[Finding]:
        name = analysis.route.name
        before, known = self.before.get(name), dict[int, Verdict]()
        if before is not None and not self.edits[name].is_wide:
            known = _carried(before, analysis, self.edits[name])
        found = verdicts(analysis, known)
        self.asked.append(sum(isinstance(each, Verdict) for each in found) - len(known))
        self.routes[name] = CheckedRoute(analysis, found, {})
        return unreachable(analysis, found)

    def _shorter(self, of: Check, scope: OfRules, analysis: Analysis) -> Iterator[Finding]:
        name = analysis.route.name
        before, known = self.before.get(name), frozenset[int]()
        if before is not None and of in before.clear and not self.edits[name].is_wide:
            known = _clear(before, analysis, self.edits[name], of, scope.depends_on)
        found = list(scope.run(analysis, known))
        self.routes[name].clear[of] = _without(analysis, found)
        yield from found


def _with(each: Check, run: Callable[..., Iterator[Finding]]) -> Check:
    """Return a check that runs otherwise."""
    scope: Any = each.scope
    return attrs.evolve(each, scope=attrs.evolve(scope, run=run))


@frozen
class _Edit:
    """Where two versions of a route differ, and which of their clauses that may concern.

    The clauses before `start` are the same in both, and so are those from `old_end`, or
    `new_end` in the new version, on; but for those, by old number, that use a name which means
    something else. met, met_now: the clauses of the old and of the new version that meet one of
    those between, or one of these, at first sight. is_of_all: whether leads are told apart in
    another way, which may concern every clause.
    """

    start: int
    old_end: int
    new_end: int
    using: frozenset[int]
    met: frozenset[int] = frozenset()
    met_now: frozenset[int] = frozenset()
    is_of_all: bool = False

    @property
    def shift(self) -> int:
        """What is added to the number of a clause below."""
        return self.new_end - self.old_end

    @property
    def is_wide(self) -> bool:
        """Whether so many clauses use what was changed that all are asked again."""
        return self.is_of_all or len(self.using) > MOST_USING

    @property
    def first(self) -> int:
        """The first clause that doesn't mean the same, or that number behind the others."""
        return min((self.start, *self.using))

    def kept(self, old: int) -> int | None:
        """Return the new number of a clause that means the same, None for one that was edited."""
        return None if old in self.using else self.moved(old)

    def moved(self, old: int) -> int | None:
        """Return the new number of a clause that stands in both versions, None for another."""
        if old < self.start:
            return old
        return old + self.shift if old >= self.old_end else None

    @property
    def edited(self) -> list[int]:
        """The clauses, by new number, that mean something else, or are new."""
        moved = (self.moved(old) for old in self.using)
        return [*range(self.start, self.new_end), *(at for at in moved if at is not None)]


def _again(
    before: Analysis,
    program: Program,
    budget: Budget,
    known: Analysis | None,
    run: _Run,
) -> tuple[Analysis, _Edit]:
    """Return the analysis of an edited route, and the edit. known: the analysis, if it is made."""
    name, names = before.route.name, run.names
    old, new = before.route.clauses, program.routes[name].clauses
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    stay = [*range(start), *range(old_end, len(old))] if names else []
    using = frozenset(at for at in stay if not names.isdisjoint(_names_in(old[at])))
    edit = _Edit(start, old_end, new_end, using)
    # The regions of a ground have names in them, and its space what fields can be.
    is_other_ground = bool(names) or run.has_other_fields
    now = known or analyse(program, name, budget, before=None if is_other_ground else before)
    if known is None:
        now = _with_regions(now, before, edit, names)
    if run.has_other_fields and not _tells_apart_the_same(before.space, now.space):
        edit = attrs.evolve(edit, is_of_all=True)
    if edit.is_wide:
        return now, edit
    met = _meeting(before, [*range(start, old_end), *using])
    met_now = _meeting(now, edit.edited)
    return now, attrs.evolve(edit, met=frozenset(met), met_now=frozenset(met_now))


def _with_regions(now: Analysis, before: Analysis, edit: _Edit, names: frozenset[str]) -> Analysis:
    """Return the analysis of an edited route with those regions of before that it has, too."""
    changed = _changed(before.space, now.space)
    if changed is None:
        return now
    is_kept: Callable[[Region], bool] = _is_any
    if changed or names:
        is_kept = now.regions.take_over(before.regions, changed, names)
    numbers = ((old, edit.kept(old)) for old in range(len(before.taken)))
    kept = {
        at: before.taken[old]
        for old, at in numbers
        if at is not None and is_kept(before.taken[old])
    }
    return attrs.evolve(now, known=kept).with_regions_of(before)


def _carried(before: CheckedRoute, now: Analysis, edit: _Edit) -> dict[int, Verdict]:
    """Return the verdicts of a route that an edit can't have changed, by new number."""
    edited = [now.taken[at] for at in edit.edited]
    first = edit.first
    is_same_space = _is_same(before.analysis.space, now.space)
    carried: dict[int, Verdict] = {}
    for at, verdict in enumerate(before.verdicts):
        here = edit.kept(at)
        if not isinstance(verdict, Verdict) or here is None:
            continue
        if at < first:
            carried[at] = verdict
            continue
        involved = {at, *(verdict.by or ()), *verdict.passed}
        is_met = not edit.met.isdisjoint(involved) or not edit.met_now.isdisjoint(
            by + edit.shift if by >= edit.old_end else by for by in involved
        )
        if is_same_space and verdict.left is not None:
            # What is left for it stays left, unless the edited rules take of it now.
            is_met = any(truth(region, verdict.left) is not False for region in edited)
        if not is_met:
            carried[here] = verdict.shifted(edit.old_end, edit.shift)
    if not is_same_space:  # a box of another space says nothing here
        carried = {here: attrs.evolve(verdict, left=None) for here, verdict in carried.items()}
    return carried


def _clear(
    before: CheckedRoute, now: Analysis, edit: _Edit, of: Check, depends_on: Depends
) -> frozenset[int]:
    """Return the rules, by new number, with which a check is sure to find nothing wrong again."""
    clear = {at: edit.kept(at) for at in before.clear[of]}
    if depends_on is Depends.CONDITION:
        is_same = _free(before.analysis.space) == _free(now.space)
        return frozenset(here for here in clear.values() if here is not None and is_same)
    old, new = before.analysis.outcomes, now.outcomes
    kept = [(at, here) for at in range(len(old)) if (here := edit.kept(at)) is not None]
    changed = [(at, here) for at, here in kept if old[at] != new[here]]
    if len(changed) > MOST_CHANGED:
        return frozenset()
    met = edit.met | _meeting(before.analysis, [at for at, _ in changed])
    met_now = edit.met_now | _meeting(now, [here for _, here in changed])
    return frozenset(
        here
        for at, here in clear.items()
        if here is not None and at not in met and here not in met_now
    )


def _without(analysis: Analysis, found: Iterable[Finding]) -> frozenset[int]:
    """Return the rules that no finding is about; none where one is about the whole route."""
    spans = {finding.span for finding in found if finding.span is not None}
    if analysis.route.span in spans:
        return frozenset()
    starts: dict[str, list[int]] = {}
    for span in sorted(spans, key=lambda each: each.start):
        starts.setdefault(span.source.name, []).append(span.start)
    clauses = enumerate(analysis.route.clauses)
    return frozenset(
        at
        for at, clause in clauses
        if clause.is_rule and clause.span not in spans and not _holds_any(clause, starts)
    )


def _holds_any(clause: Clause, starts: Mapping[str, list[int]]) -> bool:
    """Return whether something starts in the row that a rule is read from, as in a cell of it.

    starts: by the name of a source, in order.
    """
    if clause.row is None:
        return False
    there = starts.get(clause.span.source.name, [])
    cells = (clause.span, *clause.row.places)
    return any(bisect_left(there, cell.start) < bisect_left(there, cell.end) for cell in cells)


def _free(space: Space) -> list[object]:
    """Return the dimensions whose classes need not be leads, as their questions are left free."""
    return [(d.field, d.kind, d.test) for d in space.dimensions if d.kind != "value"]


def _is_same(one: Space, two: Space) -> bool:
    """Return whether the same boxes hold the same leads in both."""
    axes = [[(_told(d), d.kind, d.full, d.test) for d in grid.dimensions] for grid in (one, two)]
    return axes[0] == axes[1] and one.sides == two.sides


def _told(dimension: Dimension) -> Field:
    """Return all of a dimension's field that its classes don't tell already.

    Of a person only who it is is asked: with more people than before some class may have a lead
    that had none, and then the dimension is another one.
    """
    field = dimension.field
    is_person = dimension.kind == "value" and isinstance(field.type, PersonName)
    return attrs.evolve(field, type=PersonName()) if is_person else field


def _tells_apart_the_same(one: Space, two: Space) -> bool:
    """Return whether the same boxes hold the same leads, and the same ones can't be."""
    return _is_same(one, two) and one.impossible == two.impossible


def _changed(one: Space, two: Space) -> int | None:
    """Return the dimensions that two spaces have otherwise, one bit each; None for other ones.

    On the others the same conditions hold in the same classes.
    """
    if one is two:
        return 0
    pairs = list(zip(one.dimensions, two.dimensions, strict=False))
    if len(one.dimensions) != len(two.dimensions) or any(
        (d.field.name, d.kind) != (e.field.name, e.kind) for d, e in pairs
    ):
        return None
    return sum(1 << at for at, (d, e) in enumerate(pairs) if d != e)


def _is_any(_: object) -> bool:
    return True


_NAMES: PerCondition[frozenset[str]] = PerCondition()


def _names_in(clause: Clause) -> frozenset[str]:
    """Return the names that are written in a clause's condition."""
    return _NAMES.of(clause.condition, _written)


def _written(condition: Condition) -> frozenset[str]:
    return frozenset(each.name for each in names_in(condition))


def _common(one: tuple[Clause, ...], two: tuple[Clause, ...]) -> int:
    """Return how many clauses the two start with that mean the same."""
    count = 0
    for old, new in zip(one, two, strict=False):
        if not _means_the_same(old, new):
            break
        count += 1
    return count


def _means_the_same(one: Clause, two: Clause) -> bool:
    if one.is_rule != two.is_rule or one.lets_on != two.lets_on:
        return False
    if one.condition is not two.condition and one.condition != two.condition:
        return False
    return one.around is two.around or [each.condition for each in one.around] == [
        each.condition for each in two.around
    ]


def _meeting(analysis: Analysis, edited: Iterable[int]) -> set[int]:
    """Return the clauses that meet one of the edited ones, at first sight."""
    found: set[int] = set()
    for at in edited:
        found.add(at)
        found.update(analysis.index.clauses_meeting(analysis.taken[at], len(analysis.taken)))
    return found
