"""What a configuration says of reports: `[report]`, and thresholds in `[report.alerts]`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from turnout.errors import Error
from turnout.frozen import attribute, frozen

WrongSetting: TypeAlias = Callable[[str, str, str], Error]
"""Makes the error that a setting is wrong: its key, what is wrong, what to do."""

_KEYS: Final = ("source", "invalid", "index", "alerts")
_SHARES: Final = ("sla", "fallback", "jump")
_NUMBERS: Final = ("hours", "idle", "least", "every")


@frozen
class AlertSettings:
    """Thresholds; None is none.

    hours: how long the time is that is looked at, up to now. sla: the least share of SLAs kept.
    fallback: the most leads that fall back, as a share; jump: by how much that share may grow from
    the time before. idle: hours after which somebody without a lead is told of, while their team
    gets some. least: leads or SLAs of which a share is told. every: minutes between two looks of a
    service.
    """

    hours: int = 24
    sla: float | None = None
    fallback: float | None = None
    jump: float | None = None
    idle: int | None = None
    least: int = 20
    every: int = 5

    @property
    def are_there(self) -> bool:
        """Whether there is any threshold."""
        return any(each is not None for each in (self.sla, self.fallback, self.jump, self.idle))


@frozen
class ReportSettings:
    """What reports are made with.

    source: the field that says where a lead comes from, "" for one of the usual names. invalid:
    reasons that say that a lead was none, small and with hyphens; empty for the usual ones. index:
    the file in which what was read of a log is kept; None for the one beside the state.
    """

    source: str = ""
    invalid: frozenset[str] = frozenset()
    alerts: AlertSettings = attribute(factory=AlertSettings)
    index: Path | None = None


def report_settings(written: object, folder: Path, wrong: WrongSetting) -> ReportSettings:
    """Return the settings of a table as it was read. Raises what `wrong` makes.

    folder: of the configuration, from which the index is named.
    """
    values = _table("report", written, _KEYS, wrong)
    source = values.get("source", "")
    if not isinstance(source, str):
        raise wrong("source", "has to be the name of a field", 'write `source = "utm_source"`')
    invalid: object = values.get("invalid", [])
    texts = cast("list[object]", invalid) if isinstance(invalid, list) else [None]
    if not all(isinstance(each, str) for each in texts):
        raise wrong("invalid", "has to be a list of reasons", 'write `invalid = ["spam"]`')
    reasons = frozenset("-".join(str(each).casefold().replace("-", " ").split()) for each in texts)
    index: object = values.get("index", "")
    if not isinstance(index, str) or "\0" in index:
        raise wrong("index", "has to be the path of a file", 'write `index = "inbound-report.db"`')
    kept = folder / index if index else None
    return ReportSettings(source, reasons, _alerts(values.get("alerts", {}), wrong), kept)


def _alerts(written: object, wrong: WrongSetting) -> AlertSettings:
    values = _table("alerts", written, (*_SHARES, *_NUMBERS), wrong)
    for key, value in values.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in _SHARES and not (is_number and 0 <= value <= 1):
            raise wrong(key, "has to be a share from 0 to 1", f"write `{key} = 0.9`")
        if key in _NUMBERS and not (isinstance(value, int) and is_number and 1 <= value <= 87_600):
            raise wrong(key, "has to be a whole number above 0", f"write `{key} = 24`")
    return AlertSettings(**values)


def _table(
    name: str, written: object, keys: tuple[str, ...], wrong: WrongSetting
) -> Mapping[str, Any]:
    if not isinstance(written, dict):
        raise wrong(name, "has to be a table", f"write `[{'report.' * (name != 'report')}{name}]`")
    values = cast("dict[str, Any]", written)
    for key in values:
        if key not in keys:
            raise wrong(key, "is no setting of reports", f"there are {', '.join(keys)}")
    return values
