"""What comes back in several rules, with names: territories of countries, and segments.

A list of countries that everybody calls by one name is a territory. Tests that come back
together in several places are a segment, where that makes a policy shorter to read.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import assert_never

from turnout.dsl import types
from turnout.frozen import attribute, frozen
from turnout.importing.condition_texts import SharedName, alike, condition_text, value_text
from turnout.importing.foreign import Asked, Criterion, Every, Nay, Some, Unsaid
from turnout.importing.rule_names import rule_name, shortened
from turnout.importing.typed_fields import TypedField

_REGIONS: Mapping[str, tuple[str, ...]] = {
    "ANZ": ("AU NZ",),
    "ASEAN": ("BN ID KH LA MM MY PH SG TH VN",),
    "Baltics": ("EE LT LV",),
    "Benelux": ("BE LU NL",),
    "BritishIsles": ("GB IE", "GB GG IE IM JE"),
    "CentralAmerica": ("BZ CR GT HN NI PA SV",),
    "DACH": ("AT CH DE", "AT CH DE LI"),
    "EuropeanUnion": (
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
    ),
    "GreaterChina": ("CN HK TW", "CN HK MO TW"),
    "GulfStates": ("AE BH KW OM QA SA",),
    "Iberia": ("ES PT", "AD ES PT"),
    "Maghreb": ("DZ MA TN", "DZ LY MA TN"),
    "Mercosur": ("AR BR PY UY",),
    "Nordics": ("DK FI NO SE", "DK FI IS NO SE"),
    "NorthAmerica": ("CA US", "CA MX US"),
    "Scandinavia": ("DK NO SE",),
    "Visegrad": ("CZ HU PL SK",),
}
"""Countries by the name that everybody has for them, in the ways in which they are counted."""

_CALLED: Mapping[frozenset[str], str] = {
    frozenset(codes.split()): name for name, ways in _REGIONS.items() for codes in ways
}

_LEAST_SAVED, _LEAST_SAVED_BY_ONE = 60, 100
"""Characters that a name has to save, of several tests and of one."""

_LONGEST = 30
"""Characters of a segment's name."""

_LEAST, _LEAST_OF_ONE = 30, 45
"""Characters of what has a name, of several tests and of one."""


@frozen
class SharedConditions:
    """Conditions with names. lines: their declarations. names: what of them each test is part of.

    territories: the names of those.
    """

    lines: tuple[str, ...] = ()
    names: Mapping[Hashable, SharedName] = attribute(factory=dict[Hashable, SharedName])
    territories: frozenset[str] = frozenset()

    def name(self, asked: Asked, fields: Mapping[str, TypedField]) -> str:
        """Return the name of a rule that asks for this, in plain form: territories come first.

        Segments, which other rules ask for as well, count only where nothing else is asked.
        """
        found: dict[str, None] = {}
        rest: list[Asked] = []
        parts = asked.parts if isinstance(asked, Every) else (asked,)
        keys = {alike(part, fields) for part in parts}
        for part in parts:
            named = self.names.get(alike(part, fields))
            if named is not None and named.parts <= keys:
                found[named.name] = None
            else:
                rest.append(part)
        if not rest:
            return rule_name(Every(()), fields, found)
        first = [name for name in found if name in self.territories]
        alone = rest[0] if len(rest) == 1 else Every(tuple(rest))
        return rule_name(alone, fields, first)


def shared_conditions(
    asked: Sequence[Asked], fields: Mapping[str, TypedField], taken: Iterable[str]
) -> SharedConditions:
    """Return names for what comes back. asked: of each rule, in plain form. taken: names in use."""
    used = {each.casefold() for each in taken}
    together = [[*each] for every in asked for each in _conjunctions(every)]
    names: dict[Hashable, SharedName] = {}
    territories = [*_territories(together, fields, used)]
    lines: list[str] = []
    for name, part in territories:
        key = alike(part, fields)
        names[key] = SharedName(name, frozenset({key}))
        lines.append(f"territory {name} = {condition_text(part, fields)}")
    segments: dict[str, str] = {}
    for parts in _coming_back(together, fields, names):
        name = _free(_camel(rule_name(_all(parts), fields)), used)
        keys = frozenset(alike(part, fields) for part in parts)
        segments[name] = condition_text(_all(parts), fields, names)
        names = {**dict.fromkeys(keys, SharedName(name, keys)), **names}
    lines += _said(segments, (condition_text(each, fields, names) for each in asked))
    return SharedConditions(tuple(lines), names, frozenset(name for name, _ in territories))


def _said(segments: Mapping[str, str], texts: Iterable[str]) -> Iterator[str]:
    """Yield the declarations of the segments that rules say: one may be part of another."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    for name, text in segments.items():
        if name in words:
            yield f"segment {name} = {text}"


def _all(parts: Sequence[Asked]) -> Asked:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _conjunctions(asked: Asked) -> Iterator[Sequence[Asked]]:
    """Yield what is asked together, for each alternative."""
    match asked:
        case Every(parts):
            yield parts
            for part in parts:
                if isinstance(part, Some) and not _is_denial(part):
                    yield from _conjunctions(part)
        case Some(parts) if not _is_denial(asked):
            for part in parts:
                yield from _conjunctions(part)
        case Criterion() | Nay() | Unsaid() | Some():
            yield (asked,)
        case _:
            assert_never(asked)


def _is_denial(asked: Some) -> bool:
    """Return whether it says of one test that blank values count, too."""
    last = asked.parts[-1] if asked.parts else None
    return len(asked.parts) == 2 and isinstance(last, Criterion) and last.operator == "missing"


def _territories(
    together: Iterable[Sequence[Asked]], fields: Mapping[str, TypedField], used: set[str]
) -> Iterator[tuple[str, Criterion]]:
    """Yield the lists of countries that have a name, of one field, that share no country."""
    found: dict[frozenset[str], Criterion] = {}
    of_field = ""
    for part in (part for parts in together for part in parts):
        if not isinstance(part, Criterion) or part.operator != "is":
            continue
        field = fields[part.field]
        if not isinstance(field.type, types.Country) or of_field not in {"", part.field}:
            continue
        codes = frozenset(value_text(field.type, each) for each in part.values)
        name = _CALLED.get(codes)
        if name is None or codes in found or any(codes & other for other in found):
            continue
        of_field = part.field
        found[codes] = part
        yield _free(name, used), part


def _coming_back(
    together: Iterable[Sequence[Asked]],
    fields: Mapping[str, TypedField],
    named: Collection[Hashable],
) -> Iterator[Sequence[Asked]]:
    """Yield tests that always come together and are worth a name, in the order of the rules."""
    tests: dict[Hashable, Asked] = {}
    places: dict[Hashable, dict[int, None]] = {}
    for number, parts in enumerate(together):
        for part in parts:
            key = alike(part, fields)
            tests.setdefault(key, part)
            if key not in named:
                places.setdefault(key, {})[number] = None
    groups: dict[tuple[int, ...], list[Asked]] = {}
    for test, found in places.items():
        if len(found) > 1:
            groups.setdefault(tuple(found), []).append(tests[test])
    for numbers, parts in groups.items():
        is_one = len(parts) == 1
        told = len(condition_text(_all(parts), fields))
        saved = told * (len(numbers) - 1)
        if told >= (_LEAST_OF_ONE if is_one else _LEAST) and saved >= (
            _LEAST_SAVED_BY_ONE if is_one else _LEAST_SAVED
        ):
            yield parts


def _camel(name: str) -> str:
    """Return a name as segments have them.

    >>> _camel("brewing-cider")
    'BrewingCider'
    """
    return "".join(word[:1].upper() + word[1:] for word in shortened(name, _LONGEST).split("-"))


def _free(name: str, used: set[str]) -> str:
    """Return a name that nothing has yet, and keep it. used: without regard to case."""
    number, found = 1, name
    while found.casefold() in used:
        number += 1
        found = f"{name}{number}"
    used.add(found.casefold())
    return found
