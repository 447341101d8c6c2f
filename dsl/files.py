"""The files of a policy: the main file, what it includes, and its tables.

A policy is untrusted text, so a path that it names stays inside the main file's folder
(links included), and every size is bounded. Reading never raises: what can't be read is a
finding at the place that asked for it.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

import attrs

from turnout.dsl import nodes
from turnout.dsl.findings import Finding, Label, Severity, error
from turnout.dsl.parse import parse
from turnout.dsl.source import Source, Span

MAX_FILE = 4 * 1024 * 1024
MAX_TABLE = 64 * 1024 * 1024
MAX_FILES = 1_000


@attrs.frozen
class Parsed:
    """Every file of a policy, includes before the files that name them, each once."""

    files: tuple[nodes.File, ...]
    findings: tuple[Finding, ...]
    folder: Path


@attrs.frozen
class Table:
    """A CSV table: its column names, and its rows with the line on which each starts."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = attrs.field(repr=False)


def resolved(path: Path) -> Path:
    """Return the path by which a file is known, whatever links lead to it.

    Links that lead to themselves are left as they are; reading the file says what it is.
    """
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def parse_files(path: Path) -> Parsed:
    """Parse the file at `path` and all that it includes, errors and all."""
    reader = _Reader(resolved(path).parent)
    reader.read(path, path.as_posix(), None)
    return Parsed(tuple(reader.files), tuple(reader.findings), reader.folder)


@attrs.define
class _Reader:
    """What has been read so far.

    open: the files being read, outermost first, with the include that led to each.
    """

    folder: Path
    files: list[nodes.File] = attrs.Factory(list[nodes.File])
    findings: list[Finding] = attrs.Factory(list[Finding])
    seen: set[Path] = attrs.Factory(set[Path])
    open: list[tuple[Path, Span | None]] = attrs.Factory(list[tuple[Path, Span | None]])

    def read(self, path: Path, shown: str, asked: Span | None) -> None:
        known = resolved(path)
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
        text = read_text(path, shown, MAX_FILE, asked)
        if isinstance(text, Finding):
            self.findings.append(text)
            return
        file, findings = parse(Source(shown, text))
        self.findings.extend(findings)
        self.open.append((known, asked))
        for item in file.items:
            if isinstance(item, nodes.Include):
                self._include(path, shown, item)
        self.open.pop()
        self.files.append(file)

    def _include(self, path: Path, shown: str, include: nodes.Include) -> None:
        target = inside(self.folder, path.parent, include.path)
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


def inside(folder: Path, base: Path, written: nodes.Literal) -> Path | Finding:
    """Return the path that `written` names from `base`, or a finding where it leaves `folder`."""
    text = written.text
    if not text or "\0" in text or "\\" in text:
        advice = "write a relative path with forward slashes"
        return error("cannot-read", written.span, "this is not a path", help=advice)
    target = base / text
    try:
        is_inside = target.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of symbolic links
        is_inside = False
    if PurePosixPath(text).is_absolute() or not is_inside:
        return error(
            "outside-folder",
            written.span,
            f"`{text}` lies outside the policy's folder",
            text="a policy reads only files beside and below its main file",
            help="move the file into the policy's folder",
        )
    return target


def read_text(path: Path, shown: str, limit: int, asked: Span | None) -> str | Finding:
    """Return the text of a UTF-8 file without byte-order mark, or a finding."""
    # What the user names may be a pipe; what a policy names would be waited for.
    try:
        if asked is not None and path.exists() and not (path.is_file() or path.is_dir()):
            return error("cannot-read", asked, f"`{shown}` can't be read: it is not a file")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as failure:
        return _unreadable(path, shown, failure, asked)
    return decoded(content, shown, limit, asked)


def decoded(content: bytes, shown: str, limit: int, asked: Span | None) -> str | Finding:
    """Return the text that UTF-8 bytes are, at most `limit` of them, or a finding."""
    if len(content) > limit:
        size = f"{limit // (1024 * 1024)} MB"
        advice = "split it, or keep long lists in a CSV table"
        return error("too-large", asked, f"`{shown}` is larger than {size}", help=advice)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            message = f"`{shown}` is UTF-16, not UTF-8"
            return error("not-utf-8", asked, message, help="save the file as UTF-8")
        line = content.count(b"\n", 0, failure.start) + 1
        message = f"`{shown}` is not UTF-8: byte 0x{content[failure.start]:02X} on line {line}"
        return error("not-utf-8", asked, message, help="save the file as UTF-8")


def _unreadable(path: Path, shown: str, failure: OSError, asked: Span | None) -> Finding:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "there is no such file",
        IsADirectoryError: "it is a folder",
        PermissionError: "permission is denied",
    }
    reason = reasons.get(type(failure), failure.strerror or "it can't be opened")
    message = f"`{shown}` can't be read: {reason}"
    advice = ""
    if isinstance(failure, FileNotFoundError) and path.parent.is_dir():
        siblings = sorted(other.name for other in path.parent.iterdir())
        near = get_close_matches(path.name, siblings, n=1)
        advice = f"did you mean `{near[0]}`?" if near else ""
    return error("cannot-read", asked, message, help=advice)


def read_table(folder: Path, base: Path, written: nodes.Literal) -> Table | Finding:
    """Return the CSV table that `written` names, its header read and every row of equal length."""
    path = inside(folder, base, written)
    if isinstance(path, Finding):
        return path
    text = read_text(path, written.text, MAX_TABLE, written.span)
    if isinstance(text, Finding):
        return text
    try:
        lines = list(_rows(text))
    except csv.Error as failure:
        message = f"`{written.text}` is not a CSV table: {failure}"
        return error("table-syntax", written.span, message)
    if not lines:
        message = f"the table `{written.text}` is empty"
        return error("table-syntax", written.span, message, help="its first line names the columns")
    columns = tuple(cell.strip() for cell in lines[0][1])
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            message = (
                f"`{written.text}` line {line} has {len(cells)} cells, but the table has "
                f"{len(columns)} columns"
            )
            return error("table-syntax", written.span, message, help="quote cells with commas")
    return Table(written.text, columns, tuple(lines[1:]))


def _rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
        line = reader.line_num + 1
