"""What `turnout diagram` is asked to show, and the pages that show it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

import attrs
import click

from turnout.commands.coverage import measured
from turnout.commands.exits import CannotRun
from turnout.commands.explain import raw_lead
from turnout.commands.trees import headed, is_open, tree_of, whole_picture
from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.picture import Masthead, Note, Page
from turnout.compiler.picture.focus import deeper, on_the_way, only
from turnout.compiler.picture.listing import MOST_ROWS
from turnout.compiler.picture.marking import with_shares, with_way, without_way
from turnout.compiler.picture.paging import one_page
from turnout.compiler.picture.speech import spoken
from turnout.compiler.picture.views import teams, territories
from turnout.compiler.questions.analysis import analyse
from turnout.compiler.tree import Tree
from turnout.dsl.conditions import SEEN, Condition
from turnout.dsl.targets import Reason
from turnout.dsl.types import Value
from turnout.dsl.wording import worded
from turnout.frozen import frozen
from turnout.rendering.explanation import arrives_at, why_refused
from turnout.runtime.decisions import Decision
from turnout.runtime.explain import Explanation, Tried
from turnout.runtime.leads import Lead, record_reader
from turnout.runtime.records import Manner
from turnout.runtime.router import Router

_WHY: Mapping[Reason, str] = MappingProxyType(
    {
        "empty": "nobody is in it",
        "inactive": "nobody is active",
        "not-in-team": "nobody is in it on that day",
        "no-match": "nobody serves that",
        "away": "away",
        "off-hours": "not at work at that hour",
        "at-cap": "no room for one more lead",
        "no-owner": "the lead has none",
        "gone": "not with us any more",
        "missed-sla": "didn't touch the lead in time",
    }
)
"""Why a target didn't take a lead, for people who know no names of reasons."""

MOST_COLUMNS = 14
"""Questions of a page that runs from left to right, which nobody scrolls for long."""


@frozen
class Request:
    """What is to be shown; see the options of the command.

    is_one_page: no pages of parts. is_across: from left to right.
    """

    view: str
    rule: str | None
    focus: str | None
    depth: int | None
    lead: str | None
    sample: str | None
    is_one_page: bool
    at: datetime | None
    manner: Manner
    is_across: bool = False

    def refuse_what_excludes_itself(self) -> None:
        """Raise a usage error where two options can't be had together."""
        chosen = {"--rule": self.rule, "--focus": self.focus, "--lead": self.lead}
        given = [name for name, value in chosen.items() if value is not None]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} exclude each other")
        others = [
            *given,
            *(["--depth"] if self.depth else []),
            *(["--sample"] if self.sample else []),
        ]
        if self.view != "tree" and others:
            raise click.UsageError(f"--view {self.view} and {others[0]} exclude each other")
        if self.lead is not None and self.sample is not None:
            raise click.UsageError("--lead and --sample exclude each other")


def pictured(
    compiled: Compiled, route: str, wanted: Request, *, has_commit: bool
) -> tuple[Sequence[Page], Masthead]:
    """Return the pages that were asked for, and what stands above them."""
    if wanted.lead is not None or wanted.sample is not None:
        refuse_unfit(compiled)
    if wanted.view == "territories":
        pages = territories(analyse(compiled.program, route), is_one_page=wanted.is_one_page)
        return headed(compiled, route, pages, has_commit=has_commit)
    if wanted.view == "teams":
        of = compiled.program.routes[route]
        pages = teams(of, compiled.policy, is_one_page=wanted.is_one_page)
        return headed(compiled, route, pages, has_commit=has_commit)
    if wanted.lead is not None:
        return followed(compiled, route, wanted, wanted.lead, has_commit=has_commit)
    pages, heading = headed(compiled, route, opened(compiled, route, wanted), has_commit=has_commit)
    if wanted.sample is None:
        return pages, heading
    counts, total = counted(compiled, route, wanted, wanted.sample)
    facts = (*heading.facts, f"{total:,} leads of {wanted.sample}")
    return with_shares(pages, counts, total), attrs.evolve(heading, facts=facts)


def refuse_unfit(compiled: Compiled) -> None:
    """Raise CannotRun where a policy's errors leave it without a decision for leads."""
    if not compiled.is_fit:
        raise CannotRun(
            "a policy with errors decides no lead", "run `turnout check`, and mend what it says"
        )


def opened(compiled: Compiled, route: str, wanted: Request) -> tuple[Page, ...]:
    """Return the pages of a route, or one with the part that was asked for."""
    name = wanted.rule or wanted.focus
    if name is None and wanted.depth is None:
        most = MOST_COLUMNS if wanted.is_across else MOST_ROWS
        return whole_picture(compiled, route, is_one_page=wanted.is_one_page, most=most)
    tree = tree_of(compiled, route)
    hidden = None
    title = ""
    if name is not None:
        hidden = only(tree, compiled.policy, name, is_rule=wanted.rule is not None)
        title = f"rule {name}" if wanted.rule else f"only {name}"
    closed = deeper(wanted.depth) if wanted.depth else None
    page = one_page(
        tree.steps,
        compiled.policy,
        is_closed=closed,
        is_hidden=hidden,
        has_gap=is_open(compiled),
        title=title,
    )
    return (page,)


# -- a lead --


def followed(
    compiled: Compiled, route: str, wanted: Request, lead: str, *, has_commit: bool
) -> tuple[tuple[Page, ...], Masthead]:
    """Return the page with the way of one lead."""
    with Router(compiled, route=route) as router:
        record = raw_lead(lead, router, wanted.manner, None, None)
        explanation = router.explain(record, at=wanted.at)
    read = record_reader(compiled.policy.fields)(record)
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


# -- a sample --


def counted(
    compiled: Compiled, route: str, wanted: Request, sample: str
) -> tuple[tuple[int, ...], int]:
    """Return the leads of each clause, last those that nobody gets, and how many there are."""
    at = wanted.at or datetime.now(UTC)
    found = measured(compiled, route, sample, at, wanted.manner)
    total = found.leads or 0
    parts = (*(found.parts or ()), found.left)
    return tuple(round(part * total) for part in parts), total
