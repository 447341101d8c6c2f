"""`turnout diff` as its users meet it: versions out of files and git, formats, exit status."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

INBOUND = """\
include "people.route"
lead {
  id: text required
  country: country
  employees: integer 0..
}
territory DACH = country in [DE, AT, CH]
territory Named { from "named.csv" by id -> pod }
route inbound {
  rule pod-a { when A to person ana }
  rule large { when DACH and employees >= 1000 to round-robin sales }
  rule rest  { when DACH to queue triage }
  fallback to queue triage
}
"""
PEOPLE = """\
person ana
person ben
team sales { ana weight 2, ben }
team presales { ben }
queue triage
queue late
"""
FILES = {"inbound.route": INBOUND, "people.route": PEOPLE, "named.csv": "id,pod\nx1,A\n"}
LARGER = INBOUND.replace(">= 1000", ">= 500")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, a git repository with one commit of the policy in `sales`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    git("init", "-q", "-b", "main", ".")
    lay("sales", FILES)
    commit("the policy")
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=Ana", "-c", "user.email=ana@firm.example", *arguments],  # noqa: S607 - the machine's git
        check=True,
        capture_output=True,
    )


def lay(folder: str, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def diff(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments], input=stdin)


def changed(**files: str) -> str:
    """Lay down a second version below `new`; return its main file."""
    lay("new", {**FILES, **{name.replace("_", "."): text for name, text in files.items()}})
    return "new/inbound.route"


OLD = "sales/inbound.route"
pytestmark = pytest.mark.usefixtures("folder")


# -- versions --


def test_a_refactoring_is_proved_to_change_nothing() -> None:
    text = INBOUND.replace("DACH", "German").replace("rule rest", "rule others")
    result = diff(OLD, changed(inbound_route=text))
    assert result.exit_code == 0
    assert "no lead's decision changes: proved over every possible lead" in " ".join(
        result.stdout.split()
    )
    assert "rule rest is called others now" in result.stdout
    assert "territory DACH: removed" in result.stdout


def test_a_moved_threshold_is_one_move_with_a_lead_that_shows_it() -> None:
    result = diff(OLD, changed(inbound_route=LARGER))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[2:7] == [
        "queue triage → round-robin sales else queue triage",
        "  where   DACH, employees 500..999",
        "  unless  in rule `pod-a`",
        "  by      rule `rest` → rule `large`",
        "  lead    id a, country AT, employees 500",
    ]


def test_a_revision_is_compared_with_the_work_tree() -> None:
    lay("sales", {"inbound.route": LARGER})
    result = diff("HEAD", OLD)
    assert result.stdout.startswith(f"HEAD:{OLD} → {OLD}: 1 change of decision")
    assert result.exit_code == 1


def test_two_revisions_are_compared_without_the_work_tree() -> None:
    lay("sales", {"inbound.route": LARGER})
    commit("lower the threshold")
    for name in FILES:
        Path("sales", name).unlink()
    assert diff("HEAD~1..HEAD", OLD).exit_code == 1
    assert diff("HEAD..HEAD", OLD).exit_code == 0


def test_includes_and_tables_are_those_of_the_revision() -> None:
    lay("sales", {"people.route": "garbage {", "named.csv": "id,pod\nx1,B\n"})
    result = diff("HEAD..HEAD", OLD)
    assert result.exit_code == 0, result.output
    lay("sales", {"people.route": PEOPLE, "named.csv": "id,pod\nx1,A\nx2,A\n"})
    result = diff("HEAD", OLD)
    assert result.exit_code == 1
    assert "person ana" in result.stdout


def test_three_dots_compare_with_where_the_branches_parted() -> None:
    git("checkout", "-q", "-b", "work")
    lay("sales", {"inbound.route": LARGER})
    commit("lower the threshold")
    git("checkout", "-q", "main")
    lay("sales", {"inbound.route": INBOUND.replace("rule rest", "rule others")})
    commit("rename")
    assert "renamed" not in diff("main...work", OLD).stdout
    assert "is called rest now" in diff("main..work", OLD).stdout


def test_a_link_inside_the_repository_is_followed_and_one_out_of_it_is_not() -> None:
    secret = Path("..", "secret.csv").resolve()
    secret.write_text("id,pod\nx1,A\n")
    Path("sales/named.csv").unlink()
    Path("sales/named.csv").symlink_to("pods.csv")
    lay("sales", {"pods.csv": "id,pod\nx1,A\n"})
    commit("link")
    assert diff("HEAD..HEAD", OLD).exit_code == 0
    Path("sales/named.csv").unlink()
    Path("sales/named.csv").symlink_to(secret)
    commit("link out")
    result = diff("HEAD..HEAD", OLD)
    assert result.exit_code == 2
    assert "`named.csv` can't be read: there is no such file" in result.stderr


def test_a_policy_that_cannot_be_read_is_named_by_its_revision() -> None:
    lay("sales", {"people.route": "queue {"})
    commit("break it")
    result = diff("HEAD", OLD)
    assert result.exit_code == 2
    assert "HEAD:sales/people.route" in result.stderr
    assert "/tmp" not in result.stderr  # noqa: S108 - where the copies lie


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere", OLD), "nowhere is neither a file nor a revision of git"),
        (("HEAD..nowhere", OLD), "git knows no revision nowhere"),
        (("HEAD..HEAD", "sales/gone.route"), "sales/gone.route doesn't exist at HEAD"),
        ((OLD, "sales/gone.route"), "there is no such file"),
        (("--", "--output=x", OLD), "--output=x is neither a file nor a revision of git"),
        ((OLD, OLD, "--where", "DACH"), "--allow declared and --where CONDITION go together"),
        ((OLD, OLD, "--route", "outbound"), "neither version has a route outbound"),
        ((OLD, OLD, "--leads", "gone.csv"), "gone.csv can't be read"),
        (
            (OLD, OLD, "--allow", "declared", "--where", "DACH queue x"),
            "--where takes one condition",
        ),
        ((OLD, OLD, "--allow", "declared", "--where", "DCH"), "did you mean"),
    ],
)
def test_what_cannot_be_compared_ends_with_2_and_says_why(
    arguments: tuple[str, ...], message: str
) -> None:
    result = diff(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_outside_a_repository_two_files_can_still_be_compared(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(elsewhere.parent))
    lay("sales", FILES)
    assert diff(OLD, OLD).exit_code == 0
    result = diff("HEAD", OLD)
    assert result.exit_code == 2
    assert "lies in no git repository" in result.stderr


def test_without_a_path_what_is_configured_is_compared() -> None:
    lay("sales", {"inbound.route": LARGER})
    commit("lower the threshold")
    result = diff("HEAD~1..HEAD")
    assert result.exit_code == 2
    assert "it is not said which policy is meant" in " ".join(result.stderr.split())
    lay(".", {"turnout.toml": 'paths = ["sales"]\n'})
    result = diff("HEAD~1..HEAD")
    assert result.exit_code == 1
    assert f"HEAD:{OLD}: 1 change of decision" in " ".join(result.stdout.split())
    lay("more", {"x.route": FILES["people.route"]})
    lay(".", {"turnout.toml": 'paths = ["sales", "more"]\n'})
    result = diff("HEAD", "--format", "json")
    assert "the configured paths hold 2 policies" in " ".join(result.stderr.split())


# -- causes --

SEGMENTS = """\
lead { id: text required  country: country  employees: integer 0..  score: integer 0..9 }
segment Mid = employees in 100..999
queue a
queue b
queue c
route inbound {
  rule de { when Mid and country is DE to queue a }
  rule fr { when Mid and country is FR to queue b }
  rule it { when country is IT to queue a }
  rule es { when country is ES to queue a }
  fallback to queue c
}
"""


def causes(new: str, old: str = SEGMENTS) -> dict[str, list[str]]:
    """Return what a change is laid to: each cause with the clauses whose leads move by it."""
    lay("c", {"old.route": old, "new.route": new})
    found = json.loads(diff("c/old.route", "c/new.route", "--format", "json").stdout)
    (route,) = found["routes"]
    assert all(len(move["before"]) == len(move["after"]) == 1 for move in route["moves"])
    assert all(move["witness"] is not None for move in route["moves"])
    return {each["edit"]: each["clauses"] for each in route["causes"]}


def test_a_segments_boundary_is_one_cause_of_all_that_it_moves() -> None:
    new = SEGMENTS.replace("100..999", "100..899").replace("ES to queue a", "ES to queue b")
    assert causes(new) == {
        "segment `Mid` lost employees 900..999": ["rule `de`", "rule `fr`"],
        "rule `es` has other targets": ["rule `es`"],
    }


def test_what_was_done_to_a_rule_is_said() -> None:
    gone = SEGMENTS.replace("  rule it { when country is IT to queue a }\n", "")
    assert causes(gone) == {"rule `it` is gone": ["rule `it`"]}
    assert causes(SEGMENTS, gone) == {"rule `it` is new": ["rule `it`"]}
    narrower = SEGMENTS.replace("country is IT", "country is IT and score >= 5")
    assert causes(narrower) == {"rule `it` has other condition": ["rule `it`"]}
    lines = SEGMENTS.splitlines(keepends=True)
    wide = "  rule wide { when score >= 5 to queue b }\n"
    first, last = (
        SEGMENTS.replace(lines[at], new) for at, new in ((6, wide + lines[6]), (9, lines[9] + wide))
    )
    (said,) = causes(last, first)
    assert said == "rule `wide` stands elsewhere"


def test_what_no_edit_moves_alone_is_told_as_theirs_together() -> None:
    old = SEGMENTS.replace("rule it { when country is IT", "rule it { when country is IT and Mid")
    # Alone, either edit leaves Austria's leads with 50 employees where they are.
    new = old.replace("100..999", "50..999").replace("when country is IT and Mid", "when Mid")
    new = new.replace("  rule de", "  rule x { when country is AT and Mid to queue b }\n  rule de")
    found = causes(new, old)
    assert "segment `Mid` gained employees 50..99" in found
    (joint,) = [title for title in found if title.startswith("together: ")]
    assert "segment `Mid` gained employees 50..99" in joint


def test_a_comment_has_no_tick_beside_leads_that_move() -> None:
    new = changed(inbound_route=LARGER)
    allowed = diff(OLD, new, "--format", "markdown", "--allow", "any").stdout
    assert "✅" not in allowed
    assert "✅" in diff(OLD, OLD, "--format", "markdown").stdout


# -- what else changes --


def test_absences_closed_days_and_caps_are_told_as_they_are_written() -> None:
    office = """\
calendar office {
  timezone "UTC"
  open mon..fri 09:00-17:00
  closed 2026-02-01..2026-03-01
}
"""
    absent = "person ana { away 2026-12-01 away 2027-01-05.. cap 5 per day cap 9 per 24 hours }"
    people = PEOPLE.replace("person ana", absent) + office
    later = people.replace("03-01", "03-08").replace("12-01", "12-01..2026-12-03")
    lay("sales", {"people.route": people})
    result = diff(
        "sales/inbound.route",
        changed(people_route=later.replace("cap 5", 'timezone "Asia/Tokyo" cap 6')),
    )
    said = " ".join(result.stdout.split())
    assert "caps: 5 per day, 9 per 24 hours → 6 per day (Asia/Tokyo), 9 per 24 hours" in said
    assert "away: 2026-12-01, 2027-01-05.. → 2026-12-01..2026-12-03, 2027-01-05.." in said
    assert "closed: 2026-02-01..2026-03-01 → 2026-02-01..2026-03-08" in said


def test_members_and_weights_are_a_change_within_a_team() -> None:
    people = PEOPLE.replace("{ ana weight 2, ben }", "{ ben, ana }")
    new = changed(people_route=people)
    result = diff(OLD, new)
    assert result.exit_code == 1
    assert "team sales: weight of ana: 2 → 1; order: ana, ben → ben, ana" in result.stdout
    assert diff(OLD, new, "--allow", "same-team").exit_code == 0


def test_another_way_to_draw_is_within_the_team_and_another_team_is_not() -> None:
    least = changed(inbound_route=INBOUND.replace("round-robin sales", "least-loaded sales"))
    assert diff(OLD, least).exit_code == 1
    assert diff(OLD, least, "--allow", "same-team").exit_code == 0
    other = changed(inbound_route=INBOUND.replace("round-robin sales", "round-robin presales"))
    assert diff(OLD, other, "--allow", "same-team").exit_code == 1


def test_decisions_may_change_where_that_was_declared() -> None:
    new = changed(inbound_route=LARGER)
    for where, status in (("DACH", 0), ("DACH and employees in 500..999", 0), ("CH", 2)):
        result = diff(OLD, new, "--allow", "declared", "--where", where)
        assert result.exit_code == status, where
    result = diff(OLD, new, "--allow", "declared", "--where", "country in [DE, AT]")
    assert result.exit_code == 1
    assert "1 change beyond --allow declared" in result.stdout
    assert diff(OLD, new, "--allow", "any").exit_code == 0


def test_another_last_fallback_is_told_once_for_all_rules_before_it() -> None:
    new = changed(
        inbound_route=INBOUND.replace("fallback to queue triage", "fallback to queue late")
    )
    result = diff(OLD, new)
    said = " ".join(result.stdout.split())
    assert "every target of rule `pod-a` and rule `large` passes them over" in said
    assert "by the fallback of route inbound, as before" in said
    assert "rows that aren't leads, or lack a required field: queue triage → queue late" in said


def test_an_added_route_is_a_change_and_a_renamed_one_is_compared() -> None:
    more = INBOUND + "route outbound { fallback to queue late }\n"
    result = diff(OLD, changed(inbound_route=more))
    assert result.exit_code == 1
    assert "route outbound is new" in result.stdout
    renamed = changed(inbound_route=INBOUND.replace("route inbound", "route demo"))
    result = diff(OLD, renamed)
    assert "route inbound is called demo now" in result.stdout


def test_what_is_not_settled_is_named_and_let_pass_by_any_only() -> None:
    new = changed(inbound_route=LARGER)
    result = diff(OLD, new, "--steps", "1", "--allow", "same-team")
    assert result.exit_code == 1
    assert "whether leads of rule `large` move was not settled" in " ".join(result.stdout.split())


PROMISED = """\
lead { id: text required  country: country  owner: person }
person ana
queue triage
queue late
calendar berlin { timezone "Europe/Berlin"  open mon..fri 09:00-17:00 }
route inbound owned by marketing {
  within country is DE owned by dach {
    rule german { when open berlin to queue triage sla 10 minutes do tag "hot" }
  }
  rule french { when country is FR to queue late }
  fallback to queue triage
}
guarantee french-wait { when country is FR and id is present  always reaches queue late }
"""


def test_due_times_and_actions_are_part_of_a_decision() -> None:
    lay("new", {"a.route": PROMISED, "b.route": PROMISED.replace("10 minutes", "4 hours")})
    result = diff("new/a.route", "new/b.route")
    assert result.exit_code == 1
    assert "sla 10 minutes; do tag" in result.stdout
    said = " ".join(result.stdout.split())
    assert "sla 4 hours" in said
    assert "country is DE, open berlin" in said
    assert "owners: dach (leads come and go)" in said


def test_a_changed_calendar_moves_the_leads_of_its_hours() -> None:
    lay("new", {"a.route": PROMISED, "b.route": PROMISED.replace("09:00-17:00", "10:00-17:00")})
    result = diff("new/a.route", "new/b.route", "--format", "json")
    told = json.loads(result.stdout)
    assert not told["same"]
    assert all(move["witness"] is not None for move in told["routes"][0]["moves"][:1])
    assert any(change["kind"] == "calendar" for change in told["changes"])


def test_owners_and_newly_broken_guarantees_are_named() -> None:
    text = PROMISED.replace(
        "when country is FR to queue late", "when country is FR to queue triage"
    )
    lay("new", {"a.route": PROMISED, "b.route": text})
    result = diff("new/a.route", "new/b.route")
    said = " ".join(result.stdout.split())
    assert "owners: marketing (leads come and go)" in said
    assert "newly broken: " in said
    assert "french-wait" in said
    assert json.loads(diff("new/b.route", "new/a.route", "--format", "json").stdout)["broken"] == []


# -- tables --

LOOKED_UP = """\
lead {
  id: text required
  domain: text
  account_owner: person from "accounts.csv" by domain -> owner
  tier: one of [gold, silver] from "tiers.csv" by account_owner -> tier
}
person ana
person ben
queue triage
queue gold
route inbound {
  rule gold    { when tier is gold to queue gold }
  rule account { when account_owner is present to owner account_owner }
  fallback to queue triage
}
"""
ACCOUNTS = {
    "a.route": LOOKED_UP,
    "accounts.csv": "domain,owner\none.example,ana\ntwo.example,ben\nthree.example,ana\n",
    "tiers.csv": "account_owner,tier\nana,\nben,gold\n",
}


def told(**files: str) -> dict[str, Any]:
    """Return what is said of the policy with looked-up fields and another version of it."""
    lay("old", ACCOUNTS)
    lay("new", {**ACCOUNTS, **{name.replace("_", "."): text for name, text in files.items()}})
    result = diff("old/a.route", "new/a.route", "--format", "json")
    return cast("dict[str, Any]", json.loads(result.stdout))


def lines(found: dict[str, Any]) -> list[tuple[str, str, dict[str, object]]]:
    """Return each move's first targets before and after, and its lead."""
    return [
        (*(move[side][0]["targets"][0] for side in ("before", "after")), move["witness"]["fields"])
        for move in found["routes"][0]["moves"]
    ]


def test_another_owner_in_a_table_moves_the_leads_of_that_key_only() -> None:
    rows = ACCOUNTS["accounts.csv"].replace("three.example,ana", "three.example,")
    found = told(accounts_csv=rows)
    assert lines(found) == [
        ("owner account_owner", "queue triage", {"id": "a", "domain": "three.example"})
    ]
    assert found["routes"][0]["moves"][0]["where"] == [
        'domain such as "three.example"',
        "account_owner missing",
    ]
    assert found["changes"][0]["details"] == ["in accounts.csv 1 row differs: domain three.example"]


def test_somebody_else_behind_the_same_owner_is_a_move_with_both_names() -> None:
    tiers = ACCOUNTS["tiers.csv"].replace("gold", "silver")
    lay("old", {**ACCOUNTS, "tiers.csv": tiers})
    rows = ACCOUNTS["accounts.csv"].replace("one.example,ana", "one.example,ben")
    lay("new", {**ACCOUNTS, "tiers.csv": tiers, "accounts.csv": rows})
    arguments = "old/a.route", "new/a.route"
    said = diff(*arguments).stdout
    assert "owner account_owner (before) → owner account_owner (now)" in said
    assert "lead    id a, domain one.example (account_owner ana → ben)" in said
    assert diff(*arguments, "--allow", "same-team").exit_code == 1
    lay(".", {"leads.csv": "id,domain\n1,one.example\n2,two.example\n3,none.example\n"})
    assert "1 of 3 leads moves (33 %)" in diff(*arguments, "--leads", "leads.csv").stdout


def test_a_row_moves_what_is_looked_up_by_what_it_says() -> None:
    rows = ACCOUNTS["accounts.csv"].replace("one.example,ana", "one.example,ben")
    lead = {"id": "a", "domain": "one.example"}
    assert lines(told(accounts_csv=rows)) == [
        # With a tier of its own it stays out of `gold`, but is somebody else's now.
        (
            "owner account_owner (before)",
            "owner account_owner (now)",
            {**lead, "tier": "silver"},
        ),
        ("owner account_owner", "queue gold", lead),
    ]


def test_a_table_that_goes_moves_every_lead_that_it_had_a_value_for() -> None:
    text = LOOKED_UP.replace(' from "accounts.csv" by domain -> owner', "")
    found = told(a_route=text)
    assert {(before, after) for before, after, _ in lines(found)} == {
        ("queue gold", "queue triage"),
        ("owner account_owner", "queue triage"),
    }
    assert found["caveats"] == []


def test_another_key_is_told_by_both_keys() -> None:
    text = LOOKED_UP.replace("by domain -> owner", "by id -> owner")
    keyed = ACCOUNTS["accounts.csv"].replace("domain,", "id,")
    found = told(a_route=text, accounts_csv=keyed)
    assert lines(found)
    assert all(move["witness"] is not None for move in found["routes"][0]["moves"])


def test_a_table_called_something_else_or_written_in_another_order_changes_nothing() -> None:
    text = LOOKED_UP.replace("accounts.csv", "owners.csv")
    header, *rows = ACCOUNTS["accounts.csv"].splitlines(keepends=True)
    lay("new", {"owners.csv": header + "".join(reversed(rows))})
    assert told(a_route=text)["same"]


def test_a_table_of_which_every_row_changed_is_folded() -> None:
    owners = {"old": "ana", "new": "ben"}
    for name, owner in owners.items():
        rows = "".join(f"d{number}.example,{owner}\n" for number in range(20_000))
        lay(name, {**ACCOUNTS, "accounts.csv": f"domain,owner\n{rows}"})
    result = diff("old/a.route", "new/a.route")
    assert result.exit_code == 1
    assert "20,000 rows differ: domain d0.example" in " ".join(result.stdout.split())
    assert len(result.stdout.splitlines()) < 40


def test_a_duplicate_told_by_what_a_table_says_is_compared_by_its_key() -> None:
    text = LOOKED_UP.replace("tier is gold", "duplicate").replace(
        "route inbound", "identity account_owner within 30 days\nroute inbound"
    )
    lay("old", {**ACCOUNTS, "a.route": text})
    lay("new", {**ACCOUNTS, "a.route": text, "accounts.csv": "domain,owner\none.example,ana\n"})
    found = json.loads(diff("old/a.route", "new/a.route", "--format", "json").stdout)
    assert all(move["witness"] is not None for move in found["routes"][0]["moves"])
    assert ("owner account_owner", "queue triage") in {line[:2] for line in lines(found)}


def test_a_row_of_a_territory_table_moves_the_leads_of_its_key_only() -> None:
    new = changed(named_csv="id,pod\nx2,A\n")
    found = json.loads(diff(OLD, new, "--format", "json").stdout)
    assert {(line[0], line[1], line[2]["id"]) for line in lines(found)} == {
        ("person ana", "queue triage", "x1"),
        ("person ana", "round-robin sales", "x1"),
        ("queue triage", "person ana", "x2"),
        ("round-robin sales", "person ana", "x2"),
    }
    assert found["changes"][0]["details"] == ["id gains x2", "id loses x1"]


def test_texts_that_the_rule_itself_leaves_out_are_not_told() -> None:
    rules = """
      rule rival { when domain in "rivals.csv" to queue late }
      within DACH and not Named {
        rule large { when employees >= 1000 to round-robin sales }
        fallback to queue triage
      }
      fallback to queue late
    """
    head = INBOUND.split("territory Named", maxsplit=1)[0].replace(
        "id: text", "domain: text id: text"
    )
    text = (
        f'{head}territory Named {{ from "named.csv" by domain -> pod }} route inbound {{{rules}}}'
    )
    tables = {"named.csv": "domain,pod\na.example,A\n", "rivals.csv": "domain\nr.example\n"}
    lay("old", {**FILES, **tables, "inbound.route": text})
    lay("new", {**FILES, **tables, "inbound.route": text.replace(">= 1000", ">= 500")})
    result = diff("old/inbound.route", "new/inbound.route")
    assert "employees 500..999" in result.stdout
    assert "domain such as" not in result.stdout


# -- formats --


def test_json_has_the_documented_keys() -> None:
    result = diff(OLD, changed(inbound_route=LARGER), "--format", "json")
    told = json.loads(result.stdout)
    assert (told["format"], told["version"], told["same"]) == ("turnout-difference", 1, False)
    (move,) = told["routes"][0]["moves"]
    assert move["where"] == ["DACH", "employees 500..999"]
    assert move["before"] == [{"targets": ["queue triage"], "terms": []}]
    assert move["after"] == [{"targets": ["round-robin sales", "queue triage"], "terms": []}]
    assert move["witness"]["fields"] == {"id": "a", "country": "AT", "employees": 500}
    assert move["unless"] == ["rule `pod-a`"]
    assert told["beyond"] == ["leads of rule `large` move"]


def test_leads_are_counted_by_who_had_and_who_gets_them() -> None:
    leads = "id,country,employees\n1,DE,600\n2,AT,700\n3,US,600\nx1,DE,600\n,DE,600\n"
    lay(".", {"leads.csv": leads})
    new = changed(inbound_route=LARGER)
    result = diff(OLD, new, "--leads", "leads.csv")
    assert "2 of 5 leads move (40 %)" in result.stdout
    assert "  2  queue triage → round-robin sales else queue triage" in result.stdout
    told = json.loads(diff(OLD, new, "--leads", "leads.csv", "--format", "json").stdout)
    assert (told["leads"]["total"], told["leads"]["moved"]) == (5, 2)
    assert "none of 5 leads moves" in diff(OLD, OLD, "--leads", "leads.csv").stdout


def test_markdown_lets_nothing_of_the_policy_act() -> None:
    text = INBOUND.replace("queue triage }\n  fallback", 'reject "@all | <b>`x`" }\n  fallback')
    result = diff(OLD, changed(inbound_route=text), "--format", "markdown")
    (row,) = [line for line in result.stdout.splitlines() if "| `queue triage` |" in line]
    assert row == '| `DACH` | `queue triage` | ``reject "@all \\| <b>`x`"`` |'


def test_text_fits_80_columns_and_has_no_colours_in_a_pipe() -> None:
    people = PEOPLE + "".join(f"person p{n}\n" for n in range(20))
    people += f"team many {{ {', '.join(f'p{n}' for n in range(20))} }}\n"
    text = INBOUND.replace("queue triage }\n  fallback", "round-robin many }\n  fallback")
    result = diff(OLD, changed(inbound_route=text, people_route=people))
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_past_the_deadline_what_is_open_is_undecided_and_nothing_is_called_the_same(
    folder: Path,
) -> None:
    (folder / "sales" / "new.route").write_text(LARGER)
    result = diff("sales/inbound.route", "sales/new.route", "--deadline", "0")
    assert result.exit_code == 1
    assert "could not be decided" in result.stdout or "undecided" in result.stdout


def test_a_guarantee_that_both_versions_break_is_not_newly_broken(folder: Path) -> None:
    claim = "guarantee big { when employees >= 1000 always by rule large }\n"
    for name, text in (("old", INBOUND), ("new", LARGER)):
        (folder / "sales" / f"{name}.route").write_text(text + claim)
    result = diff("sales/old.route", "sales/new.route", "--format", "json")
    assert json.loads(result.stdout)["broken"] == []


def test_guarantees_are_compared_as_of_a_moment() -> None:
    """What a calendar opens no more breaks nothing."""
    before = """\
lead {
  id: text required
  country: country
}
calendar office {
  timezone "UTC"
  open mon..fri 09:00-17:00
  closed 2026-02-01..2060-12-31
}
queue desk
queue triage
route inbound {
  rule german { when country is DE and open office to queue triage }
  fallback to queue triage
}
guarantee nobody-at-the-desk { when country is DE never reaches queue desk }
"""
    lay(
        "months",
        {"old.route": before, "new.route": before.replace("to queue triage", "to queue desk", 1)},
    )
    told = {
        month: diff("months/old.route", "months/new.route", "--at", f"2026-{month}-10").output
        for month in ("01", "11")
    }
    assert "nobody-at-the-desk" in told["01"]
    assert "nobody-at-the-desk" not in told["11"]


def test_a_changed_identity_is_told_as_it_is_written(folder: Path) -> None:
    for name, days in (("old", 90), ("new", 60)):
        text = INBOUND.replace("route inbound", f"identity id within {days} days\nroute inbound")
        (folder / "sales" / f"{name}.route").write_text(text)
    said = diff("sales/old.route", "sales/new.route").stdout
    assert "identity: id within 90 days → id within 60 days" in said
