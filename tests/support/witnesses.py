"""What the witness of a finding says of itself, read back."""

import re
from datetime import date

from turnout.dsl.conditions import SEEN
from turnout.dsl.findings import Finding
from turnout.dsl.types import Values
from turnout.runtime.leads import Lead


def shown(finding: Finding, lead: Lead) -> Values:
    """Return the values of a finding's witness as it was read, and whether it was seen before."""
    assert finding.witness is not None
    assert all(name in finding.witness.fields for name in lead.values), "nothing was looked up"
    return {**lead.values, SEEN: SEEN in finding.witness.note}


def arrival(finding: Finding) -> date:
    """Return the day on which a finding's witness arrives."""
    assert finding.witness is not None
    said = re.search(r"arriving on (\S+?)(,|$)", finding.witness.note)
    return date.fromisoformat(said[1]) if said else date(2026, 1, 1)
