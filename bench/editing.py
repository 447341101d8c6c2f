"""Time what somebody waits for in an editor: whole edits, through the protocol.

    python bench/editing.py              # with 50 and 2,000 rules
    python bench/editing.py 200          # with 2,000 rules, and memory after so many edits

Prints seconds on the clock beside what is to be reached; below 1 in the last column is
within it. An edit is a rule in the middle that is narrowed, then widened again.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from policies import KINDS

from tests.support.editor import Editor, Json, editor

REPEATED = 5
"""Times that each thing is asked; the middle one counts."""


def main() -> None:
    """Print every figure."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'':44} {'seconds':>8} {'reach':>7} {'ratio':>7}")
    started(50, 0.5)
    with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as one:
        path = KINDS["realistic"](2_000).write(Path(folder))
        text = path.read_text("utf-8")
        uri = one.open(path)
        one.settled(uri)
        at = text.index("    to ", len(text) // 2)
        place = position(text, at)
        put: Json = {"start": place, "end": place}
        words = "    # narrower\n"
        line = {"line": place["line"] + 1, "character": 0}
        cut: Json = {"start": place, "end": line}
        asked = {"textDocument": {"uri": uri}}
        quick, whole = list[float](), list[float]()
        for number in range(max(edits, 2 * REPEATED)):
            start = monotonic()
            one.edit(uri, "" if number % 2 else words, cut if number % 2 else put)
            one.ask("textDocument/diagnostic", asked)
            quick.append(monotonic() - start)
            one.settled(uri)
            whole.append(monotonic() - start)
        show("2,000 rules, an edit: the quick checks", middle(quick), 0.15)
        show("2,000 rules, an edit: all checks", middle(whole), 0.4)
        name = position(text, text.index("round-robin", len(text) // 2) + 13)
        for what in ("completion", "hover", "definition"):
            params = {**asked, "position": name}
            show(f"2,000 rules: {what}", middle(times(one, what, params)), 0.05)
        print(f"resident after {len(quick)} edits: {resident(one)} MB, to reach 200 MB")
    started(2_000, 1.5)


def times(one: Editor, what: str, params: Json) -> list[float]:
    """Return how long some requests took."""
    found = list[float]()
    for _ in range(REPEATED):
        start = monotonic()
        one.ask(f"textDocument/{what}", params)
        found.append(monotonic() - start)
    return found


def started(number: int, reach: float) -> None:
    """Show how long it takes from the start of the server to the first findings."""
    with tempfile.TemporaryDirectory() as folder:
        path = KINDS["realistic"](number).write(Path(folder))

        def first() -> float:
            start = monotonic()
            with editor(Path(folder)) as one:
                one.ask("textDocument/diagnostic", {"textDocument": {"uri": one.open(path)}})
                return monotonic() - start

        show(f"start to first findings, {number:,} rules", repeated(first), reach)


def repeated(timed: Callable[[], float]) -> float:
    """Return the middle of some times."""
    return middle([timed() for _ in range(3)])


def middle(found: list[float]) -> float:
    """Return the median."""
    return sorted(found)[len(found) // 2]


def position(text: str, offset: int) -> Json:
    """Return the line and column of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return {"line": text.count("\n", 0, offset), "character": offset - start}


def resident(one: Editor) -> int:
    """Return the megabytes that the server takes."""
    status = Path(f"/proc/{one.process.pid}/status").read_text("utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def show(what: str, seconds: float, reach: float) -> None:
    """Print one row."""
    print(f"{what:44} {seconds:8.3f} {reach:7.2f} {seconds / reach:7.2f}", flush=True)


if __name__ == "__main__":
    main()
