# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""The page for people in a real browser: by keyboard, on a phone, without scripts, asked by axe."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.support.browsing import launched
from tests.support.served import settings
from turnout.compiler.compiled import compile_policy
from turnout.serving.running import bound
from turnout.serving.tokens import TokenFile


@contextmanager
def listening(folder: Path) -> Generator[tuple[str, str, Any], None, None]:
    """Give the address of a service, Ana's token and her service; three leads are hers."""
    of = settings(folder)
    token = TokenFile(of.tokens).create("ana", ("read",), person="ana")
    service: list[Any] = []
    app = of.application(compile_policy(of.source.main))

    async def kept(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not service:
            service.append(scope["state"]["service"])
        await app(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(kept, log_config=None, lifespan="on", ws="none"))
    with bound("127.0.0.1", 0) as at:
        thread = threading.Thread(target=server.run, args=([at],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{at.getsockname()[1]}", token, service
        finally:
            server.should_exit = True
            thread.join()


def test_a_person_works_on_their_leads_by_keyboard_on_a_phone_and_in_the_dark(
    tmp_path: Path,
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="there is no axe")
    with launched() as browser, listening(tmp_path) as (address, token, service):
        phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
        page = browser.new_context(**phone).new_page()
        page.goto(f"{address}/me")
        leads = [{"id": f"lead-with-a-very-long-name-{n}" * 2, "country": "DE"} for n in range(6)]
        for lead in leads:
            service[0].served.now.router.route(lead)
        page.get_by_label("Your token").fill(token)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/me")
        accept = page.get_by_role("button", name="Accept lead").first
        accept.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/me?done=*")
        assert "is accepted" in page.get_by_role("status").inner_text()
        assert page.get_by_role("button", name="Contacted lead").count() == 1
        state = page.context.storage_state()
        for scheme in ("light", "dark"):
            scripted = browser.new_context(
                viewport=phone["viewport"],
                color_scheme=scheme,
                storage_state=state,
                bypass_csp=True,  # axe is a script, and the page lets none in
            ).new_page()
            for path in ("/me", "/docs", "/report"):
                scripted.goto(f"{address}{path}")
                found = axe.Axe().run(scripted).response["violations"]
                assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
                width = scripted.evaluate("document.documentElement.scrollWidth")
                assert width <= 360
            scripted.context.close()
