"""What goes on beside one editor's text: another editor, files of the disk, an editor's end."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.support.editor import PATIENCE, Editor, Json, editor
from turnout.compiler.compiled import compile_policy
from turnout.dsl.files import Files

MAIN = """include "people.route"
lead { id: text required, country: country, size: integer 0.. }
territory Alps { from "places.csv" by country -> area }
queue inbox
route main {
  rule alps { when Alps to round-robin sales }
  rule large { when size > 5 to person ana }
  fallback to queue inbox
}
"""
PEOPLE = "person ana\nteam sales { ana }\n"
PLACES = "country,area\nCH,South\nAT,North\n"
WATCHES: Json = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
CHANGED, CREATED, DELETED = 2, 1, 3
TAKEN_BACK = -32800


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.route").write_text(MAIN, "utf-8")
    (tmp_path / "people.route").write_text(PEOPLE, "utf-8")
    (tmp_path / "places.csv").write_text(PLACES, "utf-8")
    return tmp_path


def codes(one: Editor, uri: str) -> list[str]:
    return [each["code"] for each in one.settled(uri)]


def noticed(one: Editor, path: Path, kind: int = CHANGED) -> None:
    """Tell the server, as an editor does, that a file of the disk is another one."""
    one.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


def test_two_editors_edit_one_folder_and_each_sees_its_own_texts(folder: Path) -> None:
    random = Random(7)  # noqa: S311 - the same edits each time
    with editor(folder) as one, editor(folder) as two:
        texts: dict[int, str] = {}
        uris: dict[int, str] = {}
        for each in (one, two):
            uris[each.process.pid] = each.open(folder / "main.route")
            texts[each.process.pid] = MAIN
        for _ in range(60):
            each = random.choice((one, two))
            text = texts[each.process.pid]
            start = random.randrange(len(text))
            text = text[:start] + random.choice(["", "x", " ", "😀", "}"]) + text[start + 1 :]
            texts[each.process.pid] = text
            each.edit(uris[each.process.pid], text)
        for each in (one, two):
            text, path = texts[each.process.pid], folder / "main.route"
            found = compile_policy(path, files=Files({path: text})).findings
            here = [x.name for x in found if x.span and x.span.source.name == path.as_posix()]
            assert sorted(codes(each, uris[each.process.pid])) == sorted(here)
            each.edit(uris[each.process.pid], MAIN)
            assert codes(each, uris[each.process.pid]) == []


def test_what_one_editor_saves_the_other_learns_of(folder: Path) -> None:
    with editor(folder, WATCHES) as one, editor(folder, WATCHES) as two:
        uri, other = one.open(folder / "main.route"), two.open(folder / "people.route")
        assert codes(one, uri) == []
        two.edit(other, without := PEOPLE.replace("person ana\n", "person ben\n"))
        assert "unknown-name" in codes(two, other)
        assert codes(one, uri) == [], "it isn't saved"
        (folder / "people.route").write_text(without, "utf-8")
        noticed(one, folder / "people.route")
        assert codes(one, uri) == ["unknown-name"]
        (folder / "people.route").write_text(PEOPLE, "utf-8")
        noticed(one, folder / "people.route")
        assert codes(one, uri) == []


def test_a_table_that_is_edited_on_the_disk_counts_at_once(folder: Path) -> None:
    table = folder / "places.csv"
    with editor(folder, WATCHES) as one:
        uri = one.open(folder / "main.route")
        assert codes(one, uri) == []
        asked: Json = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 12}}
        for text, code in (
            (PLACES.replace("country,", "land,"), "unknown-name"),
            (PLACES.replace("CH", "Switzerlund"), "table-value"),
            (PLACES, None),
        ):
            table.write_text(text, "utf-8")
            noticed(one, table)
            assert set(codes(one, uri)) == ({code} if code else set()), code
            assert one.ask("textDocument/hover", asked) is not None
        table.unlink()
        noticed(one, table, DELETED)
        assert "cannot-read" in codes(one, uri)
        table.write_text(PLACES, "utf-8")
        noticed(one, table, CREATED)
        assert codes(one, uri) == []


def test_a_table_counts_with_the_next_edit_where_nobody_tells_of_it(folder: Path) -> None:
    with editor(folder) as one:
        uri = one.open(folder / "main.route")
        assert codes(one, uri) == []
        (folder / "places.csv").write_text(PLACES.replace("CH", "Switzerlund"), "utf-8")
        one.edit(uri, f"{MAIN}\n")
        assert codes(one, uri) == ["table-value"]


def test_a_file_that_is_deleted_stays_as_it_is_open_until_it_is_closed(folder: Path) -> None:
    with editor(folder, WATCHES) as one:
        uri, people = one.open(folder / "main.route"), one.open(folder / "people.route")
        assert codes(one, uri) == []
        for name in ("main.route", "people.route"):
            (folder / name).unlink()
            noticed(one, folder / name, DELETED)
        assert codes(one, uri) == []
        one.edit(people, PEOPLE.replace("ana }", "anna }"))
        assert codes(one, people) == ["unknown-name"]
        renamed = one.ask(
            "textDocument/rename",
            {
                "textDocument": {"uri": uri},
                "position": {"line": 3, "character": 7},
                "newName": "box",
            },
        )
        assert len(renamed["changes"][uri]) == 2
        one.close(people)
        assert "cannot-read" in codes(one, uri)
        one.close(uri)
        assert codes(one, uri) == []


MANY = "".join(
    f"  rule r{n} {{ when size > {n} and country in [FR, DE] or size is {n} to queue inbox }}\n"
    for n in range(1_500)
)
"""Rules whose checks take some seconds."""


@pytest.fixture
def busy(folder: Path) -> Path:
    (folder / "main.route").write_text(MAIN.replace("  fallback", f"{MANY}  fallback"), "utf-8")
    return folder


@pytest.mark.parametrize("is_heard", [True, False], ids=["stops-speaking", "is-gone"])
def test_a_server_ends_in_the_middle_of_its_work_when_its_editor_does(
    busy: Path, *, is_heard: bool
) -> None:
    command = [sys.executable, "-m", "turnout", "lsp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        one = Editor(process)
        one.send("initialize", {"capabilities": {}, "rootUri": busy.as_uri()})
        one.tell("initialized", {})
        uri = one.open(busy / "main.route")
        one.send("textDocument/codeLens", {"textDocument": {"uri": uri}})
        if not is_heard:
            process.stdout.close()  # whatever it says now, nobody is there
        process.stdin.close()
        assert process.wait(PATIENCE) == 1


def test_a_request_that_is_taken_back_in_the_middle_is_answered_at_once(busy: Path) -> None:
    with editor(busy) as one:
        uri = one.open(busy / "main.route")
        document: Json = {"textDocument": {"uri": uri}}
        asked = [one.send("turnout/settled", document) for _ in range(3)]
        asked.append(one.send("textDocument/codeLens", document))
        for number in asked:
            one.tell("$/cancelRequest", {"id": number})
        for number in asked:
            assert one.answer(number)["error"]["code"] == TAKEN_BACK
        one.edit(uri, MAIN)
        assert codes(one, uri) == []
