"""A policy made of foreign rules, as a person would write it: fields, people, places, routes.

Rules are named after what they ask, the fields stand in the order in which rules ask for
them, and a comment says where each entry stood. What falls through all entries of a rule goes
to a queue of its own, since a source has somebody for it whom its rules don't name.
"""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from attrs import evolve

from turnout.dsl.formatting import formatted
from turnout.dsl.headers import column_key
from turnout.dsl.source import Source
from turnout.dsl.wording import quoted
from turnout.frozen import attribute, define, frozen
from turnout.importing.condition_texts import condition_text
from turnout.importing.drafted_tables import RowTable, lines_of, row_table
from turnout.importing.foreign import (
    ALWAYS,
    Criterion,
    ForeignField,
    ForeignRule,
    Origin,
    Receiver,
    RuleSet,
    fields_of,
)
from turnout.importing.plain_form import plain
from turnout.importing.shared_conditions import SharedConditions, shared_conditions
from turnout.importing.typed_fields import TypedField, free_name, typed
from turnout.printable import visible

LEFT_OVER = "unassigned"
"""The queue of the leads that no entry takes."""

_KEYWORDS = frozenset(
    "all and any anytime are as at away because by column continue do duplicate else ends expect "
    "fallback first from has in is lead matching missing no none not of open or person policy "
    "present queue reject route rule rules segment sequence sla starts team territory test then to "
    "when within word".split()
)
"""Words that no name of a draft is: a condition that begins with `open`, `duplicate` or `not` asks
something else, and the others would be hard to read."""


@frozen
class Drafted:
    """A policy's text. rules: the route and the rule that each entry became, with its place.

    fields: those of the policy by the source's names. files: its tables of rules by name; rows:
    the places of their lines. targets: people and queues as the policy has them, by the source's
    names. fallbacks: by route, the place of the entry that is its fallback.
    """

    text: str
    rules: Mapping[tuple[str, str], Origin]
    fields: Mapping[str, TypedField]
    files: Mapping[str, str] = attribute(factory=dict[str, str])
    rows: Mapping[tuple[str, int], Origin] = attribute(factory=dict[tuple[str, int], Origin])
    targets: Mapping[str, str] = attribute(factory=dict[str, str])
    fallbacks: Mapping[str, Origin] = attribute(factory=dict[str, Origin])


@define
class _Places:
    """Where rules and fallbacks stood; see `Drafted`."""

    rules: dict[tuple[str, str], Origin] = attribute(factory=dict[tuple[str, str], Origin])
    fallbacks: dict[str, Origin] = attribute(factory=dict[str, Origin])


@frozen
class _Names:
    """The names of people, queues and teams in the policy, by those of the source.

    emails: of the people, where the source has them. members: of the teams, by the source.
    conditions: those that come back, which have names, too.
    """

    people: Mapping[str, str]
    queues: Mapping[str, str]
    teams: Mapping[str, str]
    emails: Mapping[str, str | None]
    members: Mapping[str, tuple[str, ...]]
    conditions: SharedConditions = attribute(factory=SharedConditions)


def drafted(
    policy: str, rule_sets: Iterable[RuleSet], describe: Mapping[str, ForeignField], what: str
) -> Drafted:
    """Return the policy of some rules, each of them a route.

    describe: what the source says of each field that is asked. what: the source in words.
    """
    sets = [*rule_sets]
    asked: dict[str, list[Criterion]] = {}
    for entry in (entry for each in sets for entry in each.entries):
        for name, asks in fields_of(entry.asks).items():
            asked.setdefault(name, []).extend(asks)
    fields = typed(((describe[name], asks) for name, asks in asked.items()), {"id", *_KEYWORDS})
    names = _named(sets)
    places = _Places()
    tables = _tables(policy, sets, fields, names)
    shared = _shared(sets, fields, names, tables)
    names = evolve(names, conditions=shared)
    routes = [*_routes(sets, fields, names, places, tables)]
    told = [*routes, *(table.text for _, table in tables.values())]
    queues = [*names.queues.values()]
    if any(f"queue {LEFT_OVER}" in each for each in told):
        queues.append(LEFT_OVER)
    blocks = [
        f"{_comment(what)}\npolicy {policy}",
        _schema(fields.values()),
        "\n".join(each for each in shared.lines if each.startswith("territory")),
        "\n".join(each for each in shared.lines if each.startswith("segment")),
        *_people(names),
        "\n".join(f"queue {name}" for name in queues),
        *routes,
    ]
    whole = "\n\n".join(block for block in blocks if block)
    text = formatted(Source("imported.route", f"{whole}\n"))
    assert isinstance(text, str), text
    files = {name: table.text for name, table in tables.values()}
    rows = {
        (name, at): place for name, each in tables.values() for at, place in each.places.items()
    }
    targets = {each: f"queue {name}" for each, name in names.queues.items()}
    targets |= {each: f"person {name}" for each, name in names.people.items()}
    return Drafted(text, places.rules, fields, files, rows, targets, places.fallbacks)


def _tables(
    policy: str, sets: list[RuleSet], fields: Mapping[str, TypedField], names: _Names
) -> dict[str, tuple[str, RowTable]]:
    """Return the files and the tables of the rules that stay a sheet, by the rules' names."""
    found: dict[str, tuple[str, RowTable]] = {}
    for each in sets:
        targets = {
            entry.place: " ".join(_targets(entry, names)).removeprefix("to ")
            for entry in each.entries
        }
        rules = _without_fallback(each.entries)
        made = row_table(rules, fields, targets, each.heading) if each.heading and rules else None
        if made is not None:
            number = f"-{len(found) + 1}" if found else ""
            found[each.name] = f"{policy}{number}.rules.csv", made
    return found


def _shared(
    sets: list[RuleSet],
    fields: Mapping[str, TypedField],
    names: _Names,
    tables: Mapping[str, object],
) -> SharedConditions:
    """Return names for what comes back in rules that are written out."""
    asked = [
        plain(entry.asks)
        for each in sets
        if each.name not in tables
        for entry in _without_fallback(each.entries)
    ]
    other = (names.people, names.queues, names.teams)
    taken = [field.name for field in fields.values()]
    taken += [name for each in other for name in each.values()]
    return shared_conditions(asked, fields, {"id", LEFT_OVER, *_KEYWORDS, *taken})


def _without_fallback(entries: tuple[ForeignRule, ...]) -> tuple[ForeignRule, ...]:
    return entries[:-1] if entries and plain(entries[-1].asks) == ALWAYS else entries


def _schema(fields: Iterable[TypedField]) -> str:
    lines = ['id: text id required from column ["Lead ID", "Case ID", "Case Number", "Record ID"]']
    for field in fields:
        columns = _columns(field)
        lines += _wrapped(field.foreign.comment)
        parts = [f"{field.name}: {field.written}"]
        if columns:
            listed = ", ".join(map(quoted, columns))
            parts.append(f"from column {listed if len(columns) == 1 else f'[{listed}]'}")
        lines.append(" ".join(parts))
    return "lead {\n" + "\n".join(lines) + "\n}"


def _columns(field: TypedField) -> list[str]:
    """Return what the source's exports call a field, each spelling once."""
    found = {column_key(each): each for each in reversed(field.foreign.columns)}
    found.pop(column_key(field.name), None)
    return [*reversed(found.values())]


def _named(sets: list[RuleSet]) -> _Names:
    people: dict[str, str] = {}
    queues: dict[str, str] = {}
    teams: dict[str, str] = {}
    emails: dict[str, str | None] = {}
    members: dict[str, tuple[str, ...]] = {}
    taken = {LEFT_OVER, *_KEYWORDS}
    entries = (entry for each in sets for entry in each.entries)
    for receiver in (receiver for entry in entries for receiver in entry.receivers):
        named = {receiver.name: receiver.email} if receiver.kind == "person" else {}
        for person, email in {
            **named,
            **{each: _address(each) for each in receiver.members},
        }.items():
            if person not in people:
                local = person.partition("@")[0]
                people[person] = free_name(local, {*people.values(), *_KEYWORDS})
            emails.setdefault(person, email)
        if receiver.kind == "queue" and receiver.name and receiver.name not in queues:
            queues[receiver.name] = free_name(receiver.name, {*queues.values(), *taken})
        if receiver.kind == "team" and receiver.name not in teams:
            teams[receiver.name] = free_name(receiver.name, {*teams.values(), *_KEYWORDS})
            members[receiver.name] = receiver.members
    return _Names(people, queues, teams, emails, members)


def _address(member: str) -> str | None:
    return member if "@" in member else None


def _people(names: _Names) -> Iterator[str]:
    lines = [
        f"person {name}" + (f" {{ email {quoted(email)} }}" if email else "")
        for source, name in names.people.items()
        for email in [names.emails[source]]
    ]
    if lines:
        yield "\n".join(lines)
    teams = [
        f"team {name} {{ {', '.join(names.people[each] for each in names.members[source])} }}"
        for source, name in names.teams.items()
    ]
    if teams:
        yield "\n".join(teams)


def _routes(
    sets: list[RuleSet],
    fields: Mapping[str, TypedField],
    names: _Names,
    places: _Places,
    tables: Mapping[str, tuple[str, RowTable]],
) -> Iterator[str]:
    taken: set[str] = set()
    for each in sets:
        route = free_name(each.name, {*taken, *_KEYWORDS})
        taken.add(route)
        said = (f"{each.place.file}, {each.place.entry}", *each.comment.splitlines())
        lines = [*map(_comment, said), f"route {route} {{"]
        used: set[str] = set()
        entries = _without_fallback(each.entries)
        if len(entries) < len(each.entries):
            places.fallbacks[route] = each.entries[-1].place
        if each.name in tables:
            file, table = tables[each.name]
            has_notes = any(entry.comment for entry in entries)
            lines += lines_of(file, table.fields, each.heading, has_notes=has_notes)
            for line, place in table.places.items():
                places.rules[route, f"{file}:{line}"] = place
            entries = ()
        for number, entry in enumerate(entries, 1):
            asked = names.conditions.name(plain(entry.asks), fields) or f"entry-{number}"
            name = free_name(asked, {*used, *_KEYWORDS})
            used.add(name)
            places.rules[route, name] = entry.place
            lines += _rule(name, entry, fields, names)
        lines += [*_fallback(each.entries, names), "}"]
        yield "\n".join(lines)


def _fallback(entries: tuple[ForeignRule, ...], names: _Names) -> Iterator[str]:
    if entries and plain(entries[-1].asks) == ALWAYS:
        yield from map(_comment, (entries[-1].place.entry, *entries[-1].comment.splitlines()))
        yield f"fallback {' '.join(_targets(entries[-1], names))}"
        return
    yield "# What no entry takes is left to somebody whom the rules don't name, the default owner."
    yield f"fallback to queue {LEFT_OVER}"


def _targets(entry: ForeignRule, names: _Names) -> Iterator[str]:
    """Yield `to` and each `else`; whom nobody of these takes goes to the queue for such leads."""
    for number, receiver in enumerate(entry.receivers):
        yield f"{'else' if number else 'to'} {_target(receiver, names)}"
    if entry.receivers[-1].may_pass_on:
        yield f"else queue {LEFT_OVER}"


def _target(receiver: Receiver, names: _Names) -> str:
    match receiver.kind:
        case "person":
            return f"person {names.people[receiver.name]}"
        case "queue":
            return f"queue {names.queues.get(receiver.name, LEFT_OVER)}"
        case "team":
            return f"round-robin {names.teams[receiver.name]}"
        case "current-owner":
            return "current-owner"


def _comment(text: str) -> str:
    """Return a text as a comment of one line, whatever it holds."""
    return f"# {visible(' '.join(text.split()))}"


def _wrapped(text: str) -> list[str]:
    """Return a text as a comment of as many lines as it takes, none for no text."""
    lines = wrap(visible(" ".join(text.split())), 90, break_on_hyphens=False)
    return [f"# {line}" for line in lines]


def _rule(
    name: str, entry: ForeignRule, fields: Mapping[str, TypedField], names: _Names
) -> Iterator[str]:
    for comment in (entry.place.entry, *entry.comment.splitlines()):
        yield _comment(comment)
    yield f"rule {name} {{"
    said = condition_text(entry.asks, fields, names.conditions.names)
    yield f"when {said or 'id is present'}"
    yield from _targets(entry, names)
    for channel, text in entry.notices:
        yield f"do notify {channel} {quoted(text)}"
    for tag in entry.tags:
        yield f"do tag {quoted(tag)}"
    yield "}"
