"""Who is there now: of a team, who can be given a lead; of a person or an outlet, whether it can.

Caps count from nothing: the server knows no state of real leads.
"""

from datetime import UTC, datetime

from turnout.dsl.policy import Policy
from turnout.dsl.targets import Reason, RoundRobin, ToPartner
from turnout.runtime.availability import Availability, Refused
from turnout.runtime.stores.memory import MemoryStore

_WHY: dict[Reason, str] = {
    "empty": "nobody is in it",
    "inactive": "inactive",
    "not-in-team": "not in the team today",
    "away": "away today",
    "off-hours": "not at work at this hour",
    "paused": "is paused",
    "at-cap": "never has room for a lead",
}


def present(policy: Policy, kind: str, name: str, moment: datetime | None = None) -> str:
    """Return who is there of what a name names, in a sentence; "" where nobody asks.

    moment: now, where it isn't said.
    """
    at = (moment or datetime.now(UTC)).astimezone(UTC)
    asked = Availability(policy)
    with MemoryStore().begin() as state:
        if kind == "person" and name in policy.people:
            return _said(asked.person(name, at, state, anytime=False), "can be given a lead now")
        if kind == "partner" and f"partner {name}" in policy.outlets:
            return _said(asked.partner(ToPartner(name), at, state), "can be given a lead now")
        if kind == "team" and name in policy.teams:
            found = asked.members(RoundRobin(name))({}, at, state, frozenset())
            if isinstance(found, Refused):
                return _said(found.reason, "")
            return f"at work now: {', '.join(sorted(found))}"
    return ""


def _said(reason: Reason | None, fine: str) -> str:
    return fine if reason is None else f"now: {_WHY.get(reason, reason)}"
