"""`else continue`: what is said of rules that let leads on, against all leads one by one."""

from tests.support.counting import Counted, claim, goes_on, union


@claim
def test_a_continue_is_idle_iff_no_rule_before_the_fallback_could_have_its_leads(
    of: Counted,
) -> None:
    """Of a table of rules, iff that holds for each row that gets leads."""
    letting = [at for at, clause in enumerate(of.clauses) if goes_on(clause) and of.reach[at]]
    words = {at: of.clauses[at].going_on for at in letting}
    idle = {at: is_idle(of, at) for at in letting}
    expected = {
        word for word in words.values() if all(idle[at] for at in letting if words[at] == word)
    }
    found = of.named("idle-continue")
    assert {finding.span for finding in found} == expected
    assert len(found) == len(expected)


def is_idle(of: Counted, at: int) -> bool:
    """Return whether no rule between a rule and the next fallback around it can have its leads."""
    around = of.clauses[at].around
    if of.clauses[at].sla or of.clauses[at].actions:
        return False  # they don't go along to the fallback
    for below in range(at + 1, len(of.clauses)):
        clause = of.clauses[below]
        if not clause.is_rule and around[: len(clause.around)] == clause.around:
            return True
        if of.hits[at] & of.hits[below] & ~union(of.kept[:below]):
            return False
    return False  # without a fallback its leads are a gap
