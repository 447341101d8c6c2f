"""What stands around every page of a site: its head, its ways, its foot.

A page works from a disk, under a policy that lets nothing in from elsewhere: no script but
the site's own files, no style and no handler that stands in a page.
"""

from collections.abc import Hashable, Mapping

from htpy import (
    Element,
    Node,
    a,
    body,
    button,
    div,
    footer,
    h1,
    head,
    header,
    html,
    input,  # noqa: A004
    label,
    li,
    link,
    main,
    meta,
    nav,
    p,
    script,
    span,
    summary,
    title,
    ul,
)
from htpy import details as details_
from markupsafe import Markup

from turnout.frozen import attribute, frozen
from turnout.printable import visible
from turnout.rendering.site import addresses
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.subject import SiteSubject

CONTENT_POLICY = (
    # `file:` is what `'self'` is for a page that is opened from a disk.
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' data: file:;"  # noqa: E501
    " base-uri 'none'; form-action 'none'"
)


@frozen(eq=False)
class Shell:
    """The frame of a site's pages. ways: the pages of the navigation, title by path."""

    subject: SiteSubject
    ways: Mapping[str, str]
    has_reload: bool = False
    _known: dict[int, dict[tuple[Hashable, ...], Markup]] = attribute(
        factory=dict[int, "dict[tuple[Hashable, ...], Markup]"], repr=False
    )

    def page(self, here: str, name: str, *content: Node, lead: Node = None) -> bytes:
        """Return a whole page. lead: the sentence below its title."""
        up = addresses.link(here, "")
        policy = self.subject.title
        tell = self.teller(here)
        at = here if here in self.ways else ""
        whole = html(lang="en")[
            head[
                meta(charset="utf-8"),
                meta(http_equiv="Content-Security-Policy", content=CONTENT_POLICY),
                meta(name="viewport", content="width=device-width, initial-scale=1"),
                meta(name="referrer", content="no-referrer"),
                title[visible(name if name == policy else f"{name} · {policy}")],
                link(rel="stylesheet", href=f"{up}assets/style.css"),
                script(src=f"{up}assets/site.js"),
                self.has_reload and script(src=f"{up}assets/reload.js", defer=True),
            ],
            body(data_root=up)[
                a(".skip", href="#content")["To the content"],
                tell.once(lambda: self._header(here), "header"),
                div(".around")[
                    tell.once(lambda: self._ways(here), "ways", at),
                    main("#content", tabindex="-1")[
                        h1[told(name)], lead is not None and p(".lead")[lead], content
                    ],
                ],
                tell.once(self._footer, "footer"),
            ],
        ]
        return f"{whole}\n".encode("utf-8", "backslashreplace")

    def _header(self, here: str) -> Element:
        return header(".top")[
            a(".brand", href=addresses.link(here, addresses.HOME))[told(self.subject.title)],
            div(".search", role="search")[
                label(for_="search")["Search"],
                input(
                    "#search",
                    type="search",
                    autocomplete="off",
                    placeholder="a rule, team, person, territory …",
                    role="combobox",
                    aria_expanded="false",
                    aria_controls="found",
                    aria_autocomplete="list",
                ),
                ul("#found", role="listbox", aria_label="Search results", hidden=True),
            ],
            button("#theme", type="button", hidden=True)["Dark"],
        ]

    def _ways(self, here: str) -> Element:
        def way(page: str, name: str) -> Element:
            is_here = page == here
            return li[
                a(
                    href=addresses.link(here, page),
                    aria_current="page" if is_here else None,
                )[told(name)]
            ]

        return nav(aria_label="Pages")[
            details_(".ways", open=True)[
                summary["Pages"],
                ul[(way(page, name) for page, name in self.ways.items())],
            ]
        ]

    def _footer(self) -> Element:
        compiled = self.subject.compiled
        files = ", ".join(source.name.rpartition("/")[2] for source in compiled.sources)
        return footer[
            p[
                "Made by Turnout from ",
                told(files),
                ". Version of the policy: ",
                span(".hash")[compiled.policy_hash[:12] or "not known"],
                ".",
            ]
        ]

    def teller(self, here: str) -> Teller:
        """Return what says things on one page."""
        return Teller(self.subject, here, self._known.setdefault(here.count("/"), {}))
