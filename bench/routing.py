"""Leads a second for `turnout route`, beside what the same file costs in plain Python.

    python bench/routing.py [NUMBER]          100000 leads where it is left out

Four runs over the same generated leads, each a process of its own, start-up included:

- files: read the leads and write as many rows, with the csv module alone;
- by hand: the same, with the first dozen rules of the policy written as an if-chain that
  normalises nothing, knows no turns and gives no reason;
- route: `turnout route`, and the same with `--state`, to a new file.

Seconds are processor time; the ratios are against `files` in the same run.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

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


def seconds(command: list[str]) -> float:
    """Processor time of a process: the same on a busy machine as on an idle one."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def compare(number: int) -> None:
    """Print one line a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        leads, out = folder / "leads.csv", str(folder / "out.csv")
        command = [sys.executable, str(BENCH / "leads.py"), str(number)]
        leads.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        turnout = [sys.executable, "-m", "turnout", "route", str(POLICY), str(leads), "-o", out]
        runs = {
            "files": [sys.executable, __file__, "--files", str(leads), out],
            "by hand": [sys.executable, __file__, "--by-hand", str(leads), out],
            "route": turnout,
            "route --state": [*turnout, "--state", str(folder / "state.db")],
        }
        print(f"{number:,} leads, {POLICY.name}")
        least = None
        for what, run in runs.items():
            took = seconds(run)
            least = least or took
            pace = f"{number / took:>10,.0f} leads/s"
            print(f"  {what:<14} {took:>7.2f} s {pace} {took / least:>7.1f} x files")


def main(argv: list[str]) -> None:
    """Compare, or do one of the plain runs."""
    match argv:
        case ["--files" | "--by-hand" as what, leads, out]:
            plain(Path(leads), Path(out), is_routed=what == "--by-hand")
        case []:
            compare(100_000)
        case [number] if number.isdigit() and int(number):
            compare(int(number))
        case _:
            sys.exit("usage: python bench/routing.py [NUMBER]")


if __name__ == "__main__":
    main(sys.argv[1:])
