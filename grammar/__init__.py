"""The syntax of `.route` files: one Lark grammar, in reading order, and its tables."""

from importlib.resources import files


def text() -> str:
    """Return the Lark grammar."""
    return beside("route.lark")


def beside(name: str) -> str:
    """Return the text of a file that stands beside the grammar."""
    return files("turnout.grammar").joinpath(name).read_text(encoding="utf-8")
