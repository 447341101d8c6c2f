"""What a report costs: processor time and memory, over a log of a million leads.

    python bench/reports.py [LEADS]     1,000,000 where no number is given

Of each lead there are five events, as a run and the people of a team write them: routed, offered,
accepted, contacted, and converted, returned or closed; 90 days, two teams, 40 rules, 30 sources.
They are written as rows of a state, since routing them would take longer than everything else.
The state is opened once after that, as whoever writes to it does: a large one that was written
by others is looked through. Told are

- first: the first report of a state, which reads all of its log and makes the index;
- again: a report of a state whose log was read before, nothing new in it;
- new: the same after 1,000 leads more;
- page: the same as HTML.

Each in a process of its own, of which the processor time and the most memory are told. To be
reached with 1,000,000 leads, again, new and page: 5 seconds, 300 MB.
"""

import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import turnout
from turnout.runtime.stores.sqlite import open_any
from turnout.runtime.stores.sums import row_sum

EVENTS = 5
FIRST = 1_780_000_000_000_000
MINUTE = 60_000_000
SPAN = 90 * 1_440 * MINUTE
POLICY = """policy inbound
reject reasons [bad-fit, language]
return reasons [spam, no-show, duplicate]
log fields [source]
lead { id: text required  source: text }
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-17:30 }
person ana { hours berlin }
person ben { hours berlin }
person cleo
person dora
team sales { ana, ben, cleo }
team small { dora, cleo }
queue triage
route inbound {
  rule all {
    when source is known
    to round-robin sales
    offer 15 minutes
    sla 1 hour, then queue triage
  }
  rule rest { when source is missing to round-robin small }
  fallback to queue triage
}
"""


def main() -> None:
    """Make the state, and tell what each report costs."""
    if sys.argv[1:2] == ["measured"]:
        measured(*sys.argv[2:])
        return
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
        policy, state = Path(folder) / "inbound.route", Path(folder) / "inbound.db"
        policy.write_text(POLICY)
        turnout.load(policy, state=str(state)).close()
        begun = time.process_time()
        write(state, 0, leads)
        size = state.stat().st_size / 1e6
        print(f"{leads:,} leads, {leads * EVENTS:,} events, {size:,.0f} MB of state")
        print(f"  written in {time.process_time() - begun:.0f} s, which isn't measured")
        for name in ("first", "again", "new", "page"):
            if name == "new":
                write(state, leads, 1_000)
            arguments = [sys.executable, __file__, "measured", str(policy), str(state), name]
            subprocess.run(arguments, check=True)


def measured(policy: str, state: str, name: str) -> None:
    """Make one report, and tell what it cost this process."""
    from turnout.cli import cli  # noqa: PLC0415 - counted

    form = "html" if name == "page" else "json"
    out = f"{state}.{form}"
    arguments = ["report", policy, "--state", state, "--format", form, "-o", out]
    cli(arguments, standalone_mode=False)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:6} {time.process_time():6.1f} s of the processor, {memory:5.0f} MB")


def write(state: Path, first: int, leads: int) -> None:
    """Write the events of so many leads more, in the order in which they happened."""
    with sqlite3.connect(state) as connection:
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows(first, leads)
        )
    connection.close()
    open_any(state).close()


def rows(first: int, leads: int) -> Iterator[tuple[str | int | None, ...]]:
    """Yield rows of `events`, ten leads at a time: their first events, then their second ones."""
    chance = random.Random(first)  # noqa: S311 - no secret
    number = first * EVENTS
    for start in range(first, first + leads, 10):
        before = [0] * 10
        told = [story(start + place, chance, leads) for place in range(10)]
        for step in range(EVENTS):
            for place in range(10):
                number += 1
                kind, at, said = told[place][step]
                cells = (
                    *(number, before[place], kind, "inbound", f"L-{start + place}"),
                    *(at, at, "", None, json.dumps(said, separators=(",", ":"))),
                )
                yield *cells, row_sum(*cells)
                before[place] = number


def story(number: int, chance: random.Random, leads: int) -> list[tuple[str, int, object]]:
    """Return what happens to a lead: kind, moment, what the event says."""
    at = FIRST + SPAN * (number % leads) // leads
    team, people = chance.choice([("sales", ("ana", "ben", "cleo")), ("small", ("dora", "cleo"))])
    holder = ["round-robin", team, chance.choice(people)]
    routed = {
        "rule": f"r{chance.randrange(40)}",
        "to": holder,
        "due": at + 60 * MINUTE,
        "print": f"{number:032x}",
        "draw": [team, holder[2], 0, 1, -1, 3, len(people), len(people)],
        "path": ["EMEA"] if number % 2 else ["US"],
        "values": {"source": f"source-{chance.randrange(30)}"},
    }
    soon = at + chance.randrange(1, 240) * MINUTE
    end, reason = chance.choice(
        [("converted", ""), ("closed", "no budget"), ("returned", "spam"), ("closed", "")]
    )
    ended = {"to": holder, "reason": reason} if reason else {"to": holder}
    return [
        ("routed", at, routed),
        ("offered", at, {"to": holder, "until": at + 15 * MINUTE}),
        ("accepted", at + MINUTE, {"to": holder}),
        ("contacted", soon, {"to": holder}),
        (end, soon + 60 * MINUTE, ended),
    ]


if __name__ == "__main__":
    main()
