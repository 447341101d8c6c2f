"""What the service does, told to programs (`/openapi.json`) and to people (`/docs`)."""

import asyncio

from htpy import div, h1, input, label, p  # noqa: A004 - HTML's
from starlette.requests import Request
from starlette.responses import Response

from turnout.serving.callers import Caller
from turnout.serving.openapi import openapi
from turnout.serving.page_frames import asset, page
from turnout.serving.served_paths import json_response, told_paths
from turnout.serving.service import Service


async def get_openapi(service: Service, _request: Request, _caller: Caller) -> Response:
    """Describe the service, as OpenAPI 3.1."""
    version = service.served.now
    told = told_paths(service.paths)
    return json_response(await asyncio.to_thread(openapi, version, told))


async def get_docs(_service: Service, _request: Request) -> Response:
    """Show what the service does, to try it."""
    return page(
        "What this service does",
        h1["What this service does"],
        label["Token, where one is needed ", input("#token", type="password", autocomplete="off")],
        p("#said", aria_live="polite"),
        div("#operations"),
        has_script=True,
    )


async def get_style(_service: Service, _request: Request) -> Response:
    """Return the style of the pages."""
    return asset("page.css")


async def get_script(_service: Service, _request: Request) -> Response:
    """Return what the page of the service does in a browser."""
    return asset("api.js")
