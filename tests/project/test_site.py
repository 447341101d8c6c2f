"""The documentation as a site: each page can be found, and nothing in it is said twice."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from tests.support.sources import ROOT, is_checkout

pytestmark = pytest.mark.skipif(not is_checkout(), reason="not a checkout")
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
Navigation: TypeAlias = "str | list[Navigation] | dict[str, Navigation]"
LONG = 80
"""Letters from which on a paragraph is one, and not a phrase that recurs."""


def entries(navigation: Navigation) -> Iterator[str]:
    """Yield the pages that the navigation names."""
    match navigation:
        case str(page):
            yield page
        case list(parts):
            for part in parts:
                yield from entries(part)
        case dict(named):
            for part in named.values():
                yield from entries(part)


def navigation() -> list[str]:
    with (ROOT / "zensical.toml").open("rb") as file:
        return list(entries(cast("Navigation", tomllib.load(file)["project"]["nav"])))


def test_the_navigation_has_every_page_once() -> None:
    assert sorted(navigation()) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


def test_no_paragraph_stands_twice() -> None:
    paragraphs = Counter(
        " ".join(paragraph.split())
        for page in [ROOT / "README.md", *PAGES]
        for paragraph in FENCED.sub("", page.read_text("utf-8")).split("\n\n")
    )
    assert [text for text, times in paragraphs.items() if times > 1 and len(text) > LONG] == []


def test_no_sentence_stands_twice_on_a_page() -> None:
    twice = {
        f"{page.relative_to(ROOT)}: {sentence}"
        for page in PAGES
        for sentence, times in Counter(sentences(page.read_text("utf-8"))).items()
        if times > 1 and len(sentence) > LONG
    }
    assert twice == set()


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of the paragraphs, without tables and code."""
    for paragraph in FENCED.sub("", text).split("\n\n"):
        if not paragraph.lstrip().startswith("|"):
            yield from re.split(r"(?<=[.!?:])\s+", " ".join(paragraph.split()))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_images_and_tests_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    images = re.findall(r"!\[[^\]]*\]\((?!https?:)([^)]+)\)", text)
    assert [image for image in images if not (page.parent / image).is_file()] == []
    tests = re.findall(r"`(tests/[\w/]+\.py)`", text)
    assert [test for test in tests if not (ROOT / test).is_file()] == []
