"""What of a chain counts, held to every way in which people can be unavailable."""

from itertools import product

from tests.support.counting import ROUTE
from tests.support.enumeration import TODAY, Arrival
from tests.support.policies import compiled
from tests.support.worlds import ends, worlds
from turnout.compiler.outcomes import ends as told_ends
from turnout.compiler.outcomes import tried
from turnout.compiler.program import Attempt
from turnout.dsl.conditions import PREVIOUS_OWNER, SEEN
from turnout.dsl.policy import Rule
from turnout.dsl.targets import Target
from turnout.dsl.types import Value

TARGETS = (
    "round-robin near",
    "least-loaded near",
    "round-robin near matching language",
    "least-loaded near matching language anytime",
    "round-robin near anytime",
    "round-robin far",
    "person ana",
    "person ana anytime",
    "person ben",
    "owner owner",
    "owner owner anytime",
    "previous-owner",
    "previous-owner anytime",
    "partner outside",
    "partner outside anytime",
    "queue triage",
    'reject "spam"',
)

# Everybody has a limit of each kind, so that nobody is there whenever somebody else is.
POLICY = """lead {{ id: text  owner: person  language: language }}
identity id within 30 days
calendar early {{ timezone "UTC" open mon..fri 06:00-12:00 }}
calendar late {{ timezone "UTC" open mon..fri 12:00-18:00 }}
calendar team {{ timezone "UTC" open mon..fri 10:00-14:00 }}
person ana {{ hours early cap 3 per day serves language [en] }}
person ben {{ hours late cap 3 per day serves language [en, de] }}
person cleo {{ hours early cap 3 per day serves language [de] }}
team near hours team cap 9 per day {{ ana cap 1 per day, ben }}
team far cap 9 per day {{ ben, cleo }}
partner outside {{ hours early cap 2 per day }}
queue triage
route inbound {{
  {rules}
}}
"""


def every_lead() -> list[Arrival]:
    choices = product((None, "ana", "cleo"), (None, "en", "de"), (None, "ana", "ben"))
    found: list[Arrival] = []
    for owner, language, previous in choices:
        values: dict[str, Value] = {SEEN: previous is not None}
        asked = {"owner": owner, "language": language, PREVIOUS_OWNER: previous}
        found.append(Arrival(values | {k: v for k, v in asked.items() if v}, TODAY))
    return found


def test_a_target_counts_iff_it_can_be_given_a_lead_that_one_before_it_passed_on() -> None:
    rules = (f"rule r{at} {{ when id is present to {text} }}" for at, text in enumerate(TARGETS))
    policy = compiled(POLICY.format(rules="\n".join(rules))).policy
    entries = policy.routes[ROUTE].entries
    targets = [entry.chain[0].target for entry in entries if isinstance(entry, Rule)]
    leads, among = every_lead(), worlds(policy)

    def takes(target: Target) -> int:
        """Return in which of the situations the target takes the lead, as bits."""
        ways = (end for lead in leads for end in ends(policy, ((target, ""),), lead, among))
        return sum(1 << at for at, end in enumerate(ways) if end.target)

    taken = {target: takes(target) for target in targets}
    for before, target in product(targets, repeat=2):
        can_be_given = bool(taken[target] & ~taken[before])
        assert (tried([before, target]) == (before, target)) == can_be_given, (before, target)


def test_a_target_that_does_not_count_is_no_end_of_the_chain() -> None:
    chain = (
        "person ana else person ana else round-robin near else least-loaded near matching language"
    )
    rules = f"rule r {{ when id is present to {chain} else queue triage else person ben }}"
    program = compiled(POLICY.format(rules=rules)).program
    attempts: tuple[Attempt, ...] = program.routes[ROUTE].clauses[0].attempts
    said = [None if end.attempt is None else end.attempt.span.text for end in told_ends(attempts)]
    assert said == ["person ana", "round-robin near", "queue triage"]
