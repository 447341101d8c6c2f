"""`turnout accept`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "accept",
        "accepted",
        "Take leads that somebody was given or is offered, so that nobody else has them.\n\n"
        "Only whoever has a lead can accept it.",
    )
)
