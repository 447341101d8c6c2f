"""Time what somebody waits for in an editor: whole edits, through the protocol.

    python bench/editing.py              # with 50 and 2,000 rules
    python bench/editing.py 3000         # with 2,000 rules, and memory over so many edits

Prints the server's seconds of processor time, and those on the clock, beside what is to be
reached: on a machine that does other things only the first say something. Below 1 in the
last column, of processor time, is within it. An edit is a rule in the middle that gets a
comment, or is narrowed, and then the same taken back. The modules are compiled, as they are
where Turnout is installed.
"""

import os
import sys
import tempfile
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from policies import KINDS

from tests.support.editor import Editor, Json, editor

REPEATED = 5
"""Times that each thing is asked; the middle one counts."""

PAIRS = 5
"""Edits of a kind, each there and back."""

Edit = tuple[str, Json]
"""What is put in place of a range."""

Spent = tuple[float, float]
"""Seconds of processor time, and on the clock."""


def main() -> None:
    """Print every figure."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory() as compiled:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        first(50)
        print(f"{'':44} {'CPU s':>8} {'clock s':>8} {'reach':>7} {'ratio':>7}")
        for rules, reach in ((50, 0.5), (2_000, 1.5)):
            name = f"start to first findings, {rules:,} rules"
            show(name, [first(rules) for _ in range(3)], reach)
        with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as one:
            path = KINDS["realistic"](2_000).write(Path(folder))
            text = path.read_text("utf-8")
            uri = one.open(path)
            one.settled(uri)
            at = text.index("    to ", len(text) // 2)
            comment = there_and_back(text, at, "    # a comment\n")
            narrower = there_and_back(text, at - 1, " and score >= 7")
            several(one, uri, comment, "a comment")
            several(one, uri, narrower, "a narrower rule")
            asked(one, uri, text)
            remembered(one, uri, text, edits)


def several(one: Editor, uri: str, edits: tuple[Edit, Edit], name: str) -> None:
    """Show how long an edit takes, there and back."""
    quick, whole = list[Spent](), list[Spent]()
    for _ in range(PAIRS):
        for edit in edits:
            spent = Spending(one)
            one.edit(uri, *edit)
            one.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            quick.append(spent())
            one.settled(uri)
            whole.append(spent())
    show(f"2,000 rules, {name}: the quick checks", quick, 0.15)
    show(f"2,000 rules, {name}: all checks", whole, 0.4)


def there_and_back(text: str, at: int, words: str) -> tuple[Edit, Edit]:
    """Return the edits that put words somewhere, and take them away again."""
    start, end = position(text, at), position(text[:at] + words, at + len(words))
    return (words, {"start": start, "end": start}), ("", {"start": start, "end": end})


def asked(one: Editor, uri: str, text: str) -> None:
    """Show how long it takes to answer about a name."""
    name = position(text, text.index("round-robin", len(text) // 2) + 13)
    params: Json = {"textDocument": {"uri": uri}, "position": name}
    for what in ("completion", "hover", "definition"):
        found = list[Spent]()
        for _ in range(REPEATED):
            spent = Spending(one)
            one.ask(f"textDocument/{what}", params)
            found.append(spent())
        show(f"2,000 rules: {what}", found, 0.05)


def remembered(one: Editor, uri: str, text: str, edits: int) -> None:
    """Print how the memory grows while somebody edits, all over the text."""
    print(f"resident: {resident(one):.0f} MB, to reach 200 MB", flush=True)
    places = [at for at in range(len(text)) if text.startswith("    to ", at)]
    seen = list[tuple[int, float]]()
    for number in range(0, edits, 2):
        at = places[number * 37 % len(places)]
        for edit in there_and_back(text, at, f"    # edit {number}\n"):
            one.edit(uri, *edit)
            one.settled(uri)
        if number % 200 == 0:
            seen.append((number, resident(one)))
            print(f"resident after {number:6,} edits: {seen[-1][1]:.0f} MB", flush=True)
    late = seen[len(seen) // 2 :]
    if len(late) > 1:
        slope = 1_000 * (late[-1][1] - late[0][1]) / (late[-1][0] - late[0][0])
        print(f"over the second half {slope:+.1f} MB in 1,000 edits, to be flat")


def first(number: int) -> Spent:
    """Return how long it takes from the start of the server to the first findings."""
    with tempfile.TemporaryDirectory() as folder:
        path = KINDS["realistic"](number).write(Path(folder))
        start = monotonic()
        with editor(Path(folder)) as one:
            one.ask("textDocument/diagnostic", {"textDocument": {"uri": one.open(path)}})
            return processor(one), monotonic() - start


class Spending:
    """What was spent since it was made."""

    def __init__(self, one: Editor) -> None:
        """Begin."""
        self._one = one
        self._start = processor(one), monotonic()

    def __call__(self) -> Spent:
        """Return what was spent until now."""
        return processor(self._one) - self._start[0], monotonic() - self._start[1]


def processor(one: Editor) -> float:
    """Return the seconds of processor time that the server has taken."""
    fields = Path(f"/proc/{one.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def position(text: str, offset: int) -> Json:
    """Return the line and column of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    return {"line": text.count("\n", 0, offset), "character": offset - start}


def resident(one: Editor) -> float:
    """Return the megabytes that the server takes."""
    status = Path(f"/proc/{one.process.pid}/status").read_text("utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def show(what: str, spent: list[Spent], reach: float) -> None:
    """Print one row: the middle of what was spent."""
    cpu, clock = (sorted(each)[len(each) // 2] for each in zip(*spent, strict=True))
    print(f"{what:44} {cpu:8.3f} {clock:8.3f} {reach:7.2f} {cpu / reach:7.2f}", flush=True)


if __name__ == "__main__":
    main()
