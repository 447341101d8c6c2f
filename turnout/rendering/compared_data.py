"""Past leads beside their owners as data; the form is described in docs/reference/formats.md."""

from typing import Any

from turnout.rendering.compared import ComparisonReport
from turnout.rendering.simulated import notes
from turnout.trials.former_owners import AGREEMENTS, OwnersOfClause, OwnerTarget

FORMAT, VERSION = "turnout-comparison", 1


def compared_data(told: ComparisonReport) -> dict[str, Any]:
    """Return a comparison in its documented JSON form, keys in a fixed order."""
    found, owners = told.found, told.owners
    return {
        "format": FORMAT,
        "version": VERSION,
        "policy": told.policy,
        "leads_from": told.leads,
        "route": found.route,
        "column": owners.column,
        "remarks": [*notes(found), *told.remarks],
        "leads": found.leads,
        "repeated": found.repeated,
        "first": None if found.first is None else found.first.isoformat(),
        "last": None if found.last is None else found.last.isoformat(),
        "total": {kind: getattr(owners.total, kind) for kind in AGREEMENTS},
        "explaining": [each.clause for each in owners.explaining],
        "clauses": [_clause(told, each) for each in owners.clauses],
        "pairs": [_pair(each) for each in owners.pairs],
        "matrix": [_cell(each) for each in owners.cells],
        "unknown": [{"owner": name, "leads": count} for name, count in owners.unknown],
    }


def _clause(told: ComparisonReport, each: OwnersOfClause) -> dict[str, Any]:
    return {
        "clause": each.clause,
        "entry": told.entries.get(each.clause),
        **{kind: getattr(each, kind) for kind in AGREEMENTS},
        "examples": [*each.examples],
    }


def _pair(each: OwnerTarget) -> dict[str, Any]:
    return {
        "owner": each.owner,
        "target": each.target,
        "leads": each.leads,
        "examples": [*each.examples],
    }


def _cell(each: OwnerTarget) -> dict[str, Any]:
    return {"clause": each.clause, "agreement": each.agreement, **_pair(each)}
