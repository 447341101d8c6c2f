# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""A site in a real browser, opened from a disk: what it says, how it is used, what axe finds.

Where Chromium or Playwright is missing, the tests are skipped.
"""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browsing import Opened, launched
from tests.support.command_line import turnout
from tests.support.policies import laid_down, resolved
from turnout.commands import watching

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/retention"
WIDTHS = (390, 820, 1280)
KNOWN = "() => globalThis.turnoutVersion !== undefined"
FAULTS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
THINNED = """
() => {
  // The fourth of neighbours that are alike in all their tags and classes shows nothing new.
  const kind = (of) => `${of.tagName} ${of.getAttribute("class")} ${of.getAttribute("role")}`;
  const shape = (of) => [kind(of), ...new Set([...of.querySelectorAll("*")].map(kind))].join();
  for (const parent of document.querySelectorAll("main *")) {
    const counts = new Map();
    for (const child of [...parent.children]) {
      const same = (counts.get(shape(child)) ?? 0) + 1;
      counts.set(shape(child), same);
      if (same > 3) child.remove();
    }
  }
}
"""
PAGES = (
    "index.html",
    "try.html",
    "coverage.html",
    "map.html",
    "findings.html",
    "tests.html",
    "glossary.html",
    "route/retention.html",
    "picture/retention.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of an example."""
    out = tmp_path_factory.mktemp("site") / "site"
    result = turnout("docs", str(EXAMPLE), "-o", str(out))
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def browser() -> Generator[Any, None, None]:
    with launched() as started:
        yield started


def test_no_page_says_a_word_in_the_console_or_is_wider_than_the_screen(
    browser: Any, site: Path
) -> None:
    opened = Opened(browser, WIDTHS[0])
    for name in PAGES:
        page = opened.go(site, name)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (name, width, scheme, wide)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    assert opened.said == []
    opened.page.context.close()


def test_axe_finds_nothing_serious(browser: Any, site: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="there is no axe")
    rules = sorted(f"rule/retention/{each.name}" for each in (site / "rule/retention").iterdir())
    found: list[tuple[str, str, str]] = []
    opened = Opened(browser)
    opened.page.add_init_script(axe.Axe().axe_script)
    for name in (*PAGES, rules[0]):
        page = opened.go(site, name)
        page.evaluate(THINNED)
        # Of the two schemes only the colours differ.
        for scheme, asked in (("light", FAULTS), ("dark", FAULTS | COLOURS)):
            page.emulate_media(color_scheme=scheme)
            results = page.evaluate("asked => axe.run(asked)", asked)
            found += [
                (name, each["id"], json.dumps([n["html"][:90] for n in each["nodes"][:3]]))
                for each in results["violations"]
                if each["impact"] in {"serious", "critical"}
            ]
    opened.page.context.close()
    assert found == []


def test_search_finds_a_rule_by_keyboard_alone(browser: Any, site: Path) -> None:
    opened = Opened(browser)
    page = opened.go(site, "index.html")
    page.keyboard.press("/")
    page.keyboard.type("gold-just-left", delay=5)
    page.wait_for_selector("#found li[aria-selected=true]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gold-just-left.html")
    assert "gold-just-left" in page.inner_text("h1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    assert opened.said == []


def test_a_block_folds_by_keyboard(browser: Any, site: Path) -> None:
    opened = Opened(browser)
    page = opened.go(site, "route/retention.html")
    block = page.locator(".outline details").first
    summary = block.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert not block.evaluate("block => block.open")
    page.keyboard.press("Enter")
    assert block.evaluate("block => block.open")


def test_a_dark_page_is_printed_light_with_everything_unfolded(browser: Any, site: Path) -> None:
    opened = Opened(browser, scheme="dark")
    page = opened.go(site, "route/retention.html")
    page.evaluate("document.querySelector('.outline details').open = false")
    back = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(back)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(back) == "rgb(255, 255, 255)"
    assert page.locator(".outline details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(back) == dark
    assert page.locator(".outline details:not([open])").count() == 1


def test_the_picture_comes_closer_and_finds_a_word(browser: Any, site: Path) -> None:
    opened = Opened(browser)
    page = opened.go(site, "picture/retention.html")
    before = page.locator(".picture svg").bounding_box()["width"]
    page.click("#closer")
    assert page.locator(".picture svg").bounding_box()["width"] > before
    page.fill("#find", "erasure")
    assert page.locator(".picture text.found").count() > 0
    page.locator(".picture a").first.focus()
    assert opened.said == []


def test_a_lead_is_said_by_keyboard_and_its_way_is_drawn(browser: Any, site: Path) -> None:
    """What all kinds of leads are told is in test_tried_leads.py; here a reader types one."""
    opened = Opened(browser)
    page = opened.go(site, "try.html")
    page.focus("[name=country]")
    page.keyboard.type("Deutschland")
    page.keyboard.press("Tab")
    page.keyboard.type("enterprise")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    taken = page.inner_text("#result .by")
    ways = page.locator(".picture polyline.w").count()
    assert ways > 2
    assert page.locator(".picture g.f").count() > 10
    page.click("text=A link to this lead")
    page.reload()
    assert page.inner_text("#result .by") == taken
    assert page.input_value("[name=country]") == "Deutschland"

    page.goto(page.url.replace("try.html", "picture/retention.html"))
    page.wait_for_selector("#traced:not([hidden])")
    assert f"taken by {taken}." in page.inner_text("#traced")
    assert page.locator(".picture polyline.w").count() == ways
    page.click("text=Change the lead")
    assert page.inner_text("#result .by") == taken
    page.click("#clear")
    assert page.input_value("[name=country]") == ""
    assert opened.said == []


def test_a_policy_that_is_drawn_can_be_opened(browser: Any, tmp_path: Path) -> None:
    text = "lead { id: text required }\nqueue q\nroute r { fallback to queue q }\n"
    with laid_down(text) as main:
        assert resolved(text)
        assert turnout("docs", str(main), "-o", str(tmp_path / "site")).exit_code == 0
    opened = Opened(browser)
    page = opened.go(tmp_path / "site", "try.html")
    assert page.inner_text("#result .by") == "fallback of route r"
    assert opened.said == []


def test_a_page_that_is_open_loads_itself_again_after_a_change(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "lead { id: text required }\nqueue q\nroute r { fallback to queue q }\n"
    main, out = tmp_path / "r.route", tmp_path / "site"
    main.write_text(text, "utf-8")
    opened = Opened(browser)

    def later(seconds: float) -> None:
        """In the pause between two looks at the files: once the page is read, and then anew."""
        del seconds
        if "queue q" not in main.read_text("utf-8"):
            opened.page.wait_for_selector("text=queue fresh")
            raise KeyboardInterrupt
        page = opened.go(out, "route/r.html")
        # It has to know the version that it shows, before that can be another one.
        page.wait_for_function(KNOWN, timeout=10_000)
        main.write_text(text.replace("queue q", "queue fresh"), "utf-8")

    monkeypatch.setattr(watching, "sleep", later)
    assert turnout("docs", str(main), "-o", str(out), "--watch").exit_code == 130
    assert opened.said == []
