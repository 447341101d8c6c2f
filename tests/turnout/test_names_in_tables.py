"""A name is renamed in the tables that say it, too: in their headings and their cells."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from turnout.compiler.compiled import compile_policy, read_policy
from turnout.compiler.difference import difference
from turnout.dsl.files import Files
from turnout.dsl.findings import Severity
from turnout.lsp.following import Insight, Level
from turnout.lsp.new_name import applied_to, in_files, renamed
from turnout.lsp.uses import Use, use_at, use_in_table, uses

POLICY = """lead {
  id: text required
  country: country
  postal_code: code
  product: one of [core, data]
  account_owner: person from "owners.csv" by domain -> owner
  domain: text
}
person ana
person ben
team emea { ana, ben }
team amer { ana }
queue triage
territory World = country is present {
  from "zips.csv" by postal_code -> area
}
people from "people.csv"
route inbound {
  rules from "matrix.csv" by country, product, territory {
    to round-robin column team else column otherwise
  }
  rule zips { when postal_code in "list.csv" and North to queue triage }
  rule owned { when account_owner is ana and product is core to person ben else queue triage }
  fallback to queue triage
}
"""
TABLES = {
    "list.csv": "postal_code\n10115\n",
    "matrix.csv": "name,country,product,territory,team,otherwise\n"
    'first,DE,core,,emea,"person ana else queue triage"\n'
    'second,"FR, IT",data,"North, South",amer,queue triage\n',
    "owners.csv": "domain,owner\nacme.com,ana\nglobex.com,ben\n",
    "people.csv": "name,product\ncarl,core\n",
    "zips.csv": "postal_code;area\n10115;North\n20095;South\n",
}
RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "ana": ("anna", {"matrix.csv": "person anna else", "owners.csv": "acme.com,anna"}),
    "core": ("platform", {"matrix.csv": "DE,platform,", "people.csv": "carl,platform"}),
    "country": ("land", {"matrix.csv": "name,land,product"}),
    "emea": ("europe", {"matrix.csv": ",,europe,"}),
    "first": ("one-row", {"matrix.csv": "one-row,DE,core"}),
    "North": ("Nord", {"matrix.csv": '"Nord, South"', "zips.csv": "10115;Nord"}),
    "postal_code": ("zip", {"list.csv": "zip\n", "zips.csv": "zip;area"}),
    "product": ("offer", {"matrix.csv": ",offer,", "people.csv": "name,offer"}),
    "triage": ("desk", {"matrix.csv": 'ana else queue desk"\nsecond'}),
    "World": ("Globe", {}),
}


def laid(folder: Path) -> Path:
    for name, text in TABLES.items():
        (folder / name).write_text(text, "utf-8")
    main = folder / "main.route"
    main.write_text(POLICY, "utf-8")
    return main


def known(main: Path, files: Files) -> Mapping[Path, Insight]:
    read = read_policy(main, files=files)
    faults = [each for each in read.resolution.findings if each.severity is Severity.ERROR]
    assert not [*faults, *read.found]
    return {main: Insight(main, 1, Level.WHOLE, read, None)}


def use_of(answers: Mapping[Path, Insight], main: Path, name: str, files: Files) -> Use:
    """Return the first use of a name, in the policy or else in its table of rules."""
    text = files.text(main, 1_000_000)
    assert isinstance(text, str)
    at, found = text.find(name), None
    while at >= 0 and not (found := use_at(answers, main, at)):
        at = text.find(name, at + 1)
    if found is not None and found.name == name:
        return found
    table = main.with_name("matrix.csv")
    text = files.text(table, 1_000_000)
    assert isinstance(text, str)
    in_table = use_in_table(answers, table, text.index(name), files)
    assert in_table is not None
    return in_table


def again(texts: Mapping[Path, str], main: Path, name: str, new: str) -> dict[Path, str]:
    """Return the texts after a rename."""
    files = Files(texts)
    answers = known(main, files)
    edits = renamed(answers, texts, use_of(answers, main, name, files), new)
    assert not isinstance(edits, str), edits
    changed = dict(texts)
    for path, puts in in_files(edits).items():
        changed[path] = applied_to(puts[0].at.source.text, puts)
    return changed


@pytest.mark.parametrize("name", RENAMED)
def test_a_name_is_renamed_in_tables_and_back_to_the_same_text(tmp_path: Path, name: str) -> None:
    main = laid(tmp_path)
    before = {path: path.read_text("utf-8") for path in sorted(tmp_path.iterdir())}
    new, said = RENAMED[name]
    there = again(before, main, name, new)
    for path, text in there.items():
        assert said.get(path.name, "") in text
    assert {path.name for path in there if there[path] != before[path]} == {"main.route", *said} - (
        {"main.route"} if name == "first" else set()
    )
    assert again(there, main, new, name) == before


@pytest.mark.parametrize("name", ["first", "North", "World"])
def test_the_comparison_proves_that_no_decision_changes(tmp_path: Path, name: str) -> None:
    main = laid(tmp_path)
    before = {path: path.read_text("utf-8") for path in sorted(tmp_path.iterdir())}
    there = again(before, main, name, RENAMED[name][0])
    old, new = (compile_policy(main, files=Files(texts)) for texts in (before, there))
    found = difference(old.program, new.program)
    assert [(route.causes, route.undecided) for route in found.routes] == [((), ())]


def test_the_uses_of_a_name_are_found_from_a_table(tmp_path: Path) -> None:
    main = laid(tmp_path)
    files = Files()
    answers, table = known(main, files), tmp_path / "matrix.csv"
    at = TABLES["matrix.csv"].index("emea")
    use = use_in_table(answers, table, at, files)
    assert use is not None
    places = [(Path(each.at.source.name).name, each.at.line) for each in uses(answers, use, files)]
    assert places == [("main.route", 11), ("matrix.csv", 2)]
    assert use_in_table(answers, table, 0, files) is None
    assert use_in_table(answers, tmp_path / "no.csv", 0, files) is None


def test_a_table_that_is_gone_or_garbled_says_nothing(tmp_path: Path) -> None:
    main = laid(tmp_path)
    answers = known(main, Files())
    shutil.copy(tmp_path / "zips.csv", tmp_path / "owners.csv")
    (tmp_path / "matrix.csv").write_text("a,b\n1\n", "utf-8")
    (tmp_path / "people.csv").unlink()
    use = use_of(answers, main, "country", Files())
    files = {Path(each.at.source.name).name for each in uses(answers, use, Files())}
    assert files == {"main.route"}


def test_a_row_without_a_name_is_called_by_what_it_says(tmp_path: Path) -> None:
    main = laid(tmp_path)
    text = TABLES["matrix.csv"].replace("name,", "", 1).replace("first,", "")
    (tmp_path / "matrix.csv").write_text(text.replace("second,", ""), "utf-8")
    test = 'test "t" {\n  lead { product: core }\n  expect rule "matrix-DE-core"\n}\n'
    main.write_text(POLICY + test.replace("product: core", "country: DE  product: core"), "utf-8")
    answers = known(main, Files())
    use = use_of(answers, main, "matrix-DE-core", Files())
    assert "give the table a column `name`" in str(renamed(answers, {}, use, "other"))


@pytest.mark.parametrize(
    ("name", "new", "laid_down", "said"),
    [
        ("postal_code", "zip_area", ("list.csv", "Postal Code\n10115\n"), "Zip Area\n10115"),
        ("postal_code", "zip_area", ("list.csv", "postal code\n10115\n"), "zip area\n10115"),
        ("postal_code", "zip_area", ("list.csv", "POSTAL-CODE\n10115\n"), "ZIP-AREA\n10115"),
        (
            "ana",
            "ana-lima",
            ("owners.csv", "domain,owner\nacme.com,Ana\nglobex.com,ben\n"),
            "acme.com,Ana-Lima",
        ),
        ("ana", "eva-lima", ("owners.csv", "domain,owner\nacme.com,ANA\n"), "acme.com,EVA-LIMA"),
        ("core", "platform", ("people.csv", "name,product\ncarl,Core\n"), "carl,Platform"),
        ("core", "platform", ("people.csv", "name,product\ncarl,CORE\n"), "carl,PLATFORM"),
    ],
)
def test_a_name_that_is_spelled_otherwise_is_so_after_a_rename_and_the_same_after_a_second(
    tmp_path: Path, name: str, new: str, laid_down: tuple[str, str], said: str
) -> None:
    main, (table, text) = laid(tmp_path), laid_down
    (tmp_path / table).write_text(text, "utf-8")
    before = {path: path.read_text("utf-8") for path in sorted(tmp_path.iterdir())}
    there = again(before, main, name, new)
    assert said in there[tmp_path / table]
    assert again(there, main, new, name) == before
