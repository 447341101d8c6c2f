"""A condition of a policy as criteria of Salesforce, or by name what has no equal there.

`notEqual`, `notContain` and `excludes` hold for blank values, as a plain `not` does in a policy.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal, assert_never

from turnout.dsl import types
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
from turnout.dsl.headers import column_key
from turnout.dsl.policy import Policy
from turnout.dsl.types import Field, Value
from turnout.dsl.values import iso
from turnout.dsl.wording import written
from turnout.frozen import define
from turnout.importing.salesforce.described_fields import STANDARD_NAMES
from turnout.importing.salesforce.written_criteria import (
    ALWAYS_TRUE,
    NEVER_TRUE,
    AllCriteria,
    AnyCriterion,
    CriteriaLogic,
    NotSaidError,
    OneCriterion,
    one_value,
    value_lists,
)

_BLANK = ("equals", "")
_FILLED = ("notEqual", "")


@define
class ConditionWriter:
    """Writes the conditions of a policy. kind: of the object."""

    policy: Policy
    kind: str

    def logic(self, asked: Condition, *, holds: bool = True) -> CriteriaLogic:
        """Return criteria that hold where a condition does, or does not. Raises NotSaidError."""
        if isinstance(asked, Not):
            return self.logic(asked.part, holds=not holds)
        if isinstance(asked, Named):
            return self.logic(asked.meaning, holds=holds)
        if not isinstance(asked, And | Or):
            return self._atom(asked, holds=holds)
        is_all = isinstance(asked, And) == holds
        told = asked.parts if is_all else _said_once(asked.parts, holds=holds)
        inner = tuple(self.logic(part, holds=holds) for part in told)
        return AllCriteria(inner) if is_all else AnyCriterion(inner)

    def _atom(self, atom: Atom, *, holds: bool) -> CriteriaLogic:
        match atom:
            case Present(name) if self.policy.fields[name].required:
                return ALWAYS_TRUE if holds else NEVER_TRUE
            case Present(name):
                return self._test(name, _FILLED if holds else _BLANK)
            case IsIn():
                return self._values(atom, holds=holds)
            case Contains(name, text):
                return self._test(name, ("contains" if holds else "notContain", one_value(text)))
            case Has(name, value):
                if ";" in value:
                    raise NotSaidError(f"`{value}` has a semicolon, which joins values there")
                return self._test(name, ("includes" if holds else "excludes", one_value(value)))
            case StartsWith(name, text) if holds:
                return self._test(name, ("startsWith", one_value(text)))
            case Between():
                return self._line(atom.field, *_ends(atom), holds=holds)
            case OlderThan() | WithinLast() | WithinNext() | LaterThan():
                if atom.zone != "UTC":
                    raise NotSaidError("days are counted in a time zone", "leave `timezone` out")
                return self._line(atom.field, *_days(atom), holds=holds)
            case (
                StartsWith()
                | EndsWith()
                | HasWord()
                | Matches()
                | Beside()
                | Open()
                | Duplicate()
                | During()
                | InSlice()
            ):
                said = written(atom if holds else Not(atom), self.policy.fields)
                raise NotSaidError(f"`{said}` has no equal", "ask it in another way")
            case _:
                assert_never(atom)

    def _test(self, name: str, asked: tuple[str, str]) -> OneCriterion:
        return OneCriterion(self._name(name), *asked)

    def _values(self, atom: IsIn, *, holds: bool) -> CriteriaLogic:
        field = self.policy.fields[atom.field]
        is_code = self._name(atom.field).endswith("Code")
        texts = [
            text
            for value in sorted(atom.values, key=str)
            for text in _texts(field, value, is_code=is_code)
        ]
        operation = "equals" if holds else "notEqual"
        lists = [*value_lists(texts)]
        tests = tuple(self._test(atom.field, (operation, each)) for each in lists)
        return AnyCriterion(tests) if holds else AllCriteria(tests)

    def _line(self, name: str, *ends: tuple[str, str] | None, holds: bool) -> CriteriaLogic:
        """Return bounds, each a comparison; what they deny holds for blank values, too."""
        told = [end for end in ends if end is not None]
        if holds:
            return AllCriteria(tuple(self._test(name, end) for end in told))
        outside = tuple(self._test(name, (_OTHER[sign], value)) for sign, value in told)
        return AnyCriterion((*outside, self._test(name, _BLANK)))

    def _name(self, name: str) -> str:
        """Return what Salesforce calls a field, with its object."""
        columns = (*self.policy.fields[name].columns, name)
        known = STANDARD_NAMES[self.kind]
        for each in columns:
            if each.endswith("__c") and "." not in each:
                return f"{self.kind}.{each}"
            is_path = "." in each and " " not in each
            if is_path and "__r." not in each and not each.startswith(_OWN_PATHS):
                return each
        for each in columns:
            if (found := known.get(column_key(each))) is not None:
                return f"{self.kind}.{found}"
        raise NotSaidError(
            f"`{name}` has no column with a name that Salesforce knows of {self.kind.lower()}s",
            f'write `from column "{name.title()}__c"` behind its type',
        )


_OWN_PATHS = ("RecordType.", "CreatedBy.")
"""Ways to other objects which criteria name by the field that leads there."""


def _said_once(parts: tuple[Condition, ...], *, holds: bool) -> tuple[Condition, ...]:
    """Return parts of an `or` without what says only that a plain `not` holds for blank values.

    `x is not a or x is missing` is present and not a, or missing: it is `not x is a`.
    """
    if not holds:
        return parts
    lacking = {
        part.part.field
        for part in parts
        if isinstance(part, Not) and isinstance(part.part, Present)
    }
    kept: list[Condition] = []
    denied: set[str] = set()
    for part in parts:
        nay = _lone_denial(part)
        only = None if nay is None else _only_field(nay.part)
        if nay is None or only is None or only not in lacking:
            kept.append(part)
        else:
            denied.add(only)
            kept.append(nay)
    return tuple(
        part
        for part in kept
        if not (isinstance(part, Not) and isinstance(part.part, Present))
        or part.part.field not in denied
    )


def _lone_denial(part: Condition) -> Not | None:
    """Return the `not` of `not x`, or of `y is present and not x` for a list of values."""
    if isinstance(part, And) and len(part.parts) == 2:
        first, second = part.parts
        if isinstance(first, Present) and isinstance(second, Not):
            is_of_it = isinstance(second.part, IsIn) and second.part.field == first.field
            return second if is_of_it else None
    return part if isinstance(part, Not) else None


def _only_field(asked: Condition) -> str | None:
    """Return the one field that is asked for values, None where it is something else."""
    if isinstance(asked, IsIn | Contains | Has):
        return asked.field
    fields = {_only_field(part) for part in asked.parts} if isinstance(asked, Or) else set[str]()
    return fields.pop() if len(fields) == 1 else None


_OTHER: Mapping[str, str] = {
    "lessThan": "greaterOrEqual",
    "lessOrEqual": "greaterThan",
    "greaterThan": "lessOrEqual",
    "greaterOrEqual": "lessThan",
}


def _ends(atom: Between) -> Iterator[tuple[str, str] | None]:
    if atom.low is not None:
        yield ("greaterThan" if atom.low_open else "greaterOrEqual"), _plain_text(atom.low)
    if atom.high is not None:
        yield ("lessThan" if atom.high_open else "lessOrEqual"), _plain_text(atom.high)


def _days(
    atom: OlderThan | WithinLast | WithinNext | LaterThan,
) -> tuple[tuple[str, str] | None, ...]:
    days = atom.days
    back = f"LAST_N_DAYS:{days}" if days else "TODAY"
    ahead = f"NEXT_N_DAYS:{days}" if days else "TODAY"
    match atom:
        case OlderThan():
            return (("lessThan", back),)
        case WithinLast():
            return (("greaterOrEqual", back), ("lessOrEqual", "TODAY"))
        case WithinNext():
            return (("greaterOrEqual", "TODAY"), ("lessOrEqual", ahead))
        case LaterThan():
            return (("greaterThan", ahead),)
        case _:
            assert_never(atom)


def _texts(field: Field, value: Value, *, is_code: bool) -> Iterator[str]:
    """Yield how records may write a value. is_code: whether they have codes of places alone.

    A country or state is a text there that whoever entered it wrote, if no picklist has it.
    """
    code = str(value)
    if isinstance(field.type, types.Country):
        yield code
        names = () if is_code else _names_of("countries", "alpha_2", code)
    elif isinstance(field.type, types.Subdivision):
        country, _, part = code.partition("-")
        if country != "US":
            raise NotSaidError(f"{value} is no state of the US", "make the field a text")
        yield part
        names = () if is_code else _names_of("subdivisions", "code", code)
    else:
        yield _plain_text(value)
        names = ()
    yield from names


@cache
def _names_of(table: Literal["countries", "subdivisions"], key: str, code: str) -> tuple[str, ...]:
    """Return the names of a place by ISO, the common one first."""
    (row,) = [each for each in iso.rows(table) if each.get(key) == code]
    return tuple(dict.fromkeys(row[name] for name in ("common_name", "name") if name in row))


def _plain_text(value: Value) -> str:
    match value:
        case bool():
            return "True" if value else "False"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)
