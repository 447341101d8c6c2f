"""The checks: what is wrong with a policy that can be read.

`CHECKS` is the whole list. Those of a route and of guarantees ask about sets of leads and
are exact: a finding about leads comes with a lead that the reference interpreter has run,
and a question that runs out of its budget is reported as `undecided`, once a rule whatever
the number of its questions. A check that the deadline leaves no time to begin isn't begun,
which is said once a route.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import assert_never

import attrs

from turnout.compiler.checks.chains import (
    DEAD_END,
    ENDED_VALIDITY,
    NEVER_AVAILABLE,
    UNREACHABLE_TARGET,
    check_chains,
    check_teams,
)
from turnout.compiler.checks.check import (
    Check,
    Depends,
    OfFamilies,
    OfGuarantees,
    OfPolicy,
    OfRoute,
    OfRules,
)
from turnout.compiler.checks.conflicts import CONFLICTING_OVERLAP, check_conflicts
from turnout.compiler.checks.coverage_gaps import COVERAGE_GAP, check_gaps
from turnout.compiler.checks.guarantees import REFUTED_GUARANTEE, check_guarantees
from turnout.compiler.checks.idle_continues import IDLE_CONTINUE, check_continues
from turnout.compiler.checks.leaky_rejects import LEAKY_REJECT, check_leaky_rejects
from turnout.compiler.checks.lost_rows import LOST_ROW, check_rows
from turnout.compiler.checks.negations import NEGATION_MATCHES_MISSING, check_negations
from turnout.compiler.checks.nothing_routed import NOTHING_ROUTED, check_nothing_routed
from turnout.compiler.checks.redundant_conditions import (
    REDUNDANT_CONDITION,
    check_redundant_conditions,
)
from turnout.compiler.checks.redundant_rules import REDUNDANT_RULE, check_redundant_rules
from turnout.compiler.checks.siblings import (
    OVERLAPPING_SEGMENTS,
    OVERLAPPING_TERRITORIES,
    UNCOVERED_SEGMENT,
    check_families,
)
from turnout.compiler.checks.telling_apart import NO_LEAD_ID, UNGUARDED_IDENTITY, check_identities
from turnout.compiler.checks.undecided import UNDECIDED
from turnout.compiler.checks.unreachable import (
    IMPOSSIBLE_CONDITION,
    UNREACHABLE_BLOCK,
    UNREACHABLE_RULE,
    check_unreachable,
)
from turnout.compiler.checks.unreachable_alternatives import (
    UNREACHABLE_ALTERNATIVE,
    check_unreachable_alternatives,
)
from turnout.compiler.checks.unreachable_fallbacks import UNREACHABLE_FALLBACK, check_fallbacks
from turnout.compiler.checks.unused import UNUSED_DEFINITION, check_unused
from turnout.compiler.leads.budget import USUAL, Budget, OutOfTime, timed
from turnout.compiler.program import Program, lower
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.dsl.findings import Finding
from turnout.dsl.policy import Route
from turnout.dsl.source import Span

CHECKS: tuple[Check, ...] = (
    Check(
        (UNREACHABLE_RULE, UNREACHABLE_BLOCK, IMPOSSIBLE_CONDITION, ENDED_VALIDITY),
        OfRoute(check_unreachable, is_quick=True),
    ),
    Check((UNREACHABLE_FALLBACK,), OfRoute(check_fallbacks, may_wait=True)),
    Check((COVERAGE_GAP,), OfRoute(check_gaps)),
    Check((DEAD_END, NEVER_AVAILABLE, UNREACHABLE_TARGET), OfRoute(check_chains, is_quick=True)),
    Check((LOST_ROW,), OfRoute(check_rows)),
    Check((IDLE_CONTINUE,), OfRoute(check_continues, may_wait=True)),
    Check((REDUNDANT_RULE,), OfRules(check_redundant_rules, Depends.OUTCOME, may_wait=True)),
    Check(
        (REDUNDANT_CONDITION,),
        OfRules(check_redundant_conditions, Depends.CONDITION, may_wait=True),
    ),
    Check(
        (UNREACHABLE_ALTERNATIVE,),
        OfRules(check_unreachable_alternatives, Depends.OUTCOME, may_wait=True),
    ),
    Check((LEAKY_REJECT,), OfRoute(check_leaky_rejects, may_wait=True)),
    Check((NEGATION_MATCHES_MISSING,), OfRoute(check_negations, may_wait=True, is_quick=True)),
    Check((CONFLICTING_OVERLAP,), OfRules(check_conflicts, Depends.OUTCOME, may_wait=True)),
    Check((REFUTED_GUARANTEE, IMPOSSIBLE_CONDITION), OfGuarantees(check_guarantees)),
    Check(
        (OVERLAPPING_TERRITORIES, OVERLAPPING_SEGMENTS, UNCOVERED_SEGMENT),
        OfFamilies(check_families),
    ),
    Check((NEVER_AVAILABLE, ENDED_VALIDITY), OfPolicy(check_teams)),
    Check((NO_LEAD_ID, UNGUARDED_IDENTITY), OfPolicy(check_identities)),
    Check((UNUSED_DEFINITION,), OfPolicy(check_unused)),
    Check((NOTHING_ROUTED,), OfPolicy(check_nothing_routed)),
)
"""Every check, in the order in which they run: first those of each route, then the others."""

QUICK = tuple(
    each
    for each in CHECKS
    if isinstance(each.scope, OfPolicy | OfFamilies)
    or (isinstance(each.scope, OfRoute) and each.scope.is_quick)
)
"""The checks that take a fraction of the others' time."""


def check(  # noqa: PLR0913 - what bounds the questions, each by name
    program: Program,
    *,
    routes: Iterable[str] | None = None,
    budget: Budget = USUAL,
    checks: Sequence[Check] = CHECKS,
    analyses: Mapping[str, Analysis] | None = None,
    clear: Collection[tuple[str, str]] = (),
) -> tuple[Finding, ...]:
    """Return what the checks find, check by check.

    routes: those to analyse, all by default; the caller leaves out routes of which a
    condition could not be read. budget: what one question may take; what is open then is
    `undecided`. checks: those that run, in order. analyses: of routes, by name, where there
    are some. clear: families, by kind and name, that are known to be right.
    """
    sound = list(program.routes if routes is None else routes)
    with timed(budget):
        findings: list[Finding] = []
        for name in sound:
            analysis = (analyses or {}).get(name) or analyse(program, name, budget)
            findings.extend(_of_route(analysis, checks))
        late: list[Check] = []
        for each in checks:
            match each.scope:
                case OfGuarantees(run):
                    found = run(program, sound, budget)
                case OfFamilies(run):
                    found = run(program, budget, clear)
                case OfPolicy(run):
                    found = run(program)
                case OfRoute() | OfRules():
                    continue
                case _:
                    assert_never(each.scope)
            late += [] if _in_time(found, findings) else [each]
    if late:
        span = next((route.span for route in program.routes.values()), None)
        findings.append(_not_begun("what is declared was not checked", late, span))
    return tuple(findings)


def _in_time(found: Iterator[Finding], findings: list[Finding]) -> bool:
    """Take what a check finds into `findings`; return whether it came to its end in time."""
    try:
        findings.extend(found)
    except OutOfTime:
        return False
    return True


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
    found: list[Finding] = []
    unreachable: list[Finding] = []
    with timed(budget):
        late = not _in_time(check_gaps(analyse(program, name, budget)), found)
        routes = {**program.policy.routes, name: least}
        fewer = lower(attrs.evolve(program.policy, routes=routes), program.since, program.first)
        late |= not _in_time(check_unreachable(analyse(fewer, name, budget)), unreachable)
    found += (finding for finding in unreachable if finding.span not in unsure)
    if late:
        where = f"route `{name}` was not checked"
        found.append(_not_begun(where, CHECKS[:2], program.routes[name].span))
    return tuple(_once(_own(program, name, found)))


def _of_route(analysis: Analysis, checks: Sequence[Check]) -> Iterator[Finding]:
    found: list[Finding] = []
    late: list[Check] = []
    for each in checks:
        if not isinstance(each.scope, OfRoute | OfRules):
            continue
        if each.scope.may_wait and analysis.budget.is_past:
            late.append(each)
            continue
        if isinstance(each.scope, OfRoute):
            run = each.scope.run(analysis)
        else:
            run = each.scope.run(analysis, ())
        if not _in_time(run, found):
            late.append(each)
    yield from _once(_own(analysis.program, analysis.route.name, found))
    if late:
        where = f"rules of route `{analysis.route.name}` were not checked"
        yield _not_begun(where, late, analysis.route.span)


def _own(program: Program, route: str, findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings without those of other routes' clauses, of which these are told."""
    others: set[str] = set()
    sheets: set[str] = set()
    for clause in program.routes[route].clauses:
        others.update(handover.route for handover in clause.handed_by)
        if clause.row is not None and clause.handed_by:
            sheets.add(clause.row.places[0].source.name if clause.row.places else "")
    if not others:
        return findings
    for clause in program.routes[route].clauses:
        if clause.row is not None and not clause.handed_by:
            sheets.discard(clause.row.places[0].source.name if clause.row.places else "")
    wholes = [program.policy.routes[name].whole for name in others]

    def is_own(finding: Finding) -> bool:
        place = finding.span
        return place is None or not (
            place.source.name in sheets
            or any(
                whole is not None
                and whole.source == place.source
                and whole.start <= place.start < whole.end
                for whole in wholes
            )
        )

    return [each for each in findings if is_own(each)]


def _not_begun(what: str, late: Sequence[Check], span: Span | None) -> Finding:
    """Return the finding that these checks weren't begun, or not ended, before the deadline."""
    names = [each.kinds[0].name for each in late]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return UNDECIDED.finding(
        span,
        f"{what} for {listed}",
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
