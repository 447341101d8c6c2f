"""The files of a policy: the main file, what it includes, and its tables.

A policy is untrusted text, so a path that it names stays inside the main file's folder
(links included), and every size is bounded. Reading never raises: what can't be read is a
finding at the place that asked for it.

All of it goes through `Files`: an editor lays its unsaved texts over what the disk has, and
everything behind it reads them as it would read the files.
"""

import codecs
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path, PurePosixPath

import attrs

from turnout.dsl import nodes
from turnout.dsl.findings import Finding, Label, Severity, error
from turnout.dsl.parse import parse
from turnout.dsl.rereading import RulesRead
from turnout.dsl.source import Source, Span
from turnout.frozen import attribute, define, frozen

MAX_FILE = 4 * 1024 * 1024
MAX_TABLE = 64 * 1024 * 1024
MAX_FILES = 1_000


def resolved(path: Path) -> Path:
    """Return the path by which a file is known, whatever links lead to it.

    Links that lead to themselves are left as they are; reading the file says what it is.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


@frozen
class Fault:
    """Why a file can't be read. said: what is said of it, behind its name (and before)."""

    name: str
    said: str
    help: str = ""
    before: str = ""

    def finding(self, shown: str, asked: Span | None) -> Finding:
        """Return it as a finding. shown: how the file is named; asked: what asked for it."""
        return error(self.name, asked, f"{self.before}`{shown}` {self.said}", help=self.help)


def _known(overlay: Mapping[Path, str]) -> Mapping[Path, str]:
    return {resolved(path): text for path, text in overlay.items()}


@frozen
class Files:
    """The disk, and texts that are laid over it.

    overlay: by path, the text that stands for that of the file, which need not exist. What
    holds of files holds of them: limits, byte-order marks, line ends.
    """

    overlay: Mapping[Path, str] = attribute(factory=dict[Path, str], converter=_known)

    def known(self, path: Path) -> Path:
        """Return the path by which a file is known, absolute, whatever links lead to it."""
        return resolved(path)

    def is_inside(self, path: Path, folder: Path) -> bool:
        """Return whether a file lies in a folder or below it, wherever links lead."""
        try:
            return path.resolve().is_relative_to(folder.resolve())
        except (OSError, RuntimeError):  # a loop of symbolic links
            return False

    def text(self, path: Path, limit: int, *, is_asked: bool = True) -> str | Fault:
        """Return the text of a UTF-8 file of at most `limit` bytes without byte-order mark.

        is_asked: a policy names it, who must not make anybody wait for a pipe.
        """
        laid = self.overlay.get(self.known(path)) if self.overlay else None
        if laid is not None:
            return decoded(laid.encode("utf-8", "surrogatepass"), limit)
        try:
            if is_asked and path.exists() and not (path.is_file() or path.is_dir()):
                return Fault("cannot-read", "can't be read: it is not a file")
            with path.open("rb") as stream:
                content = stream.read(limit + 1)
        except OSError as failure:
            return _unreadable(path, failure, self.overlay)
        return decoded(content, limit)


@frozen
class NotedFiles(Files):
    """Files that note what was read of them. read: by path, the hash of each text, in hexadecimal.

    missed: the paths of which no text could be read.
    of: what is read. A text is what the policy's readers see: UTF-8 without a byte-order
    mark, lines that end in a line feed.
    """

    of: Files = attribute(factory=Files, kw_only=True)
    read: dict[Path, str] = attribute(factory=dict[Path, str], init=False)
    missed: set[Path] = attribute(factory=set[Path], init=False)

    def text(self, path: Path, limit: int, *, is_asked: bool = True) -> str | Fault:
        """Return the text of a file, and note it."""
        found = self.of.text(path, limit, is_asked=is_asked)
        if isinstance(found, str):
            self.read[self.known(path)] = sha256(found.encode("utf-8", "surrogatepass")).hexdigest()
        else:
            self.missed.add(self.known(path))
        return found

    def known(self, path: Path) -> Path:
        """Return the path by which a file is known."""
        return self.of.known(path)

    def is_inside(self, path: Path, folder: Path) -> bool:
        """Return whether a file lies in a folder or below it."""
        return self.of.is_inside(path, folder)

    def hashes(self, folder: Path) -> tuple[tuple[str, str], ...]:
        """Return the path of each file that was read, and its hash, in order of the paths.

        These are relative to the folder, with forward slashes.
        """
        named = {_relative(path, folder): digest for path, digest in self.read.items()}
        return tuple(sorted(named.items()))

    def whole_hash(self, folder: Path) -> str:
        """Return the hash of all that was read, wherever the folder lies.

        It is that of the lines `HASH  PATH`, as sha256sum writes them, for each of `hashes`.
        """
        lines = [f"{digest}  {name}\n" for name, digest in self.hashes(folder)]
        return sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _relative(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def decoded(content: bytes, limit: int) -> str | Fault:
    """Return the text that UTF-8 bytes are, at most `limit` of them."""
    if len(content) > limit:
        size = f"{limit // (1024 * 1024)} MB"
        advice = "split it, or keep long lists in a CSV table"
        return Fault("too-large", f"is larger than {size}", advice)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return Fault("not-utf-8", "is UTF-16, not UTF-8", "save the file as UTF-8")
        line = content.count(b"\n", 0, failure.start) + 1
        said = f"is not UTF-8: byte 0x{content[failure.start]:02X} on line {line}"
        return Fault("not-utf-8", said, "save the file as UTF-8")


def _unreadable(path: Path, failure: OSError, overlay: Iterable[Path]) -> Fault:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "there is no such file",
        IsADirectoryError: "it is a folder",
        PermissionError: "permission is denied",
    }
    reason = reasons.get(type(failure), failure.strerror or "it can't be opened")
    advice = ""
    if isinstance(failure, FileNotFoundError) and path.parent.is_dir():
        folder = resolved(path.parent)
        siblings = {other.name for other in (*folder.iterdir(), *overlay) if other.parent == folder}
        near = get_close_matches(path.name, sorted(siblings), n=1)
        advice = f"did you mean `{near[0]}`?" if near else ""
    return Fault("cannot-read", f"can't be read: {reason}", advice)


@frozen
class Parsed:
    """Every file of a policy, includes before the files that name them, each once.

    folder: the main file's. disk: what they were read from, for the tables that they name.
    known: rules of an earlier version, where what is made of rules is kept for the next one.
    """

    files: tuple[nodes.File, ...]
    findings: tuple[Finding, ...]
    folder: Path
    disk: Files
    known: RulesRead | None = None


def parse_files(path: Path, files: Files | None = None, known: RulesRead | None = None) -> Parsed:
    """Parse the file at `path` and all that it includes, errors and all.

    files: what to read them from, the disk as it is where none is given. known: as `parse`
    has it.
    """
    disk = files or Files()
    reader = _Reader(disk.known(path).parent, disk, known)
    reader.read(path, path.as_posix(), None)
    return Parsed(tuple(reader.files), tuple(reader.findings), reader.folder, reader.disk, known)


@define
class _Reader:
    """What has been read so far.

    open: the files being read, outermost first, with the include that led to each.
    """

    folder: Path
    disk: Files
    known: RulesRead | None
    files: list[nodes.File] = attrs.Factory(list[nodes.File])
    findings: list[Finding] = attrs.Factory(list[Finding])
    seen: set[Path] = attrs.Factory(set[Path])
    open: list[tuple[Path, Span | None]] = attrs.Factory(list[tuple[Path, Span | None]])

    def read(self, path: Path, shown: str, asked: Span | None) -> None:
        known = self.disk.known(path)
        if any(known == other for other, _ in self.open):
            self.findings.append(self._cycle(known, shown, asked))
            return
        if known in self.seen:
            return
        self.seen.add(known)
        if len(self.seen) > MAX_FILES:
            message = f"the policy has more than {MAX_FILES} files"
            self.findings.append(error("too-large", asked, message, help="join small files"))
            return
        text = self.disk.text(path, MAX_FILE, is_asked=asked is not None)
        if isinstance(text, Fault):
            self.findings.append(text.finding(shown, asked))
            return
        file = None if self.known is None else self.known.file(shown, text)
        if file is None:
            file, findings = parse(Source(shown, text), self.known)
            self.findings.extend(findings)
        self.open.append((known, asked))
        for item in file.items:
            if isinstance(item, nodes.Include):
                self._include(path, shown, item)
        self.open.pop()
        self.files.append(file)

    def _include(self, path: Path, shown: str, include: nodes.Include) -> None:
        target = inside(self.disk, self.folder, path.parent, include.path)
        if isinstance(target, Finding):
            self.findings.append(target)
        elif len(self.open) > 50:
            message = "files include each other more than 50 levels deep"
            self.findings.append(error("nested-too-deep", include.path.span, message))
        else:
            name = (PurePosixPath(shown).parent / include.path.text).as_posix()
            self.read(target, name, include.path.span)

    def _cycle(self, known: Path, shown: str, asked: Span | None) -> Finding:
        start = next(at for at, (other, _) in enumerate(self.open) if other == known)
        labels = tuple(
            Label(span, f"which `{other.name}` is included by")
            for other, span in self.open[start + 1 :]
            if span is not None
        )
        return Finding(
            "include-cycle",
            Severity.ERROR,
            asked,
            f"`{PurePosixPath(shown).name}` includes itself",
            text="leads back to a file that is being read",
            labels=labels,
            help=("take one of the includes away; definitions are seen across all files",),
        )


def inside(disk: Files, folder: Path, base: Path, written: nodes.Literal) -> Path | Finding:
    """Return the path that `written` names from `base`, or a finding where it leaves `folder`."""
    text = written.text
    if not text or "\0" in text or "\\" in text:
        advice = "write a relative path with forward slashes"
        return error("cannot-read", written.span, "this is not a path", help=advice)
    target = base / text
    if PurePosixPath(text).is_absolute() or not disk.is_inside(target, folder):
        return error(
            "outside-folder",
            written.span,
            f"`{text}` lies outside the policy's folder",
            text="a policy reads only files beside and below its main file",
            help="move the file into the policy's folder",
        )
    return target
