"""Backups in the checks: sure on the days that the policy says, possible on all others."""

import pytest

from tests.support.policies import compiled, named

HEAD = """
lead { id: text required  owner: person }
calendar days { timezone "UTC" open mon..sun 08:00-18:00 }
queue triage
"""


def policy(people: str, chain: str, more: str = "") -> str:
    rule = f"rule all {{ when id is present to {chain} }}"
    return f"{HEAD}{people}\n{more}\nroute r {{ {rule} }}"


AWAY = "away 2027-03-01..2027-03-05"
CHAIN = f"person ana {{ {AWAY} backup ben }} person ben {{ away 2027-03-04 backup cleo }}"


@pytest.mark.parametrize(
    ("people", "is_lost"),
    [
        (f"person ana {{ {AWAY} }}", True),
        (f"person ana {{ {AWAY} backup ben }} person ben", False),
        (f"person ana {{ {AWAY} backup ben }} person ben {{ away 2027-03-04 }}", True),
        (f"person ana {{ {AWAY} backup ben }} person ben {{ away 2027-03-08 }}", False),
        (f"person ana {{ {AWAY} backup ben }} person ben {{ hours days }}", True),
        (f"person ana {{ {AWAY} backup ben }} person ben {{ cap 1 per day }}", True),
        (f"person ana {{ {AWAY} hours days backup ben }} person ben", True),
        (f"{CHAIN} person cleo", False),
        (f"{CHAIN} person cleo {{ {AWAY} }}", True),
        ("person ana { inactive backup ben } person ben", False),
        ("person ana { inactive backup ben } person ben { hours days }", True),
    ],
)
@pytest.mark.parametrize("chain", ["person ana", "person ana else person ana anytime"])
def test_a_dead_end_is_none_while_a_backup_is_there(people: str, is_lost: bool, chain: str) -> None:
    if "hours" in people:  # whoever is asked at any time has none
        chain = "person ana"
    found = named(compiled(policy(people, chain)).findings, "dead-end")
    assert bool(found) == is_lost


def test_somebody_inactive_with_a_backup_takes_leads() -> None:
    alone = compiled(policy("person ana { inactive }", "person ana else queue triage"))
    assert named(alone.findings, "never-available")
    text = policy("person ana { inactive backup ben } person ben", "person ana else queue triage")
    assert not named(compiled(text).findings, "never-available")


@pytest.mark.parametrize(
    ("people", "chain", "claim", "is_refuted"),
    [
        ("person ana { backup ben } person ben", "person ana", "person ben", True),
        ("person ana person ben", "person ana", "person ben", False),
        ("person ana { hours days backup ben } person ben", "person ana", "person ben", True),
        ("person ana { backup ben } person ben { inactive }", "person ana", "person ben", False),
        (
            "person ana { backup ben } person ben { backup cleo } person cleo",
            "owner owner else queue triage",
            "person cleo",
            True,
        ),
    ],
)
def test_a_guarantee_knows_that_anybody_may_be_away(
    people: str, chain: str, claim: str, is_refuted: bool
) -> None:
    text = policy(people, chain, f"guarantee g {{ never reaches {claim} }}")
    assert bool(named(compiled(text).findings, "refuted-guarantee")) == is_refuted
