"""Tables of leads decided by Turnout, beside Polars and DuckDB, in one run.

    python bench/batches.py [--rules 20,100,1000] [--leads 1000000] [--different 20000]

The policy and its leads are those of `peers.py`; so many different leads are repeated until
the table is full, in an order of chance. Turnout is given raw texts, and normalises them:

- turnout, clauses: which clause takes each lead, as an array of numbers;
- turnout, without jit: the same as where the extra `jit` is not installed;
- turnout, rules: the names of the rules, `Router.decide_batch(table, columns=["rule"])`;
- turnout, decide_batch: the table of `Router.decide_batch`, with targets and issues.

The others are given values that are normalised before any time counts, in the types that
they compare fastest:

- polars: one chain of `when(...).then(...)` over a frame;
- duckdb: one `CASE` over a table of Arrow.

Every answer is held to that of the reference interpreter before a time counts. Seconds are
processor time, all threads together, the median of several rounds in turn; a way that takes
longer than a minute is timed once, and one that fails is named with the reason.
"""

import argparse
import sys
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from peer_forms import Form, in_order, plain
from peers import FIELDS, ROUTE, Contest

from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.making import plan_of
from turnout.dsl.conditions import (
    And,
    Between,
    Condition,
    IsIn,
    Named,
    Not,
    Or,
    Present,
    StartsWith,
)
from turnout.runtime.columns.chunks import chunked
from turnout.runtime.columns.deciding import ColumnDecider
from turnout.runtime.columns.jit import ChooseKernels, loaded, worthwhile

ROUNDS = 5
LONG = 60.0
SEED = 7
NUMBERS = {"employees", "revenue", "score"}

Numbers = Any
"""For each lead the number of the rule that takes it, -1 for none."""


class Table:
    """A contest's leads as tables, and what the reference says of each row."""

    def __init__(self, contest: Contest, leads: int) -> None:
        self.contest = contest
        order = np.random.default_rng(SEED).integers(0, len(contest.raws), leads)
        names = list(dict.fromkeys(name for raw in contest.raws for name in raw))
        texts = {name: pa.array([_text(raw.get(name)) for raw in contest.raws]) for name in names}
        self.raw = pa.table(texts).take(pa.array(order)).combine_chunks()
        columns = {name: [plain(values.get(name)) for values in contest.values] for name in FIELDS}
        typed = {
            name: pa.array(each, pa.int64()) if name in NUMBERS else pa.array(each)
            for name, each in columns.items()
        }
        self.normalised = pa.table(typed).take(pa.array(order)).combine_chunks()
        places = {name: at for at, (name, _) in enumerate(contest.rules)}
        answers = [-1 if each is None else places[each] for each in contest.answers]
        self.answers = np.array(answers)[order]

    def check(self, found: Numbers) -> None:
        """Raise AssertionError where an answer is another than the reference's."""
        wrong = int((np.asarray(found) != self.answers).sum())
        assert not wrong, f"{wrong:,} of {len(self.answers):,} answers differ"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


# -- ways to decide: each returns the number of the rule of each lead --


def turnout_clauses(table: Table, choose: ChooseKernels = worthwhile) -> Callable[[], Numbers]:
    """Read and decide by columns."""
    router = table.contest.router
    plan = plan_of(router.compiled.program, ROUTE)
    at = datetime.now(UTC)
    places = {name: number for number, (name, _) in enumerate(table.contest.rules)}
    rules = np.array([places.get(each.name, -1) for each in plan.answers] + [-1])

    def decide() -> Numbers:
        fields = router.compiled.policy.fields
        decider = ColumnDecider(fields, plan, day(plan, at), facts(plan, at), choose)
        read = map(decider.read, chunked(table.raw))
        chunks = [decider.clauses(leads, alone=True) for leads in read]
        return rules[np.concatenate(chunks)]

    return decide


def turnout_without(table: Table) -> Callable[[], Numbers]:
    """Do the same without compiled loops."""
    return turnout_clauses(table, lambda _leads: None)


def turnout_table(table: Table, columns: Collection[str] | None = None) -> Callable[[], Numbers]:
    """Ask `Router.decide_batch`."""
    places = {name: number for number, (name, _) in enumerate(table.contest.rules)}
    router = table.contest.router

    def decide() -> Numbers:
        decided = router.decide_batch(table.raw, columns=columns)
        found = decided["rule"].combine_chunks().dictionary_encode()
        numbers = [places.get(name, -1) for name in found.dictionary.to_pylist()]
        codes = found.indices.fill_null(len(numbers)).to_numpy()
        return np.array([*numbers, -1])[codes]

    return decide


def turnout_rules(table: Table) -> Callable[[], Numbers]:
    """Ask it for the rules alone."""
    return turnout_table(table, ["rule"])


def polars_chain(table: Table) -> Callable[[], Numbers]:
    """Ask a chain of `when(...).then(...)`."""
    chain: Any = pl
    for number, (_, condition) in enumerate(table.contest.rules):
        chain = chain.when(_expression(condition)).then(pl.lit(number, pl.Int32))
    asked = chain.otherwise(pl.lit(-1, pl.Int32)).alias("rule")
    frame = pl.DataFrame(table.normalised).lazy()
    return lambda: frame.select(asked).collect().get_column("rule").to_numpy()


def _expression(condition: Condition) -> Any:  # noqa: ANN401
    """Return a condition as Polars writes it; what is missing meets none."""
    match condition:
        case Named(_, _, meaning):
            return _expression(meaning)
        case And(parts):
            return pl.all_horizontal([_expression(each) for each in parts])
        case Or(parts):
            return pl.any_horizontal([_expression(each) for each in parts])
        case Not(part):
            return ~_expression(part)
        case Present(field):
            return pl.col(field).is_not_null()
        case IsIn(field, values):
            each = [plain(one) for one in in_order(values)]
            asked = pl.col(field) == each[0] if len(each) == 1 else pl.col(field).is_in(each)
            return asked.fill_null(value=False)
        case Between(field):
            return _between(condition, pl.col(field)).fill_null(value=False)
        case StartsWith(field, text):
            return pl.col(field).str.starts_with(text).fill_null(value=False)
        case _:
            raise AssertionError(condition)


def _between(asked: Between, of: Any) -> Any:  # noqa: ANN401
    low, high = plain(asked.low), plain(asked.high)
    parts = []
    if low is not None:
        parts.append(of > low if asked.low_open else of >= low)
    if high is not None:
        parts.append(of < high if asked.high_open else of <= high)
    return parts[0] if len(parts) == 1 else parts[0] & parts[1]


def _literal(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, str):
        return "'{}'".format(value.replace("'", "''"))
    return str(plain(value))


SQL = Form(
    _literal, '"{}"'.format, "{} IS NOT NULL", "starts_with({}, '{}')", " AND ", " OR ", "NOT ({})"
)


def duckdb_case(table: Table) -> Callable[[], Numbers]:
    """Ask one `CASE`."""
    cases = [
        f"WHEN {SQL.written(condition).replace(' == ', ' = ')} THEN {number}"
        for number, (_, condition) in enumerate(table.contest.rules)
    ]
    connection = duckdb.connect()
    connection.register("leads", table.normalised)
    connection.execute("CREATE TABLE own AS SELECT * FROM leads")
    query = f"SELECT CASE {' '.join(cases)} ELSE -1 END AS rule FROM own"  # noqa: S608 - our own text
    return lambda: connection.execute(query).fetchnumpy()["rule"]


WAYS: dict[str, Callable[[Table], Callable[[], Numbers]]] = {
    "turnout, clauses": turnout_clauses,
    "turnout, without jit": turnout_without,
    "turnout, rules": turnout_rules,
    "turnout, decide_batch": turnout_table,
    f"polars {version('polars')}": polars_chain,
    f"duckdb {version('duckdb')}": duckdb_case,
}


# -- what is timed --


def compare(rules: int, leads: int, different: int) -> None:
    """Print one line for each way to decide."""
    with TemporaryDirectory() as folder:
        table = Table(Contest(rules, different, Path(folder)), leads)
    runs: dict[str, Callable[[], Numbers]] = {}
    took: dict[str, list[float]] = {}
    reasons: dict[str, str] = {}
    for name, made in WAYS.items():
        try:
            runs[name] = made(table)
            started = process_time()
            found = runs[name]()
            took[name] = [process_time() - started]
            table.check(found)
        except Exception as problem:  # noqa: BLE001 - an engine may refuse so many rules in any way
            runs.pop(name, None)
            took.pop(name, None)
            reasons[name] = f"not timed: {type(problem).__name__}: {str(problem)[:120]}"
    for _ in range(ROUNDS - 1):
        for name, run in runs.items():
            if took[name][0] < LONG:
                started = process_time()
                run()
                took[name].append(process_time() - started)
    own = median(took["turnout, clauses"])
    clauses = len(table.contest.rules)
    print(f"\n{rules:,} rules asked for, {clauses:,} clauses, {leads:,} leads")
    for name, each in took.items():
        seconds = median(each)
        print(f"  {name:<24} {seconds:>9.3f} s {seconds / own:>9.2f} x turnout, clauses")
    for name, reason in reasons.items():
        print(f"  {name:<24} {reason}")


def main(argv: list[str]) -> None:
    """Compare for each number of rules."""
    options = argparse.ArgumentParser(description="Tables of leads, beside Polars and DuckDB.")
    options.add_argument("--rules", default="20,100,1000", help="numbers of rules")
    options.add_argument("--leads", type=int, default=1_000_000)
    options.add_argument("--different", type=int, default=20_000, help="leads that differ")
    asked = options.parse_args(argv)
    started = process_time()
    if loaded() is not None:
        print(f"compiled loops loaded in {process_time() - started:.2f} s")
    for number in asked.rules.split(","):
        compare(int(number), asked.leads, asked.different)


if __name__ == "__main__":
    main(sys.argv[1:])
