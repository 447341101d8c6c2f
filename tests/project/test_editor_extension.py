"""What colours policies elsewhere has the grammar's keywords, and the extension is of one piece."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.sources import ROOT, is_checkout
from turnout import grammar
from turnout.rendering.textmate import text, textmate

pytestmark = pytest.mark.skipif(not is_checkout(), reason="not a checkout")
EXTENSION = ROOT / "editors" / "vscode"


def package() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    return found


def test_the_grammar_of_colours_is_the_one_that_is_made() -> None:
    assert (EXTENSION / "syntaxes/turnout.tmLanguage.json").read_text("utf-8") == text()


def test_its_keywords_are_those_of_the_grammar_file() -> None:
    rules = grammar.text().partition("// -- words ---")[0]
    expected = set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', rules))
    (found,) = (
        each["match"]
        for each in textmate()["patterns"]
        if each.get("name") == "keyword.control.turnout"
    )
    listed = found.partition("(?:")[2].partition(")")[0]
    assert set(listed.split("|")) == expected


def matching(word: str, line: str) -> str:
    """Return the scope that the grammar gives to a word of a line, outside brackets."""
    at = 0
    while at <= line.index(word):
        here = [
            (found, each)
            for each in textmate()["patterns"]
            if "match" in each and (found := re.compile(each["match"]).search(line, at))
        ]
        found, pattern = min(here, key=lambda each: each[0].start())
        for number, capture in pattern.get("captures", {}).items():
            if found[int(number)] == word:
                return str(capture["name"])
        if found[0] == word:
            return str(pattern.get("name", ""))
        at = max(found.end(), at + 1)
    return ""


@pytest.mark.parametrize(
    ("word", "line", "scope"),
    [
        ("when", "  when DACH", "keyword.control.turnout"),
        ("round-robin", "to round-robin sales", "keyword.control.turnout"),
        ("sales", "to round-robin sales", "entity.name.function.turnout"),
        ("country", "  country: country", "variable.other.property.turnout"),
        ("and", "A and B", "keyword.operator.word.turnout"),
        ("on-route", "on-route is x", ""),
        ("2026-11-30", "away 2026-11-30", "constant.numeric.turnout"),
        ("4", "sla 4 hours", "constant.numeric.turnout"),
    ],
)
def test_words_have_the_colour_of_what_they_are(word: str, line: str, scope: str) -> None:
    assert matching(word, line) == scope


def test_what_the_package_names_is_there() -> None:
    contributed = package()["contributes"]
    for entry in (*contributed["grammars"], *contributed["languages"]):
        path = entry.get("path") or entry["configuration"]
        assert (EXTENSION / path).is_file()
    code = (EXTENSION / "extension.js").read_text("utf-8")
    registered = set(re.findall(r'registerCommand\("([^"]+)"', code))
    assert registered == {each["command"] for each in contributed["commands"]}
    assert registered >= {each["command"] for each in contributed["menus"]["commandPalette"]}


def test_nothing_is_started_in_a_workspace_that_is_not_trusted() -> None:
    code = (EXTENSION / "extension.js").read_text("utf-8")
    starts = re.split(r"\nasync function ", code)
    for part in starts:
        if "await found()" in part:
            before = part.partition("await found()")[0]
            assert "vscode.workspace.isTrusted" in before
    assert package()["capabilities"]["untrustedWorkspaces"]["supported"] == "limited"


def test_the_extension_packs_only_what_it_needs() -> None:
    ignored = Path(EXTENSION / ".vscodeignore").read_text("utf-8").splitlines()
    assert ignored[0] == "**"
