"""The formats in which findings can be printed: one table, one line each.

A format's module is imported when somebody asks for it: most runs want one of them.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from turnout.rendering.report import Report

Format = Callable[[Report, int], Iterator[str]]
"""Takes a report and the width of the screen in cells; yields texts, a line or more each."""

FORMATS: Mapping[str, tuple[str, str]] = {
    "pretty": ("pretty", "pretty"),
    "compact": ("oneline", "compact"),
    "json": ("jsons", "findings_json"),
    "sarif": ("sarif", "sarif"),
    "github": ("github", "github"),
    "gitlab": ("gitlab", "gitlab"),
    "junit": ("junit", "junit"),
}
"""By name, the module beside this one and the function in it."""


def format_of(name: str) -> Format:
    """Return the format of that name."""
    module, function = FORMATS[name]
    return cast("Format", getattr(import_module(f"turnout.rendering.{module}"), function))
