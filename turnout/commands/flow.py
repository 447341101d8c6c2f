"""Leads in, decisions out: what `route` and `run` have in common."""

import io
import json
import os
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

from turnout.commands.exits import CannotRun
from turnout.commands.interrupts import until_interrupted
from turnout.commands.outputs import is_stdout, output
from turnout.dsl.types import Field
from turnout.printable import visible
from turnout.rendering.decisions import DECISION_FORMATS, DecisionFormat
from turnout.rendering.tally import Tally
from turnout.runtime.columns.extra import has_arrow
from turnout.runtime.decisions import Decision
from turnout.runtime.identified import identified
from turnout.runtime.records import FOUND, LeadsError, Manner, Records, records
from turnout.runtime.router import Router
from turnout.runtime.unbound import Shapes, begun

if TYPE_CHECKING:
    from turnout.runtime.columns.routing import RoutedChunk

LARGE = 1_000_000
"""Bytes of a file from which on its leads are routed as columns, where Arrow is installed.

To load Arrow takes as long as to route some thousand leads one by one.
"""

LARGE_FOR_TWO = 12_000_000
"""Bytes of a file from which on two processes route its leads, where there are two cores."""

T = TypeVar("T")
_FLUSH_AFTER = 0.2
_STEP = 50


class Sink:
    """Takes decisions, one after the other or in chunks, and writes them in one format.

    is_live: each is to be seen soon. is_screen: nothing of it may act on a terminal.
    """

    def __init__(
        self, text: io.TextIOWrapper, layout: DecisionFormat, *, is_live: bool, is_screen: bool
    ) -> None:
        self._text = text
        self._layout = layout
        self._is_live, self._is_screen = is_live, is_screen
        self._flushed = monotonic()
        self._between = ""

    def __call__(self, decision: Decision) -> None:
        """Write a decision."""
        line = self._layout.line(decision)
        if self._is_screen:
            line = visible(line.removesuffix("\n")) + "\n" * line.endswith("\n")
        self._write(line)

    def write_lines(self, lines: Iterable[str]) -> None:
        """Write decisions whose lines are ready, see `rendering.decision_chunks`."""
        text = self._layout.between.join(lines)
        if text:
            self._write(text)

    @property
    def layout(self) -> DecisionFormat:
        """The format."""
        return self._layout

    def _write(self, text: str) -> None:
        self._text.write(self._between + text)
        self._between = self._layout.between
        if self._is_live and monotonic() - self._flushed > _FLUSH_AFTER:
            self._text.flush()
            self._flushed = monotonic()


def route_leads(
    router: Router,
    leads: str,
    outs: Mapping[Path | None, str],
    at: datetime | None = None,
    manner: Manner = FOUND,
) -> Tally:
    """Route every lead of a file, write the decisions, and return what they came to.

    leads: `-` is stdin, `{` or `[` begins JSON. outs: a format by file; None or `-` is
    stdout. Raises LeadsError and StateError; then no file has changed, but the state keeps
    what was decided. A file in which only one field finds a column, or no row has an id, is
    refused before the first lead is decided.
    """
    began = monotonic()
    policy = router.compiled.policy
    shapes = Shapes(policy.fields)
    tally = Tally(shapes)
    is_busy = any(map(is_stdout, outs)) and sys.stdout.isatty()
    with ExitStack() as stack:
        source = stack.enter_context(opened(leads, policy.fields, manner))
        rows = begun(source, shapes, policy, router.route_name)
        rows = identified(rows, source.name, source.columns, policy.fields, shapes)
        sinks = [stack.enter_context(decisions_to(*out)) for out in outs.items()]
        rows = tally.watch(rows, source.columns)
        if _is_large(source) and router.is_passing and has_arrow() and not sys.stdout.isatty():
            apart = source.total is not None and source.total >= LARGE_FOR_TWO and cores() > 1
            chunks = router.route_columns(rows, at=at, text=source.plain, apart=apart)
            _take_chunks(watched(chunks, source, 1, hidden=is_busy), tally, sinks)
        else:
            for decision in watched(router.route_all(rows, at=at), source, _STEP, hidden=is_busy):
                tally.add(decision)
                for sink in sinks:
                    sink(decision)
    tally.remarks = tuple(source.remarks.sentences())
    tally.seconds = monotonic() - began
    return tally


def _is_large(source: Records) -> bool:
    return source.total is not None and source.total >= LARGE


def cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _take_chunks(chunks: "Iterable[RoutedChunk]", tally: Tally, sinks: Sequence[Sink]) -> None:
    """Count and write what `Router.route_columns` yields."""
    from turnout.rendering.decision_chunks import ChunkLines, count  # noqa: PLC0415 - an extra

    writers = [(sink, ChunkLines(sink.layout)) for sink in sinks]
    for chunk in chunks:
        count(tally, chunk)
        for sink, lines in writers:
            sink.write_lines(lines.lines(chunk))


def opened(leads: str, fields: Mapping[str, Field], manner: Manner = FOUND) -> Records:
    """Return the records of a file of leads. Raises LeadsError.

    leads: a path, `-` for stdin, or JSON, which begins with `{` or `[`.
    """
    if leads.lstrip().startswith(("{", "[")):
        try:
            json.loads(leads)
        except (ValueError, RecursionError) as failure:
            complaint = f"the lead is not JSON: {failure}"
            raise LeadsError(complaint, "quote it for the shell") from failure
        written = io.BytesIO(leads.encode("utf-8", "surrogateescape"))
        return records(written, "json", fields, name="the JSON on the command line")
    return records(sys.stdin.buffer if leads == "-" else leads, None, fields, manner)


def suffix_format(out: Path | None) -> str:
    """Return the format that a file's suffix names, JSON lines for stdout."""
    if is_stdout(out) or out is None:
        return "jsonl"
    suffix = out.suffix.lower().removeprefix(".")
    if suffix in DECISION_FORMATS:
        return suffix
    known = ", ".join(f".{each}" for each in DECISION_FORMATS)
    raise CannotRun(f"the name {out} says no format", f"end it in {known}, or give --format")


@contextmanager
def decisions_to(path: Path | None, format_name: str) -> Generator[Sink, None, None]:
    """Return what takes decisions and writes them in that format.

    A file has its name only once it is complete. stdout gets each decision soon after it
    is made; on a terminal nothing of it is acted on.
    """
    layout = DECISION_FORMATS[format_name]
    is_live = is_stdout(path)
    is_screen = is_live and sys.stdout.isatty()
    with output(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8", "backslashreplace", newline="")
        try:
            text.write(layout.head)
            yield Sink(text, layout, is_live=is_live, is_screen=is_screen)
            text.write(layout.tail)
        finally:
            text.detach()  # else it would close stdout


def watched(decisions: Iterable[T], source: Records, step: int, *, hidden: bool) -> Iterator[T]:
    """Yield decisions, and show on a terminal's stderr how much of the source is read.

    step: after how many of them that is shown anew.
    """
    if hidden or not source.total or not sys.stderr.isatty():
        yield from until_interrupted(decisions)
        return
    with click.progressbar(length=source.total, label="routing", file=sys.stderr) as bar:
        for number, decision in enumerate(until_interrupted(decisions)):
            yield decision
            if number % step == 0:
                bar.update(source.position - bar.pos)
        bar.update(source.position - bar.pos)
