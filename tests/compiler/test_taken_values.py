"""A domain or name that is taken from another field changes with what that field is read as."""

import pytest

from tests.support.differences import compared

POLICY = """
lead {
  id: text required
  email: email
  company: text
  domain: domain of email
  firm: company-name of company
}
queue a
queue triage
route inbound {
  rule x { when domain is "firm.example" or firm is "Acme" to queue a }
  fallback to queue triage
}
"""


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("email: email", 'email: email missing when ["a@firm.example"]'),
        ("company: text", 'company: text missing when ["acme inc"]'),
        (" of email", ""),
        (" of company", ""),
    ],
)
def test_another_source_is_no_proof_that_nothing_changes(was: str, now: str) -> None:
    assert not compared(POLICY, POLICY.replace(was, now)).difference.is_same


def test_the_same_sources_are_no_difference() -> None:
    assert compared(POLICY, POLICY).difference.is_same
