"""The ways through a workflow, each a rule: what its branches ask, who owns the record at its end.

A branch takes a record before those behind it, and all of its ways end in one that asks nothing
more; so the rules in the order of the ways decide as the workflow does.
"""

from collections.abc import Iterator, Mapping

import attrs

from turnout.frozen import define, frozen
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    ForeignError,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
)
from turnout.importing.hubspot.operations import OperationReader
from turnout.importing.hubspot.owner_names import OwnerNames
from turnout.importing.json_tree import JsonMap

MOST_RULES = 5_000
DEEPEST = 200
OWNER = "hubspot_owner_id"

ACTIONS: Mapping[str, str] = {
    "0-1": "a delay",
    "0-3": "a task",
    "0-4": "an e-mail",
    "0-5": "a property",
    "0-8": "a notification",
    "0-9": "a notification",
    "0-11": "a rotation",
    "0-13": "a list",
    "0-14": "a new record",
    "0-15": "another workflow",
    "0-29": "a delay until something happens",
    "0-35": "a delay until a day",
}
"""Actions by HubSpot's ids, as far as its documentation names them."""

_OF_ACTIONS = {"actionId", "type", "actionTypeId", "actionTypeVersion", "connection", "fields"}
_OF_BRANCHES = {
    *(
        "actionId",
        "type",
        "listBranches",
        "staticBranches",
        "inputValue",
    ),
    *(
        "defaultBranch",
        "defaultBranchName",
    ),
}


@frozen
class _Way:
    """What holds on the way to an action, and what was done on it. actions: their ids."""

    asks: tuple[Asked, ...] = ()
    receiver: Receiver | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[ImportNote, ...] = ()
    names: tuple[str, ...] = ()
    actions: frozenset[str] = frozenset()


@define
class StepReader:
    """Reads the actions of a flow. actions: by their ids. number: of the rules so far.

    gives: some action names an owner. told: what was said of ways before.
    """

    flow: Origin
    actions: Mapping[str, JsonMap]
    filters: OperationReader
    owners: OwnerNames
    number: int = 0
    gives: bool = False
    told: set[ImportNote] = attrs.Factory(set[ImportNote])

    def rules(self, start: str) -> Iterator[ForeignRule]:
        """Yield a rule for each way from an action on."""
        yield from self._from(start, _Way(), self.flow.line)

    def _from(self, action: str, way: _Way, line: int) -> Iterator[ForeignRule]:
        if not action:
            yield from self._end(way, line)
            return
        node = self.actions.get(action)
        place = attrs.evolve(self.flow, line=line, entry=f"{self.flow.entry}, action {action}")
        if node is None:
            raise ForeignError(f"{place}: there is no such action", "export the workflow again")
        place = attrs.evolve(place, line=node.line)
        if action in way.actions or len(way.actions) > DEEPEST:
            raise ForeignError(
                f"{place}: the workflow comes back to it, or is longer than {DEEPEST} actions",
                "cut the way back",
            )
        way = attrs.evolve(way, actions=way.actions | {action})
        match node.said("type"):
            case "LIST_BRANCH":
                yield from self._list_branches(node, way, place)
            case "STATIC_BRANCH":
                yield from self._static_branches(node, way, place)
            case "AB_TEST_BRANCH":
                said = "records that a test divides go to a queue of its own: no policy says how"
                way = _noted(way, place, said)
                yield from self._end(attrs.evolve(way, receiver=Receiver("queue")), node.line)
            case _:
                yield from self._single(node, way, place)

    def _single(self, node: JsonMap, way: _Way, place: Origin) -> Iterator[ForeignRule]:
        for key in node.parts.keys() - _OF_ACTIONS:
            way = _noted(way, place, f"{key} of the action isn't carried over")
        kind = node.said("actionTypeId")
        fields = node.mapped("fields")
        asked: Iterator[ForeignRule] = iter(())
        if kind == "0-11" and fields.said("target_property") in {"", OWNER}:
            if fields.said("overwrite_current_owner") != "true":
                if way.receiver is not None and way.receiver.kind != "current-owner":
                    way = _noted(way, place, "it has an owner already, whom the rotation keeps")
                    yield from self._next(node, way)
                    return
                owned = (*way.asks, Criterion(OWNER, "present"))
                kept = attrs.evolve(way, asks=owned, receiver=Receiver("current-owner"))
                asked = self._next(node, kept)
            receiver, told = self.owners.rotated(fields)
            way = attrs.evolve(way, receiver=receiver)
            for each in told:
                way = _noted(way, place, each)
            self.gives = True
        elif kind == "0-5":
            way = self._property(fields, way, place)
        else:
            what = ACTIONS.get(kind, node.said("type") or "an action")
            way = _noted(way, place, f"{what} ({kind or 'no type'}) isn't carried over")
        yield from asked
        yield from self._next(node, way)

    def _property(self, fields: JsonMap, way: _Way, place: Origin) -> _Way:
        """Return the way on which a property is set: the owner, or else what becomes a tag."""
        name, value = fields.said("property_name"), fields.mapped("value")
        if "association" in fields.parts:
            return _noted(way, place, f"{name} of another record isn't carried over")
        static = value.said("staticValue")
        if name != OWNER:
            if value.said("type") != "STATIC_VALUE" or not static.strip():
                return _noted(way, place, f"what {name} is set to isn't carried over")
            return attrs.evolve(
                way, tags=(*way.tags, " ".join(f"{name}: {static}".split())[:1_000])
            )
        self.gives = True
        if value.said("type") == "STATIC_VALUE":
            return attrs.evolve(way, receiver=self.owners.owner(static))
        source = value.said("propertyName")
        if source == OWNER:
            return attrs.evolve(way, receiver=Receiver("current-owner"))
        told = _noted(
            way, place, f"the owner is that of {source or 'another record'}: a queue has it"
        )
        return attrs.evolve(told, receiver=Receiver("queue"))

    def _list_branches(self, node: JsonMap, way: _Way, place: Origin) -> Iterator[ForeignRule]:
        way = _unknown(node, way, place)
        for number, branch in enumerate(node.listed("listBranches"), 1):
            one = branch if isinstance(branch, JsonMap) else JsonMap(branch.line, {})
            name = one.said("branchName") or f"branch {number}"
            at = attrs.evolve(place, line=one.line, entry=f"{place.entry}, {name}")
            notes: list[ImportNote] = []
            asks = self.filters.branch(one.mapped("filterBranch"), at, notes)
            inner = attrs.evolve(
                way,
                asks=(*way.asks, asks),
                notes=(*way.notes, *notes),
                names=(*way.names, name),
            )
            yield from self._from(_target(one.mapped("connection")), inner, one.line)
        yield from self._default(node, way)

    def _static_branches(self, node: JsonMap, way: _Way, place: Origin) -> Iterator[ForeignRule]:
        way = _unknown(node, way, place)
        value = node.mapped("inputValue")
        name = value.said("propertyName")
        if value.said("type") != "OBJECT_PROPERTY" or not name:
            said = "records that a value of another action divides go to a queue of its own"
            way = attrs.evolve(_noted(way, place, said), receiver=Receiver("queue"))
            yield from self._end(way, node.line)
            return
        for branch in node.listed("staticBranches"):
            one = branch if isinstance(branch, JsonMap) else JsonMap(branch.line, {})
            wanted = one.said("branchValue")
            asks = (
                Criterion(name, "is", (wanted,)) if wanted.strip() else Criterion(name, "missing")
            )
            inner = attrs.evolve(
                way, asks=(*way.asks, asks), names=(*way.names, wanted or "no value")
            )
            yield from self._from(_target(one.mapped("connection")), inner, one.line)
        yield from self._default(node, way)

    def _default(self, node: JsonMap, way: _Way) -> Iterator[ForeignRule]:
        name = node.said("defaultBranchName") or "none of them"
        way = attrs.evolve(way, names=(*way.names, name))
        yield from self._from(_target(node.mapped("defaultBranch")), way, node.line)

    def _next(self, node: JsonMap, way: _Way) -> Iterator[ForeignRule]:
        yield from self._from(_target(node.mapped("connection")), way, node.line)

    def _end(self, way: _Way, line: int) -> Iterator[ForeignRule]:
        self.number += 1
        if self.number > MOST_RULES:
            raise ForeignError(f"{self.flow} has more than {MOST_RULES:,} ways", "cut it in two")
        entry = ", ".join((self.flow.entry, *way.names)) or self.flow.entry
        place = attrs.evolve(self.flow, line=line, entry=f"{entry} (way {self.number})")
        asks = tuple(each for each in way.asks if each != ALWAYS)
        whole = asks[0] if len(asks) == 1 else Every(asks)
        receiver = way.receiver or Receiver("current-owner")
        notes = tuple(each for each in way.notes if each not in self.told)
        self.told |= {*notes}
        yield ForeignRule(place, whole, receiver, (), notes, tags=way.tags)


def _target(connection: JsonMap) -> str:
    return connection.said("nextActionId")


def _noted(way: _Way, place: Origin, said: str) -> _Way:
    note = ImportNote(place, said, is_refused=True)
    return way if note in way.notes else attrs.evolve(way, notes=(*way.notes, note))


def _unknown(node: JsonMap, way: _Way, place: Origin) -> _Way:
    for key in node.parts.keys() - _OF_BRANCHES:
        way = _noted(way, place, f"{key} of the branches isn't carried over")
    return way


def actions_of(flow: JsonMap) -> Mapping[str, JsonMap]:
    """Return the actions of a flow by their ids."""
    found = [each for each in flow.listed("actions") if isinstance(each, JsonMap)]
    return {each.said("actionId"): each for each in found}
