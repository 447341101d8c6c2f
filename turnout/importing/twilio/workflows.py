"""A workflow of TaskRouter as a policy: each filter a rule, the default filter its fallback.

The first target of a filter is the target. What comes after its timeout, priorities and the choice
of workers are told: a policy says who gets a task, and for how long is said by `sla`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import attrs

from turnout.frozen import define
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
from turnout.importing.reports import Imported
from turnout.importing.twilio.task_expressions import ExpressionError, expression_asks
from turnout.importing.typed_fields import free_name

MOST_BYTES = 10_000_000


def imported(path: Path) -> Imported:
    """Return the policy of a workflow's configuration. Raises ForeignError."""
    text = _text(path)
    routing = _mapping(_mapping(_data(path, text)).get("task_routing"))
    filters = routing.get("filters")
    if not isinstance(filters, list):
        raise ForeignError(
            f"{path} has no `task_routing` with `filters`", "name a workflow's configuration"
        )
    lines = [text.count("\n", 0, each.start()) + 1 for each in re.finditer(r'"targets"\s*:', text)]
    reader = _Reader(path.name, lines)
    entries = [*reader.rules(cast("list[object]", filters))]
    default = _mapping(routing.get("default_filter"))
    if queue := default.get("queue"):
        line = text.count("\n", 0, max(text.find('"default_filter"'), 0)) + 1
        place = Origin(path.name, line, "default filter")
        entries.append(ForeignRule(place, ALWAYS, Receiver("queue", str(queue))))
    keys = dict.fromkeys(name for entry in entries for name in fields_of(entry.asks))
    fields = {name: ForeignField(name, (name,)) for name in keys}
    place = Origin(path.name, 1, "task_routing")
    rules = RuleSet("tasks", place, is_active=True, entries=tuple(entries))
    sets, known = settled([rules], fields)
    name = free_name(path.stem, ())
    said = f"Made of the workflow in {path.name} by `turnout import`."
    return Imported(name, drafted(name, sets, known, said), sets)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ForeignError(f"{path} has more than {MOST_BYTES:,} bytes", "cut it down")
        return path.read_text("utf-8-sig")
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None
    except UnicodeError:
        raise ForeignError(f"{path} is not in UTF-8", "save it as UTF-8") from None


def _data(path: Path, text: str) -> object:
    try:
        found: object = json.loads(text)
    except ValueError as failure:
        raise ForeignError(f"{path} is no JSON: {failure}", "mend it, and try again") from None
    except RecursionError:
        raise ForeignError(f"{path} is nested too deep", "name a configuration") from None
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


@define
class _Reader:
    """Reads filters. lines: on which the targets of each stand."""

    file: str
    lines: list[int]
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("expression"))

    def rules(self, filters: list[object]) -> Iterator[ForeignRule]:
        """Yield the rule of each filter."""
        for number, each in enumerate(filters, 1):
            one = _mapping(each)
            line = self.lines[number - 1] if number <= len(self.lines) else 1
            name = str(one.get("filter_friendly_name") or one.get("friendly_name") or "")
            place = Origin(self.file, line, f"filter {number}")
            notes: list[ImportNote] = []
            asks = self._asks(str(one.get("expression") or ""), place, notes)
            given = one.get("targets")
            listed = cast("list[object]", given) if isinstance(given, list) else []
            targets = [_mapping(target) for target in listed]
            receiver = _receiver(targets, place, notes)
            yield ForeignRule(place, asks, receiver, (), tuple(notes), name)

    def _asks(self, text: str, place: Origin, notes: list[ImportNote]) -> Asked:
        try:
            return expression_asks(text)
        except ExpressionError as failure:
            said = f"{failure.message}; a field of its own says whether it holds"
            notes.append(ImportNote(place, said))
            return Unsaid(self.stand_ins.field(text[:200]), text[:200])


def _receiver(targets: list[Mapping[str, Any]], place: Origin, notes: list[ImportNote]) -> Receiver:
    first: Mapping[str, Any] = targets[0] if targets else {}
    for key, value in first.items():
        if key != "queue":
            said = f"{key} {str(value)[:100]}: no policy has it"
            notes.append(ImportNote(place, said, is_refused=True))
    for each in targets[1:]:
        said = f"the queue {each.get('queue')}, to which a task goes on, isn't carried over"
        notes.append(ImportNote(place, said, is_refused=True))
    queue = str(targets[0].get("queue") or "") if targets else ""
    if not queue:
        notes.append(ImportNote(place, "no queue is named; one of its own has these tasks"))
    return Receiver("queue", queue)
