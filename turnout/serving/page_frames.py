"""What stands around the pages of a service, and what they may load: their own files alone."""

from importlib.resources import files
from typing import Final

from htpy import Node, body, head, header, html, link, main, meta, script, title
from starlette.responses import Response

CONTENT_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(name: str, *content: Node, status: int = 200, has_script: bool = False) -> Response:
    """Return a whole page."""
    whole = html(lang="en")[
        head[
            meta(charset="utf-8"),
            meta(name="viewport", content="width=device-width, initial-scale=1"),
            title[name],
            link(rel="stylesheet", href="/pages/page.css"),
            has_script and script(src="/pages/api.js", defer=True),
        ],
        body[header["Turnout"], main[content]],
    ]
    text = f"{whole}\n".encode("utf-8", "replace")
    return Response(text, status, HEADERS, "text/html")


def asset(name: str) -> Response:
    """Return a file of the pages."""
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    text = files("turnout.serving").joinpath("assets", name).read_bytes()
    return Response(text, 200, {"X-Content-Type-Options": "nosniff"}, kind)
