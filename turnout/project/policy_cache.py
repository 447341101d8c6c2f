"""Policies that were read before, kept in the user's cache folder, so that a run starts at once.

What is kept of a policy is what reading, checking and planning it came to, for one route. It
counts only where everything that had a say in it is as it was: each file that was read (by its
hash: the policy, what it includes, its tables), the severities and the route that were
configured, the day, for which a policy is checked, and the program itself, with its libraries.

An entry is a line of JSON, which says of which files it is and what hash the rest has, and
values in Python's own form. Reading these makes values of this project and of a few plain
types, and nothing else (`_Values`); one that was damaged, or written by anything else, is as
if it weren't there. The folder is the user's own, and left alone where others may write to it.
Entries are written aside and renamed, so that processes may write at once; the ones not used
for longest go where there are too many.
"""

import importlib.util
import json
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

import attrs

from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.plan.value import Plan
from turnout.dsl.files import NotedFiles, resolved
from turnout.dsl.findings import Severity
from turnout.frozen import frozen

FORMAT = "turnout-policy-cache 1"
MOST_ENTRIES = 100
MOST_BYTES = 64 * 1024 * 1024
"""What the cache of a user takes at most; of one entry, a quarter."""

_LARGEST = MOST_BYTES // 4
_SUFFIX = ".policy"
_LIBRARIES = (
    *("email_validator", "holidays", "phonenumbers", "publicsuffixlist", "pycountry", "re2"),
    *("pysat", "tzdata"),
)
_OTHERS_MAY_WRITE = 0o022


@frozen
class ReadPolicy:
    """A policy that is fit, and the plan of one of its routes.

    Of one that was kept, `compiled` has no findings, references and declarations.
    """

    compiled: Compiled
    plan: Plan


@frozen
class PolicyCache:
    """What is kept of policies. folder: None where nothing is, and nothing can be."""

    folder: Path | None

    def recalled(self, main: Path, route: str | None, settings: "Settings") -> ReadPolicy | None:
        """Return what is kept of a policy as its files now are, None where nothing is.

        route: as it was asked for. settings: what was configured that has a say.
        """
        entry = self._entry(main, route, settings)
        if entry is None:
            return None
        try:
            found = _read(entry)
        except Exception:  # noqa: BLE001 - whatever a damaged entry leads to, it doesn't count
            found = None
        if found is not None:
            with suppress(OSError):
                os.utime(entry)
        return found

    def keep(
        self,
        main: Path,
        route: str | None,
        settings: "Settings",
        read: Mapping[Path, str],
        found: ReadPolicy,
    ) -> None:
        """Keep a policy. read: the hash of each file that was read, see `NotedFiles`."""
        entry = self._entry(main, route, settings)
        if entry is None:
            return
        compiled = attrs.evolve(found.compiled, findings=(), declared=None, references=())
        try:
            body = pickle.dumps((compiled, found.plan), protocol=5)
            head = _head(read, body)
            if len(head) + len(body) <= _LARGEST:
                _write(entry, head + body)
                _prune(entry.parent)
        except (OSError, RecursionError, pickle.PicklingError, UnicodeError):
            return  # nothing depends on it

    def _entry(self, main: Path, route: str | None, settings: "Settings") -> Path | None:
        if self.folder is None:
            return None
        severities = [
            [name, None if level is None else level.value]
            for name, level in sorted(settings.severities.items())
        ]
        day = datetime.now(UTC).date().isoformat()
        asked = [FORMAT, _program(), str(main), str(resolved(main)), day]
        said = json.dumps([*asked, route, settings.route, severities])
        digest = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / f"{digest[:40]}{_SUFFIX}"


@frozen
class Settings:
    """What a configuration says that has a say in what becomes of a policy."""

    severities: Mapping[str, Severity | None]
    route: str | None


NO_CACHE = PolicyCache(None)


def cache_folder() -> Path | None:
    """Return the folder of the cache, None where it can't be used."""
    import platformdirs  # noqa: PLC0415 - only what uses the cache needs it

    folder = platformdirs.user_cache_path("turnout", appauthor=False) / "policies"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat()
    except (OSError, RuntimeError):
        return None
    if os.name == "posix" and (about.st_uid != os.geteuid() or about.st_mode & _OTHERS_MAY_WRITE):
        return None
    return folder


# -- what has a say besides the files --


@lru_cache(maxsize=1)
def _program() -> str:
    """Return what tells this program from any other, an edited one from the same before too."""
    package = Path(cast("str", sys.modules["turnout"].__file__)).parent
    said = [sys.version, *(_stamp(Path(file)) for file in _sources(str(package)))]
    for name in _LIBRARIES:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin:
            said.append(_stamp(Path(found.origin)))
    return sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _sources(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry.path)
        elif entry.name.endswith((".py", ".json", ".lark")):
            yield entry.path


def _stamp(file: Path) -> str:
    about = file.stat()
    return f"{file} {about.st_size} {about.st_mtime_ns}"


# -- entries --


def _head(read: Mapping[Path, str], body: bytes) -> bytes:
    files = {str(path): digest for path, digest in sorted(read.items())}
    head = {"format": FORMAT, "files": files, "sha256": sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n"


def _read(entry: Path) -> ReadPolicy | None:
    if entry.stat().st_size > _LARGEST:
        return None
    first, _, body = entry.read_bytes().partition(b"\n")
    head = json.loads(first)
    if head["format"] != FORMAT or head["sha256"] != sha256(body).hexdigest():
        return None
    now = NotedFiles()
    for path, digest in head["files"].items():
        now.text(Path(path), _LARGEST)
        if now.read.get(now.known(Path(path))) != digest:
            return None
    compiled, plan = _Values(BytesIO(body)).load()
    return ReadPolicy(compiled, plan)


class _Values(pickle.Unpickler):
    """Reads values: a name leads to a class of values, and to nothing that could be called."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - any class
        """Return a class of values. Raises UnpicklingError for anything else."""
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.startswith(("turnout.compiler.", "turnout.dsl.")) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and "__attrs_attrs__" in vars(found):
                return found
        if (module, name) == (Severity.__module__, Severity.__name__):
            return Severity
        raise pickle.UnpicklingError(f"{module}.{name} is no class of values")


_PLAIN = frozenset(
    {
        ("datetime", "date"),
        ("datetime", "timedelta"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("builtins", "frozenset"),
    }
)


def _write(entry: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=entry.parent, suffix=".new", delete=False) as aside:
        try:
            aside.write(content)
            aside.close()
            Path(aside.name).replace(entry)
        except OSError:
            Path(aside.name).unlink(missing_ok=True)
            raise


def _prune(folder: Path) -> None:
    """Remove the entries that weren't used for longest, where there are too many."""
    known: list[tuple[float, int, str]] = []
    for each in os.scandir(folder):
        with suppress(OSError):
            about = each.stat()
            known.append((about.st_mtime, about.st_size, each.path))
    whole = 0
    for number, (_, size, path) in enumerate(sorted(known, reverse=True), 1):
        whole += size
        if number > MOST_ENTRIES or whole > MOST_BYTES:
            with suppress(OSError):
                Path(path).unlink()
