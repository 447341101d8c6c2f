"""The syntax of `.route` files: one Lark grammar, in reading order."""

from importlib.resources import files


def text() -> str:
    """Return the Lark grammar."""
    return files("turnout.grammar").joinpath("route.lark").read_text(encoding="utf-8")
