"""Names of places and languages: which code is meant by a name, and by which spellings of it.

A name is known as it is written (case apart), and by what is left of it without accents,
blanks and punctuation, but only where that is enough to be sure of: signs may be dropped from
"Cote d'Ivoire", not from "N/A". Codes are no names: they are compared in case alone, and a row
of them ("PE RU") is no name that their letters make together.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from pkgutil import get_data
from typing import Literal
from unicodedata import normalize

from turnout.dsl.values.texts import name_key
from turnout.frozen import attribute, frozen

_FEW = 4
"""Fewer letters than these are a name only as they stand: nothing may be dropped from them."""

_IN_BRACKETS = re.compile(r"(.+?) \((.+ of(?: the)?)\)", re.IGNORECASE)
BETWEEN = re.compile(
    r"\s*[()\[\],;/|:\n]\s*|\s+(?:[-\u2013\u2014+&]|and|or|und|oder|et|ou|y|o|e)\s+", re.IGNORECASE
)
BETWEEN_CODES = re.compile(r"[\s.\-_\u2010-\u2014]+")


@frozen(eq=False)
class NameTable:
    """The codes that each name may mean.

    first: pairs of a name and its code, those that count most. others: what gives those that
    count less, rank by rank, asked once a text is none of the first. A name given twice in one
    rank means both codes; one of a lower rank counts only where no other name is spelled so.
    """

    first: tuple[tuple[str, str], ...] = attribute(repr=False)
    others: tuple[Callable[[], Iterable[tuple[str, str]]], ...] = attribute(repr=False)

    def meant(self, text: str, is_code: Callable[[str], bool]) -> frozenset[str]:
        """Return the codes that `text` may mean by name, none where it is no name.

        is_code: whether a piece of it could be meant as a code.
        """
        plain = _plain(text)
        if found := self._of_first.get(plain) or self.written.get(plain):
            return found
        if row_of_codes(text, is_code):
            return frozenset()
        for key in loose_keys(plain):
            if found := self.loose.get(key):
                return found
        return frozenset()

    @cached_property
    def _of_first(self) -> Mapping[str, frozenset[str]]:
        """Those of the first rank, by the name as it stands, which no other rank changes."""
        found: dict[str, set[str]] = {}
        for name, code in self.first:
            found.setdefault(_plain(name), set()).add(code)
        return _frozen(found)

    @property
    def written(self) -> Mapping[str, frozenset[str]]:
        """The codes by the name as it stands, case folded."""
        return self._all[0]

    @property
    def loose(self) -> Mapping[str, frozenset[str]]:
        """The codes by the letters and digits of the name alone."""
        return self._all[1]

    @cached_property
    def _all(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
        written: dict[str, set[str]] = {}
        loose: dict[str, set[str]] = {}
        for pairs in (self.first, *(other() for other in self.others)):
            known, known_loosely = frozenset(written), frozenset(loose)
            for name, code in pairs:
                plain = _plain(name)
                is_first = not known_loosely or name_key(name) not in known_loosely
                if plain not in known and is_first:
                    written.setdefault(plain, set()).add(code)
                for way in loose_keys(plain):  # so "É.-U." is never met as EU
                    if way.strip(",") and way not in known_loosely:
                        loose.setdefault(way, set()).add(code)
        return _frozen(written), _frozen(loose)


def _plain(name: str) -> str:
    return normalize("NFKC", name).casefold()


def loose_keys(plain: str) -> tuple[str, ...]:
    """Return the loose keys of a folded name, without those that it has too few letters for."""
    ways = dict.fromkeys((plain, _turned(plain)))
    found = ((name_key(way), way) for way in ways)
    return tuple(
        key for key, way in found if len(key.replace(",", "")) >= _FEW or _letters(way) == key
    )


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(codes) for key, codes in found.items()}


def _turned(name: str) -> str:
    """Return "Republic of Korea" for "Korea, Republic of" and "Korea (Republic of)"."""
    if name.endswith(")") and (found := _IN_BRACKETS.fullmatch(name)):
        return f"{found[2]} {found[1]}"
    head, comma, tail = name.partition(", ")
    return f"{tail} {head}" if comma else name


def _letters(text: str) -> str:
    """Return a folded text without blanks, its signs and accents kept.

    Of three letters an accent is one: "dán" is Danish to Hungarians, and not the language Dan.
    """
    return "".join(text.split())


def row_of_codes(text: str, is_code: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the codes that a text consists of, where it is several and nothing else.

    >>> row_of_codes("en DE", {"en", "DE"}.__contains__), row_of_codes("Peru", str.isalpha)
    (('en', 'DE'), ())
    """
    pieces = short_pieces(text)
    return pieces if all(map(is_code, pieces)) else ()


def short_pieces(text: str) -> tuple[str, ...]:
    """Return what a text consists of where that is several pieces as short as codes.

    >>> short_pieces("Ko re a"), short_pieces("New York")
    (('Ko', 're', 'a'), ())
    """
    pieces = tuple(BETWEEN_CODES.split(text))
    return pieces if len(pieces) > 1 and all(len(piece) <= 3 for piece in pieces) else ()


def parts(text: str) -> tuple[str, ...]:
    """Return what stands in one cell beside each other, such as a name and its code.

    >>> parts("Germany (DE)"), parts("en/de"), parts("US - United States")
    (('Germany', 'DE'), ('en', 'de'), ('US', 'United States'))
    """
    return tuple(part for part in BETWEEN.split(text) if part)


@cache
def cldr(table: Literal["countries", "subdivisions", "languages"]) -> Mapping[str, tuple[str, ...]]:
    """Return CLDR's names by code: in English, in own languages, and in a few others."""
    found = get_data(__name__, f"names/{table}.tsv")
    assert found is not None  # it is installed with this module
    lines = found.decode().splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: tuple(found) for code, *found in rows}
