"""A simulation as data; the form is described in docs/reference/formats.md."""

from typing import Any

import attrs

from turnout.rendering.simulated import SimulationReport, notes
from turnout.trials.former_owners import AGREEMENTS, Owners
from turnout.trials.simulation import Fall, FieldIssues, TeamTurns
from turnout.trials.two_policies import Against

FORMAT, VERSION = "turnout-simulation", 1


def simulated_data(told: SimulationReport) -> dict[str, Any]:
    """Return a simulation in its documented JSON form, keys in a fixed order."""
    found = told.found
    return {
        "format": FORMAT,
        "version": VERSION,
        "policy": told.policy,
        "leads_from": told.leads,
        "route": found.route,
        "remarks": [*notes(found), *told.remarks],
        "leads": found.leads,
        "repeated": found.repeated,
        "first": None if found.first is None else found.first.isoformat(),
        "last": None if found.last is None else found.last.isoformat(),
        "rules": [{"clause": name, "leads": count} for name, count in found.rules],
        "targets": [{"target": name, "leads": count} for name, count in found.targets],
        "people": [{"person": name, "leads": count} for name, count in found.people],
        "turns": [_turns(team) for team in found.teams],
        "falls": [_fall(fall, count) for fall, count in found.falls],
        "issues": [_issues(field) for field in found.issues],
        "against": None if told.against is None else _against(told.against),
        "owners": None if told.owners is None else _owners(told.owners),
    }


def _turns(team: TeamTurns) -> dict[str, Any]:
    return {
        "team": team.team,
        "furthest": float(team.furthest),
        "members": [
            {"person": name, "leads": count, "share": float(team.exact[name])}
            for name, count in team.given.items()
        ],
    }


def _fall(fall: Fall, count: int) -> dict[str, Any]:
    return {
        "to": fall.by or None,
        "rule": fall.rule,
        "is_unfit": fall.is_unfit,
        "passed_over": [{"target": target, "reason": why} for target, why in fall.passed],
        "leads": count,
    }


def _issues(field: FieldIssues) -> dict[str, Any]:
    reasons = [
        {"reason": reason, "leads": count, "example": example}
        for reason, count, example in field.reasons
    ]
    return {"field": field.field, "leads": field.leads, "reasons": reasons}


def _against(against: Against) -> dict[str, Any]:
    return {
        "policy": against.name,
        "moved": against.leads,
        "another_rule": against.rule,
        "another_person": against.person,
        "same": against.same,
        "moves": [attrs.asdict(each) for each in against.moved],
    }


def _owners(owners: Owners) -> dict[str, Any]:
    return {
        "column": owners.column,
        "clauses": [
            {"clause": each.clause, **{kind: getattr(each, kind) for kind in AGREEMENTS}}
            for each in owners.clauses
        ],
        "pairs": [
            {"owner": each.owner, "target": each.target, "leads": each.leads}
            for each in owners.pairs
        ],
        "unknown": [{"owner": name, "leads": count} for name, count in owners.unknown],
    }
