"""Drawings as files: written, taken away when there are fewer, or compared with what is there."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import click

from turnout.commands.exits import CLEAN, FINDINGS
from turnout.commands.outputs import is_stdout, output
from turnout.rendering.diagram import comparable, is_page, pages_folder


def told(files: Iterable[tuple[Path, bytes]], count: int) -> Iterable[tuple[Path, bytes]]:
    """Yield the files; where there are many and somebody looks, say how far it is."""
    is_told = count > 5 and sys.stderr.isatty()
    for at, each in enumerate(files, start=1):
        if is_told:
            click.echo(f"\rpage {at} of {count}", nl=at == count, err=True)
        yield each


def write(files: Iterable[tuple[Path, bytes]], out: Path) -> None:
    """Write pages, and delete those of an earlier picture that there are no more."""
    if is_stdout(out):
        for _, content in files:
            with output(None) as stream:
                stream.write(content)
        return
    written: set[Path] = set()
    for path, content in files:
        if path != out:
            path.parent.mkdir(exist_ok=True)
        with output(path) as stream:
            stream.write(content)
        written.add(path)
    for path in stale(written, out):
        path.unlink()
    with suppress(OSError):  # it isn't there, or holds something else
        pages_folder(out).rmdir()


def stale(written: set[Path], out: Path) -> list[Path]:
    """Return the pages of an earlier, longer picture of the same file."""
    suffix = out.suffix
    found = pages_folder(out).glob(f"*{suffix}") if suffix else ()
    return sorted(path for path in found if is_page(path) and path not in written)


def check(files: Mapping[Path, bytes], out: Path) -> None:
    """End with status 1 where a file is not what would be drawn now."""
    outdated = [path for path, content in files.items() if not _is_same(path, content)]
    outdated += stale(set(files), out)
    for path in outdated:
        click.echo(f"{path} is not what the policy says now", err=True)
    if outdated:
        click.echo("  = help: draw it again, with the same options but --check", err=True)
    raise click.exceptions.Exit(FINDINGS if outdated else CLEAN)


def _is_same(path: Path, content: bytes) -> bool:
    try:
        there = path.read_bytes()
    except OSError:
        return False
    return comparable(there) == comparable(content)
