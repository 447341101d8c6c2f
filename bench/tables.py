"""Time a table of rules beside the same rules written: whole commands, as a person runs them.

    python bench/tables.py          # 500 rules
    python bench/tables.py 5000

Each command is run on the table and on the written rules in turn, three times; what counts is
the fastest. Printed are seconds on the clock and how many times as long the table takes. `diff`
compares with a version in which one row, or rule, has another team.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

from policies import COUNTRIES, KINDS, PRODUCTS, SOURCES

REPEATED = 3
KINDS_COMPARED = ("matrix", "written")
EDITED = {"matrix": "matrix.csv", "written": "policy.route"}


def main() -> None:
    """Print a line for each command."""
    rules = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in KINDS_COMPARED:
            for version in ("old", "new"):
                KINDS[kind](rules).write(folder / kind / version)
            edit(folder / kind / "new" / EDITED[kind])
        leads = folder / "leads.csv"
        leads.write_text("id,country,employees,product,source\n" + "".join(rows()), "utf-8")
        commands = {
            "check": ["check", "{new}"],
            "diff, one row": ["diff", "{old}", "{new}", "--allow", "any"],
            "diagram": ["diagram", "{new}", "-o", "{folder}/tree.svg"],
            "route, 2,000 leads": ["route", "{new}", str(leads), "-o", "{folder}/decisions.csv"],
        }
        print(f"{rules:,} rules{'':16} {'table':>8} {'written':>8} {'ratio':>7}")
        for what, words in commands.items():
            table, written = (seconds(folder / kind, words) for kind in KINDS_COMPARED)
            print(f"{what:24} {table:7.2f} s {written:6.2f} s {table / written:7.2f}")


def edit(path: Path) -> None:
    """Give one row, or rule, in the middle another team."""
    text = path.read_text("utf-8")
    at = text.index("team-", len(text) // 2)
    end = next(end for end in range(at + 5, len(text)) if not text[end].isalnum())
    other = "team-2" if text[at:end] == "team-1" else "team-1"
    path.write_text(text[:at] + other + text[end:], "utf-8")


def rows() -> list[str]:
    """Return leads of many countries, sizes and products."""
    return [
        f"L-{at},{COUNTRIES[at % len(COUNTRIES)]},{at * 7 % 3000},{PRODUCTS[at % len(PRODUCTS)]},"
        f"{SOURCES[at % len(SOURCES)]}\n"
        for at in range(2_000)
    ]


def seconds(folder: Path, words: list[str]) -> float:
    """Return how long a command takes at best."""
    named = {
        "old": folder / "old" / "policy.route",
        "new": folder / "new" / "policy.route",
        "folder": folder,
    }
    command = [sys.executable, "-m", "turnout", *(word.format(**named) for word in words)]
    best = float("inf")
    for _ in range(REPEATED):
        began = perf_counter()
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        best = min(best, perf_counter() - began)
        if ended.returncode > 1:
            sys.exit(f"{' '.join(command)}\n{ended.stderr}")
    return best


if __name__ == "__main__":
    main()
