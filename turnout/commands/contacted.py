"""`turnout contacted`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "contacted",
        "contacted",
        "Mark leads as worked on, so that no SLA moves them.",
        again=True,
    )
)
