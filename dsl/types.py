"""The types of lead fields, and the normalised values that they hold.

| type          | normalised value                                   |
| ------------- | -------------------------------------------------- |
| text          | str, NFC, outer blanks removed, case folded        |
| company-name  | str, without accents, signs and legal form, "muller"       |
| code          | str, blanks removed, upper case, cut to `first`    |
| salesforce-id | str, the form of 18 characters                     |
| email         | str, lower case                                    |
| phone         | str, E.164, "+493012345678"                        |
| domain        | str, lower case, "acme.example"                    |
| integer       | int                                                |
| number, money | Decimal, finite                                    |
| boolean       | bool                                               |
| date          | datetime.date                                      |
| country       | str, ISO 3166-1 alpha-2, "DE"                      |
| subdivision   | str, ISO 3166-2, "US-CA"                           |
| language      | str, ISO 639-1 where there is one, else 639-3      |
| one of        | str as declared                                    |
| any of        | frozenset of str as declared, never empty          |
| person        | str, the name of a declared person                 |

A missing value is not a value: it is the absence of the field's name in a lead.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal, TypeAlias

from turnout.dsl.nearness import Nearness
from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen

Value: TypeAlias = str | int | Decimal | date | frozenset[str]
"""One normalised value; see the table above (bool is an int to Python's types)."""

Values: TypeAlias = Mapping[str, Value]
"""A lead as the policy sees it: normalised values by field name, missing ones absent."""

Shape: TypeAlias = Literal["text", "whole", "dense", "days", "listed", "several"]
"""How the values of a type lie, which decides what can be asked of them and how it is said.

text: by their beginnings. whole, dense, days: on a line, of whole numbers, of all numbers
or of calendar days. listed: each by itself, in a list that is closed. several: a lead has
some of such a list.
"""

ON_A_LINE: frozenset[Shape] = frozenset({"whole", "dense", "days"})
"""The shapes of values that come before and after each other."""


@frozen
class Text:
    """Free text."""

    word = "text"
    shape: ClassVar[Shape] = "text"


@frozen
class CompanyName(Text):
    """The name of a firm, the same in all the ways to write it.

    of: text fields whose name it is where the lead has none of its own, the first that has
    one first.
    """

    word = "company-name"
    of: tuple[str, ...] = ()


@frozen
class Code:
    """Text that may look like a number, such as a postcode: `02134` keeps its zero.

    first: only so many leading characters count (5 reads the ZIP+4 `02134-1000` as
    `02134`); None for all. digits: what counts is so many digits and nothing else, so that
    `2134`, of which a sheet ate the zero, can't be read; None for any characters.
    """

    word = "code"
    shape: ClassVar[Shape] = "text"
    first: int | None = None
    digits: int | None = None

    @property
    def longest(self) -> int | None:
        """How many characters a value may have, None for any number."""
        return self.first if self.digits is None else self.digits


@frozen
class SalesforceId(Code):
    """The id of a record in Salesforce, of 15 or 18 characters."""

    word = "salesforce-id"


@frozen
class Email:
    """An e-mail address."""

    word = "email"
    shape: ClassVar[Shape] = "text"


@frozen
class Phone:
    """A phone number (E.164), read in the country of the field named `country`.

    country: that field's name; within: the country (alpha-2) in which numbers without a code
    are read where the lead has none; None where there is none.
    """

    word = "phone"
    shape: ClassVar[Shape] = "text"
    country: str | None = None
    within: str | None = None


@frozen
class Domain:
    """The registrable domain of a firm.

    of: fields (e-mail addresses or texts) whose domain it is where the lead has none of its
    own, the first that has one first. without_free_mail: a free-mail provider's is missing.
    """

    word = "domain"
    shape: ClassVar[Shape] = "text"
    of: tuple[str, ...] = ()
    without_free_mail: bool = False


@frozen
class Numerals:
    """How the numbers of a field are written, where its schema says so.

    decimal: the sign before decimals, "," or "."; "" where each number has to show it.
    percent: a number may end in `%`, and counts as what stands before it.
    end: "low" or "high", which end of a range such as "250-500" counts; "" for no ranges.
    """

    decimal: str = ""
    percent: bool = False
    end: str = ""


ANY_NUMERALS = Numerals()


@frozen
class Integer:
    """A whole number; a value outside `low..high` can't be read. None is no bound."""

    word = "integer"
    shape: ClassVar[Shape] = "whole"
    low: int | None = None
    high: int | None = None
    numerals: Numerals = ANY_NUMERALS


@frozen
class Number:
    """A decimal number; a value outside `low..high` can't be read. None is no bound."""

    word = "number"
    shape: ClassVar[Shape] = "dense"
    low: Decimal | None = None
    high: Decimal | None = None
    numerals: Numerals = ANY_NUMERALS


@frozen
class Money:
    """An amount in one currency (ISO 4217); an amount in another can't be read.

    of: the field that says in which currency each lead's amount is, None where all are in one.
    """

    word = "money"
    shape: ClassVar[Shape] = "dense"
    currency: str
    numerals: Numerals = ANY_NUMERALS
    of: str | None = None


@frozen
class Boolean:
    """True or false.

    true_when, false_when: texts that say so in this field, as declared, besides those that
    say so everywhere; compared without regard to case and outer blanks.
    """

    word = "boolean"
    shape: ClassVar[Shape] = "listed"
    true_when: tuple[str, ...] = ()
    false_when: tuple[str, ...] = ()


@frozen
class Date:
    """A calendar day.

    first: "day" or "month", which of them `03/04/2026` starts with; "" where that isn't known.
    numbers: what a plain number counts, "epoch seconds", "epoch milliseconds" or "sheet days"
    (days since 1899-12-30, as spreadsheets have it); "" where a number is no date.
    zone: in which a moment with a zone of its own is a day, by an IANA name: the policy's.
    """

    word = "date"
    shape: ClassVar[Shape] = "days"
    first: str = ""
    numbers: str = ""
    zone: str = "UTC"


@frozen
class Country:
    """A country of ISO 3166-1."""

    word = "country"
    shape: ClassVar[Shape] = "listed"


@frozen
class Subdivision:
    """A subdivision of ISO 3166-2, read together with the country field named `country`.

    country: the name of that field, None where the schema has no country field. A
    subdivision implies its country: a lead whose country is missing takes it from the
    subdivision's full code, and one whose country differs has no subdivision.

    within: the country (alpha-2) of all leads, where the schema says so instead of having a
    field for it; None elsewhere.
    """

    word = "subdivision"
    shape: ClassVar[Shape] = "listed"
    country: str | None = None
    within: str | None = None


@frozen
class Language:
    """A language of ISO 639."""

    word = "language"
    shape: ClassVar[Shape] = "listed"


@frozen
class OneOf:
    """One value of a closed list."""

    word = "one of"
    shape: ClassVar[Shape] = "listed"
    values: tuple[str, ...]


@frozen
class AnyOf:
    """One or more values of a closed list."""

    word = "any of"
    shape: ClassVar[Shape] = "several"
    values: tuple[str, ...]


@frozen
class PersonName:
    """The name (or e-mail address) of a person whom the policy declares.

    people: each accepted spelling, case folded, with the person's name.
    """

    word = "person"
    shape: ClassVar[Shape] = "listed"
    people: Mapping[str, str] = attribute(factory=dict[str, str], hash=False, repr=False)


FieldType: TypeAlias = (
    Text
    | Code
    | Email
    | Phone
    | Domain
    | Integer
    | Number
    | Money
    | Boolean
    | Date
    | Country
    | Subdivision
    | Language
    | OneOf
    | AnyOf
    | PersonName
)


def taken_from(kind: FieldType) -> tuple[str, ...]:
    """Return the fields that a value of a type is taken from where the lead has none."""
    return kind.of if isinstance(kind, Domain | CompanyName) else ()


def country_field(kind: FieldType) -> str | None:
    """Return the name of the country field that values of a type are read with, if any."""
    return kind.country if isinstance(kind, Subdivision | Phone) else None


def field_beside(kind: FieldType) -> str | None:
    """Return the name of the field that values of a type are read with, if any.

    A country, or what says in which currency an amount is.
    """
    return kind.of if isinstance(kind, Money) else country_field(kind)


@frozen
class Lookup:
    """A table that a field takes its value from where the lead has none of its own.

    key: the field whose value is looked up. values: what the table says, by normalised key.
    near: the rows by their names, where one that is called nearly so counts; `values` are then
    those of keys that can mean but one.
    """

    key: str
    table: str
    values: Mapping[Value, Value] = attribute(hash=False, repr=False)
    near: Nearness | None = attribute(default=None, hash=False)


@frozen
class Field:
    """One field of the lead schema.

    placeholders: raw texts that count as missing, as declared (`missing when [...]`);
    compared without regard to case and outer blanks. lookups: tables to ask where the
    lead has no value, in order. is_id: declared as what tells a lead from all others.
    columns: what sources call it, as declared, the best first (see `dsl.headers`).
    """

    name: str
    type: FieldType
    required: bool = False
    placeholders: tuple[str, ...] = ()
    span: Span | None = attribute(default=None, eq=False, repr=False)
    lookups: tuple[Lookup, ...] = ()
    is_id: bool = False
    columns: tuple[str, ...] = ()


ID = "id"
"""The field that is the id of a lead where the schema declares none."""


def id_field(fields: Mapping[str, Field]) -> Field | None:
    """Return the field that tells a lead from all others, None where the schema has none."""
    declared = (field for field in fields.values() if field.is_id)
    return next(declared, fields.get(ID))
