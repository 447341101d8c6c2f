"""`turnout route` over large files: as columns, with the bytes of lead by lead."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.loops import WAYS, every_chunk_by
from turnout.cli import cli
from turnout.commands import flow
from turnout.runtime.columns.jit import ChooseKernels

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = ["--at", "2026-11-23T10:00+00:00"]
CASES = {
    "expected.csv": ("saas-inbound", "inbound.route", "leads.csv", ()),
    "expected-renewal.csv": (
        "multi-product",
        "products.route",
        "leads.csv",
        ("--route", "renewal"),
    ),
}


@pytest.fixture(autouse=True)
def _every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "LARGE", 0)


@pytest.mark.parametrize("choose", WAYS)
@pytest.mark.parametrize("expected", CASES)
def test_examples_are_routed_as_expected(
    expected: str, choose: ChooseKernels, tmp_path: Path
) -> None:
    example, policy, leads, more = CASES[expected]
    out = tmp_path / "out.csv"
    folder = EXAMPLES / example
    command = ["route", str(folder / policy), str(folder / leads), "-o", str(out), *AT, *more]
    with every_chunk_by(choose(1)):
        told = CliRunner().invoke(cli, command)
    assert told.exit_code == 0, told.output
    assert out.read_bytes() == (folder / expected).read_bytes()


POLICY = """
lead { id: text required  country: country }
person ana
team all { ana }
route inbound { rule home { when country is DE to round-robin all }  fallback to queue triage }
queue triage
"""


def routed(folder: Path, leads: str, name: str = "leads.csv", out: str = "out.jsonl") -> list[str]:
    (folder / "policy.route").write_text(POLICY, "utf-8")
    (folder / name).write_text(leads, "utf-8")
    command = ["route", str(folder / "policy.route"), str(folder / name), *AT]
    told = CliRunner().invoke(cli, [*command, "-o", str(folder / out)])
    return told.output.splitlines()


def test_what_is_odd_about_a_file_is_told(tmp_path: Path) -> None:
    said = routed(tmp_path, 'id,country\n1,DE\n1,DE\n,"D\n2,AT,x\n\n3,Atlantis\nTotal,3\n')
    text = (tmp_path / "out.jsonl").read_text("utf-8")
    decisions = [json.loads(line) for line in text.splitlines()]
    assert [each["lead"][:8] for each in decisions] == ["1", "1", "content:", "2", "3"]
    assert [each["repeated"] for each in decisions] == [False, True, False, False, False]
    assert "  1 lead routed before; the decision stands" in said
    assert "  1 row below the table, from row 7 on, not routed: Total" in said


def test_an_empty_list_of_decisions_is_json(tmp_path: Path) -> None:
    routed(tmp_path, "[]", "leads.json", "out.json")
    assert (tmp_path / "out.json").read_text("utf-8") == "[\n\n]\n"
    routed(tmp_path, '[{"id": 1}, {"id": 2, "country": "DE"}]', "leads.json", "out.json")
    decisions = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert [each["target"] for each in decisions] == ["triage", "all"]


def test_a_file_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(b"id,country\n1,DE\n" + b"2,\xff\xfe\n")
    (tmp_path / "policy.route").write_text(POLICY, "utf-8")
    command = ["route", str(tmp_path / "policy.route"), str(tmp_path / "leads.csv"), *AT]
    told = CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "out.csv")])
    assert told.exit_code == 2
    assert "not UTF-8 text: see line 3" in told.output
    assert not (tmp_path / "out.csv").exists()
