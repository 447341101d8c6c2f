"""What colours policies elsewhere has the grammar's keywords, and the extension is of one piece."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from os import utime
from pathlib import Path
from runpy import run_path
from shutil import copyfile, copytree, ignore_patterns, which
from typing import Any
from xml.etree.ElementTree import fromstring
from zipfile import ZipFile

import pytest

from tests.support.sources import ROOT, is_checkout
from turnout import __version__, grammar
from turnout.compiler.compiled import compile_policy
from turnout.dsl.parse import parse
from turnout.dsl.source import Source
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


def parts(grammar: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each rule of the grammar of colours, those inside others, too."""
    for each in grammar.get("patterns", []):
        yield each
        yield from parts(each)
        yield from each.get("captures", {}).values()


def test_the_colours_ask_for_nothing_that_only_one_engine_has() -> None:
    """GitHub reads such grammars with PCRE, VS Code with Oniguruma, and Python is near both."""
    keys = ("match", "begin", "end")
    found = [each[key] for each in parts(textmate()) for key in keys if key in each]
    assert len(found) > 10
    for each in found:
        assert re.compile(each)
        # Hexadecimal and other classes, calls of groups, absence, atoms, possessive counts.
        assert not re.search(r"\\[hHRXKGQEgkpP]|\(\?[~>&RP(]|[*+?}]\+", each), each


def test_the_scopes_are_those_that_every_theme_knows() -> None:
    roots = {"comment", "constant", "entity", "keyword", "string", "variable"}
    listed = [each["name"] for each in parts(textmate()) if "name" in each]
    assert {each.split(".")[0] for each in listed} <= roots
    assert all(each.endswith(".turnout") for each in listed)
    assert textmate()["scopeName"] == "source.turnout"


def test_what_the_package_names_is_there() -> None:
    contributed = package()["contributes"]
    for entry in (
        *contributed["grammars"],
        *contributed["languages"],
        *contributed["snippets"],
    ):
        path = entry.get("path") or entry["configuration"]
        assert (EXTENSION / path).is_file()
    listed = {each["command"] for each in contributed["commands"]}
    menus = contributed["menus"]
    assert listed >= {each["command"] for menu in menus.values() for each in menu}


def test_its_version_is_that_of_the_package() -> None:
    assert package()["version"] == __version__


SNIPPETS: dict[str, dict[str, Any]] = json.loads(
    (EXTENSION / "snippets/turnout.json").read_text("utf-8")
    if (EXTENSION / "snippets/turnout.json").is_file()
    else "{}"
)


def expanded(snippet: dict[str, Any]) -> str:
    """Return what a snippet comes to where whoever takes it types nothing."""
    text = "\n".join(snippet["body"])
    defaults = dict(re.findall(r"\$\{(\d+):([^}]*)\}", text))
    text = re.sub(r"\$\{(\d+):([^}]*)\}", r"\2", text)
    return re.sub(r"\$(\d+)", lambda found: defaults.get(found[1], ""), text)


@pytest.mark.parametrize("name", sorted(SNIPPETS))
def test_a_snippet_parses_where_it_may_stand(name: str) -> None:
    text = expanded(SNIPPETS[name])
    inside = text.startswith(("rule ", "within ", "fallback "))
    source = Source("snippet.route", f"route r {{\n{text}\n}}\n" if inside else f"{text}\n")
    assert parse(source)[1] == ()


def test_the_snippet_of_a_whole_policy_is_one(tmp_path: Path) -> None:
    path = tmp_path / "policy.route"
    path.write_text(expanded(SNIPPETS["A whole policy"]), "utf-8")
    assert [each.name for each in compile_policy(path).findings] == []


def built(folder: Path) -> Path:
    """Return a copy of the extension, with what stands in for the bundle."""
    copied = folder / "editors" / "vscode"
    copytree(EXTENSION, copied, ignore=ignore_patterns("node_modules", "dist", "*.vsix"))
    copyfile(ROOT / "LICENSE", folder / "LICENSE")
    (copied / "dist").mkdir()
    (copied / "dist/extension.js").write_text('"use strict";\n', "utf-8")
    return copied


def test_the_packed_extension_is_the_same_bytes_wherever_it_is_packed(tmp_path: Path) -> None:
    packing = run_path(str(EXTENSION / "pack.py"))
    packed: list[bytes] = []
    for number in range(2):
        copied = built(tmp_path / str(number))
        for path in copied.rglob("*.json"):
            utime(path, (number * 10**8, number * 10**8))
        if number:  # as Git for Windows checks a text out
            text = copied / "README.md"
            text.write_bytes(text.read_bytes().replace(b"\n", b"\r\n"))
        packing["pack"](copied, tmp_path / f"{number}.vsix")
        packed.append((tmp_path / f"{number}.vsix").read_bytes())
    assert packed[0] == packed[1]
    with ZipFile(tmp_path / "0.vsix") as archive:
        names = archive.namelist()
        manifest = fromstring(archive.read("extension.vsixmanifest"))  # noqa: S314 - our own
        types = fromstring(archive.read("[Content_Types].xml"))  # noqa: S314 - our own
    assert {"extension/package.json", "extension/dist/extension.js"} <= set(names)
    assert not [name for name in names if "test" in name or "node_modules" in name]
    known = {f".{each.get('Extension', '').lstrip('.')}" for each in types}
    assert {Path(name).suffix for name in names} - {".xml"} <= known
    for asset in manifest.iter():
        if asset.tag.endswith("}Asset"):
            assert asset.get("Path") in names


def test_an_extension_that_is_not_built_is_not_packed(tmp_path: Path) -> None:
    copied = built(tmp_path)
    (copied / "dist/extension.js").unlink()
    packing = run_path(str(EXTENSION / "pack.py"))
    with pytest.raises(FileNotFoundError, match="is it built"):
        packing["pack"](copied, tmp_path / "some.vsix")


NODE = which("node")


@pytest.mark.skipif(NODE is None, reason="there is no node")
@pytest.mark.skipif(sys.platform == "win32", reason="its programs are scripts of a shell")
def test_the_extension_does_what_it_says_without_an_editor(tmp_path: Path) -> None:
    assert NODE is not None
    command = tmp_path / "turnout"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m turnout "$@"\n', "utf-8")
    command.chmod(0o755)
    done = subprocess.run(
        (NODE, "--test", "test/extension.test.js"),
        cwd=EXTENSION,
        env={**os.environ, "TURNOUT": str(command)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
