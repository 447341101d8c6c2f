"""The page of the architecture names every room, with what goes in and what comes out.

A room is a folder with modules. What a room takes and gives is named by its types, and
those are looked for in the source, so that the page can't go on naming one that is gone.
"""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support.sources import ROOT, is_checkout, modules, public, rooms

pytestmark = pytest.mark.skipif(not is_checkout(), reason="not a checkout")
ROW = re.compile(r"^\| `([a-z_/]+/)` \|(.*)\|(.*)\|$", re.MULTILINE)
FLOORS = {
    Path("dsl"): "language",
    Path("dsl/resolve"): "language, resolved",
    Path("dsl/values"): "language, values",
    Path("turnout/commands"): "command",
    Path("turnout/rendering"): "rendering",
}
"""Where the same subject may have a module of the same name; elsewhere it has one."""


def table() -> dict[str, tuple[str, str]]:
    """Return what the page says of each room: what it takes and what it gives."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    _, _, section = page.partition("\n## Rooms\n")
    body, _, _ = section.partition("\n## ")
    return {room: (takes.strip(), gives.strip()) for room, takes, gives in ROW.findall(body)}


def test_every_room_is_in_the_table_and_no_other() -> None:
    assert sorted(table()) == sorted(rooms())


def test_each_room_says_what_it_gives_and_takes_something_but_for_the_ends() -> None:
    told = table()
    assert [room for room, (_, gives) in told.items() if not gives] == []
    assert {room for room, (takes, _) in told.items() if not takes} <= {"grammar/", "turnout/"}


def test_the_types_that_the_table_names_are_there() -> None:
    said = " ".join(part for told in table().values() for part in told)
    named = set(re.findall(r"`([A-Z]\w+)`", said))
    assert len(named) > 10
    assert named - {each.name for each in public() if each.kind in {"class", "type"}} == set()


def test_a_module_has_the_name_of_another_only_for_its_subject_on_another_floor() -> None:
    by_name: defaultdict[str, list[Path]] = defaultdict(list)
    for path in modules():
        if not path.stem.startswith("__"):
            by_name[path.stem].append(path)
    assert [paths for paths in by_name.values() if not may_share(paths)] == []


def may_share(paths: list[Path]) -> bool:
    """Return whether modules may have one name.

    They may on the floors of the language; and a subject may have a command and a rendering.
    """
    floors = [_floor(path) for path in paths]
    if len(set(floors)) < len(floors):
        return False
    below = set(floors) - {"command", "rendering"}
    return len(below) <= 1 or "elsewhere" not in below


def _floor(path: Path) -> str:
    return next((FLOORS[folder] for folder in path.parents if folder in FLOORS), "elsewhere")


@pytest.mark.parametrize(
    ("names", "is_right"),
    [
        ("dsl/calendars.py dsl/resolve/calendars.py", True),
        ("compiler/questions/coverage.py turnout/commands/coverage.py", True),
        ("runtime/moves.py turnout/commands/moves.py turnout/rendering/moves.py", True),
        ("compiler/checks/gaps.py compiler/questions/gaps.py", False),
        ("compiler/leads/lines.py runtime/records/lines.py", False),
        ("dsl/resolve/families.py compiler/checks/families.py", False),
        ("dsl/owners.py runtime/owners.py turnout/commands/owners.py", False),
    ],
)
def test_which_modules_may_share_a_name(names: str, is_right: bool) -> None:
    assert may_share([Path(name) for name in names.split()]) == is_right
