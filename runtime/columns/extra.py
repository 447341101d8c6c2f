"""Whether the extra is there that leads as columns need; nothing else here can do without."""

from importlib.util import find_spec

from turnout.errors import ExtraError

INSTALL = "pip install 'turnout[arrow]'"


def has_arrow() -> bool:
    """Return whether Arrow and numpy are installed."""
    return find_spec("pyarrow") is not None and find_spec("numpy") is not None


def check_arrow(what: str) -> None:
    """Raise ExtraError where the extra is missing that `what` needs."""
    if not has_arrow():
        raise ExtraError(f"{what} needs Arrow and numpy", f"`{INSTALL}` brings them")
