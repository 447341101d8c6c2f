"""A run without an engine: draws from one team and records, batch by batch.

As a program it routes until it is done or killed:
`python -m tests.support.routing_loop STATE FIRST LAST BATCH`.
"""

import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Roster, draw
from turnout.runtime.stores import Store
from turnout.runtime.stores.sqlite import open_sqlite

TEAM = Roster.of([("ana", Fraction(3)), ("ben", Fraction(2)), ("cleo", Fraction(1))])
POLICY, ROUTE, DREW_FROM = "inbound", "main", "dach-ae"


def assigned(lead: str, assignee: str | None) -> Decision:
    """Return the decision that gives the lead to a member of the team."""
    return Decision(
        lead=lead,
        route=ROUTE,
        rule="DACH",
        by="rule DACH",
        kind="round-robin",
        target=DREW_FROM,
        assignee=assignee,
        at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )


def route(store: Store, leads: range, batch: int) -> None:
    """Decide each lead that has no decision yet."""
    for start in range(leads.start, leads.stop, batch):
        with store.begin() as transaction:
            for lead in map(str, range(start, min(start + batch, leads.stop))):
                if transaction.decided(ROUTE, lead) is None:
                    found = draw(transaction.turns(DREW_FROM), TEAM, set(TEAM.names))
                    assert found is not None
                    transaction.set_turns(DREW_FROM, found[1])
                    transaction.record(assigned(lead, found[0]), "fingerprint")


def main(path: str, first: str, last: str, batch: str) -> None:
    """Route the leads numbered from first up to last into the state."""
    store = open_sqlite(Path(path), POLICY, [DREW_FROM], wait=60)
    route(store, range(int(first), int(last)), int(batch))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
