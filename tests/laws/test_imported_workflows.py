"""A workflow of TaskRouter and the policy that is made of it decide every task alike."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.imported_policies import receivers
from tests.support.workflows import TASKS, Filter, Task, configuration, queue_of, workflows
from turnout.importing.twilio.workflows import imported


@settings(max_examples=30, deadline=None)
@given(workflows(), st.lists(TASKS, min_size=1, max_size=12))
def test_a_workflow_and_its_policy_decide_alike(
    filters: Sequence[Filter], tasks: list[Task]
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "drawn.json")
        file.write_text(json.dumps(configuration(filters)), encoding="utf-8")
        made = imported(file)
        assert imported(file) == made

    assert receivers(made, tasks) == [queue_of(filters, task).lower() for task in tasks]
