"""Who has leads where they come from, beside whom a policy would give them to.

A team's turns fall differently each time, so whoever is of the team that a lead goes to might
as well have got it: only a lead that somebody else has is one that would have gone elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeAlias, get_args

import attrs

from turnout.dsl.policy import Person, Policy
from turnout.dsl.values.texts import normal_text
from turnout.frozen import attribute, define, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.records import Record
from turnout.trials.arriving_leads import ColumnError, raw_value
from turnout.trials.outside_names import OutsideNames
from turnout.trials.simulation import clause_of, target_of

_NO_NAMES: OutsideNames = {}


@frozen
class Former:
    """Who has a lead where it comes from.

    written: as the file says it, "" where it says nobody. name: the person of the policy, or
    the queue, partner or sequence of that name; None where the policy has none.
    """

    written: str
    name: str | None


def former_owner(
    column: str, policy: Policy, names: OutsideNames = _NO_NAMES
) -> Callable[[Record], Former]:
    """Return what reads who has a lead, by the name or e-mail address in a column.

    names: what they are called where the leads come from.
    """
    outside = _outside(names)
    find = raw_value(column, policy)
    people = spellings(policy.people)
    outlets = {_key(outlet.name): outlet.name for outlet in policy.outlets.values()}

    def read(record: Record) -> Former:
        raw = find(record)
        written = "" if raw is None else " ".join(str(raw).split())
        if not written:
            return Former("", None)
        name = outside.get(normal_text(written)) or people.get(normal_text(written))
        name = name or people.get(_key(written))
        return Former(written, name or outlets.get(_key(written)))

    return read


def _outside(names: OutsideNames) -> Mapping[str, str]:
    """Return who is meant by names and labels; one that is of several targets means nobody."""
    found: dict[str, set[str]] = {}
    for target, called in names.items():
        for each in called:
            found.setdefault(normal_text(each), set()).add(target)
    found.pop("", None)
    return {
        each: next(iter(targets)).partition(" ")[2]
        for each, targets in found.items()
        if len(targets) == 1
    }


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


Agreement = Literal["same", "team", "other", "nobody", "unknown"]
"""What an owner says beside a target.

same: the very person, queue, partner or sequence. team: somebody of the team that the lead
goes to. other: somebody else, or somewhere else. nobody: no owner is written. unknown: an
owner whom the policy doesn't know.
"""

AGREEMENTS: tuple[Agreement, ...] = get_args(Agreement)

EXAMPLES = 3
"""Ids of leads that are kept of each owner and target."""


@frozen
class OwnerTarget:
    """Leads of a clause that one owner has and that go to one target.

    owner: the policy's name, else as the file has it, "" where it says nobody. agreement: of
    a team's target its members may be both, the one who was drawn and those who weren't.
    examples: the ids of the first of them.
    """

    clause: str
    owner: str
    target: str
    agreement: Agreement
    leads: int
    examples: tuple[str, ...]


@frozen
class OwnersOfClause:
    """How many leads of a clause have whom the policy says, by `Agreement`.

    examples: ids of leads that others have, those of the largest differences first.
    """

    clause: str
    same: int = 0
    team: int = 0
    other: int = 0
    nobody: int = 0
    unknown: int = 0
    examples: tuple[str, ...] = attribute(default=(), kw_only=True)

    @property
    def leads(self) -> int:
        """All leads of the clause."""
        return self.known + self.nobody + self.unknown

    @property
    def known(self) -> int:
        """Leads of which it can be said whether they would go to others."""
        return self.same + self.team + self.other


@frozen
class Owners:
    """What a column with owners says beside the policy's decisions.

    clauses: in the order of the route, those with leads. cells: by clause, owner and target,
    those with most leads first.
    """

    column: str
    clauses: tuple[OwnersOfClause, ...]
    cells: tuple[OwnerTarget, ...]

    @property
    def total(self) -> OwnersOfClause:
        """All clauses together."""
        return OwnersOfClause(
            "all",
            *(sum(getattr(each, kind) for each in self.clauses) for kind in AGREEMENTS),
        )

    @property
    def pairs(self) -> tuple[OwnerTarget, ...]:
        """Leads that somebody else has, by whom and where they would go, over all clauses."""
        return _over_clauses(each for each in self.cells if each.agreement == "other")

    @property
    def unknown(self) -> tuple[tuple[str, int], ...]:
        """Owners whom the policy doesn't know, with their leads, those with most first."""
        counts: Counter[str] = Counter()
        for each in self.cells:
            if each.agreement == "unknown":
                counts[each.owner] += each.leads
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def explaining(self) -> tuple[OwnersOfClause, ...]:
        """The clauses whose leads mostly go to others than have them, most first.

        A clause that agrees for most of its leads is said well; what differs there are
        exceptions that somebody made by hand, or leads that another clause should have taken.
        """
        mostly = (each for each in self.clauses if 2 * each.other > each.known)
        return tuple(sorted(mostly, key=lambda each: -each.other))


def _over_clauses(cells: Iterable[OwnerTarget]) -> tuple[OwnerTarget, ...]:
    """Return cells of one owner and target together, those with most leads first."""
    found: dict[tuple[str, str], OwnerTarget] = {}
    for each in cells:
        key = (each.owner, each.target)
        before = found.get(key)
        if before is not None:
            examples = (*before.examples, *each.examples)[:EXAMPLES]
            leads = before.leads + each.leads
            found[key] = attrs.evolve(before, leads=leads, examples=examples)
        else:
            found[key] = attrs.evolve(each, clause="")
    return tuple(sorted(found.values(), key=lambda each: (-each.leads, each.owner, each.target)))


_CellKey: TypeAlias = tuple[str, str, str, Agreement]


@define
class OwnersCount:
    """Counts by clause whether leads have whom the policy would give them to."""

    policy: Policy
    column: str
    read: Callable[[Record], Former]
    counts: Counter[_CellKey] = attrs.Factory(Counter[_CellKey])
    examples: dict[_CellKey, list[str]] = attrs.Factory(dict[_CellKey, list[str]])

    @classmethod
    def of(cls, policy: Policy, column: str, names: OutsideNames = _NO_NAMES) -> "OwnersCount":
        """Return a count of none, by the owners in a column; names: what a CRM calls them."""
        return cls(policy, column, former_owner(column, policy, names))

    def __call__(self, record: Record, decision: Decision) -> None:
        """Count one lead more; one whose id came before counts no second time."""
        if decision.repeated:
            return
        former = self.read(record)
        owner = former.name or former.written[:80]
        target, agreement = target_of(decision), self._agreement(former, decision)
        key = (clause_of(decision), owner, target, agreement)
        self.counts[key] += 1
        examples = self.examples.setdefault(key, [])
        if len(examples) < EXAMPLES:
            examples.append(decision.lead)

    def _agreement(self, former: Former, decision: Decision) -> Agreement:
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
        ranked = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        cells = tuple(OwnerTarget(*key, count, tuple(self.examples[key])) for key, count in ranked)
        if cells and all(each.agreement == "nobody" for each in cells):
            raise ColumnError(
                f"no lead has an owner in a column {self.column}", "see how it is called"
            )
        of_clause: dict[str, list[OwnerTarget]] = {}
        for each in cells:
            of_clause.setdefault(each.clause, []).append(each)
        ordered = dict.fromkeys([*clauses, *of_clause])
        found = (_of_clause(name, of_clause[name]) for name in ordered if name in of_clause)
        return Owners(self.column, tuple(found), cells)


def _of_clause(name: str, cells: Iterable[OwnerTarget]) -> OwnersOfClause:
    counts: Counter[str] = Counter()
    examples: list[str] = []
    for each in cells:
        counts[each.agreement] += each.leads
        if each.agreement == "other":
            examples += each.examples
    numbers = (counts[kind] for kind in AGREEMENTS)
    return OwnersOfClause(name, *numbers, examples=tuple(examples[:EXAMPLES]))
