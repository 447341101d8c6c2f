"""`turnout docs`: a policy as a static site, for people who never open its file."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TypeVar

import attrs
import click

from turnout.commands.coverage import measured, readable
from turnout.commands.diff import broken_guarantees
from turnout.commands.exits import CLEAN, FINDINGS, CannotRun, complain
from turnout.commands.folders import FolderChange, FolderMark, folder_change, replace_folder
from turnout.commands.interrupts import until_interrupted
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option, format_option
from turnout.commands.policies import POLICY
from turnout.commands.watching import watched
from turnout.compiler.compiled import DEADLINE, Compiled
from turnout.compiler.difference import difference
from turnout.compiler.leads.budget import Budget
from turnout.compiler.picture import Masthead, Page
from turnout.compiler.questions.analysis import analyse
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.project import ProjectError
from turnout.project.authorship import LineChange, line_changes
from turnout.project.revisions import repository
from turnout.project.versions import main_file, program, versions
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.jsons import json_text
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, paint
from turnout.rendering.trees import headed, whole_picture
from turnout.runtime.records import Manner
from turnout.trials.testing import Tester

FORMAT, VERSION = "turnout-docs", 1
MARK = FolderMark("turnout-site.json", "turnout-site")

T = TypeVar("T")

_NAMED = 10


@frozen
class _Wanted:
    """What the command line asks for."""

    policy: Path
    out: Path
    sample: str | None
    against: str | None
    has_history: bool
    has_reload: bool
    at: datetime | None
    manner: Manner


@click.command(
    "docs",
    cls=Command,
    examples=(
        "turnout docs policies/ -o site/",
        "turnout docs inbound.route -o site/ --sample last-quarter.csv",
        "turnout docs inbound.route -o site/ --against main",
        "turnout docs policies/ -o site/ --check",
    ),
)
@POLICY
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="The site's folder: new, empty, or a site that this command wrote.",
)
@click.option("--sample", metavar="FILE", help="Count these leads for the shares.")
@click.option(
    "--against",
    metavar="OLD",
    help="A page of what changes since a revision of git, or from another file.",
)
@click.option(
    "--history",
    "has_history",
    is_flag=True,
    help="Who last changed the lines of each rule, as git has it.",
)
@click.option("--check", is_flag=True, help="Write nothing: fail where the site isn't up to date.")
@click.option("--watch", is_flag=True, help="Go on, and write it anew after every change.")
@format_option("text", "json", help="How to say what was done: for people, or for programs.")
@manner_options
@AT
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    policy: Path,
    out: Path,
    sample: str | None,
    against: str | None,
    has_history: bool,
    check: bool,
    watch: bool,
    format_name: str,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Write a policy as a site: pages, pictures, and a form to try a lead.

    POLICY is a main file, or a folder with one: then the tests in it count, too. The pages
    need no server and no network. A policy whose leads have errors (a gap, a rule that
    gets none) has a site all the same, with what is wrong; one that can't be read has none.

    Without --history, the same policy gives the same bytes wherever it is made, so that the
    site can be committed beside it, and --check tells whether it is up to date.

    Exit status: 0 where the site is written or up to date, 1 where it is not up to date or
    the policy has errors, 2 where something can't be read or written.
    """
    if find_spec("htpy") is None:
        raise CannotRun("the site needs the package htpy", "pip install 'turnout[docs]'")
    if check and watch:
        raise click.UsageError("--check and --watch exclude each other")
    wanted = _Wanted(policy, out, sample, against, has_history, watch, at, manner)
    if watch:
        _watch(wanted)
        return
    files = _files(wanted, _read(wanted))
    if check:
        change = folder_change(out, files, MARK)
        _tell_change(change, out, format_name, _again(wanted))
        ctx.exit(CLEAN if change.is_none else FINDINGS)
    replace_folder(out, files, MARK)
    _tell(files, out, format_name)


def _read(wanted: _Wanted) -> Compiled:
    return readable(main_file(wanted.policy), wanted.at)


def _files(wanted: _Wanted, compiled: Compiled) -> Mapping[str, bytes]:
    """Return the site's files."""
    from turnout.rendering.site import site  # noqa: PLC0415 - needs an extra
    from turnout.rendering.site.subject import RouteSubject, SiteSubject  # noqa: PLC0415

    if not compiled.program.routes:
        raise CannotRun("the policy has no route", "name the file that has one")
    names = list(compiled.program.routes)
    routes = {
        name: RouteSubject(
            analyse(compiled.program, name),
            measured(compiled, name, wanted.sample, wanted.at, wanted.manner),
        )
        for name in progress(names, len(names), "measuring")
    }
    tester = Tester(compiled.program)
    subject = SiteSubject(
        compiled,
        routes,
        tuple(map(tester.run, compiled.policy.tests)) if compiled.is_fit else (),
        _compared(wanted),
        {name: _pictured(compiled, name) for name in compiled.program.routes},
        _authors(compiled) if wanted.has_history else {},
    )

    def shown(found: Iterator[tuple[str, bytes]], total: int) -> Iterator[tuple[str, bytes]]:
        return progress(found, total, "writing")

    return site(subject, has_reload=wanted.has_reload, shown=shown)


def progress(of: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Yield what is in `of`, and show on a terminal's stderr how far it is."""
    if not sys.stderr.isatty():
        yield from until_interrupted(of)
        return
    looked_at = until_interrupted(of)
    with click.progressbar(looked_at, length=total, label=label, file=sys.stderr) as bar:
        yield from bar


def _pictured(compiled: Compiled, route: str) -> tuple[tuple[Page, ...], Masthead]:
    from turnout.rendering.site.subject import title_of  # noqa: PLC0415 - needs an extra

    shown, heading = headed(compiled, route, whole_picture(compiled, route), has_commit=False)
    return shown, attrs.evolve(heading, title=f"{title_of(compiled)}: route {route}")


def _compared(wanted: _Wanted) -> Comparison | None:
    if wanted.against is None:
        return None
    path = main_file(wanted.policy).as_posix()
    budget = Budget(deadline=monotonic() + DEADLINE)
    with versions(wanted.against, path) as (before, after):
        since = (wanted.at or datetime.now(UTC)).astimezone(UTC).date()
        old, new = program(before, since), program(after, since)
        found = difference(old, new, budget=budget)
        broken = broken_guarantees(old, new, budget)
        return Comparison(wanted.against, "the present one", found, None, broken, "any", ())


def _authors(compiled: Compiled) -> Mapping[str, tuple[LineChange | None, ...]]:
    """Return the last change of each line of each file that git knows."""
    try:
        repository(Path(compiled.sources[-1].name))
    except ProjectError as failure:
        raise CannotRun(failure.message, "leave --history out") from failure
    return {source.name: line_changes(Path(source.name)) for source in compiled.sources}


# -- what is said of it --


def _tell(files: Mapping[str, bytes], out: Path, format_name: str) -> None:
    pages = sum(name.endswith(".html") for name in files)
    size = sum(map(len, files.values()))
    if format_name == "json":
        about = {"folder": out.as_posix(), "pages": pages, "files": len(files), "bytes": size}
        click.echo(json_text({"format": FORMAT, "version": VERSION, **about}))
        return
    said = f"{counted(pages, 'page')}, {size / 1_000_000:.1f} MB, in {visible(str(out))}"
    click.echo(f"{paint('wrote', Ink.STRONG)} {said}; open {visible(str(out / 'index.html'))}")


def _again(wanted: _Wanted) -> str:
    """Return the command that writes the site."""
    words = ["turnout", "docs", str(wanted.policy), "-o", str(wanted.out)]
    words += ["--sample", wanted.sample] if wanted.sample is not None else []
    words += ["--against", wanted.against] if wanted.against is not None else []
    words += ["--history"] if wanted.has_history else []
    return shlex.join(words)


def _tell_change(change: FolderChange, out: Path, format_name: str, again: str) -> None:
    if format_name == "json":
        about = {"folder": out.as_posix(), "is_up_to_date": change.is_none, **attrs.asdict(change)}
        click.echo(json_text({"format": FORMAT, "version": VERSION, **about}))
        return
    if change.is_none:
        click.echo(f"{visible(str(out))} is up to date")
        return
    for word, names in attrs.asdict(change).items():
        for name in names[:_NAMED]:
            click.echo(f"{word} {visible(name)}")
        if len(names) > _NAMED:
            click.echo(f"{word} {len(names) - _NAMED:,} more")
    complain(f"{out} is not up to date", f"write it again: {again}")


# -- watching --


def _watch(wanted: _Wanted) -> None:
    def written() -> None:
        files = _files(wanted, _read(wanted))
        replace_folder(wanted.out, files, MARK)
        _tell(files, wanted.out, "text")

    watched(written, wanted.policy, wanted.sample, what="the site")
