"""Targets that read the lead: who stands behind one may change although it stays.

`owner account_owner` sends a lead to whom one of its fields names, and `matching language`
looks for a member that serves another. Where the two versions give a lead different
values of such a field, its decision changes, though both say the same words. These leads
are a condition like any other; the targets are told apart by a mark on their field.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

import attrs

from turnout.compiler.difference.ground.sights import AFTER, BEFORE, Sight, View
from turnout.compiler.leads.universe import universe
from turnout.dsl import types
from turnout.dsl.conditions import (
    NEVER,
    And,
    Atom,
    Condition,
    Has,
    IsIn,
    Named,
    Not,
    Or,
    Present,
)
from turnout.dsl.targets import Target, renamed
from turnout.dsl.types import Lookup, Value
from turnout.dsl.values.picklists import picklist_key
from turnout.frozen import attribute, frozen


def marked(targets: Iterable[Target], fields: frozenset[str], suffix: str) -> tuple[Target, ...]:
    """Return the targets, with `suffix` behind each of `fields` that they read."""
    return tuple(
        renamed(target, lambda name: name + suffix if name in fields else name)
        for target in targets
    )


def unmarked(target: Target) -> Target:
    """Return the target as its policy has it."""
    return renamed(target, lambda name: name.removesuffix(BEFORE).removesuffix(AFTER))


@frozen
class Readings:
    """Where the versions give a lead different values of a field.

    types: what each field is to the old and to the new version. A field is asked for only
    where a target reads it, and answered once.
    """

    old: View
    new: View
    types: Mapping[str, tuple[types.FieldType, types.FieldType]]
    _known: dict[str, Condition | None] = attribute(
        factory=dict[str, "Condition | None"], eq=False, repr=False
    )

    def differ(self, name: str) -> Condition | None:
        """Return where the values of one field differ, over the shared fields.

        None where they never do, and where only one version has the field: then no target
        of the other reads it.
        """
        if name not in self._known:
            self._known[name] = self._made(name)
        return self._known[name]

    def _made(self, name: str) -> Condition | None:
        old, new = self.old.sights.get(name), self.new.sights.get(name)
        if old is None or new is None or (old == new and not old.is_pieced):
            return None
        changed = self._changed_keys(old, new)
        if changed is not None:
            # The most common change by far, and one atom whatever the size of the table.
            key, keys = changed
            looked_up = And((Not(new.present), self.new.atom(IsIn(key, keys))))
            return Named("field", f"{name} changed", looked_up) if keys else None
        ways: list[Condition] = []
        for before, after in self._answers(name, old, new):
            ways += [And((before, Not(after))), And((after, Not(before)))]
        return Named("field", f"{name} changed", Or(tuple(ways)))

    def _changed_keys(self, old: Sight, new: Sight) -> tuple[str, frozenset[Value]] | None:
        """Return the key of two lookups, and those of its values that have other rows.

        None where that isn't all that the versions do differently.
        """
        keys = {lookup.key for lookup in (*old.lookups, *new.lookups)}
        bare = attrs.evolve(old, lookups=()), attrs.evolve(new, lookups=())
        if bare[0] != bare[1] or bare[0].is_pieced or len(keys) != 1:
            return None
        (key,) = keys
        by = self.old.sights.get(key), self.new.sights.get(key)
        if by[0] is None or by[0] != by[1] or by[0].is_pieced:
            return None
        one, two = _merged(old.lookups), _merged(new.lookups)
        return key, frozenset(each for each in {**one, **two} if one.get(each) != two.get(each))

    def _answers(self, name: str, old: Sight, new: Sight) -> Iterator[tuple[Condition, Condition]]:
        """Yield the old and the new answer to whatever tells values apart that may differ."""
        yield self.old.atom(Present(name)), self.new.atom(Present(name))
        for was, now in _values(self.types[name], (*old.lookups, *new.lookups)):
            yield (
                NEVER if was is None else self.old.atom(_is(name, was, self.types[name][0])),
                NEVER if now is None else self.new.atom(_is(name, now, self.types[name][1])),
            )


def _is(name: str, value: Value, kind: types.FieldType) -> Atom:
    return (
        Has(name, str(value)) if isinstance(kind, types.AnyOf) else IsIn(name, frozenset({value}))
    )


def _values(
    of: tuple[types.FieldType, types.FieldType], lookups: tuple[Lookup, ...]
) -> Iterator[tuple[Value | None, Value | None]]:
    """Yield values as the old and the new version have them, None where one has it not."""
    was, now = of
    told = dict.fromkeys(value for each in lookups for value in each.values.values())
    match now:
        case types.OneOf() | types.AnyOf():
            if isinstance(was, types.OneOf | types.AnyOf) and type(was) is type(now):
                olds, news = ({picklist_key(v): v for v in each.values} for each in (was, now))
                yield from ((olds.get(key), news.get(key)) for key in {**olds, **news})
                return
        case types.PersonName() | types.Country():
            if type(was) is type(now):
                every = dict.fromkeys([*universe(was), *universe(now)])
                yield from ((value, value) for value in every)
                return
        case (
            types.Text()
            | types.Code()
            | types.Email()
            | types.Phone()
            | types.Domain()
            | types.Integer()
            | types.Number()
            | types.Money()
            | types.Boolean()
            | types.Date()
            | types.Subdivision()
            | types.Language()
        ):
            pass
        case _:
            assert_never(now)
    yield from ((value, value) for value in told)


def _merged(lookups: tuple[Lookup, ...]) -> Mapping[Value, Value]:
    """Return what several tables by one key say: the first that has a key is taken."""
    return {key: value for lookup in reversed(lookups) for key, value in lookup.values.items()}
