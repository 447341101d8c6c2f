"""The difference of two versions, for a terminal, for a pull request, and for programs."""

from collections.abc import Callable, Iterator, Mapping

from turnout.rendering.difference.data import difference_json
from turnout.rendering.difference.markdown import markdown
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.difference.text import text

FORMATS: Mapping[str, Callable[[Comparison, int], Iterator[str]]] = {
    "text": text,
    "markdown": markdown,
    "json": difference_json,
}
"""Takes a comparison and the width of the screen in cells; yields texts, a line or more each."""
