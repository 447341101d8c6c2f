import csv
import io
import json
import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import attrs
import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.commands.flow import decisions_to
from turnout.commands.outputs import replacing
from turnout.dsl.values.reading import Issue
from turnout.rendering.decisions import COLUMNS, DECISION_FORMATS
from turnout.rendering.tally import Tally
from turnout.runtime.decisions import Decision, Doing, PassedOver
from turnout.runtime.records import Record
from turnout.runtime.records.guards import harmless
from turnout.runtime.unbound import Shapes

ANA = Decision(
    lead="00Q5e",
    route="inbound",
    rule="dach-enterprise",
    by="rule dach-enterprise",
    kind="round-robin",
    target="dach-ae",
    assignee="ana",
    at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    row=7,
    due=datetime(2026, 11, 23, 9, 10, tzinfo=UTC),
    actions=(Doing("task", ("Call back",)), Doing("start", ("welcome",))),
)
TRIAGE = attrs.evolve(
    ANA,
    lead="=1+1",
    rule=None,
    by="fallback of route inbound",
    kind="queue",
    target="triage",
    assignee=None,
    passed_over=(PassedOver("owner account_owner", "no-owner"),),
    issues=(Issue("employees", "many", "not a number"),),
    row=8,
    due=None,
    actions=(),
)


def written(path: Path, format_name: str, decisions: Sequence[Decision]) -> str:
    """Return what a file of these decisions holds."""
    with decisions_to(path, format_name) as write:
        for decision in decisions:
            write(decision)
    return path.read_bytes().decode()


def test_csv_has_one_line_for_each_decision(tmp_path: Path) -> None:
    assert written(tmp_path / "out.csv", "csv", [ANA, TRIAGE]) == (
        "lead,row,route,rule,by,kind,target,assignee,at,passed_over,issues,"
        "repeated,due,actions,duplicate_of\n"
        "00Q5e,7,inbound,dach-enterprise,rule dach-enterprise,round-robin,dach-ae,ana,"
        "2026-11-23T09:00:00+00:00,,,false,2026-11-23T09:10:00+00:00,"
        '"task ""Call back""; start welcome",\n'
        "'=1+1,8,inbound,,fallback of route inbound,queue,triage,,"
        "2026-11-23T09:00:00+00:00,owner account_owner: no-owner,"
        "employees: not a number,false,,,\n"
    )


def test_csv_names_the_earlier_lead_of_a_duplicate(tmp_path: Path) -> None:
    decisions = [
        ANA,
        attrs.evolve(TRIAGE, duplicate_of="00Q5e"),
        attrs.evolve(ANA, duplicate_of="=1"),
    ]
    text = written(tmp_path / "out.csv", "csv", decisions)
    found = [row["duplicate_of"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert found == ["", "00Q5e", "'=1"]


@given(lead=st.text(), raw=st.text())
def test_csv_gives_every_cell_back(lead: str, raw: str) -> None:
    decision = attrs.evolve(ANA, lead=lead, issues=(Issue("employees", raw, "odd"),))
    row = next(csv.reader(io.StringIO(DECISION_FORMATS["csv"].line(decision), newline="")))
    assert dict(zip(COLUMNS, row, strict=True))["lead"].removeprefix("'") == lead.removeprefix("'")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\uff1d1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-5", "+4915112345", "-0.5", "ana@acme.example", "a=b"])
def test_a_cell_that_no_spreadsheet_runs_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("decisions", [[], [ANA], [ANA, TRIAGE]])
def test_json_lines_and_json_read_back_as_the_decisions(
    tmp_path: Path, decisions: list[Decision]
) -> None:
    lines = written(tmp_path / "out.jsonl", "jsonl", decisions).splitlines()
    assert [Decision.from_dict(json.loads(line)) for line in lines] == decisions
    array = json.loads(written(tmp_path / "out.json", "json", decisions))
    assert [Decision.from_dict(each) for each in array] == decisions


@given(st.text())
def test_json_holds_no_character_that_a_terminal_acts_on(lead: str) -> None:
    line = DECISION_FORMATS["jsonl"].line(attrs.evolve(ANA, lead=lead))
    assert line[:-1].isprintable()
    assert Decision.from_dict(json.loads(line)).lead == lead


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("the last run's\n")
    with decisions_to(out, "jsonl") as write:
        write(ANA)
        assert out.read_text() == "the last run's\n"
    assert out.read_text().startswith('{"lead": "00Q5e"')
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_run_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("the last run's\n")

    def fail() -> None:
        with decisions_to(out, "csv") as write:
            write(ANA)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert out.read_text() == "the last run's\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_what_is_not_a_regular_file_is_written_not_replaced() -> None:
    with replacing(Path(os.devnull)) as stream:
        stream.write(b"gone")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_the_tally_ranks_rules_and_targets_and_counts_what_was_amiss() -> None:
    tally = Tally(Shapes({}), seconds=2)
    broken = attrs.evolve(TRIAGE, issues=(Issue("", "42", "not a record"),))
    for decision in [ANA] * 1_200 + [TRIAGE, broken, attrs.evolve(ANA, repeated=True)]:
        tally.add(decision)
    records = [Record(1, {"id": "1"}), Record(2, 42), Record(3, "x,", "a quote that isn't closed")]
    assert list(tally.watch(records)) == records
    assert [click.unstyle(line) for line in tally.lines(80)] == [
        "routed 1,203 leads (2.0 s, 602 leads/s)",
        "  by  1,201  rule dach-enterprise",
        "          2  fallback of route inbound",
        "  to  1,201  round-robin dach-ae",
        "          2  queue triage",
        "  1 lead routed before; the decision stands",
        "  1 lead with values that could not be used (see `issues`)",
        "  2 rows not readable as a lead, sent to the route's fallback",
    ]


def test_the_tally_folds_what_is_beyond_the_first_ten() -> None:
    tally = Tally(Shapes({}))
    for number in range(12):
        tally.add(attrs.evolve(ANA, by=f"rule r{number:02}"))
    assert [click.unstyle(line) for line in tally.lines(80)][10:12] == [
        "      1  rule r09",
        "      2  ... and 2 more",
    ]
