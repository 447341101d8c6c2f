"""`turnout close`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "close",
        "closed",
        "Mark leads as done: no SLA moves them, and `least-loaded` counts them no longer.\n\n"
        "Leads that were closed before are left as they are.",
        again=True,
    )
)
