"""The same questions, asked of z3: an independent judge of small policies.

Conditions are translated from the resolved policy, field by field: a number or a choice
is an integer of z3 with a flag for missing. Only fields of numbers, choices and booleans
can be judged.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from turnout.compiler.program import RouteProgram
from turnout.dsl import types
from turnout.dsl.conditions import And, Between, Condition, IsIn, Named, Not, Or, Present
from turnout.dsl.types import Field, Value


class Judge:
    """Reads conditions over one schema into z3, and answers about routes."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._z3: Any = importlib.import_module("z3")
        self._fields = fields
        self._value = {name: self._z3.Int(name) for name in fields}
        self._there = {name: self._z3.Bool(f"{name}?") for name in fields}

    def unreached(self, route: RouteProgram) -> list[int]:
        """Return the clauses that no lead reaches."""
        solver = self._solver()
        found: list[int] = []
        for at, clause in enumerate(route.clauses):
            condition = self._read(clause.condition)
            if solver.check(condition) == self._z3.unsat:
                found.append(at)
            solver.add(self._z3.Not(condition))
        return found

    def has_gap(self, route: RouteProgram) -> bool:
        """Return whether some lead is taken by no clause."""
        solver = self._solver()
        for clause in route.clauses:
            solver.add(self._z3.Not(self._read(clause.condition)))
        return bool(solver.check() == self._z3.sat)

    def _solver(self) -> Any:  # noqa: ANN401 - z3 is not annotated
        solver = self._z3.Solver()
        for name, field in self._fields.items():
            value = self._value[name]
            match field.type:
                case types.Integer(low, high):
                    solver.add(*[value >= low] if low is not None else [])
                    solver.add(*[value <= high] if high is not None else [])
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
                    sides.append(value > low if low_open else value >= low)
                if high is not None:
                    sides.append(value < high if high_open else value <= high)
                return z3.And(sides)
            case other:
                raise AssertionError(other)

    def _code(self, field: Field, value: Value) -> int:
        match field.type:
            case types.OneOf(values):
                return values.index(str(value))
            case _:
                assert isinstance(value, int)
                return int(value)
