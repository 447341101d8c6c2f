"""What a CRM calls queues and people: the table that an import writes, and who reads it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.policies import resolved
from tests.support.salesforce_metadata import entry, policy
from turnout.cli import cli
from turnout.compiler.program import lower
from turnout.importing.salesforce.back import assignment_rules
from turnout.trials.arriving_leads import ColumnError
from turnout.trials.outside_names import names_text, outside_names

POLICY = """lead { id: text id, source: text }
person ana { email "ana@firm.example" }
queue west
queue east
route r {
  rule west { when source is w to queue west }
  rule east { when source is e to queue east }
  fallback to person ana else queue east
}
"""
TABLE = """\ufefftarget,name,label
queue west,West_Coast,"West Coast Team"
queue east,East,Everybody

person ana,ana@firm.example.prod,Everybody
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    Path("p.route").write_text(POLICY)
    Path("n.csv").write_text(TABLE, encoding="utf-8")


def test_owners_are_known_by_the_names_and_labels_of_the_table() -> None:
    owners = ["west coast TEAM", "West_Coast", "west", "Everybody", "ana@firm.example.prod"]
    rows = [f"{at},{'w' if at < 3 else 'x'},{each}" for at, each in enumerate(owners)]
    Path("leads.csv").write_text("\n".join(["id,source,Owner", *rows, ""]))
    arguments = ["compare", "p.route", "leads.csv", "--owner", "Owner", "--format", "json"]
    said = CliRunner().invoke(cli, [*arguments, "--names", "n.csv"]).stdout
    assert {(each["owner"], each["agreement"]) for each in json.loads(said)["matrix"]} == {
        ("west", "same"),
        ("Everybody", "unknown"),  # the label of two
        ("ana", "same"),
    }


def test_an_export_has_the_names_of_the_table() -> None:
    names = outside_names(Path("n.csv"), resolved(POLICY))
    assert names["queue west"] == ("West_Coast", "West Coast Team")
    arguments = ["export", "salesforce", "p.route", "--names", "n.csv"]
    Path("p.route").write_text(
        POLICY.replace("source: text", 'source: text from column "LeadSource"').replace(
            "person ana else queue east", "queue east"
        )
    )
    said = CliRunner().invoke(cli, arguments).stdout
    assert "<assignedTo>West_Coast</assignedTo>" in said
    assert "<assignedTo>East</assignedTo>" in said


def test_an_import_writes_what_the_policy_does_not_tell(tmp_path: Path) -> None:
    (tmp_path / "queues").mkdir()
    label = "<Queue><name>Quick, please</name></Queue>"
    (tmp_path / "queues/Q.queue-meta.xml").write_text(label)
    (tmp_path / "queues/plain.queue").write_text("<Queue><name>plain</name></Queue>")
    plain = entry(("Lead.City", "equals", "P")).replace(">Q<", ">plain<")
    user = entry(("Lead.City", "equals", "U")).replace(">Q<", ">Ana Lima<")
    found = policy(
        tmp_path,
        entry(("Lead.City", "equals", "Q")) + plain + user.replace(">Queue<", ">User<"),
    )
    text = found.draft.files["leads.names.csv"]
    assert text == ('target,name,label\nqueue q,Q,"Quick, please"\nperson ana-lima,Ana Lima,\n')
    file = tmp_path / "names.csv"
    file.write_text(text)
    names = outside_names(file, resolved(found.draft.text))
    assert names_text(names) == text
    back = assignment_rules(lower(resolved(found.draft.text)), "r", "Lead", names)
    for name in ("Q", "plain", "Ana Lima"):
        assert f"<assignedTo>{name}</assignedTo>" in back


def test_an_import_writes_no_table_without_need(tmp_path: Path) -> None:
    found = policy(tmp_path, entry(("Lead.City", "equals", "Q")).replace(">Q<", ">quick_one<"))
    assert not found.draft.files


WRONG = {
    "": "n.csv:1: the columns are not target, name and label",
    "name,label\n": "n.csv:1: the columns are not target, name and label",
    "target,name,label\nqueue west,,West\n": "n.csv:2: the row has no name, or too many cells",
    "target,name,label\nqueue west,W,W,W\n": "n.csv:2: the row has no name, or too many cells",
    "target,name,label\nqueue north,N,\n": "n.csv:2: queue north is none of the policy",
    "target,name,label\nqueue west,W\nqueue west,V\n": "n.csv:3: queue west stands there twice",
    'target,name,label\n"queue west,W\n': "the names in n.csv can't be read: ",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_table_that_does_not_fit_is_refused_with_its_place(text: str) -> None:
    Path("n.csv").write_text(text)
    with pytest.raises(ColumnError) as refused:
        outside_names(Path("n.csv"), resolved(POLICY))
    assert refused.value.message.startswith(WRONG[text])
    assert refused.value.help


def test_a_table_in_another_encoding_is_refused() -> None:
    Path("n.csv").write_bytes(b"target,name,label\nqueue west,W\xfcst,\n")
    with pytest.raises(ColumnError, match="UTF-8"):
        outside_names(Path("n.csv"), resolved(POLICY))
    result = CliRunner().invoke(cli, ["export", "salesforce", "p.route", "--names", "n.csv"])
    assert result.exit_code == 2
    assert "it isn't in UTF-8" in result.stderr
