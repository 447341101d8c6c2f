"""How many leads of a file a change of the policy moves, and between whom."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

import attrs

from turnout.compiler.difference.ground.receivers import marked
from turnout.compiler.difference.ground.sights import AFTER, BEFORE
from turnout.compiler.meaning.identity import NEW
from turnout.compiler.outcomes import Outcome, outcome_of, outcome_of_way
from turnout.compiler.plan.decide import day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program
from turnout.dsl.targets import said
from turnout.dsl.types import Values
from turnout.frozen import frozen
from turnout.runtime.leads import lead_reader
from turnout.runtime.records import Record


@frozen
class Movements:
    """What became of a file of leads.

    leads: how many there are. pairs: how many get the first outcome before and the
    second after, for outcomes that differ; largest first.
    """

    leads: int
    pairs: tuple[tuple[tuple[Outcome, Outcome], int], ...]

    @property
    def moved(self) -> int:
        """How many leads move."""
        return sum(count for _, count in self.pairs)


_Given = tuple[Outcome, Values]
"""What a raw lead gets, and its values."""


def movements(
    records: Iterable[Record],
    versions: tuple[tuple[Program, str], tuple[Program, str]],
    clock: datetime,
) -> Movements:
    """Return how the leads of a file move between two versions of a route.

    versions: the old and the new program, each with its route. Each version reads the
    leads by its own schema, as leads that were never seen before. clock: the moment at
    which they are decided. Raises LeadsError where the file can't be read on.
    """
    old, new = (_decide(program, route, clock) for program, route in versions)
    pairs: Counter[tuple[Outcome, Outcome]] = Counter()
    leads = 0
    for record in records:
        leads += 1
        raw = None if record.complaint is not None else record.raw
        before, after = _told_apart(old(raw), new(raw))
        if before != after:
            pairs[before, after] += 1
    found = sorted(pairs.items(), key=lambda pair: (-pair[1], *map(str, pair[0])))
    return Movements(leads, tuple(found))


def _told_apart(old: _Given, new: _Given) -> tuple[Outcome, Outcome]:
    """Return both outcomes; where the same targets read other values, marked as in `diff`."""
    (before, was), (after, now) = old, new
    if before != after or was == now:
        return before, after
    read = {name for target in before.targets for name in said(target).reads}
    changed = frozenset(name for name in read if was.get(name) != now.get(name))
    return (
        attrs.evolve(before, targets=marked(before.targets, changed, BEFORE)),
        attrs.evolve(after, targets=marked(after.targets, changed, AFTER)),
    )


def _decide(program: Program, route: str, clock: datetime) -> Callable[[object], _Given]:
    """Return what says of a raw lead what it gets; None stands for a row that isn't one."""
    read = lead_reader(program.policy.fields)
    plan = plan_of(program, route)
    match, today = decider(plan), day(plan, clock)
    last = outcome_of(program.routes[route].last)
    clauses = program.routes[route].clauses
    nothing = Outcome(())
    beside = {**NEW.facts, **facts(plan, clock)}

    @cache
    def outcome_by(way: tuple[int, ...]) -> Outcome:
        return outcome_of_way([clauses[at] for at in way]) if way else nothing

    def decide(raw: object) -> _Given:
        lead = read(raw, None)
        if lead.complaint is not None:
            return last, lead.values
        values, way = {**lead.values, **beside}, list[int]()
        found = match(values, today)
        while found is not None:
            way.append(found)
            found = match(values, today, found) if clauses[found].lets_on else None
        return outcome_by(tuple(way)), lead.values

    return decide
