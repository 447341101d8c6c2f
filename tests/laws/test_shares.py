"""The shares of clauses, held to counting one lead of each combination that is told apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.test_exactness import ROUTE, counted, tiny
from tests.strategies import Written
from turnout.compiler.analysis import analyse
from turnout.compiler.shares import class_weights, shares
from turnout.runtime.compiled import run_witness


@given(tiny(), st.booleans())
def test_shares_are_those_of_the_combinations_that_a_lead_can_be(
    policy: Written, is_parted: bool
) -> None:
    of = counted(policy)
    analysis = analyse(of.compiled.program, ROUTE, run_witness)
    weights = [class_weights(dimension) for dimension in analysis.space.dimensions]
    region = [analysis.taken[0]] if is_parted else []
    points: dict[tuple[int, ...], int] = {}
    for number, lead in enumerate(of.leads):
        if not is_parted or of.hits[0] >> number & 1:
            points.setdefault(tuple(analysis.space.classify(lead.values, lead.today)), number)
    counts = [0] * (len(of.clauses) + 1)
    for point, number in points.items():
        weight = 1
        for at, class_ in enumerate(point):
            weight *= weights[at][class_]
        by = next((at for at, hit in enumerate(of.reach) if hit >> number & 1), len(of.clauses))
        counts[by] += weight
    found = shares(analysis, region)
    assert found.weight == sum(counts)
    expected = [Fraction(count, found.weight or 1) for count in counts]
    assert [*found.of, found.left] == expected
