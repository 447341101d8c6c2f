"""Draws by turns as a join, in DuckDB, and what leads cost on paper.

    python bench/paper.py [--leads 1000000,10000000]

Leads of 20 teams, one of which has a fifth of them, are given their places by sorting all of them
by team, and by counting those of each of 100 partitions; both are joined with rounds of 50 turns.
Seconds are processor time, all threads together, the median of several rounds. At the end stands
what that comes to on paper, for a billion leads on 32 cores; `scale.py` prints the same of its
views.
"""

import argparse
import sys
from collections.abc import Mapping
from statistics import median
from time import process_time

import duckdb

ROUNDS = 5
PAPER_LEADS, PAPER_CORES, SHUFFLED = 1_000_000_000, 32, 40
"""Of the costs on paper; bytes of a lead that sorting by team sends: its id, team and moment."""

QUEUED = """CREATE TABLE queued AS SELECT i AS lead, i AS arrived, i * 100 // {leads} AS part,
    CASE WHEN i % 5 = 0 THEN 0 ELSE 1 + hash(i) % 19 END AS team FROM range({leads}) t(i)"""
TURNS = """CREATE TABLE turns AS SELECT team, turn, 'p' || turn AS person
    FROM range(20) a(team), range(50) b(turn)"""
DRAWN = {
    "sorted": """SELECT count(person) FROM (SELECT team,
        row_number() OVER (PARTITION BY team ORDER BY arrived, lead) - 1 AS place FROM queued) q
        JOIN turns p ON p.team = q.team AND p.turn = q.place % 50""",
    "counted": """WITH counted AS (SELECT team, part, count(*) AS leads FROM queued GROUP BY ALL),
        before AS (SELECT team, part, coalesce(sum(leads) OVER (PARTITION BY team ORDER BY part
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS leads FROM counted)
        SELECT count(person) FROM (SELECT q.team, b.leads - 1
            + row_number() OVER (PARTITION BY q.team, q.part ORDER BY arrived, lead) AS place
            FROM queued q JOIN before b ON b.team = q.team AND b.part = q.part) q
        JOIN turns p ON p.team = q.team AND p.turn = q.place % 50""",
}


def drawn(leads: int) -> dict[str, float]:
    """Print what draws as a join take, and return seconds for each lead."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(QUEUED.format(leads=leads))
    connection.execute(TURNS)
    found: dict[str, float] = {}
    print(f"\ndraws of {leads:,} leads in 20 teams")
    for name, query in DRAWN.items():
        took: list[float] = []
        for _ in range(ROUNDS):
            started = process_time()
            assert connection.execute(query).fetchone() == (leads,), "a lead has nobody"
            took.append(process_time() - started)
        found[f"draws, {name}"] = median(took) / leads
        print(f"  {name:<16} {median(took):>8.3f} s")
    return found


def on_paper(costs: Mapping[str, float]) -> None:
    """Print what the costs come to for many leads on many cores."""
    print(f"\non paper, {PAPER_LEADS:,} leads on {PAPER_CORES} cores")
    for name, each in costs.items():
        whole = each * PAPER_LEADS
        print(
            f"  {name:<28} {each * 1e6:>6.2f} µs a lead {whole / PAPER_CORES:>8.1f} s"
            f" {whole / 3600:>6.2f} hours of a core"
        )
    print(f"  draws, sorted: {SHUFFLED * PAPER_LEADS / 1e9:.0f} GB shuffled; counted: none")


def main(argv: list[str]) -> None:
    """Draw for each number of leads."""
    options = argparse.ArgumentParser(description="Draws by turns as a join, in DuckDB.")
    options.add_argument("--leads", default="1000000,10000000", help="numbers of leads")
    for leads in map(int, options.parse_args(argv).leads.split(",")):
        on_paper(drawn(leads))


if __name__ == "__main__":
    main(sys.argv[1:])
