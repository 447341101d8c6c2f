"""`turnout export sql`: what is written, and what is refused by name."""

from pathlib import Path

import pytest
from click.testing import Result

from tests.support.command_line import turnout
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
    assert "THEN 0 /* rule small: country in [DE, AT] and staff < 10 */" in found.stdout


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
