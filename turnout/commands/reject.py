"""`turnout reject`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "reject",
        "rejected",
        "Decline leads that somebody was given or is offered: the next one has each.\n\n"
        "The reason is one that the policy names (`reject reasons [..]`), where it names any;\n"
        "for some of them the turn is given back.",
    )
)
