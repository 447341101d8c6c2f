"""The tables that a field's reader looks values up in, as data.

For what reads leads elsewhere (a database, a browser): a raw text is brought into the form
of a table's keys by one of a few steps, and looked up. What the tables find, the reader
reads as the same value; the laws hold that. The reader reads more than its tables know, such
as "Germany (DE)", so a text that they don't find is the reader's to decide.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias, assert_never
from unicodedata import normalize

import attrs

from turnout.dsl import types
from turnout.dsl.types import Value
from turnout.dsl.values import languages, places
from turnout.dsl.values.name_tables import NameTable, loose_keys, short_pieces
from turnout.dsl.values.picklists import picklist_key, truth_words
from turnout.dsl.values.placeholders import LIKELY, is_placeholder
from turnout.dsl.values.reading import MISSING, Missing
from turnout.dsl.values.texts import cleaned, normal_text
from turnout.frozen import attribute, frozen

KeyForm: TypeAlias = Literal["exact", "text", "small", "capitals", "name", "letters", "picklist"]
"""How a text becomes a key. exact: not at all. text: as the values of a text field, see
`normal_text`. small: in small letters. capitals: NFKC, in capitals. name: NFKC, case folded.
letters: what is left of a name without accents, blanks and signs, see `name_key`, where that is
enough to be sure of and it isn't several pieces as short as codes. picklist: without what
doesn't tell values of a list apart, see `picklist_key`."""

_QUOTES = "='\""


@frozen
class ReaderTable:
    """Values by key; several where a key may mean each of them, and so none."""

    step: KeyForm
    values: Mapping[str, tuple[Value, ...]] = attribute(repr=False, hash=False)


@frozen
class ReaderTables:
    """What one field's reader looks up.

    missing: what counts as no value, in the form of the step "text". tables: in the order in
    which they are asked; the first that has the key decides. None for types that are computed.
    """

    missing: tuple[str, ...]
    tables: tuple[ReaderTable, ...]


def reader_tables(field: types.Field, country: str | None = None) -> ReaderTables:
    """Return the tables of a field. country: for a subdivision, the lead's, alpha-2."""
    missing = tuple(sorted({normal_text(each) for each in field.placeholders}))
    return ReaderTables(missing, tuple(_tables(field.type, country)))


def looked_up(tables: ReaderTables, raw: str) -> Value | Missing | None:
    """Return the value that the tables have for a raw text; None where the reader must be asked.

    >>> looked_up(reader_tables(types.Field("country", types.Country())), " germany ")
    'DE'
    """
    text = cleaned(raw)
    if text is None or text[:1] in tuple(_QUOTES):
        return None
    if not text or normal_text(text) in tables.missing:
        return MISSING
    for table in tables.tables:
        for key in keys(table.step, text):
            if key in table.values:
                found = table.values[key]
                return found[0] if len(found) == 1 else None
    return None


def keys(step: KeyForm, text: str) -> tuple[str, ...]:
    """Return the keys by which a text is looked up, the first that is there counts."""
    match step:
        case "exact":
            return (text,)
        case "text":
            return (normal_text(text),)
        case "small":
            return (text.lower(),)
        case "capitals":
            return (normalize("NFKC", text).upper(),)
        case "name":
            return (normalize("NFKC", text).casefold(),)
        case "letters" if short_pieces(text):
            return ()  # codes in a row, perhaps: "PE RU" is no name
        case "letters":
            return loose_keys(normalize("NFKC", text).casefold())
        case "picklist":
            return (picklist_key(text),)
        case _:
            assert_never(step)


def _tables(kind: types.FieldType, country: str | None) -> Iterable[ReaderTable]:
    match kind:
        case types.Country():
            codes = {code: (of,) for code, of in places.country_codes().items()}
            return (ReaderTable("capitals", codes), *_named(places.country_table()))
        case types.Subdivision():
            return _subdivisions(country)
        case types.Language():
            found = {code: (of,) for code, of in languages.language_codes().items()}
            every = (ReaderTable("small", found), *_named(languages.language_table()))
            return map(_without_placeholders, every)
        case types.Boolean(true_when, false_when):
            words = truth_words(true_when, false_when)
            return (ReaderTable("text", {word: (is_true,) for word, is_true in words.items()}),)
        case types.OneOf(values):
            return _listed({value: value for value in values})
        case types.AnyOf(values):
            return _listed({value: frozenset((value,)) for value in values})
        case types.PersonName(people):
            return (ReaderTable("text", {name: (of,) for name, of in people.items()}),)
        case types.Text() | types.Code() | types.Email() | types.Phone() | types.Domain():
            return ()
        case types.Integer() | types.Number() | types.Money() | types.Date():
            return ()
        case _:
            assert_never(kind)


def _without_placeholders(table: ReaderTable) -> ReaderTable:
    """Return the table without keys such as "nan", which is a language and yet means nothing."""
    kept = {key: of for key, of in table.values.items() if not is_placeholder(key, LIKELY)}
    return attrs.evolve(table, values=kept)


def _named(names: NameTable) -> tuple[ReaderTable, ReaderTable]:
    return (
        ReaderTable("name", {name: tuple(sorted(of)) for name, of in names.written.items()}),
        ReaderTable("letters", {name: tuple(sorted(of)) for name, of in names.loose.items()}),
    )


def _subdivisions(country: str | None) -> Iterable[ReaderTable]:
    known = sorted(places.subdivision_codes())
    if country is None:
        return (ReaderTable("capitals", {code: (code,) for code in known}),)
    own = [code for code in known if code.startswith(f"{country}-")]
    codes = {code: (code,) for code in own} | {code[3:]: (code,) for code in own}
    return (ReaderTable("capitals", codes), *_named(places.subdivision_table(country)))


def _listed(values: Mapping[str, Value]) -> Iterable[ReaderTable]:
    loose: dict[str, tuple[Value, ...]] = {}
    for text, value in values.items():
        loose[picklist_key(text)] = (*loose.get(picklist_key(text), ()), value)
    yield ReaderTable("exact", {text: (value,) for text, value in values.items()})
    yield ReaderTable("picklist", loose)
