"""The shares of clauses, held to counting one lead of each combination that is told apart."""

from fractions import Fraction
from math import prod

from tests.support.counting import Counted, claim, counted
from tests.support.strategies import Written
from turnout.compiler.leads.regions import Region, reads
from turnout.compiler.questions.shares import class_weights, shares


@claim
def test_shares_are_those_of_the_combinations_that_a_lead_can_be(of: Counted) -> None:
    check_shares(of, within=None)


@claim
def test_shares_within_a_region_are_those_of_the_combinations_inside(of: Counted) -> None:
    check_shares(of, within=0)


def check_shares(of: Counted, within: int | None) -> None:
    """Compare with counting. within: the clause whose leads are counted, all by default.

    A field that nothing asks counts the same beside whatever the others are, even if a
    table has it for some leads.
    """
    analysis = of.analysis
    weights = [class_weights(dimension) for dimension in analysis.space.dimensions]
    regions = [*analysis.taken, *map(Region, analysis.space.impossible)]
    asked = [at for at in range(len(weights)) if any(reads(region) >> at & 1 for region in regions)]
    unasked = prod(
        sum(weight for class_, weight in enumerate(weights[at]) if full >> class_ & 1)
        for at, full in enumerate(analysis.space.full)
        if at not in asked
    )
    points = {
        tuple(classes[at] for at in asked): number
        for number, classes in enumerate(of.classes)
        if within is None or of.hits[within] >> number & 1
    }
    counts = [0] * (len(of.clauses) + 1)
    for point, number in points.items():
        by = next((at for at, hit in enumerate(of.first) if hit >> number & 1), len(of.clauses))
        counts[by] += unasked * prod(
            weights[at][class_] for at, class_ in zip(asked, point, strict=True)
        )
    found = shares(analysis, [] if within is None else [analysis.taken[within]])
    assert found.weight == sum(counts)
    assert [*found.of, found.left] == [Fraction(count, found.weight or 1) for count in counts]


def test_what_a_table_has_for_an_identity_is_not_counted_as_missing() -> None:
    head = 'lead { half: integer  size: integer 0..4 from "sizes.csv" by half -> size }'
    rule = "rule again { when duplicate and half is 1 to queue triage }"
    text = f"{head} queue triage identity size within 30 days route inbound {{ {rule} }}"
    check_shares(counted(Written(text, {"sizes.csv": "half,size\n1,0\n2,1"})), within=None)


def test_a_country_that_a_table_has_for_a_lead_with_a_state_is_not_counted_as_missing() -> None:
    fields = """
      state: subdivision
      owner: person required
      country: country from "country-by-owner.csv" by owner -> found
    """
    rule = 'rule mine { when state in "state.csv" and owner is ana to queue triage }'
    people = "person ana person ben person cleo"
    text = f"lead {{ {fields} }} {people} queue triage route inbound {{ {rule} }}"
    tables = {
        "state.csv": "state\nUS-CA\nUS-NY\n",
        "country-by-owner.csv": "owner,found\nana,US\nben,CA\n",
    }
    check_shares(counted(Written(text, tables)), within=None)
