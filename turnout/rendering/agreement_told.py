"""How a view of a warehouse and its plan agree, as text and as JSON."""

from collections.abc import Iterable
from typing import TypedDict

from turnout.rendering.report import counted
from turnout.warehouse.agreement import ViewCheck

FORMAT, VERSION = "turnout-sql-check", 1


class LeadData(TypedDict):
    """A lead of which the view says something else, in the column that is named."""

    lead: dict[str, str]
    column: str
    view: str
    plan: str


class ViewCheckData(TypedDict):
    """A check as JSON; docs/reference/formats.md has the keys."""

    format: str
    version: int
    leads: int
    for_batch: int
    clauses: int
    reached: int
    different: int
    shown: list[LeadData]


def agreement_data(found: ViewCheck) -> ViewCheckData:
    """Return a check as it is written in JSON."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "leads": found.leads,
        "for_batch": found.left,
        "clauses": found.clauses,
        "reached": found.reached,
        "different": found.different,
        "shown": [
            {"lead": dict(each.values), "column": each.column, "view": each.view, "plan": each.plan}
            for each in found.shown
        ],
    }


def agreement_lines(found: ViewCheck) -> Iterable[str]:
    """Yield a check in lines, the leads that differ first."""
    for each in found.shown:
        lead = ", ".join(f"{name}: {value}" for name, value in each.values.items())
        yield f"{each.column} is {each.view} in SQL and {each.plan} by the plan: {lead}"
    left = f", {found.left} of them left for the batch" if found.left else ""
    yield f"{counted(found.leads, 'lead')} drawn{left}; {found.different} decided otherwise."
    yield f"{found.reached} of {counted(found.clauses, 'clause')} took one."
