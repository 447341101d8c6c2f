"""Time what somebody waits for in an editor: whole edits, through the protocol.

    python bench/editing.py              # with 50 and 2,000 rules
    python bench/editing.py kinds        # an edit of each kind, in a policy of many files
    python bench/editing.py 3600         # memory over so many edits of all kinds: an hour of typing

Prints the server's seconds of processor time, and those on the clock, beside what is to be
reached: on a machine that does other things only the first say something. Below 1 in the
last column, of processor time, is within it. An edit is one in the middle, of each kind, and
then the same taken back. What runs at each keystroke is to be there in 50 ms, what is asked for
now and then in half a second. The modules are compiled, as they are where Turnout is installed.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from policies import KINDS

from tests.support.editor import Editor, Json, editor
from tests.support.office import MAIN, kinds, office

REPEATED = 5
"""Times that each thing is asked; the middle one counts."""

PAIRS = 5
"""Edits of a kind, each there and back."""

OFTEN, SELDOM = 0.05, 0.5
"""Seconds in which is to be there what is asked at each keystroke, and what now and then."""

Edit = tuple[str, Json]
"""What is put in place of a range."""

Question = tuple[str, str, Json]
"""What is asked: how it is called, its method, its params."""

Spent = tuple[float, float]
"""Seconds of processor time, and on the clock."""


def main() -> None:
    """Print every figure."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as compiled:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        if chosen.isdecimal():
            remembered(int(chosen))
            return
        first(50)
        print(f"{'':52} {'CPU s':>8} {'clock s':>8} {'reach':>7} {'ratio':>7}")
        if chosen == "kinds":
            each_kind()
            return
        for rules, reach in ((50, 0.5), (2_000, 1.5)):
            name = f"start to first findings, {rules:,} rules"
            show(name, [first(rules) for _ in range(3)], reach)
        with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as one:
            path = KINDS["realistic"](2_000).write(Path(folder))
            text = path.read_text("utf-8")
            uri = one.open(path)
            one.settled(uri)
            for name, edit in edits_of(text):
                several(one, uri, edit, name)
            asked(one, uri, text)
            margins(one, uri, text)
        beside()


def edits_of(text: str) -> Iterator[tuple[str, tuple[Edit, Edit]]]:
    """Yield each kind of edit of a rule in the middle, and the edit that takes it back."""
    at = text.index("    to ", len(text) // 2)
    rule = text.rindex("  rule ", 0, at)
    end = text.index("  rule ", at)
    above = text.rindex("  rule ", 0, rule)
    whole, before = text[rule:end], text[above:rule]
    again = whole.replace("  rule ", "  rule one-more-", 1)
    yield "a comment", there_and_back(text, at, "    # a comment\n")
    yield "a narrower rule", there_and_back(text, at - 1, " and score >= 7")
    yield "another target", replaced(text, at, "    to ", "    to queue compliance else ")
    yield "a rule added", there_and_back(text, end, again)
    yield "a rule deleted", replaced(text, rule, whole, "")
    yield "a rule moved", replaced(text, above, before + whole, whole + before)


def several(
    one: Editor, uri: str, edits: tuple[Edit, Edit], name: str, *, edited: str = ""
) -> None:
    """Show how long an edit takes, there and back. edited: the file, where it isn't that one."""
    quick, whole = list[Spent](), list[Spent]()
    for _ in range(PAIRS):
        for edit in edits:
            spent = Spending(one)
            one.edit(edited or uri, *edit)
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


def replaced(text: str, at: int, old: str, new: str) -> tuple[Edit, Edit]:
    """Return the edits that put words in the place of others, and those back again."""
    after = f"{text[:at]}{new}{text[at + len(old) :]}"
    start = position(text, at)
    there = new, {"start": start, "end": position(text, at + len(old))}
    return there, (old, {"start": start, "end": position(after, at + len(new))})


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
        show(f"2,000 rules: {what}", found, OFTEN)


def margins(one: Editor, uri: str, text: str) -> None:
    """Show how long it takes to answer about a place, a screen of the text, and all of it.

    Each is asked after an edit, since nothing that was answered before is kept then.
    """
    for name, method, params, reach in questions(uri, text):
        after_edit(one, uri, text, (name, method, params), reach)


def questions(uri: str, text: str) -> Iterator[tuple[str, str, Json, float]]:
    """Yield what an editor asks: how it is called, its method, its params, seconds to reach."""
    file: Json = {"textDocument": {"uri": uri}}
    at = text.index("    to ", len(text) // 2)
    line = text.count("\n", 0, at)
    form: Json = {"options": {"tabSize": 2, "insertSpaces": True}}
    here: Json = {"range": {"start": position(text, at), "end": position(text, at + 4)}}
    screen: Json = {"range": lines(line - 30, line + 30)}
    whole: Json = {"range": lines(0, text.count("\n"))}
    rule: Json = {"position": position(text, text.rindex("  rule ", 0, at) + 8), "newName": "x-y"}
    team: Json = {"position": position(text, text.index("round-robin", at) + 13), "newName": "x-y"}
    asked: tuple[tuple[str, str, Json, float], ...] = (
        ("findings that are pulled", "diagnostic", {}, 0.15),
        ("document highlights", "documentHighlight", team, OFTEN),
        ("code actions", "codeAction", {**here, "context": {}}, OFTEN),
        ("inlay hints, a screen", "inlayHint", screen, OFTEN),
        ("signature", "signatureHelp", team, OFTEN),
        ("inlay hints, the whole file", "inlayHint", whole, SELDOM),
        ("semantic tokens", "semanticTokens/full", {}, SELDOM),
        ("code lenses", "codeLens", {}, SELDOM),
        ("document symbols", "documentSymbol", {}, SELDOM),
        ("folding", "foldingRange", {}, SELDOM),
        ("links", "documentLink", {}, SELDOM),
        ("references of a team", "references", team, SELDOM),
        ("rename a rule", "rename", rule, SELDOM),
        ("rename a team", "rename", team, SELDOM),
        ("format a selection", "rangeFormatting", {**here, **form}, SELDOM),
        ("format the file", "formatting", form, SELDOM),
    )
    for name, method, params, reach in asked:
        yield name, f"textDocument/{method}", {**file, **params}, reach
    way = {"uri": uri, "rule": name_at(text, at)}
    for name, order, said in (
        ("a rule's way", "showRule", way),
        ("the diagram", "diagram", {"uri": uri}),
    ):
        ordered: Json = {"command": f"turnout.server.{order}", "arguments": [said]}
        yield f"command: {name}", "workspace/executeCommand", ordered, SELDOM
    yield "workspace symbols", "workspace/symbol", {"query": "core"}, SELDOM


def after_edit(one: Editor, uri: str, text: str, asked: Question, reach: float) -> None:
    """Show how long a question takes, by what it is called, its method and its params."""
    name, method, params = asked
    at = text.index("    to ", len(text) // 2)
    found = list[Spent]()
    edits = there_and_back(text, at, "    # a comment\n")
    for number in range(4):
        one.edit(uri, *edits[number % 2])
        one.settled(uri)
        spent = Spending(one)
        one.ask(method, params)
        found.append(spent())
    show(f"2,000 rules: {name}", found, reach)


def lines(first: int, last: int) -> Json:
    """Return the range of some lines."""
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}


def name_at(text: str, at: int) -> str:
    """Return the name of the rule at an offset."""
    return text[text.rindex("  rule ", 0, at) :].split()[1]


def beside() -> None:
    """Show how long an edit of a table, and of an included file, takes."""
    with tempfile.TemporaryDirectory() as name, editor(Path(name)) as one:
        folder = Path(name)
        path = KINDS["matrix"](2_000).write(folder)
        table = next(folder.glob("*.csv"))
        several_beside(one, path, table, "a table of rules")
    with tempfile.TemporaryDirectory() as name, editor(Path(name)) as one:
        folder = Path(name)
        path = KINDS["realistic"](2_000).write(folder)
        text = path.read_text("utf-8")
        apart = text.index("territory ")
        end = text.index("route ", apart)
        included = folder / "areas.route"
        included.write_text(text[apart:end], "utf-8")
        path.write_text(f'include "areas.route"\n{text[:apart]}{text[end:]}', "utf-8")
        several_beside(one, path, included, "a file included")


def several_beside(one: Editor, path: Path, edited: Path, name: str) -> None:
    """Show how long an edit of a file beside a policy takes: its last value is another one."""
    main, uri = one.open(path), one.open(edited)
    one.settled(main)
    text = edited.read_text("utf-8").rstrip("\n")
    if edited.suffix == ".csv":
        edits = replaced(text, text.rindex("\n"), text[text.rindex("\n") :], "")
    else:
        edits = there_and_back(text, text.rindex('"'), "1")
    several(one, main, edits, name, edited=uri)


def opened(one: Editor, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Open every file of a policy of 2,000 rules; return their texts, and their URIs, by name."""
    files = office(areas=80, rows=400, accounts=2_000)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    uris = {name: one.open(folder / name) for name in files}
    one.settled(uris[MAIN])
    return files, uris


def each_kind() -> None:
    """Show how long an edit of each kind takes, in whichever file it is."""
    with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as one:
        files, uris = opened(one, Path(folder))
        for kind in kinds(files):
            text = files[kind.file]
            edits = replaced(text, text.index(kind.old), kind.old, kind.new)
            several(one, uris[MAIN], edits, kind.name, edited=uris[kind.file])


def remembered(edits: int) -> None:
    """Print how the memory grows while somebody edits all files, and asks for everything.

    A comment is typed above a rule, letter by letter, and taken away again, as fast as nobody
    types; then an edit of the next kind is made and taken back. Each time all checks are waited
    for, and the next question is asked.
    """
    seen = list[tuple[int, float]]()
    with tempfile.TemporaryDirectory() as folder, editor(Path(folder)) as one:
        files, uris = opened(one, Path(folder))
        uri, text = uris[MAIN], files[MAIN]
        print(f"resident: {resident(one):.0f} MB, to reach 200 MB", flush=True)
        of_kinds = list(kinds(files))
        places = [at for at in range(len(text)) if text.startswith("    to ", at)]
        asking = list(questions(uri, text))
        number, rounds = 0, 0
        while number < edits:
            at, comment = places[rounds * 37 % len(places)], f"    # edit {number}\n"
            for typed in range(len(comment)):
                start = position(text[:at] + comment[:typed], at + typed)
                one.edit(uri, comment[typed], {"start": start, "end": start})
            one.settled(uri)
            one.edit(uri, *there_and_back(text, at, comment)[1])
            kind = of_kinds[rounds % len(of_kinds)]
            whole = files[kind.file]
            for edit in replaced(whole, whole.index(kind.old), kind.old, kind.new):
                one.edit(uris[kind.file], *edit)
                one.settled(uri)
            _, method, params, _ = asking[rounds % len(asking)]
            one.ask(method, params)
            number += len(comment) + 3
            rounds += 1
            seen.append((number, resident(one)))
            if rounds % 10 == 1:
                print(f"resident after {number:6,} edits: {seen[-1][1]:.0f} MB", flush=True)
    late = seen[len(seen) // 2 :]
    middle = [sum(mb for _, mb in part) / len(part) for part in halves(late)]
    slope = 1_000 * (middle[1] - middle[0]) / (number / 4)
    print(f"at most {max(mb for _, mb in seen):.0f} MB, at last {seen[-1][1]:.0f} MB")
    print(f"over the second half {slope:+.1f} MB in 1,000 edits, to be flat")


def halves(seen: list[tuple[int, float]]) -> tuple[list[tuple[int, float]], ...]:
    """Return the first and the second half."""
    return seen[: len(seen) // 2], seen[len(seen) // 2 :]


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
    print(f"{what:52} {cpu:8.3f} {clock:8.3f} {reach:7.2f} {cpu / reach:7.2f}", flush=True)


if __name__ == "__main__":
    main()
