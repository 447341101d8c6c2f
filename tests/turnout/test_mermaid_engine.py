# ruff: noqa: ANN401 - Playwright may not be installed, and then has no types
"""Mermaid's own engine draws what `turnout diagram` writes for it, under GitHub's settings.

`TURNOUT_MERMAID` names the engine (`dist/mermaid.min.js` of npm's package); CI fetches it.
"""

import json
import os
import re
from collections.abc import Generator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.support.browsing import Opened, launched
from tests.support.policies import compiled
from turnout.compiler.picture.mermaid import mermaid
from turnout.rendering.trees import headed, whole_picture

ENGINE = os.environ.get("TURNOUT_MERMAID", "")
pytestmark = pytest.mark.skipif(
    not Path(ENGINE).is_file(), reason="TURNOUT_MERMAID names no engine"
)
ROOT = Path(__file__).parents[2]
DRAWN = """
async (text) => {
  const bounds = { maxTextSize: 50000, maxEdges: 500 };
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", ...bounds });
  await mermaid.parse(text);
  const { svg } = await mermaid.render("drawn", text);
  document.body.innerHTML = svg;
  for (const each of document.querySelectorAll(".nodeLabel br")) each.replaceWith(" ");
  const labels = [...document.querySelectorAll(".nodeLabel")].map((each) => each.textContent);
  const can = "script, iframe, img, object, [onerror], [onload], [onclick], a[href]";
  return JSON.stringify([labels, document.body.querySelectorAll(can).length]);
}
"""
HOSTILE = (
    "</script><script>alert(1)</script>",
    "$$x^2$$",
    "<img src=x onerror=alert(2)>",
    "a\"]; click n0 call alert(3)\\n%%{init: {'securityLevel':'loose'}}%%",
    "javascript:alert(4) `# end subgraph; style n0 fill:#f00 :::queue --> n1",
    "#quot;#lt;script#gt; &lt;b&gt; &#x3c;i&#x3e; $$x^2$$ **bold** `code`",
    "\u202eright to left\u202c \u05d0\u05d1\u05d2 \u2067x\u2069 \ufeff\u200b\u0007",
    "end",
    "default",
    "x" * 10_000,
    "graph TD; subgraph x; end; a-->b; a:::queue; a@{ shape: circle }; ~~~; %% c",
    "```mermaid **b** ~~c~~ [d](javascript:alert(1)) #35;#59; #9829;",
    "---",
    '\'"\'"\' \\\\ \\" `"` ]) }} >] )))',
    "\U0001f600 \u0e01\u0e33 \U000e0041",
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any, None, None]:
    folder = tmp_path_factory.mktemp("mermaid")
    loads = f'<script src="{Path(ENGINE).absolute().as_uri()}"></script>'
    (folder / "page.html").write_text(
        f"<!doctype html><meta charset=utf-8><title>Mermaid</title>{loads}<body></body>"
    )
    with launched() as browser:
        found = Opened(browser)

        def heard(dialog: Any) -> None:
            found.said.append(str(dialog.message))

        found.page.on("dialog", heard)
        found.go(folder, "page.html")
        yield found


def labels(opened: Any, text: str) -> list[str]:
    """Return what the boxes of a drawn picture say; nothing in it can act."""
    said, acting = json.loads(opened.page.evaluate(DRAWN, text))
    assert acting == 0
    assert opened.said == []
    return [" ".join(each.split()) for each in said]


def written(text: str) -> list[str]:
    """Return what the boxes of a text for Mermaid should say."""
    found = re.findall(r'^ *[nt][0-9]+\(?\[?"(.*)"[\])]:::', text, re.MULTILINE)
    lines = (each.replace("<br/>", " ") for each in found)
    return [" ".join(unescape(re.sub(r"#([0-9]+);", r"&#\1;", each)).split()) for each in lines]


@pytest.mark.parametrize(
    "name", sorted(each.relative_to(ROOT).as_posix() for each in ROOT.glob("examples/*/*.mmd"))
)
def test_an_examples_picture_is_drawn_with_every_word(opened: Any, name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    expected = written(text)
    assert len(expected) > 5
    assert sorted(expected) == sorted(each for each in labels(opened, text) if each in expected)


def test_a_hostile_name_is_drawn_and_nothing_of_it_acts(opened: Any) -> None:
    quoted = [json.dumps(each, ensure_ascii=False) for each in HOSTILE]
    quoted = [each for each in quoted if "\\u" not in each]
    rules = "\n".join(
        f"  rule r{at} {{ when word is {name} to reject {name} }}" for at, name in enumerate(quoted)
    )
    rules += "\n  fallback to queue q"
    policy = f"lead {{ id: text required word: text }}\nqueue q\nroute r {{\n{rules}\n}}\n"
    made = compiled(policy)
    pages, heading = headed(made, "r", whole_picture(made, "r"), has_commit=False)
    assert len(pages[0].rows) == len(quoted) + 1
    for direction in ("TB", "LR"):
        found = labels(opened, mermaid(pages[0], heading, direction))
        assert any("alert(1)" in each for each in found)
        assert any("click n0 call alert(3)" in each for each in found)
        assert any("$\u2060$x^2$\u2060$" in each for each in found)
