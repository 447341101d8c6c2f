"""Every ```python and ```console block of the docs runs, and prints what it shows.

A page's blocks run in order, in a folder of their own that holds a copy of `examples/`.
A block with a title (```route title="inbound.route") is a file of that name there.

In a console block a line `$ command` is run by bash, and the lines below it are what it
prints, where `...` stands for any text; with no lines below, any output will do. A command
may fail only where the next one is `$ echo $?`.

With `--rewrite`, a block in docs/checks that shows something else gets what is printed.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from turnout.cli import cli

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
PROMPT = re.compile(r"^\$ (?P<command>.+)\n(?P<output>(?:(?!\$ ).*\n?)*)", re.MULTILINE)
TITLED = re.compile(
    r'^```\w+ title="(?P<name>[^"]+)"\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE
)
OWN = re.compile(r"""turnout(?: (?:[\w./:=,+@-]+|'[^']*'|"[^"$`\\]*"))+|echo \$\?""")
"""A command that is the same without a shell, and so without a process; most are."""
KEPT = re.compile(r"(?:^|[;&|] *)(?:cd|export|set|source|alias|\w+=\S*;?$)(?: |$)")
"""What a shell keeps for the commands after it."""
END = "--end-of-command--"


def files(document: Document) -> Iterator[Region]:
    """Yield the blocks of `document` that stand for a file."""
    for block in TITLED.finditer(document.text):
        yield Region(block.start(), block.end(), parsed=block.groupdict(), evaluator=write)


def write(example: Example) -> None:
    """Put the file that the block shows into the page's folder."""
    path = Path(str(example.parsed["name"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(example.parsed["text"]), "utf-8")


def console(example: Example) -> str | None:
    """Run the block's commands in one shell; return what differs, or None."""
    return difference(str(example.parsed))


def difference(block: str) -> str | None:
    """Return what a console block shows and its commands don't do, None where it is right."""
    shown = [(match["command"], match["output"]) for match in PROMPT.finditer(block)]
    if not block.startswith("$ "):
        return "a console block starts with `$ `"
    got = outputs([command for command, _ in shown])
    following = [after for _, (after, _) in pairwise(shown)] + [""]
    for (command, want), (output, status), after in zip(shown, got, following, strict=True):
        if want.strip() and not matches(want, output):
            return f"$ {command}\nshown:\n{want}\nprinted:\n{output}"
        if status and after != "echo $?":
            return f"$ {command}\nfailed with {status}:\n{output}"
    return None


def printed(block: str) -> str:
    """Return the block with what its commands print, and their status where one fails."""
    commands = [found["command"] for found in PROMPT.finditer(block)]
    kept = [command for command in commands if command != "echo $?"]
    lines: list[str] = []
    for command, (output, status) in zip(kept, outputs(kept), strict=True):
        lines += [f"$ {command}", *([output.rstrip()] if output.strip() else [])]
        lines += ["$ echo $?", str(status)] if status else []
    return "\n".join(lines) + "\n"


def outputs(commands: list[str]) -> list[tuple[str, int]]:
    """Return what each command prints (both streams) and its exit status."""
    if any(KEPT.search(command) for command in commands):
        return in_a_shell(commands)
    got: list[tuple[str, int]] = []
    for command in commands:
        if command == "echo $?":
            got.append((f"{got[-1][1] if got else 0}\n", 0))
        elif OWN.fullmatch(command):
            result = CliRunner().invoke(cli, shlex.split(command)[1:])
            got.append((result.output, result.exit_code))
        else:
            got += in_a_shell([command])
    return got


def in_a_shell(commands: list[str]) -> list[tuple[str, int]]:
    """Return what `outputs` does, from one shell."""
    script = "".join(
        f"{command}\nstatus=$?; echo '{END}'$status; (exit $status)\n" for command in commands
    )
    # The `turnout` of the environment that runs the tests, as a reader's shell would find it.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["/usr/bin/env", "bash", "-c", script],
        check=False,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    parts = re.split(rf"{END}(\d+)\n", ran.stdout)
    return [(parts[at], int(parts[at + 1])) for at in range(0, len(parts) - 1, 2)]


def matches(want: str, output: str) -> bool:
    """Whether `output` is `want`, in which `...` stands for any text."""
    checker = doctest.OutputChecker()
    return checker.check_output(want.rstrip() + "\n", output.rstrip() + "\n", doctest.ELLIPSIS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_shows_is_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    # The pages of findings are read in terminals, too, with their blocks moved to the right.
    monkeypatch.setenv("COLUMNS", "76" if page.parent.name == "checks" else "100")
    right: dict[str, str] = {}

    def corrected(example: Example) -> None:
        block = str(example.parsed)
        if difference(block):
            right[block] = printed(block)

    is_rewriting = request.config.getoption("rewrite") and page.parent.name == "checks"
    evaluate = corrected if is_rewriting else console
    sybil = Sybil([files, PythonCodeBlockParser(), CodeBlockParser("console", evaluate)])
    for example in sybil.parse(page).examples():
        example.evaluate()
    text = page.read_text("utf-8")
    for shown, block in right.items():
        text = text.replace(shown, block)
    if right:
        page.write_text(text, "utf-8")
