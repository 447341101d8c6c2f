"""A configuration of Alertmanager as a policy: its tree of routes as rules, the deepest first.

A route's own rule stands behind those of the routes in it. An alert has one receiver in a policy,
so `continue`, by which it goes on to others, is refused by name: the first receiver counts. Where
no route stands behind it, it changes nothing.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from turnout.frozen import define
from turnout.importing.alertmanager.matcher_texts import MatcherError, matchers_in
from turnout.importing.alertmanager.matchers import all_of, matcher
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
from turnout.importing.yaml_tree import YamlList, YamlMap, YamlNode, YamlText, yaml_tree

MOST_ROUTES = 20_000
_ASKING = {"match", "match_re", "matchers"}
_READ = {"receiver", "routes", "continue", *_ASKING}
_WHEN = {
    *(
        "group_by",
        "group_wait",
        "group_interval",
        "repeat_interval",
    ),
    *(
        "mute_time_intervals",
        "active_time_intervals",
    ),
}
_YES, _NO = {"true", "yes", "on"}, {"false", "no", "off"}


def imported(path: Path) -> Imported:
    """Return the policy of a configuration. Raises ForeignError."""
    root = yaml_tree(path)
    route = root.parts.get("route")
    if not isinstance(route, YamlMap):
        raise _other_file(root, path)
    reader = _Reader(path.name, _declared(root))
    place = Origin(path.name, root.lines.get("route", route.line), "route")
    if _ASKING & route.parts.keys() or not route.said("receiver") or _goes_on(route, place):
        raise ForeignError(
            f"{place}: the first route takes every alert, so it has a receiver, no matchers and no "
            "`continue`",
            "mend the configuration",
        )
    entries = tuple(reader.rules(route, [], "", "route", 0, is_last=True))
    labels = dict.fromkeys(name for entry in entries for name in fields_of(entry.asks))
    fields = {name: ForeignField(name, (name,), "text") for name in labels}
    rules = RuleSet("alerts", place, is_active=True, entries=entries)
    sets, known = settled([rules], fields)
    name = free_name(path.stem, ())
    said = f"Made of the routes in {path.name} by `turnout import`."
    beside = (*_beside(root, path.name), *reader.unused(root))
    return Imported(name, drafted(name, sets, known, said), sets, beside)


def _beside(root: YamlMap, file: str) -> Iterator[ImportNote]:
    """Yield what is to be said of a configuration beside its routes."""
    for key, node in root.parts.items():
        place = Origin(file, root.lines.get(key, node.line))
        if key == "receivers":
            said = "receivers: each is a queue; how it is told of an alert stands in no policy"
            yield ImportNote(place, said, kind="read")
        elif key != "route":
            yield ImportNote(place, f"{key}: no policy has such", is_refused=True)


def _declared(root: YamlMap) -> Mapping[str, int] | None:
    """Return the receivers and their lines, None where the configuration has no such list."""
    if "receivers" not in root.parts:
        return None
    named = [each for each in root.listed("receivers") if isinstance(each, YamlMap)]
    return {each.said("name"): each.line for each in named}


def _other_file(root: YamlMap, path: Path) -> ForeignError:
    """Return why a file is none of Alertmanager's."""
    if kind := root.said("kind"):
        return ForeignError(
            f"{path} is a Kubernetes object, {kind}, whose rules have a form of their own",
            "save Alertmanager's own configuration, as `amtool config show` prints it",
        )
    if found := _inner_route(root, "", 0):
        way, line = found
        return ForeignError(
            f"{path} has no `route` at its top, but one at `{way}` (line {line})",
            f"save what stands below `{way.rpartition('.')[0]}` as a file of its own",
        )
    return ForeignError(f"{path} has no `route`", "name a configuration of Alertmanager")


def _inner_route(node: YamlNode, way: str, depth: int) -> tuple[str, int] | None:
    if not isinstance(node, YamlMap) or depth > _DEEPEST_ROUTE:
        return None
    for key, part in node.parts.items():
        inner = f"{way}.{key}" if way else key
        if key == "route" and isinstance(part, YamlMap) and part.said("receiver"):
            return inner, part.line
        if found := _inner_route(part, inner, depth + 1):
            return found
    return None


_DEEPEST_ROUTE = 6


def _goes_on(route: YamlMap, place: Origin) -> bool:
    said = route.said("continue").lower()
    if "continue" in route.parts and said not in _YES | _NO:
        raise ForeignError(f"{place}: `continue` is true or false", "mend it")
    return said in _YES


@define
class _Reader:
    """Reads routes. declared: the lines of the receivers, None where that can't be known.

    number: how many routes were read. named: the receivers that they have.
    """

    file: str
    declared: Mapping[str, int] | None
    stand_ins: StandIns = attrs.Factory(lambda: StandIns("matcher"))
    number: int = 0
    named: set[str] = attrs.Factory(set[str])

    def rules(  # noqa: PLR0913 - what the routes around say, each by name
        self,
        route: YamlMap,
        around: list[Asked],
        receiver: str,
        name: str,
        depth: int,
        *,
        is_last: bool,
    ) -> Iterator[ForeignRule]:
        """Yield the rules of a route, those of the routes in it first.

        around: what the routes around it ask. receiver: theirs, which it has without its own.
        is_last: no route behind it could have the alert, too.
        """
        self.number += 1
        if self.number > MOST_ROUTES:
            raise ForeignError(f"{self.file} has more than {MOST_ROUTES:,} routes", "cut it in two")
        place = Origin(self.file, route.line, name)
        notes = [*self._notes(route, place, is_last=is_last)]
        asks = [*around, *self._asks(route, place, notes)]
        whom = route.said("receiver") or receiver
        self.named.add(whom)
        if self.declared is not None and whom not in self.declared:
            said = f"the receiver {whom} isn't among `receivers`, which Alertmanager refuses"
            notes.append(ImportNote(place, said))
        inner = self._inner(route, place)
        for number, each in enumerate(inner, 1):
            called = f"{name}, {number}" if depth else f"route {number}"
            if not isinstance(each, YamlMap):
                raise ForeignError(f"{Origin(self.file, each.line, called)} is no route", "mend it")
            last = number == len(inner)
            yield from self.rules(each, asks, whom, called, depth + 1, is_last=last)
        yield ForeignRule(place, all_of(asks), Receiver("queue", whom), (), tuple(notes))

    def unused(self, root: YamlMap) -> Iterator[ImportNote]:
        """Yield a word for each receiver that no route names."""
        for name, line in (self.declared or {}).items():
            if name not in self.named:
                place = Origin(self.file, line)
                yield ImportNote(place, f"no route has the receiver {name}", is_refused=True)
        del root

    def _inner(self, route: YamlMap, place: Origin) -> tuple[YamlNode, ...]:
        given = route.parts.get("routes")
        if given is not None and not isinstance(given, YamlList) and route.said("routes"):
            raise ForeignError(f"{place}: `routes` is no list", "mend it")
        return route.listed("routes")

    def _notes(self, route: YamlMap, place: Origin, *, is_last: bool) -> Iterator[ImportNote]:
        if _goes_on(route, place) and is_last:
            said = "`continue` changes nothing: no route stands behind it"
            yield ImportNote(place, said, kind="read")
        elif _goes_on(route, place):
            said = "`continue`: no policy gives an alert to several receivers; the first counts"
            yield ImportNote(place, said, is_refused=True)
        if others := [key for key in route.parts if key in _WHEN]:
            said = f"{', '.join(others)}: a policy says who gets an alert, not when it is told"
            yield ImportNote(place, said, is_refused=True)
        for key in route.parts:
            if key not in _READ | _WHEN:
                said = f"{key} is nothing that Alertmanager's routes have"
                yield ImportNote(place, said, is_refused=True)

    def _asks(self, route: YamlMap, place: Origin, notes: list[ImportNote]) -> Iterator[Asked]:
        for key, sign in (("match", "="), ("match_re", "=~")):
            given = route.parts.get(key)
            if given is not None and not isinstance(given, YamlMap) and route.said(key):
                raise ForeignError(f"{place}: `{key}` is no mapping of labels", "mend it")
            for label, node in route.mapped(key).items():
                if not isinstance(node, YamlText):
                    raise ForeignError(f"{place}: the label {label} has no text", "mend it")
                yield self._asked((label, sign, node.text), place, notes)
        given = route.parts.get("matchers")
        if (
            given is not None
            and not isinstance(given, YamlList)
            and given != YamlText(given.line, "")
        ):
            raise ForeignError(f"{place}: `matchers` is no list of texts", "mend it")
        for each in route.listed("matchers"):
            text = each.text if isinstance(each, YamlText) else ""
            try:
                found = [*matchers_in(text)]
            except MatcherError as failure:
                raise ForeignError(f"{place}: {failure.message}", "mend it") from None
            if not found:
                raise ForeignError(f"{place}: {text[:100]!r} is no matcher", "mend it")
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
