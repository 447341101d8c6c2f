"""Each promise of `docs/guarantees.md` names tests that are there, and that test something."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guarantees.md"
ROWS = [
    line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\|.*`[\w/]*test_\w+", line)
]


def test_the_tables_are_found() -> None:
    assert len(ROWS) > 25


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip(" *")[:40] for row in ROWS])
def test_what_holds_a_promise_is_there(row: str) -> None:
    held_by = row.rstrip(" |").rsplit("|", 1)[1]
    named = re.findall(r"`((?:\w+/)*test_\w+\.py)", held_by)
    assert named, "a promise says by what it is held"
    for name in named:
        found = [*ROOT.glob(name)] if "/" in name else [*ROOT.glob(f"tests/**/{name}")]
        assert len(found) == 1, f"{name}: {found}"
        assert re.search(r"^def test_", found[0].read_text("utf-8"), re.MULTILINE), name
