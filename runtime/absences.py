"""Who is away, or paused, by what was said while leads are routed: not by the policy.

Somebody who is away gets nothing; who is paused isn't drawn from teams, or from one team, and
still has the leads that are theirs by name or as owner. All of a state's absences are one list,
in the order in which they were said: they are few. What is over is left out of it when the list
changes next, so the list follows from the events.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias

from turnout.dsl.policy import Policy
from turnout.frozen import frozen

AbsenceKind: TypeAlias = Literal["away", "paused"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT = timedelta(microseconds=1)


@frozen
class PersonAbsence:
    """Somebody's absence. team: from which alone they are paused, "" for all of them.

    since, until: UTC, the end left out; None where nobody said when it ends. reason, by: why,
    and who said so, "" where nobody did.
    """

    kind: AbsenceKind
    person: str
    since: datetime
    until: datetime | None = None
    team: str = ""
    reason: str = ""
    by: str = ""

    def holds(self, at: datetime) -> bool:
        """Return whether it has begun and isn't over."""
        return self.since <= at and (self.until is None or at < self.until)

    def keeps(self, team: str | None) -> bool:
        """Return whether it keeps somebody from a lead of a team; None where they aren't drawn."""
        return self.kind == "away" or (team is not None and self.team in {"", team})

    def cells(self) -> list[str | int | None]:
        """Return what a state holds of it."""
        until = None if self.until is None else (self.until - _EPOCH) // _UNIT
        since = (self.since - _EPOCH) // _UNIT
        return [self.kind, self.person, since, until, self.team, self.reason, self.by]


Absences: TypeAlias = tuple[PersonAbsence, ...]
"""Those of a state, in the order in which they were said."""


def absences_of(cells: Iterable[Sequence[Any]]) -> Absences:
    """Return absences of what a state holds. Raises TypeError or ValueError."""
    return tuple(map(_absence, cells))


def _absence(cells: Sequence[Any]) -> PersonAbsence:
    kind, person, since, until, *said = cells
    ends = None if until is None else _EPOCH + until * _UNIT
    return PersonAbsence(kind, person, _EPOCH + since * _UNIT, ends, *said)


def with_absence(known: Absences, new: PersonAbsence, at: datetime) -> Absences:
    """Return the absences once another one is said."""
    return (*_lasting(known, at), new)


def without_person(known: Absences, person: str, at: datetime) -> Absences:
    """Return the absences once somebody is back: what is planned for later stays."""
    return tuple(e for e in _lasting(known, at) if e.person != person or e.since > at)


def _lasting(known: Absences, at: datetime) -> Absences:
    return tuple(each for each in known if each.until is None or at < each.until)


def check_absence(policy: Policy, absence: PersonAbsence) -> None:
    """Raise ValueError where a policy has no such person, or none in such a team."""
    if absence.person not in policy.people:
        raise ValueError(_unknown("person", absence.person, policy.people))
    if not absence.team:
        return
    team = policy.teams.get(absence.team)
    if team is None:
        raise ValueError(_unknown("team", absence.team, policy.teams))
    if all(member.person != absence.person for member in team.members):
        raise ValueError(f"{absence.person} is not in team {absence.team}")


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [*known], n=1)
    return f"the policy has no {kind} {name}" + (f"; did you mean {near[0]}?" if near else "")


def by_person(known: Absences) -> Mapping[str, Absences]:
    """Return each person's absences."""
    found: dict[str, Absences] = {}
    for each in known:
        found[each.person] = (*found.get(each.person, ()), each)
    return found
