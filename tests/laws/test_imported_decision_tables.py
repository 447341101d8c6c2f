"""A decision table of DMN and the policy that is made of it decide every lead alike."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.decision_tables import DMN_LEADS, DecisionTable, Value, decision_tables
from tests.support.imported_policies import receivers
from turnout.importing.dmn.decision_models import imported
from turnout.importing.drafts import LEFT_OVER


@settings(max_examples=25, deadline=None)
@given(decision_tables(), st.lists(DMN_LEADS, min_size=1, max_size=12))
def test_a_table_and_its_policy_decide_alike(
    table: DecisionTable, leads: list[Mapping[str, Value]]
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "drawn.dmn")
        file.write_text(table.xml(), encoding="utf-8")
        made = imported(file)
        assert imported(file) == made

    for lead, got in zip(leads, receivers(made, leads), strict=True):
        try:
            wanted = table.decide(lead)
        except ValueError:
            continue  # the table itself is at fault, which the checker says of the policy
        assert got == (wanted or LEFT_OVER)
