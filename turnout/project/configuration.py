"""What a project says once for all its policies: its paths, severities and default route.

A configuration is the table `[tool.turnout]` of a `pyproject.toml`, or a file
`turnout.toml` with the same keys at its top:

    paths = ["policies"]
    route = "inbound"
    sample = "leads/last-quarter.csv"

    [severities]
    unused-definition = "error"
    conflicting-overlap = "off"

The nearest one counts, and it alone: from a policy's folder upwards, so that a policy
means the same from wherever it is checked; where no policy was named, from the working
directory upwards. In one folder `turnout.toml` comes before `pyproject.toml`.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from turnout.dsl.files import resolved
from turnout.dsl.findings import Severity
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.project.report_settings import ReportSettings, report_settings
from turnout.project.serve_settings import ServeSettings, serve_settings

if TYPE_CHECKING:
    from turnout.compiler.verdict import Severities
    from turnout.project.endpoints import Endpoint

LARGEST = 1024 * 1024
LEVELS: Mapping[str, Severity | None] = {**{each.value: each for each in Severity}, "off": None}
_KEYS = ("paths", "severities", "route", "sample", "announce", "report", "serve")


class ConfigurationError(Error):
    """A configuration can't be read, or says what has no meaning."""


@frozen
class Configuration:
    """What was configured; what wasn't is empty.

    file: where, None for no configuration. paths: in the order written, absolute. sample: past
    leads, by which an editor tells what each rule takes. endpoints: who is told of what happens.
    report: what reports are made with. serve: how often a service may be asked.
    """

    file: Path | None = None
    paths: tuple[Path, ...] = ()
    severities: "Severities" = attrs.Factory(dict[str, Severity | None])
    route: str | None = None
    sample: Path | None = None
    endpoints: "tuple[Endpoint, ...]" = ()
    report: ReportSettings = attrs.Factory(ReportSettings)
    serve: ServeSettings = attrs.Factory(ServeSettings)

    @property
    def endpoint_names(self) -> tuple[str, ...]:
        """The names of who is told of what happens."""
        return tuple(each.name for each in self.endpoints)


def configuration_of(policy: Path) -> Configuration:
    """Return the configuration for a policy's main file. Raises ConfigurationError."""
    return nearest_configuration(resolved(policy).parent)


def configuration_in(file: Path) -> Configuration:
    """Return the configuration in a file that somebody named. Raises ConfigurationError."""
    place = file.absolute()
    written = _Written.read(place, _PYPROJECT if file.name == "pyproject.toml" else ())
    if written is not None:
        return written.configuration()
    if place.is_file():
        raise ConfigurationError(
            f"{_shown(place)} has no table `[tool.turnout]`", "write one, or name another file"
        )
    raise ConfigurationError(f"there is no file {_shown(place)}", "name a `turnout.toml`")


def nearest_configuration(folder: Path) -> Configuration:
    """Return the configuration that holds in an absolute folder. Raises ConfigurationError."""
    for each in (folder, *folder.parents):
        for file, table in ((each / "turnout.toml", ()), (each / "pyproject.toml", _PYPROJECT)):
            written = _Written.read(file, table)
            if written is not None:
                return written.configuration()
    return Configuration()


def configured_paths() -> list[Path]:
    """Return what to look at where no PATH is named: the configured paths, else `.`."""
    here = Path.cwd()
    paths = nearest_configuration(here).paths
    return [_from(here, path) for path in paths] or [Path()]


def _from(here: Path, path: Path) -> Path:
    """Return a path as somebody in the folder `here` would write it."""
    return Path(os.path.relpath(path, here))


_PYPROJECT = ("tool", "turnout")


@frozen
class _Written:
    """A configuration as it stands in its file, and the names of the tables around it."""

    file: Path
    text: str
    table: tuple[str, ...]
    values: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path, table: tuple[str, ...]) -> "_Written | None":
        """Return what a file has to say, None where there is no such file or table."""
        text = _text(file)
        if text is None or (table and table[-1] not in text):
            return None
        import tomllib  # noqa: PLC0415 - few policies have a configuration

        try:
            values: Any = tomllib.loads(text)
        except tomllib.TOMLDecodeError as failure:
            raise ConfigurationError(f"{_shown(file)} is not TOML: {failure}") from failure
        except RecursionError as failure:
            raise ConfigurationError(f"{_shown(file)} is nested too deep to be read") from failure
        for name in table:
            if not isinstance(values, dict) or name not in values:
                return None
            values = cast("dict[str, Any]", values)[name]
        written = cls(file, text, table, cast("Mapping[str, Any]", values))
        if not isinstance(values, dict):
            raise written.wrong(table[-1], "has to be a table", "write `[tool.turnout]`")
        return written

    def configuration(self) -> Configuration:
        """Return the values, each of the right kind. Raises ConfigurationError."""
        for key in self.values:
            if key not in _KEYS:
                near = _nearest(key, _KEYS)
                raise self.wrong(key, "is no setting of Turnout", near)
        return Configuration(
            self.file,
            tuple(self._paths()),
            dict(self._severities()),
            self._route(),
            self._sample(),
            self._endpoints(),
            report_settings(self.values.get("report", {}), resolved(self.file).parent, self.wrong),
            serve_settings(self.values.get("serve", {}), self.wrong),
        )

    def _endpoints(self) -> "tuple[Endpoint, ...]":
        if "announce" not in self.values:
            return ()
        from turnout.project.endpoints import endpoints_in  # noqa: PLC0415 - few tell anybody

        return endpoints_in(self.values["announce"], resolved(self.file).parent, self.wrong)

    def _paths(self) -> Iterable[Path]:
        paths: object = self.values.get("paths", [])
        if not isinstance(paths, list):
            raise self.wrong("paths", "has to be a list of texts", 'write `paths = ["policies"]`')
        for path in cast("list[object]", paths):
            if not isinstance(path, str) or not path or "\0" in path:
                advice = 'write each path in quotes: `paths = ["policies"]`'
                raise self.wrong("paths", f"has `{path}`, which is no path", advice)
            yield Path(os.path.normpath(self.file.parent / path))

    def _severities(self) -> Iterable[tuple[str, Severity | None]]:
        written: object = self.values.get("severities", {})
        if not isinstance(written, dict):
            advice = 'write `severities = { unused-definition = "error" }`'
            raise self.wrong("severities", "has to be a table", advice)
        if not written:
            return
        from turnout.compiler.verdict.catalogue import CATALOGUE  # noqa: PLC0415 - all the checks

        for name, level in cast("dict[str, object]", written).items():
            kind = CATALOGUE.get(name)
            if kind is None:
                raise self.wrong(name, "is no finding", _nearest(name, CATALOGUE))
            if not isinstance(level, str) or level not in LEVELS:
                advice = _nearest(str(level), LEVELS)
                raise self.wrong(name, f"can't be `{level}`", advice)
            if kind.is_firm and level != kind.severity:
                advice = f"`turnout check --explain {name}` says why it matters"
                raise self.wrong(name, "is always an error: such a policy can't be run", advice)
            yield name, LEVELS[level]

    def _route(self) -> str | None:
        route: object = self.values.get("route")
        if route is not None and not isinstance(route, str):
            raise self.wrong("route", "has to be the name of a route", 'write `route = "inbound"`')
        return route

    def _sample(self) -> Path | None:
        sample: object = self.values.get("sample")
        if sample is None:
            return None
        if not isinstance(sample, str) or not sample or "\0" in sample:
            raise self.wrong("sample", "has to name a file", 'write `sample = "leads.csv"`')
        folder = resolved(self.file).parent
        found = resolved(folder / sample)
        if not found.is_relative_to(folder):  # a folder that isn't trusted reads nothing else
            advice = f"put the leads into {folder.name or folder}"
            raise self.wrong("sample", "has to lie beside or below its file", advice)
        return found

    def wrong(self, key: str, what: str, advice: str) -> ConfigurationError:
        """Return the error that the setting `key` is wrong, with the line where it stands."""
        return ConfigurationError(f"{_shown(self.file)}:{self._line(key)}: `{key}` {what}", advice)

    def _line(self, key: str) -> int:
        """Return the line of a key of this configuration, from 1; near it at worst.

        TOML's reader keeps no places. So the key is looked for as a word on a line's
        beginning, below the configuration's own table where it has one.
        """
        lines = self.text.splitlines()
        head = re.compile(r"\s*\[\s*" + r"\s*\.\s*".join(self.table) + r"\b")
        start = 0
        if self.table:
            start = next((at for at, line in enumerate(lines) if head.match(line)), 0)
        word = rf'(?<![\w-])["\']?{re.escape(key)}["\']?(?![\w-])'
        for pattern in (rf"\s*(?:\[[^\]]*)?{word}", rf"[^#]*{word}"):
            for at in range(start, len(lines)):
                if re.match(pattern, lines[at]):
                    return at + 1
        return start + 1


def _text(file: Path) -> str | None:
    """Return the text of a configuration file, None where there is none."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as failure:
        raise ConfigurationError(f"{_shown(file)} can't be read: {failure.strerror}") from failure
    if len(content) > LARGEST:
        raise ConfigurationError(
            f"{_shown(file)} is larger than 1 MB", "keep the configuration in turnout.toml"
        )
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        raise ConfigurationError(
            f"{_shown(file)} is not UTF-8", "save the file as UTF-8"
        ) from failure


def _shown(file: Path) -> str:
    return _from(Path.cwd(), file).as_posix()


def _nearest(word: str, choices: Iterable[str]) -> str:
    from turnout.dsl.resolve.scope import nearest  # noqa: PLC0415 - for mistakes only

    known = list(choices)
    near = nearest(word, known)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"there are {', '.join(known)}" if len(known) < 10 else "see `docs/checks/index.md`"
