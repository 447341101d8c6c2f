"""Time the checker on policies of every size, each in a process of its own.

    python bench/analysis.py             # every row
    python bench/analysis.py realistic   # the rows of one kind
    python bench/analysis.py z3          # small policies, z3's time beside ours

Prints, for each row, processor seconds for reading the text (parse and resolve) and for
the checks, the peak of memory, and both as ratios of the limit: below 1 is within it.
Without python-sat (`pip install turnout[sat]`) the search is on its own.
"""

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic, process_time

import attrs

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from policies import KINDS

from turnout.compiler.checks import check
from turnout.compiler.checks.again import check_again, check_first
from turnout.compiler.leads import solver as sat
from turnout.compiler.leads.budget import USUAL, Budget
from turnout.compiler.program import Program, lower
from turnout.dsl.conditions import And, Between
from turnout.dsl.files import parse_files
from turnout.dsl.policy import Policy, Rule
from turnout.dsl.resolve import resolve


@attrs.frozen
class Row:
    """A policy to time. seconds, megabytes: the limits, None for none.

    with_sat: the limit of seconds where python-sat is installed, if it is another. again:
    after one edit, with the checks of every keystroke ("quick") or with all.
    """

    kind: str
    number: int
    seconds: float
    megabytes: int | None = None
    deadline: float | None = None
    again: str = ""
    with_sat: float | None = None


ROWS = (
    Row("realistic", 500, 1.0),
    Row("realistic", 5_000, 2.0, 150),
    Row("realistic", 20_000, 20.0, with_sat=8.0),
    Row("matrix", 500, 1.0),
    Row("written", 500, 1.0),
    Row("matrix", 5_000, 2.0, 150),
    Row("written", 5_000, 2.0, 150),
    Row("territories", 100_000, 60.0),
    Row("zips", 60, 2.0, 150),
    Row("wide", 500, 10.0, deadline=60.0),
    Row("wide", 1_000, 60.0, deadline=120.0),
    Row("sat", 120, 11.0, deadline=10.0),
    Row("realistic", 2_000, 0.2, again="quick"),
    Row("realistic", 2_000, 0.2, again="all"),
)


def main(argv: list[str]) -> None:
    """Run the rows asked for, or with `--one` the one that stands in the environment."""
    if argv == ["--one"]:
        gc.set_threshold(20_000, 20, 20)  # as the command line does
        row = Row(**json.loads(os.environ["TURNOUT_BENCH_ROW"]))
        sys.stdout.write(json.dumps(_measured(row)))
        return
    if argv == ["z3"]:
        _beside_z3()
        return
    print("with python-sat" if sat.engine() else "without python-sat")
    print(f"{'policy':28} {'read s':>7} {'check s':>8} {'of limit':>8} {'MB':>5} {'of limit':>8}")
    for row in ROWS:
        if not argv or row.kind in argv:
            print(_line(row, _in_a_process(row)), flush=True)


def _in_a_process(row: Row) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, __file__, "--one"],
        env={**os.environ, "TURNOUT_BENCH_ROW": json.dumps(attrs.asdict(row))},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def _line(row: Row, found: dict[str, object]) -> str:
    name = f"{row.kind} {row.number:,}{f' again, {row.again}' if row.again else ''}"
    seconds, megabytes = float(str(found["check"])), int(str(found["megabytes"]))
    limit = row.with_sat if row.with_sat is not None and sat.engine() else row.seconds
    of_memory = f"{megabytes / row.megabytes:8.2f}" if row.megabytes else " " * 8
    return (
        f"{name:28} {found['read']:7.2f} {seconds:8.2f} {seconds / limit:8.2f} "
        f"{megabytes:5} {of_memory}  {found['findings']}"
    )


def _measured(row: Row) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        # In another process, whose memory isn't the checker's.
        made = Path(__file__).with_name("policies.py")
        asked = [sys.executable, str(made), row.kind, str(row.number), folder]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL)
        path = Path(folder) / "policy.route"
        start = process_time()
        parsed = parse_files(path)
        policy = resolve(parsed, path).policy
        program = lower(policy)
        read = process_time() - start
    if row.again:
        checked = check_first(program)
        edited = lower(_edited(policy))
        start = process_time()
        findings = check_again(checked, edited, is_quick=row.again == "quick").findings
        spent = process_time() - start
    else:
        # Against a deadline, the clock on the wall is what counts.
        clock = monotonic if row.deadline is not None else process_time
        start = clock()
        budget = USUAL if row.deadline is None else Budget(deadline=monotonic() + row.deadline)
        findings = check(program, budget=budget)
        spent = clock() - start
    return {
        "read": read,
        "check": spent,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "findings": ", ".join(
            f"{n} {name}" for name, n in Counter(f.name for f in findings).items()
        ),
    }


def _edited(policy: Policy) -> Policy:
    """Return the policy with the condition of the rule in its middle narrowed."""
    name, route = next(iter(policy.routes.items()))
    entries = list(route.entries)
    rule = entries[len(entries) // 2]
    assert isinstance(rule, Rule)
    narrower = And((rule.condition, Between("score", 50, None)))
    entries[len(entries) // 2] = attrs.evolve(rule, condition=narrower)
    return attrs.evolve(policy, routes={name: attrs.evolve(route, entries=tuple(entries))})


def _beside_z3() -> None:
    from tests.support.z3_reference import Judge  # noqa: PLC0415 - needs z3-solver

    print(f"{'policy':22} {'ours s':>7} {'z3 s':>8} {'z3/ours':>8}  same answers")
    for kind, number in (("wide", 20), ("wide", 60), ("sat", 20), ("sat", 40)):
        with tempfile.TemporaryDirectory() as folder:
            path = KINDS[kind](number).write(Path(folder))
            program = lower(resolve(parse_files(path), path).policy)
        start = process_time()
        ours = _unreached(program)
        middle = process_time()
        judge = Judge(program.policy.fields)
        theirs = judge.unreached(next(iter(program.routes.values())))
        end = process_time()
        mine, its = middle - start, end - middle
        print(f"{f'{kind} {number}':22} {mine:7.2f} {its:8.2f} {its / mine:8.1f}  {ours == theirs}")


def _unreached(program: Program) -> list[int]:
    from turnout.compiler.questions.analysis import analyse  # noqa: PLC0415 - beside what it is compared with

    analysis = analyse(program, next(iter(program.routes)))
    regions = enumerate(analysis.taken)
    return [at for at, region in regions if analysis.find([region], outside=range(at)) is None]


if __name__ == "__main__":
    main(sys.argv[1:])
