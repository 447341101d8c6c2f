"""`turnout close`: leads that are done with."""

import click

from turnout.commands.closing import closing

command: click.Command = closing(
    "close",
    "Mark leads as done: no SLA moves them, and `least-loaded` counts them no longer.",
    converted=False,
)
