"""`else continue`: the end of a rule's chain that is no target.

It stands last in a rule, behind a target, and nowhere else. A fallback takes whoever is
left: what its targets pass on goes to the fallback around it, so that there is nothing to
go on to; and an SLA moves a lead that somebody has.
"""

from typing import TypeVar

import attrs

from turnout.dsl import nodes
from turnout.dsl.finding_kinds import MISPLACED_CONTINUE
from turnout.dsl.fixes import without_step
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.source import Span

_Chain = TypeVar("_Chain", nodes.Chain, nodes.RowChain)


def parted(chain: _Chain) -> tuple[_Chain, Span | None]:
    """Return a rule's chain without its `else continue`, and where that stands.

    One that is out of place stays in the chain; see `complain`.
    """
    *targets, last = chain.targets
    if not targets or last.kind != nodes.CONTINUE:
        return chain, None
    return attrs.evolve(chain, targets=tuple(targets)), last.span


def complain(span: Span, of: str, scope: Scope) -> None:
    """Report a `continue` that stands where it can't. of: "rule", "cell", "fallback" or "sla"."""
    message, text, advice = _SAID[of]
    fixes = without_step(span) if of in {"fallback", "rule"} else ()
    scope.findings.append(
        MISPLACED_CONTINUE.finding(span, message, text=text, help=(advice,), fixes=fixes)
    )


_SAID = {
    "rule": (
        "`continue` stands at the end of a chain, behind a target",
        "nobody was asked before it, or somebody is asked after it",
        "write `to TARGET else continue`, or leave it out",
    ),
    "cell": (
        "`continue` is no target: it is said of all rows, behind the column",
        "not in a cell",
        "write `else continue` at the end of the table's `to`",
    ),
    "fallback": (
        "a fallback can't end in `continue`",
        "there is no next rule for whoever is left",
        "leave it out, or make the fallback of a block its last rule, which may say it",
    ),
    "sla": (
        "`continue` can't follow `then`",
        "a lead whose time is over has met its rule",
        "name a target, such as `then queue ...`; after it comes the route's fallback",
    ),
}
