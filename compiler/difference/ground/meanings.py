"""Conditions by what they mean, so that two versions of a policy can be held together.

A condition becomes a node whose names are opened, whose `and`s and `or`s are flattened,
and whose parts have no order (hash consing: equal nodes are one number). Two conditions
with one number hold for the same leads, however they are written and whatever their names
are. Each number has one region, made when it is first asked for, so that what two
versions share is shared in their regions, too.
"""

from collections.abc import Hashable
from typing import assert_never

import attrs

from turnout.compiler.leads.regions import Region, Regions
from turnout.dsl.conditions import (
    And,
    Atom,
    Beside,
    Between,
    Condition,
    Contains,
    Duplicate,
    During,
    EndsWith,
    Has,
    HasWord,
    InSlice,
    IsIn,
    LaterThan,
    Matches,
    Named,
    Not,
    OlderThan,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
)
from turnout.frozen import define

_Key = tuple[Hashable, ...]


@define(eq=False)
class Meanings:
    """The numbers of the conditions met so far, also those of the atoms in them, in order."""

    atoms: dict[Atom, int] = attrs.Factory(dict[Atom, int])
    _numbers: dict[_Key, int] = attrs.Factory(dict[_Key, int])
    _keys: list[_Key] = attrs.Factory(list[_Key])

    def number(self, condition: Condition, names: dict[str, int]) -> int:
        """Return the number of what `condition` means.

        names: the numbers of the names that have been opened; one table for each version,
        because a name may mean one thing before and another after.
        """
        match condition:  # names and joints first: most conditions are
            case Named(name=name, meaning=meaning):
                if name not in names:
                    names[name] = self.number(meaning, names)
                return names[name]
            case Not(part):
                return self._negated(self.number(part, names))
            case And(parts) | Or(parts):
                word = "and" if isinstance(condition, And) else "or"
                return self._joined(word, [self.number(part, names) for part in parts])
            case (
                Present()
                | IsIn()
                | Between()
                | StartsWith()
                | EndsWith()
                | Contains()
                | HasWord()
                | Matches()
                | Has()
                | InSlice()
                | OlderThan()
                | WithinLast()
                | WithinNext()
                | LaterThan()
                | Beside()
                | Open()
                | Duplicate()
                | During()
            ):
                return self._of_atom(condition)
            case _:
                assert_never(condition)

    def _of_atom(self, atom: Atom) -> int:
        number = self.atoms.get(atom)
        if number is None:
            number = self.atoms[atom] = self._numbered(("atom", atom))
        return number

    def _negated(self, inner: int) -> int:
        key = self._keys[inner]
        if key[0] == "not":
            assert isinstance(key[1], int)
            return key[1]
        return self._numbered(("not", inner))

    def _joined(self, word: str, parts: list[int]) -> int:
        flat: set[int] = set()
        for part in parts:
            key = self._keys[part]
            flat.update(_inner(key) if key[0] == word else (part,))
        return flat.pop() if len(flat) == 1 else self._numbered((word, *sorted(flat)))

    def _numbered(self, key: _Key) -> int:
        number = self._numbers.setdefault(key, len(self._keys))
        if number == len(self._keys):
            self._keys.append(key)
        return number

    def key(self, number: int) -> _Key:
        """Return a node: its word, and the numbers of its parts or its atom."""
        return self._keys[number]


def _inner(key: _Key) -> tuple[int, ...]:
    return tuple(part for part in key[1:] if isinstance(part, int))


@define(eq=False)
class Sets:
    """The regions of numbered conditions in one space, each made once."""

    meanings: Meanings
    regions: Regions
    _known: dict[tuple[int, bool], Region] = attrs.Factory(dict[tuple[int, bool], Region])
    _forms: dict[object, int] = attrs.Factory(dict[object, int])
    _signs: dict[int, int] = attrs.Factory(dict[int, int])

    def region(self, number: int, *, holds: bool = True) -> Region:
        """Return the leads for which a condition holds, or those for which it doesn't."""
        known = self._known.get((number, holds))
        if known is None:
            known = self._known[number, holds] = self._made(self.meanings.key(number), holds=holds)
        return known

    def _made(self, key: _Key, *, holds: bool) -> Region:
        match key:
            case ("atom", atom):
                return self.regions.region(atom, holds=holds)  # type: ignore[arg-type]
            case ("not", int(inner)):
                return self.region(inner, holds=not holds)
            case (word, *_):
                parts = [self.region(part, holds=holds) for part in _inner(key)]
                is_and = (word == "and") == holds
                return self.regions.both(parts) if is_and else self.regions.any(parts)
            case _:
                raise AssertionError(key)

    def sign(self, number: int) -> int:
        """Return a number that is the same for conditions whose regions are plainly the same.

        Of two names in a `first of` family, say, the later one excludes the earlier, which
        may have changed without its taking any leads from the later.
        """
        if number not in self._signs:
            self._signs[number] = self._form(self.region(number))
        return self._signs[number]

    def _form(self, region: Region) -> int:
        eithers = [
            tuple(sorted(self._form(part) for part in either.alternatives))
            for either in region.eithers
        ]
        form = (region.box, tuple(sorted(eithers)))
        return self._forms.setdefault(form, len(self._forms))
