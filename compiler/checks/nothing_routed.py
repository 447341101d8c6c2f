"""Say of a policy that is empty, or has nothing but a `lead`, that nothing is routed.

A file of declarations that others include has no route either, and is none of these.
"""

from collections.abc import Iterator

from turnout.compiler.program import Program
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding

NOTHING_ROUTED = warning(
    "nothing-routed", "A policy has no route, and nothing else but a lead.", needs_whole=True
)


def check_nothing_routed(program: Program) -> Iterator[Finding]:
    """Yield a `nothing-routed` for a policy in which there is nothing but a `lead`, or nothing."""
    policy = program.policy
    declared = (
        policy.routes,
        policy.definitions,
        policy.people,
        policy.teams,
        policy.outlets,
        policy.calendars,
        policy.guarantees,
        policy.identities,
    )
    if any(declared):
        return
    span = next((field.span for field in policy.fields.values()), None)
    yield NOTHING_ROUTED.finding(
        span,
        "nothing is routed: the policy has no route",
        text="is all there is" if span is not None else "",
        help=("add a route: `route inbound { rule NAME { when CONDITION to TARGET } }`",),
    )
