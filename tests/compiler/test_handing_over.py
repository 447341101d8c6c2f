"""`to route` through the stages: limits, checks after an edit, engine, SLA, coverage, picture."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import attempted, compiled, resolved
from turnout.compiler.checks.again import check_again, check_first
from turnout.compiler.compiled import read_policy
from turnout.compiler.picture.paging import title_of
from turnout.compiler.program import Program, lower
from turnout.compiler.questions.stewards import parts_with_stewards
from turnout.compiler.questions.testable import coverables
from turnout.compiler.tree import Question
from turnout.compiler.tree.grow import decision_tree
from turnout.dsl.files import Files
from turnout.dsl.policy import Block
from turnout.dsl.resolve import handing_over
from turnout.runtime.router import Router
from turnout.trials.generation import generate
from turnout.trials.testing import Tester, covered

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HEAD = """\
lead { id: text required id  country: country  size: integer 0.. }
person ana
queue triage
queue late
queue german
"""
POLICY = (
    HEAD
    + """\
route inbound owned by sales {
  rule large { when size >= 100 to route big }
  fallback to queue triage
}
route big owned by key-accounts {
  rule huge { when size >= 1000 to person ana sla 1 hour, then queue late do tag "huge" }
  rule german { when country is DE or country is AT to person ana else queue german }
  fallback to person ana else queue late
}
"""
)


def program(text: str = POLICY) -> Program:
    return lower(resolved(text))


def test_each_decision_names_the_way_and_is_kept_under_the_route_that_was_asked() -> None:
    router = Router(compiled(POLICY), route="inbound")
    decided = [
        router.route({"id": str(at), "country": country, "size": size}, at=AT)
        for at, (country, size) in enumerate([("DE", 5000), ("AT", 200), ("FR", 200), ("FR", 5)])
    ]
    assert [(each.route, each.rule, each.by) for each in decided] == [
        ("inbound", "large/huge", "rule large/huge"),
        ("inbound", "large/german", "rule large/german"),
        ("inbound", None, "fallback of route big"),
        ("inbound", None, "fallback of route inbound"),
    ]
    again = router.route({"id": "0", "country": "DE", "size": 5000}, at=AT)
    assert again.repeated


def test_a_missed_sla_moves_the_lead_as_the_other_routes_rule_says() -> None:
    router = Router(compiled(POLICY), route="inbound")
    decision = router.route({"id": "1", "size": 5000}, at=AT)
    assert (decision.assignee, decision.due) == ("ana", AT + timedelta(hours=1))
    (moved,) = router.escalate(at=AT + timedelta(hours=2))
    assert (moved.before.assignee, moved.after.target) == ("ana", "late")


def test_a_route_counts_once_for_tests_and_owners() -> None:
    of = program()
    titles = [(each.route, each.title) for each in coverables(of) if each.kind != "branch"]
    assert titles == [
        ("inbound", "rule large"),
        ("inbound", "fallback of route inbound"),
        ("big", "rule huge"),
        ("big", "rule german"),
        ("big", "rule german: else queue german"),
        ("big", "fallback of route big"),
        ("big", "fallback of route big: else queue late"),
    ]
    owned = [(each.kind, each.name, each.steward) for each in parts_with_stewards(of)]
    assert owned.count(("rule", "large", "sales")) == 1
    assert owned.count(("rule", "german", "key-accounts")) == 1
    assert not any("/" in name for _, name, _ in owned)


def test_a_lead_covers_what_takes_it_in_the_other_route() -> None:
    text = """test "t" {
      route inbound
      away ana
      lead { id: "1", size: 200, country: DE }
      expect rule large
      expect rule "large/german"
      expect not rule "large/huge"
    }"""
    of = program(POLICY + text)
    (result,) = (Tester(of).run(test) for test in of.policy.tests)
    assert result.is_passed
    reached = {(each.route, each.title) for each in covered(of, result.arrived).reached}
    assert reached == {
        ("inbound", "rule large"),
        ("big", "rule german"),
        ("big", "rule german: country is DE"),
        ("big", "rule german: else queue german"),
    }


def test_a_test_is_made_for_a_rule_that_hands_over() -> None:
    of = program()
    (item,) = (each for each in coverables(of) if each.title == "rule large")
    ((_, text),) = generate(of, [item]).tests
    assert 'expect rule "large/huge"' in text


def test_a_picture_says_whose_rules_stand_in_the_block() -> None:
    of = program()
    first, _ = decision_tree(of, "inbound").steps
    assert isinstance(first, Question)
    assert title_of(first, of.policy.fields) == "size >= 100, by route big"


@pytest.mark.parametrize(
    ("most", "limit", "message"),
    [
        (3, "MOST_HANDED", "4 rules are handed to it, and 3 rules is the most"),
        (1, "MOST_HANDOVERS", "its leads are handed on too often: 1 routes in a row is the most"),
    ],
)
def test_what_gets_too_large_is_told(
    most: int, limit: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, limit, most)
    text = (
        HEAD
        + """
route a {
  rule r { when size is 1 to route b }
  rule s { when size is 2 to route b }
  fallback to queue triage
}
route b { rule r { when size is present to route c } fallback to queue triage }
route c { rule r { when country is DE to queue late } fallback to queue triage }
"""
    )
    policy, findings = attempted(text)
    assert [each.message for each in findings] == [f"route `a` gets too large: {message}"]
    (block, _) = policy.routes["a"].entries
    assert isinstance(block, Block)
    assert block.entries == ()


def test_routes_that_hand_over_to_one_in_all_ways_are_bounded_quickly() -> None:
    routes = [
        f"route r{at} {{ rule a {{ when size is 1 to route r{at + 1} }} "
        f"rule b {{ when size is 2 to route r{at + 1} }} fallback to queue triage }}"
        for at in range(300)
    ]
    last = "route r300 { rule a { when size is 1 to queue late } fallback to queue triage }"
    _, findings = attempted("\n".join([HEAD, *routes, last]))
    assert {each.name for each in findings} == {"too-large"}
    assert len(findings) == 1


def test_after_an_edit_the_same_is_found_as_from_scratch() -> None:
    checked = check_first(program())
    for old, new in (
        ("size >= 1000", "size >= 10"),
        ("size >= 100 to route", "size >= 2000 to route"),
        ("fallback to person ana else queue late", ""),
    ):
        edited = program(POLICY.replace(old, new))
        again = check_again(checked, edited)
        fresh = check_first(edited)
        assert [each.message for each in again.findings] == [
            each.message for each in fresh.findings
        ]


@pytest.mark.parametrize(
    ("at", "found"), [(AT, []), (datetime(2027, 5, 1, tzinfo=UTC), ["ended-validity"])]
)
def test_a_rule_hands_over_on_its_days_and_is_told_once_they_are_over(
    at: datetime, found: list[str]
) -> None:
    text = POLICY.replace("rule large {", "rule large from 2026-11-24 until 2027-03-31 {")
    made = compiled(text, at=at)
    assert [each.name for each in made.findings] == found
    router = Router(made, route="inbound")
    days = [datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)]
    decided = [router.route({"id": str(day), "size": 5000}, at=day).rule for day in days]
    assert decided == [None, "large/huge"]


def test_what_is_lost_on_days_of_their_own_is_still_checked() -> None:
    text = POLICY.replace("rule large {", "rule large from 2026-11-24 {")
    twice = text.replace(
        "  fallback to queue triage",
        "  rule x { when size < 0 to queue late }\n  fallback to queue triage",
    )
    assert [each.name for each in compiled(twice).findings] == ["impossible-condition"]


def test_a_name_in_the_way_to_a_rule_is_a_use_of_it() -> None:
    text = POLICY + 'test "t" { route inbound lead { id: "1" } expect rule "large/huge" }'
    main = Path("/a.route")
    found = read_policy(main, files=Files({main: text})).resolution
    uses = [(each.kind, each.name, each.at.text) for each in found.references]
    assert ("route", "big", "big") in uses
    assert ("rule", "large", "large") in uses
    assert ("rule", "huge", "huge") in uses
    assert all(each.declared is not None for each in found.references if each.kind == "rule")
