"""Fields that no column means are told: a policy that waits for them decides nothing by them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.dsl.headers import Headers
from turnout.dsl.types import Field, Text
from turnout.runtime.unbound import Shapes, Unbound, asked_fields

POLICY = """\
lead {
  id: text
  source: text
  employees: integer
  plan: text
  note: text # allow unused-definition: for the export
}
queue web
queue rest
route inbound {
  rule web { when source is web or employees >= 5 or plan is gold to queue web }
  fallback to queue rest
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inbound.route").write_text(POLICY)
    return tmp_path


def routed(folder: Path, name: str, text: str, *options: str) -> Result:
    (folder / name).write_text(text)
    arguments = ["route", str(folder / "inbound.route"), str(folder / name), *options]
    return CliRunner().invoke(cli, arguments)


def said(result: Result) -> str:
    return " ".join(result.stderr.split())


def test_a_field_under_another_name_is_told_with_what_to_declare(folder: Path) -> None:
    result = routed(folder, "leads.csv", "LeadSource,Employees,Phone,Id\nweb,3,1,L-1\n")
    assert result.exit_code == 0
    assert (
        "no column is the field source; if it is LeadSource, declare `from column"
        ' "LeadSource"`' in said(result)
    )
    assert "no column is the field plan " in said(result) + " "
    assert "employees" not in said(result)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("leads.csv", "Id,Lead Source,Size of company\nL-1,web,9\n"),
        ("leads.json", '[{"Id": "L-1", "Lead Source": "web"}]'),
        ("leads.jsonl", '{"Id": "L-1", "Lead Source": "web"}\n'),
    ],
)
def test_a_file_in_which_only_one_field_finds_a_column_is_refused(
    folder: Path, name: str, text: str
) -> None:
    state = folder / "state.db"
    result = routed(folder, name, text, "--state", str(state), "-o", str(folder / "out.csv"))
    assert result.exit_code == 2
    assert "has a column for no field but id: its columns are Id, Lead Source" in said(result)
    assert 'declare `from column "Lead Source"`' in said(result)
    assert not (folder / "out.csv").exists()


def test_records_without_any_field_are_refused_with_their_keys(folder: Path) -> None:
    result = routed(folder, "leads.json", '[{"foo": 1}, {"bar": {"baz": 2}}]')
    assert result.exit_code == 2
    assert "has a column for no field: its columns are foo, bar, bar.baz" in said(result)


def test_what_the_hint_says_can_be_followed(folder: Path) -> None:
    declared = POLICY.replace("source: text", 'source: text from column "Lead Source"')
    (folder / "inbound.route").write_text(declared)
    result = routed(folder, "leads.csv", "Id,Lead Source\nL-1,web\n")
    assert result.exit_code == 0
    assert '"rule": "web"' in result.stdout


@pytest.mark.parametrize("text", ["id\nL-1\n", "id,plan\nL-1,gold\n"])
def test_a_policy_that_needs_no_more_than_its_columns_runs(tmp_path: Path, text: str) -> None:
    (tmp_path / "inbound.route").write_text(
        "lead { id: text plan: text }\nqueue rest\nroute inbound {"
        ' rule never { when id is "none" to queue rest } fallback to queue rest }\n'
    )
    assert routed(tmp_path, "leads.csv", text).exit_code == 0


def test_a_field_that_a_table_fills_needs_no_column(tmp_path: Path) -> None:
    (tmp_path / "owners.csv").write_text("id,plan\nL-1,gold\n")
    (tmp_path / "inbound.route").write_text(
        'lead { id: text plan: text from "owners.csv" by id -> plan }\nqueue rest\nqueue web\n'
        'route inbound { rule gold { when plan is "gold" to queue web } fallback to queue rest }\n'
    )
    result = routed(tmp_path, "leads.csv", "id,x\nL-1,y\n")
    assert (result.exit_code, "no column" in said(result)) == (0, False)


def test_a_field_of_several_columns_is_told_with_all_of_them() -> None:
    shapes = Shapes({"revenue": Field("revenue", Text()), "id": Field("id", Text())})
    shapes.add({"id": "1", "Revenue ($)": 5, "Revenue (%)": 6})
    assert shapes.unbound() == (Unbound("revenue", ("Revenue ($)", "Revenue (%)")),)
    assert shapes.unbound()[0].sentence == (
        "no column is the field revenue: it may be Revenue ($) or Revenue (%); say which,"
        ' such as `from column "Revenue ($)"`'
    )


def test_a_route_asks_the_fields_of_its_targets_tables_and_countries_too(tmp_path: Path) -> None:
    (tmp_path / "plans.csv").write_text("domain,plan\nfirm.example,gold\n")
    policy = tmp_path / "inbound.route"
    policy.write_text("""\
lead {
  id: text required
  country: country
  state: subdivision
  domain: text
  plan: text from "plans.csv" by domain -> plan
  owner: person
  language: language
  email: email
  idle: text # allow unused-definition: as an example
}
identity email within 9 days
person ana { email "a@x.example" languages [de] }
team t { ana }
queue q
route inbound {
  rule a { when plan is "gold" and not duplicate to owner owner else queue q }
  within state is US-CA { fallback to round-robin t matching language else queue q }
  fallback to queue q
}
""")
    compiled = compile_policy(policy)
    assert asked_fields(compiled.policy, "inbound") == frozenset(
        "id country state domain plan owner language email".split()
    )


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6, unique=True))
def test_a_hint_never_proposes_what_can_not_be_followed(columns: list[str]) -> None:
    fields = {name: Field(name, Text()) for name in ("source", "id", "state", "employees")}
    shapes = Shapes(fields)
    shapes.add(dict.fromkeys(columns))
    for unbound in shapes.unbound():
        for column in unbound.meant:
            written = " ".join(column.replace("\0", "").split())
            field = Field(unbound.field, Text(), columns=(written,))
            binding = Headers({**fields, field.name: field}).binding(tuple(columns))
            assert field.name in binding.fields, (column, columns)
