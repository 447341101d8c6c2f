"""`turnout converted`: leads that became customers."""

from turnout.commands.closing import closing

command = closing(
    "converted",
    "Mark leads as won: they are closed, and the log says that they converted.",
    converted=True,
)
