"""`turnout close`: leads that are done with."""

from turnout.commands.closing import closing

command = closing(
    "close",
    "Mark leads as done: no SLA moves them, and `least-loaded` counts them no longer.",
    converted=False,
)
