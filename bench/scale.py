"""The same policy where the leads are: the exported SQL in DuckDB, beside a CASE written by hand.

    python bench/scale.py [--policies saas-inbound,20,100,1000] [--leads 1000000,10000000]
                          [--folder FOLDER] [--no-spark]

A number is a policy of so many rules with the leads of `peers.py`; saas-inbound is the example,
with the leads of `leads.py`. Their values are normalised before any time counts. By hand are two
forms of one CASE over the rules (`hand_written.py`): with each condition in full, and with what
several rules share told once. The view is what `turnout export sql` writes, with `--normalised`
and without, of which the number of the clause is asked. All are held to the plan, lead by lead,
and that to the reference interpreter, before a time counts. Seconds are processor time, all
threads together, the least of several rounds in turn; of more than a million leads there are two,
and only of policies that have a limit.
The leads are a table of a database in a file, and up to a million of them also of one in memory;
they come from a file of Parquet, which stays in `folder` where it is named. Memory is what
a process of its own has at most that counts the leads of each clause, out of that file. Of the ZIP
codes of the United States the size of the script and the time for the plan of a query are told.
Then comes a local Spark beside the columns (`engines.py`), where PySpark and Java are there. At
the end stands what all of it, and draws by turns (`paper.py`), cost on paper for a billion leads
on 32 cores. What is printed first says how long it takes and which limit each row has.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from os import getloadavg
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "scripts"))

import attrs
import duckdb
import engines
import pyarrow as pa
from chance import Chance
from hand_written import Leads, case_of
from leads import COLUMNS, SEED, lead
from paper import drawn, on_paper
from peer_forms import plain
from peers import ROUTE, Contest
from policies import zips

from turnout.compiler.compiled import compile_policy
from turnout.compiler.meaning.interpreter import match
from turnout.compiler.plan.decide import answer, day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.program import Program
from turnout.dsl.types import Field, Values
from turnout.runtime.leads import lead_reader
from turnout.warehouse.agreement import typed_column
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.view import ViewWanted, view_of

ROUNDS, MANY, ROUNDS_OF_MANY = 5, 1_000_000, 2
LONG = 2_000_000_000
"""Leads by clauses from which on no CASE is asked with each condition in full."""

DIFFERENT = 20_000
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
DUCKDB = DIALECTS["duckdb"]
EXAMPLE = Path(__file__).parents[1] / "examples" / "saas-inbound" / "inbound.route"
LIMITS = {"saas-inbound": 1.0, "20": 1.0, "1000": 0.1}
"""The most that a view of normal values may take, in the time of the CASE by hand."""

GROWTH = 1.5
"""The most by which a lead may cost more, and a process have more memory, of the most leads."""

POSTCODES_MB, POSTCODES_SECONDS = 2, 2

BEFORE = """\
{when}, a load of {load:.1f}. On two quiet cores it takes about {minutes:.0f} minutes. Limits:
  --normalised beside the better CASE by hand: at most {limits} of its time
  from the fewest to the most leads: a lead costs, and memory grows, at most {growth} times
  ZIP codes: under {size} MB, planned in under {seconds} s
  Spark beside the columns: at most 1.5 times; memory of Python's processes flat"""

_PER_MILLION = {"saas-inbound": 13.0, "20": 2.5, "100": 3.5, "1000": 9.0}
"""Seconds that a policy takes for a million leads, with what is held to the plan before."""

_SPARK, _AHEAD = (30.0, 14.0), 12.0
"""Seconds that Spark and the columns take to begin and for a million; those of a policy."""


@attrs.frozen
class Asked:
    """A policy and different leads of it, and the clause of each."""

    program: Program
    plan: Plan
    values: Sequence[Values]
    clauses: Sequence[int]

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields of its leads."""
        return self.program.policy.fields

    @property
    def today(self) -> date:
        """The day on which its leads are decided."""
        return day(self.plan, AT)

    @property
    def open(self) -> Mapping[str, bool]:
        """Which calendars are open then."""
        return {name: value is True for name, value in facts(self.plan, AT).items()}

    def script(self, name: str, *, is_normal: bool, source: str = "own") -> list[str]:
        """Return the statements of its view, over leads with the key `row`."""
        wanted = ViewWanted(
            source=source,
            name=name,
            key="row",
            today=self.today,
            facts=self.open,
            leaves=True,
            is_normal=is_normal,
        )
        return view_of(self.plan, self.fields, DUCKDB, wanted).script(DUCKDB)


def asked_of(program: Program, route: str, values: Sequence[Values]) -> Asked:
    """Return a route and its leads, the plan held to the reference interpreter."""
    plan = plan_of(program, route)
    decide, today = decider(plan), day(plan, AT)
    known = facts(plan, AT)
    found = [decide({**known, **each}, today) for each in values]
    for each, number in zip(values, found, strict=True):
        assert answer(plan, number).rule == match(program.policy, route, each, AT).rule, each
    clauses = [len(plan.answers) if each is None else each for each in found]
    return Asked(program, plan, values, clauses)


def realistic(rules: int) -> Asked:
    """Return a policy of so many rules."""
    with TemporaryDirectory() as folder:
        contest = Contest(rules, DIFFERENT, Path(folder))
    return asked_of(contest.router.compiled.program, ROUTE, contest.values)


def saas_inbound() -> Asked:
    """Return the example, with its own kinds of lead."""
    program = compile_policy(EXAMPLE).program
    read, chance = lead_reader(program.policy.fields), Chance(SEED)
    rows = (lead(chance, number) for number in range(1, DIFFERENT + 1))
    raws = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    (route,) = program.routes
    return asked_of(program, route, [read(raw, None).values for raw in raws])


# -- the leads as a table --


def _type(field: Field) -> str:
    """Return the type of a column; these leads have whole amounts alone."""
    kind = typed_column(field.type)
    return "BIGINT" if kind.startswith("DECIMAL") else kind


def write(file: Path, asked: Asked, leads: int) -> None:
    """Write so many leads, out of the different ones by chance."""
    columns = {name: _type(field) for name, field in asked.fields.items()}
    told = {name: [_cell(values.get(name)) for values in asked.values] for name in columns}
    told |= {"expected": [*asked.clauses], "place": [*range(len(asked.values))]}
    typed = ", ".join(f'CAST(d."{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register(
            "different", pa.table({name: pa.array(each) for name, each in told.items()})
        )
        connection.execute(
            f"""COPY (SELECT {typed}, d.expected, r.row
            FROM (
                SELECT range AS row, hash(range) % {len(asked.values)} AS place
                FROM range({leads})
            ) AS r
            JOIN different AS d ON d.place = r.place ORDER BY r.row)
            TO '{file}' (FORMAT parquet)"""  # noqa: S608 - our own numbers, and file
        )


def _cell(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else plain(value)


def filled(database: str, file: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection to a new database with the leads of a file as the table `own`."""
    connection = duckdb.connect(database)
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"CREATE TABLE own AS SELECT * FROM '{file}'")  # noqa: S608 - our own
    connection.execute("CHECKPOINT")
    return connection


def differing(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return how many leads have another clause than the plan says."""
    found = connection.execute(
        f"""SELECT count(*) FROM own JOIN ({query}) AS told USING (row)
        WHERE told.clause_number IS DISTINCT FROM own.expected"""  # noqa: S608 - our own text
    ).fetchone()
    assert found is not None
    number: int = found[0]
    return number


# -- what is timed --


def compare(
    connection: duckdb.DuckDBPyConnection, name: str, asked: Asked, leads: int, rounds: int
) -> dict[str, float]:
    """Print the times of one policy, and return seconds for each lead, out of the table `own`."""
    queries, sizes = _queries(connection, asked)
    if leads * len(asked.plan.answers) > LONG:
        del queries["by hand, in full"]
    runs: dict[str, Callable[[], Any]] = {}
    for way, query in queries.items():
        wrong = differing(connection, query.replace("SELECT", "SELECT row,", 1))
        assert wrong == 0, f"{way}: {wrong:,} of {leads:,} leads differ"
        runs[way] = _run(connection, query)
    took = {way: [_timed(run)] for way, run in runs.items()}
    for _ in range(rounds - 1):
        for way, run in runs.items():
            took[way].append(_timed(run))
    least = {way: min(each) for way, each in took.items()}
    hand = min(seconds for way, seconds in least.items() if way.startswith("by hand"))
    clauses, boxes = len(asked.plan.answers), len(asked.plan.boxes)
    print(f"{name}: {clauses:,} clauses, {boxes:,} boxes, {leads:,} leads")
    for way, seconds in least.items():
        size = f"{sizes[way] / 1e6:>8.2f} MB of SQL"
        print(f"  {way:<24} {seconds:>8.3f} s {hand / seconds:>7.2f} x by hand {size}")
    ratio = least["--normalised"] / hand
    if name in LIMITS:
        print(f"  --normalised takes {ratio:.2f} of the better one by hand; limit {LIMITS[name]}")
    if "by hand, in full" in least:
        ratio = least["--normalised"] / least["by hand, in full"]
        print(f"  and {ratio:.2f} of the one with each condition in full")
    return {f"{name}, {way}": seconds / leads for way, seconds in least.items()}


def _queries(
    connection: duckdb.DuckDBPyConnection, asked: Asked
) -> tuple[dict[str, str], dict[str, int]]:
    """Return the query of each way, and the size of its SQL."""
    clauses = asked.program.routes[asked.plan.route].clauses
    of = Leads(clauses, asked.plan.required, "own", asked.today, asked.open)
    found = {
        "by hand, in full": case_of(of, is_once=False),
        "by hand, shared once": case_of(of, is_once=True),
    }
    sizes = {way: len(query) for way, query in found.items()}
    for way, is_normal in (("--normalised", True), ("the view", False)):
        name = "normal" if is_normal else "routed"
        script = asked.script(name, is_normal=is_normal)
        for statement in script:
            connection.execute(statement)
        own = f"(SELECT lead AS row, clause_number FROM {name})"  # noqa: S608 - our own name
        found[way] = f"SELECT clause_number FROM {own}"  # noqa: S608 - our own text
        sizes[way] = sum(map(len, script))
    return found, sizes


def _run(connection: duckdb.DuckDBPyConnection, query: str) -> Callable[[], Any]:
    return lambda: connection.execute(query).fetchnumpy()


def _timed(run: Callable[[], Any]) -> float:
    started = process_time()
    run()
    return process_time() - started


# -- memory --

_COUNTING = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
for statement in open(sys.argv[1], encoding="utf-8").read().split("\\0"):
    connection.execute(statement)
counted = "SELECT clause_number, count(*), count(issues) FROM counted GROUP BY 1"
print(len(connection.execute(counted).fetchall()))
status = open("/proc/self/status", encoding="utf-8").read()  # of this program alone, on Linux
print(status.split("VmHWM:")[1].split()[0])
"""


def memory(asked: Asked, file: Path) -> float:
    """Return the megabytes that a process has at most that counts the leads of each clause."""
    statements = [
        f"CREATE VIEW own AS SELECT * FROM '{file}'",  # noqa: S608 - our own file
        *asked.script("counted", is_normal=True),
    ]
    with TemporaryDirectory() as folder:
        script = Path(folder) / "script.sql"
        script.write_text("\0".join(statements), encoding="utf-8")
        command = [sys.executable, "-c", _COUNTING, str(script)]
        told = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(told.stdout.split()[-1]) / 1024


# -- ZIP codes --


def postcodes() -> None:
    """Print the size of the script of a policy with every ZIP code, and the time for its plan."""
    with TemporaryDirectory() as folder:
        program = compile_policy(zips(1).write(Path(folder))).program
    (route,) = program.routes
    asked = Asked(program, plan_of(program, route), (), ())
    script = asked.script("routed", is_normal=False)
    connection = duckdb.connect()
    columns = ", ".join(f'"{name}" {_type(field)}' for name, field in asked.fields.items())
    connection.execute(f"CREATE TABLE own ({columns}, row BIGINT)")
    for statement in script:
        connection.execute(statement)
    started = process_time()
    connection.execute("EXPLAIN SELECT clause_number FROM routed").fetchall()
    planned = process_time() - started
    size = sum(map(len, script)) / 1e6
    limits = f"limits {POSTCODES_MB} MB, {POSTCODES_SECONDS} s"
    print(f"\nZIP codes: script {size:.2f} MB, planned in {planned:.2f} s; {limits}", flush=True)


# -- all of it --


def announce(policies: Sequence[str], leads: Sequence[int], *, has_spark: bool) -> None:
    """Print how long it takes, and what the limits are."""
    millions = sum(leads) / 1e6
    took = sum(sum(_numbers(each, leads)) / 1e6 * _PER_MILLION.get(each, 9.0) for each in policies)
    spark = (_SPARK[0] * len(leads) + _SPARK[1] * millions) if has_spark else 0
    limits = ", ".join(f"{limit} ({name})" for name, limit in LIMITS.items() if name in policies)
    told = BEFORE.format(
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        load=getloadavg()[0],
        minutes=(took + spark + _AHEAD * len(policies)) / 60 + 0.5,
        limits=limits or "no limit",
        growth=GROWTH,
        size=POSTCODES_MB,
        seconds=POSTCODES_SECONDS,
    )
    print(
        told if has_spark else f"{told} (left out: no PySpark, no Java, or --no-spark)", flush=True
    )


def _numbers(name: str, leads: Sequence[int]) -> Sequence[int]:
    """Return of how many leads a policy is asked."""
    return leads if name in LIMITS else [each for each in leads if each <= MANY] or leads


def grown(name: str, leads: Sequence[int], costs: Sequence[float], used: Sequence[float]) -> None:
    """Print how much more a lead costs of the most leads than of the fewest; memory, too."""
    said = f"{name}, {leads[0]:,} to {leads[-1]:,} leads"
    for what, each in (("a lead costs", costs), ("memory is", used)):
        if len(each) > 1:
            print(f"{said}: {what} {each[-1] / each[0]:.2f} times; limit {GROWTH}")


def main(argv: list[str]) -> None:
    """Compare for each policy and number of leads."""
    options = argparse.ArgumentParser(description="Exported SQL beside a CASE by hand, in DuckDB.")
    options.add_argument("--policies", default="saas-inbound,20,100,1000")
    options.add_argument("--leads", default="1000000,10000000", help="numbers of leads")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--no-memory", action="store_true", help="time alone")
    options.add_argument("--no-spark", action="store_true", help="DuckDB alone")
    options.add_argument("--folder", type=Path, help="where the leads stay")
    given = options.parse_args(argv)
    policies, numbers = given.policies.split(","), sorted(map(int, given.leads.split(",")))
    has_spark = not given.no_spark and bool(find_spec("pyspark") and which("java"))
    announce(policies, numbers, has_spark=has_spark)
    started, costs = perf_counter(), dict[str, float]()
    with TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name in policies:
            costs |= _policy(
                name, _numbers(name, numbers), folder, given.rounds, has_memory=not given.no_memory
            )
        postcodes()
        if has_spark:
            for leads in numbers:
                file = folder / f"leads-{leads}.parquet"
                if not file.exists():
                    engines.write(file, leads)
                engines.compare(leads, file, list(engines.WAYS), cores=2)
    on_paper({**costs, **drawn(max(numbers))})
    print(f"\nall of it took {(perf_counter() - started) / 60:.1f} minutes")


def _policy(
    name: str, numbers: Sequence[int], folder: Path, rounds: int, *, has_memory: bool
) -> dict[str, float]:
    """Print what a policy takes, and return the seconds for each lead of the most leads."""
    asked = saas_inbound() if name == "saas-inbound" else realistic(int(name))
    found, least, used = dict[str, float](), list[float](), list[float]()
    for leads in numbers:
        file = folder / f"normal-{name}-{leads}.parquet"
        if not file.exists():
            write(file, asked, leads)
        times = rounds if leads <= MANY else min(rounds, ROUNDS_OF_MANY)
        for place in ("memory", "a file") if leads <= MANY else ("a file",):
            print(f"\nIn {place}, ", end="")
            with TemporaryDirectory(dir=folder) as scratch:
                database = str(Path(scratch) / "leads.db") if place == "a file" else ":memory:"
                with filled(database, file) as connection:
                    found |= compare(connection, name, asked, leads, times)
        least.append(found[f"{name}, --normalised"])
        if has_memory:
            used.append(memory(asked, file))
            print(f"  memory {used[-1]:,.0f} MB", flush=True)
    grown(name, numbers, least, used)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
