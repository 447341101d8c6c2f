"""Where leads stand now: what somebody sees who has some, or looks into a queue."""

from datetime import datetime
from typing import Any

import attrs

from turnout.frozen import frozen
from turnout.runtime.moves import Holder
from turnout.runtime.statuses import Status
from turnout.runtime.stores import Recorded


@frozen
class CurrentLead:
    """A lead as it stands.

    rule, by, at: as on its `Decision`. due: when it must be touched; expires: until when it is
    offered; None where neither holds.
    """

    lead: str
    route: str
    status: Status
    holder: Holder
    rule: str | None
    by: str
    at: datetime
    due: datetime | None = None
    expires: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it in the documented JSON form, keys in a fixed order."""
        return {
            "lead": self.lead,
            "route": self.route,
            "status": self.status,
            "holder": attrs.asdict(self.holder),
            "rule": self.rule,
            "by": self.by,
            "at": self.at.isoformat(),
            "due": None if self.due is None else self.due.isoformat(),
            "expires": None if self.expires is None else self.expires.isoformat(),
        }


def current_lead(found: Recorded) -> CurrentLead:
    """Return how a lead stands of which that is recorded."""
    decision = found.decision
    return CurrentLead(
        decision.lead,
        decision.route,
        found.status,
        Holder.of(decision),
        decision.rule,
        decision.by,
        decision.at,
        found.touch_by,
        found.expires,
    )
