"""What can't be asked of a field's type, put into fields of its own that say whether it holds."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from attrs import evolve

from turnout.frozen import attribute, define
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    ForeignField,
    ForeignRule,
    ImportNote,
    Nay,
    RuleSet,
    Some,
    Unsaid,
    fields_of,
    unsaid_of,
)
from turnout.importing.plain_form import plain
from turnout.importing.typed_fields import TypedField, can_be_asked, typed


@define
class StandIns:
    """Fields that stand for what no policy says, one for each text. stem: how they are called.

    No source has such names, since they hold a blank.
    """

    stem: str
    names: dict[str, str] = attribute(factory=dict[str, str])

    def field(self, text: str) -> str:
        """Return the field that stands for a text."""
        said = " ".join(text.split())
        return self.names.setdefault(said, f"{self.stem} {len(self.names) + 1}")


def stand_in(name: str, text: str) -> ForeignField:
    """Return the field that stands for what a source says and no policy does."""
    return ForeignField(name, (), "boolean", comment=f"stands for: {text}")


def settled(
    rule_sets: Iterable[RuleSet], describe: Mapping[str, ForeignField]
) -> tuple[tuple[RuleSet, ...], Mapping[str, ForeignField]]:
    """Return rules of which all can be asked, and what is known of their fields.

    describe: what the source says of each field, by its name; those that stand for something
    are added here.
    """
    sets = tuple(rule_sets)
    known = {**describe}
    for field, text in _unsaid(sets):
        known[field] = stand_in(field, text)
    asks: dict[str, list[Criterion]] = {}
    for each in sets:
        for entry in each.entries:
            for name, found in fields_of(entry.asks).items():
                asks.setdefault(name, []).extend(found)
    fields = typed((known[name], found) for name, found in asks.items())
    names = StandIns("criterion")
    settled_sets = tuple(
        evolve(each, entries=tuple(_settled(entry, fields, names) for entry in each.entries))
        for each in sets
    )
    for field, text in _unsaid(settled_sets):
        known.setdefault(field, stand_in(field, text))
    return tuple(map(_untagged, settled_sets)), known


def _untagged(rules: RuleSet) -> RuleSet:
    """Return rules of which the last says, where it becomes a fallback, that it tags nothing."""
    if not rules.entries:
        return rules
    *others, last = rules.entries
    if not last.tags or plain(last.asks) != ALWAYS:
        return rules
    said = f"a fallback tags nothing: {', '.join(last.tags)} isn't carried over"
    note = ImportNote(last.place, said, is_refused=True)
    return evolve(rules, entries=(*others, evolve(last, notes=(*last.notes, note))))


def _unsaid(sets: Iterable[RuleSet]) -> list[tuple[str, str]]:
    entries = (entry for each in sets for entry in each.entries)
    return [pair for entry in entries for pair in unsaid_of(entry.asks).items()]


def _settled(entry: ForeignRule, fields: Mapping[str, TypedField], names: StandIns) -> ForeignRule:
    notes: list[ImportNote] = []

    def asked(part: Asked) -> Asked:
        match part:
            case Criterion():
                if can_be_asked(fields[part.field].type, part):
                    return part
                said = f"{part.field} {part.operator} {', '.join(part.values)}"
                message = f"no policy says {said!r}; a field of its own stands for it"
                notes.append(ImportNote(entry.place, message))
                return Unsaid(names.field(said), said)
            case Every(parts):
                return Every(tuple(map(asked, parts)))
            case Some(parts):
                return Some(tuple(map(asked, parts)))
            case Nay(inner):
                return Nay(asked(inner))
            case Unsaid():
                return part
            case _:
                assert_never(part)

    asks = asked(entry.asks)
    return evolve(entry, asks=asks, notes=(*entry.notes, *notes)) if notes else entry
