"""Words offered where somebody types: what the parser would take there, and what fits.

Names are offered by what they would name: behind `round-robin` teams, in a condition fields,
territories and segments. Values are those of the field that is asked, countries and languages
by their names as well. A new name is nobody's to offer.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import assert_never, get_args

from turnout.dsl.names import is_name
from turnout.dsl.policy import Policy
from turnout.dsl.promises import ActionKind
from turnout.dsl.resolve.declarations import Declarations
from turnout.dsl.types import (
    AnyOf,
    Boolean,
    Code,
    Country,
    Date,
    Domain,
    Email,
    Field,
    Integer,
    Language,
    Money,
    Number,
    OneOf,
    PersonName,
    Phone,
    Subdivision,
    Text,
)
from turnout.dsl.values.iso import rows
from turnout.dsl.wording import quoted, typed
from turnout.frozen import frozen
from turnout.lsp.following import Insight
from turnout.lsp.shapes import CompletionItemKind
from turnout.lsp.standing import Standing

_CONDITION = ("field", "territory", "segment")
_NAMED: Mapping[str, tuple[str, ...]] = {
    "__always_by_rule_star": ("rule",),
    "__expect_star": ("person", "team", "queue", "rule", "partner", "sequence"),
    "__identity_star": ("field",),
    "__nearness_star": ("field",),
    "__sources_star": ("field",),
    "_place": ("person",),
    "always_by_rule": ("rule",),
    "asked_by": _CONDITION,
    "bare": _CONDITION,
    "compare_field": ("field",),
    "hours": ("calendar",),
    "backup": ("person",),
    "key": ("field",),
    "matching": ("field",),
    "member": ("person",),
    "nearness": ("field",),
    "on_route": ("route",),
    "open_": ("calendar",),
    "other_than": ("field",),
    "phone": ("field",),
    "reached": ("person", "team", "queue", "partner", "sequence"),
    "same_as": ("field",),
    "sources": ("field",),
    "subdivision": ("field",),
    "test_away": ("person",),
    "test_full": ("person",),
    "to_least_loaded": ("team",),
    "to_owner": ("field",),
    "to_partner": ("partner",),
    "to_person": ("person",),
    "to_queue": ("queue",),
    "to_round_robin": ("team",),
    "to_route": ("route",),
    "to_sequence": ("sequence",),
    "told_by": ("field",),
}
"""What a name names that completes a rule of the grammar."""

_KINDS = {
    "calendar": CompletionItemKind.EVENT,
    "field": CompletionItemKind.FIELD,
    "person": CompletionItemKind.VARIABLE,
    "route": CompletionItemKind.MODULE,
    "rule": CompletionItemKind.FUNCTION,
    "segment": CompletionItemKind.CLASS,
    "team": CompletionItemKind.CLASS,
    "territory": CompletionItemKind.CLASS,
}
_ASKING = {"COLON", "COMPARISON", "HAS", "IN", "IS", "LSQB", "NOT"}
"""What stands behind a field whose values follow."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = ("minutes", "hours", "days", "weeks")


@frozen
class Offered:
    """A word that is offered. text: what is written for it. detail: what it is."""

    label: str
    kind: CompletionItemKind
    text: str
    detail: str = ""
    rank: int = 1


def offered(known: Insight | None, standing: Standing) -> Iterator[Offered]:
    """Yield what may stand at a place, in no order; known: the policy as it was read last."""
    if known is not None:
        resolution = known.read.resolution
        yield from _values(resolution.policy, resolution.declared, standing)
        if not standing.is_inside:
            yield from _names(resolution.policy, resolution.declared, standing)
    if not standing.is_inside:
        yield from _fixed(standing)


def _names(policy: Policy, declared: Declarations, standing: Standing) -> Iterator[Offered]:
    seen: set[tuple[str, str]] = set()
    for role in sorted(standing.roles):
        for kind in _NAMED.get(role.rstrip("0123456789").removesuffix("_"), _NAMED.get(role, ())):
            for (of_kind, _), names in declared.names.items():
                for name in names if of_kind == kind else ():
                    if (kind, name) not in seen and is_name(name):
                        seen.add((kind, name))
                        detail = kind
                        if kind == "field" and name in policy.fields:
                            detail = typed(policy.fields[name].type)
                        item_kind = _KINDS.get(kind, CompletionItemKind.VALUE)
                        yield Offered(name, item_kind, name, detail, 0)


def _values(policy: Policy, declared: Declarations, standing: Standing) -> Iterator[Offered]:
    if "_literal" not in (standing.roles | standing.texts):
        return
    field = _asked(standing, policy.fields)
    if field is None:
        return
    match field.type:
        case OneOf(values=values) | AnyOf(values=values):
            yield from _spelled(((each, field.name) for each in values), standing)
        case Country():
            yield from _spelled(_countries(), standing)
            yield from _by_name(_countries(), standing)
        case Language():
            yield from _spelled(_languages(), standing)
            yield from _by_name(_languages(), standing)
        case PersonName():
            yield from _spelled(((each, "person") for each in declared.of_kind("person")), standing)
        case Boolean():
            yield from _spelled((("true", "boolean"), ("false", "boolean")), standing)
        case (
            Text()
            | Code()
            | Email()
            | Phone()
            | Domain()
            | Integer()
            | Number()
            | Money()
            | Date()
            | Subdivision()
        ):
            return  # anything of the kind can be written
        case _:
            assert_never(field.type)


def _asked(standing: Standing, fields: Mapping[str, Field]) -> Field | None:
    """Return the field whose value stands at a place."""
    before = standing.before
    for at in range(len(before) - 2, -1, -1):
        word = before[at]
        if word.type in {"NAME", "FIELD"} and before[at + 1].type in _ASKING:
            return fields.get(word.strip())
    return None


def _spelled(values: Iterable[tuple[str, str]], standing: Standing) -> Iterator[Offered]:
    for value, detail in values:
        is_plain = is_name(value) or standing.is_inside
        text = value if is_plain else quoted(value)
        yield Offered(value, CompletionItemKind.ENUM_MEMBER, text, detail, 0)


def _by_name(values: Iterable[tuple[str, str]], standing: Standing) -> Iterator[Offered]:
    """Yield codes by the names of what they stand for."""
    if not standing.is_inside:
        for code, name in values:
            yield Offered(name, CompletionItemKind.ENUM_MEMBER, code, code, 2)


def _fixed(standing: Standing) -> Iterator[Offered]:
    for word in standing.words:
        if word[0].isalpha():
            yield Offered(word, CompletionItemKind.KEYWORD, word)
    if "days" in standing.roles:
        yield from (_word(each, "weekday") for each in _WEEKDAYS)
    if "duration" in standing.roles:
        yield from (_word(each, "unit of time") for each in _UNITS)
    if standing.roles == frozenset({"before NAME", "before STRING"}):
        yield from (_word(each, "action") for each in get_args(ActionKind))


def _word(word: str, detail: str) -> Offered:
    return Offered(word, CompletionItemKind.ENUM_MEMBER, word, detail, 0)


@cache
def _countries() -> tuple[tuple[str, str], ...]:
    found = ((each["alpha_2"], each.get("common_name", each["name"])) for each in rows("countries"))
    return tuple(sorted(found))


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    entries = (each for each in rows("languages") if "alpha_2" in each)
    return tuple(sorted((each["alpha_2"], each["name"]) for each in entries))
