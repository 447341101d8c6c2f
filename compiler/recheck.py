"""Check a policy again after an edit, without asking again what the edit can't change.

A rule's verdict depends on the rules that share a lead with it, or with those that take
its leads. So after an edit only the rules that meet the old or the new region of what was
edited are asked again; the verdicts of the others are carried over, renumbered. Findings
are worded anew from the verdicts, because an edit moves the text of everything below it.
What is cheap is not carried over: the space, the regions and the index are built again.
An editor that keeps one `Checked` pays for what it changes:

    checked = check_first(program, oracle)
    checked = check_again(checked, edited)
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from turnout.compiler.analysis import STEPS, Analysis, Oracle
from turnout.compiler.checks import ROUTE_CHECKS, check
from turnout.compiler.checks.negations import check_negations
from turnout.compiler.checks.targets import check_chains
from turnout.compiler.checks.unreachable import check_unreachable, unreachable
from turnout.compiler.program import Clause, Program
from turnout.compiler.reach import ClosedBlock, Verdict, verdicts
from turnout.compiler.regions import OutOfSteps, truth
from turnout.compiler.space import Space
from turnout.dsl.findings import Finding

QUICK_CHECKS = (check_unreachable, check_chains, check_negations)
"""The checks of a route that take a fraction of the others' time."""


@attrs.frozen
class CheckedRoute:
    """What is kept of a route: its analysis and the verdicts on its clauses."""

    analysis: Analysis
    verdicts: list[Verdict | ClosedBlock | OutOfSteps | None]


@attrs.frozen
class Checked:
    """A policy that was checked: its findings, as `checks.check` gives them.

    asked: how many verdicts were not carried over. routes, oracle, steps: what the next
    check goes on from.
    """

    program: Program
    findings: tuple[Finding, ...]
    asked: int
    routes: Mapping[str, CheckedRoute] = attrs.field(repr=False)
    oracle: Oracle = attrs.field(repr=False)
    steps: int = attrs.field(repr=False)


def check_first(program: Program, oracle: Oracle, *, steps: int = STEPS) -> Checked:
    """Return what `checks.check` finds, with what `check_again` carries over."""
    return _checked(program, oracle, steps, {})


def check_again(previous: Checked, program: Program, *, is_quick: bool = False) -> Checked:
    """Return what `checks.check` finds of `program`, an edited form of `previous`.

    The findings are the same as from scratch, whatever was edited; how long it takes
    depends on how many rules meet the edited ones. A change of the schema, a territory or
    a segment carries nothing over. is_quick: only `QUICK_CHECKS` and the checks of the whole
    policy, for every keystroke; the others follow when the author pauses.
    """
    old, new = previous.program.policy, program.policy
    is_same = dict(old.fields) == dict(new.fields) and _meanings(previous) == {
        name: found.meaning for name, found in new.definitions.items()
    }
    kept = previous.routes if is_same else dict[str, CheckedRoute]()
    return _checked(program, previous.oracle, previous.steps, kept, is_quick=is_quick)


def _meanings(checked: Checked) -> dict[str, object]:
    return {name: found.meaning for name, found in checked.program.policy.definitions.items()}


def _checked(
    program: Program,
    oracle: Oracle,
    steps: int,
    before: Mapping[str, CheckedRoute],
    *,
    is_quick: bool = False,
) -> Checked:
    routes: dict[str, CheckedRoute] = {}
    asked: list[int] = []

    def reworded(analysis: Analysis) -> Iterator[Finding]:
        name = analysis.route.name
        known = _carried(before[name], analysis) if name in before else {}
        found = verdicts(analysis, known)
        asked.append(sum(isinstance(each, Verdict) for each in found) - len(known))
        routes[name] = CheckedRoute(analysis, found)
        return unreachable(analysis, found)

    chosen = QUICK_CHECKS if is_quick else ROUTE_CHECKS
    findings = check(
        program,
        oracle,
        steps=steps,
        route_checks=[reworded if each is check_unreachable else each for each in chosen],
    )
    return Checked(program, findings, sum(asked), routes, oracle, steps)


def _carried(before: CheckedRoute, now: Analysis) -> dict[int, Verdict]:
    """Return the verdicts of a route that an edit can't have changed, by new number."""
    old, new = before.analysis.route.clauses, now.route.clauses
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    met = _meeting(before.analysis, range(start, old_end))
    met_now = _meeting(now, range(start, new_end))
    shift = new_end - old_end
    edited = now.taken[start:new_end]
    is_same_space = _is_same(before.analysis.space, now.space)
    carried: dict[int, Verdict] = {}
    for at, verdict in enumerate(before.verdicts):
        if not isinstance(verdict, Verdict):
            continue
        if at < start:
            carried[at] = verdict
        elif at >= old_end:
            involved = {at, *(verdict.by or ())}
            is_met = not met.isdisjoint(involved) or not met_now.isdisjoint(
                by + shift if by >= old_end else by for by in involved
            )
            if is_same_space and verdict.left is not None:
                # What is left for it stays left, unless the edited rules take of it now.
                is_met = any(truth(region, verdict.left) is not False for region in edited)
            if not is_met:
                carried[at + shift] = verdict.shifted(old_end, shift)
    return carried


def _is_same(one: Space, two: Space) -> bool:
    """Return whether the same boxes hold the same leads in both."""
    axes = [[(d.field, d.kind, d.full, d.test) for d in grid.dimensions] for grid in (one, two)]
    return axes[0] == axes[1] and one.places == two.places


def _common(one: tuple[Clause, ...], two: tuple[Clause, ...]) -> int:
    """Return how many clauses the two start with that mean the same."""
    count = 0
    for old, new in zip(one, two, strict=False):
        if _meaning(old) != _meaning(new):
            break
        count += 1
    return count


def _meaning(clause: Clause) -> object:
    around = tuple(outer.condition for outer in clause.around)
    return clause.is_rule, clause.condition, around


def _meeting(analysis: Analysis, edited: Iterable[int]) -> set[int]:
    """Return the clauses that meet one of the edited ones, at first sight."""
    found: set[int] = set()
    for at in edited:
        found.add(at)
        found.update(analysis.index.clauses_meeting(analysis.taken[at], len(analysis.taken)))
    return found
