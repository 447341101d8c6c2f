"""Who is told of what a command does to leads."""

from pathlib import Path

from turnout.project.configuration import configuration_of
from turnout.runtime.stores.server.locations import Whereabouts


def told_endpoints(policy: Path, state: Whereabouts | None) -> tuple[str, ...]:
    """Return the names of whom a policy's configuration says to tell; nobody without a state."""
    return () if state is None else configuration_of(policy).endpoint_names
