"""The formats in which findings can be printed: one table, one line each."""

from collections.abc import Callable, Iterator, Mapping

from turnout.rendering.github import github
from turnout.rendering.gitlab import gitlab
from turnout.rendering.jsons import findings_json
from turnout.rendering.junit import junit
from turnout.rendering.oneline import compact
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report
from turnout.rendering.sarif import sarif

Format = Callable[[Report, int], Iterator[str]]
"""Takes a report and the width of the screen in cells; yields texts, a line or more each."""

FORMATS: Mapping[str, Format] = {
    "pretty": pretty,
    "compact": compact,
    "json": findings_json,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
}
