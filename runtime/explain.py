"""Why a lead goes where it goes: each clause in order, and the atoms that turned it away."""

from collections.abc import Mapping
from datetime import datetime

from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.program import Clause, Program
from turnout.dsl.conditions import (
    SEEN,
    And,
    Condition,
    Duplicate,
    During,
    InSlice,
    Named,
    Open,
    Or,
    atoms,
    fields_of,
)
from turnout.dsl.policy import Handover, TableRow, Validity
from turnout.dsl.targets import said
from turnout.dsl.types import Field, Value, Values
from turnout.dsl.values import show
from turnout.dsl.values.slices import percent, slice_of
from turnout.dsl.wording import conjuncts, quoted, said_day, worded, written, written_part
from turnout.dsl.zones import local_date
from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.full_caps import CapRefusal
from turnout.runtime.leads import Lead

MOST_ALTERNATIVES = 4
"""Parts of an `or` that are explained one by one."""


@frozen
class Refusal:
    """A part of a condition that did not hold.

    condition: the part, in the policy's words. inside: the territory or segment that it
    was asked for, outermost first. values: what the lead has in the fields it asks, as
    the policy sees them.
    """

    condition: str
    inside: tuple[str, ...]
    values: Mapping[str, str]


@frozen
class Tried:
    """A clause that was asked before the one that took the lead, and what refused it.

    clause: the rule's name, or such as "fallback of EMEA". table: of which the rule is a row,
    "" for one that is written. passed_on: where it took the lead and let it go on, who passed
    it on, in order; nothing refused it then.
    """

    clause: str
    refusals: tuple[Refusal, ...]
    table: str = ""
    passed_on: tuple[PassedOver, ...] = ()


@frozen
class TakingRow:
    """The row of a table that took a lead. line: in the file. cells: by heading, as written."""

    table: str
    line: int
    cells: Mapping[str, str]


@frozen
class Explanation:
    """The way of one lead.

    values: by field, normalised, as a policy would write them. tried: the clauses above
    the one that took the lead, in order; empty for a lead that only a fallback can take.
    matched: the parts of the condition that took it, all of which hold.
    complaint: why no rule was asked, None where they were. row: which of a table took it.
    memberships: by the target that was passed over, who was not in its team, and when they are.
    handed_by: the rules that handed it to another route, in order. full: the caps for which
    targets were passed over, where the state is known. expires: by when whoever has the lead is
    to accept it, UTC; None where nobody asks them.
    """

    decision: Decision
    values: Mapping[str, str]
    complaint: str | None
    tried: tuple[Tried, ...]
    matched: tuple[str, ...]
    row: TakingRow | None = None
    memberships: Mapping[str, Mapping[str, str]] = attribute(factory=dict[str, Mapping[str, str]])
    handed_by: tuple[Handover, ...] = ()
    full: tuple[CapRefusal, ...] = ()
    expires: datetime | None = None


class PolicyConditions:
    """The conditions of a policy in its own words, each found once: leads ask for the same ones.

    Conditions are told apart as objects, which the policy keeps; equal ones may be many.
    """

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self._written: dict[int, tuple[Condition, str]] = {}
        self._parts: dict[int, tuple[Clause, tuple[Condition, ...]]] = {}

    def written(self, condition: Condition) -> str:
        """Return a condition of the policy as it is written."""
        known = self._written.get(id(condition))
        if known is None:
            known = self._written[id(condition)] = condition, written(condition, self.fields)
        return known[1]

    def parts(self, clause: Clause) -> tuple[Condition, ...]:
        """Return what has to hold for a clause, part by part."""
        known = self._parts.get(id(clause))
        if known is None:
            known = self._parts[id(clause)] = clause, _parts(clause, self.fields)
        return known[1]


def explain(
    program: Program,
    route: str,
    lead: Lead,
    decision: Decision,
    words: PolicyConditions | None = None,
) -> Explanation:
    """Return the explanation of a decision for this lead on that route.

    words: of the program's policy; whoever explains many leads keeps them.
    """
    fields = program.policy.fields
    words = words or PolicyConditions(fields)
    values = {name: show(fields[name], lead.values[name]) for name in fields if name in lead.values}
    if lead.complaint is not None:
        return Explanation(decision, values, lead.complaint, (), ())
    clock = decision.at
    asked: dict[str, Value] = {**lead.values, SEEN: decision.duplicate_of is not None}
    tried: list[Tried] = []
    matched: tuple[str, ...] = ()
    row: TakingRow | None = None
    handed_by: tuple[Handover, ...] = ()
    passed = decision.passed_over
    for clause in program.routes[route].clauses:
        table = "" if clause.row is None else clause.row.table.name
        if holds(clause.condition, asked, clock):
            if clause.lets_on and clause.name != decision.rule:
                mine = _passed_on(clause, passed)
                tried.append(Tried(clause.name, (), table, mine))
                passed = passed[len(mine) :]
                continue
            parts = words.parts(clause)
            say = written if len(parts) == 1 else written_part
            matched = tuple(say(part, fields) for part in parts)
            row = None if clause.row is None else _row(clause.row)
            handed_by = clause.handed_by
            break
        refusals = _refusals(clause, asked, clock, words)
        tried.append(Tried(clause.name, refusals, table))
    outside = _outside(program, route, decision)
    return Explanation(decision, values, None, tuple(tried), matched, row, outside, handed_by)


def _outside(program: Program, route: str, decision: Decision) -> dict[str, Mapping[str, str]]:
    """Return who was not in the team of a target that was passed over, and when they are."""
    if not any(why == "not-in-team" for each in decision.passed_over for _, why in each.members):
        return {}
    targets = {
        worded(attempt.target): said(attempt.target).name
        for clause in program.routes[route].clauses
        for attempt in clause.attempts
        if attempt.target.kind.definition == "team"
    }
    found: dict[str, Mapping[str, str]] = {}
    for passed in decision.passed_over:
        team = program.policy.teams.get(targets.get(passed.target, ""))
        absent = {name for name, reason in passed.members if reason == "not-in-team"}
        if team is not None and absent:
            found[passed.target] = {
                member.person: _when(member.validity, decision.at)
                for member in team.members
                if member.person in absent and member.validity is not None
            }
    return found


def _when(days: Validity, at: datetime) -> str:
    """Return when somebody is in a team who isn't then."""
    if days.first is not None and local_date(at, days.zone) < days.first:
        return f"not in the team before {said_day(days.first)}"
    assert days.last is not None, "it is neither before nor after the days"
    return f"not in the team after {said_day(days.last)}"


def _passed_on(clause: Clause, passed: tuple[PassedOver, ...]) -> tuple[PassedOver, ...]:
    """Return who of those passed over are the clause's, none where a later event has others."""
    own = [worded(attempt.target) for attempt in clause.attempts]
    mine = passed[: len(own)]
    return mine if [each.target for each in mine] == own else ()


def _row(row: TableRow) -> TakingRow:
    return TakingRow(row.table.name, row.line, dict(zip(row.table.columns, row.cells, strict=True)))


def _parts(clause: Clause, fields: Mapping[str, Field]) -> tuple[Condition, ...]:
    conditions = (*(around.condition for around in clause.around), *clause.asked)
    found = [part for condition in conditions for part in conjuncts(condition, fields)]
    return tuple(dict.fromkeys(found))


def _refusals(
    clause: Clause, values: Values, clock: datetime, words: PolicyConditions
) -> tuple[Refusal, ...]:
    """Return what refused the lead: the first part that fails, as far opened as it tells."""
    failed = next(part for part in words.parts(clause) if not holds(part, values, clock))
    return tuple(_causes(failed, (), values, clock, words))


def _causes(
    failed: Condition,
    inside: tuple[str, ...],
    values: Values,
    clock: datetime,
    words: PolicyConditions,
) -> list[Refusal]:
    """Return the atoms, negations or alternatives that make `failed` false."""
    fields = words.fields
    if isinstance(failed, Named):
        return _causes(failed.meaning, (*inside, failed.name), values, clock, words)
    if isinstance(failed, And) and len(parts := conjuncts(failed, fields)) > 1:
        first = next(part for part in parts if not holds(part, values, clock))
        return _causes(first, inside, values, clock, words)
    if isinstance(failed, Or) and inside and len(failed.parts) <= MOST_ALTERNATIVES:
        return [c for part in failed.parts for c in _causes(part, inside, values, clock, words)]
    asked = list(atoms(failed))
    shown = {
        name: show(fields[name], values[name]) if name in values else "missing"
        for atom in asked
        for name in fields_of(atom)
    }
    sliced = (atom for atom in asked if isinstance(atom, InSlice) and atom.field in values)
    for atom in sliced:
        fallen = percent(slice_of(atom.of, str(values[atom.field])))
        shown[f"its place in {quoted(atom.of)}"] = fallen
    if any(isinstance(atom, Open) for atom in asked):
        shown["clock"] = f"{clock:%Y-%m-%d %H:%M} UTC"
    for zone in dict.fromkeys(atom.zone for atom in asked if isinstance(atom, During)):
        shown["today"] = local_date(clock, zone).isoformat()
    if any(isinstance(atom, Duplicate) for atom in asked):
        shown["the lead"] = SEEN if values[SEEN] else "new"
    return [Refusal(words.written(failed), inside, shown)]
