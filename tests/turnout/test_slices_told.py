"""Parts of all leads on the command line: who moves when one grows, and where a lead falls."""

from pathlib import Path

import pytest

from tests.support.command_line import folder, turnout

__all__ = ["folder"]

POLICY = """lead { id: text id  size: integer 0.. }
queue pilot
queue ae
route r {
  rule pilot { when size >= 100 and id in first 30% of "pilot-2027" to queue pilot }
  fallback to queue ae
}
"""


@pytest.mark.usefixtures("folder")
def test_a_part_that_grows_moves_the_difference_alone() -> None:
    Path("old.route").write_text(POLICY)
    Path("new.route").write_text(POLICY.replace("30%", "40%"))
    told = turnout("diff", "old.route", "new.route").output
    assert "1 change of decision" in told
    assert "queue ae → queue pilot" in told
    assert 'size >= 100, id from 30% to 40% of "pilot-2027"' in told
    assert turnout("diff", "new.route", "new.route").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_an_explanation_shows_where_a_lead_falls() -> None:
    Path("old.route").write_text(POLICY)
    Path("leads.jsonl").write_text('{"id": "l-7", "size": 500}\n')
    told = " ".join(turnout("explain", "old.route", "leads.jsonl").output.split())
    assert 'its place in "pilot-2027" is 31.7%' in told
