"""`turnout away`: somebody gets no leads."""

import click

from turnout.commands.leaving import leaving

command: click.Command = leaving(
    "away",
    "Say that somebody is away: they are given no lead until they are back.",
    paused=False,
)
