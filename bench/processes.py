"""What processes and those that they began have of the memory, on Linux."""

import os
from collections.abc import Iterator
from pathlib import Path


def memory(process: int, command: str = "") -> int:
    """Return the kilobytes of a process and those that it began; what they share counts once.

    command: only of those whose command line has it.
    """
    return sum(_own_memory(each) for each in _tree(process) if command in _command(each))


def _tree(process: int) -> Iterator[int]:
    """Yield a process and those that it, or a thread of it, began."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:
            continue
        for child in found:
            yield from _tree(int(child))


def _command(process: int) -> str:
    try:
        return os.fsdecode(Path(f"/proc/{process}/cmdline").read_bytes())
    except OSError:
        return ""


def _own_memory(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
