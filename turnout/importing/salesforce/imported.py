"""A folder of Salesforce's metadata as policies: one for leads, one for cases."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from attrs import evolve

from turnout.dsl.types import Country, Money, Subdivision
from turnout.importing.askable import settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    ForeignError,
    ForeignField,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    fields_of,
)
from turnout.importing.plain_form import plain
from turnout.importing.reports import Imported
from turnout.importing.salesforce.described_fields import DescribedFields
from turnout.importing.salesforce.rules import RulesFile, rules_files, rules_of
from turnout.importing.typed_fields import TypedField, free_name


def imported(path: Path, *, inactive: bool = False) -> Iterator[Imported]:
    """Yield the policy of each kind of object whose rules are found, in the order of names.

    path: a file with assignment rules, or a folder that holds some; the metadata of fields is
    looked for in the folder, or around the file. inactive: rules that are switched off count,
    too. Raises ForeignError.
    """
    described = DescribedFields(_around(path))
    found = [*_files(path, described)]
    if not found:
        raise ForeignError(
            f"there are no assignment rules in {path}",
            "name the folder of the metadata, or a file such as Lead.assignmentRules",
        )
    for file in found:
        yield _policy(file, described, inactive=inactive)


def _files(path: Path, described: DescribedFields) -> Iterator[RulesFile]:
    for each in rules_files(path):
        name = each.name if each == path else each.relative_to(path).as_posix()
        yield rules_of(each, name, described.kind_of)


def _around(path: Path) -> Path:
    """Return the folder in which metadata of fields may be: of a file, the one around its own."""
    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == "assignmentRules" else path.parent


def _policy(file: RulesFile, described: DescribedFields, *, inactive: bool) -> Imported:
    chosen = [each for each in file.rules if each.is_active or inactive]
    asked = dict.fromkeys(
        name for each in chosen for entry in each.entries for name in fields_of(entry.asks)
    )
    known = {name: described.field(file.kind, name) for name in asked}
    rules, fields = settled([_with_default(each, file.kind, described) for each in chosen], known)
    name = free_name(f"{file.kind}s", ())
    said = f"Made of Salesforce's assignment rules for {file.kind.lower()}s by `turnout import`."
    draft = drafted(name, rules, fields, said)
    notes = (
        *_left_out(file.rules, chosen),
        *_read_otherwise(draft.fields, chosen),
        *_not_listed(chosen, known),
    )
    return Imported(name, draft, rules, notes, is_tested=True)


def _with_default(rule: RuleSet, kind: str, described: DescribedFields) -> RuleSet:
    """Return a rule whose last entry is the default owner, where settings name one."""
    found = described.default_owner(kind)
    if found is None or (rule.entries and plain(rule.entries[-1].asks) == ALWAYS):
        return rule
    path, settings = found
    name = settings.said(f"default{kind}Owner")
    is_queue = settings.said(f"default{kind}OwnerType") == "Queue"
    address = name if "@" in name else None
    receiver = Receiver("queue", name) if is_queue else Receiver("person", name, address)
    place = Origin(path.name, settings.line, "the default owner, as the settings have it")
    return evolve(rule, entries=(*rule.entries, ForeignRule(place, ALWAYS, receiver)))


def _left_out(rules: Iterable[RuleSet], chosen: list[RuleSet]) -> Iterator[ImportNote]:
    for each in rules:
        if each not in chosen:
            message = "the rule is inactive; `--inactive` makes a route of it, too"
            yield ImportNote(each.place, message, is_refused=True)
        elif not each.entries:
            yield ImportNote(each.place, "the rule has no entries: the default owner has all")


def _read_otherwise(
    fields: Mapping[str, TypedField], rules: Iterable[RuleSet]
) -> Iterator[ImportNote]:
    """Yield what a type makes of values that the source compares as texts."""
    place = next((rule.place for rule in rules), None)
    for name, field in fields.items():
        message = ""
        if isinstance(field.type, Country):
            message = f"{name} is a country in any spelling: US, USA and United States are one"
        elif isinstance(field.type, Subdivision):
            message = f"{name} is a state of the US in any spelling: CA and California are one"
        elif isinstance(field.type, Money):
            message = f"{name} is taken as {field.type.currency}: the metadata says no currency"
        if message and place is not None:
            yield ImportNote(place, message)


def _not_listed(
    rules: Iterable[RuleSet], known: Mapping[str, ForeignField]
) -> Iterator[ImportNote]:
    """Yield the values that entries ask for and that the list of a field doesn't have.

    The policy knows them all the same: old leads may have a value that is out of use. But a
    misspelt one takes no lead, and no check of the policy can tell.
    """
    for entry in (entry for each in rules for entry in each.entries):
        for name, asks in fields_of(entry.asks).items():
            listed = {value.casefold() for value in known[name].values}
            asked = (value for ask in asks if ask.operator in _OF_LISTS for value in ask.values)
            for value in dict.fromkeys(asked):
                if listed and value.casefold() not in listed:
                    near = get_close_matches(value, known[name].values, n=1)
                    advice = f", {near[0]} is the nearest" if near else ""
                    message = f"{name} has no value {value} in use{advice}"
                    yield ImportNote(entry.place, message)


_OF_LISTS = frozenset({"is", "is not", "has any", "has all"})
