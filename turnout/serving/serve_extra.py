"""Whether the extra is there that a service needs; nothing else here can do without."""

from importlib.util import find_spec

from turnout.errors import ExtraError

INSTALL = "pip install 'turnout[serve]'"
_PARTS = ("starlette", "uvicorn", "prometheus_client", "joserfc", "htpy")


def check_serve() -> None:
    """Raise ExtraError where the extra `serve` is missing."""
    missing = [part for part in _PARTS if find_spec(part) is None]
    if missing:
        raise ExtraError(
            f"a service needs what isn't installed: {', '.join(missing)}", f"`{INSTALL}` brings it"
        )
