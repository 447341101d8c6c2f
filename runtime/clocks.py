"""Which calendars a route asks, and whether they are open: facts beside a lead's values."""

from datetime import datetime

from turnout.compiler.program import RouteProgram
from turnout.dsl.conditions import Open, atoms
from turnout.dsl.opening_hours import is_open
from turnout.dsl.types import Values


def asked_of(route: RouteProgram) -> tuple[Open, ...]:
    """Return each calendar whose hours a condition of the route asks, once."""
    asked = (atom for clause in route.clauses for atom in atoms(clause.condition))
    return tuple(dict.fromkeys(atom for atom in asked if isinstance(atom, Open)))


def answers(calendars: tuple[Open, ...], moment: datetime) -> Values:
    """Return what stands among a lead's values for each calendar."""
    return {each.field: is_open(each.calendar, moment) for each in calendars}
