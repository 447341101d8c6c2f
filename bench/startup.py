"""How long `turnout` takes as a whole process, start-up included, beside its libraries.

    python bench/startup.py [RUNS]

Each command runs as a process of its own, in turn; the median of their processor times
counts. The ratios are against `import lark, attrs, click` in the same run: a parser
generator, a library for classes and one for commands, as such a tool would have them.

Bytecode has to be cached, as it is wherever Turnout is installed; so it is switched on. The
policies are of fifty rules: one without findings, one as people write them with faults
planted, and one in which almost every rule has a finding.
"""

import os
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

from policies import COUNTRIES, realistic

RUNS = 7
RULES = 50
EXAMPLES = Path(__file__).parents[1] / "examples"
PYTHON = sys.executable

_CLEAN_SCHEMA = """\
lead {
  id:        text required
  country:   country required
  employees: integer 0.. required
}
queue large
queue small
queue other
route inbound {
"""


def clean(rules: int) -> str:
    """Return a policy of so many rules without a finding: two for each country."""
    parts = [_CLEAN_SCHEMA]
    for code in COUNTRIES[: rules // 2]:
        for size, test in (("large", ">= 500"), ("small", "< 500")):
            when = f"country is {code} and employees {test}"
            name = f"{code.lower()}-{size}"
            parts.append(f"rule {name} {{\n  when {when}\n  to queue {size}\n}}\n")
    return "".join([*parts, "fallback to queue other\n}\n"])


def late(rules: int) -> str:
    """Return a policy in which the first of so many rules takes the leads of all others."""
    parts = ["lead { id: text country: country size: number }\nqueue q\nqueue r\nroute main {\n"]
    for number in range(rules):
        to = "qr"[number % 2]
        when = f"size > {10 * number} and country is DE"
        parts.append(f"rule r{number} {{\n  when {when}\n  to queue {to}\n}}\n")
    return "".join([*parts, "fallback to queue q\n}\n"])


def commands(folder: Path) -> dict[str, list[str]]:
    """Return what is measured, by its name."""
    made = {"clean": clean(RULES), "realistic": realistic(RULES).text, "late": late(RULES)}
    for name, text in made.items():
        (folder / f"{name}.route").write_text(text, encoding="utf-8")
    turnout = [PYTHON, "-m", "turnout"]
    return {
        "python -c pass": [PYTHON, "-c", "pass"],
        "import lark, attrs, click": [PYTHON, "-c", "import lark, attrs, click"],
        "turnout --version": [*turnout, "--version"],
        **{
            f"check, 50 rules, {name}": [*turnout, "check", f"{folder / name}.route"]
            for name in made
        },
        **{
            f"check {name}": [*turnout, "check", str(EXAMPLES / name)]
            for name in ("retention", "saas-inbound", "home-services")
        },
    }


def seconds(command: list[str]) -> float:
    """Processor time of a process: the same on a busy machine as on an idle one."""
    cached = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    before = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, capture_output=True, env=cached)
    after = getrusage(RUSAGE_CHILDREN)
    assert done.returncode in {0, 1}, done.stderr  # 1: findings
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main(argv: list[str]) -> None:
    """Print one line a command."""
    with TemporaryDirectory() as folder:
        measured = commands(Path(folder))
        took: dict[str, list[float]] = {what: [] for what in measured}
        for command in measured.values():
            seconds(command)  # writes what isn't cached yet
        for _ in range(int(argv[0]) if argv else RUNS):
            for what, command in measured.items():
                took[what].append(seconds(command))
    libraries = median(took["import lark, attrs, click"])
    for what, times in took.items():
        middle = median(times)
        print(f"{what:<28} {middle * 1000:>7.0f} ms {middle / libraries:>6.1f} x the libraries")


if __name__ == "__main__":
    main(sys.argv[1:])
