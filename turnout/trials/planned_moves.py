"""Which leads would change hands under a policy, beside whoever has them today.

A lead stays with its owner where that is one of those to whom the policy gives it: of the
targets of its clause up to the one that would take it now, so that somebody who is on holiday
keeps their leads, and somebody who left doesn't. Only those that don't stay are offered to
anybody, in the order of the file and all at one moment: the ones that stay use up no turns, and
who gets the others is as fair as if they alone had arrived. Turns begin level; caps count what
this plan gives.

All goes column by column, some thousand leads at once. What is remembered from one chunk to the
next can be written down and taken up again by another process, which then plans exactly what the
first one would have.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

import attrs
import numpy as np

from turnout.compiler.plan.decide import complete_decider, day, facts
from turnout.compiler.plan.value import Plan
from turnout.dsl.headers import ColumnNames
from turnout.dsl.policy import Person, Policy
from turnout.dsl.targets import (
    Accepting,
    CurrentOwner,
    LeastLoaded,
    PreviousOwner,
    Reject,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    said,
)
from turnout.dsl.types import Value
from turnout.frozen import attribute, define, frozen
from turnout.runtime.availability import is_one_of
from turnout.runtime.columns.arriving import ArrivedLeads
from turnout.runtime.columns.bonds import BondRead
from turnout.runtime.columns.coding import Chunk, Codes
from turnout.runtime.columns.deciding import NO_CLAUSE, ColumnDecider, ReadLeads
from turnout.runtime.columns.offering import OfferedTargets, Offering
from turnout.runtime.columns.ordinary import Truths
from turnout.runtime.decisions import Decision
from turnout.runtime.records import Record
from turnout.trials.former_owners import Former, former_owner
from turnout.trials.outside_names import OutsideNames
from turnout.trials.seen_keys import Hashes, SeenKeys, hashes
from turnout.trials.simulation import clause_of

_MOST_OUTLOOKS = 20_000
"""Different leads of which is remembered whether they stay."""


_MOST_TOLD, _LONGEST_TOLD = 4, 100


@frozen
class PlannedMove:
    """A lead that is to change hands.

    former: who has it, as the file says it, "" for nobody. to: the person, queue, partner or
    sequence, as the table of names calls it. by: the rule or fallback that says so. why: in words.
    """

    lead: str
    former: str
    to: str
    by: str
    why: str


@define
class MoveCounts:
    """How many leads of each kind there were.

    moves: by the rule or fallback. nobody: moves of leads that nobody had. unknown: those of
    owners whom the policy doesn't know. unplaced: leads that stay because the policy gives them
    to nobody. without_id: leads that no update can name; repeated: whose id came before.
    """

    leads: int = 0
    nobody: int = 0
    unknown: int = 0
    unplaced: int = 0
    without_id: int = 0
    repeated: int = 0
    moves: dict[str, int] = attribute(factory=dict[str, int])

    @property
    def moved(self) -> int:
        """All moves."""
        return sum(self.moves.values())


@define(eq=False)
class _Chunk:
    """The leads of a chunk, each by its place. formers: numbers of those who have them."""

    keys: list[str | None]
    clauses: Codes
    formers: Codes
    parts: list[tuple[ReadLeads, int, Sequence[BondRead]] | None]

    def values(self, place: int) -> dict[str, Value]:
        """Return the values by which the lead at a place is offered."""
        part = self.parts[place]
        return {} if part is None else part[0].some_values(part[1], part[2])


class MovePlanner:
    """Plans the moves of the leads of a file, a chunk at a time."""

    def __init__(
        self, policy: Policy, plan: Plan, at: datetime, column: str, names: OutsideNames
    ) -> None:
        """Begin. at: the moment of the moves. column: says who has a lead, as `names` call them."""
        self._policy, self._at, self._column = policy, at, column
        self._owner = former_owner(column, policy, names)
        self._called = {target: name for target, (name, _) in names.items()}
        today, of_calendars = day(plan, at), facts(plan, at)
        self._decider = ColumnDecider(policy.fields, plan, today, of_calendars)
        match = complete_decider(plan)

        def after(told: dict[str, Value], clause: int) -> int | None:
            return match({**told, **of_calendars}, today, clause)

        self._after = after
        self._offering = Offering(policy, plan)
        self._formers: list[Former] = [Former("", None)]
        self._numbers: dict[Former, int] = {self._formers[0]: 0}
        self._asked: dict[int, tuple[OfferedTargets, ...]] = {}
        self._outlooks: dict[tuple[object, ...], tuple[bool, bool]] = {}
        self._seen = SeenKeys()
        self.counts: MoveCounts = MoveCounts()

    def chunk(self, arrived: ArrivedLeads) -> tuple[list[PlannedMove], Hashes]:
        """Return the moves among some records, in order, and hashes of the ids they have."""
        leads = self._read(arrived)
        counts, size = self.counts, len(leads.keys)
        named = [at for at, key in enumerate(leads.keys) if key is not None]
        found = hashes([key for key in leads.keys if key is not None])
        is_new = self._seen.new(found)
        asked = np.array(named, np.int64)[is_new]
        counts.leads += size
        counts.without_id += size - len(named)
        counts.repeated += len(named) - len(asked)
        movers: Codes = asked[~self._stay(leads, asked)]
        outcomes = self._offering.chunk(
            leads.clauses[movers],
            self._at,
            lambda at: leads.values(int(movers[at])),
            self._after,
        )
        moves: list[PlannedMove] = []
        for at, outcome in zip(movers, outcomes, strict=True):
            place = int(at)
            former = self._formers[int(leads.formers[place])]
            decision = self._offering.outcomes[int(outcome)]
            move = self._move(leads.keys[place] or "", former, decision)
            if move is not None:
                moves.append(move)
        return moves, found

    def seen(self, found: Hashes) -> None:
        """Remember ids of leads that were planned before."""
        self._seen.new(found)

    def progress(self) -> dict[str, Any]:
        """Return as JSON what is remembered besides the ids."""
        return {"counts": attrs.asdict(self.counts), "state": self._offering.state.written()}

    def take_up(self, progress: Mapping[str, Any]) -> None:
        """Go on where `progress` was written."""
        self.counts = MoveCounts(**progress["counts"])
        self._offering.state.restore(progress["state"])

    # -- reading --

    def _read(self, arrived: ArrivedLeads) -> _Chunk:
        size = arrived.size
        found = _Chunk(
            [None] * size,
            np.full(size, NO_CLAUSE, np.int64),
            np.zeros(size, np.int64),
            [None] * size,
        )
        for sheet, places in arrived.shapes:
            leads = self._decider.read(sheet)
            found.clauses[places] = self._decider.clauses(leads)
            found.formers[places] = self._formers_of(sheet)
            reads = self._decider.bonds_with(leads, self._offering.reads)
            for at, (place, key) in enumerate(zip(places, leads.ids(), strict=True)):
                found.keys[place], found.parts[place] = key, (leads, at, reads)
        return found

    def _formers_of(self, sheet: Chunk) -> Codes:
        """Return who has each lead of a shape; each distinct text of its column is read once."""
        columns = ColumnNames(sheet.names).find(self._column)
        if len(columns) != 1:
            rows = (Record(at + 1, sheet.record(at)) for at in range(sheet.size))
            return np.fromiter((self._number(self._owner(each)) for each in rows), np.int64)
        column = sheet.column(columns[0])
        told = [self._owner(Record(1, {columns[0]: raw})) for raw in column.raws]
        return np.array([*map(self._number, told)], np.int64)[column.codes]

    def _number(self, former: Former) -> int:
        number = self._numbers.setdefault(former, len(self._formers))
        if number == len(self._formers):
            self._formers.append(former)
        return number

    # -- staying --

    def _stay(self, leads: _Chunk, places: Codes) -> Truths:
        """Return which of the leads stay where they are; those that nobody gets are counted."""
        pairs = np.stack([leads.clauses[places], leads.formers[places]])
        different, codes = np.unique(pairs, axis=1, return_inverse=True)
        stays = np.zeros(len(places), bool)
        codes = codes.reshape(-1)
        for number in range(different.shape[1]):
            clause, former = int(different[0, number]), self._formers[int(different[1, number])]
            mine = codes == number
            if self._offering.is_alike(clause):
                asked = self._asked_of(clause)
                is_placed = _is_placed(asked)
                stays[mine] = not is_placed or self._keeps(former, asked, {})
                self.counts.unplaced += 0 if is_placed else int(mine.sum())
                continue
            for at in np.flatnonzero(mine).tolist():
                told = leads.values(int(places[at]))
                is_placed, is_kept = self._outlook_of(clause, former, told)
                stays[at] = is_kept
                self.counts.unplaced += not is_placed
        return stays

    def _outlook_of(self, clause: int, former: Former, told: dict[str, Value]) -> tuple[bool, bool]:
        """Return whether anybody takes a lead, and whether it stays where it is.

        Both hang on the values that it is offered by alone; most leads share these with others.
        """
        key = clause, former, *told.items()
        known = self._outlooks.get(key)
        if known is None:
            asked = self._offering.asked(clause, told, self._at, self._after)
            is_placed = _is_placed(asked)
            known = is_placed, not is_placed or self._keeps(former, asked, told)
            if len(told) <= _MOST_TOLD and all(map(_is_short, told.values())):
                if len(self._outlooks) >= _MOST_OUTLOOKS:
                    self._outlooks.clear()
                self._outlooks[key] = known
        return known

    def _asked_of(self, clause: int) -> tuple[OfferedTargets, ...]:
        if clause not in self._asked:
            self._asked[clause] = self._offering.asked(clause, {}, self._at, self._after)
        return self._asked[clause]

    def _keeps(
        self, former: Former, asked: tuple[OfferedTargets, ...], told: Mapping[str, Value]
    ) -> bool:
        targets = [target for each in asked for target in each.targets]
        if isinstance(targets[-1], CurrentOwner):
            return True
        return former.name is not None and any(
            self._is_for(former.name, target, told) for target in targets
        )

    def _is_for(self, name: str, target: Target, told: Mapping[str, Value]) -> bool:
        """Return whether somebody is one of those whom a target may give the lead."""
        if isinstance(target, Accepting):
            return said(target).name == name
        person = self._policy.people.get(name)
        if isinstance(target, ToPartner):
            return target.partner == name
        if person is None or person.is_inactive:
            return False
        match target:
            case RoundRobin() | LeastLoaded():
                return self._is_member(person, target, told)
            case ToPerson(whom):
                return name in {whom, *self._policy.backups(whom)}
            case ToOwner(field):
                owner = told.get(field)
                return name == owner or name in self._policy.backups(str(owner))
            case PreviousOwner():
                return False  # leads that move at once are no duplicates of each other
            case _:
                assert_never(target)

    def _is_member(
        self, person: Person, target: RoundRobin | LeastLoaded, told: Mapping[str, Value]
    ) -> bool:
        for field in target.matching:
            value = told.get(field)
            asked = value if isinstance(value, frozenset) else frozenset([value])
            if value is None or not asked <= person.serves.get(field, frozenset()):
                return False
        return any(
            member.person == person.name
            and (member.validity is None or is_one_of(member.validity, self._at))
            for member in self._policy.teams[target.team].members
        )

    # -- moving --

    def _move(self, lead: str, former: Former, decision: Decision) -> PlannedMove | None:
        """Return the move to what was decided, None where the lead stays after all."""
        if decision.kind in {"none", "reject"}:
            self.counts.unplaced += 1
            return None
        to = decision.assignee or decision.target
        if to == former.name or decision.kind == "current-owner":
            return None
        counts = self.counts
        if not former.written:
            counts.nobody += 1
            why = "nobody has it"
        elif former.name is None:
            counts.unknown += 1
            why = "the policy doesn't know its owner"
        elif decision.kind in {"round-robin", "least-loaded"}:
            why = f"{former.name} isn't in team {decision.target}"
        else:
            why = f"it is for {decision.kind} {decision.target}"
        clause = clause_of(decision)
        counts.moves[clause] = counts.moves.get(clause, 0) + 1
        holder = f"person {to}" if decision.assignee else f"{decision.kind} {to}"
        called = self._called.get(holder, to)
        return PlannedMove(lead, former.written, called, decision.by, why)


def _is_short(value: Value) -> bool:
    return not isinstance(value, str) or len(value) <= _LONGEST_TOLD


def _is_placed(asked: tuple[OfferedTargets, ...]) -> bool:
    last = asked[-1]
    return last.step is not None and not isinstance(last.targets[-1], Reject)
