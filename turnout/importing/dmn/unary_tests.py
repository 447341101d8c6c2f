"""What a unary test of FEEL asks of an input, null included.

Null equals null alone, and is neither in an interval nor out of one. So `not("a")` holds for
what is missing, and `not([1..5])` does not.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from lark import Lark, Token, Tree, UnexpectedInput

from turnout.dsl.patterns import pattern_problem
from turnout.errors import Error
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Operator, Some

LONGEST = 10_000

_Node: TypeAlias = Tree[Token] | Token
_SIGNS: Mapping[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_OTHER: Mapping[Operator, Operator] = {
    "<": ">=",
    "<=": ">",
    ">": "<=",
    ">=": "<",
    "is": "is not",
    "is not": "is",
}


class UnaryTestError(Error):
    """A unary test that no policy can ask."""


def unary_test(field: str, text: str) -> Asked:
    """Return what a unary test asks of a field. Raises UnaryTestError."""
    if not text.strip():
        return ALWAYS
    tree = _parsed(text)
    if tree.data == "anything":
        return ALWAYS
    tests = [_test(field, _tree(each)) for each in tree.children]
    return _none_of(field, tests) if tree.data == "none" else _some_of(field, tests)


def feel_literal(text: str) -> str | None:
    """Return the value of a literal as a text, None for null or nothing. Raises UnaryTestError."""
    if not text.strip() or text.strip() == "-":
        return None
    tree = _parsed(text)
    if tree.data == "some" and len(tree.children) == 1:
        (only,) = tree.children
        if isinstance(only, Tree) and only.data == "equal":
            return _value(only.children[0])
    raise UnaryTestError(f"{_shown(text)} is no literal")


def _parsed(text: str) -> Tree[Token]:
    if len(text) > LONGEST:
        raise UnaryTestError(f"a test of more than {LONGEST:,} characters")
    try:
        parser: Any = _parser()
        tree: Tree[Token] = parser.parse(text)
    except UnexpectedInput:
        raise UnaryTestError(f"no policy asks {_shown(text)}") from None
    return tree


@cache
def _parser() -> Lark:
    grammar = files("turnout.importing.dmn").joinpath("unary_tests.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr")


def _shown(text: str) -> str:
    return repr(" ".join(text.split())[:100])


def _tree(node: _Node) -> Tree[Token]:
    assert isinstance(node, Tree)
    return node


def _test(field: str, test: Tree[Token]) -> Asked:
    """Return what one test asks."""
    parts = test.children
    match test.data:
        case "equal":
            return _compared(field, "=", _value(parts[0]))
        case "compared":
            return _compared(field, str(parts[0]), _value(parts[1]))
        case "interval" | "open_interval" | "closed_open" | "all_open":
            low, high = (each for each in parts if not _is_bracket(each))
            first = test.data not in {"open_interval", "all_open"} and str(parts[0]) == "["
            last = test.data not in {"closed_open", "all_open"} and str(parts[-1]) == "]"
            return Every(
                (
                    _compared(field, ">=" if first else ">", _value(low)),
                    _compared(field, "<=" if last else "<", _value(high)),
                )
            )
        case "of_text":
            return _of_text(field, " ".join(str(parts[0]).split()), _value(parts[1]) or "")
        case _:
            raise AssertionError(test.data)


def _of_text(field: str, function: str, text: str) -> Asked:
    """Return a test of a part of a text, or of its pattern."""
    operators: Mapping[str, Operator] = {
        "contains": "contains",
        "starts with": "starts with",
        "ends with": "ends with",
        "matches": "matches",
    }
    operator = operators[function]
    if not text or (operator != "matches" and text != text.strip()):
        raise UnaryTestError(f"no policy asks {function} {text!r}")
    if operator == "matches" and (problem := pattern_problem(text)) is not None:
        raise UnaryTestError(f"no policy asks matches {text!r}: {problem.message}")
    return Criterion(field, operator, (text,))


def _is_bracket(node: _Node) -> bool:
    return isinstance(node, Token) and node.type in {"OPEN", "CLOSE"}


def _compared(field: str, sign: str, value: str | None) -> Asked:
    if value is None:
        if sign in {"=", "!="}:
            return Criterion(field, "missing" if sign == "=" else "present")
        raise UnaryTestError("nothing is less or more than null")
    if sign == "!=":
        return Some((Criterion(field, "is not", (value,)), Criterion(field, "missing")))
    return Criterion(field, _SIGNS.get(sign, "is"), (value,))


def _value(node: _Node) -> str | None:
    if isinstance(node, Tree):
        return _value(node.children[0])  # date("2026-01-01")
    match node.type:
        case "NULL":
            return None
        case "AT":
            return str(node)[2:-1]
        case "STRING":
            return _unescaped(str(node))
        case "NUMBER":
            number = str(node)
            return number.replace(".", "0.", 1) if number.lstrip("-").startswith(".") else number
        case _:
            return str(node)


def _unescaped(text: str) -> str:
    try:
        said = json.loads(text, strict=False)
    except ValueError:
        raise UnaryTestError(f"{_shown(text)} has an escape that JSON doesn't have") from None
    assert isinstance(said, str)
    return said


def _some_of(field: str, tests: list[Asked]) -> Asked:
    """Return that one test holds; several values are one list."""
    values = tuple(
        value
        for each in tests
        if isinstance(each, Criterion) and each.operator == "is"
        for value in each.values
    )
    rest = [each for each in tests if not (isinstance(each, Criterion) and each.operator == "is")]
    parts: list[Asked] = [Criterion(field, "is", values)] if values else []
    parts += rest
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _none_of(field: str, tests: list[Asked]) -> Asked:
    """Return that no test holds: for null where all of them ask for values."""
    values: list[str] = []
    others: list[Asked] = []
    asks_null = False
    for each in tests:
        match each:
            case Criterion(operator="is", values=found):
                values += found
            case Criterion(operator="missing"):
                asks_null = True
            case Criterion(operator=operator, values=found) if operator in _OTHER:
                others.append(Criterion(field, _OTHER[operator], found))
            case Every((Criterion() as low, Criterion() as high)):
                below = Criterion(field, _OTHER[low.operator], low.values)
                others.append(Some((below, Criterion(field, _OTHER[high.operator], high.values))))
            case Criterion(operator="contains" | "starts with" | "ends with" | "matches"):
                others.append(Every((Criterion(field, "present"), Nay(each))))
            case Some((Criterion(operator="is not", values=found), _)):
                others.append(Criterion(field, "is", found))
            case _:
                raise UnaryTestError("no policy asks the opposite of this")
    parts: list[Asked] = [Criterion(field, "is not", tuple(values))] if values else []
    if not others and not asks_null:
        return Some((*parts, Criterion(field, "missing")))
    parts += others or ([] if values else [Criterion(field, "present")])
    return parts[0] if len(parts) == 1 else Every(tuple(parts))
