"""Fields that found no column: a policy that waits for them decides nothing by them.

A file whose columns have other names routes every lead by the fallback, in order and
without an error. So a run says which fields found nothing and which column may be meant,
and where no field but one found anything, it isn't begun.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain, islice
from typing import cast

from turnout.dsl.conditions import PREVIOUS_OWNER, Duplicate, atoms, fields_of
from turnout.dsl.headers import Headers, Keys, column_key, letters_of
from turnout.dsl.lookups import looked_up_fields, sources
from turnout.dsl.policy import Block, Chain, Entry, Policy, Rule
from turnout.dsl.targets import said
from turnout.dsl.types import Field, field_beside
from turnout.dsl.wording import quoted
from turnout.frozen import frozen
from turnout.runtime.records import LeadsError, Record, Records

LOOKED_AT = 500
"""Records of JSON that are looked at before the first is decided."""

MOST_SHAPES = 10_000
_DEEPEST = 3
_NEAREST_OF = 2_000
_LONGEST_NAME = 100
_LISTED = 8


@frozen
class Unbound:
    """A field that found no column.

    meant: columns that it may stand in: several where it is unclear which, one that is
    called much alike, or none.
    """

    field: str
    meant: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What is to be said of it, with a remedy that can be followed."""
        said = f"no column is the field {self.field}"
        match self.meant:
            case ():
                return said
            case (column,):
                return f"{said}; if it is {column}, declare `from column {_written(column)}`"
            case columns:
                which = " or ".join(columns[:_LISTED])
                return (
                    f"{said}: it may be {which}; say which, such as"
                    f" `from column {_written(columns[0])}`"
                )


class Shapes:
    """The names that the records of a run have, as far as they differ from record to record."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._headers = Headers(fields)
        self._fields = fields
        self._seen: dict[Keys, None] = {}

    def add(self, record: object) -> None:
        """Note what names a record has, those inside its objects too."""
        if not isinstance(record, Mapping) or len(self._seen) >= MOST_SHAPES:
            return
        named = cast("Mapping[object, object]", record)
        keys = tuple(named)
        if any(isinstance(value, Mapping) for value in named.values()):
            keys = tuple(_names(named, _DEEPEST))
        self._seen.setdefault(keys)

    @property
    def is_empty(self) -> bool:
        """Whether no record was noted."""
        return not self._seen

    @property
    def columns(self) -> tuple[str, ...]:
        """The names, in order."""
        found = dict.fromkeys(name for keys in self._seen for name in keys)
        return tuple(name for name in found if isinstance(name, str))

    def bound(self) -> frozenset[str]:
        """Return the fields that some record has a column for."""
        return frozenset[str]().union(*(self._headers.binding(keys).fields for keys in self._seen))

    def unbound(self) -> tuple[Unbound, ...]:
        """Return the fields that no record has a column for, and no table can fill."""
        bindings = [self._headers.binding(keys) for keys in self._seen]
        bound = self.bound()
        taken = frozenset[str]().union(*(binding.columns for binding in bindings))
        free = [name for name in sorted(self.columns) if name not in taken and _is_sayable(name)]
        near = {column_key(name): name for name in reversed(free[:_NEAREST_OF])}
        found: list[Unbound] = []
        for name, field in self._fields.items():
            if name in bound or sources(field):
                continue
            unclear = next((each.unclear[name] for each in bindings if name in each.unclear), ())
            meant = tuple(filter(_is_sayable, unclear)) or _nearest(column_key(name), near)
            found.append(Unbound(name, meant))
        return tuple(found)


def _names(record: Mapping[object, object], depth: int) -> Iterator[object]:
    """Yield the names of a record, and of the objects in it as paths."""
    for name, value in record.items():
        yield name
        if isinstance(value, Mapping) and isinstance(name, str) and depth:
            inner = cast("Mapping[object, object]", value)
            for below in _names(inner, depth - 1):
                yield f"{name}.{below}"


def _is_sayable(column: str) -> bool:
    """Return whether a policy that declares the column would find it."""
    return len(column) <= _LONGEST_NAME and bool(letters_of(column))


def _written(column: str) -> str:
    return quoted(" ".join(column.replace("\0", "").split()))


def _nearest(key: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    around = [other for other in columns if key and (key in other or other in key)]
    close = get_close_matches(key, around or columns, n=1, cutoff=0.4 if around else 0.7)
    return tuple(columns[each] for each in close)


def begun(source: Records, shapes: Shapes, policy: Policy, route: str) -> Iterator[Record]:
    """Return the records, after a look at the first of them. Raises LeadsError.

    A header says what all records have; of JSON `LOOKED_AT` records are looked at.
    """
    first: list[Record] = []
    rows = iter(source)
    if source.columns is not None:
        shapes.add(dict.fromkeys(source.columns))
    else:
        first.extend(islice(rows, LOOKED_AT))
        for record in first:
            shapes.add(record.raw)
    if not shapes.is_empty:
        asked = asked_fields(policy, route)
        refused = refusal(source.name, shapes, policy.fields, asked)
        if refused is not None:
            raise refused
    return chain(first, rows)


def refusal(
    name: str, shapes: Shapes, fields: Mapping[str, Field], asked: Collection[str]
) -> LeadsError | None:
    """Return why a file is no file of leads of a policy, None where it may be.

    name: the file as messages call it. asked: the fields that the route decides by.
    """
    bound = shapes.bound()
    without = [each for each in shapes.unbound() if each.field in asked]
    if not without or len(bound) > 1 or (bound and len(fields) == 1):
        return None
    columns = _listed(shapes.columns) or "none"
    which = f"no field but {next(iter(bound))}" if bound else "no field"
    hints = [each.sentence for each in without if each.meant][:_LISTED]
    declared = f"the policy's fields are {_listed(fields)}; a field can say `from column [...]`"
    return LeadsError(
        f"{name} has a column for {which}: its columns are {columns}",
        "; ".join([*hints, declared]),
    )


def _listed(names: Iterable[str]) -> str:
    shown = [name[:_LONGEST_NAME] for name in islice(names, _LISTED + 1)]
    return ", ".join(shown[:_LISTED]) + (", ..." if len(shown) > _LISTED else "")


def asked_fields(policy: Policy, route: str) -> frozenset[str]:
    """Return the fields by which a route decides, those that tables and countries need too."""
    whole = policy.routes[route]
    found: set[str] = {name for name, field in policy.fields.items() if field.required}
    opened: set[str] = set()
    chains: list[Chain | None] = [whole.fallback]
    for entry in _entries(whole.entries):
        chains.append(entry.chain if isinstance(entry, Rule) else entry.fallback)
        for atom in atoms(entry.condition, opened):
            found.update(_compared(policy) if isinstance(atom, Duplicate) else fields_of(atom))
    for step in (step for each in chains for step in each or ()):
        reads = said(step.target).reads
        found.update(_compared(policy) if PREVIOUS_OWNER in reads else reads)
    for field in reversed(looked_up_fields(policy.fields)):
        if field.name in found:
            found.update(sources(field))
    for name in tuple(found):
        kind = policy.fields[name].type if name in policy.fields else None
        beside = None if kind is None else field_beside(kind)
        if beside:
            found.add(beside)
    return frozenset(found & policy.fields.keys())


def _entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        if isinstance(entry, Block):
            yield from _entries(entry.entries)


def _compared(policy: Policy) -> tuple[str, ...]:
    """Return the fields that tell whether a lead was seen before."""
    return tuple(name for each in policy.identities for name in each.fields)
