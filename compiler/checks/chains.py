"""Find targets that can't be, and chains that can end with the lead in nobody's hands."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache, partial

import attrs

from turnout.compiler.candidates import behind, both
from turnout.compiler.checks.mending import ending_in_queue
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region
from turnout.compiler.leads.space import Space
from turnout.compiler.leads.timeline import lasting
from turnout.compiler.outcomes import tried
from turnout.compiler.program import Attempt, Clause, Program, RouteProgram
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.declining import sure_after_offers
from turnout.compiler.questions.limits import EVERY_LEAD, Sure, limits, sure, worst_moments
from turnout.compiler.questions.meeting import lost_with_all
from turnout.compiler.questions.unavailable import never
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import And, Atom, Condition, During, Open
from turnout.dsl.finding_kinds import error, firm, warning
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.fixes import without_step
from turnout.dsl.policy import Policy, Team
from turnout.dsl.source import Span
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.wording import said_day, worded

ENDED_VALIDITY = warning("ended-validity", "A rule's days, or a member's, are over.")
DEAD_END = firm("dead-end", "A lead can be passed on by every target and end up with nobody.")
NEVER_AVAILABLE = error("never-available", "A team has nobody, or a target can never take a lead.")
LEFT = attrs.evolve(NEVER_AVAILABLE, severity=Severity.WARNING)
"""Of a target of a rule: whoever leaves must not stop the routing, and leads do go on."""

UNREACHABLE_TARGET = warning(
    "unreachable-target", "An `else` comes after a target that takes every lead."
)

MOST_REASONS = 4

NOTHING_KEEPS_IT = "can pass the lead on: "
"""What stands before the reasons for which a target can, if there are any."""

MOST_MOMENTS = 1_000
"""Kinds of moments at which leads of one clause are looked for."""


def check_teams(program: Program) -> Iterator[Finding]:
    """Yield a `never-available` for each team without anybody, and members whose days are over."""
    for team in program.policy.teams.values():
        yield from _over(team, program.first)
        if any(member.weight for member in team.members):
            continue
        text = "every weight is 0" if team.members else "it has no members"
        message = f"nobody can be drawn from the team `{team.name}`"
        advice = "give a member a weight above 0" if team.members else "add a member"
        yield NEVER_AVAILABLE.finding(team.span, message, text=text, help=(advice,))


def _over(team: Team, first: date | None) -> Iterator[Finding]:
    """Yield the members who were in a team before the day of the check, and never will be."""
    for member in team.members:
        last = None if member.validity is None else member.validity.last
        if member.validity is None or last is None or first is None:
            continue
        if last < first:
            yield ENDED_VALIDITY.finding(
                member.validity.span,
                f"`{member.person}` was in `{team.name}` until {said_day(last)}",
                text=f"over on {said_day(first)}",
                help=("take them out of the team, or move the end",),
            )


def check_chains(analysis: Analysis) -> Iterator[Finding]:
    """Yield findings about each clause's own targets, in order.

    Where a clause lost its targets to another finding, nothing is said of dead ends. Leads
    that a rule lets on end with the clauses that follow, or in a gap.
    """
    policy = analysis.program.policy
    is_whole = all(clause.own_attempts for clause in analysis.route.clauses)
    # Thousands of rules send to a few teams.
    sure_of = cache(partial(sure, policy))
    never_of = cache(partial(never, policy, analysis.program.since))
    told = set(_tried_spans(analysis.route))
    for at, clause in enumerate(analysis.route.clauses):
        yield from _unreachable_targets(clause, analysis.route, told)
        yield from _never_available(clause, never_of)
        certain = (
            [each for attempt in clause.attempts for each in sure_of(attempt.target)]
            if clause.offer is None
            else list(sure_after_offers(policy, clause))
        )
        if not is_whole or clause.lets_on or EVERY_LEAD in certain:
            continue
        try:
            found = lost(analysis, at, tuple(dict.fromkeys(certain)))
            if found is not None:
                yield _exhausted(analysis, clause, *found)
        except OutOfSteps as stopped:
            claim = "can leave a lead without a target"
            yield undecided(clause, claim, analysis.budget, stopped)


def _tried_spans(route: RouteProgram) -> Iterator[Span]:
    """Yield where targets are written that may be tried: in a table, for some row of it."""
    for clause in route.clauses:
        for attempt in clause.attempts[: clause.own_attempts]:
            yield attempt.span
            if isinstance(attempt.target, Accepting):
                break
        if clause.lets_on and clause.going_on is not None:
            yield clause.going_on


def _unreachable_targets(clause: Clause, route: RouteProgram, told: set[Span]) -> Iterator[Finding]:
    """Yield findings about targets that no clause tries. told: spans of which no more is said.

    The rows of a table share what is written for all of them.
    """
    own = clause.attempts[: clause.own_attempts]
    takes_all = (at for at, attempt in enumerate(own) if isinstance(attempt.target, Accepting))
    first = next(takes_all, None)
    if clause.sla is not None and clause.sla.reassigns:
        return  # whoever missed the lead is left out, a target that takes every lead, too
    if first is not None and own == route.last and _can_miss(route, own[first].target):
        return  # the fallback leaves out whoever missed the lead
    for attempt in own[first + 1 :] if first is not None else ():
        assert first is not None
        if attempt.span in told:
            continue
        told.add(attempt.span)
        yield UNREACHABLE_TARGET.finding(
            attempt.span,
            f"`{worded(attempt.target)}` is never tried",
            text="comes after a target that takes every lead",
            labels=(Label(own[first].span, "always accepts"),),
            help=("delete it, or move it up",),
            fixes=without_step(attempt.span),
        )
    if first is not None and clause.going_on is not None and clause.going_on not in told:
        told.add(clause.going_on)
        yield UNREACHABLE_TARGET.finding(
            clause.going_on,
            f"{clause.title} never goes on to the next rules",
            text="comes after a target that takes every lead",
            labels=(Label(own[first].span, "always accepts"),),
            help=("delete it, or the target before it",),
            fixes=without_step(clause.going_on),
        )


def _can_miss(route: RouteProgram, target: Target) -> bool:
    """Return whether a target can have leads and let the time of an SLA pass that moves them."""
    for clause in route.clauses:
        if clause.sla is not None and clause.sla.moves and target.kind.is_worked:
            asked = tried([each.target for each in clause.attempts])
            then = () if clause.sla.then is None else (clause.sla.then.target,)
            if target in {*asked, *then}:
                return True
    return False


def _never_available(clause: Clause, never_of: Callable[[Target], str | None]) -> Iterator[Finding]:
    named = [(each.target, each.span) for each in clause.attempts[: clause.own_attempts]]
    if clause.sla is not None and clause.sla.then is not None:
        named.append((clause.sla.then.target, clause.sla.then.span))
    for target, span in named:
        reason = never_of(target)
        if reason is not None:
            message = f"`{worded(target)}` never takes a lead"
            yield LEFT.finding(
                span,
                message,
                text=reason,
                help=("name another target, or let somebody be available",),
            )


def lost(
    analysis: Analysis, at: int, certain: Sequence[Sure]
) -> tuple[Masks, datetime | None] | None:
    """Return leads of clause `at` that all its targets can pass on, None where there are none.

    certain: what one of them is sure to take; what rules that let leads on are sure to keep
    before is taken, too. The second is a moment at which they do, None
    where that doesn't matter. Raises OutOfSteps.
    """
    region = analysis.regions.region
    meeting = analysis.meeting(at)
    certain = tuple(dict.fromkeys([*certain, *_kept_before(analysis, meeting)]))

    def found(taken: Iterable[Condition], also: Iterable[Region] = ()) -> Masks | None:
        left = (region(each, holds=False) for each in taken)
        return analysis.find([analysis.taken[at], *left, *also], outside=meeting)

    clocks = dict(_clocks(analysis.space))
    # First as if each calendar could be open or closed whatever the others are.
    quick = [
        And((*(clocks[each] for each in sorted(sure_.hours, key=_name)), sure_.leads))
        for sure_ in certain
        if sure_.hours <= clocks.keys()
    ]
    first = found(quick)
    if first is None:
        return None
    always = found(each.leads for each in certain) if any(each.hours for each in certain) else first
    if always is not None:
        return always, None
    # What the route asks of the clock tells of other calendars, too: of those that never meet it.
    since = analysis.program.since
    for number, worst in enumerate(worst_moments(certain, frozenset(clocks), since)):
        if number == MOST_MOMENTS:
            raise OutOfSteps
        now = (region(clock, holds=each in worst.open) for each, clock in clocks.items())
        lost = found((each.leads for each in certain if each.hours <= worst.open), now)
        if lost is not None:
            return lost, worst.first
    return None


def _clocks(space: Space) -> Iterator[tuple[Calendar, Atom]]:
    """Yield what is asked of the clock, by a calendar that is open while it holds."""
    for atom in space.sides:
        if isinstance(atom, Open):
            yield atom.calendar, atom
        elif isinstance(atom, During):
            yield lasting(atom), atom


def _kept_before(analysis: Analysis, meeting: Iterable[int]) -> Iterator[Sure]:
    """Yield what those of these clauses are sure to keep that let the rest of their leads on."""
    policy = analysis.program.policy
    for before in sorted(analysis.letting_on.intersection(meeting)):
        clause = analysis.route.clauses[before]
        certain = [each for attempt in clause.attempts for each in sure(policy, attempt.target)]
        # Where somebody is sure of every lead, the analysis asks nothing else of its targets.
        for each in (EVERY_LEAD,) if EVERY_LEAD in certain else certain:
            yield attrs.evolve(each, leads=both(clause.condition, each.leads))


def _name(calendar: Calendar) -> str:
    return calendar.name


def _exhausted(
    analysis: Analysis, clause: Clause, found: Masks, moment: datetime | None
) -> Finding:
    policy = analysis.program.policy
    return DEAD_END.finding(
        clause.span,
        f"a lead of {clause.title} can end up with nobody",
        text="every target can pass it on" if clause.attempts else "names no target",
        labels=tuple(_passed_on(policy, clause)),
        witness=lost_with_all(analysis, found, moment),
        help=("end the chain in a queue: `else queue ...`, or add a `fallback`",),
        fixes=ending_in_queue(policy, clause),
    )


def _passed_on(policy: Policy, clause: Clause) -> Iterator[Label]:
    """Yield what can keep the leads of a clause from each of its targets."""
    for at, attempt in enumerate(clause.attempts):
        text = why_passed_on(policy, attempt)
        if clause.offer is not None and text == NOTHING_KEEPS_IT:
            is_asked = at < clause.own_attempts
            text = "may decline the lead" if is_asked else "isn't given what they declined"
        yield Label(attempt.span, text)


def why_passed_on(policy: Policy, attempt: Attempt) -> str:
    """Return what can keep a lead from a target, in words for a label."""
    target, what = attempt.target, said(attempt.target)
    here, reasons = behind(policy, target), limits(policy, target)
    if target.kind.definition == "team" and not here.people:
        return "every weight is 0" if policy.teams[what.name].members else "has no members"
    if target.kind.definition == "field" and not reasons:
        return f"passes the lead on where `{what.name}` is missing"
    reasons = [here.lacking, *reasons] if here.lacking else reasons
    more = len(reasons) - MOST_REASONS
    listed = ", ".join(reasons[:MOST_REASONS]) + (f", and {more} more" if more > 0 else "")
    return f"{NOTHING_KEEPS_IT}{listed}"
