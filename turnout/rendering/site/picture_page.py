"""The structured picture of a route as pages of the site: to move in, to zoom, to search.

The picture is that of `turnout diagram`; here its boxes lead to the pages of rules instead of
lines of files. Its colours stand in a file of their own, since no page may hold a style.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from htpy import Node, button, div, input, label, p, script  # noqa: A004
from htpy import link as link_
from markupsafe import Markup

from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.picture.svg import svg
from turnout.dsl.source import Span
from turnout.rendering.site.addresses import link, page_of
from turnout.rendering.site.shell import Shell

STYLE = "assets/picture.css"

_STYLE = re.compile(r"<style>(.*?)</style>\n?", re.DOTALL)


def picture_page_of(route: str, page: Page) -> str:
    """Return the path of a page of a route's picture."""
    if page.number == 1:
        return page_of("picture", route)
    return page_of("picture", route, f"{page.number} {page.title}")


def picture_pages(
    shell: Shell, route: str, pages: Sequence[Page], heading: Masthead
) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of a route's picture, the overview first."""
    places = {page.number: picture_page_of(route, page) for page in pages}
    targets = _targets(shell, route)
    for page in pages:
        here = places[page.number]
        drawn = _STYLE.sub("", _drawn(page, heading, here, places, targets))
        content = [
            link_(rel="stylesheet", href=link(here, STYLE)),
            _controls(),
            div(".picture", tabindex="0", role="region", aria_label=f"Picture of route {route}")[
                Markup(drawn)  # noqa: S704 - escaped by svg.py, its style taken out
            ],
            script(src=link(here, "assets/picture.js"), defer=True),
        ]
        title = f"Picture of route {route}" if page.number == 1 else page.title
        lead = "Yes goes right; everybody else goes down. Each box leads to its page."
        yield here, shell.page(here, title, content, lead=lead)


def picture_style(page: Page, heading: Masthead) -> bytes:
    """Return the colours of pictures, light and dark, for pictures alone."""
    light, dark = (
        _style(svg(laid_out(page, heading, lambda _span, _to: ""), theme))
        for theme in ("light", "dark")
    )
    return (
        f".picture {{ {light} }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root:not([data-theme='light']) .picture {{ {dark} }}\n}}\n"
        f":root[data-theme='dark'] .picture {{ {dark} }}\n"
    ).encode()


def _style(drawn: str) -> str:
    found = _STYLE.search(drawn)
    assert found is not None
    return found[1]


def _drawn(
    page: Page,
    heading: Masthead,
    here: str,
    places: Mapping[int, str],
    targets: Sequence[tuple[str, int, int, str]],
) -> str:
    def address(span: Span | None, to: int | None) -> str:
        if to is not None:
            return link(here, places[to])
        if span is None:
            return ""
        found = (
            target
            for name, start, end, target in targets
            if name == span.source.name and start <= span.start < end
        )
        return next((link(here, target) for target in found), "")

    return svg(laid_out(page, heading, address))


def _targets(shell: Shell, route: str) -> list[tuple[str, int, int, str]]:
    """Return the stretches of the policy's text that have a page: the narrowest first."""
    found: list[tuple[str, int, int, str]] = []
    for at, clause in enumerate(shell.subject.program.routes[route].clauses):
        whole = shell.subject.whole(route, clause)
        place = (whole.source.name, whole.start, max(whole.end, whole.start + 1))
        found.append((*place, shell.subject.pages[route, at]))
    found.sort(key=lambda each: each[2] - each[1])
    own = shell.subject.policy.routes[route]
    whole_route = own.whole or own.span
    around = (whole_route.source.name, whole_route.start, whole_route.end)
    return [*found, (*around, page_of("route", route))]


def _controls() -> Node:
    return p(".controls")[
        button("#closer", type="button")["Closer"],
        button("#farther", type="button")["Farther"],
        button("#fit", type="button")["All of it"],
        label(for_="find")["Find in the picture"],
        input("#find", type="search", autocomplete="off"),
    ]
