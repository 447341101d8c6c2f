"""Files of leads in Python: what is told of their columns on the command line is told here."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import turnout
from turnout.runtime.unbound import Unbound

POLICY = """
lead {
  id: text
  source: text
  employees: integer
}
queue web
queue rest
route inbound {
  rule web { when source is web or employees >= 5 to queue web }
  fallback to queue rest
}
"""


@pytest.fixture
def router() -> Iterator[turnout.Router]:
    with turnout.loads(POLICY, name="inbound.route") as found:
        yield found


def opened(folder: Path, name: str, text: str) -> turnout.Records:
    path = folder / name
    path.write_text(text)
    return turnout.records(path)


def test_a_table_tells_the_fields_that_no_column_is(
    router: turnout.Router, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = opened(tmp_path, "leads.csv", "id,employees,LeadSource\n1,10,web\n2,1,web\n")
    with rows, caplog.at_level(logging.WARNING, "turnout"):
        decisions = list(router.route_all(rows))
    assert [decision.target for decision in decisions] == ["web", "rest"]
    (record,) = caplog.records
    assert record.name == "turnout"
    assert record.getMessage().startswith(f"{tmp_path}/leads.csv: no column is the field source")
    assert "LeadSource" in record.getMessage()


def test_a_table_whose_columns_are_all_there_tells_nothing(
    router: turnout.Router, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path, "leads.csv", "Id,Source,Employees\n1,web,1\n") as rows:
        assert [each.row for each in router.route_all(rows)] == [1]
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("leads.csv", "Name,Origin,Staff\nAnn,web,10\n"),
        ("leads.csv", "id,Origin,Staff\n1,web,10\n"),
        ("leads.jsonl", '{"id": 1, "origin": "web"}\n{"id": 2, "origin": "web"}\n'),
        ("leads.json", '[{"name": "Ann"}]'),
    ],
)
def test_a_file_of_something_else_is_refused_before_a_lead_is_decided(
    router: turnout.Router, tmp_path: Path, name: str, text: str
) -> None:
    router.route({"id": "1", "source": "web"})
    with opened(tmp_path, name, text) as rows:
        with pytest.raises(turnout.LeadsError, match="has a column for no field") as raised:
            router.route_all(rows)
        assert raised.value.help
    with opened(tmp_path, name, text) as rows, pytest.raises(turnout.LeadsError):
        router.reroute_all(rows, "again")
    assert router.moves() == ()
    assert router.route({"id": "2"}).repeated is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("leads.csv", "Lead Id,source,employees\n1,web,10\n"),
        ("leads.csv", "id,source,employees\n,web,10\n,web,9\n"),
        ("leads.jsonl", '{"Lead Id": 1, "source": "web", "employees": 10}\n'),
    ],
)
def test_a_file_in_which_no_row_has_the_id_is_refused(
    router: turnout.Router, tmp_path: Path, name: str, text: str
) -> None:
    with (
        opened(tmp_path, name, text) as rows,
        pytest.raises(turnout.LeadsError, match="the id, id"),
    ):
        list(router.route_all(rows))


def test_the_leads_of_a_program_may_be_sparse(router: turnout.Router) -> None:
    assert [each.target for each in router.route_all([{"id": "1"}])] == ["rest"]


def test_every_record_of_a_long_file_of_json_is_decided(
    router: turnout.Router, tmp_path: Path
) -> None:
    text = "".join(f'{{"id": {number}, "source": "web"}}\n' for number in range(1_203))
    with opened(tmp_path, "leads.jsonl", text) as rows:
        found = [decision.lead for decision in router.route_all(rows)]
    assert found == [str(number) for number in range(1_203)]


def test_columns_of_anything_can_be_asked_about(router: turnout.Router) -> None:
    assert router.unbound(["ID", "source", "employees"]) == ()
    assert router.unbound(["Lead Source", "employees"]) == (
        Unbound("id"),
        Unbound("source", ("Lead Source",)),
    )
