"""How long the formatter takes beside black, line for line.

    python bench/formatting.py [LINES]

Both format a text of that many lines, 5,000 by default: the policy of `examples/`, and
the standard library's argparse, each repeated until it is long enough. What is printed is the best
of three runs, seconds, and the ratio. Needs black (`pip install black`).
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import black

from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source

EXAMPLE = Path(__file__).parents[1] / "examples/saas-inbound/inbound.route"


def repeated(text: str, lines: int, separator: str) -> str:
    """Return at least `lines` lines of copies of `text`."""
    return separator.join([text] * (lines // text.count("\n") + 1))


def best(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of three runs."""
    runs: list[float] = []
    for _ in range(3):
        began = perf_counter()
        work()
        runs.append(perf_counter() - began)
    return min(runs)


def main() -> None:
    """Print both times and their ratio."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    policy = repeated(EXAMPLE.read_text("utf-8"), lines, "\n")
    module = repeated(Path(argparse.__file__).read_text("utf-8"), lines, "\n\n")
    ours = best(lambda: formatted(Source("policy.route", policy + "\n# end")))
    theirs = best(lambda: black.format_str(module, mode=black.Mode()))
    for name, text, seconds in (("turnout", policy, ours), ("black", module, theirs)):
        print(f"{name:8} {text.count(chr(10)):6,} lines {seconds:6.2f} s")
    print(f"turnout / black: {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
