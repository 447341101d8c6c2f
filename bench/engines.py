"""The leads of examples/saas-inbound by a local Spark on two cores, beside the columns on two.

    python bench/engines.py [--leads 1000000,10000000] [--ways columns,spark] [--folder FOLDER]

The same Parquet file is read by both, only the columns that the policy reads, and the leads are
counted by what takes them; both counts must be equal. Each way runs in a process of its own.
Printed is what is taken without the start of the session and the JVM (a first run over a few
leads): the first time and, of up to a million leads, again, when texts are known and the JVM has
compiled itself. It is the seconds that passed and those of the processor, of all processes, the
JVM among them; a machine that others use says something with the latter alone. The processes of
the columns begin anew each time, which counts. Then the largest memory, looked at twice a second,
of Python's processes together (what several share counts once; Spark's JVM has a bound of its
own). Limits: Spark takes at most 1.5 times what the columns do, and memory is the same for ten
million leads as for one. Needs PySpark and Java; `ways` leaves one out. The leads stay in
`folder`, where it is named, and are taken from there the next time.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from processes import memory, processor

import turnout.arrow

ROOT = Path(__file__).parents[1]
POLICY = ROOT / "examples" / "saas-inbound" / "inbound.route"
DIFFERENT = 1_000_000
GROUP = 100_000
LIMIT = 1.5
"""The most that Spark may take, in the time of the columns."""

Counts = dict[str, int]


def main(argv: list[str]) -> None:
    """Compare for each number of leads."""
    options = argparse.ArgumentParser(description="A local Spark, beside the columns.")
    options.add_argument("--leads", default="1000000,10000000")
    options.add_argument("--ways", default=",".join(WAYS))
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--run", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help="where the leads stay")
    asked = options.parse_args(argv)
    if asked.run:
        run(*asked.run, asked.cores)
        return
    with TemporaryDirectory() as folder:
        for number in map(int, asked.leads.split(",")):
            file = (asked.folder or Path(folder)) / f"leads-{number}.parquet"
            if not file.exists():
                write(file, number)
            compare(number, file, asked.ways.split(","), asked.cores)
            if asked.folder is None:
                file.unlink()


def write(file: Path, number: int) -> None:
    """Write leads: a million different ones at most, then the same under other ids."""
    different = min(number, DIFFERENT)
    command = [sys.executable, str(ROOT / "bench" / "leads.py"), str(different)]
    with file.with_suffix(".csv").open("wb") as stream:
        subprocess.run(command, stdout=stream, check=True)
    from pyarrow import csv  # noqa: PLC0415

    with file.with_suffix(".csv").open(encoding="utf-8") as stream:
        names = stream.readline().strip().split(",")
    kinds = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    table = csv.read_csv(file.with_suffix(".csv"), convert_options=kinds)
    file.with_suffix(".csv").unlink()
    with pq.ParquetWriter(file, table.schema) as writer:
        for part in range(-(-number // different)):
            ids = pc.binary_join_element_wise(table["id"], pa.scalar(f"-{part}"), "")
            writer.write_table(table.set_column(0, "id", ids), row_group_size=GROUP)


def compare(number: int, file: Path, ways: list[str], cores: int) -> None:
    """Print one line for each way."""
    told = {way: measured(way, file, cores) for way in ways}
    assert len({json.dumps(each["counts"], sort_keys=True) for each in told.values()}) == 1
    own = next(iter(told.values()))["runs"]
    print(f"\n{number:,} leads, {cores} cores, a load of {os.getloadavg()[0]:.1f}")
    for way, each in told.items():
        for name, taken, by in zip(("first", "again"), each["runs"], own, strict=False):
            said = " ".join(
                f"{seconds:>7.1f} s {what} {seconds / of:>5.2f} x"
                for what, seconds, of in zip(("passed", "processor"), taken, by, strict=True)
            )
            print(f"  {way:<8} {name} {said}")
        limit = "" if way == "columns" else f"; limit {LIMIT} x"
        print(f"  {way:<8} {each['memory']:>5.0f} MB{limit}", flush=True)


def measured(way: str, file: Path, cores: int) -> dict[str, Any]:
    """Return what a process says that decides in one way, and the megabytes of its Python."""
    command = [sys.executable, __file__, "--run", way, str(file), "--cores", str(cores)]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYSPARK_PYTHON": sys.executable}
    peak = 0
    with TemporaryDirectory() as folder:
        said = Path(folder) / "said"
        with said.open("wb") as stream:
            decider = subprocess.Popen(command, stdout=stream, env={**os.environ, **own})
            while decider.poll() is None:
                peak = max(peak, memory(decider.pid, sys.executable))
                time.sleep(0.5)
        assert decider.returncode == 0, f"{way} ended with {decider.returncode}"
        found: dict[str, Any] = json.loads(said.read_bytes().splitlines()[-1])
    return {**found, "memory": peak / 1024}


def run(way: str, file: str, cores: int) -> None:
    """Decide in one way, and print as JSON what it took."""
    decide = WAYS[way](cores)
    first = Path(file).with_suffix(".first.parquet")
    pq.write_table(pq.ParquetFile(file).read_row_group(0).slice(0, 2_000), first)
    decide(str(first))
    first.unlink()
    is_small = pq.ParquetFile(file).metadata.num_rows <= DIFFERENT
    runs: list[tuple[float, float]] = []
    for _ in range(2 if is_small else 1):
        used, started = processor(os.getpid()), perf_counter()
        counts = decide(file)
        passed = perf_counter() - started
        runs.append((passed, processor(os.getpid()) - used))
    end = getattr(decide, "end", None)
    if end is not None:
        end()
    print(json.dumps({"counts": counts, "runs": runs}))


def columns_on(cores: int) -> Callable[[str], Counts]:
    """Return what decides a file by `turnout.arrow.decide`."""
    made = turnout.arrow.decider(POLICY)

    def decide(file: str) -> Counts:
        parquet = pq.ParquetFile(file, pre_buffer=False)  # else all that was read stays in memory
        names = list(made.columns(parquet.schema_arrow.names))
        schema = pa.schema([parquet.schema_arrow.field(name) for name in names])
        reader = pa.RecordBatchReader.from_batches(schema, batches(parquet, names))
        counts: Counter[str] = Counter()
        for batch in turnout.arrow.decide(reader, made, processes=cores):
            for each in batch.column(2).value_counts().to_pylist():
                counts[each["values"]] += each["counts"]
        return dict(counts)

    return decide


def batches(parquet: Any, names: list[str]) -> Iterator[pa.RecordBatch]:  # noqa: ANN401
    """Yield the columns that are needed."""
    for batch in parquet.iter_batches(batch_size=GROUP, columns=names):
        yield batch.select(names)


def spark_on(cores: int) -> Callable[[str], Counts]:
    """Return what decides a file by a session of Spark."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - one of the ways

    import turnout.spark  # noqa: PLC0415

    builder: Any = SparkSession.builder
    builder = builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    session = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "50000").getOrCreate()
    made = turnout.arrow.decider(POLICY)

    def decide(file: str) -> Counts:
        decided = turnout.spark.decide(session.read.parquet(file), made)
        return {row["by"]: row["count"] for row in decided.groupBy("by").count().collect()}

    decide.end = session.stop  # type: ignore[attr-defined]
    return decide


WAYS: dict[str, Callable[[int], Callable[[str], Counts]]] = {
    "columns": columns_on,
    "spark": spark_on,
}

if __name__ == "__main__":
    main(sys.argv[1:])
