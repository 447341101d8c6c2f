"""Every claim of all leads at once, so that thousands of new policies can be held to them.

`python -m pytest tests/laws/test_all_claims.py --thorough` (with `--examples N` for fewer
than 10,000): a policy is compiled and counted once. What each claim is stands in the
modules below, where an ordinary run tries it.
"""

from hypothesis import given

from tests.laws import test_exactness, test_gaps, test_guarantees, test_rules, test_shares
from tests.support.counting import CLAIMS, counted, tiny
from tests.support.strategies import Written

MODULES = (test_exactness, test_gaps, test_guarantees, test_rules, test_shares)


@given(tiny())
def test_a_new_policy_bears_out_every_claim(policy: Written) -> None:
    of = counted(policy)
    for held in CLAIMS:
        held(of)
