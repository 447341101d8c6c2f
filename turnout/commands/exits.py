"""How a command ends: its exit status, and what it says when it can't do its work."""

import errno

import click

from turnout.errors import Error
from turnout.printable import visible, within
from turnout.rendering.screen import Ink, columns, fill, hanging, paint

CLEAN = 0
FINDINGS = 1
CANNOT_RUN = 2
INTERRUPTED = 128 + 2  # as a shell reports a process that SIGINT ended
PIPE_CLOSED = 128 + 13  # SIGPIPE


def is_full(failure: OSError) -> bool:
    """Return whether a disk, a quota or a file takes no more."""
    return failure.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CannotRun(Error):  # noqa: N818 - what it says, and not a fault
    """What was asked of a command can't be done."""


MOST_SAID = 2_000
"""Characters of a message, and of its remedy, that are printed."""


def complain(message: str, help: str = "") -> None:
    """Print what is wrong on stderr, laid out like a finding; of much the middle is left out."""
    said = within(visible(message), MOST_SAID)
    first, *more = fill(["error:", *said.split(" ")], columns() - 4)
    lines = [paint("error:", Ink.ERROR) + first.removeprefix("error:"), *(f"    {x}" for x in more)]
    if help:
        lines += hanging(
            f"  = {paint('help:', Ink.HELP)} ",
            within(visible(help), MOST_SAID).split(" "),
            columns(),
        )
    click.echo("\n".join(lines), err=True)
