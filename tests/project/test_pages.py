"""What the pages for contributors name is there: files, folders, and the ends of links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not a checkout")
PAGES = (
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "docs" / "architecture.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
)
ENDS = (".py", ".md", ".lark", ".toml", ".csv", ".dot", ".svg", "/")
"""How a path ends, where it stands as code; with capitals or stars it names any of several."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_folders_that_a_page_names_are_there(page: Path) -> None:
    named = [
        path
        for path in re.findall(r"`([\w.{},*/-]+)`", page.read_text("utf-8"))
        if "/" in path and path.endswith(ENDS) and not re.search(r"[A-Z]{4}|[*{]", path)
    ]
    assert [path for path in named if not _is_there(path)] == []


def _is_there(path: str) -> bool:
    stages = ("", "turnout", "tests")
    return any((ROOT / stage / path).exists() for stage in stages)


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_links_of_a_page_that_the_site_does_not_hold_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
