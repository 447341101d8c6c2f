"""A difference in its documented, versioned JSON form; see docs/reference/formats.md."""

from collections.abc import Iterator
from typing import Any

from turnout.compiler.difference import Cause, Change, Outcome, RouteDifference, Shift
from turnout.dsl.wording import worded
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.jsons import json_text
from turnout.trials.impact import Movements

FORMAT, VERSION = "turnout-difference", 1


def difference_json(of: Comparison, _screen: int) -> Iterator[str]:
    """Yield the whole comparison as one JSON text."""
    yield json_text(difference_data(of), indent=2)


def difference_data(of: Comparison) -> dict[str, Any]:
    """Return the whole comparison, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "old": of.old,
        "new": of.new,
        "same": of.found.is_same,
        "allow": of.level,
        "beyond": list(of.excess),
        "routes": [_route(route) for route in of.found.routes],
        "owners": [
            {"name": name, "go": gone, "come": come} for name, gone, come in of.found.owners
        ],
        "broken": list(of.broken),
        "changes": [_change(change) for change in of.found.changes],
        "caveats": list(of.found.caveats),
        "leads": None if of.movements is None else _counted(of.movements),
    }


def _route(route: RouteDifference) -> dict[str, Any]:
    unreadable = route.unreadable
    return {
        "old": route.old,
        "new": route.new,
        "causes": [_cause(cause) for cause in route.causes],
        "moves": [_shift(shift, cause) for cause in route.causes for shift in cause.shifts],
        "not_leads": None
        if unreadable is None
        else {"before": _outcome(unreadable[0]), "after": _outcome(unreadable[1])},
        "renamed": [{"old": old, "new": new} for old, new in route.renamed],
        "undecided": list(route.undecided),
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {"edit": cause.title, "clauses": list(cause.clauses), "moves": len(cause.shifts)}


def _shift(shift: Shift, cause: Cause) -> dict[str, Any]:
    return {
        "cause": cause.title,
        "where": list(shift.said),
        "before": [_outcome(outcome) for outcome in shift.before],
        "after": [_outcome(outcome) for outcome in shift.after],
        "passed_on": shift.is_passed_on,
        "taken_by": {"before": list(shift.sources), "after": list(shift.sinks)},
        "unless": list(shift.unless),
        "owners": {"before": list(shift.owners[0]), "after": list(shift.owners[1])},
        "declared": shift.is_declared,
        "witness": None
        if shift.witness is None
        else {"fields": dict(shift.witness.fields), "note": shift.witness.note},
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "targets": [worded(target) for target in outcome.targets],
        "terms": [{"name": name, "words": words} for name, words in outcome.terms],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "name": change.name,
        "what": change.what,
        "details": list(change.details),
        "felt": change.is_felt,
    }


def _counted(movements: Movements) -> dict[str, Any]:
    return {
        "total": movements.leads,
        "moved": movements.moved,
        "pairs": [
            {"before": _outcome(before), "after": _outcome(after), "leads": count}
            for (before, after), count in movements.pairs
        ],
    }
