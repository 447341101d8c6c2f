"""`turnout pause`: somebody gets no leads by turns."""

import click

from turnout.commands.leaving import leaving

command: click.Command = leaving(
    "pause",
    "Say that somebody isn't drawn from teams; what is theirs by name or as owner they still get.",
    paused=True,
)
