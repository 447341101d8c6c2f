"""A spreadsheet of rules and the policy that is made of it give every lead to the same."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.imported_policies import receivers
from tests.support.rule_sheets import LEADS, Lead, Row, queue_of, sheets, written
from turnout.importing.drafts import LEFT_OVER
from turnout.importing.sheets.rule_sheets import imported


@settings(max_examples=30, deadline=None)
@given(sheets(), st.lists(LEADS, min_size=1, max_size=12))
def test_a_sheet_and_its_policy_decide_alike(rows: Sequence[Row], leads: list[Lead]) -> None:
    with TemporaryDirectory() as folder:
        sheet = Path(folder, "territories.csv")
        sheet.write_text(written(rows), encoding="utf-8", newline="")
        as_table, as_rules = imported(sheet), imported(sheet, written=True)
        assert imported(sheet) == as_table

    said = [queue_of(rows, lead).replace(" ", "-") or LEFT_OVER for lead in leads]
    assert receivers(as_rules, leads) == said
    assert receivers(as_table, leads) == said
