"""Where the state is that a command is given: a file, or an address of a server."""

from pathlib import Path

import click

from turnout.runtime.stores import StateError
from turnout.runtime.stores.server.locations import Whereabouts, address, is_address


class StateParam(click.ParamType[Whereabouts]):
    """Where a state is: a file, or an address that begins with `postgresql://`.

    exists: whether a file has to be there.
    """

    name = "state"

    def __init__(self, *, exists: bool = False) -> None:
        self._file = click.Path(path_type=Path, exists=exists, dir_okay=False)

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Whereabouts:
        """Return the place; a usage error for one that is none."""
        if isinstance(value, str) and is_address(value):
            try:
                return address(value)
            except StateError as failure:
                self.fail(f"{failure.message}; {failure.help}", param, ctx)
        return self._file.convert(str(value), param, ctx)


STATE = click.option(
    "--state",
    type=StateParam(exists=True),
    required=True,
    metavar="FILE",
    help="The state that the leads were routed with: a file, or postgresql://...",
)
