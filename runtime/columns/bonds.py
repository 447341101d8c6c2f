"""Fields that are read together, each combination of their raw values once.

A subdivision is read with its country, a domain is taken from an address, a branch is looked
up by a postcode. What depends on each other so is a bond; bonds know nothing of each
other, so that a lead is what its bonds say. Nearly every bond is a single field.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from turnout.compiler.plan.asking import FieldQuestion
from turnout.dsl.headers import Binding
from turnout.dsl.lookups import LookupRow, sources
from turnout.dsl.types import Field, Value, Values, field_beside, id_field
from turnout.dsl.values.canonical import said_text
from turnout.dsl.values.raw_leads import IssueRank, part_reader
from turnout.dsl.values.readers import reader
from turnout.dsl.values.reading import MISSING, Issue, Reader, Unread
from turnout.frozen import frozen
from turnout.runtime.columns.coding import Chunk, Codes, coded, combined
from turnout.runtime.columns.jit import Kernels
from turnout.runtime.columns.kernels import UNKNOWN
from turnout.runtime.columns.meeting_classes import Classed
from turnout.runtime.columns.ordinary import FEWEST, OrdinaryTexts, ordinary_texts
from turnout.runtime.columns.text_codes import TextCodes
from turnout.runtime.keys import id_reader
from turnout.runtime.leads import LACKING

MOST_REMEMBERED = 20_000
"""Combinations of texts that one bond remembers from chunk to chunk."""

_LONGEST_REMEMBERED = 100
_LACKING_STEP = 9  # after every step of reading
_SIGN, _ALL = 1 << 63, (1 << 64) - 1  # of a whole number of 64 bits


class BondValues(NamedTuple):  # one is made for every distinct text: a tuple is made fastest
    """What a bond's raw values come to.

    issues: each with its place among those of the lead. lacking: required fields without a
    value. boxes: those of the plan that take these values, as bits. id: of the lead, where the
    bond has that field.
    """

    values: Values
    issues: tuple[tuple[IssueRank, Issue], ...]
    lacking: tuple[str, ...]
    looked_up: tuple[LookupRow, ...]
    boxes: int
    id: str | None


class ToldValues:
    """What the distinct values of a bond come to; those of the next chunk come behind them.

    Numbers that are taken of each are taken once.
    """

    def __init__(self, values: Iterable[BondValues] = ()) -> None:
        self.values: list[BondValues] = [*values]
        self._numbers: dict[str, Codes] = {}

    def __getitem__(self, code: int) -> BondValues:
        """Return what the values with a code come to."""
        return self.values[code]

    def numbers(self, name: str, take: Callable[[BondValues], int]) -> Codes:
        """Return a number of each. name: tells what is taken from what else is."""
        known = self._numbers.get(name)
        begun = 0 if known is None else len(known)
        new = self.values[begun:] if begun else self.values
        if known is None or new:
            more = np.fromiter(map(take, new), np.int64, len(new))
            known = more if known is None else np.concatenate([known, more])
            self._numbers[name] = known
        return known


@frozen(eq=False)
class BondRead:
    """A bond in a chunk of leads. codes: which of `told` each lead has."""

    codes: Codes
    told: ToldValues

    def at(self, place: int) -> BondValues:
        """Return what the values of the lead at a place come to."""
        return self.told[int(self.codes[place])]

    def some(self, rows: Codes) -> "BondRead":
        """Return the bond in some of the leads, by their places."""
        return BondRead(self.codes[rows], self.told)

    def classes(self, number: Callable[[BondValues], int]) -> Classed:
        """Return for each lead the number that what its values come to is given."""
        return Classed(self.told.numbers("class", number).astype(np.int32), self.codes)

    def said(self) -> Codes:
        """Return for each lead a hash of its values, which adds up to that of the lead."""
        return self.told.numbers("said", _said).take(self.codes)

    def lacking(self) -> Codes | None:
        """Return for each lead how many required fields it lacks, None where none lacks any."""
        return self._some("lacking", _lacking)

    def issues(self) -> Codes | None:
        """Return for each lead how many issues its values have, None where none has any."""
        return self._some("issues", _issues)

    def looked_up(self) -> Codes | None:
        """Return for each lead how many rows its values were found by, None where none was."""
        return self._some("looked up", _rows)

    def _some(self, name: str, take: Callable[[BondValues], int]) -> Codes | None:
        numbers = self.told.numbers(name, take)
        return numbers.take(self.codes) if numbers.any() else None

    def ids(self) -> pa.Array:
        """Return for each lead its id, where the bond has that field."""
        return pa.array([each.id for each in self.told.values], pa.string()).take(
            pa.array(self.codes)
        )


@frozen(eq=False)
class OrdinaryRead(BondRead):
    """A bond of one field whose texts are mostly ordinary: these have the code 0.

    What `told` has first is what is the same for all of them; texts: as they arrived.
    """

    name: str
    texts: pa.Array
    is_id: bool

    def at(self, place: int) -> BondValues:
        """Return what the values of the lead at a place come to."""
        code = int(self.codes[place])
        if code:
            return self.told[code]
        text = cast("str", self.texts[place].as_py())
        value = text.lower()
        own_id = text if self.is_id else None
        of = {self.name: value}
        return self.told[0]._replace(values=of, id=own_id)

    def said(self) -> Codes:
        """Return for each lead a hash of its values."""
        found = BondRead.said(self)
        places = np.flatnonzero(self.codes == 0)
        low = pc.ascii_lower(self.texts.take(pa.array(places)))  # an ordinary text is ASCII
        hashed = np.fromiter(map(hash, cast("list[str]", low.to_pylist())), np.int64, len(places))
        hashed *= _weight(self.name)
        found[places] = hashed
        return found

    def ids(self) -> pa.Array:
        """Return for each lead its id."""
        odd = self.codes != 0
        if not self.is_id or not odd.any():
            return self.texts if self.is_id else BondRead.ids(self)
        own = pa.array([self.told[code].id for code in self.codes[odd].tolist()], pa.string())
        return pc.replace_with_mask(self.texts, pa.array(odd), own)


def _said(of: BondValues) -> int:
    return _signed(sum(_hash(name, value) for name, value in of.values.items()))


def _lacking(of: BondValues) -> int:
    return len(of.lacking)


def _issues(of: BondValues) -> int:
    return len(of.issues)


def _rows(of: BondValues) -> int:
    return len(of.looked_up)


def _hash(name: str, value: Value) -> int:
    """Return a hash of a field's value: that of the value, weighed by the field, in 64 bits."""
    return _signed(hash(value if isinstance(value, str) else said_text(value)) * _weight(name))


@lru_cache(maxsize=1_000)
def _weight(name: str) -> int:
    return _signed(hash(name) | 1)


def _signed(number: int) -> int:
    """Return what numpy makes of a number that is too large for 64 bits."""
    return (number + _SIGN & _ALL) - _SIGN


def bonds_of(
    fields: Mapping[str, Field], pairs: Iterable[Collection[str]]
) -> tuple[frozenset[str], ...]:
    """Return the bonds of a schema, in its order. pairs: fields that are asked together."""
    of = {name: {name} for name in fields}
    ties = [(name, *sources(field), *_beside(field)) for name, field in fields.items()]
    for tie in (*ties, *pairs):
        members = [of[name] for name in tie if name in of]
        joined = set[str]().union(*members)
        for name in joined:
            of[name] = joined
    return tuple({id(each): frozenset(each) for each in of.values()}.values())


def _beside(field: Field) -> tuple[str, ...]:
    other = field_beside(field.type)
    return () if other is None else (other,)


class Bond:
    """Reads one bond of leads of one shape.

    asked: what the plan asks of these fields; the answers are those of one day, `today`.
    """

    def __init__(
        self,
        names: frozenset[str],
        fields: Mapping[str, Field],
        binding: Binding,
        asked: Sequence[FieldQuestion],
        today: date,
    ) -> None:
        identifier = id_field(fields)
        self._columns = columns_of(binding, names)
        self._read = part_reader(fields, binding, names)
        self._required = {
            name: at
            for at, (name, field) in enumerate(fields.items())
            if field.required and name in names
        }
        self._asked = asked
        self._today = today
        self._id = identifier.name if identifier and identifier.name in names else None
        self._read_id = id_reader(fields)
        self._known: dict[tuple[object, ...], BondValues] = {}
        self._single = _single(fields, binding, names)
        self._ordinary = None
        if self._single is not None:
            field = fields[self._single[0]]
            self._ordinary = ordinary_texts(field, asked, is_id=self._id is not None)
        self._texts: dict[str, BondValues] = {}
        self._met, self._met_told = pa.array([], pa.string()), ToldValues()
        self._coding: TextCodes | None = None
        self._by_value = [each.accepts for each in asked if each.field]
        self._by_more = [each for each in asked if not each.field]

    @property
    def has_id(self) -> bool:
        """Whether the field that is the id is one of these."""
        return self._id is not None

    def read(self, chunk: Chunk, kernels: Kernels | None = None) -> BondRead:
        """Return what the bond's values come to, for each lead of a chunk.

        kernels: looks texts up by these.
        """
        if self._single is None:
            columns = [chunk.column(name) for name in self._columns]
            codes, combinations = combined(columns, chunk.size)
            return BondRead(codes, ToldValues(map(self._told, combinations)))
        texts = chunk.texts(self._columns[0])
        if texts is None:
            column = chunk.column(self._columns[0])
            return BondRead(column.codes, ToldValues(self._of_texts(column.raws, *self._single)))
        if self._ordinary is not None and len(texts):
            found = self._read_ordinary(self._ordinary, texts, kernels)
            if found is not None:
                return found
        if kernels is not None:
            return self._read_by_kernels(texts, kernels)
        return self._read_texts(texts, *self._single)

    def read_some(self, chunk: Chunk, rows: Codes, kernels: Kernels) -> BondRead | None:
        """Return the same for some leads alone, in their order; None where it takes all.

        rows: their places in the chunk, which rise.
        """
        if self._single is None or self._ordinary is not None:
            return None
        texts = chunk.texts(self._columns[0])
        return None if texts is None else self._read_by_kernels(texts, kernels, rows)

    def _read_by_kernels(
        self, texts: pa.Array, kernels: Kernels, rows: Codes | None = None
    ) -> BondRead:
        """Return the same, by a table of the texts of the chunks before."""
        assert self._single is not None, "a column of texts is that of a single field"
        if self._coding is None:
            self._coding, self._met_told = TextCodes(kernels), ToldValues()
        codes, firsts = self._coding.code(texts, rows)
        told = self._met_told
        if len(firsts):
            new = texts.take(pa.array(firsts if rows is None else rows[firsts])).to_pylist()
            told.values += self._of_texts(new, *self._single)
        left = np.flatnonzero(codes == UNKNOWN)
        if len(left):
            column = coded(texts.take(pa.array(left if rows is None else rows[left])))
            codes[left] = column.codes + len(told.values)
            told.values += self._of_texts(column.raws, *self._single)
            self._coding.skip(len(column.raws))
        if len(told.values) > MOST_REMEMBERED:
            self._coding = None  # the next chunk begins anew
        return BondRead(codes, told)

    def _read_texts(self, texts: pa.Array, name: str, read: Reader) -> BondRead:
        """Return what a column of texts comes to; those of the chunks before are known."""
        met, told = self._met, self._met_told
        if not len(met):
            column = coded(texts)
            new, codes = column.raws, column.codes
        else:
            found = pc.index_in(texts, met)
            new, is_known = (), not found.null_count
            codes = (found if is_known else found.fill_null(0)).to_numpy().astype(np.int64)
            if not is_known:
                places = np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False))
                column = coded(texts.take(pa.array(places)))
                new = column.raws
                codes[places] = column.codes + len(met)
        if new:
            told.values += self._of_texts(new, name, read)
            met = pa.concat_arrays([met, pa.array(new, pa.string())])
            longest = max(len(raw) for raw in new if isinstance(raw, str)) if any(new) else 0
            if len(met) > MOST_REMEMBERED or longest > _LONGEST_REMEMBERED:
                # the next chunk begins anew
                met, self._met_told = met.slice(0, 0), ToldValues()
            self._met = met
        return BondRead(codes, told)

    def _read_ordinary(
        self, ordinary: OrdinaryTexts, texts: pa.Array, kernels: Kernels | None
    ) -> BondRead | None:
        """Return what a column comes to of which most texts are ordinary, None for any other."""
        is_ordinary = ordinary.among(texts, kernels)
        if is_ordinary.mean() < FEWEST:
            return None
        assert self._single is not None, "an ordinary text is that of a single field"
        odd = np.flatnonzero(~is_ordinary)
        column = coded(texts.take(pa.array(odd)))
        codes = np.zeros(len(texts), np.int64)
        codes[odd] = column.codes + 1
        shared = BondValues({}, (), (), (), ordinary.boxes, None)
        told = ToldValues([shared, *self._of_texts(column.raws, *self._single)])
        return OrdinaryRead(codes, told, self._single[0], texts, self.has_id)

    def _of_texts(self, raws: Sequence[object], name: str, read: Reader) -> list[BondValues]:
        """Return what the distinct values of a single field come to; nearly all are texts."""
        known, found = self._texts, list[BondValues]()
        for raw in raws:
            if type(raw) is not str:
                found.append(self._told((raw,)))
                continue
            told = known.get(raw)
            if told is None:
                value = read(raw, None)
                if value is MISSING or isinstance(value, Unread):
                    told = self._new((raw,))
                else:
                    told = self._of_value(name, raw, value)
                if len(known) < MOST_REMEMBERED and len(raw) <= _LONGEST_REMEMBERED:
                    known[raw] = told
            found.append(told)
        return found

    def _of_value(self, name: str, raw: str, value: Value) -> BondValues:
        values, boxes = {name: value}, -1
        for accepts in self._by_value:
            boxes &= accepts(value)
        for each in self._by_more:
            boxes &= each.accepts(each.answering(values, self._today))
        own_id = self._read_id(raw, value) if self._id else None
        return BondValues(values, (), (), (), boxes, own_id)

    def _told(self, raws: tuple[object, ...]) -> BondValues:
        if not all(
            raw is None or (type(raw) is str and len(raw) <= _LONGEST_REMEMBERED) for raw in raws
        ):
            return self._new(raws)  # 1 and True are one key, and may be two values
        found = self._known.get(raws)
        if found is None:
            found = self._new(raws)
            if len(self._known) < MOST_REMEMBERED:
                self._known[raws] = found
        return found

    def _new(self, raws: tuple[object, ...]) -> BondValues:
        told, places = self._read(dict(zip(self._columns, raws, strict=True)))
        values = told.values
        issues = [*zip(places, told.issues, strict=True)]
        lacking = tuple(name for name in self._required if name not in values)
        noted = {issue.field for issue in told.issues} if lacking else ()
        for name in lacking:
            if name not in noted:
                place = _LACKING_STEP, self._required[name]
                issues.append((place, Issue(name, "", LACKING)))
        boxes = -1
        for each in self._asked:
            boxes &= each.accepts(each.answering(values, self._today))
        own_id = self._id and self._read_id(told.raw(self._id), values.get(self._id))
        return BondValues(values, tuple(issues), lacking, told.looked_up, boxes, own_id)


def _single(
    fields: Mapping[str, Field], binding: Binding, names: frozenset[str]
) -> tuple[str, Reader] | None:
    """Return the field and its reader where it is alone and stands in one column, else None."""
    name, *others = names
    if others or sources(fields[name]) or not any(field == name for field, _ in binding.plain):
        return None
    return name, reader(fields[name])


def columns_of(binding: Binding, names: Collection[str]) -> tuple[str, ...]:
    """Return the columns in which these fields may stand, in the order of their fields."""
    found = [column for name, column in binding.plain if name in names]
    for bound in binding.several:
        if bound.field in names:
            found += (column for place in bound.places for column in place.columns)
    for name, among in binding.unclear.items():
        found += among if name in names else ()
    return tuple(dict.fromkeys(found))
