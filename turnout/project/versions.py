"""Two versions of a policy: out of files, out of git, or one of each."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from turnout.compiler.program import Program, lower
from turnout.dsl import nodes
from turnout.dsl.conditions import Condition
from turnout.dsl.files import parse_files
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.parse import parse
from turnout.dsl.rereading import RulesRead
from turnout.dsl.resolve import resolve
from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.project import ProjectError
from turnout.project.configuration import configured_paths, nearest_configuration
from turnout.project.revisions import Repository, copied, repository
from turnout.project.roots import roots

_DECLARED = "declared-to-change"

WHERE = "--where"
"""What names the condition that the command line gives."""


@frozen
class Version:
    """A policy as it is or was.

    name: as a reader knows it, such as "main:policies/inbound.route". folder: in which
    its copy lies, to be left out of what is printed; None for a file of the work tree.
    """

    name: str
    path: Path
    folder: Path | None = None
    revision: str = ""

    @property
    def where(self) -> str:
        """The name of a source that holds a condition beside the policy's files."""
        return (self.path.parent / WHERE).as_posix()


class UnreadableError(ProjectError):
    """A version has errors. findings: all of them."""

    def __init__(self, version: Version, findings: tuple[Finding, ...]) -> None:
        """Keep what was found."""
        super().__init__(f"{version.name} has errors")
        self.version = version
        self.findings = findings

    def __reduce__(self) -> tuple[object, ...]:
        """Keep what was found when pickled."""
        return type(self), (self.version, self.findings)


@contextmanager
def versions(old: str, new: str) -> Generator[tuple[Version, Version], None, None]:
    """Return the two versions that the command line names; copies out of git last as long.

    old, new: two paths; or a revision and a path, which is then compared as it is in the
    work tree; or two revisions joined by `..` (or `...`: since they parted) and a path.
    Raises ProjectError.
    """
    with TemporaryDirectory(prefix="turnout-diff-") as temporary:
        folder = Path(temporary).resolve()
        if Path(old).exists():
            yield Version(old, main_file(Path(old))), Version(new, main_file(Path(new)))
            return
        path = main_file(Path(new)) if Path(new).is_dir() else Path(new)
        place = repository(path)
        before, after = _revisions(place, old, path)
        version = _at(place, before, path, folder / "old")
        yield version, _at(place, after, path, folder / "new") if after else _present(path)


def configured_policies(old: str) -> list[str]:
    """Return the main files in the configured paths, as somebody would name them.

    old: what is to be compared, a revision or two. Raises ProjectError where nothing is
    configured, or no policy lies there.
    """
    here = Path.cwd()
    if not nearest_configuration(here).paths:
        raise ProjectError(
            "it is not said which policy is meant",
            f"name it, as in `turnout diff {old} POLICY`, or configure `paths`",
        )
    files = roots(configured_paths()).files
    if not files:
        raise ProjectError("no policy lies in the configured paths", "name one, or mend `paths`")
    return [file.as_posix() for file in files]


def _revisions(place: Repository, written: str, path: Path) -> tuple[str, str]:
    """Return the two revisions; the second is "" for the work tree."""
    for dots in ("...", ".."):
        if dots in written:
            one, two = (end or "HEAD" for end in written.split(dots, 1))
            return (place.merge_base(one, two) if dots == "..." else one), two
    try:
        place.commit(written)
    except ProjectError as failure:
        raise ProjectError(
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


def main_file(path: Path) -> Path:
    """Return a policy's main file: the file itself, or the only one of a folder."""
    if not path.is_dir():
        return path
    found = roots([path])
    for refused in found.refused[:1]:
        raise ProjectError(refused.message, "take it out of the folder, or name the file")
    files = list(found.files)
    if len(files) > 1:
        listed = ", ".join(file.as_posix() for file in files[:4])
        raise ProjectError(f"{path} holds {len(files)} policies: {listed}", "name one of them")
    return files[0]


def program(version: Version, since: date, known: RulesRead | None = None) -> Program:
    """Return the lowered policy of a version, as of a day of UTC. Raises UnreadableError.

    known: the rules of the version beside which it is held; its own are added.
    """
    parsed = parse_files(version.path, known=known)
    resolution = resolve(parsed, version.path)
    _refuse([*parsed.findings, *resolution.findings], version)
    return lower(resolution.policy, since)


def condition(text: str, version: Version) -> Condition:
    """Return a condition that the command line gives, in the words of a version.

    Raises UnreadableError and ProjectError.
    """
    name = version.where
    file, found = parse(Source(name, f"segment {_DECLARED} = {text}\n"))
    _refuse(found, version)
    match file.items:
        case (nodes.Segment(),) | [nodes.Segment()]:
            pass
        case _:
            raise ProjectError("--where takes one condition", "such as --where 'country is DE'")
    parsed = parse_files(version.path)
    resolution = resolve(
        attrs.evolve(parsed, files=(*parsed.files, file), findings=()), version.path
    )
    _refuse([each for each in resolution.findings if _is_in(each, name)], version)
    return resolution.policy.definitions[_DECLARED].meaning


def _is_in(finding: Finding, source: str) -> bool:
    return finding.span is not None and finding.span.source.name == source


def _refuse(findings: tuple[Finding, ...] | list[Finding], version: Version) -> None:
    errors = tuple(each for each in findings if each.severity is Severity.ERROR)
    if errors:
        raise UnreadableError(version, errors)
