"""Write a made-up history of leads into a new state, the same each time.

    python examples/scripts/history.py POLICY STATE [LEADS]

The policy has fields `country`, `employees` and `source`, as the one in docs/guides/report.md. In
this world a lead converts by what it is, and by who works on it, whatever the policy says:

- of a bought list few are real: two fifths come back as spam, and one in forty converts;
- of companies with 500 employees or more 32 % convert, of smaller ones 10 %;
- ana converts twice as many as others do.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import turnout
from turnout.runtime.decisions import Decision
from turnout.runtime.statuses import MarkKind
from turnout.runtime.stores.anywhere import open_known

FIRST = datetime(2026, 9, 1, 8, tzinfo=UTC)
DAYS = 90
SOURCES = ["web", "web", "web", "webinar", "webinar", "list"]
SEED = 17


def main(policy: str, state: str, count: str = "1500") -> None:
    """Route the leads, and have people work on them."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    leads = [made(number, chance) for number in range(int(count))]
    told: list[tuple[dict[str, str | int], Decision]] = []
    with turnout.load(policy, state=state) as router:
        for day in range(DAYS):  # those of a day come together, in one transaction
            some = leads[day * len(leads) // DAYS : (day + 1) * len(leads) // DAYS]
            decisions = router.route_all(some, at=FIRST + timedelta(days=day))
            told += zip(some, decisions, strict=True)
    work(Path(state), told, chance)


def made(number: int, chance: random.Random) -> dict[str, str | int]:
    """Return a lead."""
    return {
        "id": f"L-{number:05}",
        "country": chance.choice(["DE", "DE", "AT", "FR"]),
        "employees": round(10 ** chance.uniform(1, 3.7)),
        "source": chance.choice(SOURCES),
    }


def work(
    state: Path, told: list[tuple[dict[str, str | int], Decision]], chance: random.Random
) -> None:
    """Write down what became of each lead, in one transaction."""
    store = open_known(state)
    with store.begin() as transaction:
        for lead, decision in told:
            if decision.assignee is None:
                continue
            for kind, after, reason in fate(lead, decision.assignee, chance):
                at = decision.at + after
                transaction.mark(kind, decision.route, decision.lead, at, reason)
    store.close()


def fate(
    lead: dict[str, str | int], person: str, chance: random.Random
) -> Iterator[tuple[MarkKind, timedelta, str]]:
    """Yield what happens to a lead: the kind of event, how long after it came, and why."""
    is_list = lead["source"] == "list"
    if not is_list and chance.random() < 0.1:
        return  # nobody gets round to it
    soon = timedelta(minutes=round(5 * 10 ** chance.uniform(0, 1.8)))
    yield "contacted", soon, ""
    if is_list and chance.random() < 0.4:
        yield "returned", soon * 2, "spam"
        return
    share = 0.32 if int(lead["employees"]) >= 500 else 0.1
    share = 0.025 if is_list else share * (2 if person == "ana" else 1)
    won = chance.random() < share
    yield ("converted" if won else "closed"), soon + timedelta(days=2), "" if won else "no budget"


if __name__ == "__main__":
    main(*sys.argv[1:])
