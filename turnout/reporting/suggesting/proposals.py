"""What outcomes could speak for, whatever its chance: each kind of proposal, of one route.

Each but `unused` makes tests. Their chances are corrected together before any is held to the level,
so whoever makes one yields it, also where nothing would follow: a test that is left out because it
found little would make the others look rarer than they are.
"""

from collections.abc import Iterator, Sequence

from turnout.compiler.compiled import Compiled
from turnout.reporting.suggesting.boundaries import moved_boundaries, unread_amounts
from turnout.reporting.suggesting.evidence import Proposal
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.standing_out import standing_out
from turnout.reporting.suggesting.unused_rules import unused_rules
from turnout.reporting.suggesting.weighing import reweighted


def proposals(
    compiled: Compiled, route: str, leads: Sequence[LivedLead], *, had: frozenset[str]
) -> Iterator[Proposal]:
    """Yield what could be proposed. had: rules that were there all along."""
    yield from standing_out(compiled, route, leads)
    yield from reweighted(compiled, leads)
    yield from moved_boundaries(compiled, route, leads)
    yield from unread_amounts(compiled, route)
    yield from unread_amounts(compiled, route)
    yield from unused_rules(compiled, route, leads, had)
