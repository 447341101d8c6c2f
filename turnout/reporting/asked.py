"""What a report is asked for: which leads, as of when, by what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from turnout.frozen import frozen
from turnout.runtime.stores import microseconds

ReportBy: TypeAlias = Literal["day", "rule", "team", "person", "territory", "source"]
BY: Final[tuple[ReportBy, ...]] = get_args(ReportBy)
COLUMN_OF: Final[Mapping[ReportBy, str]] = {
    "day": "day",
    "rule": "clause",
    "team": "team",
    "person": "person",
    "territory": "territory",
    "source": "source",
}
"""The column of a cell that each kind of group is."""

INVALID: Final = frozenset(
    "spam invalid invalid-contact bad-data bad-contact fake bounced wrong-number test".split()
)
"""Reasons that say that a lead was none, unless the configuration lists others."""


@frozen
class AskedReport:
    """Leads that arrived from `since` on and before `until`; None is no bound.

    at: the moment as of which ages, loads and missed SLAs are told. by: how leads are grouped.
    route: None for all. invalid: reasons that say that a lead was none.
    """

    at: datetime
    since: datetime | None = None
    until: datetime | None = None
    by: ReportBy = "day"
    route: str | None = None
    invalid: frozenset[str] = INVALID

    @property
    def moment(self) -> int:
        """`at` in microseconds."""
        return microseconds(self.at)

    @property
    def bounds(self) -> tuple[int, int]:
        """The first moment, and the one behind the last, in microseconds."""
        first = -(1 << 62) if self.since is None else microseconds(self.since)
        last = (1 << 62) if self.until is None else microseconds(self.until)
        return first, last

    def is_invalid(self, reason: str) -> bool:
        """Return whether a reason says that the lead was none."""
        return (
            "-".join(reason.casefold().replace("_", " ").replace("-", " ").split()) in self.invalid
        )
