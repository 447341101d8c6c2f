"""Texts that an editor hasn't saved are read as the files over which they lie."""

from collections import Counter
from pathlib import Path
from typing import IO, Any

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.files import MAX_FILE, Files

MAIN = """include "fields.route"
territory world {
  from "zips.csv" by zip -> region
}
queue q
team sales from "sales.csv"
route r {
  rule a { when Berlin to round-robin sales else queue q }
  rule b { when zip in "zips.csv" to queue q }
  fallback to queue q
}
"""
FIELDS = 'lead { id: text zip: code region: text from "zips.csv" by zip -> region }\n'
FILES = {
    "main.route": MAIN,
    "fields.route": FIELDS,
    "zips.csv": "zip,region\n10115,Berlin\n20095,Hamburg\n",
    "sales.csv": "name\nana\n",
}


@pytest.fixture
def main(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "main.route"


def over(path: Path, **texts: str) -> Compiled:
    """Return the policy with texts laid over its files, each named by its stem."""
    names = {Path(name).stem: name for name in FILES}
    laid = {path.with_name(names.get(stem, f"{stem}.route")): text for stem, text in texts.items()}
    return compile_policy(path, files=Files(laid), deadline=None)


def said(compiled: Compiled) -> list[str]:
    return [f"{finding.name} {finding.span}" for finding in compiled.findings]


def test_without_an_overlay_the_files_are_read(main: Path) -> None:
    assert over(main).is_fit
    assert over(main).policy == compile_policy(main, deadline=None).policy


def test_an_unsaved_main_file_is_read_in_place_of_the_file(main: Path) -> None:
    changed = MAIN.replace("queue q\n", "queue other\n", 1)
    assert f"unknown-name {main.as_posix()}:8:56" in said(over(main, main=changed))
    assert over(main).is_fit  # nothing was written


def test_an_unsaved_include_is_read_in_place_of_the_file(main: Path) -> None:
    found = over(main, fields="lead { id: text zip: code region: nonsense }\n")
    where = main.with_name("fields.route").as_posix()
    assert any(each.startswith(f"syntax-error {where}:1:") for each in said(found))
    assert found.sources[0].text.startswith("lead { id: text zip: code region: nonsense")


def test_an_unsaved_table_is_read_in_place_of_the_file(main: Path) -> None:
    found = over(main, zips="zip,region\n10115,Potsdam\n", sales="name\nben\n")
    assert "Potsdam" in found.policy.definitions
    assert "Berlin" not in found.policy.definitions
    assert [member.person for member in found.policy.teams["sales"].members] == ["ben"]


def test_a_file_that_is_not_saved_yet_can_be_included(main: Path) -> None:
    found = over(main, main=f'include "new.route"\n{MAIN}', new="queue fresh\n")
    assert found.is_fit
    assert "queue fresh" in found.policy.outlets


def test_a_misspelt_include_is_told_of_files_that_are_not_saved_yet(main: Path) -> None:
    found = over(main, main=f'include "neu.route"\n{MAIN}', new="queue fresh\n")
    helps = [each.help for each in found.findings if each.name == "cannot-read"]
    assert helps == [("did you mean `new.route`?",)]


def test_unsaved_texts_are_read_like_files(main: Path) -> None:
    marked = over(main, main="\ufeff" + MAIN.replace("\n", "\r\n"))
    assert marked.policy == over(main).policy
    assert marked.sources[-1].text == MAIN
    large = over(main, main=MAIN + "#" * MAX_FILE)
    assert [each.name for each in large.findings] == ["too-large"]
    odd = over(main, main=MAIN + "# \ud800")
    assert [each.name for each in odd.findings] == ["not-utf-8"]


def test_an_overlay_opens_no_way_out_of_the_folder(
    main: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.route"
    main.with_name("link.route").symlink_to(outside)
    for path in (outside, main.with_name("link.route")):
        laid = {path: "queue secret\n", main: f'include "link.route"\n{MAIN}'}
        found = compile_policy(main, files=Files(laid), deadline=None)
        assert [each.name for each in found.findings] == ["outside-folder"]


def test_an_overlay_holds_by_whichever_path_a_file_is_known(main: Path) -> None:
    main.with_name("linked.route").symlink_to(main.with_name("fields.route"))
    laid = {main.with_name("linked.route"): FIELDS + "queue linked\n"}
    found = compile_policy(main, files=Files(laid), deadline=None)
    assert "queue linked" in found.policy.outlets


def test_each_table_is_opened_once_however_often_it_is_named(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Counter[str] = Counter()
    really = Path.open

    def counting(self: Path, mode: str = "r", *rest: Any, **named: Any) -> IO[Any]:  # noqa: ANN401
        opened[self.name] += 1
        return really(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", counting)
    assert compile_policy(main, deadline=None).is_fit
    assert {name: opened[name] for name in FILES} == dict.fromkeys(FILES, 1)
