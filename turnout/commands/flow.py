"""Leads in, decisions out: what `route` and `run` have in common."""

import io
import json
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic

import click

from turnout.commands.exits import CannotRun
from turnout.commands.outputs import is_stdout, output
from turnout.dsl.types import Field
from turnout.printable import visible
from turnout.rendering.decisions import DECISION_FORMATS, DecisionFormat
from turnout.rendering.tally import Tally
from turnout.runtime.decisions import Decision
from turnout.runtime.identified import identified
from turnout.runtime.records import FOUND, LeadsError, Manner, Records, records
from turnout.runtime.router import Router
from turnout.runtime.unbound import Shapes, begun

Sink = Callable[[Decision], None]

_FLUSH_AFTER = 0.2
_STEP = 50


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
        decisions = router.route_all(tally.watch(rows, source.columns), at=at)
        for decision in watched(decisions, source, hidden=is_busy):
            tally.add(decision)
            for sink in sinks:
                sink(decision)
    tally.remarks = tuple(source.remarks.sentences())
    tally.seconds = monotonic() - began
    return tally


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
    """Return what takes decisions, one after the other, and writes them in that format.

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
            yield _writer(text, layout, is_live=is_live, is_screen=is_screen)
            text.write(layout.tail)
        finally:
            text.detach()  # else it would close stdout


def _writer(
    text: io.TextIOWrapper, layout: DecisionFormat, *, is_live: bool, is_screen: bool
) -> Sink:
    flushed = monotonic()
    is_first = True

    def write(decision: Decision) -> None:
        nonlocal flushed, is_first
        line = layout.line(decision)
        if is_screen:
            line = visible(line.removesuffix("\n")) + "\n" * line.endswith("\n")
        text.write(line if is_first else layout.between + line)
        is_first = False
        if is_live and monotonic() - flushed > _FLUSH_AFTER:
            text.flush()
            flushed = monotonic()

    return write


def watched(decisions: Iterable[Decision], source: Records, *, hidden: bool) -> Iterator[Decision]:
    """Yield the decisions, and show on a terminal's stderr how much of the source is read."""
    if hidden or not source.total or not sys.stderr.isatty():
        yield from decisions
        return
    with click.progressbar(length=source.total, label="routing", file=sys.stderr) as bar:
        for number, decision in enumerate(decisions):
            yield decision
            if number % _STEP == 0:
                bar.update(source.position - bar.pos)
        bar.update(source.position - bar.pos)
