"""A workflow of HubSpot and the policy that is made of it give every record to the same."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.hubspot_flows import CONTACTS, Contact, DrawnFlow, hubspot_flows
from tests.support.imported_policies import receivers
from turnout.importing.hubspot.automations import imported


@settings(max_examples=30, deadline=None)
@given(hubspot_flows(), st.lists(CONTACTS, min_size=1, max_size=12))
def test_a_workflow_and_its_policy_decide_alike(flow: DrawnFlow, leads: list[Contact]) -> None:
    assume(flow.gives())
    with TemporaryDirectory() as folder:
        file = Path(folder, "drawn.json")
        file.write_text(json.dumps(flow.json()), encoding="utf-8")
        made = imported(file)
        assert imported(file) == made

    assert receivers(made, leads) == [flow.owner_of(lead) for lead in leads]
