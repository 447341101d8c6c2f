"""`turnout return`: see `deeds`."""

import click

from turnout.commands.deeds import DeedWords, deed_command

command: click.Command = deed_command(
    DeedWords(
        "return",
        "returned",
        "Give leads back that were none, which closes them; turns are given back, too.\n\n"
        "The reason is one that the policy names (`return reasons [..]`), where it names any.",
    )
)
