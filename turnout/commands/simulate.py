"""`turnout simulate`: what a policy would do with a file of leads, nothing written."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from turnout.commands.exits import CannotRun
from turnout.commands.flow import opened
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.compiler.compiled import Compiled
from turnout.dsl.headers import ColumnNames
from turnout.printable import visible
from turnout.rendering.jsons import json_text
from turnout.rendering.report import counted
from turnout.rendering.screen import columns
from turnout.rendering.simulated import SimulationReport, simulated_lines
from turnout.rendering.simulated_data import simulated_data
from turnout.rendering.simulated_html import simulated_html
from turnout.runtime.identified import identified
from turnout.runtime.records import Manner, Record, Records
from turnout.runtime.router import Router
from turnout.runtime.stores.sqlite import copy_state
from turnout.runtime.unbound import Shapes, begun
from turnout.trials.arriving_leads import arrivals
from turnout.trials.former_owners import OwnersCount
from turnout.trials.simulation import clauses, simulate
from turnout.trials.two_policies import AgainstCount

_STEP = 50
_LISTED = 12


@click.command(
    "simulate",
    cls=Command,
    examples=(
        "turnout simulate inbound.route last-quarter.csv",
        "turnout simulate inbound.route last-quarter.csv --arrived 'Created Date'",
        "turnout simulate new.route leads.csv --against old.route -o simulation.html",
        "turnout simulate inbound.route leads.csv --owner-column 'Owner Email'",
    ),
)
@POLICY
@click.argument("leads")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    help="Decide the leads by this policy, too, and say which would go elsewhere.",
)
@click.option(
    "--owner-column",
    "owner",
    metavar="COLUMN",
    help="Who has the leads now: say which would go to others.",
)
@click.option(
    "--arrived",
    metavar="COLUMN",
    help="When each lead came: decide them then, in that order. Without it all come at one "
    "moment, so that hours and caps are those of that moment.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Begin with a copy of this state: its turns, open leads, caps and earlier leads.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page (.html) or data (.json) and print nothing.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What is printed without --output.",
)
@WAITING
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    against: Path | None,
    owner: str | None,
    arrived: str | None,
    state: Path | None,
    out: Path | None,
    format_name: str,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Say what a policy would do with a file of leads.

    Nothing is written but the report: leads by rule, target and person, how fairly turns
    fall, what falls to fallbacks, and values that could not be used. LEADS is as for
    `turnout route`. SLAs move nothing here: nobody touches these leads.
    """
    if out is not None and out.suffix.lower() not in {".html", ".json"}:
        raise CannotRun(f"the name {out} says no format", "end it in .html or .json")
    if arrived is not None and at is not None:
        raise CannotRun("--at and --arrived both say when", "give one of them")
    compiled = fit_policy(policy)
    other = None if against is None else fit_policy(against)
    with ExitStack() as stack:
        route = chosen_route(compiled.policy, route_name, policy)
        router = stack.enter_context(_router(compiled, route, state, wait, stack))
        owners = None if owner is None else OwnersCount.of(compiled.policy, owner)
        versus = None
        if other is not None and against is not None:
            same = route if route in other.policy.routes else route_name
            former = chosen_route(other.policy, same, against)
            rival = stack.enter_context(_router(other, former, state, wait, stack))
            versus = AgainstCount(rival, str(against))
        source = stack.enter_context(opened(leads, compiled.policy.fields, manner))
        _check_columns(source, (arrived, owner))
        timed, remarks = _timed(source, router, arrived, at)
        watch = [each for each in (owners, versus) if each is not None]
        found = simulate(router, _shown(timed, source), watch)
        told = SimulationReport(
            str(policy),
            source.name,
            found,
            (*remarks, *source.remarks.sentences()),
            None if versus is None else versus.result(),
            None if owners is None else owners.result(clauses(router)),
        )
    _write(told, out, format_name)


def _router(
    compiled: Compiled, route: str, state: Path | None, wait: int, stack: ExitStack
) -> Router:
    """Return a router whose state is thrown away: level, or a copy of one that there is."""
    if state is None:
        return Router(compiled, route=route)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="turnout-")))
    copy_state(state, folder / "copy.db", wait=wait)
    return Router(compiled, route=route, state=folder / "copy.db")


def _timed(
    source: Records, router: Router, arrived: str | None, at: datetime | None
) -> tuple[Iterable[tuple[datetime, Record]], tuple[str, ...]]:
    """Return the leads with the moment at which each is decided, and what is to be said of it."""
    policy = router.compiled.policy
    shapes = Shapes(policy.fields)
    rows = begun(source, shapes, policy, router.route_name)
    rows = identified(rows, source.name, source.columns, policy.fields, shapes)
    if arrived is not None:
        found = arrivals(rows, arrived, policy)
        untimed = f"{counted(found.untimed, 'lead')} without a moment in {arrived}"
        remark = f"{untimed}, taken with the one before"
        return found.records, (remark,) if found.untimed else ()
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return ((moment, record) for record in rows), ()


def _check_columns(source: Records, asked: Iterable[str | None]) -> None:
    """Refuse a column that no row of a table can have; of JSON each record has its own names."""
    if source.columns is None:
        return
    names = ColumnNames(source.columns)
    for column in asked:
        if column is None or names.find(column):
            continue
        near = get_close_matches(column, source.columns, n=1)
        listed = ", ".join(source.columns[:_LISTED])
        more = ", ..." if len(source.columns) > _LISTED else ""
        advice = f"did you mean {near[0]}?" if near else f"it has {listed}{more}"
        raise CannotRun(f"{source.name} has no column {column}", visible(advice))


def _shown(
    records: Iterable[tuple[datetime, Record]], source: Records
) -> Iterator[tuple[datetime, Record]]:
    """Yield the records, and show on a terminal how far they are."""
    total = len(records) if isinstance(records, tuple) else source.total
    if not total or not sys.stderr.isatty():
        yield from records
        return
    with click.progressbar(length=total, label="simulating", file=sys.stderr) as bar:
        for number, pair in enumerate(records):
            yield pair
            if number % _STEP == 0:
                bar.update((number if isinstance(records, tuple) else source.position) - bar.pos)
        bar.update(total - bar.pos)


def _write(told: SimulationReport, out: Path | None, format_name: str) -> None:
    is_page = out is not None and out.suffix.lower() == ".html"
    if is_page:
        text = simulated_html(told)
    elif out is not None or format_name == "json":
        text = json_text(simulated_data(told), indent=2) + "\n"
    else:
        for line in simulated_lines(told, columns()):
            click.echo(line)
        return
    if out is None:
        click.echo(text, nl=False)
        return
    with output(out) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
