"""The same policy where the leads are: the exported SQL in DuckDB, beside a CASE written by hand.

    python bench/scale.py [--rules 20,1000] [--leads 1000000] [--different 20000]

The policy and its leads are those of `peers.py`, with normalised values. By hand is one CASE
over the rules as they are written; the view is what `turnout export sql` writes, with
`--normalised` and without, of which the number of the clause is asked. All are held to the
reference interpreter before a time counts. Seconds are processor time, all threads together, the
median of several rounds in turn; planned is the time for the plan of a query alone. Of the ZIP
codes of the United States the size of the script and the time for the plan are told.
"""

import argparse
import sys
from collections.abc import Callable
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


def compare(rules: int, leads: int, different: int) -> None:
    """Print the times of one policy."""
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
    for number in asked.rules.split(","):
        compare(int(number), asked.leads, asked.different)
    postcodes()


if __name__ == "__main__":
    main(sys.argv[1:])
