"""The checks: what is wrong with a policy that can be read.

A check is a function from what it looks at to findings; the two tuples below are the
whole list, in the order in which they run, with the guarantees between them. `ROUTE_CHECKS`
and guarantees ask a route's regions and are exact: a finding about leads comes with a lead
that the reference interpreter has run, and a question that runs out of steps is reported
as `undecided`, once a rule whatever the number of its questions. A check that the deadline
leaves no time to begin isn't begun, which is said once a route.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from turnout.compiler.checks.conflicts import check_conflicts
from turnout.compiler.checks.coverage_gaps import check_gaps
from turnout.compiler.checks.guarantees import check_guarantees
from turnout.compiler.checks.negations import check_negations
from turnout.compiler.checks.redundant_conditions import check_redundant_conditions
from turnout.compiler.checks.redundant_rules import check_redundant_rules
from turnout.compiler.checks.siblings import check_families
from turnout.compiler.checks.targets import check_chains, check_teams
from turnout.compiler.checks.telling_apart import check_identities
from turnout.compiler.checks.unreachable import check_unreachable
from turnout.compiler.checks.unused import check_unused
from turnout.compiler.leads.budget import USUAL, Budget
from turnout.compiler.program import Program, lower
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.dsl.findings import Finding, Severity
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

MAY_WAIT: Mapping[Callable[[Analysis], Iterator[Finding]], str] = {
    check_redundant_rules: "redundant-rule",
    check_redundant_conditions: "redundant-condition",
    check_negations: "negation-matches-missing",
    check_conflicts: "conflicting-overlap",
}
"""Checks that aren't begun past the deadline, and what they look for."""

POLICY_CHECKS: tuple[Callable[[Program], Iterator[Finding]], ...] = (
    check_teams,
    check_identities,
    check_unused,
)


def check(  # noqa: PLR0913 - what bounds the questions, each by name
    program: Program,
    *,
    routes: Iterable[str] | None = None,
    budget: Budget = USUAL,
    route_checks: Sequence[Callable[[Analysis], Iterator[Finding]]] = ROUTE_CHECKS,
    analyses: Mapping[str, Analysis] | None = None,
    clear: Collection[tuple[str, str]] = (),
) -> tuple[Finding, ...]:
    """Return what the checks find, check by check.

    routes: those to analyse, all by default; the caller leaves out routes of which a
    condition could not be read. budget: what one question may take; what is open
    then is `undecided`. route_checks: those that run, in order. analyses: of routes, by name,
    where there are some. clear: families, by kind and name, that are known to be right.
    """
    findings: list[Finding] = []
    sound = list(program.routes if routes is None else routes)
    for name in sound:
        analysis = (analyses or {}).get(name)
        analysis = analysis or analyse(program, name, budget)
        findings.extend(_of_route(analysis, route_checks))
    findings.extend(check_guarantees(program, sound, budget))
    findings.extend(check_families(program, budget, clear))
    for policy_check in POLICY_CHECKS:
        findings.extend(policy_check(program))
    return tuple(findings)


def check_inexact(
    program: Program,
    least: Route,
    unsure: frozenset[Span],
    *,
    budget: Budget = USUAL,
) -> tuple[Finding, ...]:
    """Return the findings that stand whatever is put where a condition could not be read.

    program: has the route with conditions that mean as many leads as they can, so that a
    lead that none takes is a gap. least: the route with conditions that mean as few, so
    that a rule without leads is unreachable, unless it is one of the `unsure`.
    """
    name = least.name
    gaps = check_gaps(analyse(program, name, budget))
    routes = {**program.policy.routes, name: least}
    fewer = lower(attrs.evolve(program.policy, routes=routes))
    unreachable = check_unreachable(analyse(fewer, name, budget))
    sure = (finding for finding in unreachable if finding.span not in unsure)
    return tuple(_once([*gaps, *sure]))


def _of_route(
    analysis: Analysis, route_checks: Sequence[Callable[[Analysis], Iterator[Finding]]]
) -> Iterator[Finding]:
    found: list[Finding] = []
    late: list[str] = []
    for route_check in route_checks:
        if route_check in MAY_WAIT and analysis.budget.is_past:
            late.append(MAY_WAIT[route_check])
        else:
            found.extend(route_check(analysis))
    yield from _once(found)
    if late:
        names = late[0] if len(late) == 1 else f"{', '.join(late[:-1])} and {late[-1]}"
        yield Finding(
            "undecided",
            Severity.WARNING,
            analysis.route.span,
            f"rules of route `{analysis.route.name}` were not checked for {names}",
            text="the deadline had passed",
            help=("raise the limit with `--deadline`",),
        )


def _once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings, the first `undecided` of each place with what the others say."""
    others: dict[Span | None, list[str]] = {}
    for finding in findings:
        if finding.name == "undecided":
            others.setdefault(finding.span, []).append(finding.message)
    for finding in findings:
        if finding.name != "undecided":
            yield finding
        elif finding.span in others:
            also = others.pop(finding.span)[1:]
            said = (message.removesuffix(" could not be decided") for message in also)
            yield attrs.evolve(finding, notes=tuple(f"nor {question}" for question in said))
