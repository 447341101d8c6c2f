"""Find leads that reach the end of a route without a target.

A gap is what no clause takes. It is reported as a few boxes, each as wide as it can be:
a lead of the gap is grown, dimension by dimension, for as long as no clause meets the
box; the box is reported and blocked, and the search goes on until nothing is left.
"""

from collections.abc import Iterator

from turnout.compiler.analysis import Analysis
from turnout.compiler.describe import Words, phrases, words
from turnout.compiler.domains import members
from turnout.compiler.regions import All, Masks, OutOfSteps, truth
from turnout.compiler.witness import example, shown
from turnout.dsl.findings import Finding, Severity, Witness

MOST_GAPS = 12
MOST_CLASSES = 2_000


def check_gaps(analysis: Analysis) -> Iterator[Finding]:
    """Yield one `coverage-gap` for each region that nothing takes, widest first found."""
    route = analysis.route
    if route.last:
        return  # a fallback takes whatever is left
    known = words(analysis.regions, analysis.program.policy.definitions.values())
    everything = range(len(route.clauses))
    blocked: list[All] = []
    try:
        while (found := analysis.find(blocked, outside=everything)) is not None:
            if len(blocked) == MOST_GAPS:
                yield _more(analysis)
                return
            box = _grown(analysis, found)
            yield _gap(analysis, known, found, box)
            blocked.append(analysis.regions.outside(tuple(enumerate(box))))
    except OutOfSteps:
        message = f"whether the route `{route.name}` takes every lead could not be decided"
        yield Finding(
            "undecided",
            Severity.WARNING,
            route.span,
            message,
            text=f"not settled within {analysis.steps:,} steps",
            help=("end the route in a `fallback`, or raise the limit with `--steps`",),
        )


def _gap(analysis: Analysis, known: Words, found: Masks, box: Masks) -> Finding:
    said = phrases(known, box)
    which = f"leads with {', '.join(said)}" if said else "leads"
    route = analysis.route
    witness = _witness(analysis, found, box)
    is_sure = witness is not None and witness.confirmed
    verb = "reach" if is_sure else "possibly reach"
    return Finding(
        "coverage-gap",
        Severity.ERROR,
        route.span,
        f"{which} {verb} the end of route `{route.name}` without a target",
        text="has no fallback",
        witness=witness,
        help=("end the route in a `fallback to ...`, or add a rule for these leads",),
    )


def _witness(analysis: Analysis, found: Masks, box: Masks) -> Witness | None:
    lead = example(analysis.space, found, telling=box)
    if lead is None:
        return None
    policy = analysis.program.policy
    rule, attempts = analysis.oracle(policy, analysis.route.name, lead.values, lead.clock)
    if rule is not None or attempts:
        return None
    return shown(lead, policy.fields, "no rule matches")


def _more(analysis: Analysis) -> Finding:
    return Finding(
        "coverage-gap",
        Severity.ERROR,
        analysis.route.span,
        f"more leads reach the end of route `{analysis.route.name}` without a target",
        text=f"{MOST_GAPS} gaps are shown; there are others",
        help=("end the route in a `fallback to ...`",),
    )


def _grown(analysis: Analysis, found: Masks) -> Masks:
    """Return the box widened as far as no clause meets it."""
    box = list(found)
    for at, full in enumerate(analysis.space.full):
        kept = box[at]
        box[at] = full
        if _is_free(analysis, box):
            continue
        box[at] = kept
        more = members(full & ~kept)
        for number in more if len(more) <= MOST_CLASSES else ():
            kept, box[at] = box[at], box[at] | 1 << number
            if not _is_free(analysis, box):
                box[at] = kept
    return tuple(box)


def _is_free(analysis: Analysis, box: list[int]) -> bool:
    return all(truth(analysis.taken[at], box) is False for at in analysis.satisfiable)
