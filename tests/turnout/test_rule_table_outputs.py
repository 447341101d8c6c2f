"""What is shown of a table of rules: in pictures, explanations, differences, coverage, sites."""

import json
import re
from pathlib import Path

import pytest

from tests.support import command_line
from tests.support.command_line import turnout
from turnout.compiler.compiled import compile_policy
from turnout.compiler.tree import Leaf, Question
from turnout.compiler.tree.grow import decision_tree
from turnout.compiler.tree.tree_json import as_json

POLICY = """\
lead { id: text required  country: country  staff: integer 0.. }
queue north
queue south
queue desk
route inbound {
  rules from "m.csv" by country, staff { to queue column to }
  fallback to queue desk
}
test "a small firm" {
  lead { id: "1", country: SE, staff: 3 }
  expect rule r3
}
"""
COUNTRIES = ("SE", "NO", "DK", "FI", "IS")


def rows(count: int) -> str:
    """Return a table whose rows share no lead."""
    lines = (
        f"r{at},{COUNTRIES[at % 5]},{at // 5},{'north' if at % 2 else 'south'}\n"
        for at in range(count)
    )
    return "name,country,staff,to\n" + "".join(lines)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.route").write_text(POLICY.replace("rule r3", "rule r15"), "utf-8")
    (tmp_path / "m.csv").write_text(rows(40), "utf-8")
    return tmp_path


def said(*arguments: str, status: int = 0) -> str:
    result = turnout(*arguments)
    assert result.exit_code == status, result.output
    return result.output


def test_a_picture_has_the_first_rows_and_says_how_many_there_are_more(folder: Path) -> None:
    said("diagram", "p.route", "-o", "p.mmd")
    drawn = (folder / "p.mmd").read_text("utf-8")
    assert "m.csv, 40 rows: by country, staff" in drawn
    assert len(re.findall(r"-->|-\\.->", drawn)) < 40
    assert "and 28 more" in drawn
    assert "r11" in drawn
    assert "r12" not in drawn


def test_a_picture_of_a_lead_has_the_row_that_takes_it(folder: Path) -> None:
    lead = '{"id": "1", "country": "SE", "staff": 7}'
    said("diagram", "p.route", "--lead", lead, "-o", "p.mmd")
    assert "r35" in (folder / "p.mmd").read_text("utf-8")


def test_an_explanation_names_the_row(folder: Path) -> None:
    lead = '{"id": "1", "country": "NO", "staff": 4}'
    assert "m.csv line 23: country NO, staff 4, to north" in said("explain", "p.route", lead)
    data = json.loads(said("explain", "p.route", lead, "--format", "json"))
    assert data["row"] == {
        "table": "m.csv",
        "line": 23,
        "cells": {"country": "NO", "staff": "4", "to": "north"},
    }
    assert data["tried"][0]["table"] == "m.csv"
    assert folder.exists()


def test_of_many_rows_asked_before_a_few_are_told(folder: Path) -> None:
    lead = '{"id": "1", "country": "NO", "staff": 7}'
    assert "31 more rows, each of which asks something else" in said("explain", "p.route", lead)
    assert folder.exists()


def test_a_changed_row_is_a_changed_rule(folder: Path) -> None:
    (folder / "old.route").write_text(
        (folder / "p.route").read_text("utf-8").replace("m.csv", "old.csv"), "utf-8"
    )
    (folder / "old.csv").write_text(rows(40), "utf-8")
    (folder / "m.csv").write_text(rows(40).replace("r7,DK,1,north", "r7,DK,1,south"), "utf-8")
    told = said("diff", "old.route", "p.route", status=1)
    assert "r7" in told
    assert "1 change" in told
    assert "r8" not in told


def test_a_row_put_in_above_is_one_rule_more(folder: Path) -> None:
    (folder / "old.route").write_text(
        (folder / "p.route").read_text("utf-8").replace("m.csv", "old.csv"), "utf-8"
    )
    (folder / "old.csv").write_text(rows(40), "utf-8")
    head, rest = rows(40).split("\n", 1)
    (folder / "m.csv").write_text(f"{head}\nnew,IT,,north\n{rest}", "utf-8")
    told = said("diff", "old.route", "p.route", status=1)
    assert "new" in told
    assert not re.search(r"\br\d+\b", told)


def test_rows_are_covered_by_tests_one_by_one(folder: Path) -> None:
    told = said("test", "p.route", "--coverage")
    assert "m.csv:2" in told
    generated = said("test", "p.route", "--generate")
    assert generated.count("expect rule r") == 39
    (folder / "p.route").write_text(POLICY.replace("rule r3", "rule r15") + generated, "utf-8")
    assert "passed" in said("test", "p.route", "--fail-under", "100")


def test_a_tree_has_the_rows_and_no_node_for_the_table(folder: Path) -> None:
    program = compile_policy(folder / "p.route").program
    (table, fallback) = decision_tree(program, "inbound").steps
    assert isinstance(table, Question)
    assert isinstance(fallback, Leaf)
    assert (len(table.inside), table.asks) == (40, ())
    nodes = as_json(decision_tree(program, "inbound"), program)["nodes"]
    assert [node["type"] for node in nodes] == [*["question", "leaf"] * 40, "leaf"]


def test_a_site_has_a_page_of_the_table_and_each_rule_its_own_words(folder: Path) -> None:
    command_line.turnout("docs", "p.route", "-o", "site")
    (page,) = (folder / "site" / "table" / "inbound").iterdir()
    drawn = page.read_text("utf-8")
    assert drawn.count("<tr data-clause=") == 40
    route = (folder / "site" / "route" / "inbound.html").read_text("utf-8")
    assert "and 28 more" in route
    last = route[route.index('class="else"') :]
    assert 'data-clause="inbound:40"' in last
    assert last.index("desk") < 200
    assert "Line 2 of" in (folder / "site" / "rule" / "inbound" / "r0.html").read_text("utf-8")
