# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""Debian's Chromium, driven by Playwright; where either is missing, tests are skipped."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def launched() -> Generator[Any, None, None]:
    """Return a browser that lasts as long as the context; skip the test where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="there is no Playwright")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        # As root in a container Chromium has no sandbox of its own; the pages are ours.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page that is open, with what its console said."""

    def __init__(self, browser: Any, width: int = 1280, scheme: str = "light") -> None:
        """Open a page without an address, as wide as a screen. scheme: light or dark."""
        size = {"width": width, "height": 900}
        self.page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._heard)

    def _heard(self, event: Any) -> None:
        self.said.append(str(getattr(event, "text", event)))

    def go(self, site: Path, name: str) -> Any:
        """Open a page of a site from its folder, and return what drives it."""
        self.page.goto(f"file://{site}/{name}")
        return self.page
