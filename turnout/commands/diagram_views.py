"""What `turnout diagram` is asked to show, and the pages that show it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import attrs
import click

from turnout.commands.coverage import measured
from turnout.commands.exits import CannotRun
from turnout.commands.explain import raw_lead
from turnout.compiler.compiled import Compiled
from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.focus import deeper, only
from turnout.compiler.picture.listing import MOST_ROWS
from turnout.compiler.picture.marking import with_shares
from turnout.compiler.picture.paging import one_page
from turnout.compiler.picture.views import teams, territories
from turnout.compiler.questions.analysis import analyse
from turnout.frozen import frozen
from turnout.rendering.lead_way import way_pages
from turnout.rendering.trees import headed, is_open, tree_of, whole_picture
from turnout.runtime.leads import record_reader
from turnout.runtime.records import Manner
from turnout.runtime.router import Router

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
    return way_pages(compiled, read, explanation, has_commit=has_commit)


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
