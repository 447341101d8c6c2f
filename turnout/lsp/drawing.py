"""A route as a picture beside its text, whose boxes lead to the lines that they stand for."""

from pathlib import Path

from turnout.compiler.compiled import Compiled
from turnout.compiler.picture.focus import only
from turnout.compiler.picture.paging import one_page
from turnout.compiler.picture.palette import Theme
from turnout.frozen import frozen
from turnout.lsp.open_texts import uri_of
from turnout.rendering.diagram import Drawing, drawn
from turnout.rendering.lead_way import way_pages
from turnout.rendering.trees import headed, is_open, tree_of, whole_picture
from turnout.runtime.explain import Explanation
from turnout.runtime.leads import Lead


@frozen
class WantedPicture:
    """What is to be drawn: a route, or only what leads to a rule or has to do with a name.

    way: a lead whose way is drawn in, with why it goes there.
    """

    route: str
    rule: str | None = None
    focus: str | None = None
    way: tuple[Lead, Explanation] | None = None
    theme: Theme = "auto"


@frozen
class Picture:
    """An SVG, and what it shows in a few words. Its links are `file:` URIs with `#L12`."""

    title: str
    text: str


def picture(compiled: Compiled, wanted: WantedPicture, main: Path) -> Picture:
    """Return what is wanted as one page. main: the policy's main file. Raises FocusError."""
    name = wanted.rule or wanted.focus
    if wanted.way is not None:
        pages, heading = way_pages(compiled, *wanted.way, has_commit=False)
    elif name is None:
        whole = whole_picture(compiled, wanted.route, is_one_page=True)
        pages, heading = headed(compiled, wanted.route, whole, has_commit=False)
    else:
        tree = tree_of(compiled, wanted.route)
        hidden = only(tree, compiled.policy, name, is_rule=wanted.rule is not None)
        title = f"rule {name}" if wanted.rule else f"only {name}"
        gap = is_open(compiled)
        page = one_page(tree.steps, compiled.policy, is_hidden=hidden, has_gap=gap, title=title)
        pages, heading = headed(compiled, wanted.route, (page,), has_commit=False)
    drawing = Drawing("svg", wanted.theme, None, main, uri_of(main.parent))
    ((_, text),) = drawn(pages, heading, drawing)
    return Picture(pages[0].title or heading.title, text.decode())
