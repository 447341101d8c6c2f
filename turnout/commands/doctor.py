"""`turnout doctor`: what is installed here, what is missing, and what a state is."""

import platform
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from textwrap import wrap

import click

from turnout import __version__
from turnout.commands.exits import CLEAN, FINDINGS
from turnout.commands.options import Command, color_option
from turnout.grammar.lalr import is_current
from turnout.printable import visible
from turnout.project.configuration import ConfigurationError, nearest_configuration
from turnout.rendering.screen import Ink, columns, paint
from turnout.runtime.stores.statements import APPLICATION_ID
from turnout.runtime.stores.upgrades import FORMAT

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "announce": ("httpcore",),
    "arrow": ("numpy", "pyarrow"),
    "diagram": ("resvg-py",),
    "docs": ("htpy", "markupsafe"),
    "excel": ("python-calamine",),
    "holidays": ("holidays",),
    "jit": ("numba",),
    "phone": ("phonenumbers",),
    "postgres": ("psycopg",),
    "regex": ("google-re2",),
    "sat": ("python-sat",),
    "serve": ("htpy", "joserfc", "markupsafe", "prometheus-client", "starlette", "uvicorn"),
    "spark": ("pyspark",),
    "sql": ("duckdb", "sqlglot"),
    "yaml": ("ruamel.yaml",),
}
"""What each extra brings, beside another extra; a test holds it to the package's own list."""


@click.command("doctor", cls=Command, examples=("turnout doctor", "turnout doctor inbound.db"))
@click.argument("states", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@color_option
@click.pass_context
def command(ctx: click.Context, *, states: tuple[Path, ...]) -> None:
    """Say what is installed, which extras are missing, and of which format states are.

    Nothing is changed and nothing is asked of a network. A STATE is a file that leads were
    routed with.

    Exit status: 0, or 1 where something that is there can't be used.
    """
    faults = 0
    for name, said, is_right in (*_versions(), *_extras(), *_configuration(), *_states(states)):
        faults += not is_right
        mark = paint("!", Ink.ERROR) if not is_right else " "
        lines = wrap(visible(said), max(40, columns() - 17), break_long_words=False) or [""]
        click.echo(f"{mark} {name:<14} {lines[0]}".rstrip())
        for line in lines[1:]:
            click.echo(f"{' ' * 17}{line}")
    ctx.exit(FINDINGS if faults else CLEAN)


_Row = tuple[str, str, bool]


def _versions() -> Iterator[_Row]:
    yield "turnout", f"{__version__}, {Path(__file__).resolve().parents[1]}", True
    python = f"{platform.python_version()}, {sys.executable}"
    is_new = sys.version_info >= (3, 11)
    yield "python", python if is_new else f"{python}: 3.11 or later is needed", is_new
    encoding = sys.stdout.encoding or "none"
    yield "output", f"{encoding}; what it can't hold is escaped", True
    said = "as the grammar" if is_current() else "of another grammar; made anew at each start"
    yield "parser tables", said, True
    dot = which("dot")
    yield "graphviz", dot or "not there; only PDF needs it", True


def _extras() -> Iterator[_Row]:
    for extra, packages in EXTRAS.items():
        found = {package: _version(package) for package in packages}
        there = [f"{package} {known}" for package, known in found.items() if known]
        if all(found.values()):
            yield f"[{extra}]", ", ".join(there), True
        else:
            missing = f"missing; `pip install 'turnout[{extra}]'` brings it"
            yield f"[{extra}]", "; ".join([*there, missing]), True


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _configuration() -> Iterator[_Row]:
    try:
        found = nearest_configuration(Path.cwd()).file
    except ConfigurationError as fault:
        yield "configuration", f"{fault.message}; {fault.help}", False
        return
    yield "configuration", str(found) if found else "none, from here upwards", True


def _states(states: tuple[Path, ...]) -> Iterator[_Row]:
    yield "state format", str(FORMAT), True
    for path in states:
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as found:
                (number,) = found.execute("PRAGMA user_version").fetchone()
                (application,) = found.execute("PRAGMA application_id").fetchone()
        except sqlite3.Error as failure:
            yield "state", f"{path}: can't be read: {failure}", False
            continue
        is_ours = application == APPLICATION_ID
        yield "state", *_of_format(path, int(number) if is_ours else 0)


def _of_format(path: Path, number: int) -> tuple[str, bool]:
    if number == FORMAT:
        return f"{path}: format {number}", True
    if 0 < number < FORMAT:
        return f"{path}: format {number}, brought up to {FORMAT} when it is next used", True
    if number > FORMAT:
        return f"{path}: format {number} of a later version; upgrade Turnout", False
    return f"{path}: no state of Turnout", False
