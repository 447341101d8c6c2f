"""A policy made of foreign rules, as a person would write it: fields, people, places, routes.

Rules are named after what they ask, the fields stand in the order in which rules ask for
them, and a comment says where each entry stood. What falls through all entries of a rule goes
to a queue of its own, since a source has somebody for it whom its rules don't name.
"""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from turnout.dsl.formatting import formatted
from turnout.dsl.headers import column_key
from turnout.dsl.names import is_name
from turnout.dsl.source import Source
from turnout.dsl.types import Boolean
from turnout.dsl.wording import quoted
from turnout.frozen import frozen
from turnout.importing.condition_texts import condition_text
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    ForeignField,
    ForeignRule,
    Origin,
    RuleSet,
    fields_of,
)
from turnout.importing.plain_form import plain
from turnout.importing.typed_fields import TypedField, free_name, is_true, typed
from turnout.printable import visible

LEFT_OVER = "unassigned"
"""The queue of the leads that no entry takes."""

_KEYWORDS = frozenset(
    "all and any anytime are as by column continue do else ends expect fallback first from has in "
    "is lead matching missing no none not of or person policy present queue reject route rule "
    "rules segment sequence sla starts team territory test then to when within word".split()
)
_MOST_WORDS = 3


@frozen
class Drafted:
    """A policy's text. rules: the route and the rule that each entry became, with its place.

    fields: those of the policy by the source's names.
    """

    text: str
    rules: Mapping[tuple[str, str], Origin]
    fields: Mapping[str, TypedField]


@frozen
class _Names:
    """The names of people and queues in the policy, by those of the source."""

    people: Mapping[str, str]
    queues: Mapping[str, str]


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
    rules: dict[tuple[str, str], Origin] = {}
    routes = [*_routes(sets, fields, names, rules)]
    blocks = [
        f"{_comment(what)}\npolicy {policy}",
        _schema(fields.values()),
        *_people(sets, names),
        "\n".join(f"queue {name}" for name in [*names.queues.values(), LEFT_OVER]),
        *routes,
    ]
    whole = "\n\n".join(block for block in blocks if block)
    text = formatted(Source("imported.route", f"{whole}\n"))
    assert isinstance(text, str), text
    return Drafted(text, rules, fields)


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
    taken = {LEFT_OVER, *_KEYWORDS}
    for entry in (entry for each in sets for entry in each.entries):
        receiver = entry.receiver
        if receiver.kind == "person" and receiver.name not in people:
            local = receiver.name.partition("@")[0]
            people[receiver.name] = free_name(local, {*people.values(), *_KEYWORDS})
        if receiver.kind == "queue" and receiver.name not in queues:
            queues[receiver.name] = free_name(receiver.name, {*queues.values(), *taken})
    return _Names(people, queues)


def _people(sets: list[RuleSet], names: _Names) -> Iterator[str]:
    emails = {
        entry.receiver.name: entry.receiver.email
        for each in sets
        for entry in each.entries
        if entry.receiver.kind == "person"
    }
    lines = [
        f"person {name}" + (f" {{ email {quoted(email)} }}" if (email := emails[source]) else "")
        for source, name in names.people.items()
    ]
    if lines:
        yield "\n".join(lines)


def _routes(
    sets: list[RuleSet],
    fields: Mapping[str, TypedField],
    names: _Names,
    rules: dict[tuple[str, str], Origin],
) -> Iterator[str]:
    taken: set[str] = set()
    for each in sets:
        route = free_name(each.name, {*taken, *_KEYWORDS})
        taken.add(route)
        lines = [_comment(f"{each.place.file}, {each.place.entry}"), f"route {route} {{"]
        used: set[str] = set()
        *entries, last = each.entries or (None,)
        if last is None or plain(last.asks) != ALWAYS:
            entries = [*each.entries]
        for number, entry in enumerate(entries, 1):
            assert entry is not None
            name = free_name(_rule_name(entry, fields) or f"entry-{number}", {*used, *_KEYWORDS})
            used.add(name)
            rules[route, name] = entry.place
            lines += _rule(name, entry, fields, names)
        lines += [*_fallback(each.entries, names), "}"]
        yield "\n".join(lines)


def _fallback(entries: tuple[ForeignRule, ...], names: _Names) -> Iterator[str]:
    if entries and plain(entries[-1].asks) == ALWAYS:
        yield _comment(entries[-1].place.entry)
        yield f"fallback {' '.join(_targets(entries[-1], names))}"
        return
    yield "# What no entry takes is left to somebody whom the rules don't name, the default owner."
    yield f"fallback to queue {LEFT_OVER}"


def _targets(entry: ForeignRule, names: _Names) -> Iterator[str]:
    receiver = entry.receiver
    match receiver.kind:
        case "person":
            yield f"to person {names.people[receiver.name]}"
            yield f"else queue {LEFT_OVER}"
        case "queue":
            yield f"to queue {names.queues[receiver.name]}"
        case "current-owner":
            yield "to current-owner"


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
    yield f"when {condition_text(entry.asks, fields) or 'id is present'}"
    yield from _targets(entry, names)
    for channel, text in entry.notices:
        yield f"do notify {channel} {quoted(text)}"
    yield "}"


def _rule_name(entry: ForeignRule, fields: Mapping[str, TypedField]) -> str:
    """Return a name out of the first values that an entry asks for, "" where there are none."""
    if plain(entry.asks) == ALWAYS:
        return "everything-else"
    words: list[str] = []
    for ask in _first_asks(entry.asks):
        if ask.operator == "missing":
            words.append(f"no-{fields[ask.field].name}")
        elif isinstance(fields[ask.field].type, Boolean):
            is_so = ask.operator == "is" and is_true(ask.values[0])
            words.append(fields[ask.field].name if is_so else f"not-{fields[ask.field].name}")
        elif ask.operator in {"is", "contains", "starts with", "has any", "has all"}:
            words += [value for value in ask.values[:2] if is_name(free_name(value, ()))]
        elif ask.operator == "is not":
            words.append(f"not-{ask.values[0]}")
        elif ask.values:
            words.append(f"{fields[ask.field].name} {ask.values[0]}")
    return "-".join(free_name(word, ()) for word in words[:_MOST_WORDS])


def _first_asks(asked: Asked) -> list[Criterion]:
    if isinstance(asked, Every):
        return [ask for part in asked.parts for ask in _first_asks(part)]
    return [asks[0] for asks in fields_of(asked).values()][:1]
