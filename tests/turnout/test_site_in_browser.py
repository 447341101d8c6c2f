# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""A site in a real browser, opened from a disk: what it says, how it is used, what axe finds.

Chromium is Debian's, driven by Playwright; where either is missing, the tests are skipped.
"""

import json
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.command_line import turnout
from tests.support.policies import laid_down, resolved
from tests.support.strategies import leads
from turnout.compiler.meaning.identity import NEW
from turnout.compiler.meaning.interpreter import match
from turnout.dsl import types
from turnout.dsl.files import parse_files
from turnout.dsl.policy import Policy
from turnout.dsl.resolve import resolve
from turnout.dsl.values import jsonable
from turnout.runtime.leads import lead_reader

sync_api = pytest.importorskip("playwright.sync_api", reason="there is no Playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.no_cover,
]
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/retention"
DRAWN = 30
"""Leads that are tried in the form."""

WIDTHS = (390, 820, 1280)
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
    with sync_api.sync_playwright() as playwright:
        # As root in a container Chromium has no sandbox of its own; the pages are ours.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Opened:
    """A page of the site, with what its console said."""

    def __init__(self, browser: Any, width: int = 1280, scheme: str = "light") -> None:
        size = {"width": width, "height": 900}
        self.page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
        self.said: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._heard)

    def _heard(self, event: Any) -> None:
        self.said.append(str(getattr(event, "text", event)))

    def go(self, site: Path, name: str) -> Any:
        self.page.goto(f"file://{site}/{name}")
        return self.page


def test_no_page_says_a_word_in_the_console_or_is_wider_than_the_screen(
    browser: Any, site: Path
) -> None:
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            opened = Opened(browser, width, scheme)
            for name in PAGES:
                page = opened.go(site, name)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (name, width, wide)
            assert opened.said == []
            opened.page.context.close()


def test_axe_finds_nothing_serious(browser: Any, site: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="there is no axe")
    rules = sorted(f"rule/retention/{each.name}" for each in (site / "rule/retention").iterdir())
    found: list[tuple[str, str, str]] = []
    # In the dark there are other colours and nothing else.
    colours = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    for scheme, only in (("light", {}), ("dark", {"runOnly": colours})):
        asked = {"resultTypes": ["violations"], **only}
        opened = Opened(browser, 1280, scheme)
        for name in (*PAGES, rules[0]):
            results = axe.Axe().run(opened.go(site, name), options=asked).response
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


def test_a_lead_that_is_tried_is_decided_as_the_interpreter_decides_it(
    browser: Any, site: Path
) -> None:
    main = EXAMPLE / "tests.route"
    policy = resolve(parse_files(main), main).policy
    opened = Opened(browser)
    page = opened.go(site, "try.html")
    decided: list[str] = []

    @settings(
        max_examples=DRAWN,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def tries(data: st.DataObject) -> None:
        values, today = data.draw(leads(policy))
        people = policy.people
        raw = {
            n: v
            for n, v in values.items()
            if n in policy.fields
            and (v in people or not isinstance(policy.fields[n].type, types.PersonName))
        }
        _fill(page, policy, raw, today.isoformat())
        lead = lead_reader(policy.fields)({n: jsonable(v) for n, v in raw.items()}, None)
        meant = match(policy, "retention", {**NEW.facts, **lead.values}, today)
        told = page.inner_text("#result")
        if told.startswith("Not sure"):
            return
        expected = meant.rule or meant.named_by[0]
        assert page.inner_text("#result .by") == expected, (raw, told[:300])
        decided.append(expected)

    tries()
    assert len(decided) > DRAWN // 2
    assert len(set(decided)) > 4
    assert opened.said == []


def _fill(page: Any, policy: Policy, raw: dict[str, Any], today: str) -> None:
    """Say a lead in the form."""
    page.click("#clear")
    page.wait_for_timeout(5)
    page.fill("#today", today)
    for name, field in policy.fields.items():
        control = page.locator(f'[name="{name}"]')
        if not control.count():
            continue
        if isinstance(field.type, types.AnyOf):
            for value in raw.get(name, ()):
                page.check(f'[name="{name}"][value="{value}"]')
        elif isinstance(field.type, types.Boolean):
            control.select_option("" if name not in raw else "yes" if raw[name] else "no")
        elif isinstance(field.type, types.OneOf | types.PersonName):
            control.select_option(str(raw.get(name, "")))
        else:
            value = raw.get(name, "")
            control.fill(value if isinstance(value, str) else str(jsonable(value)))


def test_a_policy_that_is_drawn_can_be_opened(browser: Any, tmp_path: Path) -> None:
    text = "lead { id: text required }\nqueue q\nroute r { fallback to queue q }\n"
    with laid_down(text) as main:
        assert resolved(text)
        assert turnout("docs", str(main), "-o", str(tmp_path / "site")).exit_code == 0
    opened = Opened(browser)
    page = opened.go(tmp_path / "site", "try.html")
    assert page.inner_text("#result .by") == "fallback of route r"
    assert opened.said == []
