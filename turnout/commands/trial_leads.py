"""A file of past leads that a policy is tried on: when each came, and what is told of it.

`turnout simulate` and `turnout compare` read the same files in the same way, refuse the same
mistakes, and write their reports in the same forms.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from turnout.commands.completing import columns_of
from turnout.commands.exits import CannotRun
from turnout.commands.interrupts import until_interrupted
from turnout.commands.options import format_option
from turnout.commands.outputs import output
from turnout.dsl.headers import ColumnNames
from turnout.printable import visible
from turnout.rendering.jsons import json_text
from turnout.rendering.report import counted
from turnout.runtime.identified import identified
from turnout.runtime.records import Record, Records
from turnout.runtime.router import Router
from turnout.runtime.unbound import Shapes, begun
from turnout.trials.arriving_leads import arrivals

_STEP = 50
_LISTED = 12

ARRIVED = click.option(
    "--arrived",
    metavar="COLUMN",
    shell_complete=columns_of("leads"),
    help="When each lead came: decide them then, in that order. Without it all come at one "
    "moment, so that hours and caps are those of that moment.",
)
OUT = click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page (.html) or data (.json) and print nothing.",
)
FORMAT = format_option("text", "json", help="What is printed without --output.")


def asked_once(out: Path | None, at: datetime | None, arrived: str | None) -> None:
    """Refuse options that contradict each other, and a name that says no format."""
    if out is not None and out.suffix.lower() not in {".html", ".json"}:
        raise CannotRun(f"the name {out} says no format", "end it in .html or .json")
    if arrived is not None and at is not None:
        raise CannotRun("--at and --arrived both say when", "give one of them")


def timed_leads(
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


def check_columns(source: Records, asked: Iterable[str | None]) -> None:
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


def shown(
    records: Iterable[tuple[datetime, Record]], source: Records, doing: str
) -> Iterator[tuple[datetime, Record]]:
    """Yield the records, and show on a terminal how far they are. doing: what the bar says."""
    total = len(records) if isinstance(records, tuple) else source.total
    if not total or not sys.stderr.isatty():
        yield from until_interrupted(records)
        return
    with click.progressbar(length=total, label=doing, file=sys.stderr) as bar:
        for number, pair in enumerate(until_interrupted(records)):
            yield pair
            if number % _STEP == 0:
                bar.update((number if isinstance(records, tuple) else source.position) - bar.pos)
        bar.update(total - bar.pos)


def write_report(
    out: Path | None,
    format_name: str,
    *,
    page: Callable[[], str],
    data: Callable[[], dict[str, Any]],
    lines: Callable[[], Iterable[str]],
) -> None:
    """Write a report as the name of the file says, or print it; only that form is made."""
    if out is not None and out.suffix.lower() == ".html":
        text = page()
    elif out is not None or format_name == "json":
        text = json_text(data(), indent=2) + "\n"
    else:
        for line in lines():
            click.echo(line)
        return
    if out is None:
        click.echo(text, nl=False)
        return
    with output(out) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))
