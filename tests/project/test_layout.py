"""The table in pyproject.toml names every folder that holds code, and each stage has its link.

A folder missing from that table is missing from the wheel and from nothing else; a stage
missing from pyright's list is checked by nobody.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support import walked

ROOT = Path(__file__).parents[2]
STAGES = ("grammar", "dsl", "compiler", "runtime")
PAGES = {"turnout.pages": "docs/checks"}
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not a checkout")


def settings() -> dict[str, Any]:
    """Return the tables under `tool` in pyproject.toml."""
    tables: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    return tables


def packages() -> dict[str, Path]:
    """Map the name of every package to its folder, the real one behind any link."""
    modules = [path for stage in STAGES for path in (ROOT / stage).rglob("*.py")]
    stages = {".".join(["turnout", *path.parent.relative_to(ROOT).parts]) for path in modules}
    door = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "turnout").rglob("*.py")
        if path.relative_to(ROOT).parts[1] not in STAGES
    }
    return {name: ROOT / "turnout" / Path(*name.split(".")[1:]) for name in stages | door}


def test_every_package_is_listed() -> None:
    assert sorted(settings()["setuptools"]["packages"]) == sorted([*packages(), *PAGES])


def test_every_package_has_an_init() -> None:
    assert [
        name for name, folder in packages().items() if not (folder / "__init__.py").is_file()
    ] == []


@pytest.mark.parametrize("stage", STAGES)
def test_link_leads_to_its_stage(stage: str) -> None:
    link = ROOT / "turnout" / stage
    assert link.is_symlink()
    assert link.readlink() == Path("..", stage)
    assert link.resolve() == (ROOT / stage).resolve()


def test_the_pages_of_findings_are_linked_and_shipped() -> None:
    link = ROOT / "turnout" / "pages"
    assert link.readlink() == Path("..", "docs", "checks")
    assert settings()["setuptools"]["package-data"]["turnout.pages"] == ["*.md"]


def test_stages_are_mapped_typechecked_measured_and_layered() -> None:
    tool = settings()
    stages = {f"turnout.{stage}": stage for stage in STAGES}
    assert tool["setuptools"]["package-dir"] == stages | PAGES
    assert {f"turnout/{stage}" for stage in STAGES} <= set(tool["pyright"]["include"])
    assert {folder.name for folder in walked.STAGES} == set(STAGES)
    assert set(STAGES) <= set(tool["importlinter"]["contracts"][0]["layers"])
