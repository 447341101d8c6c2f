"""What an expression of TaskRouter asks.

A key that isn't there is null: it equals nothing, so that `!=` and `NOT IN` hold for it, and
every other comparison with it is false.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from lark import Lark, Token, Tree, UnexpectedInput

from turnout.errors import Error
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, Nay, Operator, Some
from turnout.importing.plain_form import plain

LONGEST = 10_000
DEEPEST = 60

_Node: TypeAlias = Tree[Token] | Token
_NEVER = Some(())
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LINES: Mapping[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


class ExpressionError(Error):
    """An expression that no policy can ask."""


def expression_asks(text: str) -> Asked:
    """Return what an expression asks, in plain form. Raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("there is no expression")
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression of more than {LONGEST:,} characters")
    if text.count("(") + len(re.findall(r"\bNOT\b", text, re.IGNORECASE)) > DEEPEST:
        raise ExpressionError(f"an expression with more than {DEEPEST} parentheses")
    try:
        parser: Any = _parser()
        tree: _Node = parser.parse(text)
    except UnexpectedInput:
        raise ExpressionError(f"no policy asks {_shown(text)}") from None
    return plain(_asked(tree))


@cache
def _parser() -> Lark:
    grammar = files("turnout.importing.twilio").joinpath("task_expressions.lark")
    return Lark(grammar.read_text("utf-8"), parser="lalr")


def _shown(text: str) -> str:
    return repr(" ".join(text.split())[:100])


def _asked(node: _Node) -> Asked:
    if isinstance(node, Token):
        raise ExpressionError(f"{node} compares with nothing")
    parts = node.children
    match node.data:
        case "either":
            return Some(tuple(_asked(part) for part in parts))
        case "both":
            return Every(tuple(_asked(part) for part in parts))
        case "nay":
            return Nay(_asked(parts[0]))
        case "compared":
            return _compared(parts[0], str(parts[1]), parts[2])
        case "listed":
            return _listed(parts[0], str(parts[1]).upper(), parts[2])
        case "unlisted":
            return Nay(_listed(parts[0], str(parts[1]).upper(), parts[2]))
        case _:
            raise ExpressionError("a list compares with nothing")


def _compared(left: _Node, sign: str, right: _Node) -> Asked:
    if _is_name(right) and not _is_name(left):
        left, right, sign = right, left, _TURNED.get(sign, sign)
    if not _is_name(left):
        return _constant(left, sign, right)
    if _is_name(right) or isinstance(right, Tree):
        raise ExpressionError(f"no policy compares {left} with this")
    value = _value(right)
    if value is None:
        if sign in {"==", "=", "!="}:
            return Criterion(_key(left), "present" if sign == "!=" else "missing")
        return _NEVER
    if sign in _LINES:
        return Criterion(_key(left), _LINES[sign], (value,))
    same = Criterion(_key(left), "is", (value,))
    return Nay(same) if sign == "!=" else same


def _constant(left: _Node, sign: str, right: _Node) -> Asked:
    """Return what two constants say of each other, such as `1 == 1`."""
    if isinstance(left, Tree) or isinstance(right, Tree) or sign in _LINES:
        raise ExpressionError("no policy compares two constants so")
    return ALWAYS if (_value(left) == _value(right)) != (sign == "!=") else _NEVER


def _listed(left: _Node, word: str, right: _Node) -> Asked:
    if word == "IN" and _is_name(right) and isinstance(left, Token):
        left, right, word = right, left, "HAS"
    if not _is_name(left) or _is_name(right):
        raise ExpressionError(f"no policy asks this with {word}")
    values = _values(right)
    match word:
        case "IN":
            return Criterion(_key(left), "is", values) if values else _NEVER
        case "HAS" if len(values) == 1:
            return Criterion(_key(left), "has any", values)
        case "CONTAINS" if len(values) == 1:
            return Criterion(_key(left), "contains", values)
        case _:
            raise ExpressionError(f"{word} takes one value")


def _key(node: _Node) -> str:
    """Return the attribute of the task that a key names. Raises ExpressionError for another."""
    first, _, rest = str(node).partition(".")
    if first in {"worker", "workers", "taskrouter"} and rest:
        raise ExpressionError(f"no policy asks {node}, which is none of the task's attributes")
    return rest if first == "task" and rest else str(node)


def _is_name(node: _Node) -> bool:
    return isinstance(node, Token) and node.type == "NAME"


def _values(node: _Node) -> tuple[str, ...]:
    parts = node.children if isinstance(node, Tree) else [node]
    values = [_value(each) for each in parts]
    if None in values:
        raise ExpressionError("null stands in no list of a policy")
    return tuple(value for value in values if value is not None)


def _value(node: _Node) -> str | None:
    if isinstance(node, Tree) or node.type == "NAME":
        raise ExpressionError("a value is expected in the list")
    if node.type == "STRING":
        return re.sub(r"\\(.)", r"\1", str(node)[1:-1], flags=re.DOTALL)
    if node.type == "TRUTH":
        said = str(node).lower()
        return None if said == "null" else said
    number = str(node)
    return number.replace(".", "0.", 1) if number.lstrip("-").startswith(".") else number
