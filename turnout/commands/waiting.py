"""The option of how long to wait for a state, for the commands that open one."""

import click

from turnout.runtime.stores import LONGEST_WAIT, WAIT

WAITING = click.option(
    "--wait",
    type=click.IntRange(0, LONGEST_WAIT),
    default=WAIT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run that has the state.",
)
