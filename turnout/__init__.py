"""Turnout: lead routing as code.

    import turnout

    with turnout.load("inbound.route", state="state.db") as router:
        decision = router.route({"id": "1", "country": "Germany", "employees": "5,000"})
        print(decision.assignee, decision.rule)

The command line uses the same engine. Names are loaded when they are first used, so that
importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turnout.compiler.compiled import Compiled, compile_policy
    from turnout.compiler.plan.shape import PlanError
    from turnout.dsl.files import Files
    from turnout.dsl.findings import Finding, Label, Severity, Witness
    from turnout.dsl.lookups import LookupRow
    from turnout.dsl.promises import ActionKind
    from turnout.dsl.references import Reference
    from turnout.dsl.source import Source, Span
    from turnout.dsl.targets import Reason
    from turnout.dsl.values.reading import Issue
    from turnout.errors import Error, ExtraError
    from turnout.project.configuration import ConfigurationError
    from turnout.runtime.current_leads import CurrentLead
    from turnout.runtime.decisions import Decision, Doing, PassedOver, TargetKind
    from turnout.runtime.events import Draw, Event, EventKind, Sought
    from turnout.runtime.explain import Explanation, Refusal, Tried
    from turnout.runtime.fit import ClosedError, PolicyError, UnroutedError
    from turnout.runtime.lead_outcomes import ClauseOutcome, LeadOutcome, OutcomeTarget
    from turnout.runtime.lives import LeadStanding, NotAllowedError
    from turnout.runtime.loading import load, loads
    from turnout.runtime.moves import Holder, Move
    from turnout.runtime.records import (
        LeadsError,
        Manner,
        RawLead,
        Record,
        Records,
        Remarks,
        records,
    )
    from turnout.runtime.router import Router
    from turnout.runtime.stores import StateError
    from turnout.runtime.unbound import Unbound

__all__ = [
    "ActionKind",
    "ClauseOutcome",
    "ClosedError",
    "Compiled",
    "ConfigurationError",
    "CurrentLead",
    "Decision",
    "Doing",
    "Draw",
    "Error",
    "Event",
    "EventKind",
    "Explanation",
    "ExtraError",
    "Files",
    "Finding",
    "Holder",
    "Issue",
    "Label",
    "LeadOutcome",
    "LeadStanding",
    "LeadsError",
    "LookupRow",
    "Manner",
    "Move",
    "NotAllowedError",
    "OutcomeTarget",
    "PassedOver",
    "PlanError",
    "PolicyError",
    "RawLead",
    "Reason",
    "Record",
    "Records",
    "Reference",
    "Refusal",
    "Remarks",
    "Router",
    "Severity",
    "Sought",
    "Source",
    "Span",
    "StateError",
    "TargetKind",
    "Tried",
    "Unbound",
    "UnroutedError",
    "Witness",
    "__version__",
    "compile_policy",
    "load",
    "loads",
    "records",
]
__version__ = "0.1.0"

_HOMES = {
    "compile_policy": "compiler.compiled",
    "Compiled": "compiler.compiled",
    "PlanError": "compiler.plan.shape",
    "Files": "dsl.files",
    "Finding": "dsl.findings",
    "Label": "dsl.findings",
    "Severity": "dsl.findings",
    "Witness": "dsl.findings",
    "ActionKind": "dsl.promises",
    "Reference": "dsl.references",
    "Source": "dsl.source",
    "Span": "dsl.source",
    "Error": "errors",
    "ExtraError": "errors",
    "ConfigurationError": "project.configuration",
    "Decision": "runtime.decisions",
    "Doing": "runtime.decisions",
    "Issue": "dsl.values.reading",
    "LookupRow": "dsl.lookups",
    "PassedOver": "runtime.decisions",
    "Reason": "dsl.targets",
    "TargetKind": "runtime.decisions",
    "Draw": "runtime.events",
    "Event": "runtime.events",
    "EventKind": "runtime.events",
    "Sought": "runtime.events",
    "Explanation": "runtime.explain",
    "Refusal": "runtime.explain",
    "Tried": "runtime.explain",
    "ClauseOutcome": "runtime.lead_outcomes",
    "LeadOutcome": "runtime.lead_outcomes",
    "OutcomeTarget": "runtime.lead_outcomes",
    "Holder": "runtime.moves",
    "Move": "runtime.moves",
    "LeadsError": "runtime.records",
    "RawLead": "runtime.records",
    "Record": "runtime.records",
    "Records": "runtime.records",
    "Manner": "runtime.records",
    "Remarks": "runtime.records",
    "records": "runtime.records",
    "ClosedError": "runtime.fit",
    "load": "runtime.loading",
    "loads": "runtime.loading",
    "PolicyError": "runtime.fit",
    "Router": "runtime.router",
    "UnroutedError": "runtime.fit",
    "NotAllowedError": "runtime.lives",
    "LeadStanding": "runtime.lives",
    "CurrentLead": "runtime.current_leads",
    "StateError": "runtime.stores",
    "Unbound": "runtime.unbound",
}


def __getattr__(name: str) -> object:
    """Return a public name, loading its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'turnout' has no attribute {name!r}")
    return getattr(import_module(f"turnout.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
