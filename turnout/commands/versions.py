"""Two versions of a policy: out of files, out of git, or one of each."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import click

from turnout.commands.exits import CANNOT_RUN, CannotRun
from turnout.commands.revisions import Repository, copied, repository
from turnout.commands.roots import roots
from turnout.compiler.program import Program, lower
from turnout.dsl import nodes
from turnout.dsl.conditions import Condition
from turnout.dsl.files import Parsed, parse_files
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.parse import parse
from turnout.dsl.resolve import resolve
from turnout.dsl.source import Source
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report
from turnout.rendering.screen import columns

_DECLARED, _WHERE = "declared-to-change", "--where"


@attrs.frozen
class Version:
    """A policy as it is or was.

    name: as a reader knows it, such as "main:policies/inbound.route". folder: in which
    its copy lies, to be left out of what is printed; None for a file of the work tree.
    """

    name: str
    path: Path
    folder: Path | None = None
    revision: str = ""


@contextmanager
def versions(old: str, new: str) -> Generator[tuple[Version, Version], None, None]:
    """Return the two versions that the command line names; copies out of git last as long.

    old, new: two paths; or a revision and a path, which is then compared as it is in the
    work tree; or two revisions joined by `..` (or `...`: since they parted) and a path.
    Raises CannotRun.
    """
    with TemporaryDirectory(prefix="turnout-diff-") as temporary:
        folder = Path(temporary).resolve()
        if Path(old).exists():
            yield Version(old, _main(Path(old))), Version(new, _main(Path(new)))
            return
        path = _main(Path(new)) if Path(new).is_dir() else Path(new)
        place = repository(path)
        before, after = _revisions(place, old, path)
        version = _at(place, before, path, folder / "old")
        yield version, _at(place, after, path, folder / "new") if after else _present(path)


def _revisions(place: Repository, written: str, path: Path) -> tuple[str, str]:
    """Return the two revisions; the second is "" for the work tree."""
    for dots in ("...", ".."):
        if dots in written:
            one, two = (end or "HEAD" for end in written.split(dots, 1))
            return (place.merge_base(one, two) if dots == "..." else one), two
    try:
        place.commit(written)
    except CannotRun as failure:
        raise CannotRun(
            f"{written} is neither a file nor a revision of git",
            f"turnout diff OLD-FILE NEW-FILE, or turnout diff REVISION {path}",
        ) from failure
    return written, ""


def _at(place: Repository, revision: str, path: Path, folder: Path) -> Version:
    copy = copied(place, revision, path, folder)
    shown = revision[:12] if len(revision) == 40 else revision
    return Version(f"{shown}:{copy.relative_to(folder).as_posix()}", copy, folder, shown)


def _present(path: Path) -> Version:
    return Version(path.as_posix(), path)


def _main(path: Path) -> Path:
    """Return a policy's main file: the file itself, or the only one of a folder."""
    if not path.is_dir():
        return path
    files = roots([path])
    if len(files) > 1:
        listed = ", ".join(file.as_posix() for file in files[:4])
        raise CannotRun(f"{path} holds {len(files)} policies: {listed}", "name one of them")
    return files[0]


def program(version: Version) -> Program:
    """Return the lowered policy; where it can't be read, print why and end the command."""
    parsed = parse_files(version.path)
    resolution = resolve(parsed, version.path)
    _refuse([*parsed.findings, *resolution.findings], version)
    return lower(resolution.policy)


def condition(text: str, version: Version) -> Condition:
    """Return a condition that the command line gives, in the words of a version."""
    name = (version.path.parent / _WHERE).as_posix()
    file, found = parse(Source(name, f"segment {_DECLARED} = {text}\n"))
    _refuse(found, version)
    match file.items:
        case (nodes.Segment(),) | [nodes.Segment()]:
            pass
        case _:
            raise CannotRun("--where takes one condition", "such as --where 'country is DE'")
    parsed = parse_files(version.path)
    resolution = resolve(Parsed((*parsed.files, file), (), parsed.folder), version.path)
    _refuse([each for each in resolution.findings if _is_in(each, name)], version)
    return resolution.policy.definitions[_DECLARED].meaning


def _is_in(finding: Finding, source: str) -> bool:
    return finding.span is not None and finding.span.source.name == source


def _refuse(findings: tuple[Finding, ...] | list[Finding], version: Version) -> None:
    errors = tuple(each for each in findings if each.severity is Severity.ERROR)
    if not errors:
        return
    for text in pretty(Report(errors, (version.name,)), columns()):
        shown = text.replace((version.path.parent / _WHERE).as_posix(), _WHERE)
        if version.folder is not None:
            shown = shown.replace(f"{version.folder.as_posix()}/", f"{version.revision}:")
        click.echo(shown, err=True)
    raise click.exceptions.Exit(CANNOT_RUN)
