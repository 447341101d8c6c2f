"""A configuration of Alertmanager as a policy: its tree of routes as rules, the deepest first.

A route's own rule stands behind those of the routes in it. An alert has one receiver in a policy,
so `continue`, by which it goes on to others, is refused by name: the first receiver counts.
"""

from collections.abc import Iterator
from pathlib import Path

import attrs

from turnout.frozen import define
from turnout.importing.alertmanager.matchers import MatcherError, all_of, matcher, matchers_in
from turnout.importing.askable import StandIns, settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
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
from turnout.importing.typed_fields import free_name
from turnout.importing.yaml_tree import YamlMap, YamlText, yaml_tree

MOST_ROUTES = 20_000
_ASKING = {"match", "match_re", "matchers"}
_READ = {"receiver", "routes", "continue", *_ASKING}
_NOT_RULES = {"global", "templates", "receivers"}


def imported(path: Path) -> Imported:
    """Return the policy of a configuration. Raises ForeignError."""
    root = yaml_tree(path)
    route = root.parts.get("route")
    if not isinstance(route, YamlMap):
        raise ForeignError(f"{path} has no `route`", "name a configuration of Alertmanager")
    reader = _Reader(path.name)
    place = Origin(path.name, route.line, "route")
    if _ASKING & route.parts.keys() or not route.said("receiver"):
        raise ForeignError(
            f"{place}: the first route takes every alert, so it has a receiver and no matchers",
            "mend the configuration",
        )
    entries = tuple(reader.rules(route, [], "", "route", 0))
    beside = [
        ImportNote(
            Origin(path.name, root.parts[key].line), f"{key}: no policy has such", is_refused=True
        )
        for key in root.parts
        if key not in {"route", *_NOT_RULES}
    ]
    if root.listed("receivers"):
        said = "how receivers are told stands in no policy; each is a queue"
        beside.append(ImportNote(Origin(path.name, root.parts["receivers"].line), said))
    labels = dict.fromkeys(name for entry in entries for name in fields_of(entry.asks))
    fields = {name: ForeignField(name, (name,), "text") for name in labels}
    rules = RuleSet("alerts", place, is_active=True, entries=entries)
    sets, known = settled([rules], fields)
    name = free_name(path.stem, ())
    said = f"Made of the routes in {path.name} by `turnout import`."
    return Imported(name, drafted(name, sets, known, said), sets, tuple(beside))


@define
class _Reader:
    """Reads routes. number: how many were read."""

    file: str
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("matcher"))
    number: int = 0

    def rules(
        self, route: YamlMap, around: list[Asked], receiver: str, name: str, depth: int
    ) -> Iterator[ForeignRule]:
        """Yield the rules of a route, those of the routes in it first.

        around: what the routes around it ask. receiver: theirs, which it has without its own.
        """
        self.number += 1
        if self.number > MOST_ROUTES:
            raise ForeignError(f"{self.file} has more than {MOST_ROUTES:,} routes", "cut it in two")
        place = Origin(self.file, route.line, name)
        notes: list[ImportNote] = []
        asks = [*around, *self._asks(route, place, notes)]
        whom = route.said("receiver") or receiver
        if route.said("continue").lower() in {"true", "yes", "on"}:
            said = "`continue`: no policy gives an alert to several receivers; the first counts"
            notes.append(ImportNote(place, said, is_refused=True))
        if others := [key for key in route.parts if key not in _READ]:
            said = f"{', '.join(others)}: a policy says who gets an alert, not when it is told"
            notes.append(ImportNote(place, said, is_refused=True))
        for number, each in enumerate(route.listed("routes"), 1):
            inner = f"{name}, {number}" if depth else f"route {number}"
            if not isinstance(each, YamlMap):
                raise ForeignError(f"{Origin(self.file, each.line, inner)} is no route", "mend it")
            yield from self.rules(each, asks, whom, inner, depth + 1)
        yield ForeignRule(place, all_of(asks), Receiver("queue", whom), (), tuple(notes))

    def _asks(self, route: YamlMap, place: Origin, notes: list[ImportNote]) -> Iterator[Asked]:
        told = [(key, "=", node) for key, node in route.mapped("match").items()]
        told += [(key, "=~", node) for key, node in route.mapped("match_re").items()]
        for label, sign, node in told:
            value = node.text if isinstance(node, YamlText) else ""
            yield self._asked((label, sign, value), place, notes)
        for each in route.listed("matchers"):
            text = each.text if isinstance(each, YamlText) else ""
            try:
                found = [*matchers_in(text)]
            except MatcherError as failure:
                raise ForeignError(f"{place}: {failure.message}", "mend it") from None
            for one in found:
                yield self._asked(one, place, notes)

    def _asked(self, said: tuple[str, str, str], place: Origin, notes: list[ImportNote]) -> Asked:
        label, sign, value = said
        try:
            return matcher(label, sign, value)
        except MatcherError as failure:
            told = f"{label}: {failure.message}; a field of its own says whether it holds"
            notes.append(ImportNote(place, told))
            text = f"{label} {sign} {value}"
            return Unsaid(self.stand_ins.field(text), text)
