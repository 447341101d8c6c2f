"""Two policies over the same leads: who would get another one."""

from collections import Counter

import attrs

from turnout.frozen import define, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.records import Record
from turnout.runtime.router import Router
from turnout.trials.simulation import clause_of, target_of


@frozen
class Moved:
    """How many leads go from one clause and target to others."""

    old_clause: str
    old_target: str
    clause: str
    target: str
    leads: int


@frozen
class Against:
    """How a policy's decisions differ from those of another one.

    name: of the other one. same: leads with the same clause, target and person. person: the
    same target gives them to somebody else, since turns fall differently. rule: another
    rule, the same target. moved: another target, the most leads first.
    """

    name: str
    same: int
    person: int
    rule: int
    moved: tuple[Moved, ...]

    @property
    def leads(self) -> int:
        """How many leads get another target."""
        return sum(each.leads for each in self.moved)


@define
class AgainstCount:
    """Decides leads by another policy, too. other: a router whose state is thrown away."""

    other: Router
    name: str
    same: int = 0
    person: int = 0
    rule: int = 0
    moved: Counter[tuple[str, str, str, str]] = attrs.Factory(Counter[tuple[str, str, str, str]])

    def __call__(self, record: Record, decision: Decision) -> None:
        """Count one lead more; one whose id came before counts no second time."""
        former = self.other.route(record, at=decision.at)
        if decision.repeated:
            return
        ways = [(clause_of(each), target_of(each)) for each in (former, decision)]
        if ways[0][1] != ways[1][1]:
            self.moved[*ways[0], *ways[1]] += 1
        elif ways[0][0] != ways[1][0]:
            self.rule += 1
        elif former.assignee != decision.assignee:
            self.person += 1
        else:
            self.same += 1

    def result(self) -> Against:
        """Return what was counted."""
        moved = sorted(self.moved.items(), key=lambda pair: (-pair[1], pair[0]))
        return Against(
            self.name,
            self.same,
            self.person,
            self.rule,
            tuple(Moved(*way, count) for way, count in moved),
        )
