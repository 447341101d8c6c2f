"""`turnout export sql`: what is written, and what is refused by name."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import Result
from ruamel.yaml import YAML

from tests.support.command_line import turnout
from tests.support.sources import ROOT
from turnout.warehouse import column_tests, raw_fields, syntax, view
from turnout.warehouse.dialects import DIALECTS, TABLE_NAME
from turnout.warehouse.syntax import named, noted, number
from turnout.warehouse.texts_asked import word_pattern

POLICY = """
lead { id: text required  title: text  country: country  staff: integer 0..  order: text }
calendar london { timezone "Europe/London" open mon..fri 09:00-17:00 }
queue triage
queue night
route inbound {
  rule small { when country in [DE, AT] and staff < 10 to queue triage sla 2 hours }
  RULE
  fallback to queue triage
}
"""


def run(*arguments: object) -> Result:
    return turnout("export", "sql", *map(str, arguments))


def policy(folder: Path, rule: str = "") -> Path:
    path = folder / "leads.route"
    path.write_text(POLICY.replace("RULE", rule), encoding="utf-8")
    return path


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_every_dialect_is_written(tmp_path: Path, dialect: str) -> None:
    found = run(policy(tmp_path), "--dialect", dialect)
    assert found.exit_code == 0
    assert "CREATE VIEW routed_inbound AS" in found.stdout
    assert (
        "THEN 0 /* rule small (leads.route:7): country in [DE, AT] and staff < 10 */"
        in found.stdout
    )


@pytest.mark.parametrize(
    ("rule", "named_"),
    [
        ('rule odd { when title matches "^vp" to queue night }', "matches"),
        ('rule odd { when title has word "cto" to queue night }', "has word"),
        ("rule odd { when open london to queue night }", "open london"),
    ],
)
def test_what_cannot_be_said_is_named_and_nothing_written(
    tmp_path: Path, rule: str, named_: str
) -> None:
    out = tmp_path / "view.sql"
    path = policy(tmp_path, rule)
    found = run(path, "--dialect", "postgres", "-o", out)
    assert found.exit_code == 2
    assert named_ in " ".join(found.stderr.split())
    assert not out.exists()
    left = run(path, "--dialect", "postgres", "--for-batch", "-o", out)
    assert left.exit_code == 0
    assert "left for the batch" in out.read_text("utf-8")


def test_a_calendar_is_asked_of_a_moment(tmp_path: Path) -> None:
    path = policy(tmp_path, "rule odd { when open london to queue night }")
    arguments = (path, "--dialect", "duckdb", "--at")
    assert "THEN 1" not in run(*arguments, "2026-11-22T10:00").stdout  # a Sunday
    assert "ELSE 1" in run(*arguments, "2026-11-23T10:00").stdout


def test_places_of_rules_are_told_from_the_policy_s_folder_on(tmp_path: Path) -> None:
    """So that the same policy is the same SQL wherever it lies."""
    folders = (tmp_path / "here", tmp_path / "there" / "deeper")
    scripts: list[str] = []
    for folder in folders:
        (folder / "more").mkdir(parents=True)
        path = policy(folder, 'rules from "rules.csv" by country { to queue column queue }')
        text = path.read_text("utf-8").replace("queue triage\nqueue night\n", "", 1)
        path.write_text(f'include "more/queues.route"\n{text}', "utf-8")
        (folder / "rules.csv").write_text("country,queue\nFR,triage\nBE,night\n", "utf-8")
        rest = """route late { rule odd { when staff > 5 to queue night } fallback to queue night }
            queue triage\nqueue night\n"""
        (folder / "more" / "queues.route").write_text(rest, "utf-8")
        for route in ("inbound", "late"):
            found = run(path, "--route", route, "--dialect", "duckdb")
            assert found.exit_code == 0, found.output
            scripts.append(found.stdout)
    assert scripts[:2] == scripts[2:]
    assert "(rules.csv:3)" in scripts[0]
    assert "rule odd (more/queues.route:1)" in scripts[1]


def test_two_ways_to_say_when_are_one_too_many(tmp_path: Path) -> None:
    found = run(
        "export",
        "sql",
        policy(tmp_path),
        "--dialect",
        "duckdb",
        "--at",
        "2026-01-01",
        "--day-column",
        "day",
    )
    assert found.exit_code == 2


@pytest.mark.parametrize("name", ["a b", "x;y", "", "a.b.c.d", '"x"'])
def test_what_is_no_name_of_a_table_is_refused(tmp_path: Path, name: str) -> None:
    assert not TABLE_NAME.match(name)
    found = run(policy(tmp_path), "--dialect", "duckdb", "--from", name or " ")
    assert found.exit_code == 2


def test_names_that_engines_read_as_their_own_are_quoted() -> None:
    duckdb, snowflake = DIALECTS["duckdb"], DIALECTS["snowflake"]
    assert named("order", duckdb).sql("duckdb") == '"order"'
    assert named("order", snowflake).sql("snowflake") == '"ORDER"'
    assert named("größe", snowflake).sql("snowflake") == '"größe"'
    assert named("country", snowflake).sql("snowflake") == "country"


def test_a_comment_cannot_end_itself() -> None:
    said = noted(number(1), "rule x */ DROP TABLE leads; /* y\nz").sql("postgres")
    assert said == "1 /* rule x * / DROP TABLE leads; / * y z */"


def test_the_pattern_of_a_word_says_its_signs_as_themselves() -> None:
    assert word_pattern("c++") == "(^|[^a-zA-Z0-9])c[+][+]"
    assert word_pattern("^a]") == "\\^a\\]"


def test_a_schema_without_an_id_needs_a_key(tmp_path: Path) -> None:
    path = tmp_path / "leads.route"
    path.write_text("lead { city: text } queue q route r { fallback to queue q }", encoding="utf-8")
    assert run(path, "--dialect", "duckdb").exit_code == 2
    found = run(path, "--dialect", "duckdb", "--key", "number")
    assert "s.number AS turnout_key" in found.stdout


def test_a_check_says_that_view_and_plan_agree(tmp_path: Path) -> None:
    path = policy(tmp_path, 'rule odd { when title ends with "o\'c" to queue night }')
    found = run(path, "--dialect", "postgres", "--check", "60")
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith("60 leads drawn; 0 decided otherwise.")
    data = json.loads(run(path, "--dialect", "duckdb", "--check", "60", "--format", "json").stdout)
    assert (data["format"], data["version"], data["different"]) == ("turnout-sql-check", 1, 0)
    assert data["reached"] == data["clauses"] == 3


def test_a_project_of_dbt_is_told_from_another_folder(tmp_path: Path) -> None:
    path, project = policy(tmp_path), tmp_path / "project"
    asked = (path, "--dialect", "duckdb", "--dbt", project)
    first = run(*asked)
    assert first.exit_code == 0
    assert "has no dbt_project.yml" in first.stderr
    written = {each: each.read_bytes() for each in project.rglob("*.*") if each.is_file()}
    (project / "dbt_project.yml").write_text("name: x\n", "utf-8")
    again = run(*asked)
    assert (again.exit_code, again.stderr) == (0, "")
    assert {each: each.read_bytes() for each in written} == written


@pytest.mark.parametrize("more", [("-o", "x.sql"), ("--draws", "--arrived", "a")])
def test_what_a_project_of_dbt_does_not_have_is_refused(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    path, project = policy(tmp_path), tmp_path / "project"
    asked = (path, "--dialect", "duckdb", "--dbt", project, "--at", "2026-01-01", *more)
    assert run(*asked).exit_code == 2
    assert not project.exists()


def test_a_check_says_no_more_than_its_dialect(tmp_path: Path) -> None:
    """Though it is carried out in DuckDB, which has patterns that others haven't."""
    path = policy(tmp_path, 'rule odd { when title matches "^vp" to queue night }')
    refused = run(path, "--dialect", "postgres", "--check", "60")
    assert refused.exit_code == 2
    assert "postgres can't say everything: title matches" in " ".join(refused.stderr.split())
    left = run(path, "--dialect", "postgres", "--for-batch", "--check", "60")
    assert "left for the batch; 0 decided otherwise." in left.stdout
    assert run(path, "--dialect", "bigquery", "--check", "60").stdout.startswith(
        "60 leads drawn; 0"
    )


def test_a_check_finds_a_view_that_says_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_tests, "at_least", syntax.above)  # `< 10` becomes `<= 10`
    path = policy(tmp_path)
    found = run(path, "--dialect", "duckdb", "--check", "200")
    assert found.exit_code == 1
    assert "clause is rule small in SQL and fallback of route inbound by the plan" in found.stdout
    assert "staff: 10" in found.stdout
    data = json.loads(run(path, "--dialect", "duckdb", "--check", "200", "--format", "json").stdout)
    assert data["different"] > 0
    assert data["shown"][0]["column"] == "clause"


def test_texts_are_read_by_a_view_of_their_own(tmp_path: Path) -> None:
    """The header says where fields stand; what SQL can't read is named, or left lead by lead."""
    path = tmp_path / "leads.route"
    more = 'phone: phone  zip: code  region: text from "zips.csv" by zip -> region'
    text = POLICY.replace("country: country", f"country: country  {more}")
    rule = 'rule near { when region is "north" and phone is present to queue night }'
    path.write_text(text.replace("RULE", rule), encoding="utf-8")
    (tmp_path / "zips.csv").write_text("zip,region\n10115,north\n80331,south\n")
    header = tmp_path / "export.csv"
    header.write_text("Id,Job Title,Country,# Staff,Order,Phone,Zip\n1,CTO,DE,7,,,\n")
    asked = (path, "--dialect", "duckdb", "--raw", "--header", header)
    refused = run(*asked)
    assert refused.exit_code == 2
    assert "phone: phone numbers have plans of their own" in " ".join(refused.stderr.split())
    written = run(*asked, "--for-batch")
    assert written.exit_code == 0, written.output
    assert 'TRIM(s."# Staff"' in written.stdout
    assert "CREATE VIEW routed_inbound_values AS" in written.stdout
    assert (
        "INSERT INTO routed_inbound_values_table_region VALUES ('10115', 'north')" in written.stdout
    )
    checked = run(*asked, "--for-batch", "--check", "150")
    assert checked.exit_code == 0, checked.output
    assert "; 0 decided otherwise." in checked.stdout
    folder = tmp_path / "project"
    assert run(*asked, "--for-batch", "--from", "crm.leads", "--dbt", folder).exit_code == 0
    model = (folder / "models/turnout/routed_inbound.sql").read_text("utf-8")
    reads = (folder / "models/turnout/routed_inbound_values.sql").read_text("utf-8")
    assert "{{ ref('routed_inbound_values') }}" in model
    assert "{{ source('crm', 'leads') }}" in reads
    assert "{{ ref('routed_inbound_values_texts_country') }}" in reads
    assert "{{ source(" not in model
    assert (folder / "seeds/turnout/routed_inbound_values_texts_country.csv").exists()


def test_a_view_over_texts_that_reads_otherwise_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_fields, "normal", same)  # blanks in a row stay
    rule = 'rule odd { when title is "two words" to queue night }'
    found = run(policy(tmp_path, rule), "--dialect", "duckdb", "--raw", "--check", "400")
    assert found.exit_code == 1
    assert "by the plan: " in found.stdout


def same(this: syntax.Sql) -> syntax.Sql:
    return this


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--header", "export.csv"), "--header is for texts"),
        (("--raw", "--draws"), "--draws needs typed columns"),
        (("--raw", "--header", "twice.csv"), "stands in several columns"),
        (("--raw", "--header", "lines.jsonl"), "has no header"),
    ],
)
def test_what_does_not_go_with_texts_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.csv").write_text("id,title\n")
    (tmp_path / "twice.csv").write_text("id,title,Title\n")
    (tmp_path / "lines.jsonl").write_text('{"id": "1"}\n')
    found = run(policy(tmp_path), "--dialect", "duckdb", *arguments)
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())


def test_draws_need_a_moment_and_an_order(tmp_path: Path) -> None:
    path = tmp_path / "leads.route"
    text = POLICY.replace("RULE", "").replace(
        "fallback to queue", "fallback to round-robin t else queue"
    )
    path.write_text(f"person ana person ben team t {{ ana, ben }} {text}", encoding="utf-8")
    assert run(path, "--dialect", "duckdb", "--draws").exit_code == 2
    found = run(path, "--dialect", "duckdb", "--draws", "--arrived", "came", "--at", "2026-03-27")
    assert (
        "INSERT INTO routed_inbound_turns VALUES ('t', 0, 'ana'), ('t', 1, 'ben')" in found.stdout
    )
    assert "CREATE VIEW routed_inbound_draws AS" in found.stdout


def test_a_dbt_project_gets_a_model_seeds_and_tests(tmp_path: Path) -> None:
    hostile = 'rule odd { when title is "{{ 7 * 7 }} {% endraw %}" to queue night }'
    folder = tmp_path / "warehouse"
    path = policy(tmp_path, hostile)
    found = run(path, "--dialect", "postgres", "--from", "crm.leads", "--dbt", folder)
    assert found.exit_code == 0, found.output
    model = (folder / "models/turnout/routed_inbound.sql").read_text("utf-8")
    assert "{{ source('crm', 'leads') }} AS s" in model
    assert "{{ ref('routed_inbound_values_country') }}" in model
    assert "{{ 7" not in model
    assert """{{ "{{" }} 7 * 7 {{ "}}" }} {{ "{%" }} endraw {{ "%}" }}""" in model
    yaml: Any = YAML(typ="safe")
    properties = yaml.load(folder / "models/turnout/routed_inbound.yml")
    (described,) = properties["models"]
    assert "sources" not in properties  # else two routes over one table would declare it twice
    declared = yaml.load(folder / "models/turnout/crm_leads_source.yml")["sources"]
    assert declared == [{"name": "crm", "tables": [{"name": "leads"}]}]
    accepted = described["columns"][1]["data_tests"][0]["accepted_values"]["arguments"]["values"]
    assert accepted == ["rule small", "rule odd", "fallback of route inbound"]
    seeds = yaml.load(folder / "seeds/turnout/routed_inbound_seeds.yml")
    assert seeds["seeds"][0]["config"] == {"column_types": {"value": "text"}}
    header, *rows = (
        (folder / "seeds/turnout/routed_inbound_values_country.csv").read_text("utf-8").split()
    )
    assert header == "value"
    assert "DE" in rows


def test_dbt_takes_no_text_of_a_seed_as_missing(tmp_path: Path) -> None:
    """It reads `null` in a seed as NULL; the model says of each lead what the view does."""
    words = ", ".join(('"null"', '"Null. {{ x }}"', *(f"w{each}" for each in range(20))))
    rules = "\n".join(
        f"rule r{each} {{ when staff is {each} and word is w{each % 20} to queue night }}"
        for each in range(view.MOST_BOXES + 10)
    )
    path, folder = tmp_path / "large.route", tmp_path / "project"
    path.write_text(
        f"""lead {{ id: text required  staff: integer 0..500  word: one of [{words}] }}
        queue night
        queue day
        route inbound {{
          rule null {{ when word is "null" to queue day }}
          {rules}
          fallback to queue day
        }}""",
        "utf-8",
    )
    asked = (path, "--dialect", "duckdb", "--from", "crm.leads", "--at", "2026-11-23T10:00")
    assert run(*asked, "--dbt", folder).exit_code == 0
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE SCHEMA crm; CREATE TABLE crm.leads AS
            SELECT 'L' || range AS id, range % 160 AS staff,
                CASE WHEN range % 3 = 0 THEN 'null' ELSE 'w' || (range % 20) END AS word
            FROM range(600)"""
        )
        script = run(*asked, "--view", "own_view").stdout
        connection.execute(script)
        for seed in (folder / "seeds/turnout").glob("*.csv"):
            connection.execute(
                f"CREATE TABLE {seed.stem} AS SELECT * FROM read_csv("  # noqa: S608 - our own
                f"'{seed}', header = true, nullstr = ['null', 'NULL', ''])"
            )
        model = (folder / "models/turnout/routed_inbound.sql").read_text("utf-8")
        model = re.sub(r"\{\{ (?:config\(.*?\)|source\('(\w+)', '(\w+)'\)) \}\}", _plain, model)
        model = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", model)
        found = connection.execute(f"SELECT * FROM ({model}) ORDER BY lead").fetchall()  # noqa: S608 - ours
        assert found == connection.execute("SELECT * FROM own_view ORDER BY lead").fetchall()
        said = [each[0] for each in connection.description or ()]
    assert sum(row[said.index("rule")] == "null" for row in found) == 200


def _plain(found: re.Match[str]) -> str:
    return ".".join(filter(None, found.groups()))


def test_columns_of_normal_values_are_asked_for_no_odd_ones(tmp_path: Path) -> None:
    asked = (policy(tmp_path), "--dialect", "duckdb", "--normalised")
    written = run(*asked).stdout
    assert "CASE WHEN" not in written.split("turnout_decided")[0]
    assert "CAST(NULL AS TEXT) AS turnout_issues" in written
    found = run(*asked, "--check", "60")
    assert found.stdout.startswith("60 leads drawn; 0 decided otherwise."), found.output
    both = run(*asked, "--raw")
    assert (both.exit_code, "--raw" in both.stderr) == (2, True)


def test_a_project_of_dbt_finds_values_that_are_not_normal(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    asked = ("--dialect", "duckdb", "--normalised", "--dbt", folder)
    assert run(policy(tmp_path), *asked).exit_code == 0
    test = (folder / "tests/turnout/routed_inbound_has_normal_values.sql").read_text("utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE leads AS SELECT * FROM (VALUES "
            "('a', NULL, 'DE', 5, 'x'),"
            "('b', '', 'Germany', -1, NULL), (NULL, NULL, NULL, NULL, NULL))"
            ' AS l(id, title, country, staff, "order")'
        )
        query = test.replace("{{ source('leads', 'leads') }}", "leads")
        assert connection.execute(query).fetchall() == [("b", "title, country, staff")]


def test_the_committed_view_is_what_is_written_today_and_the_guide_shows_it(tmp_path: Path) -> None:
    example = ROOT / "examples/many-sources"
    out = tmp_path / "routed.sql"
    found = run(
        *(example / "intake.route", "--dialect", "duckdb", "--at", "2026-11-23T10:00+00:00"),
        *("--view", "routed", "-o", out),
    )
    assert found.exit_code == 0, found.output
    script = (example / "routed.sql").read_text("utf-8")
    assert out.read_text("utf-8") == script
    guide = (ROOT / "docs/guides/warehouse.md").read_text("utf-8")
    shown = guide.partition("```sql\n")[2].partition("```")[0]
    assert "rule rebate (intake.route:38): discount > 20" in shown
    assert shown in script


@pytest.mark.parametrize(
    ("example", "more"),
    [
        ("multi-product/products", ("--route", "renewal")),
        ("retention/retention", ()),
        ("from-salesforce/leads", ("--raw",)),
    ],
)
def test_the_view_of_an_example_says_what_its_plan_says(
    example: str, more: tuple[str, ...]
) -> None:
    path = ROOT / f"examples/{example}.route"
    asked = ("--dialect", "duckdb", "--at", "2026-11-23T10:00", "--for-batch", "--check", "60")
    found = run(path, *asked, *more)
    assert found.exit_code == 0, found.output
    assert "; 0 decided otherwise." in found.stdout
