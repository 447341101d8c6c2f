"""Reading one raw value as a field's type.

A reader is built once per field and then called once per lead, so whatever can be looked
up is looked up when it is built. It takes any object at all and never raises. What reads a
type is imported when a field has it: few policies have all of them.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from turnout.dsl import types
from turnout.dsl.types import Value
from turnout.dsl.values import codes, numerals, picklists
from turnout.dsl.values.built_ins import OPAQUE, built_in, kind_of
from turnout.dsl.values.exports import unguarded, unquoted
from turnout.dsl.values.placeholders import CERTAIN, LIKELY, is_placeholder
from turnout.dsl.values.reading import (
    MISSING,
    FromOther,
    FromText,
    Missing,
    Reader,
    Reading,
    Unread,
)
from turnout.dsl.values.salesforce_ids import salesforce_id
from turnout.dsl.values.texts import LONGEST, cleaned, normal_text

_Words: TypeAlias = (
    types.Text
    | types.Code
    | types.Email
    | types.Phone
    | types.Domain
    | types.Country
    | types.Subdivision
    | types.Language
    | types.OneOf
    | types.PersonName
)
_UNSTORABLE = Unread("holds a NUL character or half a surrogate pair")
_TOO_LONG = Unread(f"longer than {LONGEST:,} characters")
_PLACEHOLDER = Unread("a placeholder")
# Types that would read a placeholder as a value of their own: `nan` is a language of China, and
# "k.a." could be a host.
_OPEN = (types.Text, types.Code, types.Language, types.Domain)
# What one field's reader remembers: values, characters of a text, and how large a number.
_REMEMBERED = 2_000
_LONGEST_REMEMBERED = 100
_MOST_REMEMBERED = 10**18
_NO_VALUE = (Missing, Unread)  # a union would be made anew for each value
_WORDS: dict[type[types.FieldType], str] = {
    types.Text: "text",
    types.CompanyName: "the name of a company",
    types.Code: "a code",
    types.SalesforceId: "a Salesforce id",
    types.Email: "an e-mail address",
    types.Phone: "a phone number",
    types.Domain: "a domain",
    types.Integer: "a whole number",
    types.Number: "a number",
    types.Money: "an amount",
    types.Boolean: "true or false",
    types.Date: "a date",
    types.Country: "a country",
    types.Subdivision: "a subdivision",
    types.Language: "a language",
    types.OneOf: "a value of the list",
    types.AnyOf: "values of the list",
    types.PersonName: "a person",
}


def read(field: types.Field, raw: object, country: str | None = None) -> Reading:
    """Read one raw value as the type of `field`.

    country: the lead's country, alpha-2, for subdivisions.

    >>> read(types.Field("employees", types.Integer()), "1,200")
    1200
    >>> read(types.Field("employees", types.Integer()), "about 50")
    Unread(reason='not a whole number', kept=None)
    """
    return reader(field)(raw, country)


KnownValues: TypeAlias = Mapping[type, Mapping[Any, Value]]
"""Raw values that were read before, by their types, with the values that they are."""


def reader(field: types.Field) -> Reader:
    """Return what reads values of `field`; for many values keep it instead of `read`."""
    return remembering_reader(field)[0]


@lru_cache(maxsize=512)
def remembering_reader(field: types.Field) -> tuple[Reader, KnownValues]:
    """Return what reads values of `field`, and what it remembers.

    What isn't remembered, such as all that is missing or can't be read, is to be read.
    """
    from_text, from_other = _readers(field.type)
    placeholders = frozenset(normal_text(placeholder) for placeholder in field.placeholders)
    read_text = _text_reader(field.type, from_text, placeholders)

    def read_other(raw: object, country: str | None) -> Reading:
        value = raw if type(raw) is int else built_in(raw)
        if value is None:
            return MISSING
        if isinstance(value, str):
            return read_text(value, country)
        digits = _digits(value) if placeholders or from_other is None else None
        if digits in placeholders:
            return MISSING
        found = from_other(value) if from_other else digits and from_text(digits, country)
        if found is None:
            what = kind_of(raw if value is OPAQUE else value)
            return Unread(f"{what}, not {_WORDS[type(field.type)]}")
        return found

    if isinstance(field.type, types.Subdivision | types.Phone):
        return _remembering_in_countries(read_text, read_other), {}
    read_value, good = _remembering(read_text, read_other)
    if isinstance(field.type, types.Money) and field.type.of is not None:
        from turnout.dsl.values import money  # noqa: PLC0415

        return money.as_told(read_value, field.type.currency), {}
    return read_value, good


def _text_reader(
    kind: types.FieldType, from_text: FromText, placeholders: frozenset[str]
) -> FromText:
    """Return what reads any text: nothing, a placeholder, or what `from_text` makes of it."""
    is_open, is_text = isinstance(kind, _OPEN), type(kind) is types.Text
    known = CERTAIN if isinstance(kind, types.Text | types.Code) else LIKELY

    # One function, though two differ: a call takes as long as all that is asked of most texts.
    def read_text(raw: str, country: str | None) -> Reading:
        text = cleaned(raw)
        if not text:
            return MISSING if text == "" else _UNSTORABLE
        if len(text) > LONGEST:
            return _TOO_LONG
        if placeholders and normal_text(text) in placeholders:
            return MISSING
        if text[0] in "='\"":  # what an export put around it
            text = unguarded(text) if is_text else unquoted(unguarded(text))
            if not text:
                return MISSING
        if is_open:
            return _PLACEHOLDER if is_placeholder(text, known) else from_text(text, country)
        found = from_text(text, country)
        return _PLACEHOLDER if isinstance(found, Unread) and is_placeholder(text) else found

    return read_text


def _remembering(read_text: FromText, read_other: Reader) -> tuple[Reader, KnownValues]:
    """Return what reads any value and remembers texts and numbers: most columns repeat a few.

    They are remembered by their types: 1 is equal to True, and says something else.
    """
    good: dict[type, dict[object, Value]] = {str: {}, int: {}, float: {}, bool: {}}
    known, texts = dict[str, Reading](), good[str]

    def read_value(raw: object, country: str | None = None) -> Reading:
        if type(raw) is str:
            found = known.get(raw)
            if found is None:
                found = read_text(raw, country)
                if len(known) < _REMEMBERED and len(raw) <= _LONGEST_REMEMBERED:
                    known[raw] = found
                    if not isinstance(found, _NO_VALUE):
                        texts[raw] = found
            return found
        if raw is None:
            return MISSING
        numbers = good.get(type(raw))
        if numbers is not None and (value := numbers.get(raw)) is not None:
            return value
        found = read_other(raw, country)
        if numbers is None or isinstance(found, _NO_VALUE):
            return found
        if len(numbers) < _REMEMBERED and _is_short(raw):
            numbers[raw] = found
        return found

    return read_value, good


def _is_short(number: Any) -> bool:  # noqa: ANN401 - a number
    """Return whether a number may be remembered: it has few digits, and is one."""
    return bool(-_MOST_REMEMBERED < number < _MOST_REMEMBERED)


def _remembering_in_countries(read_text: FromText, read_other: Reader) -> Reader:
    """Return the same where the lead's country decides what a text says."""
    by_country: dict[str | None, Reader] = {}

    def read_value(raw: object, country: str | None = None) -> Reading:
        read = by_country.get(country)
        if read is None:
            read = by_country[country] = _remembering(read_text, read_other)[0]
        return read(raw, country)

    return read_value


def _readers(kind: types.FieldType) -> tuple[FromText, FromOther | None]:
    """Return what reads texts and what reads the rest; None where the rest are just digits."""
    match kind:
        case types.Integer(low, high, written):
            return _with_ranges(numerals.integer(low, high, written), written, low, high)
        case types.Number(low, high, written):
            return _with_ranges(numerals.number(low, high, written), written, low, high)
        case types.Money(currency, written):
            from turnout.dsl.values import money  # noqa: PLC0415

            return _with_ranges(money.money(currency, written), written, None, None)
        case types.Boolean(true_when, false_when):
            return picklists.truth(true_when, false_when)
        case types.Date():
            from turnout.dsl.values import dates  # noqa: PLC0415

            return dates.day(kind)
        case types.AnyOf(values):
            return picklists.any_of(values)
        case (
            types.Text()
            | types.Code()
            | types.Email()
            | types.Phone()
            | types.Domain()
            | types.Country()
            | types.Subdivision()
            | types.Language()
            | types.OneOf()
            | types.PersonName()
        ):
            return _word_reader(kind), None
        case _:
            assert_never(kind)


def _with_ranges(
    readers: tuple[FromText, FromOther],
    written: types.Numerals,
    low: int | Decimal | None,
    high: int | Decimal | None,
) -> tuple[FromText, FromOther]:
    """Return the readers of a number, of ranges, too, where the field reads them."""
    from_text, from_other = readers
    if not written.end:
        return readers
    from turnout.dsl.values import ranges  # noqa: PLC0415

    return ranges.ranged(from_text, written.end, low, high), from_other


def _word_reader(kind: _Words) -> FromText:
    match kind:
        case types.Text():
            return _free_text(kind)
        case types.SalesforceId():
            return salesforce_id
        case types.Code(first, digits):
            return codes.code(first, digits)
        case types.Email():
            from turnout.dsl.values import emails  # noqa: PLC0415

            return emails.email
        case types.Phone(_, within):
            from turnout.dsl.values import phones  # noqa: PLC0415

            return phones.phone(within)
        case types.Domain(_, without_free_mail):
            from turnout.dsl.values import web_domains  # noqa: PLC0415

            return web_domains.domain(without_free_mail=without_free_mail)
        case types.Country():
            from turnout.dsl.values import places  # noqa: PLC0415

            return places.country
        case types.Subdivision(_, within):
            from turnout.dsl.values import places  # noqa: PLC0415

            return places.subdivision if within is None else places.within(within)
        case types.Language():
            from turnout.dsl.values import languages  # noqa: PLC0415

            return languages.language
        case types.OneOf(values):
            return picklists.one_of(values)
        case types.PersonName(people):
            return picklists.person(people)
        case _:
            assert_never(kind)


def _free_text(kind: types.Text) -> FromText:
    if not isinstance(kind, types.CompanyName):
        return lambda text, _country: normal_text(text)
    from turnout.dsl.values import company_names  # noqa: PLC0415

    return company_names.company_name


def _digits(value: object) -> str | None:
    """Return a whole number as its digits; a fraction in a code has lost its zeros already."""
    if type(value) is float and value.is_integer() and abs(value) < 2.0**53:
        return str(int(value))
    if type(value) is Decimal and value.is_finite() and value.adjusted() < numerals.MOST_DIGITS:
        return str(int(value)) if value == int(value) else None
    return str(value) if type(value) is int and abs(value) < 10**numerals.MOST_DIGITS else None
