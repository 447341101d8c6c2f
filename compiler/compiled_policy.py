"""A policy with all that is made of it, as a value: what makes it is in `compiled.py`.

It stands apart so that whoever has the value already needs nothing that reads or checks.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from turnout.compiler.program import Program
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.policy import Policy
from turnout.dsl.references import Reference
from turnout.dsl.source import Source
from turnout.frozen import frozen

if TYPE_CHECKING:
    from turnout.compiler.verdict import Allowed
    from turnout.dsl.resolve.declarations import Declarations

_OF_LEADS = frozenset(
    {"impossible-condition", "refuted-guarantee", "unreachable-fallback", "unreachable-rule"}
)
"""Errors that say which leads come where; every lead comes somewhere all the same."""


@frozen
class Compiled:
    """What became of a policy.

    policy, program: as far as they could be read; they are run only if `is_fit`.
    findings: in order of file and place. sources: every file that was read, the main file
    last. allowed: findings that count for nothing, because the policy says why they may stay.
    declared: every name; references: every use of one, in order of file and place. A policy
    that comes out of the cache (`project/policy_cache.py`) or of a plan (`carried_policy.py`) has
    neither, and no findings.
    policy_hash: of every file that was read, tables among them, and files: the path and hash of
    each; see `NotedFiles`.
    """

    policy: Policy
    program: Program
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    declared: "Declarations | None"
    references: Sequence[Reference]
    allowed: tuple["Allowed", ...] = ()
    policy_hash: str = ""
    files: tuple[tuple[str, str], ...] = ()

    @property
    def is_fit(self) -> bool:
        """Whether the policy can be run: no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def can_be_tried(self) -> bool:
        """Whether it can be run to see what it does: no error but those that tell of its leads."""
        errors = {each.name for each in self.findings if each.severity is Severity.ERROR}
        return errors <= _OF_LEADS

    def as_tried(self) -> "Compiled":
        """Return it without the errors that tell of its leads: as it can be tried."""
        kept = (each for each in self.findings if each.name not in _OF_LEADS)
        return evolve(self, findings=tuple(kept))
