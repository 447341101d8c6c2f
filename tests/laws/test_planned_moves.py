"""Laws of planned moves: who moves gets whom the engine gives, and nobody moves from their own."""

from datetime import UTC, datetime

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.test_columns import tables
from tests.laws.test_routed_columns import one_by_one
from tests.support.policies import resolved
from tests.support.strategies import Written, policies
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.runtime.columns.arriving import arrivals
from turnout.runtime.records import Record
from turnout.trials.outlook import MovesWanted, Outlook
from turnout.trials.planned_moves import MovePlanner

AT = datetime(2026, 1, 15, 12, tzinfo=UTC)
WORKED = {"round-robin", "least-loaded", "person", "owner", "queue", "partner", "sequence"}


@settings(max_examples=12)
@given(policies(seen=False), st.data(), st.sampled_from((1, 3, 50)))
def test_moves_are_those_of_the_engine(written: Written, data: st.DataObject, size: int) -> None:
    text = written.text.replace("lead { ", "lead { id: text id ", 1)
    policy = resolved(attrs.evolve(written, text=text))
    plan = plan_of(lower(policy), "inbound")
    columns, _ = data.draw(tables(policy))
    columns.pop("id", None)
    owners = [*policy.people, *(each.name for each in policy.outlets.values()), "Zoe", ""]
    number = max(map(len, columns.values()), default=0)
    formers = [data.draw(st.sampled_from(owners)) for _ in range(number)]
    records = [
        Record(
            at + 1,
            {
                **{name: values[at] for name, values in columns.items()},
                "id": f"L-{at}",
                "Today's owner": formers[at],
            },
        )
        for at in range(number)
    ]
    wanted = MovesWanted(policy, plan, AT, "Today's owner", {})
    planner, outlook = MovePlanner(wanted), Outlook(wanted)
    moves = {
        move.lead: move
        for arrived in arrivals(iter(records), size)
        for move in planner.chunk(outlook.leaving(arrived), np.zeros(arrived.size, bool))
    }
    assert planner.counts.moved == len(moves)
    alone = [one_by_one(policy, "inbound", [([each], AT)])[0] for each in records]
    moving = [each for at, each in enumerate(records) if f"L-{at}" in moves]
    for decision in one_by_one(policy, "inbound", [(moving, AT)]):
        told = moves[decision.lead]
        assert told.to == (decision.assignee or decision.target)
        assert told.by == decision.by
    for former, decision in zip(formers, alone, strict=True):
        move = moves.get(decision.lead)
        if decision.kind not in WORKED:
            assert move is None
        elif former in {"Zoe", ""}:
            assert move is not None
        elif former == (decision.assignee or decision.target):
            assert move is None
        elif decision.kind in {"person", "queue", "sequence"} and not decision.passed_over:
            assert move is not None
