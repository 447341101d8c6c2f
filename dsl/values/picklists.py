"""Values of a closed list, truth, and names of people: look-ups that overlook spelling.

Case doesn't tell two values of a list apart, nor do blanks, hyphens, underscores, slashes and
dots between letters. At an end and between digits a sign is part of the value, and what is
spelled exactly as the list has it is that value, whatever else is spelled like it.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import cast

from turnout.dsl.values.built_ins import built_in
from turnout.dsl.values.reading import MISSING, FromOther, FromText, Reading, Unread
from turnout.dsl.values.texts import cleaned, compatible, nearest, normal_text

_OVERLOOKED = re.compile(r"(?<=\w)(?<!_)[ \-_/.]+(?=[^\W_])")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_AROUND = re.compile(r" ?([^\w ]|_) ?")
_SEPARATORS = re.compile(r"[;,|\n]")
_BRACKETS = frozenset({"[]", "{}"})
_ELEMENT = re.compile(
    r"""\s*+(?:"((?:[^"]|"")*+)"\s*+|'([^']*+)'\s*+|([^;,|\n"][^;,|\n]*+|))(?=[;,|\n]|\Z)"""
)
_MOST_VALUES = 10_000
_NAMED_AT_MOST = 3
_NOT_TRUTH = Unread("not true or false")
_TRUTH = {
    word: truth
    for truth, words in (
        (True, "true yes y 1 1.0 on t ja si sí sì oui sim tak wahr vrai"),
        (False, "false no n 0 0.0 off f nein nee nej nei não non nie falsch faux"),
    )
    for word in words.split()
}


def picklist_key(text: str) -> str:
    """Return what of `text` tells it from the other values of a list.

    Signs go between letters alone: "A-" is not A, and "1-10" not 110.

    >>> picklist_key("Health-Care"), picklist_key("health care"), picklist_key("1 \u2013 10")
    ('healthcare', 'healthcare', '1-10')
    """
    plain = " ".join(_DASHES.sub("-", compatible(text).casefold()).split())
    if plain.isalnum():
        return plain
    return _OVERLOOKED.sub(_kept, _AROUND.sub(r"\1", plain))


def _kept(found: re.Match[str]) -> str:
    """Return what counts of signs between two letters or digits: between digits, what they are."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if not (before.isdigit() and after.isdigit()):
        return ""
    return found[0].replace(" ", "") or " "


def one_of(values: tuple[str, ...]) -> FromText:
    """Return the reader of one value of `values`."""
    exact = {value: value for value in values}
    loose: dict[str, list[str]] = {}
    for value in exact:
        loose.setdefault(picklist_key(value), []).append(value)

    @lru_cache(maxsize=1024)
    def respelled(text: str) -> str | Unread:
        match loose.get(picklist_key(text), []):
            case [value]:
                return value
            case []:
                return Unread(f"not a value of the list{nearest(text, values)}")
            case several:
                return Unread(f"ambiguous: {' or '.join(several)}")

    def from_text(text: str, _country: str | None = None) -> Reading:
        return exact.get(text) or respelled(text)

    return from_text


def any_of(values: tuple[str, ...]) -> tuple[FromText, FromOther]:
    """Return the readers of several values of `values`: from a list, or separated by `;,|`."""
    one = one_of(values)
    alone = {value: frozenset((value,)) for value in values}

    def from_text(text: str, _country: str | None = None) -> Reading:
        if text in alone:
            return alone[text]
        whole = one(text, None)
        if isinstance(whole, str):
            return alone[whole]
        parts = _parts(text)
        if parts == [text]:
            return whole
        found = _several(parts, one)
        if isinstance(found, Unread):  # a value may hold a comma where others are separated by ;
            ways = (_several(text.split(sign), one) for sign in ";|\n" if sign in text)
            return next((way for way in ways if not isinstance(way, Unread)), found)
        return found

    def from_other(raw: object) -> Reading | None:
        if isinstance(raw, list | tuple | set | frozenset):
            return _several(cast("Iterable[object]", raw), one)
        text = _written(raw)
        return from_text(text) if text else None

    return from_text, from_other


def _parts(text: str) -> list[str]:
    """Return the elements of a list in one cell, as JSON, as a program prints it, or plain.

    >>> _parts('["VIP", "Blog, daily"]'), _parts("core; mobile")
    (['VIP', 'Blog, daily'], ['core', ' mobile'])
    """
    if text[0] + text[-1] in _BRACKETS and len(text) > 1:
        text = text[1:-1]
    if '"' not in text and "'" not in text:
        return _SEPARATORS.split(text)
    found: list[str] = []
    at = 0
    while at <= len(text) and (element := _ELEMENT.match(text, at)):
        quoted, single, bare = element.groups()
        found.append(bare if bare is not None else (quoted or single or "").replace('""', '"'))
        at = element.end() + 1
    return found if at > len(text) else _SEPARATORS.split(text)


def _several(parts: Iterable[object], one: FromText) -> Reading:
    known: set[str] = set()
    unknown: set[str] = set()
    for number, part in enumerate(parts):
        if number >= _MOST_VALUES:
            return Unread(f"more than {_MOST_VALUES:,} values")
        text = _written(part)
        if text == "":
            continue
        value = one(text, None) if text else None
        if isinstance(value, str):
            known.add(value)
        else:
            unknown.add(text[:40] if text else "an element that isn't text")
    if not unknown:
        return frozenset(known) if known else MISSING
    named = sorted(unknown)
    more = f" and {len(named) - _NAMED_AT_MOST} more" if len(named) > _NAMED_AT_MOST else ""
    reason = f"not values of the list: {', '.join(named[:_NAMED_AT_MOST])}{more}"
    return Unread(reason, kept=frozenset(known) or None)


def _written(part: object) -> str | None:
    """Return an element as text, "" where it is missing, None where it can't be a value."""
    part = built_in(part)
    if part is None:
        return ""
    if type(part) is int and abs(part) < 10**30:
        return str(part)
    return cleaned(part) if type(part) is str else None


def person(people: Mapping[str, str]) -> FromText:
    """Return the reader of a person's name; `people`: each spelling, case folded, to the name."""

    @lru_cache(maxsize=1024)
    def unknown(text: str) -> Unread:
        return Unread(f"not a person of the policy{nearest(text, people.values())}")

    def from_text(text: str, _country: str | None = None) -> Reading:
        return people.get(normal_text(text)) or unknown(text)

    return from_text


def truth(
    true_when: tuple[str, ...] = (), false_when: tuple[str, ...] = ()
) -> tuple[FromText, FromOther]:
    """Return the readers of true or false; what a field declares comes before what all know."""
    declared = _declared(true_when, false_when)
    words = truth_words(true_when, false_when)

    def from_text(text: str, _country: str | None = None) -> Reading:
        found = words.get(text.lower() if text.isascii() else normal_text(text))
        return words.get(normal_text(text), _NOT_TRUTH) if found is None else found

    def from_other(raw: object) -> Reading | None:
        """Read true, false, 1 or 0 as itself, another number where it is declared."""
        if not isinstance(raw, bool | int | float):
            return None
        is_word = declared and not isinstance(raw, bool)
        if is_word and (found := declared.get(format(raw, "g"))) is not None:
            return found
        return bool(raw) if raw in {0, 1} else _NOT_TRUTH

    return from_text, from_other


def truth_words(true_when: tuple[str, ...], false_when: tuple[str, ...]) -> dict[str, bool]:
    """Return what each word says, in the form of texts; what is declared comes first."""
    return _TRUTH | _declared(true_when, false_when)


def _declared(true_when: tuple[str, ...], false_when: tuple[str, ...]) -> dict[str, bool]:
    said = {normal_text(word): True for word in true_when}
    return said | {normal_text(word): False for word in false_when}
