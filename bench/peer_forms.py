"""A route's rules in the forms of other engines, for `peers.py`.

Each function takes the rules, in order, and returns what decides a lead: the name of its
rule, or None. A lead is what the engine likes best to be given (`inputs`), made before any
time counts; a missing value is None, or absent where the engine has no such thing.

Only what `policies.py realistic` asks is translated; anything else is an error.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any, NamedTuple

from turnout.dsl.conditions import (
    And,
    Between,
    Condition,
    IsIn,
    Named,
    Not,
    Or,
    Present,
    StartsWith,
)

Rules = list[tuple[str, Condition]]
Decide = Callable[[Any], str | None]


class Peer(NamedTuple):
    """An engine with the rules in it. prepared: makes its input of a lead's values."""

    decide: Decide
    prepared: Callable[[dict[str, Any]], Any]


class Form(NamedTuple):
    """How a language writes a condition. value: a literal. of: a field of the lead.

    there: that a field has a value, to be asked before `ordered` and `starts`.
    """

    value: Callable[[Any], str]
    of: Callable[[str], str]
    there: str
    starts: str
    conjunction: str = " and "
    disjunction: str = " or "
    negation: str = "not ({})"
    nothing: str = "false"

    def written(self, condition: Condition) -> str:
        """Return the condition as the language writes it."""
        match condition:
            case Named(_, _, meaning):
                return self.written(meaning)
            case And(parts):
                return f"({self.conjunction.join(map(self.written, parts))})"
            case Or(parts):
                return f"({self.disjunction.join(map(self.written, parts))})"
            case Not(part):
                return self.negation.format(self.written(part))
            case Present(field):
                return f"({self.there.format(self.of(field))})"
            case IsIn(field, values):
                each = [f"{self.of(field)} == {self.value(one)}" for one in in_order(values)]
                return self.guarded(field, self.disjunction.join(each) or self.nothing)
            case Between():
                return self.guarded(condition.field, self.bounds(condition))
            case StartsWith(field, text):
                return self.guarded(field, self.starts.format(self.of(field), text))
            case _:
                raise AssertionError(condition)

    def guarded(self, field: str, asked: str) -> str:
        """Return a question that is asked only of a value that is there."""
        return f"({self.there.format(self.of(field))}{self.conjunction}({asked}))"

    def bounds(self, asked: Between) -> str:
        """Return that a number lies between two bounds."""
        of, found = self.of(asked.field), list[str]()
        if asked.low is not None:
            found.append(f"{of} {'>' if asked.low_open else '>='} {self.value(asked.low)}")
        if asked.high is not None:
            found.append(f"{of} {'<' if asked.high_open else '<='} {self.value(asked.high)}")
        return self.conjunction.join(found)


def in_order(values: Iterable[Any]) -> list[Any]:
    """Return the values of a set in an order of their own."""
    return sorted(values, key=str)


def plain(value: Any) -> Any:  # noqa: ANN401 - a literal of any type
    """Return a literal as JSON has it."""
    return int(value) if isinstance(value, Decimal) else value


# -- Python --

PYTHON = Form(
    lambda value: repr(plain(value)), str, "{} is not None", "{}.startswith({!r})", nothing="False"
)


def straight(rules: Rules, fields: Iterable[str]) -> Callable[[Mapping[str, Any]], str | None]:
    """Return one `if` for each rule, in order."""
    lines = [f"    {field} = get({field!r})" for field in fields]
    for name, condition in rules:
        lines += [f"    if {_python(condition)}:", f"        return {name!r}"]
    return _compiled(lines)


def nested(rules: Rules, fields: Iterable[str]) -> Callable[[Mapping[str, Any]], str | None]:
    """Return the same with what neighbours share asked once, and each segment once for all."""
    lines = [f"    {field} = get({field!r})" for field in fields]
    segments = {
        part.name: part
        for _, condition in rules
        for part in _conjuncts(condition)
        if isinstance(part, Named) and part.kind == "segment"
    }
    lines += [f"    is_{name} = {_python(part.meaning)}" for name, part in segments.items()]
    _nest([(name, _conjuncts(condition)) for name, condition in rules], 1, lines)
    return _compiled(lines)


def _nest(rules: list[tuple[str, list[Condition]]], depth: int, lines: list[str]) -> None:
    indent, at = "    " * depth, 0
    while at < len(rules):
        name, parts = rules[at]
        if not parts:
            lines.append(f"{indent}return {name!r}")
            return
        end = at + 1
        while end < len(rules) and rules[end][1] and rules[end][1][0] == parts[0]:
            end += 1
        lines.append(f"{indent}if {_asked(parts[0])}:")
        _nest([(each, rest[1:]) for each, rest in rules[at:end]], depth + 1, lines)
        at = end


def _asked(part: Condition) -> str:
    is_segment = isinstance(part, Named) and part.kind == "segment"
    return f"is_{part.name}" if is_segment else _python(part)


def _conjuncts(condition: Condition) -> list[Condition]:
    match condition:
        case And(parts):
            return [each for part in parts for each in _conjuncts(part)]
        case Named("territory", _, meaning):
            return _conjuncts(meaning)
        case _:
            return [condition]


def _python(condition: Condition) -> str:
    """Return a condition as people write it: without asking what need not be asked."""
    match condition:
        case Named(_, _, meaning):
            return _python(meaning)
        case And(parts):
            return f"({' and '.join(map(_python, parts))})"
        case Or(parts) if all(isinstance(part, StartsWith) for part in parts):
            field = parts[0].field
            texts = tuple(part.text for part in parts if isinstance(part, StartsWith))
            return f"({field} is not None and {field}.startswith({texts!r}))"
        case Or(parts):
            return f"({' or '.join(map(_python, parts))})"
        case IsIn(field, values) if len(values) > 1:
            return f"{field} in {{{', '.join(repr(plain(each)) for each in in_order(values))}}}"
        case IsIn(field, values):
            (value,) = values
            return f"{field} {'is' if isinstance(value, bool) else '=='} {plain(value)!r}"
        case Between(field, low, high, False, False) if low is not None and high is not None:
            return f"({field} is not None and {plain(low)!r} <= {field} <= {plain(high)!r})"
        case Not(part):
            return f"not {_python(part)}"
        case _:
            return PYTHON.written(condition)


def _compiled(lines: list[str]) -> Callable[[Mapping[str, Any]], str | None]:
    text = "\n".join(["def decide(values):", "    get = values.get", *lines, "    return None"])
    names: dict[str, Any] = {}
    exec(compile(text, "<rules>", "exec"), names)  # noqa: S102 - the bench's own policy
    made: Callable[[Mapping[str, Any]], str | None] = names["decide"]
    return made


# -- other engines --


def _with_all(values: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {field: plain(values.get(field)) for field in fields}


def zen_engine(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """A decision table whose cells are expressions, the first row that holds."""
    zen: Any = import_module("zen")

    form = Form(_json, str, "{} != null", 'startsWith({}, "{}")')
    rows = [
        {"_id": f"r{at}", "when": form.written(condition), "rule": json.dumps(name)}
        for at, (name, condition) in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": "when", "name": "when", "type": "expression"}],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule", "type": "expression"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "content": table,
            "position": {"x": 0, "y": 0},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": f"{one}-{two}", "type": "edge", "sourceId": one, "targetId": two}
        for one, two in (("in", "table"), ("table", "out"))
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def decide(lead: dict[str, Any]) -> str | None:
        found = decision.evaluate(lead)["result"]
        return found.get("rule") if found else None

    return Peer(decide, lambda values: _with_all(values, fields))


def datalogic(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """One `if` of JSONLogic."""
    session, rule, _ = _datalogic(rules)
    return Peer(lambda lead: session.evaluate(rule, lead), lambda values: _with_all(values, fields))


def datalogic_parsed(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """The same of leads that are in the engine already, which none is that is asked about once."""
    session, rule, parsed = _datalogic(rules)
    return Peer(
        lambda lead: session.evaluate_data(rule, lead),
        lambda values: parsed(json.dumps(_with_all(values, fields))),
    )


def _datalogic(rules: Rules) -> tuple[Any, Any, Any]:
    datalogic_py: Any = import_module("datalogic_py")
    asked: list[Any] = []
    for name, condition in rules:
        asked += [_jsonlogic(condition), name]
    made = datalogic_py.Engine()
    rule = made.compile(json.dumps({"if": [*asked, None]}))
    return made.session(), rule, datalogic_py.DataHandle


def _jsonlogic(condition: Condition) -> Any:  # noqa: ANN401 - JSON
    match condition:
        case Named(_, _, meaning):
            return _jsonlogic(meaning)
        case And(parts):
            return {"and": list(map(_jsonlogic, parts))}
        case Or(parts):
            return {"or": list(map(_jsonlogic, parts))}
        case Not(part):
            return {"!": [_jsonlogic(part)]}
        case Present(field):
            return {"!==": [{"var": field}, None]}
        case IsIn(field, values) if len(values) == 1:
            return {"===": [{"var": field}, plain(next(iter(values)))]}
        case IsIn(field, values):
            return {"in": [{"var": field}, in_order(values)]}
        case StartsWith(field, text):
            return {"===": [{"substr": [{"var": field}, 0, len(text)]}, text]}
        case Between(field, low, high):
            of = {"var": field}
            sides: list[Any] = [] if low is None else [{">=": [of, plain(low)]}]
            sign = "<" if condition.high_open else "<="
            sides += [] if high is None else [{sign: [of, plain(high)]}]
            return {"and": [{"!==": [of, None]}, *sides]}
        case _:
            raise AssertionError(condition)


def cedar(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """A policy for each rule; the first of those that permit is the answer."""
    cedarpy: Any = import_module("cedarpy")

    form = Form(_json, "context.{}".format, "{}", '{} like "{}*"', " && ", " || ", "!({})")
    form = form._replace(there="__there__{}")
    parts = [
        f"permit(principal, action, resource) when {{ {_has(form.written(condition))} }};"
        for _, condition in rules
    ]
    policies = cedarpy.PolicySet.from_str("\n".join(parts))
    entities = cedarpy.Entities.from_json_str("[]")
    numbers = {f"policy{at}": at for at in range(len(rules))}

    def decide(request: dict[str, Any]) -> str | None:
        reasons = cedarpy.is_authorized(request, policies, entities).diagnostics.reasons
        return rules[min(map(numbers.__getitem__, reasons))][0] if reasons else None

    def prepared(values: dict[str, Any]) -> dict[str, Any]:
        who = {name: f'Thing::"{name}"' for name in ("principal", "resource")}
        context = {field: plain(values[field]) for field in fields if field in values}
        return {**who, "action": 'Action::"route"', "context": context}

    return Peer(decide, prepared)


def _has(text: str) -> str:
    return text.replace("__there__context.", "context has ")


def rego(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """A set of the rules that hold, of which the first is the answer."""
    regopy: Any = import_module("regopy")

    lines = ["package turnout", "import rego.v1"]
    for at, (_, condition) in enumerate(rules):
        lines += [f"hits contains {at} if {{ {'; '.join(way)} }}" for way in _ways(condition)]
    interpreter = regopy.Interpreter()
    interpreter.add_module("turnout", "\n".join(lines))

    def decide(lead: str) -> str | None:
        interpreter.set_input_term(lead)
        found = json.loads(str(interpreter.query("data.turnout.hits")))
        hits = found["expressions"][0]
        return rules[min(hits)][0] if hits else None

    def prepared(values: dict[str, Any]) -> str:
        return json.dumps({field: plain(values[field]) for field in fields if field in values})

    return Peer(decide, prepared)


def _ways(condition: Condition, *, holds: bool = True) -> list[list[str]]:
    """Return a condition as alternatives of what holds together; `not` takes what is missing."""
    match condition, holds:
        case Named(_, _, meaning), _:
            return _ways(meaning, holds=holds)
        case Not(part), _:
            return _ways(part, holds=not holds)
        case (And(parts), True) | (Or(parts), False):
            found: list[list[str]] = [[]]
            for part in parts:
                found = [one + two for one in found for two in _ways(part, holds=holds)]
            return found
        case (Or(parts), True) | (And(parts), False):
            return [way for part in parts for way in _ways(part, holds=holds)]
        case Between(field, low, high), False if low is not None and high is not None:
            low_side = Between(field, low, None, condition.low_open, high_open=False)
            high_side = Between(field, None, high, low_open=False, high_open=condition.high_open)
            return _ways(low_side, holds=False) + _ways(high_side, holds=False)
        case _:
            asked = _rego(condition)
            return [[asked]] if holds else [[f"not {each}"] for each in asked.split("; ")]


def _rego(atom: Condition) -> str:
    match atom:
        case Present(field):
            return f"_ = input.{field}"
        case IsIn(field, values):
            wanted = [plain(each) for each in in_order(values)]
            if len(wanted) == 1:
                return f"input.{field} == {_json(wanted[0])}"
            return f"input.{field} in {{{', '.join(map(_json, wanted))}}}"
        case StartsWith(field, text):
            return f'startswith(input.{field}, "{text}")'
        case Between():
            form = Form(_json, "input.{}".format, "", "", "; ")
            return form.bounds(atom)
        case _:
            raise AssertionError(atom)


def cel(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """A program for each rule, asked in order."""
    engine: Any = import_module("cel")

    form = Form(_json, str, "{} != null", '{}.startsWith("{}")', " && ", " || ", "!({})")
    programs = [(name, engine.compile(form.written(condition))) for name, condition in rules]

    def decide(lead: Any) -> str | None:  # noqa: ANN401 - a context
        for name, program in programs:
            if program.execute(lead):
                return name
        return None

    return Peer(decide, lambda values: engine.Context(_with_all(values, fields)))


def rule_engine(rules: Rules, fields: tuple[str, ...]) -> Peer:
    """A rule for each, asked in order."""
    engine: Any = import_module("rule_engine")

    context = engine.Context(default_value=None)
    form = Form(_json, str, "{} != null", '{}.starts_with("{}")')
    compiled = [
        (name, engine.Rule(form.written(condition), context=context)) for name, condition in rules
    ]

    def decide(lead: dict[str, Any]) -> str | None:
        for name, rule in compiled:
            if rule.matches(lead):
                return name
        return None

    return Peer(decide, lambda values: _with_all(values, fields))


def _json(value: Any) -> str:  # noqa: ANN401 - a literal of any type
    return json.dumps(plain(value))


PEERS: dict[str, tuple[str, Callable[[Rules, tuple[str, ...]], Peer]]] = {
    "zen-engine": ("zen-engine", zen_engine),
    "datalogic-py": ("datalogic-py", datalogic),
    "datalogic-py, leads parsed before": ("datalogic-py", datalogic_parsed),
    "cedarpy": ("cedarpy", cedar),
    "regopy": ("regopy", rego),
    "common-expression-language": ("common-expression-language", cel),
    "rule-engine": ("rule-engine", rule_engine),
}
"""Each engine by its name: the distribution, and what puts the rules into it."""
