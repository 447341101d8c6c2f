"""Which leads would change hands under a policy, beside whoever has them today.

Only leads that don't stay (`outlook.py`) are offered to anybody, in the order of the file and all
at one moment: the ones that stay use up no turns, and who gets the others is as fair as if they
alone had arrived. Turns begin level; caps count what this plan gives.

What is remembered from one chunk to the next can be written down and taken up again by another
process, which then plans exactly what the first one would have.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from turnout.frozen import attribute, define, frozen
from turnout.runtime.columns.offering import Offering
from turnout.runtime.columns.ordinary import Truths
from turnout.runtime.decisions import Decision
from turnout.trials.former_owners import Former
from turnout.trials.outlook import LeavingLeads, MovesWanted
from turnout.trials.simulation import clause_of


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


class MovePlanner:
    """Plans the moves of the leads of a file, a chunk at a time and in order."""

    def __init__(self, wanted: MovesWanted) -> None:
        """Begin."""
        self._at = wanted.at
        self._called = {target: name for target, (name, _) in wanted.names.items()}
        self._after = wanted.find_clause()
        self._offering = Offering(wanted.policy, wanted.plan)
        self.counts: MoveCounts = MoveCounts()

    def chunk(self, leads: LeavingLeads, repeated: Truths) -> list[PlannedMove]:
        """Return the moves among the leads of a chunk, in order. repeated: ids that came before."""
        counts = self.counts
        counts.leads += leads.size
        counts.without_id += leads.size - int(leads.named.sum())
        counts.repeated += int(repeated.sum())
        counts.unplaced += int((leads.unplaced & ~repeated).sum())
        asked = (~repeated[leads.places]).nonzero()[0]
        told = leads.told[asked]
        outcomes = self._offering.chunk(
            leads.clauses[asked], self._at, lambda at: leads.values[int(told[at])], self._after
        )
        moves: list[PlannedMove] = []
        for place, outcome in zip(asked, outcomes, strict=True):
            at = int(place)
            former = leads.former[int(leads.formers[at])]
            move = self._move(leads.keys[at], former, self._offering.outcomes[int(outcome)])
            if move is not None:
                moves.append(move)
        return moves

    def progress(self) -> dict[str, Any]:
        """Return as JSON what is remembered."""
        return {"counts": attrs.asdict(self.counts), "state": self._offering.state.written()}

    def take_up(self, progress: Mapping[str, Any]) -> None:
        """Go on where `progress` was written."""
        self.counts = MoveCounts(**progress["counts"])
        self._offering.state.restore(progress["state"])

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
