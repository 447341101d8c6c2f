"""What a server keeps of the edits that it has followed: nothing but the present state."""

import gc
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue

from tests.support.office import MAIN, kinds, office
from turnout.lsp.following import Follower, Insight, Level, tidy
from turnout.lsp.last_answers import forget_answers

ROUNDS = 3
NEW_NAMES = 8
"""Edits of a round that say what no edit has said before."""


MOST_MORE = 200
"""Objects by which two states differ that say nearly the same."""


def said_newly(text: str, number: int) -> str:
    """Return the policy with a comment, names, numbers and a definition that come once."""
    for old, new in (
        ("  rule refused {", f"  # edit {number}\n  rule refused-{number} {{"),
        ("score >= 80", f"score >= {number % 100}"),
        ("employees >= 1000", f"employees >= {1_000 + number}"),
        (
            "route inbound {",
            f'segment S{number} = domain contains "part{number}"\n\nroute inbound {{',
        ),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_what_was_edited_away_is_not_kept(tmp_path: Path) -> None:
    files = office(areas=4, rows=12, accounts=30)
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    folder = tmp_path.resolve()
    written = {folder / name: text for name, text in files.items()}
    came, bugs = SimpleQueue[int](), list[Exception]()

    def told(number: int, level: Level, _: Mapping[Path, Insight]) -> None:
        if level is Level.WHOLE:
            came.put(number)

    follower = Follower(top=folder)
    follower.start(told, bugs.append)

    def edit(texts: Mapping[Path, str], path: Path) -> None:
        number = follower.change(texts, [path])
        while came.get(timeout=60) < number:
            assert not bugs

    main = folder / MAIN
    kept = list[int]()
    edit(written, main)
    for number in range(ROUNDS):
        for kind in [*kinds(files)][::3]:
            path = folder / kind.file
            edit({**written, path: written[path].replace(kind.old, kind.new, 1)}, path)
            edit(written, path)
        for at in range(NEW_NAMES):
            edit({**written, main: said_newly(written[main], number * NEW_NAMES + at)}, main)
        edit(written, main)
        forget_answers()
        tidy(whole=True)
        gc.unfreeze()
        kept.append(len(gc.get_objects()))
    follower.end()
    # The first round fills what is remembered for ever, such as which names there are. A policy
    # of before would be thousands of objects.
    assert abs(kept[-1] - kept[1]) < MOST_MORE, kept
