"""A tree of routes of Alertmanager and the policy that is made of it decide every alert alike."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.imported_policies import receivers
from tests.support.route_trees import ALERTS, Labels, RouteNode, route_trees
from turnout.importing.alertmanager.route_trees import imported


@settings(max_examples=30, deadline=None)
@given(route_trees(), st.lists(ALERTS, min_size=1, max_size=12))
def test_a_tree_and_its_policy_decide_alike(tree: RouteNode, alerts: list[Labels]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "drawn.yml")
        file.write_text(json.dumps({"route": tree.data()}), encoding="utf-8")
        made = imported(file)
        assert imported(file) == made

    assert receivers(made, alerts) == [tree.receiver_of(alert) for alert in alerts]
