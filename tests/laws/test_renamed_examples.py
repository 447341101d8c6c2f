"""Every name of every example, renamed in an editor and back: the same texts, byte by byte.

In between nothing is wrong with the policy that wasn't before. Where the new name is one that
no decision tells (a territory, a segment, a calendar), the comparison that `turnout diff` makes
proves that no lead is treated otherwise.
"""

import shutil
from collections import Counter
from pathlib import Path

import attrs
import pytest

from tests.support.editor import Editor, Json, editor
from turnout.compiler.compiled import compile_policy
from turnout.compiler.difference import difference
from turnout.dsl.files import Files

EXAMPLES = Path(__file__).parents[2] / "examples"
MAINS = sorted(path for path in EXAMPLES.glob("*/*.route") if "\nroute " in path.read_text("utf-8"))
EVERY = 40
"""Of so many names one is renamed, with --thorough each."""

UNTOLD = {"territory", "segment", "calendar"}


@attrs.define
class Session:
    """The files of an example in an editor. texts: as they stand there, by URI."""

    one: Editor
    texts: dict[str, str]

    def rename(self, uri: str, place: Json, name: str) -> list[tuple[str, Json]] | None:
        """Rename what stands at a place; return where, None where it is refused."""
        asked = {"textDocument": {"uri": uri}, "position": place, "newName": name}
        answer = self.one.answer(self.one.send("textDocument/rename", asked))
        if "error" in answer:
            assert answer["error"]["code"] == -32602, answer
            return None
        first: list[tuple[str, Json]] = []
        for of, edits in answer["result"]["changes"].items():
            in_order = sorted(edits, key=lambda each: key(each["range"]["start"]))
            first.append((of, in_order[0]["range"]["start"]))
            self.texts[of] = edited(self.texts[of], in_order)
            self.one.edit(of, self.texts[of])
        return first

    def compiled(self, main: Path) -> object:
        return compile_policy(main, files=self.files())

    def files(self) -> Files:
        return Files({Path(uri.removeprefix("file://")): text for uri, text in self.texts.items()})


def key(place: Json) -> tuple[int, int]:
    return place["line"], place["character"]


def edited(text: str, edits: list[Json]) -> str:
    """Return a text after edits in their order, none of which stands on another."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(place: Json) -> int:
        line, character = int(place["line"]), int(place["character"])
        before = lines[line].encode("utf-16-le")[: 2 * character].decode("utf-16-le")
        return starts[line] + len(before)

    for each in reversed(edits):
        start, end = offset(each["range"]["start"]), offset(each["range"]["end"])
        text = text[:start] + each["newText"] + text[end:]
    return text


def names(one: Editor, uris: list[str]) -> list[tuple[str, Json, str]]:
    """Return where each name is declared, and its kind."""
    found: list[tuple[str, Json, str]] = []

    def add(uri: str, symbols: list[Json]) -> None:
        for each in symbols:
            found.append((uri, each["selectionRange"]["start"], each["detail"]))
            add(uri, each.get("children") or [])

    for uri in uris:
        add(uri, one.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}}))
    kinds = {"lead", "block", "fallback", "test", "rules", "segment family"}
    return [each for each in found if each[2] not in kinds]


@pytest.mark.parametrize("path", MAINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_name_is_renamed_and_back(
    path: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    folder = tmp_path / path.parent.name
    shutil.copytree(path.parent, folder)
    main = folder / path.name
    before = compile_policy(main)
    had = Counter(each.name for each in before.findings)
    with editor(folder) as one:
        texts = {
            one.open(each): each.read_text("utf-8")
            for each in sorted([*folder.glob("*.route"), *folder.glob("*.csv")])
        }
        session, originals = Session(one, dict(texts)), dict(texts)
        sources = [uri for uri in texts if uri.endswith(".route")]
        every = 1 if pytestconfig.getoption("thorough") else EVERY
        done = 0
        chosen = names(one, sources)[1 % every :: every]  # the first is the id, which stays
        for number, (uri, place, kind) in enumerate(chosen):
            first = session.rename(uri, place, f"zz-{number}")
            if first is None:
                continue
            done += 1
            after = compile_policy(main, files=session.files())
            assert Counter(each.name for each in after.findings) == had, (kind, after.findings)
            if kind in UNTOLD:
                routes = difference(before.program, after.program).routes
                assert not any(each.causes or each.undecided for each in routes)
            of, start = first[0]
            lines = originals[uri].split("\n")
            units = lines[int(place["line"])].encode("utf-16-le")
            rest = units[2 * int(place["character"]) :]
            old = word(rest.decode("utf-16-le"))
            assert session.rename(of, start, old) is not None, old
            for each, text in originals.items():
                assert session.texts[each].split("\n") == text.split("\n"), (kind, old)
        assert done


def word(text: str) -> str:
    """Return the name that a text begins with."""
    if text.startswith('"'):
        return text[1:].partition('"')[0]
    return next(text[:end] for end in range(1, len(text) + 1) if not _goes_on(text[end:]))


def _goes_on(text: str) -> bool:
    return text[:1].isalnum() or text[:1] in {"_", "-"}
