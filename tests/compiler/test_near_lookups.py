"""What the analysis and the difference know of lookups by nearness, and leave open."""

import pytest

from tests.support.differences import compared
from tests.support.policies import compiled, named
from tests.support.strategies import Written

ROWS = "company,country,owner\nMueller,DE,ana\nAcme Robotics,US,ben\nEmpty Holdings,DE,\n"


def policy(*rules: str, near: str = "near 92%", rows: str = ROWS) -> Written:
    text = f"""
lead {{
  id: text required
  company: company-name
  country: country
  owner: person from "a.csv" by company {near} -> owner
}}
person ana
person ben
queue triage
queue other
route inbound {{
  {" ".join(f"rule r{at} {{ when {rule} to queue other }}" for at, rule in enumerate(rules))}
  rule own {{ when owner is present and country is present to owner owner else queue triage }}
  fallback to queue triage
}}
"""
    return Written(text, {"a.csv": rows})


@pytest.mark.parametrize("name", ["Mueller", "Müller AG", "MUELLER & CO", "Acme Robotic"])
def test_a_literal_that_is_near_to_a_row_never_lacks_the_value(name: str) -> None:
    found = compiled(policy(f'company is "{name}" and owner is missing')).findings
    assert [each.name for each in found] == ["impossible-condition"]


@pytest.mark.parametrize("name", ["Miller", "Empty Holdings", "Empty Holding", "Acme"])
def test_one_that_is_near_to_none_or_to_a_row_that_says_nothing_may(name: str) -> None:
    assert not compiled(policy(f'company is "{name}" and owner is missing')).findings


def test_a_tie_that_a_lead_may_leave_open_is_no_value() -> None:
    rows = "company,country,owner\nAcme,DE,ana\nAcme,US,ben\n"
    written = policy(
        'company is "Acme" and owner is missing', near="near 92% then country", rows=rows
    )
    assert not compiled(written).findings
    same = rows.replace("ben", "ana")
    written = policy(
        'company is "Acme" and owner is missing', near="near 92% then country", rows=same
    )
    assert [each.name for each in compiled(written).findings] == ["impossible-condition"]


def test_what_is_near_by_an_open_condition_is_never_said_to_be_unreachable() -> None:
    rules = (
        'company starts with "mueller" and owner is missing',
        'company has word "acme" and owner is ana',
    )
    assert not compiled(policy(*rules)).findings


def test_the_same_names_are_no_difference() -> None:
    assert compared(policy(), policy()).difference.is_same


def test_another_row_moves_its_equal_names_and_near_ones_are_said_to_be_left_out() -> None:
    found = compared(policy(), policy(rows=ROWS.replace("Mueller,DE,ana", "Mueller,DE,ben")))
    assert [shift.witness.fields["company"] for shift in found.route.shifts if shift.witness] == [
        "mueller"
    ]
    assert [each for each in found.difference.caveats if "near to a row's" in each]


def test_another_percentage_is_told_and_no_proof_that_nothing_moves() -> None:
    found = compared(policy(), policy(near="near 85%"))
    assert not found.difference.is_same
    details = [detail for change in found.difference.changes for detail in change.details]
    assert details == ["in a.csv by company: near 92% → near 85%"]


def test_nobody_is_found_by_a_name_without_a_key() -> None:
    assert not named(
        compiled(policy("company is missing and owner is present")).findings, "unreachable-rule"
    )
