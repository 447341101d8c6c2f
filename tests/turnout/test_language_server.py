"""The real server, in a process of its own, says in an editor what the command line says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import turnout
from tests.support.editor import Editor, Json, editor
from turnout.compiler.compiled import compile_policy
from turnout.dsl.findings import Finding
from turnout.rendering.plain import sentences

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests/cases"
WRONG = sorted([*CASES.glob("*/bad/*.route"), *CASES.glob("wanting/*.route")])
SEVERITIES = {"error": 1, "warning": 2, "note": 3}

POLICY = """lead {
  id: text required
  size: integer
}
queue q
route r {
  rule a { when size > 3 to queue q }
  fallback to queue q
}
"""


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Return an editor that pushes are sent to."""
    with editor(tmp_path_factory.mktemp("lone")) as one:
        yield one


def places(found: list[Json]) -> list[tuple[str, int, int]]:
    return sorted(
        (each["code"], each["range"]["start"]["line"], each["range"]["start"]["character"])
        for each in found
    )


def shown(data: Json, finding: Finding, lines: list[str]) -> tuple[object, ...]:
    """Return what of a finding, as the command line has it as JSON, is to be seen in an editor."""
    ends: list[int] = []
    for end in ("start", "end"):
        line, column = int(data["span"][end]["line"]), int(data["span"][end]["column"])
        ends += [line - 1, len(lines[line - 1][: column - 1].encode("utf-16-le")) // 2]
    return data["name"], SEVERITIES[data["severity"]], sentences(finding), *ends


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_findings_are_those_of_the_command_line(lone: Editor, path: Path) -> None:
    out = turnout("check", "--format", "json", path.as_posix()).stdout
    expected = compile_policy(path.as_posix()).findings
    uri = lone.open(path)
    found = lone.settled(uri)
    lone.close(uri)
    lines = path.read_text("utf-8").split("\n")
    pairs = zip(json.loads(out)["findings"], expected, strict=True)
    here = [pair for pair in pairs if pair[0]["span"]["file"] == path.as_posix()]
    seen = [
        (
            each["code"],
            each["severity"],
            each["message"],
            *each["range"]["start"].values(),
            *each["range"]["end"].values(),
        )
        for each in found
    ]
    assert sorted(seen) == sorted(shown(*pair, lines) for pair in here)
    assert lone.settled(uri) == []


def test_an_unsaved_text_is_what_counts(lone: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.route"
    path.write_text(POLICY, "utf-8")
    uri = lone.open(path, POLICY.replace("to queue q }", "to queue other }"))
    assert places(lone.settled(uri))[0] == ("unknown-name", 6, 34)
    lone.edit(uri, POLICY)
    assert [code for code, _, _ in places(lone.settled(uri))] == ["redundant-rule"]
    lone.close(uri)


def test_a_finding_has_its_page_and_its_causes(lone: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.route"
    text = POLICY.replace("  fallback", "  rule b { when size > 5 to reject }\n  fallback")
    path.write_text(text, "utf-8")
    uri = lone.open(path)
    (found,) = (each for each in lone.settled(uri) if each["code"] == "unreachable-rule")
    lone.close(uri)
    page = Path(found["codeDescription"]["href"].removeprefix("file://"))
    assert page.read_text("utf-8").startswith("# ")
    (cause,) = found["relatedInformation"]
    assert cause["location"]["uri"] == uri
    assert cause["location"]["range"]["start"] == {"line": 6, "character": 7}


@pytest.mark.parametrize(
    ("word", "units"),
    [("a", 1), ("\t", 1), ("😀", 2), ("e\u0301", 2), ("\u2028", 1), ("\f", 1), ("é", 1)],
    ids=["letter", "tab", "emoji", "combining", "separator", "form-feed", "accent"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_columns_are_those_of_the_editor(
    lone: Editor, tmp_path: Path, word: str, units: int, end: str
) -> None:
    path = tmp_path / "a.route"
    path.write_text(POLICY, "utf-8")
    text = POLICY.replace("size > 3 to queue q", f'id is "{word}" to queue other')
    uri = lone.open(path, text.replace("\n", end))
    (found,) = (each for each in lone.settled(uri) if each["code"] == "unknown-name")
    start = {"line": 6, "character": len('  rule a { when id is "" to queue ') + units}
    place = {"start": start, "end": {**start, "character": start["character"] + len("other")}}
    assert found["range"] == place
    lone.edit(uri, "q", place)
    assert "unknown-name" not in {each["code"] for each in lone.settled(uri)}
    inside = {"line": 6, "character": len('  rule a { when id is "') + units - 1}
    lone.edit(uri, "", {"start": inside, "end": inside})  # in the middle of an emoji
    assert "syntax-error" not in {each["code"] for each in lone.settled(uri)}
    lone.close(uri)


def test_a_table_and_an_include_that_are_not_saved_count(lone: Editor, tmp_path: Path) -> None:
    (tmp_path / "main.route").write_text(f'include "more.route"\n{POLICY}', "utf-8")
    (tmp_path / "more.route").write_text('team sales from "sales.csv"\n', "utf-8")
    (tmp_path / "sales.csv").write_text("name\nana\n", "utf-8")
    uri = lone.open(tmp_path / "more.route")
    assert [code for code, _, _ in places(lone.settled(uri))] == ["unused-definition"]
    table = lone.open(tmp_path / "sales.csv", "nome\nana\n")
    both = [*lone.settled(table), *lone.settled(uri)]
    assert "unknown-column" in {each["code"] for each in both}
    lone.close(table)
    assert [code for code, _, _ in places(lone.settled(uri))] == ["unused-definition"]
    lone.edit(uri, 'team sales from "sails.csv"\n')
    assert places(lone.settled(uri))[0][0] == "cannot-read"
    main = (tmp_path / "main.route").as_uri()
    assert lone.findings[main]["diagnostics"], "a file that isn't open is told of as well"
    (tmp_path / "more.route").unlink()
    lone.close(uri)
    assert lone.settled(uri) == []


def test_an_editor_that_pulls_is_not_pushed_to(tmp_path: Path) -> None:
    path = tmp_path / "a.route"
    path.write_text(POLICY, "utf-8")
    pulls: Json = {
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": True}},
    }
    with editor(tmp_path, pulls) as one, editor(tmp_path) as another:
        uri, other = one.open(path), another.open(path)
        assert one.settled(uri) == []
        asked: Json = {"textDocument": {"uri": uri}}
        report = one.ask("textDocument/diagnostic", asked)
        assert report["items"] == another.settled(other) != []
        again = one.ask(
            "textDocument/diagnostic", {**asked, "previousResultId": report["resultId"]}
        )
        assert again == {"kind": "unchanged", "resultId": report["resultId"]}
        # Neovim asks, too, and can't be told to ask again: what is pushed, it isn't told twice.
        assert another.ask("textDocument/diagnostic", asked)["items"] == []
