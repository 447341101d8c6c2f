"""A policy as git has it at some revision: its files, copied to a folder of their own.

Nothing is checked out, and neither the work tree nor the index is touched or looked at:
the files are read out of git's own store by name, so that no filter, hook or attribute of
the repository has a say. What the main file names (its includes, their tables) is copied
with it, and nothing else. A link inside the repository is followed there; one that leaves
it is left out, and the policy then names a file that isn't there.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from turnout.dsl.files import MAX_FILES, MAX_TABLE
from turnout.frozen import frozen
from turnout.project import ProjectError

_QUOTED = re.compile(r'"((?:\\.|[^"\\\n])+)"')
_LINK = "120000"
_MOST_LINKS = 10
_SECONDS = 120


@frozen
class Repository:
    """A git repository, by its top folder."""

    top: Path

    def output(self, *arguments: str) -> bytes:
        """Return what git prints. Raises ProjectError with git's own reason."""
        return _git(self.top, arguments)

    def commit(self, revision: str) -> str:
        """Return the id of the commit that `revision` names. Raises ProjectError."""
        try:
            found = self.output(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except ProjectError as failure:
            raise ProjectError(
                f"git knows no revision {revision}",
                "name a commit, a branch or a tag; a shallow clone may lack it (git fetch)",
            ) from failure
        return found.decode().strip()

    def merge_base(self, one: str, two: str) -> str:
        """Return the commit at which two revisions parted. Raises ProjectError."""
        try:
            found = self.output("merge-base", self.commit(one), self.commit(two))
        except ProjectError as failure:
            raise ProjectError(f"{one} and {two} have no commit in common") from failure
        return found.decode().strip()


def repository(path: Path) -> Repository:
    """Return the repository in which `path` lies, or lay. Raises ProjectError."""
    folder = path.absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    try:
        top = _git(folder, ("rev-parse", "--show-toplevel"))
    except ProjectError as failure:
        raise ProjectError(
            f"{path} lies in no git repository", "compare two files by their paths instead"
        ) from failure
    return Repository(Path(top.decode().rstrip("\n")))


def copied(of: Repository, revision: str, path: Path, folder: Path) -> Path:
    """Copy the policy with main file `path`, as of `revision`, below `folder`.

    Returns the main file's copy; its place below `folder` is that in the repository.
    Raises ProjectError where the revision has no such file.
    """
    commit = of.commit(revision)
    main = _inside(of, path)
    entries = _entries(of, commit)
    if main not in entries:
        raise ProjectError(f"{path} doesn't exist at {revision}", "give the path that it has there")
    waiting, seen = [main], {main}
    while waiting:
        name = waiting.pop()
        content = _content(of, entries, name)
        if content is None:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if not name.endswith(".route") and name != main:
            continue
        for named in named_files(name, content):
            if named in entries and named not in seen and len(seen) < 2 * MAX_FILES:
                seen.add(named)
                waiting.append(named)
    return folder / main


def _inside(of: Repository, path: Path) -> str:
    """Return the path inside the repository, with forward slashes."""
    parent = path.absolute().parent.resolve()
    try:
        return (parent / path.name).relative_to(of.top.resolve()).as_posix()
    except ValueError as failure:
        raise ProjectError(f"{path} lies outside the repository {of.top}") from failure


def _entries(of: Repository, commit: str) -> Mapping[str, tuple[str, str]]:
    """Return the mode and the id of every file of a commit."""
    listed = of.output("ls-tree", "-r", "-z", "--full-tree", commit)
    found: dict[str, tuple[str, str]] = {}
    for line in listed.decode("utf-8", "surrogateescape").split("\0"):
        if line:
            about, name = line.split("\t", 1)
            mode, kind, blob = about.split(" ")
            if kind == "blob":
                found[name] = mode, blob
    return found


def _content(of: Repository, entries: Mapping[str, tuple[str, str]], name: str) -> bytes | None:
    """Return a file's content, links followed; None where a link leaves the repository."""
    for _ in range(_MOST_LINKS):
        if name not in entries:
            return None
        mode, blob = entries[name]
        if int(of.output("cat-file", "-s", blob)) > MAX_TABLE:
            raise ProjectError(f"{name} is larger than {MAX_TABLE // 1024**2} MB")
        content = of.output("cat-file", "blob", blob)
        if mode != _LINK:
            return content
        name = _joined(name, content.decode("utf-8", "surrogateescape"))
    return None


def named_files(name: str, content: bytes) -> list[str]:
    """Return the paths that the texts of a policy file may name, from the repository's top.

    name: of the file, from there too.
    """
    text = content.decode("utf-8", "replace")
    return [_joined(name, found) for found in dict.fromkeys(_QUOTED.findall(text))]


def _joined(name: str, relative: str) -> str:
    """Return where `relative` leads from the folder of `name`; "" where it leaves the top."""
    parts: list[str] = []
    if relative.startswith("/"):
        return ""
    for part in (PurePosixPath(name).parent / relative).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _git(folder: Path, arguments: Sequence[str]) -> bytes:
    import subprocess  # noqa: PLC0415 - only what asks git needs it

    try:
        ran = subprocess.run(  # noqa: S603 - no shell; revisions come after --end-of-options
            ["git", "--no-pager", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    except FileNotFoundError as failure:
        raise ProjectError("git isn't installed", "compare two files by their paths") from failure
    except subprocess.TimeoutExpired as failure:
        raise ProjectError(f"git took longer than {_SECONDS} seconds") from failure
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise ProjectError(f"git failed: {reason.removeprefix('fatal: ') or ran.returncode}")
    return ran.stdout
