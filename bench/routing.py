"""Leads a second for `turnout route`, beside what the same file costs in plain Python.

    python bench/routing.py [NUMBER]          100000 leads where it is left out

Runs over the same generated leads, each a process of its own, start-up included:

- library: read and write the leads, nothing else, with Polars, where it is installed;
- files: read the leads and write as many rows, with the csv module alone;
- by hand: the same, with the first dozen rules of the policy written as an if-chain that
  normalises nothing, knows no turns and gives no reason;
- route: `turnout route`, and the same with `--state`, to a new file.

- one process: the same on one core. Large files are read by a second process, where there are two.

Seconds of the processor are those of all processes of a run, and so are megabytes, the most at one
time; seconds on the wall are what somebody waits, and tell what else the machine does. The
ratios are against `files` in the same run, and against `library`; in parentheses: the wall.
"""

import csv
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import NamedTuple

BENCH = Path(__file__).parent
POLICY = BENCH.parent / "examples" / "saas-inbound" / "inbound.route"
GERMAN = {"Germany", "DE", "Deutschland", "Austria", "AT", "Switzerland", "CH"}
COLUMNS = ("lead", "row", "rule", "target")


def by_hand(lead: dict[str, str]) -> tuple[str, str]:
    """A rule and a target, as a script in a hurry would choose them."""
    status, source, mail = lead["status"].lower(), lead["source"].lower(), lead["email"].lower()
    title = lead["title"].lower()
    if lead["consent"].lower() in {"no", "false", "0"}:
        return "no-consent", "queue privacy"
    if lead["country"] in {"CU", "IR", "KP"}:
        return "embargo", "reject"
    if mail.endswith(("@plannix.example", "@forecastly.example", "@supplymind.example")):
        return "competitor", "reject"
    if any(word in title for word in ("recruit", "seo specialist", "link building")):
        return "supplier", "reject"
    if mail.endswith((".edu", ".ac.uk")):
        return "university", "partner campus-reseller"
    if status == "customer":
        return "customer", lead["account_owner"] or "customer-success"
    if status == "churned":
        return "churned", "win-back"
    if source == "partner":
        return "partner-sourced", "channel-managers"
    if mail.endswith(("@gmail.com", "@outlook.com", "@gmx.de")) and source in {
        "content",
        "webinar",
    }:
        return "private-mail", "newsletter"
    if lead["country"] in GERMAN:
        return "dach", "dach-sdr"
    return "fallback", "queue triage"


def plain(leads: Path, out: Path, *, is_routed: bool) -> None:
    """Read leads and write a row for each."""
    with (
        leads.open(encoding="utf-8", newline="") as source,
        out.open("w", encoding="utf-8", newline="") as target,
    ):
        table = csv.writer(target)
        table.writerow(COLUMNS)
        for row, lead in enumerate(csv.DictReader(source), 1):
            table.writerow((lead["id"], row, *(by_hand(lead) if is_routed else ("", ""))))


def library(leads: Path, out: Path) -> None:
    """Read and write leads with Polars."""
    import polars as pl  # noqa: PLC0415 - only this run needs it

    pl.read_csv(leads, infer_schema=False).write_csv(out)


class Measured(NamedTuple):
    """What a run takes: seconds of the processor, seconds on the wall, and its MB."""

    processor: float
    wall: float
    megabytes: float


def measured(command: list[str]) -> Measured:
    """What a run takes; its processor time is the same on a busy machine as on an idle one."""
    began, most = perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        most = max(most, sum(map(resident, family(process.pid))))
        sleep(0.02)
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall = perf_counter() - began
    return Measured(used.ru_utime + used.ru_stime, wall, max(most, used.ru_maxrss / 1024))


def family(pid: int) -> Iterator[int]:
    """A process and those that it began, as far as /proc tells."""
    yield pid
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
            yield from family(int(each))


def resident(pid: int) -> float:
    """The MB of a process that are in memory; what it shares with others counts for each."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    return 0


def compare(number: int) -> None:
    """Print one line a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        leads, out = folder / "leads.csv", str(folder / "out.csv")
        command = [sys.executable, str(BENCH / "leads.py"), str(number)]
        leads.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        turnout = [sys.executable, "-m", "turnout", "route", str(POLICY), str(leads), "-o", out]
        plainly = [sys.executable, __file__]
        has_polars = importlib.util.find_spec("polars") is not None
        runs = {
            **({"library": [*plainly, "--library", str(leads), out]} if has_polars else {}),
            "files": [*plainly, "--files", str(leads), out],
            "by hand": [*plainly, "--by-hand", str(leads), out],
            "route": turnout,
            **(
                {"one process": ["taskset", "-c", "0", *turnout]} if shutil.which("taskset") else {}
            ),
            "route --state": [*turnout, "--state", str(folder / "state.db")],
        }
        print(f"{number:,} leads, {POLICY.name}")
        took = dict[str, Measured]()
        for what, run in runs.items():
            own = took[what] = measured(run)
            pace = f"{number / own.processor:>10,.0f} leads/s {own.megabytes:>5,.0f} MB"
            ratios = [
                f"{own.processor / of.processor:>6.1f} ({own.wall / of.wall:.1f}) x {other}"
                for other in ("files", "library")
                if (of := took.get(other))
            ]
            print(
                f"  {what:<14} {own.processor:>7.2f} s ({own.wall:.2f}) {pace} {' '.join(ratios)}"
            )


def main(argv: list[str]) -> None:
    """Compare, or do one of the plain runs."""
    match argv:
        case ["--files" | "--by-hand" as what, leads, out]:
            plain(Path(leads), Path(out), is_routed=what == "--by-hand")
        case ["--library", leads, out]:
            library(Path(leads), Path(out))
        case []:
            compare(100_000)
        case [number] if number.isdigit() and int(number):
            compare(int(number))
        case _:
            sys.exit("usage: python bench/routing.py [NUMBER]")


if __name__ == "__main__":
    main(sys.argv[1:])
