"""`turnout log`: what happened to leads, as a state has it."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import cast

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option, format_option, instant
from turnout.commands.outputs import is_stdout, output
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.rendering.log import LOG_FORMATS, log_text
from turnout.rendering.log_tables import write_parquet
from turnout.rendering.screen import columns
from turnout.runtime.events import EVENT_KINDS, Event, EventKind, Sought
from turnout.runtime.stores.anywhere import AnyStore, open_known
from turnout.runtime.stores.server.locations import Whereabouts

_KINDS = ", ".join(EVENT_KINDS)

MOST_OF_A_LEAD = 100_000
"""Events of one lead, the last ones, that are read at once."""


@click.command(
    "log",
    cls=Command,
    examples=(
        "turnout log inbound.db --lead L-10017",
        "turnout log inbound.db --person ana --since 2026-11-23",
        "turnout log inbound.db --event moved --format csv -o moves.csv",
    ),
)
@click.argument("file", type=StateParam())
@click.option("--lead", metavar="ID", help="Of one lead, by its id as in decisions.")
@click.option("--person", metavar="NAME", help="Of who has the lead, had it before, or did it.")
@click.option("--rule", metavar="NAME", help="Decided by this rule.")
@click.option("--route", metavar="NAME", help="On this route.")
@click.option(
    "--event",
    "kind",
    type=click.Choice(EVENT_KINDS),
    metavar="KIND",
    help=f"Of a kind: {_KINDS}.",
)
@click.option("--since", callback=instant, metavar="TIME", help="From then on (ISO 8601; UTC).")
@click.option("--until", callback=instant, metavar="TIME", help="Before then.")
@click.option(
    "--after",
    type=click.IntRange(0, (1 << 63) - 1),
    default=0,
    metavar="NUMBER",
    help="Behind the event with this number: what came since it was last asked.",
)
@format_option("text", *LOG_FORMATS, "parquet", help="For people, or for programs.")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where to write; without it, or with `-`, stdout.",
)
@WAITING
@color_option
def command(
    *,
    file: Whereabouts,
    lead: str | None,
    person: str | None,
    rule: str | None,
    route: str | None,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    after: int,
    format_name: str,
    out: Path | None,
    wait: int,
) -> None:
    """Print what happened to leads, the first event first.

    FILE is a state (`turnout route --state`). Every decision, move, touch and close is an
    event in it, which is never changed. Runs that have the state are not held up.
    """
    sought = Sought(cast("EventKind | None", kind), route, person, rule, since, until)
    with closing(open_known(file, wait=wait)) as store:
        events = _events(store, lead, sought, after)
        if format_name == "text" and is_stdout(out):
            for line in _told(events):
                click.echo(line)
            return
        with output(out) as stream:
            if format_name == "parquet":
                write_parquet(events, stream)
                return
            text = io.TextIOWrapper(stream, "utf-8", "backslashreplace", newline="")
            try:
                text.writelines(_lines(events, format_name))
            finally:
                text.detach()  # else it would close stdout


def _told(events: Iterator[Event]) -> Iterator[str]:
    screen = columns()
    for event in events:
        yield from log_text(event, screen)


def _lines(events: Iterator[Event], format_name: str) -> Iterator[str]:
    if format_name == "text":
        yield from (click.unstyle(line) + "\n" for line in _told(events))
        return
    head, line_of = LOG_FORMATS[format_name]
    yield head
    yield from map(line_of, events)


def _events(store: AnyStore, lead: str | None, sought: Sought, after: int) -> Iterator[Event]:
    """Yield the events that are asked for, read page by page. Raises CannotRun."""
    if lead is not None:
        with store.read() as snapshot:
            if not snapshot.history(lead, 1):
                advice = "ids are case-sensitive; a lead without one has a key in the decisions"
                raise CannotRun(f"nothing happened to a lead {visible(lead)}", advice)
            found = snapshot.history(lead, MOST_OF_A_LEAD, sought)
        yield from (event for event in found if event.number > after)
        return
    while True:
        with store.read() as snapshot:
            page = snapshot.events(after, sought=sought)
        if not page:
            return
        yield from page
        after = page[-1].number
