"""Fields that no column means are told: a policy that waits for them decides nothing by them."""

from pathlib import Path

from click.testing import CliRunner

from turnout.cli import cli
from turnout.runtime.headers import absent_fields

POLICY = """\
lead { source: text  employees: integer  plan: text }
queue web
queue rest
route inbound {
  rule web { when source is web or employees >= 5 or plan is gold to queue web }
  fallback to queue rest
}
"""


def test_a_field_under_another_name_is_told_with_the_column_that_may_be_meant(
    tmp_path: Path,
) -> None:
    (tmp_path / "inbound.route").write_text(POLICY)
    (tmp_path / "leads.csv").write_text("LeadSource,Employees,Phone\nweb,3,1\n")
    arguments = ["route", str(tmp_path / "inbound.route"), str(tmp_path / "leads.csv")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    assert "no lead has the field source; is LeadSource meant?" in result.stderr
    assert "no lead has the field plan\n" in result.stderr
    assert "employees" not in result.stderr


def test_fields_that_some_lead_has_are_not_absent() -> None:
    assert absent_fields({"lead_source": 1, "state": 1}, {"Lead Source", "STATE"}) == ()
