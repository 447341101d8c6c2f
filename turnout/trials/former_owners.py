"""Who has leads where they come from, beside whom a policy would give them to.

A team's turns fall differently each time, so whoever is of the team that a lead goes to might
as well have got it: only a lead that somebody else has is one that would have gone elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from turnout.dsl.policy import Person, Policy
from turnout.dsl.values.texts import normal_text
from turnout.frozen import define, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.records import Record
from turnout.trials.arriving_leads import ColumnError, raw_value
from turnout.trials.simulation import clause_of, target_of


@frozen
class Former:
    """Who has a lead where it comes from.

    written: as the file says it, "" where it says nobody. name: the person of the policy, or
    the queue, partner or sequence of that name; None where the policy has none.
    """

    written: str
    name: str | None


def former_owner(column: str, policy: Policy) -> Callable[[Record], Former]:
    """Return what reads who has a lead, by the name or e-mail address in a column."""
    find = raw_value(column, policy)
    people = spellings(policy.people)
    outlets = {_key(outlet.name): outlet.name for outlet in policy.outlets.values()}

    def read(record: Record) -> Former:
        raw = find(record)
        written = "" if raw is None else " ".join(str(raw).split())
        if not written:
            return Former("", None)
        name = people.get(normal_text(written)) or people.get(_key(written))
        return Former(written, name or outlets.get(_key(written)))

    return read


def spellings(people: Mapping[str, Person]) -> Mapping[str, str]:
    """Return the name of each person by their spellings: name and e-mail address."""
    return dict(_spelt(people.values()))


def _spelt(people: Iterable[Person]) -> Iterator[tuple[str, str]]:
    for person in people:
        yield _key(person.name), person.name
        yield normal_text(person.name), person.name
        if person.email is not None:
            yield normal_text(person.email), person.name


def _key(name: str) -> str:
    """Return what of a name counts: `Ana Lima` is `ana-lima`."""
    return normal_text(name).replace("_", "-").replace(" ", "-").replace(".", "-")


@frozen
class OwnersOfClause:
    """How many leads of a clause have whom the policy says.

    same: the very person, queue, partner or sequence. team: somebody of the team that the
    lead goes to. other: somebody else, or somewhere else. nobody: no owner is written.
    unknown: an owner whom the policy doesn't know.
    """

    clause: str
    same: int = 0
    team: int = 0
    other: int = 0
    nobody: int = 0
    unknown: int = 0

    @property
    def leads(self) -> int:
        """All leads of the clause."""
        return self.same + self.team + self.other + self.nobody + self.unknown


@frozen
class Owners:
    """What a column with owners says beside the policy's decisions.

    clauses: in the order of the route, those with leads. pairs: of leads that somebody else
    has, by whom and where they would go. unknown: owners whom the policy doesn't know.
    """

    column: str
    clauses: tuple[OwnersOfClause, ...]
    pairs: tuple[tuple[str, str, int], ...]
    unknown: tuple[tuple[str, int], ...]

    @property
    def total(self) -> OwnersOfClause:
        """All clauses together."""
        return OwnersOfClause(
            "all",
            *(sum(getattr(each, kind) for each in self.clauses) for kind in _KINDS),
        )


_KINDS = ("same", "team", "other", "nobody", "unknown")


@define
class OwnersCount:
    """Counts by clause whether leads have whom the policy would give them to."""

    policy: Policy
    column: str
    read: Callable[[Record], Former]
    counts: dict[str, Counter[str]] = attrs.Factory(dict[str, Counter[str]])
    pairs: Counter[tuple[str, str]] = attrs.Factory(Counter[tuple[str, str]])
    unknown: Counter[str] = attrs.Factory(Counter[str])

    @classmethod
    def of(cls, policy: Policy, column: str) -> "OwnersCount":
        """Return a count of none, by the owners in a column."""
        return cls(policy, column, former_owner(column, policy))

    def __call__(self, record: Record, decision: Decision) -> None:
        """Count one lead more; one whose id came before counts no second time."""
        if decision.repeated:
            return
        former = self.read(record)
        kind = self._kind(former, decision)
        self.counts.setdefault(clause_of(decision), Counter())[kind] += 1
        if kind == "other" and former.name is not None:
            self.pairs[former.name, target_of(decision)] += 1
        if kind == "unknown":
            self.unknown[former.written[:80]] += 1

    def _kind(self, former: Former, decision: Decision) -> str:
        if not former.written:
            return "nobody"
        if decision.kind == "current-owner":
            return "same"
        if former.name is None:
            return "unknown"
        if former.name == (decision.assignee or decision.target):
            return "same"
        team = self.policy.teams.get(decision.target)
        if team is None or decision.kind not in {"round-robin", "least-loaded"}:
            return "other"
        return "team" if former.name in {member.person for member in team.members} else "other"

    def result(self, clauses: Iterable[str]) -> Owners:
        """Return what was counted. clauses: in order. Raises ColumnError for an empty column."""
        found = tuple(
            OwnersOfClause(name, *(self.counts[name][kind] for kind in _KINDS))
            for name in dict.fromkeys([*clauses, *self.counts])
            if name in self.counts
        )
        if found and all(each.nobody == each.leads for each in found):
            raise ColumnError(
                f"no lead has an owner in a column {self.column}", "see how it is called"
            )
        pairs = sorted(self.pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        unknown = sorted(self.unknown.items(), key=lambda pair: (-pair[1], pair[0]))
        return Owners(
            self.column, found, tuple((*pair, count) for pair, count in pairs), tuple(unknown)
        )
