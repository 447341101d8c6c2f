"""A territory change over millions of leads: what `turnout reroute --plan-moves` takes of it.

    python bench/moves.py [--leads 1000000,10000000] [--processes 1,2] [--folder FOLDER]

The leads are those of `engines.py`, a million different ones and the same again under other ids.
Each has the owner whom `examples/saas-inbound` gives it; then Austria, Belgium and two smaller
countries change their territories, and the moves are planned. Each run is a process: told are the
time that passed, the processor time and the largest memory of all its processes together (what
some share counts once), looked at twice a second. The last run of each number of leads is killed
when it has planned half and given again; its batches must be the same bytes. With `folder` the
leads stay there, and are taken from there the next time.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from engines import DIFFERENT, GROUP, ROOT, write
from processes import memory
from pyarrow import csv

POLICY = ROOT / "examples" / "saas-inbound"
AT = "2026-11-23T10:00+00:00"
CHANGES = {
    "country in [DE, AT, CH, LI]": "country in [DE, CH]",
    "country in [PL, CZ,": "country in [AT, LI, PL, CZ,",
    "country in [NL, BE, LU]": "country is NL",
    "country in [FR, MC]": "country in [FR, MC, BE, LU]",
}


def main(argv: list[str]) -> None:
    """Plan for each number of leads."""
    options = argparse.ArgumentParser(description="A territory change over millions of leads.")
    options.add_argument("--leads", default="1000000,10000000")
    options.add_argument("--processes", default="1,2")
    options.add_argument("--folder", type=Path, help="where the leads stay")
    asked = options.parse_args(argv)
    with TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        policy = changed(Path(scratch) / "policy")
        for number in map(int, asked.leads.split(",")):
            leads = folder / f"owned-{number}.parquet"
            if not leads.exists():
                write_owned(leads, number)
            moves = Path(scratch) / "moves"
            for processes in map(int, asked.processes.split(",")):
                command = planning(policy, leads, moves, processes)
                whole = told(f"{number:,} leads, {processes} processes", command, moves)
            killed(command, moves, number)
            gone_on = told("  killed at half, and gone on with", command, moves)
            assert gone_on == whole, "a run that was killed has other moves"


def write_owned(file: Path, number: int) -> None:
    """Write leads, each with whoever has it under the policy as it is."""
    first = file.with_suffix(".first.parquet")
    write(first, min(number, DIFFERENT))
    decided = file.with_suffix(".csv")
    command = [sys.executable, "-m", "turnout", "route", str(POLICY / "inbound.route"), str(first)]
    subprocess.run([*command, "--at", AT, "-o", str(decided)], check=True, cwd=ROOT)
    found = csv.read_csv(decided)
    owners = pc.if_else(pc.equal(found["assignee"], ""), found["target"], found["assignee"])
    table = pq.read_table(first)
    table = table.append_column("owner", owners.cast(pa.string()))
    with pq.ParquetWriter(file, table.schema) as writer:
        for part in range(-(-number // DIFFERENT)):
            ids = pc.binary_join_element_wise(table["id"], pa.scalar(f"-{part}"), "")
            writer.write_table(table.set_column(0, "id", ids), row_group_size=GROUP)
    first.unlink()
    decided.unlink()


def changed(folder: Path) -> Path:
    """Return a copy of the policy with other territories."""
    shutil.copytree(POLICY, folder)
    policy = folder / "inbound.route"
    text = policy.read_text("utf-8")
    for before, after in CHANGES.items():
        assert before in text, "the example has other territories"
        text = text.replace(before, after)
    policy.write_text(text, "utf-8")
    return policy


def planning(policy: Path, leads: Path, moves: Path, processes: int) -> list[str]:
    """Return the command that plans the moves."""
    command = [sys.executable, "-m", "turnout", "reroute", str(policy), str(leads), "--at", AT]
    command += ["--plan-moves", str(moves), "--owner-column", "owner", "--format", "json"]
    return [*command, "--processes", str(processes)]


def told(title: str, command: list[str], moves: Path) -> str:
    """Plan, print what it took, and return the hash of all batches."""
    if not title.startswith(" "):
        shutil.rmtree(moves, ignore_errors=True)
    started = time.perf_counter()
    planner = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    peak = 0
    while planner.poll() is None:
        peak = max(peak, memory(planner.pid))
        time.sleep(0.5)
    passed = time.perf_counter() - started
    assert planner.returncode == 0
    used = os.times()
    assert planner.stdout is not None
    data = json.load(planner.stdout)
    digest = batches_hash(moves)
    print(
        f"{title}: {data['moves']:,} moves in {data['batches']:,} batches, {passed:.0f} s,"
        f" {_spent(used):.0f} s of the processor, {peak / 1024:.0f} MB, {digest[:16]}"
        f" (load {os.getloadavg()[0]:.1f})",
        flush=True,
    )
    return digest


_before = [0.0]


def _spent(used: os.times_result) -> float:
    """Return the seconds of the processor that children used since this was last asked."""
    whole = used.children_user + used.children_system
    spent, _before[0] = whole - _before[0], whole
    return spent


def killed(command: list[str], moves: Path, leads: int) -> None:
    """Begin to plan anew, and kill it when half of the leads are planned."""
    shutil.rmtree(moves, ignore_errors=True)
    planner = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT, start_new_session=True)
    while planner.poll() is None and read_so_far(moves) < leads / 2:
        time.sleep(0.1)
    os.killpg(planner.pid, signal.SIGKILL)
    planner.wait()
    _spent(os.times())


def read_so_far(moves: Path) -> int:
    """Return how many leads the journal has."""
    journal = moves / "journal.jsonl"
    if not journal.exists():
        return 0
    *_, last = [b"{}", *journal.read_bytes().split(b"\n")[:-1]]
    return int(json.loads(last).get("leads", 0))


def batches_hash(moves: Path) -> str:
    """Return the hash of all batches, one after the other."""
    found = hashlib.sha256()
    for batch in sorted(moves.glob("moves-*.csv")):
        found.update(batch.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
