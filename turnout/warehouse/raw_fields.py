"""How a raw text is read as a field's value in SQL, exactly or not at all.

What can be said of a text is one of four things: nothing is there, it has a value, it can't be
a value (which is an issue), or SQL can't tell. The last isn't guessed: the batch reads it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from string import ascii_lowercase, digits
from types import MappingProxyType
from typing import TypeAlias, assert_never

from sqlglot import exp

from turnout.dsl import types
from turnout.dsl.types import Field, Numerals
from turnout.dsl.values.emails import RESERVED
from turnout.dsl.values.picklists import picklist_key, truth_words
from turnout.dsl.values.placeholders import CERTAIN, LIKELY
from turnout.dsl.values.texts import normal_text
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.raw_seeds import (
    COLUMNS,
    TYPES,
    Row,
    country_rows,
    language_rows,
    list_rows,
    people_rows,
    subdivision_rows,
)
from turnout.warehouse.raw_texts import (
    LETTERS_AND_DIGITS,
    coarse,
    count,
    first,
    is_clear_text,
    is_signs,
    is_wordy,
    last,
    length,
    normal,
    only,
    piece,
    replaced,
    translated,
    without,
)
from turnout.warehouse.syntax import (
    FALSE,
    TRUE,
    Sql,
    above,
    amount,
    at_least,
    at_most,
    below,
    cast,
    choice,
    column,
    equal,
    every,
    is_missing,
    is_there,
    negated,
    none_of,
    nothing,
    number,
    one_of,
    relation,
    some,
    text,
    unequal,
)
from turnout.warehouse.texts_asked import contains

STEP = "k"
"""The name of the step that has a field's text, and joins with its seed."""

_BETWEEN = ("and", "or", "und", "oder", "et", "ou", "y", "o", "e")
_SEPARATORS = ";,|"
_MOST_DIGITS = 15
_LONGEST_EMAIL = 64
_LONGEST_PLACEHOLDER = 40
_TEST_LEAD = "<test lead:"
_LONG_MONTHS = ("01", "03", "05", "07", "08", "10", "12")
_LETTERS = ascii_lowercase


@frozen
class TextTold:
    """What is said of a text. value: NULL where None."""

    value: Sql | None = attribute(default=None, repr=False)
    is_issue: bool = False
    is_unread: bool = False

    @property
    def state(self) -> int:
        """As a number: 1 is an issue, 2 is left for the batch."""
        return self.is_issue + 2 * self.is_unread


MISSING, ISSUE, UNREAD = TextTold(), TextTold(is_issue=True), TextTold(is_unread=True)
TextWays: TypeAlias = list[tuple[Sql, TextTold]]
NumberBound: TypeAlias = int | Decimal | None


@frozen
class RawText:
    """Where the text of a field is: columns of the step, by the field's number.

    country: of a subdivision, the expression of its country, never NULL.
    """

    at: int
    field: Field
    dialect: Dialect
    prefix: str
    country: Sql | None = attribute(default=None, repr=False)

    def own(self, name: str) -> Sql:
        """Return a column of the step: `t` the text, `n` in small letters, `c` if it is clear."""
        return column(f"{name}{self.at}", self.dialect, STEP)


@frozen
class RawReading:
    """How a field is read: cases in order, and what is said where none holds."""

    cases: Sequence[tuple[Sql, TextTold]] = attribute(repr=False)
    otherwise: TextTold
    joins: tuple[Sql, ...] = attribute(default=(), repr=False)
    tables: tuple[SeedTable, ...] = ()

    def value(self, kind: str) -> Sql:
        """Return the value, NULL where there is none."""
        cases = [(holds, told.value or nothing(kind)) for holds, told in self.cases]
        if all(told.value is None for _, told in self.cases):
            return nothing(kind)
        return choice(cases, nothing(kind))

    def state(self) -> Sql:
        """Return what is to be said, see `TextTold.state`."""
        cases = [(holds, number(told.state)) for holds, told in self.cases]
        return choice(cases, number(self.otherwise.state))


def kind_of(field: Field) -> str:
    """Return the type of the column that has a field's values."""
    match field.type:
        case types.Integer():
            return "BIGINT"
        case types.Number() | types.Money():
            return "DECIMAL(38, 9)"
        case types.Boolean():
            return "BOOLEAN"
        case types.Date():
            return "DATE"
        case types.AnyOf():
            return "ARRAY<TEXT>"
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
            return "TEXT"
        case _:
            assert_never(field.type)


def unreadable(field: Field) -> str:
    """Return why SQL reads no text of a field at all, "" where it reads some."""
    for kind, reason in _UNREADABLE.items():
        if isinstance(field.type, kind):
            return reason
    if isinstance(field.type, types.Money) and field.type.of is not None:
        return "its currency stands in another field"
    return ""


_UNREADABLE: Mapping[type, str] = MappingProxyType(
    {
        types.Phone: "phone numbers have plans of their own in each country",
        types.Domain: "which part of a host is registered stands in the Public Suffix List",
        types.CompanyName: "names of firms are compared without their legal forms",
        types.SalesforceId: "ids of Salesforce have check letters",
    }
)


def reading(of: RawText) -> RawReading:
    """Return how a field is read."""
    own = _of_type(of)
    missing: TextWays = [(is_missing(of.own("t")), MISSING)]
    declared = list(map(normal_text, of.field.placeholders))
    placeholders = one_of(normal(of.own("n")), [text(each) for each in declared])
    clear, unclear = of.own("c"), negated(of.own("c"))
    is_seeded = isinstance(of.field.type, types.Country | types.Subdivision)
    anywhere = _found("s", of) if is_seeded and all(map(is_clear_text, declared)) else []
    begins: TextWays = [
        *missing,
        (every((clear, placeholders)), MISSING),
        *((every((unclear, holds)), told) for holds, told in anywhere),  # sign by sign
        (unclear, UNREAD),
    ]
    return RawReading([*begins, *own.cases], own.otherwise, own.joins, own.tables)


def _of_type(of: RawText) -> RawReading:  # noqa: C901 - one for each type
    if unreadable(of.field):
        return _open(
            of, LIKELY if isinstance(of.field.type, types.Phone | types.Domain) else CERTAIN
        )
    match of.field.type:
        case types.Country():
            return _place(of, f"{of.prefix}_texts_country", country_rows())
        case types.Subdivision(within=within):
            return _subdivision(of, within)
        case types.Language():
            return _language(of)
        case types.OneOf(values):
            return _one_of(of, values)
        case types.AnyOf(values):
            return _any_of(of, values)
        case types.PersonName(people):
            return _person(of, people)
        case types.Boolean(true_when, false_when):
            return _boolean(of, truth_words(true_when, false_when))
        case types.Text():
            free = _open(of, CERTAIN)
            told = TextTold(normal(of.own("n")))
            return RawReading([*free.cases, (TRUE, told)], told)
        case types.Code(first_, digits_):
            return _code(of, first_, digits_)
        case types.Email():
            return _email(of)
        case types.Integer(low, high, written):
            return _integer(of, low, high, written)
        case types.Number(low, high, written):
            return _decimal(of, written, (low, high))
        case types.Money(_, written):
            return _decimal(of, written, (None, None))
        case types.Date():
            return _date(of)
        case types.Phone() | types.Domain():
            raise AssertionError(of)  # nothing reads them
        case _:
            assert_never(of.field.type)


def _open(of: RawText, known: Iterable[str]) -> RawReading:
    """Return how a text is read that means nothing where it is a placeholder."""
    words = sorted(each for each in known if is_clear_text(each))
    is_short = at_most(length(of.own("t")), number(_LONGEST_PLACEHOLDER))
    said = every((is_short, one_of(normal(of.own("n")), [text(each) for each in words])))
    is_test = equal(first(of.own("n"), len(_TEST_LEAD)), text(_TEST_LEAD))
    nothing_said = some((said, is_signs(of.own("t"), of.dialect), is_test))
    return RawReading([(nothing_said, ISSUE)], UNREAD)


# -- looked up --


def _seed(name: str, rows: Sequence[Row]) -> SeedTable:
    return SeedTable(name, COLUMNS, TYPES, tuple(rows))


def _joined(of: RawText, table: str, alias: str, form: str, key: Sql) -> Sql:
    own = f"{alias}{of.at}"
    found: Sql = exp.Join(
        this=relation(table, of.dialect, own),
        side="LEFT",
        on=every(
            (
                equal(column("form", of.dialect, own), text(form)),
                equal(column("key", of.dialect, own), key),
            )
        ),
    )
    return found


def _found(alias: str, of: RawText) -> TextWays:
    """Return the cases of a text that a seed has: with a value, or as none."""
    own = f"{alias}{of.at}"
    value = column("value", of.dialect, own)
    return [
        (is_there(value), TextTold(value)),
        (is_there(column("key", of.dialect, own)), ISSUE),
    ]


def _is_single(of: RawText) -> Sql:
    """Return whether no blanks follow each other."""
    return negated(contains(of.own("n"), "  ", of.dialect))


def _is_one_name(of: RawText) -> Sql:
    """Return whether a text in small letters is one name and nothing that separates several.

    Pieces as short as codes could be a row of these.
    """
    n = of.own("n")
    around = exp.DPipe(
        this=exp.DPipe(this=text(" "), expression=n.copy(), safe=True),
        expression=text(" "),
        safe=True,
    )
    blanks = count(n, " ")
    most = exp.Mul(
        this=exp.Paren(this=exp.Add(this=blanks, expression=number(1))), expression=number(3)
    )
    is_long = some((equal(blanks.copy(), number(0)), above(length(coarse(n, of.dialect)), most)))
    none = (negated(contains(around, f" {word} ", of.dialect)) for word in _BETWEEN)
    return every((_only(of, n, _LETTERS + " "), _is_single(of), is_long, *none))


def _place(of: RawText, name: str, rows: Sequence[Row], before: Sql | None = None) -> RawReading:
    """Return how a name or code of a place is read. before: what keys begin with."""

    def key(this: Sql) -> Sql:
        if before is None:
            return this
        found: Sql = exp.DPipe(this=before.copy(), expression=this, safe=True)
        return found

    n = of.own("n")
    joins = (
        _joined(of, name, "s", "small", key(n)),
        _joined(of, name, "l", "loose", key(replaced(n, " ", ""))),
    )
    one = _is_one_name(of)
    cases = [*_found("s", of)]
    cases += [(every((one, holds)), told) for holds, told in _found("l", of)]
    cases.append((one, ISSUE))
    return RawReading(cases, UNREAD, joins, (_seed(name, rows),))


def _subdivision(of: RawText, within: str | None) -> RawReading:
    if within is not None:
        name = f"{of.prefix}_texts_{of.field.name}"
        return _place(of, name, subdivision_rows(within), text(f"{within}:"))
    country = text("") if of.country is None else of.country
    before = exp.DPipe(this=country, expression=text(":"), safe=True)
    name = f"{of.prefix}_texts_subdivision"
    found = _place(of, name, subdivision_rows(None), before)
    n, is_alone = of.own("n"), equal(country.copy(), text(""))
    is_no_code = some((negated(contains(n, " ", of.dialect)), above(length(n), number(8))))
    is_plain = _only(of, n, _LETTERS + digits + " ")
    alone: TextWays = [
        (every((is_alone, is_plain, is_no_code)), ISSUE),
        (is_alone, UNREAD),
    ]
    whole = _joined(of, name, "w", "small", exp.DPipe(this=text(":"), expression=n, safe=True))
    elsewhere = every((negated(is_alone), is_there(column("key", of.dialect, f"w{of.at}"))))
    cases = [*found.cases[:2], *alone, (elsewhere, ISSUE), *found.cases[2:]]
    return RawReading(cases, UNREAD, (*found.joins, whole), found.tables)


def _language(of: RawText) -> RawReading:
    name = f"{of.prefix}_texts_language"
    free = _open(of, LIKELY)
    joins = (_joined(of, name, "s", "small", of.own("n")),)
    return RawReading(
        [*free.cases, *_found("s", of)], UNREAD, joins, (_seed(name, language_rows()),)
    )


def _one_of(of: RawText, values: tuple[str, ...]) -> RawReading:
    name = f"{of.prefix}_texts_{of.field.name}"
    n = of.own("n")
    joins = (
        _joined(of, name, "e", "exact", of.own("t")),
        _joined(of, name, "s", "small", n),
        _joined(of, name, "l", "told", coarse(n, of.dialect)),
        _joined(of, name, "h", "hidden", coarse(n, of.dialect)),
    )
    hidden = is_there(column("key", of.dialect, f"h{of.at}"))
    cases = [
        *_found("e", of),
        *((every((_is_single(of), holds)), told) for holds, told in _found("s", of)),
        *((every((is_wordy(n, of.dialect), holds)), told) for holds, told in _found("l", of)),
        (some((is_wordy(n, of.dialect), negated(hidden))), ISSUE),
    ]
    return RawReading(cases, UNREAD, joins, (_seed(name, list_rows(values)),))


def _any_of(of: RawText, values: tuple[str, ...]) -> RawReading:
    """Return how a list is read: one value, or several of letters with `;`, `,` or `|` between."""
    whole = _one_of(of, values)
    cases: TextWays = [
        (holds, told if told.value is None else TextTold(_array([told.value])))
        for holds, told in whole.cases[:-1]
    ]
    n = of.own("n")
    has_several = some(contains(n, sign, of.dialect) for sign in _SEPARATORS)
    rows = {key: value for form, key, value in list_rows(values) if form == "told" and value}
    is_listy = _only(of, n, f"{_LETTERS} {_SEPARATORS}")
    if any(sign in picklist_key(value) for value in values for sign in _SEPARATORS):
        is_listy = FALSE
    parts = translated(n, ",| ", ";;")
    parts = exp.DPipe(
        this=exp.DPipe(this=text(";"), expression=parts, safe=True), expression=text(";"), safe=True
    )
    rest = replaced(parts, ";", ";;")
    for key in rows:
        rest = replaced(rest, f";{key};", "")
    held = [(contains(parts, f";{key};", of.dialect), value) for key, value in sorted(rows.items())]
    has_any = some(holds for holds, _ in held)
    joined = _arrays([(holds, _array([text(value)])) for holds, value in held])
    is_known = _only(of, rest, ";")
    several = every((has_several, is_listy))
    cases += [
        (every((several, has_any, is_known)), TextTold(joined)),
        (every((several, has_any)), TextTold(joined, is_issue=True)),
        (every((several, is_known)), MISSING),
        (several, ISSUE),
        (has_several, UNREAD),
        whole.cases[-1],
    ]
    return RawReading(cases, UNREAD, whole.joins, whole.tables)


def _array(values: Sequence[Sql]) -> Sql:
    return cast(exp.Array(expressions=list(values)), "ARRAY<TEXT>")


def _arrays(parts: Sequence[tuple[Sql, Sql]]) -> Sql | None:
    """Return what those of some arrays have together of which something holds."""
    found: Sql | None = None
    for holds, array in parts:
        own = choice([(holds, array)], _array([]))
        found = own if found is None else exp.ArrayConcat(this=found, expressions=[own])
    return found


def _person(of: RawText, people: Mapping[str, str]) -> RawReading:
    name = f"{of.prefix}_texts_{of.field.name}"
    joins = (_joined(of, name, "s", "normal", normal(of.own("n"))),)
    return RawReading(_found("s", of), ISSUE, joins, (_seed(name, people_rows(people)),))


def _boolean(of: RawText, words: dict[str, bool]) -> RawReading:
    said = normal(of.own("n"))
    by_truth = {
        truth: [text(w) for w in sorted(words) if words[w] is truth] for truth in (True, False)
    }
    return RawReading(
        [
            (one_of(said, by_truth[True]), TextTold(TRUE)),
            (one_of(said.copy(), by_truth[False]), TextTold(FALSE)),
        ],
        ISSUE,
    )


# -- texts with a form of their own --


def _code(of: RawText, first_: int | None, digits_: int | None) -> RawReading:
    t = of.own("t")
    written = translated(t, _LETTERS, _LETTERS.upper())
    is_cut = first_ is not None or digits_ is not None
    starts_with_digit = _only(of, first(t), digits)
    is_plain = some(
        (
            _only(of, t, LETTERS_AND_DIGITS),
            every((_only(of, t, LETTERS_AND_DIGITS + "-"), starts_with_digit)),
        )
    )
    value = written if first_ is None else first(written, first_)
    cases = [*_open(of, CERTAIN).cases]
    if digits_ is not None:
        is_wide = every(
            (at_least(length(t), number(digits_)), _only(of, first(t, digits_), digits))
        )
        if first_ is None:
            is_wide = every((equal(length(t), number(digits_)), _only(of, t, digits)))
        cases.append((every((is_plain, negated(is_wide))), ISSUE))
    cases.append((is_plain, TextTold(value)))
    if not is_cut:
        is_spaced = _only(of, t, LETTERS_AND_DIGITS + " ")
        cases.append((is_spaced, TextTold(replaced(written, " ", ""))))
    return RawReading(cases, UNREAD)


def _email(of: RawText) -> RawReading:
    n, dialect = of.own("n"), of.dialect
    host: Sql = exp.Substring(
        this=n.copy(),
        start=exp.Add(this=exp.StrPosition(this=n.copy(), substr=text("@")), expression=number(1)),
    )
    if dialect.name == "postgres":
        host = exp.Anonymous(this="SPLIT_PART", expressions=[n.copy(), text("@"), number(2)])
    before_last: Sql = exp.Trim(this=host.copy(), expression=text(_LETTERS), position="TRAILING")
    size = exp.Paren(this=exp.Sub(this=length(host), expression=length(before_last)))
    wrong = ("..", ".@", "@.", "--", ".-", "-.", "@-")
    is_plain = every(
        (
            _only(of, n, f"{_LETTERS}{digits}_+-.@"),
            equal(count(n, "@"), number(1)),
            at_most(length(n), number(_LONGEST_EMAIL)),
            none_of(first(n), [text("."), text("@")]),
            *(negated(contains(n, each, dialect)) for each in wrong),
            _only(of, host, f"{_LETTERS}{digits}-."),
            unequal(host.copy(), text("")),
            equal(last(before_last), text(".")),
            at_least(size, number(2)),
            none_of(
                exp.Right(this=host.copy(), expression=size.copy()),
                [text(each) for each in sorted(RESERVED)],
            ),
        )
    )
    without = negated(contains(n, "@", dialect))
    return RawReading([(without, ISSUE), (is_plain, TextTold(n))], UNREAD)


def _only(of: RawText, this: Sql, signs: str) -> Sql:
    return only(this, signs, of.dialect)


def _is_digits(of: RawText) -> Sql:
    t = of.own("t")
    return every((_only(of, t, digits), at_most(length(t), number(_MOST_DIGITS))))


def _without_digits(of: RawText, written: Numerals | None = None) -> TextWays:
    """Return the case of a text that can be no number, for it has no digit."""
    if written is not None and written.end:
        return []
    t = of.own("t")
    return [(equal(without(t, digits, of.dialect), t), ISSUE)]


def _bounded(value: Sql, low: NumberBound, high: NumberBound, dialect: Dialect) -> Sql:
    """Return whether a number lies outside some bounds."""
    outside: list[Sql] = []
    if low is not None:
        outside.append(below(value.copy(), amount(Decimal(low), dialect)))
    if high is not None:
        outside.append(above(value.copy(), amount(Decimal(high), dialect)))
    return some(outside)


def _integer(of: RawText, low: int | None, high: int | None, written: Numerals) -> RawReading:
    t = of.own("t")
    plain, grouped = cast(t.copy(), "BIGINT"), cast(replaced(t, ",", ""), "BIGINT")
    cases = [
        (
            every(
                (_is_digits(of), _nested(_is_digits(of), _bounded(plain, low, high, of.dialect)))
            ),
            ISSUE,
        ),
        (_is_digits(of), TextTold(plain)),
    ]
    if written.decimal in {"", "."}:
        is_grouped = every(
            (
                _only(of, t, digits + ","),
                equal(count(t, ","), number(1)),
                equal(first(last(t, 4)), text(",")),
                none_of(first(t), [text("0"), text(",")]),
                at_most(length(t), number(7)),
            )
        )
        outside = _nested(is_grouped, _bounded(grouped, low, high, of.dialect))
        cases += [(every((is_grouped, outside)), ISSUE), (is_grouped, TextTold(grouped))]
    return RawReading([*cases, *_without_digits(of, written)], UNREAD)


def _nested(holds: Sql, told: Sql) -> Sql:
    """Return whether something holds that can be asked only where something else does.

    Engines may ask the parts of an AND in any order, and the cases of a CASE in theirs.
    """
    if told in {TRUE, FALSE}:
        return told
    return choice([(holds.copy(), told)], FALSE)


def _decimal(of: RawText, written: Numerals, bounds: tuple[NumberBound, NumberBound]) -> RawReading:
    t = of.own("t")
    value = cast(t.copy(), "DECIMAL(38, 9)")
    is_number = _is_digits(of)
    if written.decimal != ",":
        places = some(equal(first(last(t, size)), text(".")) for size in (2, 3))
        is_pointed = every(
            (
                _only(of, t, digits + "."),
                equal(count(t, "."), number(1)),
                places,
                _only(of, first(t), digits),
                at_most(length(t), number(12)),
            )
        )
        is_number = some((is_number, is_pointed))
    outside = _nested(is_number, _bounded(value, *bounds, of.dialect))
    cases: TextWays = [(every((is_number, outside)), ISSUE), (is_number, TextTold(value))]
    return RawReading([*cases, *_without_digits(of, written)], UNREAD)


def _date(of: RawText) -> RawReading:
    """Return how a day is read that is written as ISO 8601 has it; days that aren't are unread."""
    t = of.own("t")
    year, month, day_ = piece(t, 1, 4), piece(t, 6, 2), piece(t, 9, 2)
    is_written = every(
        (
            equal(length(t), number(10)),
            equal(piece(t, 5, 1), text("-")),
            equal(piece(t, 8, 1), text("-")),
            _only(of, replaced(t, "-", ""), digits),
            equal(count(t, "-"), number(2)),
        )
    )
    months = [text(f"{each:02}") for each in range(1, 13)]
    days = [text(f"{each:02}") for each in range(1, 29)]
    short_months = [text(f"{each:02}") for each in range(1, 13) if each != 2]
    is_day = every(
        (
            unequal(year, text("0000")),
            one_of(month, months),
            some(
                (
                    one_of(day_, days),
                    every(
                        (
                            one_of(day_.copy(), [text("29"), text("30")]),
                            one_of(month.copy(), short_months),
                        )
                    ),
                    every(
                        (
                            equal(day_.copy(), text("31")),
                            one_of(month.copy(), [text(m) for m in _LONG_MONTHS]),
                        )
                    ),
                )
            ),
        )
    )
    told = TextTold(cast(t.copy(), "DATE"))
    return RawReading([(every((is_written, is_day)), told), *_without_digits(of)], UNREAD)
