"""Texts as a CRM exports them, as far as every engine's SQL tells them character by character.

Which letters are the same in another case each engine knows by its own edition of Unicode and by
its own locale. So nothing here asks an engine for it: letters are turned one by one by a table
that stands in the statement, of ASCII and of Latin letters that are one character in each of
their forms. A text with any other sign is not clear: a seed has it letter by letter, or the
batch reads it.
"""

from collections.abc import Mapping
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from types import MappingProxyType
from unicodedata import normalize

from sqlglot import exp

from turnout.dsl.values.placeholders import SIGNS
from turnout.dsl.values.texts import LONGEST, normal_text
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    Sql,
    at_most,
    called,
    choice,
    equal,
    every,
    none_of,
    number,
    text,
)

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
MORE_SIGNS = "\u2013\u2014\u2019\u201c\u201d\u201e\u2026\u20ac\u00a3\u00b7"
"""Signs beyond ASCII that people type, which are the same in every form."""

BLANKS = " \t\r\n"
"""What is taken off both ends of a text."""

WORD_SIGNS = " -_/."
"""What doesn't tell values of a list apart, between letters."""

LETTERS_AND_DIGITS = ascii_lowercase + ascii_uppercase + digits

_LATIN = range(0xC0, 0x180)
_QUOTES = ("=", "'", '"')
_OPEN, _CLOSE = "\u2039", "\u203a"  # INVARIANT: no clear text has these
_SHARP, _PLAIN_SHARP = "\u00df", "ss"


@cache
def _latin() -> tuple[str, str]:
    """Return the Latin letters beyond ASCII in capitals, and the same in small letters."""
    pairs = [
        (letter, letter.lower())
        for letter in map(chr, _LATIN)
        if letter.isalpha()
        and letter.lower() != letter
        and letter.casefold() == letter.lower() == normal_text(letter)
        and all(_is_simple(each) for each in (letter, letter.lower()))
    ]
    return "".join(one for one, _ in pairs), "".join(two for _, two in pairs)


def _is_simple(letter: str) -> bool:
    return not letter.isascii() and normalize("NFKC", letter) == letter and len(letter) == 1


@cache
def alphabet() -> str:
    """Return the signs of clear texts."""
    capitals, small_ = _latin()
    return PRINTABLE + capitals + small_ + _SHARP + MORE_SIGNS


@cache
def _signs_alone() -> str:
    """Return the signs of clear texts of which a text that means nothing consists."""
    return "".join(sign for sign in alphabet() if SIGNS.fullmatch(sign))


def is_clear_text(value: str) -> bool:
    """Return whether SQL tells a text that has neither blanks nor quotes around it.

    >>> is_clear_text("Büro"), is_clear_text("日本")
    (True, False)
    """
    return set(value) <= set(alphabet())


def small_text(value: str) -> str:
    """Return a text with the letters that `small` turns turned.

    >>> small_text("BÜRO Straße")
    'büro straße'
    """
    return value.translate(_turned())


@cache
def _turned() -> Mapping[int, str]:
    return MappingProxyType(dict(zip(map(ord, _capitals()), _small_letters(), strict=True)))


def coarse_text(value: str) -> str:
    """Return the letters and digits of a text in small letters, as `coarse` does.

    >>> coarse_text("Mid-Market (EU)")
    'midmarketeu'
    """
    plain = small_text(value).replace(_SHARP, _PLAIN_SHARP)
    return "".join(sign for sign in plain if sign.isalnum())


def _capitals() -> str:
    return ascii_uppercase + _latin()[0]


def _small_letters() -> str:
    return ascii_lowercase + _latin()[1]


# -- as SQL --


def translated(this: Sql, signs: str, others: str = "") -> Sql:
    """Return a text with signs turned into others, and without those that have no other."""
    return called("TRANSLATE", this.copy(), text(signs), text(others))


def replaced(this: Sql, part: str, by: str) -> Sql:
    """Return a text with a part replaced wherever it stands."""
    return called("REPLACE", this.copy(), text(part), text(by))


def length(this: Sql) -> Sql:
    """Return how many characters a text has."""
    return called("LENGTH", this.copy())


def first(this: Sql, size: int = 1) -> Sql:
    """Return how a text begins."""
    found: Sql = exp.Left(this=this.copy(), expression=number(size))
    return found


def last(this: Sql, size: int = 1) -> Sql:
    """Return how a text ends."""
    found: Sql = exp.Right(this=this.copy(), expression=number(size))
    return found


def piece(this: Sql, start: int, size: int) -> Sql:
    """Return so many characters of a text from a place on, the first is 1."""
    found: Sql = exp.Substring(this=this.copy(), start=number(start), length=number(size))
    return found


def trimmed(this: Sql) -> Sql:
    """Return a text without outer blanks, NULL where nothing is left."""
    bare = exp.Trim(this=this.copy(), expression=text(BLANKS))
    found: Sql = exp.Nullif(this=bare, expression=text(""))
    return found


def only(this: Sql, signs: str, dialect: Dialect) -> Sql:
    """Return whether a text that is there consists of some signs alone.

    DuckDB makes a table of the signs for each text, and a pattern once.
    """
    if dialect.name == "duckdb":
        return called("REGEXP_FULL_MATCH", this.copy(), text(f"[{_escaped(signs)}]*"))
    return equal(translated(this, signs), text(""))


def without(this: Sql, signs: str, dialect: Dialect) -> Sql:
    """Return a text without some signs."""
    if dialect.name == "duckdb":
        pattern = text(f"[{_escaped(signs)}]")
        return called("REGEXP_REPLACE", this.copy(), pattern, text(""), text("g"))
    return translated(this, signs)


def _escaped(signs: str) -> str:
    """Return signs as they stand in a class of a pattern of RE2."""
    return "".join(f"\\{sign}" if sign in "\\]^-[" else sign for sign in signs)


def is_clear(this: Sql, dialect: Dialect) -> Sql:
    """Return whether a text that is there can be told: its signs, no quotes, not too long."""
    return every(
        (
            only(this, alphabet(), dialect),
            none_of(first(this), [text(each) for each in _QUOTES]),
            at_most(length(this), number(LONGEST)),
        )
    )


def small(this: Sql, clear: Sql, dialect: Dialect) -> Sql:
    """Return a text in small letters, see `small_text`. clear: whether it is clear.

    In clear texts DuckDB turns the same letters, and in others more.
    """
    turned = translated(this, _capitals(), _small_letters())
    if dialect.name == "duckdb":
        return choice([(clear, called("LOWER", this.copy()))], turned)
    return turned


def normal(this: Sql) -> Sql:
    """Return the form in which texts are compared, of a clear text in small letters."""
    found = replaced(this, " ", _OPEN + _CLOSE)
    found = replaced(replaced(found, _CLOSE + _OPEN, ""), _OPEN + _CLOSE, " ")
    return replaced(found, _SHARP, _PLAIN_SHARP)


def coarse(this: Sql, dialect: Dialect) -> Sql:
    """Return the letters and digits of a clear text in small letters."""
    signs = "".join(sign for sign in alphabet() if not sign.isalnum())
    return replaced(without(this, signs, dialect), _SHARP, _PLAIN_SHARP)


def count(this: Sql, sign: str) -> Sql:
    """Return how often a sign stands in a text."""
    found: Sql = exp.Paren(
        this=exp.Sub(this=length(this), expression=length(replaced(this, sign, "")))
    )
    return found


def is_signs(this: Sql, dialect: Dialect) -> Sql:
    """Return whether a clear text consists of signs that say nothing."""
    return only(this, _signs_alone(), dialect)


def is_wordy(this: Sql, dialect: Dialect) -> Sql:
    """Return whether a clear text in small letters is of letters, with `WORD_SIGNS` between."""
    letters = ascii_lowercase
    ends = (only(each, letters, dialect) for each in (first(this), last(this)))
    return every((only(this, letters + WORD_SIGNS, dialect), *ends))
