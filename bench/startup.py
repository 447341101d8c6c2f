"""How long `turnout` takes to start, beside Python alone and beside its libraries.

    python bench/startup.py

Each command runs as a process of its own, `RUNS` times in turn; the median of their
processor times counts. The ratios are against `import lark, attrs, click` in the same run.
"""

import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

RUNS = 7
EXAMPLES = Path(__file__).parents[1] / "examples"
PYTHON = sys.executable
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "import lark, attrs, click": [PYTHON, "-c", "import lark, attrs, click"],
    "turnout --version": [PYTHON, "-m", "turnout", "--version"],
    "turnout check retention": [PYTHON, "-m", "turnout", "check", str(EXAMPLES / "retention")],
    "turnout check saas-inbound": [
        *(PYTHON, "-m", "turnout", "check"),
        str(EXAMPLES / "saas-inbound"),
    ],
    "turnout check home-services": [
        *(PYTHON, "-m", "turnout", "check"),
        str(EXAMPLES / "home-services"),
    ],
}


def seconds(command: list[str]) -> float:
    """Processor time of a process: the same on a busy machine as on an idle one."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print one line a command."""
    took: dict[str, list[float]] = {what: [] for what in COMMANDS}
    for _ in range(RUNS):
        for what, command in COMMANDS.items():
            took[what].append(seconds(command))
    libraries = median(took["import lark, attrs, click"])
    for what, times in took.items():
        middle = median(times)
        print(f"{what:<28} {middle * 1000:>7.0f} ms {middle / libraries:>6.1f} x the libraries")


if __name__ == "__main__":
    main()
