"""The syntax of `.route` files: one Lark grammar, in reading order, and its tables."""

from pkgutil import get_data


def text() -> str:
    """Return the Lark grammar."""
    return beside("route.lark")


def beside(name: str) -> str:
    """Return the text of a file that stands beside the grammar."""
    found = get_data(__name__, name)
    assert found is not None  # it is installed with this module
    return found.decode()
