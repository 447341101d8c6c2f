"""The structured picture of a route as pages of the site: to move in, to zoom, to search.

The picture is that of `turnout diagram`; here its boxes lead to the pages of rules instead of
lines of files. Its colours stand in a file of their own, since no page may hold a style. The
way of a lead that is tried can be drawn into it, here and below the form itself.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from htpy import Node, button, div, input, label, p, script  # noqa: A004
from htpy import link as link_
from markupsafe import Markup

from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.palette import DARK, LIGHT
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.picture.speech import ROLES
from turnout.compiler.picture.svg import svg
from turnout.compiler.tree import Question
from turnout.dsl.source import Span
from turnout.frozen import frozen
from turnout.rendering.site.addresses import data_file, form_page_of, link, page_of
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.way import questions_of, rows_of

STYLE = "assets/picture.css"

_STYLE = re.compile(r"<style>(.*?)</style>\n?", re.DOTALL)


def picture_page_of(route: str, page: Page) -> str:
    """Return the path of a page of a route's picture."""
    if page.number == 1:
        return page_of("picture", route)
    return page_of("picture", route, f"{page.number} {page.title}")


@frozen(eq=False, slots=False)
class Pictured:
    """A route's picture, to be put into pages of the site."""

    shell: Shell
    route: str
    pages: Sequence[Page]
    heading: Masthead

    @cached_property
    def places(self) -> Mapping[int, str]:
        """The page of the site for each page of the picture, by its number."""
        return {page.number: picture_page_of(self.route, page) for page in self.pages}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is to be asked of a lead to know its way; see `way.py`."""
        return questions_of(self.pages)

    def on(self, here: str, page: Page) -> Node:
        """Return a page of the picture with its controls, to stand on the page `here`."""
        drawn = _STYLE.sub("", self._drawn(page, here))
        rows = json.dumps(rows_of(page, self.questions), separators=(",", ":"))
        form = form_page_of(self.shell.subject.program.routes, self.route)
        return [
            link_(rel="stylesheet", href=link(here, STYLE)),
            _controls(),
            div(
                ".picture",
                tabindex="0",
                role="region",
                aria_label=f"Picture of route {self.route}",
                data_rows=rows,
                data_part=page.number > 1,
                data_form=link(here, form),
                data_plan=data_file(form),
            )[Markup(drawn)],  # noqa: S704 - escaped by svg.py, its style taken out
            script(src=link(here, "assets/way.js"), defer=True),
            script(src=link(here, "assets/picture.js"), defer=True),
        ]

    def _drawn(self, page: Page, here: str) -> str:
        def address(span: Span | None, to: int | None) -> str:
            if to is not None:
                return link(here, self.places[to])
            if span is None:
                return ""
            found = (
                target
                for name, start, end, target in self._targets
                if name == span.source.name and start <= span.start < end
            )
            return next((link(here, target) for target in found), "")

        return svg(laid_out(page, self.heading, address), is_named=True)

    @cached_property
    def _targets(self) -> Sequence[tuple[str, int, int, str]]:
        """The stretches of the policy's text that have a page: the narrowest first."""
        subject = self.shell.subject
        found: list[tuple[str, int, int, str]] = []
        for at, clause in enumerate(subject.program.routes[self.route].clauses):
            whole = subject.whole(self.route, clause)
            place = (whole.source.name, whole.start, max(whole.end, whole.start + 1))
            found.append((*place, subject.pages[self.route, at]))
        found.sort(key=lambda each: each[2] - each[1])
        own = subject.policy.routes[self.route]
        whole_route = own.whole or own.span
        around = (whole_route.source.name, whole_route.start, whole_route.end)
        return [*found, (*around, page_of("route", self.route))]


def _controls() -> Node:
    return p(".controls")[
        button("#closer", type="button")["Closer"],
        button("#farther", type="button")["Farther"],
        button("#fit", type="button")["All of it"],
        label(for_="find")["Find in the picture"],
        input("#find", type="search", autocomplete="off"),
    ]


def picture_pages(pictured: Pictured) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of a route's picture, the overview first."""
    for page in pictured.pages:
        here = pictured.places[page.number]
        content = [p("#traced", role="status", hidden=True), pictured.on(here, page)]
        title = f"Picture of route {pictured.route}" if page.number == 1 else page.title
        lead = "Yes goes right; everybody else goes down. Each box leads to its page."
        yield here, pictured.shell.page(here, title, content, lead=lead)


# -- colours --


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


def role_colours() -> bytes:
    """Return the colours of those who get leads as variables: the picture's, light and dark."""
    light, dark = (
        " ".join(f"--{role}: {colours.looks[role][1]};" for role in ROLES)
        for colours in (LIGHT, DARK)
    )
    return (
        f":root {{ {light} }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root:not([data-theme='light']) {{ {dark} }}\n}}\n"
        f":root[data-theme='dark'] {{ {dark} }}\n"
    ).encode()


def _style(drawn: str) -> str:
    found = _STYLE.search(drawn)
    assert found is not None
    return found[1]
