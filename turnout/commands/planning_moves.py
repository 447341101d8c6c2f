"""`turnout reroute --plan-moves`: the leads that would change hands, as batches of an update."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from turnout.commands.exits import CannotRun
from turnout.commands.flow import opened, watched
from turnout.commands.trial_leads import check_columns
from turnout.compiler.compiled_policy import Compiled
from turnout.frozen import frozen
from turnout.rendering.decisions import csv_cells
from turnout.rendering.jsons import json_text
from turnout.rendering.planned_moves import PlannedMoves, planned_data, planned_lines
from turnout.rendering.screen import columns
from turnout.runtime.columns.extra import check_arrow
from turnout.runtime.identified import identified
from turnout.runtime.records import Manner, Record, Records
from turnout.runtime.router import Router
from turnout.runtime.unbound import Shapes, begun
from turnout.trials.outside_names import OutsideNames, outside_names

if TYPE_CHECKING:
    from turnout.runtime.columns.arriving import ArrivedLeads

MOST_MOVES = 10_000
"""Moves of a batch, where nothing else is asked for: what bulk interfaces take at once."""


_BATCHES = 4
"""Columns need less memory than records: so many times the leads are decided at once."""


@frozen
class MovesAsked:
    """What was asked for. folder: where the batches go. column: says who has each lead."""

    leads: str
    folder: Path
    column: str | None
    names: Path | None
    batch: int
    at: datetime | None
    manner: Manner
    format_name: str


def plan_moves(compiled: Compiled, route: str, asked: MovesAsked) -> None:
    """Write the moves of a file of leads and print what they come to.

    Raises CannotRun, LeadsError, JournalError, ColumnError and ExtraError.
    """
    column, file = asked.column, Path(asked.leads)
    if column is None:
        raise CannotRun("nothing says who has the leads today", "name the column: --owner-column")
    if asked.leads == "-" or not file.is_file():
        raise CannotRun(f"{asked.leads[:80]} is no file", "moves are planned of leads in a file")
    check_arrow("--plan-moves")
    from turnout.trials.move_journal import MoveFolder, began_at  # noqa: PLC0415 - an extra
    from turnout.trials.planned_moves import MovePlanner  # noqa: PLC0415
    from turnout.trials.seen_keys import read_hashes  # noqa: PLC0415

    policy = compiled.policy
    names: OutsideNames = outside_names(asked.names, policy) if asked.names else {}
    begun_before = began_at(asked.folder) if asked.at is None else None
    at = asked.at or (datetime.fromisoformat(begun_before) if begun_before else datetime.now(UTC))
    planned = {
        "policy_hash": compiled.policy_hash,
        "route": route,
        "leads_hash": _hash(file),
        "owner_column": column,
        "names_hash": _hash(asked.names) if asked.names else "",
        "manner": str(asked.manner),
        "batch": asked.batch,
        "at": at.astimezone(UTC).isoformat(),
    }
    with Router(compiled, route=route) as router:
        planner = MovePlanner(policy, router.plan, at.astimezone(UTC), column, names)
    with (
        opened(asked.leads, policy.fields, asked.manner) as source,
        MoveFolder.begun(asked.folder, asked.batch, planned) as folder,
    ):
        check_columns(source, (column,))
        last, done = folder.last, 0
        if last is not None:
            done = last.leads
            planner.seen(read_hashes(folder.ids()))
            planner.take_up(last.progress)
        if last is None or not last.is_done:
            leads = _arriving(source, file, _rows(source, compiled, route), done)
            for arrived in watched(leads, source, 1, hidden=False):
                moves, ids = planner.chunk(arrived)
                lines = (
                    csv_cells((each.lead, each.former, each.to, each.by, each.why)) + "\n"
                    for each in moves
                )
                folder.write(lines, ids.tobytes())
                done += arrived.size
                folder.check(done, planner.progress())
            folder.check(done, planner.progress(), is_done=True)
        told = PlannedMoves(str(asked.folder), route, at, folder.batches, planner.counts, last)
    _tell(told, asked.format_name)


def _rows(source: Records, compiled: Compiled, route: str) -> Iterator[Record]:
    policy = compiled.policy
    shapes = Shapes(policy.fields)
    rows = begun(source, shapes, policy, route)
    return iter(identified(rows, source.name, source.columns, policy.fields, shapes))


def _arriving(
    source: Records, file: Path, rows: Iterator[Record], done: int
) -> "Iterator[ArrivedLeads]":
    """Yield the leads behind those that are done; a Parquet file's as the columns that they are."""
    from turnout.runtime.columns.arriving import arrivals, of_batches  # noqa: PLC0415 - an extra
    from turnout.runtime.columns.routing import ROUTED  # noqa: PLC0415
    from turnout.runtime.records.parquet import batches  # noqa: PLC0415

    names = source.columns or ()
    if source.format == "parquet" and len(set(names)) == len(names):
        for _ in islice(rows, 1):  # looks whether the file has ids
            pass
        return of_batches(batches(file, _BATCHES * ROUTED, done))
    for _ in islice(rows, done):
        pass
    return arrivals(rows, ROUTED)


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tell(told: PlannedMoves, format_name: str) -> None:
    if format_name == "json":
        click.echo(json_text(planned_data(told), indent=2))
        return
    for line in planned_lines(told, columns()):
        click.echo(line)
