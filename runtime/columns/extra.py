"""Whether the extra is there that leads as columns need; nothing else here can do without."""

import sys
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


def leave_out_pandas() -> None:
    """Let this process find no pandas: for processes of our own, which have no use for it.

    Arrow loads pandas, where that is installed, to tell whether a value is one of its. That takes
    longer than to route ten thousand leads.
    """
    if not any(isinstance(each, _WithoutPandas) for each in sys.meta_path):
        sys.meta_path.insert(0, _WithoutPandas())


class _WithoutPandas:
    """What Python asks for modules; it finds no pandas, whoever may be asked next."""

    @staticmethod
    def find_spec(fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(f"no {fullname}", name=fullname)
