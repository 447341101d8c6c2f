"""The oracle of tests/support/clockwork.py against the checker: nothing false is said or kept.

Policies about hours, absences, caps and SLAs are drawn, said as text, checked, and looked at
half hour by half hour by an oracle that was written from the pages of docs/language alone.
What the checker finds is what the oracle finds: no false claim, no false silence, nothing
undecided or only possible, and what is shown at a moment is so at that moment.
"""

import re
from collections import Counter
from datetime import datetime
from random import Random

import pytest

from tests.support.clockwork import DAYS, HALF, LATER, START, Sheet, World, drawn, expected
from tests.support.policies import compiled
from turnout.dsl.findings import Finding

POLICIES = 25
THOROUGH = 5_000
KINDS = {
    "coverage-gap",
    "dead-end",
    "ended-validity",
    "impossible-condition",
    "lost-row",
    "never-available",
    "refuted-guarantee",
    "undecided",
    "unreachable-rule",
}


def told(finding: Finding) -> tuple[str, int, str]:
    """Return what a finding says, as the oracle says it."""
    assert finding.span is not None
    is_plain = finding.name == "dead-end"
    return finding.name, finding.span.line, "" if is_plain else " ".join(finding.span.text.split())


def difference(sheet: Sheet) -> tuple[Counter[object], Counter[object]]:
    """Return what the checker says falsely, and what it is falsely silent about."""
    findings = compiled(sheet.text, at=START).findings
    said = Counter[object](set(map(told, (f for f in findings if f.name in KINDS))))
    wanted = Counter[object](expected(sheet))
    for finding in findings:
        if finding.name in KINDS:
            assert "possibly" not in finding.message, (finding.message, sheet.text)
            assert is_shown(sheet, finding), (finding.message, finding.witness, sheet.text)
    return said - wanted, wanted - said


def is_shown(sheet: Sheet, finding: Finding) -> bool:
    """Return whether a gap or a dead end is one at the moment at which it is shown."""
    note = "" if finding.witness is None else finding.witness.note
    shown = re.search(r"arriving at (.{16}) UTC", note)
    if finding.name not in {"coverage-gap", "dead-end"} or shown is None:
        return finding.witness is not None or finding.name not in {"coverage-gap", "dead-end"}
    assert finding.witness is not None
    moment = datetime.fromisoformat(f"{shown[1]}+00:00")
    at = (
        int((moment - START) / HALF) if moment < LATER else int((moment - LATER) / HALF) + 48 * DAYS
    )
    kind = next(kind for kind, times in sheet.kinds.items() if at in times)
    lead = {name: str(finding.witness.fields[name]) for name in finding.witness.fields}
    way = sheet.way(lead, kind[0])
    if finding.name == "coverage-gap":
        return way[-1] is None
    assert way[-1] is not None
    return (None, "") in sheet.ends(sheet.every_goal(way), lead, World(*kind, sheet.caps()))


def test_the_checker_says_what_is_so_at_moments_that_come(request: pytest.FixtureRequest) -> None:
    count = POLICIES
    if request.config.getoption("thorough"):
        count = request.config.getoption("examples") or THOROUGH
    for seed in range(count):
        sheet = drawn(Random(seed))  # noqa: S311 - the same policies each time
        assert difference(sheet) == (Counter(), Counter()), f"seed {seed}:\n{sheet.text}"
