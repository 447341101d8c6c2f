"""Prove guarantees for every possible lead, or refute them with one.

A guarantee is broken where some lead that it speaks of is taken by a clause that can break
a claim: by its rule, by its SLA, or by an end that its chain of targets can come to while
people are unavailable. So each clause has, for each claim, the leads for which it breaks
it; the guarantee holds if no such lead is left to the clause by those before it. A clause that
lets leads on leaves all of them; but what its targets passed on, a later one may not be able
to take.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from turnout.compiler.candidates import behind, both, either
from turnout.compiler.checks.undecided import UNDECIDED, ended
from turnout.compiler.checks.unreachable import IMPOSSIBLE_CONDITION
from turnout.compiler.leads.budget import USUAL, Budget, OutOfSteps, OutOfTime
from turnout.compiler.leads.regions import truth
from turnout.compiler.leads.witness import Example, example, shown
from turnout.compiler.meaning.situations import Situation, all_there
from turnout.compiler.outcomes import End, ends
from turnout.compiler.program import Clause, Program, RouteProgram
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.compiler.questions.giving import Giving
from turnout.compiler.questions.route_ground import route_ground
from turnout.dsl.conditions import ALWAYS, NEVER, Atom, Condition, During, Open, atoms
from turnout.dsl.finding_kinds import firm
from turnout.dsl.findings import Finding, Label, Witness
from turnout.dsl.promises import (
    AlwaysByRule,
    AlwaysReaches,
    Claim,
    Guarantee,
    NeverReaches,
    SlaAtMost,
)
from turnout.dsl.source import Span
from turnout.dsl.targets import PreviousOwner, Target
from turnout.dsl.wording import worded
from turnout.frozen import frozen

REFUTED_GUARANTEE = firm("refuted-guarantee", "Some lead breaks a guarantee.")

MOST_LABELS = 4
"""Clauses that one finding points at."""


@frozen
class _Breach:
    """A way in which a clause breaks a claim.

    condition: the leads for which it does. said: what becomes of such a lead. span: the
    target or SLA to look at, None where the clause itself is to blame; text: what it does.
    takes: the target that then has the lead at once, None where that isn't so.
    """

    condition: Condition
    said: str
    span: Span | None = None
    text: str = ""
    takes: Target | None = None


@frozen
class _Case:
    """A claim of a guarantee, and how the clauses of one route can break it.

    clauses: breaches by clause; what no clause takes stands at the end.
    """

    guarantee: Guarantee
    claim: Claim
    clauses: tuple[tuple[_Breach, ...], ...]


@frozen
class Judged:
    """A finding, and what it is about.

    about: the route, the guarantee and its claim; None where no claim is to blame.
    """

    about: tuple[str, str, Claim] | None
    finding: Finding


Analysed: TypeAlias = Callable[[Program, str, Budget, tuple[Atom, ...]], Analysis]
"""Returns the analysis of a route, by its name, in which these atoms can be asked, too."""


def check_guarantees(
    program: Program,
    routes: Iterable[str],
    budget: Budget,
    analysed: Analysed | None = None,
) -> Iterator[Finding]:
    """Yield a finding for each claim that some lead of one of `routes` breaks."""
    for found in judged_claims(program, routes, budget, analysed):
        yield found.finding


def judged_claims(
    program: Program,
    routes: Iterable[str],
    budget: Budget = USUAL,
    analysed: Analysed | None = None,
) -> Iterator[Judged]:
    """Yield what is wrong with the claims of guarantees, route by route.

    analysed: makes the analysis of each route.
    """
    made = analysed or _analysed
    for name in routes:
        about = [each for each in program.policy.guarantees.values() if name in each.routes]
        if not about:
            continue
        asks_clock = _asks_clock([*route_ground(program, name).asked, *_atoms(about, ())])
        cases = _cases(program, name, about, asks_clock=asks_clock)
        if not asks_clock and _asks_clock(_atoms((), cases)):
            # Where one way to break a claim asks what is open, all say when they are.
            cases = _cases(program, name, about, asks_clock=True)
        analysis = made(program, name, budget, tuple(_atoms(about, cases)))
        for finding in _impossible(analysis, about):
            yield Judged(None, finding)
        for case in cases:
            for finding in _judged(analysis, case):
                yield Judged((name, case.guarantee.name, case.claim), finding)


def _analysed(program: Program, name: str, budget: Budget, also: tuple[Atom, ...]) -> Analysis:
    return analyse(program, name, budget, also=also)


def _asks_clock(asked: Iterable[Atom]) -> bool:
    return any(isinstance(atom, Open | During) for atom in asked)


def _cases(
    program: Program, name: str, about: Sequence[Guarantee], *, asks_clock: bool
) -> list[_Case]:
    giving, route = Giving(program.policy, program.since, asks_clock), program.routes[name]
    ended = _ended_by(program, route)
    return [
        _Case(each, claim, _breaches(giving, route, ended, claim))
        for each in about
        for claim in each.claims
    ]


def _atoms(about: Sequence[Guarantee], cases: Sequence[_Case]) -> Iterator[Atom]:
    for guarantee in about:
        yield from atoms(guarantee.condition)
    for case in cases:
        for breaches in case.clauses:
            for breach in breaches:
                yield from atoms(breach.condition)


def _impossible(analysis: Analysis, about: Sequence[Guarantee]) -> Iterator[Finding]:
    for guarantee in about:
        if guarantee.routes[0] != analysis.route.name:
            continue  # said once, whatever the number of routes
        try:
            if analysis.find([analysis.regions.region(guarantee.condition)]) is not None:
                continue
        except OutOfSteps:
            continue  # reported with its claims
        yield IMPOSSIBLE_CONDITION.finding(
            guarantee.span,
            f"no lead at all can satisfy guarantee `{guarantee.name}`",
            text="its condition contradicts itself, so that it guarantees nothing",
            help=("correct the condition, or delete the guarantee",),
        )


# -- how a clause can break a claim --


def _ended_by(program: Program, route: RouteProgram) -> list[tuple[End, ...]]:
    """Return the ends that the chain of each clause can come to, in order.

    Where it lets leads on, that nobody has them is none of its ends.
    """
    found = [tuple(ends(clause.attempts)) for clause in route.clauses]
    letting = [at for at, clause in enumerate(route.clauses) if clause.lets_on]
    if not letting:
        return found
    grounds = route_ground(program, route.name)
    taken = [grounds.regions.region(clause.condition) for clause in route.clauses]
    full = grounds.space.full
    for at, region in enumerate(taken):
        sides = dict(region.box)
        box = [mask & sides.get(side, mask) for side, mask in enumerate(full)]
        let_on = tuple(
            (attempt.target, route.clauses[before].condition)
            for before in letting
            if before < at and truth(taken[before], box) is not False
            for attempt in route.clauses[before].attempts
        )
        is_open = route.clauses[at].lets_on
        kept = (end for end in found[at] if end.attempt is not None or not is_open)
        found[at] = tuple(attrs.evolve(end, let_on=let_on) for end in kept)
    return found


def _breaches(
    giving: Giving, route: RouteProgram, ended: Sequence[Sequence[End]], claim: Claim
) -> tuple[tuple[_Breach, ...], ...]:
    found = [
        tuple(_of_clause(giving, route, clause, of, claim))
        for clause, of in zip(route.clauses, ended, strict=True)
    ]
    nobody = _Breach(ALWAYS, "no rule takes it, and there is no fallback")
    is_broken = isinstance(claim, AlwaysReaches | AlwaysByRule | SlaAtMost) and not route.last
    return (*found, (nobody,) if is_broken else ())


def _of_clause(
    giving: Giving, route: RouteProgram, clause: Clause, ended: Sequence[End], claim: Claim
) -> Iterator[_Breach]:
    # The leads that are the clause's in the end, whoever has them.
    had = either(giving.leads(end) for end in ended) if clause.lets_on else ALWAYS
    match claim:
        case AlwaysByRule(rules):
            if not any(map(clause.is_of, rules)):
                yield _Breach(had, "")
        case SlaAtMost():
            yield from _slow(clause, claim, had)
        case _:
            for end in ended:
                broken = _broken_by(giving, end, claim)
                if broken == NEVER:
                    continue
                yield _Breach(
                    broken,
                    _ended(end),
                    None if end.attempt is None else end.attempt.span,
                    "has it" if not end.passed else "has it where those before pass it on",
                    None if end.attempt is None else end.attempt.target,
                )
            yield from _declined(giving, clause, ended, claim)
            if not isinstance(claim, AlwaysReaches):
                yield from _escalated(giving, route, clause, ended, claim)
            if isinstance(claim, NeverReaches):
                yield from _started(clause, claim, had)


def _started(clause: Clause, claim: NeverReaches, had: Condition) -> Iterator[_Breach]:
    """Yield the actions that start a sequence which the lead must never reach."""
    never = {target.name for target in claim.targets if target.kind == "sequence"}
    for action in clause.actions:
        if action.kind == "start" and action.arguments[0] in never:
            name = action.arguments[0]
            yield _Breach(had, f"`do start {name}` starts it", action.span, "starts it")


def _slow(clause: Clause, claim: SlaAtMost, had: Condition) -> Iterator[_Breach]:
    if clause.sla is None:
        yield _Breach(had, "there is no SLA", text="has no SLA")
    elif clause.sla.from_acceptance:
        text = "counts from acceptance"
        yield _Breach(had, f"the SLA {text}", clause.sla.span, text)
    elif claim.wall and not clause.sla.wall:
        text = "counts working time"
        yield _Breach(had, f"the SLA {text}", clause.sla.span, text)
    elif clause.sla.period.minutes > claim.period.minutes:
        text = f"allows {clause.sla.period}"
        yield _Breach(had, f"the SLA {text}", clause.sla.span, text)


def _broken_by(giving: Giving, end: End, claim: Claim) -> Condition:
    """Return the leads for which an end of a chain breaks a claim about targets."""
    match claim:
        case AlwaysReaches(targets):
            return giving.leads_to_others(end, targets)
        case NeverReaches(targets):
            return either(giving.leads_to(end, target) for target in targets)
        case _:
            kind = None if end.attempt is None else end.attempt.target.kind
            is_rejected = kind is not None and kind.reached == "rejected"
            return giving.leads(end) if is_rejected else NEVER


def _escalated(
    giving: Giving, route: RouteProgram, clause: Clause, ended: Sequence[End], claim: Claim
) -> Iterator[_Breach]:
    """Yield what becomes of leads whose SLA is missed: its target, then the route's fallback."""
    if clause.sla is None:
        return
    own = clause.attempts[: clause.own_attempts]
    for missed in giving.missed(ended, clause.sla, (own, route.last), clause.validity):
        broken = both(missed.leads, _broken_by(giving, missed.end, claim))
        if broken != NEVER and missed.end.attempt is not None:
            said = f"the SLA is missed; {_ended(missed.end)}"
            text = "has it when the SLA is missed"
            yield _Breach(broken, said, missed.end.attempt.span, text)


def _declined(
    giving: Giving, clause: Clause, ended: Sequence[End], claim: Claim
) -> Iterator[_Breach]:
    """Yield what becomes of leads that somebody declines: the chain is asked again, later.

    Where no hours are asked, who can have them then could have had them at once.
    """
    if clause.offer is None or not giving.asks_clock:
        return
    after = giving.soonest(clause.offer, clause.validity)
    offered = either(
        giving.leads(end)
        for end in ended
        if end.attempt is not None and behind(giving.policy, end.attempt.target).people is not None
    )
    for end in ended:
        if end.attempt is not None:
            broken = both(offered, _broken_by(giving, attrs.evolve(end, after=after), claim))
            if broken != NEVER:
                said = f"somebody declines it; {_ended(end)}"
                text = "has it when somebody declines it"
                yield _Breach(broken, said, end.attempt.span, text)


def _ended(end: End) -> str:
    passed = [f"{worded(attempt.target)} passes it on" for attempt in end.passed]
    last = "nobody" if end.attempt is None else worded(end.attempt.target)
    return ", ".join([*passed, f"{last} has it"])


# -- whether some lead does --


def _judged(analysis: Analysis, case: _Case) -> Iterator[Finding]:
    broken: list[tuple[int, _Breach]] = []
    witness: Witness | None = None
    stop: OutOfSteps | None = None
    for at, breaches in enumerate(case.clauses):
        if analysis.budget.is_past:
            stop = OutOfTime()
            break
        for breach in breaches:
            if breach.condition == NEVER or len(broken) == MOST_LABELS:
                continue
            try:
                found = _witness(analysis, case, at, breach)
            except OutOfSteps as stopped:
                stop = stopped
                continue
            if found is not None:
                witness = witness or found[0]
                broken.append((at, breach))
                break
    if broken:
        yield _refuted(analysis, case, broken, witness)
    elif stop is not None:
        text, remedy = ended(stop, analysis.budget)
        yield UNDECIDED.finding(
            case.claim.span,
            f"whether guarantee `{case.guarantee.name}` holds could not be decided",
            text=text,
            help=(f"{remedy}, or narrow the guarantee's `when`",),
        )


def _witness(
    analysis: Analysis, case: _Case, at: int, breach: _Breach
) -> tuple[Witness | None] | None:
    """Return a lead that clause `at` takes and treats so; None where there is none.

    The inner None is a lead that could not be made concrete. Raises OutOfSteps.
    """
    wanted = [analysis.regions.region(case.guarantee.condition)]
    if breach.condition != ALWAYS:
        wanted.append(analysis.regions.region(breach.condition))
    clauses = analysis.route.clauses
    if at < len(clauses):
        wanted.append(analysis.taken[at])
    box = analysis.find(wanted, outside=range(at))
    if box is None:
        return None
    lead = example(analysis.space, box)
    if lead is None:
        return (None,)
    ran = analysis.ran(lead)
    expected = (None, ()) if at == len(clauses) else _expected(clauses[at])
    said = [(leg.rule, leg.named_by) for leg in ran.legs]
    if expected not in said:
        return (None,)
    if not _is_taken(analysis, breach, lead):
        return (None,)
    notes = [f"rule `{rule}` lets it go on" for rule, _ in said[: said.index(expected)]]
    notes += [f"{clauses[at].title} takes it"] if at < len(clauses) else []
    path = "; ".join(part for part in (*notes, breach.said) if part)
    return (shown(lead, analysis.program.policy.fields, path),)


def _is_taken(analysis: Analysis, breach: _Breach, lead: Example) -> bool:
    """Return whether the target has the lead at its moment, nobody at a cap.

    Nobody is away, or those for whom a backup stands in: anybody may be said to be.

    Who a previous owner is isn't known of a lead.
    """
    if breach.takes is None or lead.moment is None or isinstance(breach.takes, PreviousOwner):
        return True
    policy = all_there(analysis.program.policy)
    behind_it = behind(policy, breach.takes).people or {}
    absent: list[tuple[str, ...]] = [(), *((name, *policy.backups(name)) for name in behind_it)]
    return any(
        Situation(policy, lead.moment, (), away=gone).other(breach.takes, lead.values) is None
        for each in absent
        for gone in (each[:number] for number in range(len(each) + 1))
    )


def _expected(clause: Clause) -> tuple[str | None, tuple[str, ...]]:
    rule = clause.name if clause.is_rule else None
    return rule, tuple(attempt.by for attempt in clause.attempts)


def _refuted(
    analysis: Analysis, case: _Case, broken: list[tuple[int, _Breach]], witness: Witness | None
) -> Finding:
    clauses = analysis.route.clauses
    labels: list[Label] = []
    for at, breach in broken:
        if at == len(clauses):
            labels.append(Label(analysis.route.span, "leaves such a lead to nobody"))
            continue
        is_own = breach.span is None and breach.text
        labels.append(Label(clauses[at].span, breach.text if is_own else "takes such a lead"))
        if breach.span is not None:
            labels.append(Label(breach.span, breach.text))
    labels = list(dict.fromkeys(labels))  # several clauses may share a fallback
    possibly = "" if witness is not None else "possibly "
    return REFUTED_GUARANTEE.finding(
        case.claim.span,
        f"guarantee `{case.guarantee.name}` {possibly}does not hold:"
        f" some lead {_fault(case.claim)}",
        text="broken",
        labels=tuple(labels),
        witness=witness,
        help=(_remedy(case.claim),),
    )


def _fault(claim: Claim) -> str:
    match claim:
        case AlwaysReaches(targets):
            return f"can end up elsewhere than with {_listed(targets)}"
        case NeverReaches(targets):
            return f"can reach {_listed(targets)}"
        case AlwaysByRule(rules):
            return f"isn't taken by {_listed(f'rule `{rule}`' for rule in rules)}"
        case SlaAtMost(period, wall):
            return f"has no SLA of at most {period}{' wall' if wall else ''}"
        case _:
            return "can be rejected"


def _listed(words: Iterable[object]) -> str:
    return " or ".join(str(word) for word in words)


def _remedy(claim: Claim) -> str:
    match claim:
        case AlwaysReaches():
            return "name one that always accepts, such as a queue, or narrow the `when`"
        case NeverReaches():
            return "end the chain before it, send such leads elsewhere before, or narrow the `when`"
        case AlwaysByRule():
            return "move the rule up, widen its condition, or narrow the `when`"
        case SlaAtMost():
            return "give the rule a shorter `sla`, or narrow the `when`"
        case _:
            return "send these leads elsewhere before, or narrow the `when`"
