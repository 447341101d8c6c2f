"""Whatever is typed, deleted, undone or pasted, the server goes on, and forgets nothing.

After many random edits, most of which leave no policy at all, the findings that are shown
are those of the same text from scratch. Questions are asked in between, while the checks
run, and all of them are answered.
"""

from pathlib import Path
from random import Random

import pytest

from tests.support.editor import Editor, Json, editor
from turnout.compiler.compiled import compile_policy
from turnout.dsl.files import Files
from turnout.rendering.plain import sentences

EXAMPLE = Path(__file__).parents[2] / "examples/multi-product"
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


def test_after_random_edits_the_findings_are_those_from_scratch(
    pytestconfig: pytest.Config,
) -> None:
    number = 1_000 if pytestconfig.getoption("thorough") else 200
    random = Random(20261130)  # noqa: S311 - the same edits each time
    path = next(each for each in sorted(EXAMPLE.glob("*.route")))
    original = text = path.read_text("utf-8")
    history = [text]
    with editor(EXAMPLE) as one:
        uri = one.open(path)
        waiting: list[int] = []
        for count in range(1, number + 1):
            if random.randrange(8) == 0 or len(text) > 3 * len(original):
                text = history[random.randrange(len(history))]
                one.edit(uri, text)
            else:
                put, start, end = step(random, text, original)
                if text[start - 1 : start + 1] == "\r\n" or text[end - 1 : end + 1] == "\r\n":
                    continue  # no editor puts anything between the two
                ends: Json = {"start": place(text, start), "end": place(text, end)}
                one.edit(uri, put, ends)
                text = text[:start] + put + text[end:]
            history = [*history[-20:], text]
            if count % 5 == 0:
                waiting.append(ask(one, random, uri, text))
            if count % 100 == 0 or count == number:
                for each in waiting:
                    assert "error" not in one.answer(each)
                waiting.clear()
                found = one.settled(uri)
                fresh = compile_policy(path, files=Files({path: text})).findings
                here = [each for each in fresh if each.span and Path(each.span.source.name) == path]
                assert sorted((each["code"], each["message"]) for each in found) == sorted(
                    (each.name, sentences(each)) for each in here
                )
