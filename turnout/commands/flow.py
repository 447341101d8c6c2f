"""Leads in, decisions out: what `route` and `run` have in common."""

import io
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import click

from turnout.commands.outputs import output
from turnout.rendering.decisions import LAYOUTS, Layout
from turnout.rendering.screen import visible
from turnout.runtime.decisions import Decision
from turnout.runtime.records import Records

Sink = Callable[[Decision], None]

_FLUSH_AFTER = 0.2
_STEP = 50


@contextmanager
def decisions_to(path: Path | None, format_name: str) -> Generator[Sink, None, None]:
    """Return what takes decisions, one after the other, and writes them in that format.

    A file has its name only once it is complete. stdout (None or `-`) gets each decision
    soon after it is made; on a terminal nothing of it is acted on.
    """
    layout = LAYOUTS[format_name]
    is_stdout = path is None or str(path) == "-"
    is_screen = is_stdout and sys.stdout.isatty()
    with output(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8", "backslashreplace", newline="")
        try:
            text.write(layout.head)
            yield _writer(text, layout, is_live=is_stdout, is_screen=is_screen)
            text.write(layout.tail)
        finally:
            text.detach()  # else it would close stdout


def _writer(text: io.TextIOWrapper, layout: Layout, *, is_live: bool, is_screen: bool) -> Sink:
    flushed = monotonic()
    is_first = True

    def write(decision: Decision) -> None:
        nonlocal flushed, is_first
        line = layout.line(decision)
        if is_screen:
            line = visible(line.rstrip("\n")) + "\n" * line.endswith("\n")
        text.write(line if is_first else layout.between + line)
        is_first = False
        if is_live and monotonic() - flushed > _FLUSH_AFTER:
            text.flush()
            flushed = monotonic()

    return write


def watched(
    decisions: Iterable[Decision], source: Records, *, hidden: bool
) -> Generator[Decision, None, None]:
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
