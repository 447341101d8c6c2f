"""Each request of each kind, at many places of every example: answered, and with sense.

Sense is what an editor relies on: a range lies in its text and covers what it is about, an
edit can be applied, the definition of a name has the name, whoever is referred to refers back.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import unquote

import pytest

from tests.support.editor import Editor, Json, editor

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/*.route"))
PLACES = 7
"""Words of a file that are asked about, besides every 40th line's end."""

OPTIONS: Json = {"tabSize": 2, "insertSpaces": True}


@pytest.fixture(scope="module")
def lone() -> Iterator[Editor]:
    with editor(ROOT / "examples") as one:
        yield one


def lines_of(uri: str) -> list[str]:
    return Path(unquote(uri.removeprefix("file://"))).read_text("utf-8").split("\n")


def piece(uri: str, place: Json) -> str:
    """Return the text of a range within one line, which lies in its file."""
    lines, start, end = lines_of(uri), place["start"], place["end"]
    held(place, lines)
    assert start["line"] == end["line"]
    units = lines[int(start["line"])].encode("utf-16-le")
    low, high = int(start["character"]), int(end["character"])
    return units[2 * low : 2 * high].decode("utf-16-le")


def held(place: Json, lines: list[str]) -> None:
    """Hold a range to lie in a text, and to begin before it ends."""
    ends = [key(each) for each in (place["start"], place["end"])]
    assert ends[0] <= ends[1]
    for line, character in ends:
        assert 0 <= line < len(lines)
        assert 0 <= character <= len(lines[line].encode("utf-16-le")) // 2


def key(place: Json) -> tuple[int, int]:
    return int(place["line"]), int(place["character"])


def places(text: str) -> Iterator[Json]:
    """Yield places of words, spread over a text, and of ends of lines."""
    words = [found.start() for found in re.finditer(r"[\w-]+", text)]
    for start in words[:: max(1, len(words) // PLACES)]:
        before = text[:start]
        column = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        yield {"line": before.count("\n"), "character": column}
    for line, written in list(enumerate(text.split("\n")))[::40]:
        yield {"line": line, "character": len(written.encode("utf-16-le")) // 2}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_is_asked_at_a_place_has_an_answer_with_sense(lone: Editor, path: Path) -> None:
    text = path.read_text("utf-8")
    uri = lone.open(path)
    lone.settled(uri)
    document: Json = {"textDocument": {"uri": uri}}
    told = 0
    for place in places(text):
        asked: Json = {**document, "position": place}
        told += at_a_name(lone, uri, asked)
        typing(lone, text, asked)
    assert told, "some of the words are names"
    lone.close(uri)


def at_a_name(lone: Editor, uri: str, asked: Json) -> bool:
    """Hold what is told of a name; return whether there is one."""
    hover = lone.ask("textDocument/hover", asked)
    found = lone.ask("textDocument/definition", asked)
    uses = lone.ask("textDocument/references", {**asked, "context": {"includeDeclaration": True}})
    marked = lone.ask("textDocument/documentHighlight", asked)
    ready = lone.answer(lone.send("textDocument/prepareRename", asked))
    if hover is not None:
        assert hover["contents"]["value"].strip()
        held(hover["range"], lines_of(uri))
    if not found:
        return False
    defined = cast("Json", found)
    name = piece(defined["uri"], defined["range"]).strip('"')
    assert hover is not None
    assert defined in uses
    assert {plain(piece(each["uri"], each["range"])) for each in uses} == {plain(name)}
    here = [each["range"] for each in uses if each["uri"] == uri]
    shown = [each["range"] for each in marked]
    assert sorted(key(each["start"]) for each in shown) == sorted(key(e["start"]) for e in here)
    if "error" in ready:
        assert ready["error"]["message"].startswith("`")
    else:
        assert plain(piece(uri, ready["result"])) == plain(name)
    return True


def plain(word: str) -> str:
    """Return a name as headings of tables may write it, too."""
    return re.sub(r"[\W_]+", "", word).casefold()


def typing(lone: Editor, text: str, asked: Json) -> None:
    """Hold what is offered to whoever types on at a place."""
    items = cast("list[Json]", lone.ask("textDocument/completion", asked)["items"])
    position = asked["position"]
    for each in items:
        assert each["label"]
        if edit := each.get("textEdit"):
            place = edit.get("range") or edit["insert"]
            held(place, text.split("\n"))
            assert place["start"]["line"] == place["end"]["line"] == position["line"]
            assert place["start"]["character"] <= position["character"]
    if shown := lone.ask("textDocument/signatureHelp", asked):
        for each in shown["signatures"]:
            parameters = cast("list[Json]", each.get("parameters") or [])
            for one in parameters:
                assert each["label"][slice(*one["label"])]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whatever_is_asked_of_a_file_has_an_answer_with_sense(lone: Editor, path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.split("\n")
    uri = lone.open(path)
    lone.settled(uri)
    document: Json = {"textDocument": {"uri": uri}}
    whole: Json = {
        "start": {"line": 0, "character": 0},
        "end": {"line": len(lines) - 1, "character": len(lines[-1])},
    }
    for hint in lone.ask("textDocument/inlayHint", {**document, "range": whole}):
        held({"start": hint["position"], "end": hint["position"]}, lines)
        assert hint["label"]
    for lens in lone.ask("textDocument/codeLens", document):
        held(lens["range"], lines)
        assert lens["command"]["title"]
    for fold in lone.ask("textDocument/foldingRange", document):
        assert 0 <= fold["startLine"] < fold["endLine"] < len(lines)
    for link in lone.ask("textDocument/documentLink", document):
        held(link["range"], lines)
        assert Path(unquote(link["target"].removeprefix("file://"))).is_file()
    coloured(lone.ask("textDocument/semanticTokens/full", document)["data"], lone, lines)
    half: Json = {"start": whole["start"], "end": {"line": len(lines) // 2, "character": 0}}
    context: Json = {"diagnostics": []}
    for action in lone.ask(
        "textDocument/codeAction", {**document, "range": whole, "context": context}
    ):
        for edits in action["edit"]["changes"].values():
            assert edits
    assert not lone.ask(
        "textDocument/rangeFormatting", {**document, "range": half, "options": OPTIONS}
    )
    assert lone.ask("textDocument/diagnostic", document)["kind"] == "full"
    for name in ("runTests", "diagram"):
        order = {"command": f"turnout.server.{name}", "arguments": [{"uri": uri}]}
        answer = lone.answer(lone.send("workspace/executeCommand", order))
        assert answer["result"]["text"] if "result" in answer else answer["error"]["message"]
    lone.close(uri)


def coloured(numbers: list[int], lone: Editor, lines: list[str]) -> None:
    """Hold colours to stand in order, each on one word or text of one line, none on another."""
    legend = lone.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    line = column = end = 0
    for at in range(0, len(numbers), 5):
        down, right, length, kind, _ = numbers[at : at + 5]
        line, column, end = line + down, right + (0 if down else column), 0 if down else end
        assert end <= column
        end = column + length
        written = lines[line].encode("utf-16-le")[2 * column : 2 * end].decode("utf-16-le")
        assert len(written) == length or len(written.encode("utf-16-le")) == 2 * length
        assert written.strip() == written != ""
        assert kind < len(legend)
