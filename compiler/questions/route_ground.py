"""The ground of a route: made once for each route of a program, and shared.

The checks, the tree and the plan start from the same space. Where a question needs atoms
beyond those of the route's conditions, it has a ground of its own.
"""

from weakref import finalize

from turnout.compiler.leads.ground import Ground, ground
from turnout.compiler.program import Program, RouteProgram
from turnout.dsl.conditions import Atom, During, Open, atoms

# By the route's identity: it is a value, and as a key it would be hashed whole.
_known: dict[int, Ground] = {}


def moments_ground(
    program: Program, route: str, asked: tuple[Atom, ...], *, is_own: bool = False
) -> Ground:
    """Return the ground on which these atoms are asked of leads at moments that come.

    asked, is_own: as `route_ground` has them. The tree and the plan are of any moment, so
    that neither changes from one day to the next; where no atom asks the clock theirs is
    the same.
    """
    if any(isinstance(atom, Open) for atom in asked):
        return ground(program.policy.fields, asked, program.since, program.first)
    if program.first is not None and any(isinstance(atom, During) for atom in asked):
        return ground(program.policy.fields, asked, None, program.first)
    return route_ground(program, route, asked, is_own=is_own)


def route_ground(
    program: Program, route: str, asked: tuple[Atom, ...] | None = None, *, is_own: bool = False
) -> Ground:
    """Return the ground of what is asked of a route's leads: what its conditions ask, or `asked`.

    asked: each atom once. is_own: they are what its conditions ask, so that those need not
    be read again, of which there may be thousands. The ground of the conditions is kept
    for as long as the route is.
    """
    chosen, fields = program.routes[route], program.policy.fields
    known = _known.get(id(chosen))
    if known is None:
        finalize(chosen, _known.pop, id(chosen), None)
    if known is None or known.fields is not fields:
        own = asked if asked is not None and is_own else asked_by(chosen)
        known = _known[id(chosen)] = ground(fields, own)
    return known if asked is None or asked == known.asked else ground(fields, asked)


def asked_by(route: RouteProgram) -> tuple[Atom, ...]:
    """Return each atom that a condition of the route asks, once, in order."""
    opened: set[str] = set()
    found = (atom for clause in route.clauses for atom in atoms(clause.condition, opened))
    return tuple(dict.fromkeys(found))
