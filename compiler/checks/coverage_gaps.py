"""Report leads that reach the end of a route without a target, as few sentences.

One finding a region; see `compiler.gaps` for what a region is. The sentence folds what is
long, the rule that the help proposes doesn't: added at the end of the route, it takes
exactly the leads of the region.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from turnout.compiler.checks.edges import edges
from turnout.compiler.checks.mending import with_fallback
from turnout.compiler.checks.undecided import UNDECIDED, ended
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import truth
from turnout.compiler.leads.widening import region_of
from turnout.compiler.leads.witness import example, shown
from turnout.compiler.program import Clause
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.gaps import MOST_REGIONS, Gap, gaps
from turnout.compiler.words.describe import SideNames, on_days, side_names, telling
from turnout.compiler.words.spelling import spelled
from turnout.dsl.conditions import ALWAYS, And, Atom, Condition, During, IsIn, Named, Not, Or
from turnout.dsl.finding_kinds import firm
from turnout.dsl.findings import Finding, Label, Witness
from turnout.dsl.wording import lasting, written

COVERAGE_GAP = firm("coverage-gap", "Some lead reaches the end of a route without a target.")

MOST_GAPS = 12
"""Regions of one route that get a finding each."""

MOST_WORDS = 25
"""Words of a sentence before its "unless"."""

MOST_EXCEPTIONS = 3
"""Rules that take leads of a gap by name, those that take most; the others are counted."""

MOST_TOLD = 5_000
"""Values up to which the leads of a gap are written out for programs."""

MOST_WRITTEN = 400
"""Characters up to which a rule is proposed; a longer one nobody would want to read."""


def check_gaps(analysis: Analysis) -> Iterator[Finding]:
    """Yield one `coverage-gap` for each region that nothing takes, the plainest first."""
    route = analysis.route
    if route.last:
        return  # a fallback takes whatever is left
    known = side_names(analysis.regions, analysis.program.policy.definitions.values())
    try:
        found = gaps(analysis)
    except OutOfSteps as stopped:
        text, remedy = ended(stopped, analysis.budget)
        message = f"whether the route `{route.name}` takes every lead could not be decided"
        yield UNDECIDED.finding(
            route.span,
            message,
            text=text,
            help=(f"end the route in a `fallback`, or {remedy}",),
        )
        return
    shown_ = found.regions[:MOST_GAPS]
    for gap in shown_:
        yield _finding(analysis, known, gap)
    more = len(found.regions) - len(shown_)
    if more or not found.is_whole:
        yield _more(analysis, more, is_whole=found.is_whole)


def _finding(analysis: Analysis, known: SideNames, gap: Gap) -> Finding:
    witness = _witness(analysis, gap)
    is_sure = witness is not None and witness.confirmed
    when, box = on_days(analysis.space, gap.box)
    said = ", ".join(filter(None, (when, sentence(telling(known, box)))))
    taking = [f"`{analysis.route.clauses[at].name}`" for at in _most_first(analysis, gap)]
    unless = f", unless taken by {_any_of(taking)}" if taking else ""
    hint = edges(analysis, gap)
    letting = [
        clause
        for at, clause in enumerate(analysis.route.clauses)
        if at in analysis.letting_on and truth(analysis.taken[at], gap.box) is not False
    ]
    verb = "possibly get" if not is_sure else "can get" if letting else "get"
    return COVERAGE_GAP.finding(
        analysis.route.span,
        f"{said} {verb} no target{unless}",
        text="ends without a fallback",
        labels=(*hint.labels, *_letting(letting)),
        witness=witness,
        help=(*hint.help, _remedy(analysis, known, gap)),
        fixes=with_fallback(analysis),
        leads=_whole(analysis, known, gap),
    )


def _letting(clauses: Sequence[Clause]) -> Iterator[Label]:
    """Yield where leads of a gap are let on that nobody keeps, the first few places."""
    spans = dict.fromkeys(each.going_on for each in clauses if each.going_on is not None)
    for span in list(spans)[:MOST_EXCEPTIONS]:
        yield Label(span, "lets such leads go on, and nothing takes them then")


def _most_first(analysis: Analysis, gap: Gap) -> list[int]:
    """Return the exceptions of a gap, those first that take most of it."""
    if len(gap.exceptions) <= MOST_EXCEPTIONS:
        return list(gap.exceptions)
    shares = analysis.shares(region_of(analysis.space, gap.box), len(analysis.route.clauses))
    return sorted(gap.exceptions, key=lambda at: (-shares.get(at, 0.0), at))


def _whole(analysis: Analysis, known: SideNames, gap: Gap) -> str:
    """Return the leads of a gap as a condition, nothing folded; "" for one without an end."""
    condition = spelled(known, gap.box)
    is_bound = bool(on_days(analysis.space, gap.box)[0])  # no condition says on which days
    if condition == ALWAYS or is_bound or _values(condition) > MOST_TOLD:
        return ""
    return written(condition, analysis.program.policy.fields)


def sentence(said: list[str]) -> str:
    """Return "leads with ..." in at most `MOST_WORDS` words, what is too much counted.

    >>> sentence(["EMEA", "score missing"])
    'leads with EMEA, score missing'
    """
    if not said:
        return "leads"
    room = MOST_WORDS - len("leads with possibly get no target".split())
    if sum(len(phrase.split(" ")) for phrase in said) <= room:
        return f"leads with {', '.join(said)}"
    room -= len("and more conditions".split())
    kept = list[str]()
    for phrase in said:
        room -= len(phrase.split(" "))
        if room >= 0 or not kept:
            kept.append(phrase)
    return f"leads with {', '.join(kept)} and {count(len(said) - len(kept), 'more condition')}"


def count(number: int, noun: str) -> str:
    """Return a number of things.

    >>> count(1, "more condition"), count(2, "more condition")
    ('1 more condition', '2 more conditions')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _any_of(names: list[str]) -> str:
    if len(names) > MOST_EXCEPTIONS:
        more = len(names) - MOST_EXCEPTIONS
        names = [*names[:MOST_EXCEPTIONS], count(more, "more rule")]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _remedy(analysis: Analysis, known: SideNames, gap: Gap) -> str:
    when, box = on_days(analysis.space, gap.box)
    days = [each for each in _conjoined(spelled(known, gap.box)) if isinstance(each, During)]
    condition = spelled(known, box)
    advice = "end the route in a `fallback to ...`"
    if when and len(days) != 1:
        return advice
    # Thousands of postcodes are not written out only to find that they are too long.
    if condition == ALWAYS or _values(condition) > MOST_WRITTEN:
        return advice
    text = written(condition, analysis.program.policy.fields)
    if len(text) > MOST_WRITTEN:
        return advice
    if when:
        said = lasting(days[0].first, days[0].last)
        return f"{advice}, or in a rule for these leads: `rule ... {said} {{ when {text} ... }}`"
    return f"{advice}, or in a rule for these leads: `when {text}`"


def _conjoined(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And) else (condition,)


def _values(condition: Condition) -> int:
    """Return how many values stand in the text of a condition, one character each at least."""
    if isinstance(condition, Atom):
        return (
            0
            if not isinstance(condition, IsIn) or condition.table or condition.word
            else len(condition.values)
        )
    match condition:
        case And(parts) | Or(parts):
            return sum(map(_values, parts))
        case Not(part):
            return _values(part)
        case Named():
            return 0
        case _:
            assert_never(condition)


def _witness(analysis: Analysis, gap: Gap) -> Witness | None:
    """Return a lead of the gap that shows no more than what tells it, if there is one."""
    full = analysis.space.full
    sides = zip(gap.found, gap.box, full, strict=True)
    plain = tuple(whole if told == whole else here for here, told, whole in sides)
    for box in dict.fromkeys((plain, gap.found)):
        lead = example(analysis.space, box, telling=gap.box)
        if lead is not None:
            *before, last = analysis.ran(lead).legs
            if last.rule is None and not last.attempts:
                names = " and ".join(f"rule `{each.rule}`" for each in before)
                said = "no rule matches"
                if before:
                    said = f"nothing takes it if nobody of {names} is free"
                return shown(lead, analysis.program.policy.fields, said)
    return None


def _more(analysis: Analysis, more: int, *, is_whole: bool) -> Finding:
    """Return the finding that says how many regions are not shown."""
    if is_whole:
        message = f"{count(more, 'more kind')} of leads get no target"
    else:
        message = f"more than {MOST_REGIONS - MOST_GAPS} more kinds of leads get no target"
    return COVERAGE_GAP.finding(
        analysis.route.span,
        message,
        text=f"{MOST_GAPS} are shown",
        help=("end the route in a `fallback to ...`",),
        fixes=with_fallback(analysis),
    )
