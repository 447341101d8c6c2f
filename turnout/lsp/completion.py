"""Words offered where somebody types: what the parser would take there, and what fits.

Names are offered by what they would name: behind `round-robin` teams, in a condition fields,
territories and segments. Values are those of the field that is asked, countries and languages
by their names as well. A new name is nobody's to offer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import assert_never

from turnout.dsl.names import is_name
from turnout.dsl.policy import Policy
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
from turnout.lsp.fitting import fitting
from turnout.lsp.following import Insight
from turnout.lsp.keywords import MEANINGS
from turnout.lsp.shapes import CompletionItemKind
from turnout.lsp.standing import Standing

_CONDITION = ("field", "territory", "segment")
_NAMED: Mapping[str, tuple[str, ...]] = {
    "__always_by_rule_star": ("rule",),
    "__identity_star": ("field",),
    "__nearness_star": ("field",),
    "__sources_star": ("field",),
    "always_by_rule": ("rule",),
    "asked_by": (*_CONDITION, "segment family"),
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
    "ranked": ("field",),
    "same_as": ("field",),
    "sources": ("field",),
    "subdivision": ("field", "country"),
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
            if "steward" in _kinds(standing):
                yield from (_word(each, "steward") for each in _stewards(known))
    if not standing.is_inside:
        yield from _fixed(standing)


def _names(policy: Policy, declared: Declarations, standing: Standing) -> Iterator[Offered]:
    for kind in _kinds(standing):
        if kind == "country":
            yield from _spelled(_countries(), standing)
            yield from _by_name(_countries(), standing)
        found = (names for (of, _), names in declared.names.items() if of == kind)
        for name in dict.fromkeys(name for names in found for name in names if is_name(name)):
            detail = kind
            if kind == "field" and name in policy.fields:
                detail = typed(policy.fields[name].type)
            yield Offered(name, _KINDS.get(kind, CompletionItemKind.VALUE), name, detail, 0)


_OWNED = re.compile(r"\bowned\s+by\s+([\w-]+)")


def _stewards(known: Insight) -> list[str]:
    """Return who answers for some part of the policy."""
    texts = (file.source.text for file in known.read.files)
    return sorted({name for text in texts for name in _OWNED.findall(text) if is_name(name)})


def _kinds(standing: Standing) -> tuple[str, ...]:
    """Return the kinds of names that fit at a place."""
    fits = fitting(standing)
    if fits is not None:
        return fits.kinds
    found = (
        _NAMED.get(role.rstrip("0123456789").removesuffix("_"), _NAMED.get(role, ()))
        for role in sorted(standing.roles)
    )
    return tuple(dict.fromkeys(kind for kinds in found for kind in kinds))


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


_SPOKEN = Field("", Language(), required=False)
"""As what the languages of a person are read."""


def _asked(standing: Standing, fields: Mapping[str, Field]) -> Field | None:
    """Return the field whose value stands at a place."""
    before = standing.before
    for at in range(len(before) - 2, -1, -1):
        word = before[at]
        if word.type == "LANGUAGES" and before[at + 1].type == "LSQB":
            return _SPOKEN
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
            yield Offered(word, CompletionItemKind.KEYWORD, word, MEANINGS.get(word, ""))
    fits = fitting(standing)
    if fits is not None:
        yield from (_word(word, detail) for word, detail in fits.words)
    if "money" in standing.roles:
        yield from (_word(code, name) for code, name in _currencies())


def _word(word: str, detail: str) -> Offered:
    return Offered(word, CompletionItemKind.ENUM_MEMBER, word, detail, 0)


@cache
def _countries() -> tuple[tuple[str, str], ...]:
    found = ((each["alpha_2"], each.get("common_name", each["name"])) for each in rows("countries"))
    return tuple(sorted(found))


@cache
def _currencies() -> tuple[tuple[str, str], ...]:
    return tuple(sorted((each["alpha_3"], each["name"]) for each in rows("currencies")))


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    entries = (each for each in rows("languages") if "alpha_2" in each)
    return tuple(sorted((each["alpha_2"], each["name"]) for each in entries))
