"""What a rule receives: which leads it asks for, who takes some of them before, and what is left.

It is asked of the analysis that the last check of the whole has left behind, so that nothing
is made anew for a pointer that rests on a name.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

from turnout.compiler.leads.budget import Budget, OutOfSteps
from turnout.compiler.program import Clause
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.shares import Shares, shares
from turnout.dsl.conditions import ALWAYS, And
from turnout.dsl.targets import said
from turnout.dsl.wording import written
from turnout.frozen import frozen
from turnout.lsp.following import Insight

MOST_TAKING = 4
"""Earlier rules that are named; of more the first ones are."""

_MOST_ASKED = 200
_STEPS = 20_000
_STATES = 100_000
_MOST_CHARACTERS = 600


@frozen
class Receiving:
    """What a clause receives.

    asked: its whole condition in words, "" for every lead. taking: the earlier clauses that take
    some of these leads, as far as they were asked. share: of all leads that the policy tells
    apart, None where they are too many to be counted. is_known: whether `taking` is all.
    """

    clause: Clause
    asked: str
    taking: tuple[Clause, ...]
    share: Fraction | None
    is_known: bool = True

    @property
    def lines(self) -> Iterator[str]:
        """All of it in sentences."""
        yield f"{self.clause.title} asks for {self.asked or 'every lead'}"
        if self.taking:
            yield f"before it, some of them go to {self.takers()}"
        elif self.is_known:
            yield "no rule before it takes any of them"
        if self.share is not None:
            yield f"it gets {said_share(self.share)} of the leads that the policy tells apart"

    def takers(self, most: int = MOST_TAKING) -> str:
        """Return who takes leads before it, so many by name."""
        names = [f"`{each.name}`" for each in self.taking[:most]]
        more = len(self.taking) - len(names)
        names += [f"{more} more" if self.is_known else "others"] if more else []
        *first, last = names
        return f"{', '.join(first)} and {last}" if first else last


def analysis_of(known: Insight, route: str) -> Analysis | None:
    """Return the analysis of a route of the present text, None where there is none."""
    checked = known.checked
    if checked is None or checked.program is not known.read.program:
        return None
    found = checked.routes.get(route)
    return None if found is None else found.analysis


def receiving(analysis: Analysis, at: int) -> Receiving:
    """Return what a clause receives, by its number."""
    clause = analysis.route.clauses[at]
    taking, is_known = _taking(analysis, at)
    counted = _shares(analysis)
    share = None if counted is None else counted.of[at]
    fields = analysis.program.policy.fields
    conditions = [each.condition for each in clause.around] + list(clause.asked)
    parts = [each for each in conditions if each != ALWAYS]
    asked = written(And(tuple(parts)), fields) if len(parts) > 1 else ""
    asked = written(parts[0], fields) if len(parts) == 1 else asked
    if len(asked) > _MOST_CHARACTERS:
        asked = f"{asked[:_MOST_CHARACTERS]}..."
    return Receiving(clause, asked, taking, share, is_known)


def first_choice(analysis: Analysis, kind: str, name: str) -> Fraction | None:
    """Return the share of leads whose rule sends them to somebody first; None if it's unknown."""
    counted = _shares(analysis)
    if counted is None:
        return None
    found = Fraction()
    for share, clause in zip(counted.of, analysis.route.clauses, strict=True):
        target = clause.attempts[0].target if clause.attempts else None
        if target is not None and (target.kind.definition, said(target).name) == (kind, name):
            found += share
    return found


def _taking(analysis: Analysis, at: int) -> tuple[tuple[Clause, ...], bool]:
    """Return the earlier clauses that keep a lead of a clause, and whether that's all of them."""
    brief = analysis.budgeted(Budget(_STEPS))
    found: list[Clause] = []
    met = analysis.stopping(analysis.meeting(at))
    for by in met[:_MOST_ASKED]:
        try:
            shared = analysis.regions.both([analysis.taken[at], analysis.taken[by]])
            if brief.find([shared]) is not None:
                found.append(analysis.route.clauses[by])
        except OutOfSteps:
            return tuple(found), False
    return tuple(found), len(met) <= _MOST_ASKED


def _shares(analysis: Analysis) -> Shares | None:
    """Return the shares of the clauses, counted once for all versions with the same conditions."""
    known = analysis.answers
    if _SHARES not in known:
        known[_SHARES] = _counted(analysis)
    return cast("Shares | None", known[_SHARES])


_SHARES = "shares"


def _counted(analysis: Analysis) -> Shares | None:
    try:
        return shares(analysis, states=_STATES)
    except OutOfSteps:
        return None


def said_share(share: Fraction) -> str:
    """Return a share as people say it.

    >>> said_share(Fraction(1, 8)), said_share(Fraction(1, 3000)), said_share(Fraction())
    ('12.5 %', 'less than 0.1 %', 'none')
    """
    if not share:
        return "none"
    if share < Fraction(1, 1000):
        return "less than 0.1 %"
    return f"{float(100 * share):.3g} %"
