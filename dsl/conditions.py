"""Conditions with every name resolved and every literal normalised.

An atom asks one thing of one field, and is false where the field is missing; only
`Present` asks about missing itself. `is not X` is therefore `Present and not Is`, while
a written `not (...)` is plain negation. Names stay: a `Named` condition keeps the
territory or segment that the author wrote beside what it stands for, so that trees,
findings and explanations speak in the policy's own words.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, assert_never

from turnout.dsl.calendars import Calendar
from turnout.dsl.patterns import searcher
from turnout.dsl.types import Value
from turnout.dsl.values.slices import slice_of
from turnout.dsl.values.words import has_word
from turnout.frozen import attribute, frozen

Ordered: TypeAlias = int | Decimal | date

Sign: TypeAlias = Literal["<", "<=", "=", "!=", ">=", ">"]
"""How two fields are compared."""

SIGNS: tuple[Sign, ...] = ("=", "!=", "<", "<=", ">=", ">")


@frozen
class Present:
    """The field has a value."""

    field: str


@frozen
class IsIn:
    """The field's value is one of `values` (for an `any of` field see `Has`).

    table: where the values are those of a table, its path as written, which is then what
    is printed; "" where they stand in the policy. word: the same where they are a list that
    every policy knows by a word, such as `free-mail`. order: the values in the order in which
    they were written, each as it was written, and is told. None of them says anything of the
    meaning.
    """

    field: str
    values: frozenset[Value]
    table: str = attribute(default="", eq=False)
    word: str = attribute(default="", eq=False)
    order: tuple[tuple[Value, str], ...] = attribute(default=(), eq=False, repr=False)


@frozen
class Between:
    """The field's value lies between two bounds; None is no bound.

    low_open, high_open: the bound itself is left out.
    """

    field: str
    low: Ordered | None = None
    high: Ordered | None = None
    low_open: bool = False
    high_open: bool = False


@frozen
class StartsWith:
    """The text begins with `text` (normalised as the field's values are).

    written: the text as it stands in the policy, and is told; "" where it stands in none. It
    says nothing of the meaning.
    """

    field: str
    text: str
    written: str = attribute(default="", eq=False, repr=False)


@frozen
class EndsWith:
    """The text ends with `text`; `written` as above."""

    field: str
    text: str
    written: str = attribute(default="", eq=False, repr=False)


@frozen
class Contains:
    """The text contains `text`; `written` as above."""

    field: str
    text: str
    written: str = attribute(default="", eq=False, repr=False)


@frozen
class HasWord:
    """`text` stands in the text, and not as a part of a longer word.

    Where it begins or ends with a letter or digit, none stands before or behind it; `written`
    as above.
    """

    field: str
    text: str
    written: str = attribute(default="", eq=False, repr=False)


@frozen
class Matches:
    """The regular expression `pattern` is found in the text (RE2 syntax, linear time)."""

    field: str
    pattern: str


@frozen
class Has:
    """The `any of` field holds `value`."""

    field: str
    value: str


@frozen
class OlderThan:
    """The date lies more than `days` days before the decision's day.

    zone: whose day that is, by an IANA name: the policy's.
    """

    field: str
    days: int
    zone: str = "UTC"


@frozen
class WithinLast:
    """The date is the decision's day or one of the `days` days before it; `zone` as above."""

    field: str
    days: int
    zone: str = "UTC"


@frozen
class WithinNext:
    """The date is the decision's day or one of the `days` days after it; `zone` as above."""

    field: str
    days: int
    zone: str = "UTC"


@frozen
class LaterThan:
    """The date lies more than `days` days after the decision's day; `zone` as above."""

    field: str
    days: int
    zone: str = "UTC"


@frozen
class Beside:
    """Two fields of one type, held against each other; false where either is missing.

    operator: with `field` on the left of it, `other` on the right; "=" and "!=" for values of
    any type, the others for those that lie on a line.
    """

    field: str
    operator: Sign
    other: str


@frozen
class InSlice:
    """The text falls into the first `slices` thousandths of all, by a hash; see `values.slices`.

    of: the name that goes into the hash; texts fall by another name in another way.
    """

    field: str
    of: str
    slices: int


@frozen
class Open:
    """The calendar is open at the decision's clock: an atom about the clock, not the lead."""

    calendar: Calendar

    @property
    def field(self) -> str:
        """The name under which the answer stands among a lead's values; no field has it.

        So everything that counts with fields counts with calendars too, see `fact`.
        """
        return f"open {self.calendar.name}"

    @property
    def fact(self) -> IsIn:
        """The same question, asked of the answer that stands among the values."""
        return IsIn(self.field, frozenset({True}))


@frozen
class Duplicate:
    """The lead was seen before: an atom about the history, not the lead.

    An earlier lead with another id is the same by one of the policy's identities.

    by: the fields of each identity. A lead that lacks one of every identity is new.
    version: ends the answer's name where two versions of a policy answer differently.
    """

    by: tuple[tuple[str, ...], ...] = ()
    version: str = ""

    @property
    def field(self) -> str:
        """The name under which the answer stands among a lead's values, as for `Open`."""
        return SEEN + self.version

    @property
    def fact(self) -> IsIn:
        """The same question, asked of the answer that stands among the values."""
        return IsIn(self.field, frozenset({True}))


@frozen
class During:
    """The decision's day is one of a validity: an atom about the clock, not the lead.

    first, last: the days from which and up to which it is, both included; None is no end.
    zone: whose days they are, by an IANA name.
    """

    first: date | None = None
    last: date | None = None
    zone: str = "UTC"

    @property
    def field(self) -> str:
        """The name under which the day stands among a lead's values, as for `Open`."""
        return f"{DAY_IN} {self.zone}"

    @property
    def fact(self) -> Between:
        """The same question, asked of the day that stands among the values."""
        return Between(self.field, self.first, self.last)


DAY_IN = "day in"
"""Begins the name of a decision's day in a time zone; no field has a name with a blank."""

SEEN = "seen before"
"""Among a lead's values: whether it is a duplicate. No field has a name with a blank."""

PREVIOUS_OWNER = "previous owner"
"""Among a lead's values: who last had one of the leads that it is a duplicate of."""

Pattern: TypeAlias = EndsWith | Contains | HasWord | Matches
"""Atoms that ask a text for more than its beginning."""

Age: TypeAlias = OlderThan | WithinLast | WithinNext | LaterThan
"""Atoms that ask how far from the decision's day a day is: the answer changes with it."""

Circumstance: TypeAlias = Open | Duplicate | During
"""Atoms that ask no field of the lead; the answer stands among its values by itself."""

Atom: TypeAlias = (
    Present | IsIn | InSlice | Between | StartsWith | Has | Pattern | Age | Beside | Circumstance
)

STANDINGS: Mapping[Sign, frozenset[int]] = MappingProxyType(
    {
        "<": frozenset({-1}),
        "<=": frozenset({-1, 0}),
        "=": frozenset({0}),
        "!=": frozenset({-1, 1}),
        ">=": frozenset({0, 1}),
        ">": frozenset({1}),
    }
)
"""Where the left field may stand for a sign to hold: below the other (-1), beside (0) or above."""

TURNED: Mapping[Sign, Sign] = MappingProxyType(
    {"<": ">", "<=": ">=", "=": "=", "!=": "!=", ">=": "<=", ">": "<"}
)
"""The same sign, read from the right."""


def fields_of(atom: Atom) -> tuple[str, ...]:
    """Return the fields of the lead that an atom asks, none for one of the clock or history."""
    if isinstance(atom, Beside):
        return atom.field, atom.other
    return () if isinstance(atom, Circumstance) else (atom.field,)


def standing(one: Any, two: Any) -> int:  # noqa: ANN401 - two values of one type
    """Return how a value stands to another of its type, see `STANDINGS`.

    Values that lie on no line stand above each other where they differ.

    >>> standing(3, 5), standing("DE", "DE"), standing("DE", "AT")
    (-1, 0, 1)
    """
    if one == two:
        return 0
    is_below = not isinstance(one, str | bool) and one < two
    return -1 if is_below else 1


@frozen
class And:
    """All of `parts`; with none, always true."""

    parts: tuple["Condition", ...]


@frozen
class Or:
    """At least one of `parts`; with none, never true."""

    parts: tuple["Condition", ...]


@frozen
class Not:
    """Plain negation: true where a missing field makes `part` false."""

    part: "Condition"


@frozen
class Named:
    """A territory or segment by name, with the condition that it stands for.

    kind: "territory" or "segment". meaning: the whole of it, with the parent's condition
    and, in a `first of` family, without the members before it.
    """

    kind: str
    name: str
    meaning: "Condition" = attribute(repr=False, eq=False)


Condition: TypeAlias = Atom | And | Or | Not | Named


def holds(atom: Atom, value: Value, today: date) -> bool:
    """Return whether `atom` holds for a value that is there, on that day.

    The interpreter, which is the oracle, says the same in words of its own. value: of the
    atom's field; whether a circumstance is given is the boolean that stands there.

    >>> holds(OlderThan("created", 7), date(2026, 1, 1), date(2026, 1, 9))
    True
    """
    match atom:
        case Present():
            return True
        case IsIn(_, wanted):
            return value in wanted
        case Between():
            return _is_between(atom, value)
        case StartsWith(_, text):
            return str(value).startswith(text)
        case EndsWith() | Contains() | HasWord() | Matches():
            return _is_in_text(atom, str(value))
        case Has(_, wanted):
            return isinstance(value, frozenset) and wanted in value
        case InSlice(_, of, slices):
            return slice_of(of, str(value)) < slices
        case OlderThan() | WithinLast() | WithinNext() | LaterThan():
            return isinstance(value, date) and _is_of_age(atom, (today - value).days)
        case Open() | Duplicate():
            return value is True
        case During(first, last):
            return _is_between(Between("", first, last), value)
        case Beside():
            raise AssertionError(atom)  # it asks two values, see `standing`
        case _:
            assert_never(atom)


def _is_in_text(atom: Pattern, whole: str) -> bool:
    match atom:
        case EndsWith(_, text):
            return whole.endswith(text)
        case Contains(_, text):
            return text in whole
        case HasWord(_, text):
            return has_word(whole, text)
        case Matches(_, pattern):
            return searcher(pattern)(whole)
        case _:
            assert_never(atom)


def _is_of_age(atom: Age, age: int) -> bool:
    """Return whether a day so many days ago, or below 0 ahead, is one that `atom` asks for."""
    match atom:
        case OlderThan(_, days):
            return age > days
        case WithinLast(_, days):
            return 0 <= age <= days
        case WithinNext(_, days):
            return -days <= age <= 0
        case LaterThan(_, days):
            return age < -days
        case _:
            assert_never(atom)


def _is_between(atom: Between, value: Any) -> bool:  # noqa: ANN401 - as the bounds are
    low, high = atom.low, atom.high
    if low is not None and (value < low or (atom.low_open and value == low)):
        return False
    return high is None or value < high or (not atom.high_open and value == high)


ALWAYS = And(())
NEVER = Or(())


def names_in(condition: Condition) -> Iterator[Named]:
    """Yield the names that are written in `condition`; what they stand for stays closed."""
    pending: list[Condition] = [condition]
    while pending:
        asked = pending.pop()
        if isinstance(asked, Atom):
            continue
        match asked:
            case And(parts) | Or(parts):
                pending.extend(reversed(parts))
            case Not(part):
                pending.append(part)
            case Named():
                yield asked
            case _:
                assert_never(asked)


def atoms(condition: Condition, opened: set[str] | None = None) -> Iterator[Atom]:
    """Yield every atom of `condition`, names opened, in written order, repeats included.

    opened: names that are not opened again; those that were are added.
    """
    pending: list[Condition] = [condition]
    while pending:
        asked = pending.pop()
        if isinstance(asked, Atom):
            yield asked
            continue
        match asked:
            case And(parts) | Or(parts):
                pending.extend(reversed(parts))
            case Not(part):
                pending.append(part)
            case Named(name=name, meaning=meaning):
                if opened is None:
                    pending.append(meaning)
                elif name not in opened:
                    opened.add(name)
                    pending.append(meaning)
            case _:
                assert_never(asked)
