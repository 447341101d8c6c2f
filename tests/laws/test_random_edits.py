"""Whatever is typed, deleted, undone or pasted, the server goes on, and forgets nothing.

After many random edits, most of which leave no policy at all, the findings that are shown
are those of the same text from scratch. Questions are asked in between, while the checks
run, and all of them are answered.
"""

from pathlib import Path
from random import Random

import attrs
import pytest

from tests.support.editor import Editor, Json, editor
from turnout.compiler.compiled import compile_policy
from turnout.dsl.files import Files
from turnout.rendering.plain import sentences

EXAMPLES = Path(__file__).parents[2] / "examples"
PIECES = [
    "x",
    " ",
    "}",
    "{",
    '"',
    "#",
    "and ",
    "\n",
    "\r\n",
    "rule z { when ",
    "é",
    "😀",
    "e\u0301",
]
ASKED = ["completion", "hover", "definition", "documentSymbol", "foldingRange", "documentHighlight"]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def place(text: str, offset: int) -> Json:
    """Return the line and column of an offset, counted without the server's own code."""
    before = text[:offset].replace("\r\n", "\n")
    line = before.count("\n")
    return {"line": line, "character": units(before[before.rfind("\n") + 1 :])}


def step(random: Random, text: str, original: str) -> tuple[str, int, int]:
    """Return what is put where: a letter, nothing, half of a file, or a word again."""
    start = random.randrange(len(text) + 1)
    match random.randrange(10):
        case 0 | 1 | 2 | 3:
            return random.choice(PIECES), start, start
        case 4 | 5 | 6:
            return "", start, min(len(text), start + random.choice([1, 1, 8, 200]))
        case 7 | 8:
            word = random.randrange(len(original))
            return original[word : word + random.choice([20, 400])], start, start
        case _:
            half = len(original) // 2
            return random.choice([original[:half], original[half:]]), start, start


def ask(one: Editor, random: Random, uri: str, text: str) -> int:
    at = place(text, random.randrange(len(text) + 1))
    params: Json = {"textDocument": {"uri": uri}, "position": at}
    return one.send(f"textDocument/{random.choice(ASKED)}", params)


@attrs.define
class Typing:
    """A file that is edited. history: its last texts, which an undo goes back to."""

    path: Path
    original: str
    text: str
    uri: str
    history: list[str]

    def next(self, one: Editor, random: Random) -> None:
        """Type, delete, paste or undo something."""
        if random.randrange(8) == 0 or len(self.text) > 3 * len(self.original):
            self.text = random.choice(self.history)
            one.edit(self.uri, self.text)
        else:
            text = self.text
            put, start, end = step(random, text, self.original)
            if text[start - 1 : start + 1] == "\r\n" or text[end - 1 : end + 1] == "\r\n":
                return  # no editor puts anything between the two
            one.edit(self.uri, put, {"start": place(text, start), "end": place(text, end)})
            self.text = text[:start] + put + text[end:]
        self.history = [*self.history[-20:], self.text]


FILES = {
    "one": ["multi-product/products.route"],
    "several": [
        "saas-inbound/inbound.route",
        "saas-inbound/people.route",
        "saas-inbound/us-regions.csv",
        "saas-inbound/emea-sdr.csv",
    ],
}


USUAL = {"one": 200, "several": 60}


@pytest.mark.parametrize("of", FILES)
def test_after_random_edits_the_findings_are_those_from_scratch(
    of: str, pytestconfig: pytest.Config
) -> None:
    """The policy stands in the first file, what it includes and its tables in the others."""
    number = 1_000 if pytestconfig.getoption("thorough") else USUAL[of]
    random = Random(20261130)  # noqa: S311 - the same edits each time
    paths = [EXAMPLES / name for name in FILES[of]]
    with editor(paths[0].parent) as one:
        files = list[Typing]()
        for path in paths:
            text = path.read_text("utf-8")
            files.append(Typing(path, text, text, one.open(path), [text]))
        waiting: list[int] = []
        for count in range(1, number + 1):
            file = random.choice(files)
            file.next(one, random)
            if count % 5 == 0 and file.path.suffix == ".route":
                waiting.append(ask(one, random, file.uri, file.text))
            if count % 100 == 0 or count == number:
                for each in waiting:
                    assert "error" not in one.answer(each)
                waiting.clear()
                assert shown(one, files) == from_scratch(files)


def shown(one: Editor, files: list[Typing]) -> list[tuple[str, str, str]]:
    """Return what is shown of the files, by file, name and message."""
    one.settled(files[0].uri)
    return sorted(
        (file.path.name, each["code"], each["message"])
        for file in files
        for each in one.findings.get(file.uri, {}).get("diagnostics", [])
    )


def from_scratch(files: list[Typing]) -> list[tuple[str, str, str]]:
    """Return what is found of the same texts, by file, name and message."""
    texts = {file.path: file.text for file in files}
    return sorted(
        (Path(each.span.source.name).name, each.name, sentences(each))
        for each in compile_policy(files[0].path, files=Files(texts)).findings
        if each.span and Path(each.span.source.name) in texts
    )
