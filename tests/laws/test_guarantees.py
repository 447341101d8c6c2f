"""Guarantees against all leads of tiny policies, and all ways in which people can be away."""

from collections.abc import Iterator

from tests.support.counting import ROUTE, Counted, claim
from tests.support.enumeration import Arrival
from tests.support.policies import compiled, named
from tests.support.strategies import PEOPLE
from tests.support.witnesses import arrival, shown
from tests.support.worlds import courses, is_broken, worlds
from turnout.compiler.meaning.interpreter import Match, holds, match
from turnout.dsl.conditions import PREVIOUS_OWNER, SEEN
from turnout.dsl.targets import PreviousOwner
from turnout.dsl.types import PersonName
from turnout.runtime.leads import lead_reader


@claim
def test_a_guarantee_is_refuted_iff_some_lead_can_break_it(of: Counted) -> None:
    (guarantee,) = of.policy.guarantees.values()
    about = of.holding(guarantee.condition)
    idle = [f for f in of.named("impossible-condition") if f.span == guarantee.span]
    assert bool(idle) == (not about)
    owned = [n for n, field in of.policy.fields.items() if isinstance(field.type, PersonName)]
    ways: dict[tuple[Match, tuple[object, ...]], Arrival] = {}
    for found, (lead, leads) in zip(of.said, of.kinds, strict=True):
        if leads & about:
            assert not leads & ~about
            for arriving in with_owners(found, lead):
                owners = tuple(arriving.values.get(name) for name in (*owned, PREVIOUS_OWNER))
                ways[found, owners] = arriving
    among = worlds(of.policy)
    found_courses = [
        each for (found, _), lead in ways.items() for each in courses(of.policy, found, lead, among)
    ]
    refuted = {finding.span for finding in of.named("refuted-guarantee")}
    for each in guarantee.claims:
        broken = any(is_broken(each, way) for way in found_courses)
        assert (each.span in refuted) == broken, each


def with_owners(found: Match, lead: Arrival) -> Iterator[Arrival]:
    """Yield the lead with each of those who may have had the earlier one, if that matters."""
    yield lead
    if lead.values.get(SEEN) and any(
        isinstance(each, PreviousOwner) for each, _ in found.every_attempt
    ):
        for owner in PEOPLE:
            yield Arrival({**lead.values, PREVIOUS_OWNER: owner}, lead.today)


@claim
def test_a_refutation_shows_a_lead_that_the_guarantee_speaks_of(of: Counted) -> None:
    (guarantee,) = of.policy.guarantees.values()
    read = lead_reader(of.policy.fields)
    for finding in of.named("refuted-guarantee"):
        assert finding.witness is not None
        assert finding.witness.confirmed
        assert finding.labels
        values = shown(finding, read(finding.witness.fields, None))
        today = arrival(finding)
        assert holds(guarantee.condition, values, today)
        (broken,) = (each for each in guarantee.claims if each.span == finding.span)
        lead = Arrival(values, today)
        found = match(of.policy, ROUTE, values, today)
        among = worlds(of.policy)
        ways = [
            way
            for each in with_owners(found, lead)
            for way in courses(of.policy, found, each, among)
        ]
        assert any(is_broken(broken, way) for way in ways)


def test_rules_of_blocks_are_clauses_like_others() -> None:
    text = """\
    lead { id: text required  country: country }
    queue one
    queue two
    route inbound {
      within country in [DE, AT] { rule german { when country is DE to queue one } }
      fallback to queue two
    }
    guarantee g { when country is DE  always by rule german  always reaches queue one }
    guarantee h { when country is AT  always reaches queue one }
    """
    made = compiled(text)
    refuted = named(made.findings, "refuted-guarantee")
    assert [f.span.text for f in refuted if f.span] == ["always reaches queue one"]
    assert "guarantee `h`" in refuted[0].message
