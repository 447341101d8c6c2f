"""`turnout report`, as whoever reads it meets it."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.support.browsing import Opened, launched
from turnout import load
from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.dsl.policy import Policy
from turnout.project.report_settings import AlertSettings
from turnout.rendering.measures.measured_page import report_page, state_page
from turnout.rendering.screen import width
from turnout.reporting import alerts as alerts_module
from turnout.reporting.alerts import raise_alerts
from turnout.reporting.asked import AskedReport
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.measure_tables import MeasureColumn, MeasureTable
from turnout.reporting.report import LeadReport
from turnout.runtime.stores import Signature
from turnout.runtime.stores.anywhere import open_known

POLICY = """policy inbound
lead { id: text required  country: country }
person ana
person ben
team sales { ana, ben }
queue triage
route inbound {
  rule german {
    when country is DE
    to   round-robin sales
    sla  1 hour wall, then queue triage
  }
  fallback to queue triage
}
"""
NAME = '=cmd|"x" <script>alert(1)</script> \x1b[31m'


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def turnout_policy(folder: Path) -> Policy:
    return compile_policy(folder / "in.route").policy


def told(*arguments: str) -> str:
    result = turnout("report", "in.route", "--state", "s.db", "--at", "2026-11-24", *arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "in.route").write_text(POLICY)
    (folder / "leads.csv").write_text("id,country\n" + "".join(f"L-{n},DE\n" for n in range(5)))
    files = str(folder / "in.route"), str(folder / "leads.csv"), "-o", str(folder / "d.csv")
    state = ("--state", str(folder / "s.db"))
    assert turnout("route", *files, *state, "--at", "2026-11-23T09:00Z").exit_code == 0
    who = ("--reason", NAME, "--at", "2026-11-23T09:30Z")
    assert turnout("return", files[0], "L-1", "L-2", *state, *who).exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def _there(routed: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(routed)


@pytest.mark.parametrize("screen", ["40", "80"])
def test_every_line_fits_the_screen(monkeypatch: pytest.MonkeyPatch, screen: str) -> None:
    monkeypatch.setenv("COLUMNS", screen)
    lines = told().splitlines()
    assert max(map(width, lines)) <= int(screen)
    assert "\x1b" not in "".join(lines)
    assert any("SLA compliance" in line for line in lines)


def test_programs_read_the_same_numbers() -> None:
    data = json.loads(told("--format", "json", "--by", "person"))
    assert (data["at"], data["by"]) == ("2026-11-24T00:00:00+00:00", "person")
    leads = {row["measure"]: row["leads"] for row in data["tables"]["leads"]}
    assert (leads["Leads"], leads["Returned"]) == (5, 2)
    found = csv.DictReader(io.StringIO(told("--format", "csv", "--by", "person")))
    cells = {(row["table"], row["group"], row["measure"]): row["value"] for row in found}
    assert cells["by_person", "ana", "leads"] == "3"
    assert cells["leads", "Returned", "share"] == "0.4"
    assert not [group for _, group, _ in cells if group.startswith("=")]


def test_what_cannot_be_told_is_said() -> None:
    refused = turnout("report", "--state", "s.db", "--since", "2026-11-24", "--until", "2026-11-23")
    assert refused.exit_code == 2
    assert "--since is not before --until" in refused.output
    empty = told("--since", "2026-11-30")
    assert re.search(r"Leads +0 +-\n", empty)
    assert "nothing to tell of" in empty


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('colour = "red"', "`colour` is no setting of reports"),
        ("source = 1", "`source` has to be the name of a field"),
        ("invalid = [1]", "`invalid` has to be a list of reasons"),
        ("alerts = { sla = 2 }", "`sla` has to be a share"),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(setting: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "in.route").write_text(POLICY)
    (tmp_path / "turnout.toml").write_text(f"[report]\n{setting}\n")
    result = turnout("report", str(tmp_path / "in.route"), "--state", "s.db")
    assert result.exit_code == 2
    output = " ".join(result.output.split())
    assert said in output
    assert "turnout.toml:2" in output


def test_the_page_needs_nothing_else_and_is_for_everybody(routed: Path) -> None:
    told("--format", "html", "-o", "report.html")
    page = (routed / "report.html").read_text()
    policy = turnout_policy(routed)
    with closing(open_known(routed / "s.db")) as store:
        asked = AskedReport(datetime(2026, 11, 24, tzinfo=UTC))
        served = state_page(store, routed / "s.db", asked, IndexManner(policy), "in")
    # A service's page has links to its others besides.
    assert re.sub(r"<nav aria-label=\"(Time|Broken down)\">.*?</nav>", "", served) == page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with launched() as browser:
        for size, scheme in ((1280, "light"), (360, "dark")):
            opened = Opened(browser, size, scheme)
            shown = opened.go(routed, "report.html")
            assert shown.evaluate("document.documentElement.scrollWidth") <= size
            found = axe.run(shown)
            assert found.violations_count == 0, found.generate_report()
            assert opened.said == []


SETTINGS = """announce.crm = { url = "https://crm.example.com/hook", secret = "env:CRM" }
[report.alerts]
hours = 12
least = 3
"""


def test_an_alert_is_told_once_and_once_when_it_is_over(tmp_path: Path) -> None:
    policy, state = str(tmp_path / "in.route"), str(tmp_path / "s.db")
    (tmp_path / "in.route").write_text(POLICY)
    leads = tmp_path / "leads.csv"

    def route(countries: str, at: str) -> None:
        rows = [f"{at}-{n},{each}" for n, each in enumerate(countries.split())]
        leads.write_text("\n".join(["id,country", *rows]) + "\n")
        to = ("--state", state, "--at", at, "-o", str(tmp_path / "d.csv"))
        assert turnout("route", policy, str(leads), *to).exit_code == 0

    def alerts(at: str, settings: str) -> tuple[int, list[tuple[str, str]]]:
        (tmp_path / "turnout.toml").write_text(SETTINGS + settings)
        asked = ("--state", state, "--at", at, "--alerts", "--format", "json")
        result = turnout("report", policy, *asked)
        found = json.loads(result.output)
        return result.exit_code, [(each["subject"], each["phase"]) for each in found]

    route("DE DE DE FR", "2026-11-23T01:00Z")
    share = "fallback = 0.5\njump = 0.2\n"
    assert alerts("2026-11-23T12:00Z", share) == (0, [])
    route("DE FR FR", "2026-11-23T13:00Z")
    both = [("all leads", "begun"), ("all leads", "begun")]
    assert alerts("2026-11-24T00:00Z", share) == (1, both)
    assert alerts("2026-11-24T00:01Z", share)[1] == [("all leads", "stands")] * 2
    # By then ana and ben had leads; of those whose time was up none was contacted.
    late = alerts("2026-11-24T00:02Z", "sla = 0.5\nidle = 1\n")
    assert late == (0, [("all leads", "over"), ("all leads", "over")])
    assert alerts("2026-11-23T12:00Z", "sla = 0.5\n")[1] == [("contact of rule german", "begun")]
    events = turnout("log", state, "--event", "alerted", "--format", "jsonl").output.splitlines()
    names = [json.loads(line)["name"] for line in events]
    assert [name[0] for name in names] == ["fallback", "jump", "fallback", "jump", "sla"]
    assert [name[2] for name in names] == ["begun", "begun", "over", "over", "begun"]
    with sqlite3.connect(state) as connection:
        told = connection.execute(
            "SELECT count(*) FROM outbox WHERE body LIKE '%\"alerted\"%'"
        ).fetchone()
    connection.close()
    assert told == (5,)
    assert turnout("state", "check", state).exit_code == 0


def test_somebody_without_leads_is_told_of_unless_they_are_away(tmp_path: Path) -> None:
    (tmp_path / "in.route").write_text(POLICY.replace("{ ana, ben }", "{ ana weight 9, ben }"))
    (tmp_path / "turnout.toml").write_text("[report.alerts]\nidle = 24\nleast = 2\n")
    (tmp_path / "leads.csv").write_text("id,country\nL-1,DE\nL-2,DE\n")
    policy, state = str(tmp_path / "in.route"), ("--state", str(tmp_path / "s.db"))
    files = policy, str(tmp_path / "leads.csv"), "-o", str(tmp_path / "d.csv")
    assert turnout("route", *files, *state, "--at", "2026-11-23T09:00Z").exit_code == 0
    asked = ("report", policy, *state, "--at", "2026-11-23T10:00Z", "--alerts")
    assert "alert  idle, person ben: no lead in 24 hours" in turnout(*asked).output
    assert turnout("away", policy, "ben", *state, "--at", "2026-11-23T09:30Z").exit_code == 0
    assert turnout(*asked).output.startswith("over  idle, person ben")


def test_alerts_need_a_policy_and_a_threshold() -> None:
    refused = turnout("report", "--state", "s.db", "--alerts")
    assert (refused.exit_code, "needs the POLICY" in refused.output) == (2, True)
    refused = turnout("report", "in.route", "--state", "s.db", "--alerts")
    assert (refused.exit_code, "no threshold is configured" in refused.output) == (2, True)


def of_days(count: int) -> LeadReport:
    """Return a report of as many days, of which each second one had three leads."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    columns = MeasureColumn("day", "Day", "text"), MeasureColumn("leads", "Leads")
    rows = tuple((f"{first + timedelta(days=n):%Y-%m-%d}", 3, 1 / 3) for n in range(0, count, 2))
    asked = AskedReport(first + timedelta(days=count))
    heads = (*columns, MeasureColumn("contacted", "Contacted", "share"))
    summary = MeasureTable(
        "leads",
        "Leads",
        (MeasureColumn("measure", "Measure", "text"), columns[1], heads[2]),
        tuple((each, 3, 1.0) for each in ("Leads", "Contacted", "Qualified", "Converted")),
    )
    none = tuple(MeasureTable(name, name, columns, ()) for name in ("speed", "sla"))
    return LeadReport("x", asked, (summary, *none, MeasureTable("by_day", "By day", heads, rows)))


def test_days_without_a_lead_stand_in_the_plot_and_a_year_is_told_by_weeks() -> None:
    month = report_page(of_days(30))
    plot = month.split('aria-labelledby="by_day-plot-title')[1].split("</svg>")[0]
    assert plot.count('class="bar"') == 29  # the 15 days with leads, and those in between
    assert "Leads by day, and how many of them were contacted" in plot
    year = report_page(of_days(365))
    plot = year.split('aria-labelledby="by_day-plot-title')[1].split("</svg>")[0]
    assert plot.count('class="bar"') == 53
    assert "week of 2025-12-29" in plot
    table = re.findall(r'<th scope="row"><bdi>([-\d]+)', year)
    assert table[0] == "2026-12-31"  # the latest first


def test_a_time_without_a_lead_is_said_to_have_none() -> None:
    told("--format", "html", "-o", "empty.html", "--since", "2026-11-30")
    page = Path("empty.html").read_text()
    assert "No lead arrived in this time" in page
    assert "Speed to lead" not in page
    assert 'id="load"' in page  # what somebody has is told whenever it came


def test_nobody_who_writes_waits_for_the_counting_and_what_others_told_is_not_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.route").write_text(POLICY)
    compiled = compile_policy(tmp_path / "in.route")
    at, state = datetime(2026, 11, 23, 9, tzinfo=UTC), tmp_path / "s.db"
    settings = AlertSettings(fallback=0.5, least=3)

    def alerts(index: str) -> list[tuple[str, str]]:
        with closing(open_known(state)) as store:
            asked = AskedReport(at + timedelta(hours=1))
            signature = Signature(compiled.policy_hash)
            found = raise_alerts(
                store,
                state,
                compiled.policy,
                asked,
                settings,
                signature=signature,
                kept=tmp_path / index,
            )
        return [(each.subject, each.phase) for each in found]

    with load(tmp_path / "in.route", state=str(state)) as router:
        for number in range(4):
            router.route({"id": f"L-{number}", "country": "FR"}, at=at)
        counted = alerts_module.crossed
        others: list[list[tuple[str, str]]] = []

        def meanwhile(*asked: Any) -> Any:  # noqa: ANN401 - as they are
            monkeypatch.undo()
            found = [*counted(*asked)]
            router.route({"id": "L-9", "country": "DE"}, at=at)  # it would wait for a lock
            others.append(alerts("other.db"))
            return found

        monkeypatch.setattr(alerts_module, "crossed", meanwhile)
        assert alerts("one.db") == [("all leads", "stands")]
        assert others == [[("all leads", "begun")]]
