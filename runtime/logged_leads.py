"""What the log keeps of a lead beside its decision: its way, and the values that are logged."""

from collections.abc import Iterable, Mapping

from turnout.compiler.program import Clause
from turnout.dsl.types import Field, Values
from turnout.dsl.wording import written_part
from turnout.runtime.engine import LeadLogger
from turnout.runtime.events import NOTHING_LOGGED, LoggedLead


def lead_logger(clauses: Iterable[Clause], fields: Mapping[str, Field]) -> LeadLogger:
    """Return what says what is kept of the leads of a route. clauses: those of the route."""
    ways = _Ways(clauses, fields)

    def log_lead(clause: str, let_on: tuple[str, ...], values: Values) -> LoggedLead:  # noqa: ARG001
        found = ways[clause]
        return LoggedLead((*found.path, *(f"rule {name}" for name in let_on))) if let_on else found

    return log_lead


class _Ways(dict[str, LoggedLead]):
    """The ways to clauses, by their names; each is put in words when it is first asked for."""

    def __init__(self, clauses: Iterable[Clause], fields: Mapping[str, Field]) -> None:
        super().__init__()
        self._clauses = {clause.name: clause for clause in reversed([*clauses])}
        self._fields = fields

    def __missing__(self, name: str) -> LoggedLead:
        clause = self._clauses.get(name)
        path = () if clause is None else tuple(_way(clause, self._fields))
        found = self[name] = LoggedLead(path) if path else NOTHING_LOGGED
        return found


def _way(clause: Clause, fields: Mapping[str, Field]) -> Iterable[str]:
    for block in clause.around:
        if block.handover is not None:
            yield f"rule {block.handover.rule} to route {block.handover.route}"
        else:
            yield written_part(block.condition, fields)
