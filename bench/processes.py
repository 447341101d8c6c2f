"""What processes and those that they began have of the memory and the processor, on Linux."""

import os
from collections.abc import Iterator
from pathlib import Path


def memory(process: int, command: str = "") -> int:
    """Return the kilobytes of a process and those that it began; what they share counts once.

    command: only of those whose command line has it.
    """
    return sum(_own_memory(each) for each in _tree(process) if command in _command(each))


def processor(process: int) -> float:
    """Return the processor seconds of a process and those that it began, ended ones with them.

    A process that ended counts where it was waited for. In steps of a hundredth.
    """
    return sum(map(_own_ticks, _tree(process))) / os.sysconf("SC_CLK_TCK")


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


def _own_ticks(process: int) -> int:
    """Return the ticks of a process, and of those that it waited for."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    behind_name = stat.rpartition(")")[2].split()
    return sum(map(int, behind_name[11:15]))
