"""What `turnout coverage` prints and writes, of the space of leads and of a sample."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """\
lead {
  id:      text required
  country: country
  staff:   integer 0..9
  vip:     boolean
}
territory EMEA { territory DACH = country in [DE, AT, CH] territory UKI = country in [GB, IE] }
segment size first of { Large = staff in 5..9 Small = staff < 5 }
queue first
queue second
route inbound {
  rule vip { when vip to queue first }
  rule large { when EMEA and Large to queue first }
  rule small { when DACH and Small to queue second }
  rule late { when DACH and Small and staff < 3 to queue first }
}
"""

LEADS = """\
id,country,staff,vip
1,DE,7,
2,DE,1,
3,GB,1,yes
4,GB,1,
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "inbound.route").write_text(POLICY, "utf-8")
    (tmp_path / "leads.csv").write_text(LEADS, "utf-8")
    return tmp_path


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.usefixtures("folder")
def test_each_clause_has_its_exact_share_of_what_the_fields_allow() -> None:
    result = turnout("coverage", "inbound.route")
    assert result.exit_code == 0, result.output
    # Of 250 countries (missing is one), 11 sizes of staff and 3 answers on vip.
    assert "   33.3 %" in result.output.split("vip")[0]
    data = shares_of("inbound.route")
    countries = data["countries"]
    assert data["vip"] == pytest.approx(1 / 3)
    assert data["large"] == pytest.approx(2 / 3 * 5 / countries * 5 / 11)
    assert data["small"] == pytest.approx(2 / 3 * 3 / countries * 5 / 11)
    assert data["late"] == 0


def shares_of(policy: str, *more: str) -> dict[str, float]:
    assert turnout("coverage", policy, "-o", "shares.json", *more).exit_code == 0
    data = json.loads(Path("shares.json").read_text("utf-8"))
    from turnout.compiler.leads.universe import universe  # noqa: PLC0415 - slow to load
    from turnout.dsl.types import Country  # noqa: PLC0415

    found = {each["clause"]: each["share"] for each in data["shares"]}
    return {**found, "none": data["no_target"], "countries": len(universe(Country())) + 1}


@pytest.mark.usefixtures("folder")
def test_a_sample_is_counted_lead_by_lead() -> None:
    found = shares_of("inbound.route", "--leads", "leads.csv")
    assert [found[name] for name in ("vip", "large", "small", "late", "none")] == [
        0.25,
        0.25,
        0.25,
        0,
        0.25,
    ]


@pytest.mark.usefixtures("folder")
def test_the_matrix_shows_who_is_in_a_cell_and_where_some_get_no_target() -> None:
    lines = turnout("coverage", "inbound.route").output.splitlines()
    start = lines.index("territory by size, +n for so many rules more")
    table = [line.split("  ") for line in lines[start + 1 :] if line]
    cells = {line[0].strip(): [cell.strip() for cell in line[1:] if cell.strip()] for line in table}
    assert cells["DACH"] == ["large +1", "small +1", "no target +1"]
    assert cells["UKI"] == ["large +1", "no target +1", "no target +1"]
    assert cells["none"] == ["no target +1", "no target +1", "no target +1"]


@pytest.mark.usefixtures("folder")
def test_check_shows_the_coverage_after_its_findings() -> None:
    result = turnout("check", "--coverage", "inbound.route")
    assert result.exit_code == 1
    assert result.output.index("coverage-gap") < result.output.index("what each rule receives")
    assert turnout("check", "--coverage", "--format", "json", "inbound.route").exit_code == 2


def test_the_page_is_whole_and_lets_no_name_out_of_its_text(folder: Path) -> None:
    hostile = POLICY.replace("segment size", "segment other = country is DE segment size").replace(
        "rule vip", "rule vip"
    )
    (folder / "inbound.route").write_text(hostile, "utf-8")
    policy = folder / "<b>&.route"
    policy.write_text(hostile, "utf-8")
    assert turnout("coverage", policy.name, "-o", "page.html").exit_code == 0
    page = (folder / "page.html").read_text("utf-8")
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page
    assert "<script" not in page
    assert "http" not in page
    assert page.count("<tr") == page.count("</tr>")


@pytest.mark.usefixtures("folder")
def test_what_can_not_be_shown_is_refused_with_a_reason() -> None:
    for arguments, said in (
        (("nowhere.route",), "there is no such file"),
        (("inbound.route", "--leads", "nowhere.csv"), "nowhere.csv"),
        (("inbound.route", "-o", "shares.xls"), "end it in .html or .json"),
        (("inbound.route", "--route", "inbond"), "did you mean inbound?"),
    ):
        result = turnout("coverage", *arguments)
        assert result.exit_code == 2, arguments
        assert said in result.output
    Path("inbound.route").write_text("route x { rule a { when nothing to queue q } }", "utf-8")
    assert turnout("coverage", "inbound.route").exit_code == 1


def test_leads_of_a_part_from_a_table_are_not_in_none_of_the_territories(folder: Path) -> None:
    (folder / "zips.csv").write_text("zip,area\n10115,North\n80331,South\n", "utf-8")
    (folder / "zips.route").write_text(
        """\
lead { id: text required  zip: code }
territory All { from "zips.csv" by zip -> area }
queue q
route r {
  rule north { when North to queue q }
  rule south { when South to queue q }
  fallback to queue q
}
""",
        "utf-8",
    )
    assert turnout("coverage", "zips.route", "-o", "cells.json").exit_code == 0
    (matrix,) = json.loads(Path("cells.json").read_text("utf-8"))["matrices"]
    assert matrix["rows"] == ["North", "South", "none"]
    got = [[each["clause"] for each in cell] for (cell,) in matrix["cells"]]
    assert got == [["north"], ["south"], ["fallback of route r"]]
