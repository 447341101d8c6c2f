"""`turnout release`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "release",
        "released",
        "Let go of leads: back to the queue that they were claimed from, or to the next one.",
    )
)
