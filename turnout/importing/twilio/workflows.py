"""A workflow of TaskRouter as a policy: each filter a rule, the default filter its fallback.

The first target of a filter is the target. What comes after its timeout, priorities and the choice
of workers are told: a policy says who gets a task, and for how long is said by `sla`.
"""

from collections.abc import Iterator
from pathlib import Path

import attrs

from turnout.frozen import define, frozen
from turnout.importing.askable import StandIns, settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    ForeignError,
    ForeignField,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
    fields_of,
)
from turnout.importing.json_tree import (
    JsonList,
    JsonMap,
    JsonNode,
    JsonScalar,
    json_file,
    json_tree,
)
from turnout.importing.reports import Imported
from turnout.importing.twilio.task_expressions import ExpressionError, expression_asks
from turnout.importing.typed_fields import free_name

_QUEUES = ("queue", "task_queue_sid")
_OF_FILTERS = {"filter_friendly_name", "friendly_name", "expression", "targets"}
_OF_TARGETS = {
    *(
        "priority",
        "timeout",
        "expression",
        "order_by",
        "skip_if",
        "known_worker_sid",
    ),
    *("known_worker_friendly_name",),
}
_OF_RESOURCES = {
    *(
        "sid",
        "account_sid",
        "workspace_sid",
        "friendly_name",
        "configuration",
        "url",
    ),
    *(
        "date_created",
        "date_updated",
        "links",
        "document_content_type",
        "meta",
    ),
}
_LONGEST_SHOWN = 200


@frozen
class _Workflow:
    """A workflow. routing: its `task_routing`; around: what else is said of it, or None."""

    name: str
    routing: JsonMap
    around: JsonMap | None = None


def imported(path: Path) -> Imported:
    """Return the policy of a workflow's configuration, or of several. Raises ForeignError."""
    workflows = [*_workflows(json_file(path), str(path))]
    if not workflows:
        raise ForeignError(
            f"{path} has no `task_routing` with `filters`", "name a workflow's configuration"
        )
    reader = _Reader(path.name)
    sets = [reader.rule_set(each) for each in workflows]
    keys = dict.fromkeys(
        name for each in sets for entry in each.entries for name in fields_of(entry.asks)
    )
    fields = {name: ForeignField(name, (name,)) for name in keys}
    chosen, known = settled(sets, fields)
    name = free_name(path.stem, ())
    said = f"Made of the workflow in {path.name} by `turnout import`."
    draft = drafted(name, chosen, known, said)
    return Imported(name, draft, chosen, tuple(reader.notes))


def _workflows(root: JsonNode, file: str) -> Iterator[_Workflow]:
    """Yield the workflows of a file: a configuration, a resource of the API, or a list of them."""
    if isinstance(root, JsonList):
        for each in root.parts:
            yield from _workflows(each, file)
        return
    if not isinstance(root, JsonMap):
        return
    routing = root.mapped("task_routing")
    if isinstance(routing.parts.get("filters"), JsonList):
        yield _Workflow("tasks", routing)
        return
    name = root.said("friendly_name") or "tasks"
    written = root.parts.get("configuration")
    if isinstance(written, JsonScalar) and written.kind == "text":
        written = json_tree(written.text, f"{file}, configuration", written.line)
    if isinstance(written, JsonMap):
        for inner in _workflows(written, file):
            yield _Workflow(name, inner.routing, root)
    for each in root.listed("workflows"):
        yield from _workflows(each, file)


@define
class _Reader:
    """Reads workflows. notes: of no filter."""

    file: str
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("expression"))
    notes: list[ImportNote] = attrs.Factory(list[ImportNote])

    def rule_set(self, workflow: _Workflow) -> RuleSet:
        """Return the rules of a workflow."""
        routing = workflow.routing
        place = Origin(self.file, routing.line, "task_routing")
        around = workflow.around or JsonMap(routing.line, {})
        self._tell(around, around.parts.keys() - _OF_RESOURCES, "workflow")
        self._tell(routing, routing.parts.keys() - {"filters", "default_filter"}, "task_routing")
        entries = [*self._rules(routing)]
        default = routing.mapped("default_filter")
        self._tell(default, default.parts.keys() - {*_QUEUES}, "default filter")
        if queue := _queue(default):
            at = Origin(self.file, routing.line_of("default_filter"), "default filter")
            entries.append(ForeignRule(at, ALWAYS, Receiver("queue", queue)))
        else:
            said = "no default filter names a queue: tasks that no filter takes have none"
            self.notes.append(ImportNote(place, said))
        return RuleSet(workflow.name, place, is_active=True, entries=tuple(entries))

    def _tell(self, node: JsonMap, keys: set[str], what: str) -> None:
        for key in sorted(keys, key=node.line_of):
            place = Origin(self.file, node.line_of(key), what)
            said = f"{key} {_shown(node.parts[key])}: no policy has it"
            self.notes.append(ImportNote(place, said.replace(" :", ":"), is_refused=True))

    def _rules(self, routing: JsonMap) -> Iterator[ForeignRule]:
        for number, each in enumerate(routing.listed("filters"), 1):
            place = Origin(self.file, each.line, f"filter {number}")
            if not isinstance(each, JsonMap):
                raise ForeignError(f"{place} is no object", "mend it")
            name = each.said("filter_friendly_name") or each.said("friendly_name")
            notes = [
                ImportNote(
                    attrs.evolve(place, line=each.line_of(key)),
                    f"{key} {_shown(each.parts[key])}: no policy has it",
                    is_refused=True,
                )
                for key in each.parts
                if key not in _OF_FILTERS
            ]
            asks = self._asks(each.said("expression"), place, notes)
            receiver = _receiver(each, place, notes)
            yield ForeignRule(place, asks, receiver, (), tuple(notes), name)

    def _asks(self, text: str, place: Origin, notes: list[ImportNote]) -> Asked:
        try:
            return expression_asks(text)
        except ExpressionError as failure:
            said = f"{failure.message}; a field of its own says whether it holds"
            notes.append(ImportNote(place, said))
            shown = " ".join(text.split())[:_LONGEST_SHOWN] or "no expression"
            return Unsaid(self.stand_ins.field(shown), shown)


def _queue(target: JsonMap) -> str:
    return next((said for key in _QUEUES if (said := target.said(key))), "")


def _receiver(one: JsonMap, place: Origin, notes: list[ImportNote]) -> Receiver:
    """Return the queue of a filter's first target; what else its targets say is told."""
    targets = [each for each in one.listed("targets") if isinstance(each, JsonMap)]
    if len(targets) != len(one.listed("targets")) or (not targets and "targets" in one.parts):
        said = "what its targets are can't be read"
        notes.append(ImportNote(place, said, is_refused=True))
    queue = ""
    for number, target in enumerate(targets):
        at = attrs.evolve(place, line=target.line)
        named = _queue(target) or queue
        if not number:
            queue = named
        else:
            said = f"the queue {named}, to which a task goes on, isn't carried over"
            notes.append(ImportNote(at, said, is_refused=True))
        for key, node in target.parts.items():
            if key in _QUEUES:
                continue
            said = f"{key} {_shown(node)}: no policy has it"
            if key not in _OF_TARGETS:
                said = f"{key} is nothing that TaskRouter's targets have"
            line = attrs.evolve(at, line=target.line_of(key))
            notes.append(ImportNote(line, said, is_refused=True))
    if not queue:
        notes.append(ImportNote(place, "no queue is named; one of its own has these tasks"))
    return Receiver("queue", queue)


def _shown(node: JsonNode) -> str:
    return " ".join(node.text.split())[:100] if isinstance(node, JsonScalar) else ""
