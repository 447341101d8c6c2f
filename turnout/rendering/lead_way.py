"""The way of one lead through a route, as a page."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.picture import Masthead, Note, Page
from turnout.compiler.picture.focus import deeper, on_the_way
from turnout.compiler.picture.marking import with_way, without_way
from turnout.compiler.picture.paging import one_page
from turnout.compiler.picture.speech import spoken
from turnout.compiler.tree import Tree
from turnout.dsl.conditions import SEEN, Condition
from turnout.dsl.targets import Reason
from turnout.dsl.types import Value
from turnout.dsl.wording import worded
from turnout.rendering.explanation import arrives_at, why_refused
from turnout.rendering.trees import headed, is_open, tree_of
from turnout.runtime.decisions import Decision
from turnout.runtime.explain import Explanation, Tried
from turnout.runtime.leads import Lead

_WHY: Mapping[Reason, str] = MappingProxyType(
    {
        "empty": "nobody is in it",
        "inactive": "nobody is active",
        "not-in-team": "nobody is in it on that day",
        "no-match": "nobody serves that",
        "paused": "paused",
        "away": "away",
        "off-hours": "not at work at that hour",
        "at-cap": "no room for one more lead",
        "no-owner": "the lead has none",
        "gone": "not with us any more",
        "missed-sla": "didn't touch the lead in time",
        "declined": "didn't take the lead, or gave it back",
    }
)
"""Why a target didn't take a lead, for people who know no names of reasons."""


def way_pages(
    compiled: Compiled, read: Lead, explanation: Explanation, *, has_commit: bool
) -> tuple[tuple[Page, ...], Masthead]:
    """Return the page with the way of a lead, and what stands above it.

    explanation: why the lead goes where it goes, by the route that is drawn.
    """
    route = explanation.decision.route
    tree = tree_of(compiled, route)
    page = _way(compiled, tree, read, explanation)
    who = "the lead" if read.id is None else f"lead {read.id}"
    said = f"{who} goes to {arrives_at(explanation.decision)}"
    pages, heading = headed(
        compiled, route, (attrs.evolve(page, title=said),), has_commit=has_commit
    )
    values = ", ".join(f"{name} {value}" for name, value in explanation.values.items())
    notes = [Note("faint", values)] if values else []
    if explanation.complaint is not None:
        notes.append(Note("refusal", f"no rule was asked: {explanation.complaint}"))
    return pages, attrs.evolve(heading, notes=(*notes, *heading.notes))


def _way(compiled: Compiled, tree: Tree, read: Lead, explanation: Explanation) -> Page:
    decision = explanation.decision
    asked: dict[str, Value] = {**read.values, SEEN: decision.duplicate_of is not None}

    def is_true(condition: Condition) -> bool:
        return holds(condition, asked, decision.at)

    if explanation.complaint is not None:
        return without_way(one_page(tree.steps, compiled.policy, is_closed=deeper(0)))
    let_on = {at for at, tried in enumerate(explanation.tried) if not tried.refusals}
    hidden, closed = on_the_way(tree, is_true, let_on)
    gap = is_open(compiled)
    page = one_page(tree.steps, compiled.policy, is_closed=closed, is_hidden=hidden, has_gap=gap)
    refusals = {at: _refusal(tried) for at, tried in enumerate(explanation.tried)}
    before = sum(len(tried.passed_on) for tried in explanation.tried)
    passed = list(_passed_over(compiled, decision, before))
    return with_way(page, is_true, refusals, passed, let_on)


def _passed_over(compiled: Compiled, decision: Decision, before: int) -> Iterator[str]:
    """Yield which targets didn't take the lead and why, in the picture's words.

    before: how many of them are those of rules that let it go on.
    """
    clauses = compiled.program.routes[decision.route].clauses
    attempts = (attempt for clause in clauses for attempt in clause.attempts)
    known = {worded(attempt.target): spoken(attempt.target) for attempt in attempts}
    for each in decision.passed_over[before:]:
        yield f"not {known.get(each.target, each.target)}: {_WHY[each.reason]}"


def _refusal(tried: Tried) -> Note:
    """Return what the lead has that turned it away; the tooltip says of which condition."""
    if not tried.refusals:
        whole = "\n".join(f"{each.target}: {_WHY[each.reason]}" for each in tried.passed_on)
        return Note("refusal", "nobody is free: it goes on", whole)
    values = {name: value for each in tried.refusals for name, value in each.values.items()}
    said = ", ".join(f"{name} is {value}" for name, value in values.items())
    return Note("refusal", f"no: {said}", why_refused(tried.refusals))
