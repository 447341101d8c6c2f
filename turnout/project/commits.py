"""The commit in which a policy became what it is: what a picture says of its age.

Only git's own store is asked, no filter, hook or setting of the repository has a say. A
policy that was changed since, or that git doesn't know, has no such commit.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.project import ProjectError
from turnout.project.revisions import Repository, named_files, repository


@frozen
class Commit:
    """The last commit that touched any of a policy's files. day: of the commit, ISO 8601."""

    short: str
    day: str

    def __str__(self) -> str:
        """Return it as a picture says it."""
        return f"commit {self.short} of {self.day}"


def commit_of(sources: Iterable[Source]) -> Commit | None:
    """Return the commit of a policy's files, tables among them; None where there is none."""
    files = list(sources)
    if not files:
        return None
    try:
        of = repository(Path(files[-1].name))
        paths = [*_files(of, files)]
        if not _is_as_committed(of, paths):
            return None
        told = of.output(
            "log", "-1", "--no-show-signature", "--format=%h %cs", "--", *_from_top(paths)
        )
    except (ProjectError, OSError, ValueError):
        return None
    short, _, day = told.decode().strip().partition(" ")
    return Commit(short, day) if day else None


def _files(of: Repository, sources: Iterable[Source]) -> Iterable[str]:
    """Yield each file of the policy by its path in the repository."""
    top = of.top.resolve()
    for source in sources:
        path = Path(source.name).resolve().relative_to(top).as_posix()
        yield path
        for other in named_files(path, source.text.encode()):
            if other and (top / other).is_file():
                yield other


def _from_top(paths: Iterable[str]) -> list[str]:
    return [f":(top,literal){path}" for path in dict.fromkeys(paths)]


def _is_as_committed(of: Repository, paths: list[str]) -> bool:
    listed = of.output("ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *dict.fromkeys(paths))
    blobs: dict[str, str] = {}
    for line in listed.decode("utf-8", "surrogateescape").split("\0"):
        about, _, name = line.partition("\t")
        blobs[name] = about.rpartition(" ")[2]
    return all(
        path in blobs and _blob((of.top / path).read_bytes(), blobs[path]) == blobs[path]
        for path in paths
    )


def _blob(content: bytes, known: str) -> str:
    """Return the id that git gives a file. known: one of the same repository, for its kind."""
    kind = "sha256" if len(known) == 64 else "sha1"
    return hashlib.new(
        kind, b"blob %d\0" % len(content) + content, usedforsecurity=False
    ).hexdigest()
