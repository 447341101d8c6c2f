"""The same policy where the leads are: the exported SQL in DuckDB, beside a CASE written by hand.

    python bench/scale.py [--rules 20,1000] [--leads 1000000] [--different 20000]

The policy and its leads are those of `peers.py`, with normalised values. By hand is one CASE
over the rules as they are written; the view is what `turnout export sql` writes, with
`--normalised` and without, of which the number of the clause is asked. All are held to the
reference interpreter before a time counts. Seconds are processor time, all threads together, the
median of several rounds in turn; planned is the time for the plan of a query alone. Of the ZIP
codes of the United States the size of the script and the time for the plan are told.

Then draws by turns as a join, of as many leads in 20 teams, one of which has a fifth of them: by
sorting all leads by team, and by counting those of each of 100 partitions. At the end stands
what these costs come to on paper, for a billion leads on 32 cores.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import duckdb
import numpy as np
from batches import Numbers, Table, duckdb_case
from peers import ROUTE, Contest
from policies import zips

from turnout.compiler.compiled import compile_policy
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.dsl.policy import Policy
from turnout.warehouse.agreement import typed_column
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.view import ViewWanted, view_of

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
DUCKDB = DIALECTS["duckdb"]


def written(plan: Plan, policy: Policy, *, is_normal: bool = False) -> list[str]:
    """Return the script of a plan, over the table `own` with the key `row`."""
    wanted = ViewWanted(source="own", key="row", leaves=True, is_normal=is_normal)
    return view_of(plan, policy.fields, DUCKDB, wanted).script(DUCKDB)


def view(table: Table, *, is_normal: bool) -> tuple[Callable[[], Numbers], int, float]:
    """Return what asks the view, the size of its script, and the time for its plan."""
    compiled = table.contest.router.compiled
    script = written(plan_of(compiled.program, ROUTE), compiled.policy, is_normal=is_normal)
    connection = duckdb.connect()
    connection.register("leads", table.normalised)
    connection.execute(
        "CREATE TABLE own AS SELECT *, row_number() OVER () AS row, 'x' AS id FROM leads"
    )
    for statement in script:
        connection.execute(statement)
    started = process_time()
    connection.execute("EXPLAIN SELECT clause_number FROM routed").fetchall()
    planned = process_time() - started
    rules = len(table.contest.rules)

    def asked() -> Numbers:
        found = connection.execute("SELECT clause_number FROM routed").fetchnumpy()
        numbers = np.asarray(found["clause_number"])
        return np.where(numbers >= rules, -1, numbers)

    return asked, sum(map(len, script)), planned


def compare(rules: int, leads: int, different: int) -> dict[str, float]:
    """Print the times of one policy, and return seconds for each lead."""
    with TemporaryDirectory() as folder:
        table = Table(Contest(rules, different, Path(folder)), leads)
    normal, size, planned = view(table, is_normal=True)
    asking, _, _ = view(table, is_normal=False)
    runs = {"by hand": duckdb_case(table), "--normalised": normal, "exported view": asking}
    for run in runs.values():
        assert np.array_equal(np.sort(run()), np.sort(table.answers)), "the answers differ"
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = process_time()
            run()
            took[name].append(process_time() - started)
    print(f"\n{len(table.contest.rules):,} rules, {leads:,} leads")
    print(f"  script {size / 1e6:.2f} MB, planned in {planned:.2f} s")
    for name, each in took.items():
        print(f"  {name:<16} {median(each):>8.3f} s")
    of = f"{len(table.contest.rules):,} rules, "
    return {of + name: median(each) / leads for name, each in took.items()}


def drawn(leads: int) -> dict[str, float]:
    """Print what draws as a join take, and return seconds for each lead."""
    connection = duckdb.connect()
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


def postcodes() -> None:
    """Print the size of the script of a policy with every ZIP code, and the time for its plan."""
    with TemporaryDirectory() as folder:
        compiled = compile_policy(zips(1).write(Path(folder)))
    (route,) = compiled.policy.routes
    script = written(plan_of(compiled.program, route), compiled.policy)
    fields = compiled.policy.fields
    columns = ", ".join(f'"{name}" {typed_column(each.type)}' for name, each in fields.items())
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE own ({columns}, row BIGINT)")
    for statement in script:
        connection.execute(statement)
    started = process_time()
    connection.execute("EXPLAIN SELECT clause_number FROM routed").fetchall()
    planned = process_time() - started
    print(f"\nZIP codes: script {sum(map(len, script)) / 1e6:.2f} MB, planned in {planned:.2f} s")


def main(argv: list[str]) -> None:
    """Compare for each number of rules."""
    options = argparse.ArgumentParser(description="Exported SQL beside a CASE by hand, in DuckDB.")
    options.add_argument("--rules", default="20,1000", help="numbers of rules")
    options.add_argument("--leads", type=int, default=1_000_000)
    options.add_argument("--different", type=int, default=20_000, help="leads that differ")
    asked = options.parse_args(argv)
    costs: dict[str, float] = {}
    for number in asked.rules.split(","):
        costs |= compare(int(number), asked.leads, asked.different)
    postcodes()
    on_paper({**costs, **drawn(asked.leads)})


if __name__ == "__main__":
    main(sys.argv[1:])
