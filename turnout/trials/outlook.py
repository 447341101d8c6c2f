"""Which leads stay with whoever has them, a chunk at a time.

A lead stays with its owner where that is one of those to whom the policy gives it: of the
targets of its clause up to the one that would take it now, so that somebody who is on holiday
keeps their leads, and somebody who left doesn't. That hangs on the lead and the moment alone, so
chunks may be looked at in any order, by several processes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

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
from turnout.frozen import define, frozen
from turnout.runtime.availability import is_one_of
from turnout.runtime.columns.arriving import ArrivedLeads
from turnout.runtime.columns.bonds import BondRead
from turnout.runtime.columns.coding import Chunk, Codes
from turnout.runtime.columns.deciding import NO_CLAUSE, ColumnDecider, ReadLeads
from turnout.runtime.columns.offering import FindClause, OfferedTargets, Offering
from turnout.runtime.columns.ordinary import Truths
from turnout.runtime.records import Record
from turnout.trials.former_owners import Former, former_owner
from turnout.trials.outside_names import OutsideNames
from turnout.trials.repeated_ids import Hashes, LeadRows, hashes

_MOST_OUTLOOKS = 20_000
"""Different leads of which is remembered whether they stay."""

_MOST_FORMERS = 20_000
"""Owners that are remembered from chunk to chunk."""

_MOST_TOLD, _LONGEST_TOLD = 4, 100


@frozen
class MovesWanted:
    """What moves are planned by. at: their moment. column: says who has a lead, as `names` do."""

    policy: Policy
    plan: Plan
    at: datetime
    column: str
    names: OutsideNames

    def find_clause(self) -> FindClause:
        """Return what finds the clause behind one that lets a lead go on."""
        match = complete_decider(self.plan)
        today, of_calendars = day(self.plan, self.at), facts(self.plan, self.at)

        def after(told: dict[str, Value], clause: int) -> int | None:
            return match({**told, **of_calendars}, today, clause)

        return after


@frozen(eq=False)
class LeavingLeads:
    """The leads of a chunk that don't stay, in order.

    size: of the chunk. named: its leads that have an id. unplaced: those of them that nobody takes.
    places: of those that don't stay, all with an id. keys, clauses: theirs. formers: the numbers
    of those who have them, in `former`. told: numbers of the values that they are offered by, in
    `values`.
    """

    size: int
    named: Truths
    unplaced: Truths
    places: LeadRows
    keys: Sequence[str]
    clauses: Codes
    formers: Codes
    former: Sequence[Former]
    told: Codes
    values: Sequence[dict[str, Value]]


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


class Outlook:
    """Looks at chunks of leads: who has an id, and which don't stay."""

    def __init__(self, wanted: MovesWanted) -> None:
        """Prepare."""
        policy, plan, at = wanted.policy, wanted.plan, wanted.at
        self._policy, self._at, self._column = policy, at, wanted.column
        self._owner = former_owner(wanted.column, policy, wanted.names)
        self._decider = ColumnDecider(policy.fields, plan, day(plan, at), facts(plan, at))
        self._after = wanted.find_clause()
        self._offering = Offering(policy, plan)
        self._formers: list[Former] = []
        self._numbers: dict[Former, int] = {}
        self._asked: dict[int, tuple[OfferedTargets, ...]] = {}
        self._outlooks: dict[tuple[object, ...], tuple[bool, bool]] = {}

    def ids(self, arrived: ArrivedLeads) -> tuple[LeadRows, Hashes]:
        """Return the places of the leads of a chunk that have an id, and hashes of these."""
        places: list[int] = []
        keys: list[str] = []
        for sheet, of_sheet in arrived.shapes:
            for place, key in zip(
                of_sheet, self._decider.read(sheet).ids().to_pylist(), strict=True
            ):
                if key is not None:
                    places.append(place)
                    keys.append(key)
        return np.array(places, np.int64), hashes(keys)

    def leaving(self, arrived: ArrivedLeads) -> LeavingLeads:
        """Return the leads of a chunk that don't stay."""
        if len(self._formers) > _MOST_FORMERS:
            self._formers, self._numbers = [], {}
        leads = self._read(arrived)
        keys = leads.keys
        named = np.fromiter((key is not None for key in keys), bool, len(keys))
        stays, unplaced = self._stay(leads, np.flatnonzero(named))
        places = np.flatnonzero(named & ~stays)
        told, values = self._told(leads, places)
        former, formers = np.unique(leads.formers[places], return_inverse=True)
        return LeavingLeads(
            size=arrived.size,
            named=named,
            unplaced=unplaced,
            places=places,
            keys=[keys[at] or "" for at in places.tolist()],
            clauses=leads.clauses[places],
            formers=formers.reshape(-1),
            former=[self._formers[int(each)] for each in former],
            told=told,
            values=values,
        )

    def _told(self, leads: _Chunk, places: LeadRows) -> tuple[Codes, list[dict[str, Value]]]:
        """Return the values by which leads are offered, each once, and which each lead has."""
        numbers: dict[tuple[object, ...], int] = {}
        found: list[dict[str, Value]] = []
        codes = np.zeros(len(places), np.int64)
        for at, place in enumerate(places.tolist()):
            told = leads.values(place)
            key = *told, *told.values()
            number = numbers.setdefault(key, len(found))
            if number == len(found):
                found.append(told)
            codes[at] = number
        return codes, found

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
            for at, (place, key) in enumerate(zip(places, leads.ids().to_pylist(), strict=True)):
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

    def _stay(self, leads: _Chunk, places: LeadRows) -> tuple[Truths, Truths]:
        """Return which leads of a chunk stay, of those at some places, and which nobody gets."""
        stays, unplaced = np.zeros((2, len(leads.keys)), bool)
        pairs = np.stack([leads.clauses[places], leads.formers[places]])
        different, codes = np.unique(pairs, axis=1, return_inverse=True)
        codes = codes.reshape(-1)
        for number in range(different.shape[1]):
            clause, former = int(different[0, number]), self._formers[int(different[1, number])]
            mine = places[codes == number]
            if self._offering.is_alike(clause):
                asked = self._asked_of(clause)
                unplaced[mine] = not _is_placed(asked)
                stays[mine] = not _is_placed(asked) or self._keeps(former, asked, {})
                continue
            for place in mine.tolist():
                is_placed, is_kept = self._outlook_of(clause, former, leads.values(place))
                unplaced[place], stays[place] = not is_placed, is_kept
        return stays, unplaced

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


def _is_short(value: Value) -> bool:
    return not isinstance(value, str) or len(value) <= _LONGEST_TOLD


def _is_placed(asked: tuple[OfferedTargets, ...]) -> bool:
    last = asked[-1]
    return last.step is not None and not isinstance(last.targets[-1], Reject)
