"""Who last changed each line of a file, as git has it."""

import re
from datetime import UTC, datetime
from pathlib import Path

from turnout.frozen import frozen
from turnout.project.revisions import repository

MOST_CHANGES = 6
"""Changes of one part that are told, the latest first."""

_HEAD = re.compile(r"[0-9a-f]{40,64} [0-9]+ ([0-9]+)(?: [0-9]+)?")
_NOT_COMMITTED = "0" * 40


@frozen(order=True)
class LineChange:
    """A commit that changed lines. day: of the author, in UTC, such as "2026-11-30"."""

    day: str
    commit: str
    author: str
    summary: str

    def __str__(self) -> str:
        """Return such as "2026-11-30 Ana: routes: DACH has its own team (1a2b3c4)"."""
        return f"{self.day} {self.author}: {self.summary} ({self.commit[:7]})"


def line_changes(path: Path) -> tuple[LineChange | None, ...]:
    """Return the last change of each line of a file; None for one that isn't committed.

    Raises ProjectError where the file lies in no repository.
    """
    place = repository(path)
    if not place.output("ls-files", "--", str(path.absolute().resolve())):
        return (None,) * (path.read_bytes().count(b"\n") + 1)
    told = place.output("blame", "--line-porcelain", "--", str(path.absolute().resolve()))
    found: list[LineChange | None] = []
    about: dict[str, str] = {}
    for line in told.decode("utf-8", "replace").split("\n"):
        if line.startswith("\t"):
            found.append(_change(about))
        elif _HEAD.fullmatch(line):
            about = {"commit": line.partition(" ")[0]}
        else:
            key, _, value = line.partition(" ")
            about[key] = value
    return tuple(found)


def _change(about: dict[str, str]) -> LineChange | None:
    if about["commit"].startswith(_NOT_COMMITTED):
        return None
    day = datetime.fromtimestamp(int(about.get("author-time", "0")), UTC)
    return LineChange(
        f"{day:%Y-%m-%d}", about["commit"], about.get("author", ""), about.get("summary", "")
    )


def latest(changes: tuple[LineChange | None, ...], first: int, last: int) -> tuple[str, ...]:
    """Return the changes of lines `first` to `last`, from 1, the latest first, in words."""
    found = {change for change in changes[first - 1 : last] if change is not None}
    said = [str(change) for change in sorted(found, reverse=True)[:MOST_CHANGES]]
    return ("not committed yet", *said) if None in changes[first - 1 : last] else tuple(said)
