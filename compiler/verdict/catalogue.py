"""Every finding there is: the closed list of names, each with what it claims.

A finding that isn't listed here can't be configured, allowed or looked up. What a check
reports stands with the check; what reading a policy reports, in `dsl.finding_kinds`.
"""

from collections.abc import Mapping

from turnout.compiler.checks import CHECKS
from turnout.compiler.checks.undecided import UNDECIDED
from turnout.dsl.finding_kinds import ALLOWANCES, READING, FindingKind
from turnout.dsl.findings import Severity

_GRAVEST_FIRST = tuple(Severity)


def _gravity(kind: FindingKind) -> tuple[bool, int]:
    return not kind.is_firm, _GRAVEST_FIRST.index(kind.severity)


PROVED: tuple[FindingKind, ...] = (
    *sorted(dict.fromkeys(kind for each in CHECKS for kind in each.kinds), key=_gravity),
    UNDECIDED,
)
"""What the checks prove about a policy that could be read, the gravest first."""

CATALOGUE: Mapping[str, FindingKind] = {
    kind.name: kind for kind in (*PROVED, *READING, *ALLOWANCES)
}
"""Every kind of finding by its name, the checks first."""
