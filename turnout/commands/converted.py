"""`turnout converted`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "converted",
        "converted",
        "Mark leads as won: they are closed, and the log says that they converted.\n\n"
        "Leads that were closed before are left as they are.",
        again=True,
    )
)
