"""The checks: what is wrong with a policy that can be read.

A check is a function from what it looks at to findings; the two tuples below are the
whole list, in the order in which they run, with the guarantees between them. `ROUTE_CHECKS`
and guarantees ask a route's regions and are exact: a finding about leads comes with a lead
that the reference interpreter has run, and a question that runs out of steps is reported
as `undecided`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from turnout.compiler.analysis import STEPS, Analysis, Oracle, analyse
from turnout.compiler.checks.conditions import check_redundant_conditions
from turnout.compiler.checks.conflicts import check_conflicts
from turnout.compiler.checks.families import check_families
from turnout.compiler.checks.gaps import check_gaps
from turnout.compiler.checks.guarantees import check_guarantees
from turnout.compiler.checks.negations import check_negations
from turnout.compiler.checks.redundant import check_redundant_rules
from turnout.compiler.checks.targets import check_chains, check_teams
from turnout.compiler.checks.unreachable import check_unreachable
from turnout.compiler.checks.unused import check_unused
from turnout.compiler.program import Program, lower
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Route
from turnout.dsl.source import Span

ROUTE_CHECKS: tuple[Callable[[Analysis], Iterator[Finding]], ...] = (
    check_unreachable,
    check_gaps,
    check_chains,
    check_redundant_rules,
    check_redundant_conditions,
    check_negations,
    check_conflicts,
)

POLICY_CHECKS: tuple[Callable[[Program], Iterator[Finding]], ...] = (
    check_teams,
    check_unused,
)


def check(  # noqa: PLR0913 - what bounds the questions, each by name
    program: Program,
    oracle: Oracle,
    *,
    routes: Iterable[str] | None = None,
    steps: int = STEPS,
    deadline: float | None = None,
    route_checks: Sequence[Callable[[Analysis], Iterator[Finding]]] = ROUTE_CHECKS,
) -> tuple[Finding, ...]:
    """Return what the checks find, check by check.

    routes: those to analyse, all by default; the caller leaves out routes of which a
    condition could not be read. steps: the budget of one question. deadline: when all
    questions together end, in seconds of `monotonic`; what is open then is `undecided`.
    route_checks: those that run, in order.
    """
    findings: list[Finding] = []
    sound = list(program.routes if routes is None else routes)
    for name in sound:
        analysis = analyse(program, name, oracle, steps, deadline=deadline)
        for route_check in route_checks:
            findings.extend(route_check(analysis))
    findings.extend(check_guarantees(program, oracle, sound, steps, deadline))
    findings.extend(check_families(program, deadline))
    for policy_check in POLICY_CHECKS:
        findings.extend(policy_check(program))
    return tuple(findings)


def check_inexact(  # noqa: PLR0913 - as `check`
    program: Program,
    least: Route,
    unsure: frozenset[Span],
    oracle: Oracle,
    *,
    steps: int = STEPS,
    deadline: float | None = None,
) -> tuple[Finding, ...]:
    """Return the findings that stand whatever is put where a condition could not be read.

    program: has the route with conditions that mean as many leads as they can, so that a
    lead that none takes is a gap. least: the route with conditions that mean as few, so
    that a rule without leads is unreachable, unless it is one of the `unsure`.
    """
    name = least.name
    gaps = check_gaps(analyse(program, name, oracle, steps, deadline=deadline))
    routes = {**program.policy.routes, name: least}
    fewer = lower(attrs.evolve(program.policy, routes=routes))
    unreachable = check_unreachable(analyse(fewer, name, oracle, steps, deadline=deadline))
    return (*gaps, *(finding for finding in unreachable if finding.span not in unsure))
