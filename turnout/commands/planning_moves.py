"""`turnout reroute --plan-moves`: the leads that would change hands, as batches of an update."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
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
    from turnout.trials.move_journal import MoveFolder
    from turnout.trials.move_workers import Looking
    from turnout.trials.planned_moves import MovePlanner
    from turnout.trials.repeated_ids import Hashes, LeadRows

MOST_MOVES = 10_000
"""Moves of a batch, where nothing else is asked for: what bulk interfaces take at once."""


_BATCHES = 2
"""Columns need less memory than records: so many times the leads are decided at once."""

MOST_PROCESSES = 8
"""Processes that look at leads, where nobody says how many; one more draws, in order."""

_LARGE = 16_000_000
"""Bytes of a file from which on that is worth while."""


@frozen
class MovesAsked:
    """What was asked for. folder: where the batches go. column: says who has each lead."""

    leads: str
    folder: Path
    column: str | None
    names: Path | None
    batch: int
    at: datetime | None
    processes: int | None
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
    from turnout.trials.move_workers import looking  # noqa: PLC0415
    from turnout.trials.outlook import MovesWanted  # noqa: PLC0415
    from turnout.trials.planned_moves import MovePlanner  # noqa: PLC0415
    from turnout.trials.repeated_ids import find_repeated  # noqa: PLC0415

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
    leads = _Leads(file, compiled, route, asked.manner)
    leads.check(column)
    with Router(compiled, route=route) as router:
        wanted = MovesWanted(policy, router.plan, at.astimezone(UTC), column, names)
    planner = MovePlanner(wanted)
    with MoveFolder.begun(asked.folder, asked.batch, planned) as folder:
        last = folder.last
        if last is not None:
            planner.take_up(last.progress)
        if last is None or not last.is_done:
            with looking(wanted, asked.processes or _processes(file)) as look:
                if not folder.repeated.exists():
                    find_repeated(folder.repeated, _ids(look, leads))
                _plan(planner, look, leads, folder)
            folder.tidy()
        told = PlannedMoves(str(asked.folder), route, at, folder.batches, planner.counts, last)
    _tell(told, asked.format_name)


@frozen(eq=False)
class _Leads:
    """A file of leads that is read twice: for its ids, and for the leads."""

    file: Path
    compiled: Compiled
    route: str
    manner: Manner

    def check(self, column: str) -> None:
        """Raise CannotRun and LeadsError where the file has no such column, or no ids."""
        with self._opened() as source:
            check_columns(source, (column,))
            next(self._rows(source), None)

    def chunks(self, done: int, *, only_ids: bool = False) -> "Iterator[ArrivedLeads]":
        """Yield the leads behind those that are done; a Parquet file's as the columns they are."""
        from turnout.runtime.columns.arriving import (  # noqa: PLC0415 - an extra
            arrivals,
            of_batches,
        )
        from turnout.runtime.columns.routing import ROUTED  # noqa: PLC0415
        from turnout.runtime.records.parquet import batches  # noqa: PLC0415
        from turnout.trials.move_workers import needed  # noqa: PLC0415

        with self._opened() as source:
            names = source.columns or ()
            if source.format == "parquet" and len(set(names)) == len(names):
                of_ids = needed(names, self.compiled.policy, None) if only_ids else None
                yield from of_batches(batches(self.file, _BATCHES * ROUTED, done, of_ids))
                return
            found = arrivals(self._rows(source), ROUTED, source.plain, done)
            yield from watched(found, source, 1, hidden=False)

    def _opened(self) -> Records:
        return opened(str(self.file), self.compiled.policy.fields, self.manner)

    def _rows(self, source: Records) -> Iterator[Record]:
        policy = self.compiled.policy
        shapes = Shapes(policy.fields)
        rows = begun(source, shapes, policy, self.route)
        return iter(identified(rows, source.name, source.columns, policy.fields, shapes))


def _ids(look: "Looking", leads: _Leads) -> "Iterator[tuple[LeadRows, Hashes]]":
    """Yield which rows of a file have an id, from 0, and the hashes of these."""
    begun_at = 0
    for size, (places, found) in look.ids(leads.chunks(0, only_ids=True)):
        yield places + begun_at, found
        begun_at += size


def _plan(planner: "MovePlanner", look: "Looking", leads: _Leads, folder: "MoveFolder") -> None:
    """Plan the moves behind what the folder has already."""
    from turnout.trials.repeated_ids import RepeatedRows  # noqa: PLC0415 - an extra

    repeated = RepeatedRows(folder.repeated)
    done = folder.last.leads if folder.last else 0
    for leaving in look.leaving(leads.chunks(done)):
        moves = planner.chunk(leaving, repeated.among(done, leaving.size))
        folder.write(
            csv_cells((each.lead, each.former, each.to, each.by, each.why)) + "\n" for each in moves
        )
        done += leaving.size
        folder.check(done, planner.progress())
    folder.check(done, planner.progress(), is_done=True)


def _processes(file: Path) -> int:
    """Return how many processes look at the leads of a file, where nobody says."""
    cores = os.cpu_count() or 1
    return min(cores, MOST_PROCESSES) if file.stat().st_size >= _LARGE else 1


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tell(told: PlannedMoves, format_name: str) -> None:
    if format_name == "json":
        click.echo(json_text(planned_data(told), indent=2))
        return
    for line in planned_lines(told, columns()):
        click.echo(line)
