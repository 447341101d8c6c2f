"""Checking again after one edit: what an edit of each kind may and may not carry over."""

import pytest

from tests.support.policies import resolved
from turnout.compiler.checks import check
from turnout.compiler.checks.again import check_again, check_first
from turnout.compiler.program import Program, lower

HEAD = """\
lead { plan: one of [free, paid]  seats: integer 0..  region: one of [east, west] }
queue one
queue two
route inbound {
"""
BEFORE = """\
  rule small { when plan is free and seats < 10 to queue one }
  rule free  { when plan is free to queue two }
  rule east  { when region is east and seats in 50..90 to queue one }
  rule west  { when region is east and seats in 70..99 to queue one }
  fallback to queue two
}
"""


def lowered(text: str) -> Program:
    return lower(resolved(HEAD + text))


@pytest.mark.parametrize(
    ("written", "instead", "name"),
    [
        ("< 10 to queue one", "< 10 to queue two", "redundant-rule"),
        ("in 70..99 to queue one", "in 70..99 to queue two", "conflicting-overlap"),
        ("seats < 10", "seats < 10 and seats < 20", "redundant-condition"),
        ("plan is free to queue two", "seats >= 0 to queue two", "unreachable-rule"),
    ],
)
def test_an_edit_that_breaks_a_rule_is_found_as_from_scratch(
    written: str, instead: str, name: str
) -> None:
    before, after = lowered(BEFORE), lowered(BEFORE.replace(written, instead))
    first = check_first(before)
    assert name not in {finding.name for finding in first.findings}
    again = check_again(first, after)
    assert name in {finding.name for finding in again.findings}
    assert again.findings == check(after)
    assert check_again(again, before).findings == check(before)


def test_a_rule_far_from_the_edit_is_not_asked_again() -> None:
    before = lowered(BEFORE)
    after = lowered(BEFORE.replace("seats in 70..99", "seats in 70..98"))
    again = check_again(check_first(before), after)
    assert again.asked == 1
    assert again.findings == check(after)


NAMED = """\
territory South = region is east and seats < 5
segment Small = seats < 3
segment Few = seats < 3
segment Tiny = Small and plan is free
"""


@pytest.mark.parametrize(
    ("written", "instead", "asked"),
    [
        # The rule that uses the name by another name, and one that may take its leads.
        ("Small = seats < 3", "Small = seats < 5", 2),
        ("South = region is east", "South = region is west", 1),
        ("Small = seats < 3", "Small = seats < 99", 4),
    ],
)
def test_only_rules_that_use_a_changed_name_are_asked_again(
    written: str, instead: str, asked: int
) -> None:
    rules = """\
  rule tiny  { when Tiny and region is west to queue two }
  rule south { when South and plan is paid to queue two }
  rule few   { when Few and seats < 2 to queue two }
"""
    text = NAMED + HEAD + rules + BEFORE
    before, after = lower(resolved(text)), lower(resolved(text.replace(written, instead)))
    first = check_first(before)
    again = check_again(first, after)
    assert (first.asked, again.asked) == (7, asked)
    assert again.findings == check(after)
    assert check_again(again, before).findings == check(before)


def test_a_family_that_uses_a_changed_name_is_asked_again() -> None:
    named = (
        "segment Few = seats < 9\nsegment size { Big = seats > 4 Little = Few and seats >= 0 }\n"
    )
    rules = "  rule big { when Big to queue one }\n  rule little { when Little to queue two }\n"
    text = named + HEAD + rules + BEFORE
    before, after = lower(resolved(text)), lower(resolved(text.replace("< 9", "< 5")))
    first = check_first(before)
    assert "overlapping-segments" in {finding.name for finding in first.findings}
    again = check_again(first, after)
    assert again.findings == check(after)
    assert check_again(again, before).findings == first.findings


PEOPLE = """\
person ana
person ben
lead { owner: person  seats: integer 0.. }
queue one
route inbound {
  rule owned { when owner is present to owner owner else queue one }
  rule ana   { when owner is ana and seats > 4 to queue one }
  rule few   { when seats < 3 to queue one }
  rule many  { when seats > 9 to queue one }
  fallback to queue one
}
"""


def test_another_person_whom_no_rule_names_has_no_rule_asked_again() -> None:
    before = lower(resolved(PEOPLE))
    after = lower(resolved(PEOPLE.replace("person ben", "person ben\nperson cleo")))
    again = check_again(check_first(before), after)
    assert again.asked == 0
    assert again.findings == check(after)


def test_a_field_with_other_values_has_what_is_said_of_them_asked_again() -> None:
    before = lowered(BEFORE)
    after = lower(resolved((HEAD + BEFORE).replace("free, paid", "free, paid, trial")))
    again = check_again(check_first(before), after)
    assert again.findings == check(after)
    assert check_again(again, before).findings == check(before)
