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
from turnout.importing.salesforce.metadata_files import MetadataFiles
from turnout.importing.salesforce.rules import RulesFile, rules_of
from turnout.importing.typed_fields import TypedField, free_name
from turnout.trials.outside_names import names_text


def imported(
    path: Path, *, inactive: bool = False, currency: str | None = None
) -> Iterator[Imported]:
    """Yield the policy of each kind of object whose rules are found, in the order of names.

    path: a file with assignment rules, or a folder that holds some; the metadata of fields is
    looked for in the folder, or around the file. inactive: rules that are switched off count,
    too. currency: of amounts whose currency nothing says. Raises ForeignError.
    """
    files = MetadataFiles(_around(path))
    described = DescribedFields(files)
    found = [path] if path.is_file() else [*files.ending(".assignmentRules")]
    if not found:
        raise ForeignError(
            f"there are no assignment rules in {path}",
            "name the folder of the metadata, or a file such as Lead.assignmentRules",
        )
    taken: set[str] = set()
    for each in found:
        name = each.name if each == path else each.relative_to(path).as_posix()
        file = rules_of(each, name, described, currency)
        policy = free_name(f"{file.kind}s", taken)
        taken.add(policy)
        yield _policy(policy, file, described, inactive=inactive, currency=currency)


def _around(path: Path) -> Path:
    """Return the folder in which metadata of fields may be: of a file, the one around its own."""
    if path.is_dir():
        return path
    return path.parent.parent if path.parent.name == "assignmentRules" else path.parent


def _policy(
    name: str,
    file: RulesFile,
    described: DescribedFields,
    *,
    inactive: bool,
    currency: str | None,
) -> Imported:
    chosen = [each for each in file.rules if each.is_active or inactive]
    if not chosen:
        raise ForeignError(
            f"{file.rules[0].place.file if file.rules else file.kind} has no active rule",
            "give --inactive, if these are the ones you mean",
        )
    asked = dict.fromkeys(
        name for each in chosen for entry in each.entries for name in fields_of(entry.asks)
    )
    known = {name: _known(name, file, described, currency) for name in asked}
    rules, fields = settled([_with_default(each, file.kind, described) for each in chosen], known)
    said = f"Made of Salesforce's assignment rules for {file.kind.lower()}s by `turnout import`."
    draft = drafted(name, rules, fields, said)
    names = dict(_outside(draft.targets, rules, described.queues()))
    if names:
        files = {**draft.files, f"{name}.names.csv": names_text(names)}
        draft = evolve(draft, files=files)
    notes = (
        *_left_out(file.rules, chosen),
        *_read_otherwise(draft.fields, chosen, currency or file.currency),
        *_moments(asked, chosen, file.kind, described),
        *_not_listed(chosen, known),
        *_unknown_queues(rules, described.queues()),
        *_unsent(rules),
    )
    return Imported(name, draft, rules, notes, is_tested=True)


def _outside(
    targets: Mapping[str, str], rules: Iterable[RuleSet], labels: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what Salesforce calls queues and users, where the policy's names don't tell it."""
    folded = {name.casefold(): (name, label) for name, label in labels.items()}
    receivers = {
        each.name: each for rule in rules for each in (entry.receiver for entry in rule.entries)
    }
    for source, target in targets.items():
        kind, _, own = target.partition(" ")
        if kind == "queue":
            name, label = folded.get(source.casefold(), (source, source))
            if (name, label) != (own.replace("-", "_"), name):
                yield target, (name, "" if label == name else label)
        elif receivers[source].email != source:
            yield target, (source, "")


def _known(
    name: str, file: RulesFile, described: DescribedFields, currency: str | None
) -> ForeignField:
    """Return what is known of a field: amounts in the rules may tell that it is money."""
    found = described.field(file.kind, name)
    if name in file.moneys:
        found = evolve(found, kind="money")
    return evolve(found, currency=currency or file.currency or found.currency)


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
    fields: Mapping[str, TypedField], rules: Iterable[RuleSet], currency: str | None
) -> Iterator[ImportNote]:
    """Yield what a type makes of values that the source compares as texts."""
    place = next((rule.place for rule in rules), None)
    for name, field in fields.items():
        message = ""
        if isinstance(field.type, Country):
            message = f"{name} is a country in any spelling: US, USA and United States are one"
        elif isinstance(field.type, Subdivision):
            message = f"{name} is a state of the US in any spelling: CA and California are one"
        elif isinstance(field.type, Money) and currency is None:
            message = f"{name} is taken as {field.type.currency}; `--currency` says another"
        if message and place is not None:
            yield ImportNote(place, message)


def _moments(
    asked: Iterable[str], rules: Iterable[RuleSet], kind: str, described: DescribedFields
) -> Iterator[ImportNote]:
    """Yield of which fields the days depend on where they begin."""
    place = next((rule.place for rule in rules), None)
    for name in asked:
        if place is not None and described.is_moment(kind, name):
            message = (
                f"{name} has a time of day: a policy's days begin in its `timezone`, UTC where it "
                "says none, those of Salesforce in that of the user"
            )
            yield ImportNote(place, message)


def _unknown_queues(rules: Iterable[RuleSet], known: Mapping[str, str]) -> Iterator[ImportNote]:
    """Yield the queues that no file describes, where files describe some."""
    folded = {each.casefold() for each in known}
    told: set[str] = set()
    for entry in (entry for each in rules for entry in each.entries):
        name = entry.receiver.name
        is_unknown = entry.receiver.kind == "queue" and name.casefold() not in folded
        if known and name and is_unknown and name not in told:
            told.add(name)
            near = get_close_matches(name, known, n=1)
            advice = f"; {near[0]} is the nearest" if near else ""
            yield ImportNote(entry.place, f"no queue {name} is among the metadata{advice}")


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


def _unsent(rules: Iterable[RuleSet]) -> Iterator[ImportNote]:
    """Yield the templates of entries that become a fallback, which notifies nobody."""
    for last in (each.entries[-1] for each in rules if each.entries):
        for _, template in last.notices if plain(last.asks) == ALWAYS else ():
            message = f"a fallback sends nothing: the template {template} isn't sent"
            yield ImportNote(last.place, message, is_refused=True)


_OF_LISTS = frozenset({"is", "is not", "has any", "has all"})
