"""Which column of a source each field's value stands in.

A source has its own words for what a policy calls `state`: "State", "State/Province (text
only)", "# Employees", `{"Account": {"Type": ...}}`. A name is looked for in three steps, and
the first that finds something counts:

1. the name itself, letter by letter;
2. the name without regard to case, blanks, hyphens and underscores; several columns that
   are the same in this way all count;
3. its letters and digits alone, but only where a single column has them: of "Revenue ($)"
   and "Revenue (%)" neither is `revenue`.

A field that declares columns (`from column [...]`) is looked for under those, in order, and
under its own name only where none of them is there. A declared name that is no column may be
a path into objects: "Account.Type" is `Type` of `Account`. The headers of a policy's own
tables follow the same steps.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias, cast

from turnout.dsl.types import Field, field_beside
from turnout.frozen import frozen

MOST_REMEMBERED = 200_000
"""Names in the headers that one `Headers` remembers."""

_OVERLOOKED = re.compile(r"[\s\-_\ufeff\0]+")
_COUNTING = ("L", "M", "N")  # letters, the marks that some scripts write vowels with, digits

Keys: TypeAlias = tuple[Hashable, ...]
"""The names of one record, in order: those that are no texts mean nothing."""


@lru_cache(maxsize=8192)
def column_key(name: str) -> str:
    """Return what of a column's name counts in the second step.

    >>> column_key("Postal Code") == column_key("postal_code")
    True
    """
    return _OVERLOOKED.sub("", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=8192)
def letters_of(name: str) -> str:
    """Return what of a column's name counts in the third step, "" for signs alone.

    >>> letters_of("# Employees"), letters_of("State/Province (text only)")
    ('employees', 'stateprovincetextonly')
    """
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in _COUNTING)


@frozen
class ColumnPath:
    """Where a name stands in a record.

    columns: the names that mean it, several only where they differ in case, blanks, hyphens
    or underscores. path: what is left of the name, to be looked for in the object there.
    """

    columns: tuple[str, ...]
    path: str = ""


@frozen
class Bound:
    """The places of one field in records with the same names, the best first; never empty.

    is_declared: the policy names them, so that a second one with another value is no surprise.
    """

    field: str
    places: tuple[ColumnPath, ...]
    is_declared: bool


@frozen
class Binding:
    """Where the fields stand in records with the same names.

    plain: fields that stand in one column, with it; several: the others. unclear: fields
    that may be one of several columns, so that none of them counts.
    """

    plain: tuple[tuple[str, str], ...]
    several: tuple[Bound, ...]
    unclear: Mapping[str, tuple[str, ...]]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that are found."""
        return frozenset([name for name, _ in self.plain] + [each.field for each in self.several])

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are some field's."""
        found = (place.columns for each in self.several for place in each.places)
        return frozenset([column for _, column in self.plain]).union(*found)


class ColumnNames:
    """The names of one record or header, found by what counts of them."""

    def __init__(self, names: Iterable[object]) -> None:
        self._exact: dict[str, None] = {}
        for name in names:
            if isinstance(name, str):
                self._exact[name] = None
        self._by_key = _grouped(self._exact, column_key)
        self._by_letters: Mapping[str, tuple[str, ...]] | None = None

    def find(self, name: str, taken: Collection[str] = ()) -> tuple[str, ...]:
        """Return the columns that `name` means, () where none does or it is unclear which.

        taken: columns that are others' to the letter.
        """
        return self._close(name, taken) or self._only(self.like(name), taken)

    def exactly(self, name: str) -> tuple[str, ...]:
        """Return the column of that very name."""
        return (name,) if name in self._exact else ()

    def like(self, name: str) -> tuple[str, ...]:
        """Return the columns with the letters and digits of `name`."""
        if self._by_letters is None:
            self._by_letters = _grouped(self._exact, letters_of)
        letters = letters_of(name)
        return self._by_letters.get(letters, ()) if letters else ()

    def _close(self, name: str, taken: Collection[str]) -> tuple[str, ...]:
        key = column_key(name)
        close = [each for each in self._by_key.get(key, ()) if key and each not in taken]
        if name in self._exact:  # it comes first
            return (name, *(each for each in close if each != name))
        return tuple(close)

    def _only(self, columns: tuple[str, ...], taken: Collection[str]) -> tuple[str, ...]:
        free = tuple(each for each in columns if each not in taken)
        return free if len(free) == 1 else ()

    def place(self, name: str) -> ColumnPath | None:
        """Return where a declared name stands, as a column or as a path into an object."""
        columns = self.find(name)
        if columns:
            return ColumnPath(columns)
        at = name.rfind(".")
        while at > 0:
            columns = self.find(name[:at])
            if columns and at + 1 < len(name):
                return ColumnPath(columns, name[at + 1 :])
            at = name.rfind(".", 0, at)
        return None


def _grouped(names: Iterable[str], key: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return {of: tuple(group) for of, group in groups.items()}


class Headers:
    """Finds the fields of a lead schema among the names that records have."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = fields
        # Of two fields with one key the first has it; the other has its exact name.
        self._first: dict[str, str] = {}
        for name in fields:
            self._first.setdefault(column_key(name), name)
        self._known: dict[Keys, Binding] = {}
        self._size = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(self._fields)

    @property
    def count(self) -> int:
        """How many fields there are."""
        return len(self._fields)

    def binding(self, keys: Keys) -> Binding:
        """Return where the fields stand in a record with these names."""
        known = self._known.get(keys)
        if known is None:
            known = self._bind(keys)
            if self._size + len(keys) <= MOST_REMEMBERED:
                self._known[keys] = known
                self._size += len(keys) + 1
        return known

    def _bind(self, keys: Keys) -> Binding:
        names = ColumnNames(keys)
        plain: list[tuple[str, str]] = []
        several: list[Bound] = []
        unclear: dict[str, tuple[str, ...]] = {}
        for name, field in self._fields.items():
            places = tuple(self._places(field, names))
            if not places:
                maybe = self._unclear(field, names)
                if maybe:
                    unclear[name] = maybe
            elif len(places) == 1 and len(places[0].columns) == 1 and not places[0].path:
                plain.append((name, places[0].columns[0]))
            else:
                several.append(Bound(name, places, bool(field.columns)))
        # What is read together with another field last: which of two can be read depends on that.
        several.sort(key=lambda each: field_beside(self._fields[each.field].type) is not None)
        return Binding(tuple(plain), tuple(several), unclear)

    def _places(self, field: Field, names: ColumnNames) -> Iterator[ColumnPath]:
        declared = [names.place(column) for column in field.columns]
        if found := list(dict.fromkeys(each for each in declared if each is not None)):
            yield from found
            return
        is_first = self._first.get(column_key(field.name)) == field.name
        columns = names.find(field.name, self._fields) if is_first else names.exactly(field.name)
        if columns:
            yield ColumnPath(columns)

    def _unclear(self, field: Field, names: ColumnNames) -> tuple[str, ...]:
        """Return the columns of which a field may be any."""
        for name in (*field.columns, field.name):
            if len(like := names.like(name)) > 1:
                return like
        return ()


def value_at(record: object, path: str) -> object:
    """Return what stands at a path into an object, None where nothing does."""
    if not isinstance(record, Mapping):
        return None
    found = ColumnNames(cast("Mapping[object, object]", record)).place(path)
    if found is None:
        return None
    values = (cast("Mapping[str, object]", record)[column] for column in found.columns)
    value = next((each for each in values if each is not None), None)
    return value_at(value, found.path) if found.path else value
