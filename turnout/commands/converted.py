"""`turnout converted`: leads that became customers."""

import click

from turnout.commands.closing import closing

command: click.Command = closing(
    "converted",
    "Mark leads as won: they are closed, and the log says that they converted.",
    converted=True,
)
