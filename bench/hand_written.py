"""One CASE over a policy's clauses, as somebody writes it who knows SQL well, for `scale.py`.

A segment or territory that says more than one value is a column of a subquery, told once for each
lead; a comparison with what is missing is left to SQL, which takes it as not true; and lists are
`IN`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
from peer_forms import in_order, plain

from turnout.compiler.program import Clause
from turnout.dsl.conditions import (
    And,
    Between,
    Condition,
    Contains,
    EndsWith,
    Has,
    IsIn,
    Matches,
    Named,
    Not,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
)


class _Writer:
    """Writes conditions. columns: what is told once for each lead, by its name."""

    def __init__(self, today: date, facts: Mapping[str, bool], *, is_once: bool) -> None:
        self._today = today
        self._facts = facts
        self._is_once = is_once
        self.columns: dict[str, str] = {}

    def written(self, asked: Condition) -> str:  # noqa: C901 - one case for each kind
        """Return a condition that is true, or false or NULL."""
        match asked:
            case Named(_, name, meaning):
                return self._named(name, meaning)
            case And(parts):
                return f"({' AND '.join(map(self.written, parts)) or 'TRUE'})"
            case Or(parts):
                return f"({' OR '.join(map(self.written, parts)) or 'FALSE'})"
            case Not(Present(field)):
                return f'"{field}" IS NULL'
            case Not(part):
                return f"NOT COALESCE({self.written(part)}, FALSE)"
            case Present(field):
                return f'"{field}" IS NOT NULL'
            case IsIn(field, values):
                each = [_literal(one) for one in in_order(values)]
                return f'"{field}" = {each[0]}' if len(each) == 1 else _among(field, each)
            case Between():
                return _between(asked)
            case StartsWith(field, text):
                return f'starts_with("{field}", {_literal(text)})'
            case EndsWith(field, text):
                return f'ends_with("{field}", {_literal(text)})'
            case Contains(field, text):
                return f'contains("{field}", {_literal(text)})'
            case Matches(field, pattern):
                return f'regexp_matches("{field}", {_literal(f"(?i){pattern}")})'
            case Has(field, value):
                return f'list_contains("{field}", {_literal(value)})'
            case WithinLast(field, days):
                first = self._today - timedelta(days)
                return f"\"{field}\" BETWEEN DATE '{first}' AND DATE '{self._today}'"
            case Open(calendar):
                return str(self._facts[f"open {calendar.name}"])
            case _:
                raise AssertionError(asked)

    def _named(self, name: str, meaning: Condition) -> str:
        is_one = isinstance(meaning, IsIn) and len(meaning.values) == 1
        if is_one or not self._is_once:
            return self.written(meaning)
        if name not in self.columns:
            self.columns[name] = f"COALESCE({self.written(_opened(meaning))}, FALSE)"
        return f'"is_{name}"'


def _opened(meaning: Condition) -> Condition:
    """Return a condition with no name in it, as columns of one subquery can't ask each other."""
    match meaning:
        case Named(_, _, inner):
            return _opened(inner)
        case And(parts):
            return And(tuple(map(_opened, parts)))
        case Or(parts):
            return Or(tuple(map(_opened, parts)))
        case Not(part):
            return Not(_opened(part))
        case _:
            return meaning


def _literal(value: Any) -> str:  # noqa: ANN401 - whatever a condition holds
    told = plain(value)
    return "'{}'".format(told.replace("'", "''")) if isinstance(told, str) else str(told)


def _among(field: str, each: Sequence[str]) -> str:
    return f'"{field}" IN ({", ".join(each)})'


def _between(asked: Between) -> str:
    low, high = asked.low, asked.high
    parts: list[str] = []
    if low is not None:
        parts.append(f'"{asked.field}" {">" if asked.low_open else ">="} {_literal(low)}')
    if high is not None:
        parts.append(f'"{asked.field}" {"<" if asked.high_open else "<="} {_literal(high)}')
    return " AND ".join(parts)


@attrs.frozen
class Leads:
    """What a CASE is about: its clauses, and the leads in a table.

    required: fields without which no rule is asked. facts: which calendars are open.
    """

    clauses: Sequence[Clause]
    required: Sequence[str]
    source: str
    today: date
    facts: Mapping[str, bool]


def case_of(leads: Leads, *, is_once: bool) -> str:
    """Return a query for the number of each lead's clause.

    is_once: what segments and territories say is told once; else each condition is in full.
    """
    writer = _Writer(leads.today, leads.facts, is_once=is_once)
    told = [(number, writer.written(each.condition)) for number, each in enumerate(leads.clauses)]
    cases = [f"WHEN {condition} THEN {number}" for number, condition in told]
    if leads.required:
        lacking = " OR ".join(f'"{field}" IS NULL' for field in leads.required)
        cases.insert(0, f"WHEN {lacking} THEN {len(told)}")
    columns = [f'{said} AS "is_{name}"' for name, said in writer.columns.items()]
    within = f"(SELECT {', '.join(['*', *columns])} FROM {leads.source})"  # noqa: S608 - our own
    case = f"CASE {' '.join(cases)} ELSE {len(told)} END"
    return f"SELECT {case} AS clause_number FROM {within}"  # noqa: S608 - our own text
