"""How long a plan takes to be read, beside the reading of its JSON alone.

    python bench/plans.py [RULES]

The policy is as people write them, with faults planted; the limit is 50 milliseconds for 10,000
rules. Medians of the processor's time over several runs, each checked to be the same plan: of the
plan alone, and of one that carries its policy, ready to route and ready to explain.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from policies import realistic

from turnout.compiler.carried_policy import carried_policy
from turnout.compiler.compiled import read_policy, settled
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.writing import dumps
from turnout.runtime.plan_files import read_plan

RUNS = 9
LIMIT = 0.05


def timed(run: Callable[[], object]) -> float:
    """Return the median of the seconds that it takes."""
    found: list[float] = []
    for _ in range(RUNS):
        began = process_time()
        run()
        found.append(process_time() - began)
    return median(found)


def main(rules: int = 10_000) -> None:
    """Print a table."""
    with TemporaryDirectory() as folder:
        compiled = settled(read_policy(realistic(rules).write(Path(folder))), (), {})
    plan = plan_of(compiled.program, "inbound", compiled.policy_hash)
    text = dumps(plan)
    if loads(text) != plan:
        raise SystemExit("another plan was read")
    alone, whole = timed(lambda: json.loads(text)), timed(lambda: loads(text))
    print(f"{rules} rules, {len(text) / 1e6:.1f} MB of JSON")
    print(f"  json.loads   {1000 * alone:6.1f} ms")
    print(f"  plan, whole  {1000 * whole:6.1f} ms   {whole / LIMIT:.2f} x the limit")
    carrying = dumps(plan, carried_policy(compiled, "inbound")).encode()
    ready = timed(lambda: read_plan(carrying))
    clauses = timed(lambda: read_plan(carrying)[1].program.routes["inbound"])
    print(f"with its policy, {len(carrying) / 1e6:.1f} MB")
    print(f"  to route     {1000 * ready:6.1f} ms   {ready / LIMIT:.2f} x the limit")
    print(f"  to explain   {1000 * clauses:6.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
