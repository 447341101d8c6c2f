"""The same questions, asked of z3: an independent judge of small policies.

Conditions are translated from the resolved policy, field by field: a number, a day or a
choice is an integer of z3 with a flag for missing, a decimal number a real one, and the day
of the decision one more integer. Only fields of numbers, days, choices and booleans can be
judged.
"""

import importlib
import operator as signs
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from turnout.compiler.program import RouteProgram
from turnout.dsl import types
from turnout.dsl.conditions import (
    And,
    Beside,
    Between,
    Condition,
    During,
    IsIn,
    LaterThan,
    Named,
    Not,
    OlderThan,
    Or,
    Ordered,
    Present,
    Sign,
    WithinLast,
    WithinNext,
)
from turnout.dsl.types import Field, Value

_SIGNS: Mapping[Sign, Callable[[Any, Any], Any]] = {
    "<": signs.lt,
    "<=": signs.le,
    ">": signs.gt,
    ">=": signs.ge,
    "=": signs.eq,
    "!=": signs.ne,
}


class Judge:
    """Reads conditions over one schema into z3, and answers about routes."""

    def __init__(self, fields: Mapping[str, Field], first: date | None = None) -> None:
        """Read conditions over `fields`, of leads that arrive from the day `first` on."""
        self._z3: Any = importlib.import_module("z3")
        self._fields = fields
        self._first = (first or date.min).toordinal()
        self._value = {
            name: self._z3.Real(name) if field.type.shape == "dense" else self._z3.Int(name)
            for name, field in fields.items()
        }
        self._today = self._z3.Int("today")
        self._there = {name: self._z3.Bool(f"{name}?") for name in fields}

    def unreached(self, route: RouteProgram) -> list[int]:
        """Return the clauses that no lead reaches."""
        solver = self._solver()
        found: list[int] = []
        for at, clause in enumerate(route.clauses):
            condition = self._read(clause.condition)
            if solver.check(condition) == self._z3.unsat:
                found.append(at)
            if not clause.lets_on:
                solver.add(self._z3.Not(condition))
        return found

    def has_gap(self, route: RouteProgram) -> bool:
        """Return whether some lead is taken by no clause."""
        solver = self._solver()
        for clause in route.clauses:
            if not clause.lets_on:
                solver.add(self._z3.Not(self._read(clause.condition)))
        return bool(solver.check() == self._z3.sat)

    def _solver(self) -> Any:  # noqa: ANN401 - z3 is not annotated
        solver = self._z3.Solver()
        last = date.max.toordinal()
        solver.add(self._today >= self._first, self._today <= last)
        for name, field in self._fields.items():
            value = self._value[name]
            match field.type:
                case types.Integer(low, high) | types.Number(low, high):
                    solver.add(*[value >= self._number(low)] if low is not None else [])
                    solver.add(*[value <= self._number(high)] if high is not None else [])
                case types.Date():
                    solver.add(value >= 1, value <= last)
                case types.Boolean():
                    solver.add(value >= 0, value <= 1)
                case types.OneOf(values):
                    solver.add(value >= 0, value < len(values))
                case other:
                    raise AssertionError(other)
            if field.required:
                solver.add(self._there[name])
        return solver

    def _read(self, condition: Condition) -> Any:  # noqa: ANN401 - as above
        z3 = self._z3
        match condition:
            case And(parts):
                return z3.And([self._read(part) for part in parts])
            case Or(parts):
                return z3.Or([self._read(part) for part in parts])
            case Not(part):
                return z3.Not(self._read(part))
            case Named(meaning=meaning):
                return self._read(meaning)
            case Present(field):
                return self._there[field]
            case IsIn(field, values):
                codes = [self._code(self._fields[field], value) for value in values]
                same = z3.Or([self._value[field] == code for code in codes])
                return z3.And(self._there[field], same)
            case Between(field, low, high, low_open, high_open):
                value = self._value[field]
                sides = [self._there[field]]
                if low is not None:
                    bottom = self._number(low)
                    sides.append(value > bottom if low_open else value >= bottom)
                if high is not None:
                    top = self._number(high)
                    sides.append(value < top if high_open else value <= top)
                return z3.And(sides)
            case OlderThan(field, days):
                return self._aged(field, lambda age: [age > days])
            case WithinLast(field, days):
                return self._aged(field, lambda age: [age >= 0, age <= days])
            case WithinNext(field, days):
                return self._aged(field, lambda age: [age >= -days, age <= 0])
            case LaterThan(field, days):
                return self._aged(field, lambda age: [age < -days])
            case During(first, last):
                ends = [self._today >= first.toordinal()] if first is not None else []
                ends += [self._today <= last.toordinal()] if last is not None else []
                return z3.And(ends)
            case Beside(field, operator, other):
                there = z3.And(self._there[field], self._there[other])
                one, two = self._value[field], self._value[other]
                return z3.And(there, _SIGNS[operator](one, two))
            case other:
                raise AssertionError(other)

    def _aged(self, field: str, asked: Callable[[Any], list[Any]]) -> Any:  # noqa: ANN401 - as above
        return self._z3.And(self._there[field], *asked(self._today - self._value[field]))

    def _number(self, value: Ordered) -> Any:  # noqa: ANN401 - as above
        if isinstance(value, date):
            return value.toordinal()
        return value if isinstance(value, int) else self._z3.RealVal(str(value))

    def _code(self, field: Field, value: Value) -> Any:  # noqa: ANN401 - as above
        if isinstance(field.type, types.OneOf):
            return field.type.values.index(str(value))
        assert isinstance(value, int | Decimal | date)
        return self._number(int(value) if isinstance(value, bool) else value)
