"""A value where a condition is needed: `country is DE or AT`, `when pro`, `when always`.

Each is an unknown name to the language; what was meant is told, with the condition that
says it.
"""

from collections.abc import Iterator, Mapping, Sequence

from turnout.dsl import nodes, types
from turnout.dsl.findings import Finding, Fix, error
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.source import Span
from turnout.dsl.types import Field

_EVERYBODY = frozenset(
    [
        *("true", "always", "all", "any", "anyone", "anything", "everyone", "everybody"),
        *("everything", "otherwise", "default"),
    ]
)
_LISTED = {"is": "in", "in": "in", "is not": "not in", "not in": "not in", "has": "has any"}
"""How a test is asked of several values, by how it is asked."""


def report_values_beside(
    parts: tuple[nodes.ConditionNode, ...], fields: Mapping[str, Field], scope: Scope
) -> frozenset[int]:
    """Report the values that follow a test of their field behind `or`, and return their places.

    parts: what `or` joins.
    """
    found: set[int] = set()
    for at, part in enumerate(parts):
        test = part.parts[-1] if isinstance(part, nodes.All) else part
        if not isinstance(test, nodes.Test) or test.operator not in _LISTED or test.table:
            continue
        field = fields.get(test.field.text)
        beside = [] if field is None else list(_values_behind(test.span, parts[at + 1 :]))
        while field is not None and beside and not _is_value(beside[-1], field, scope):
            beside.pop()
        if field is not None and beside and all(_is_value(x, field, scope) for x in beside):
            _report_several(test, beside, field, scope)
            found |= set(range(at + 1, at + 1 + len(beside)))
    return frozenset(found)


def _values_behind(before: Span, parts: tuple[nodes.ConditionNode, ...]) -> Iterator[nodes.Name]:
    """Yield the names that stand alone behind a test, with nothing but `or` between."""
    for part in parts:
        between = part.span.source.text[before.end : part.span.start]
        if not isinstance(part, nodes.Bare) or between.split() != ["or"]:
            return
        yield part.name
        before = part.span


def _is_value(name: nodes.Name, field: Field, scope: Scope) -> bool:
    if not _is_free(name, scope) or read_literal(field, name.text)[0] is None:
        return False
    kinds = ("field", "territory", "segment")
    near = nearest(name.text, [each for kind in kinds for each in scope.declared.of_kind(kind)])
    return field.type.shape != "text" or near is None  # any word is a text, a misspelt name too


def _is_free(name: nodes.Name, scope: Scope) -> bool:
    """Return whether nothing has the name, and no syntax error may have hidden what has."""
    declared = scope.declared
    return declared.kind_of(name.text) is None and name.text not in declared.given_up


def _report_several(
    test: nodes.Test, beside: Sequence[nodes.Name], field: Field, scope: Scope
) -> None:
    operands = test.operands if isinstance(test.operands, tuple) else ()
    listed = ", ".join([each.span.text for each in operands] + [each.text for each in beside])
    written = f"{field.name} {_LISTED[test.operator]} [{listed}]"
    said = " and ".join(f"`{each.text}`" for each in beside)
    be = "is a value" if len(beside) == 1 else "are values"
    scope.findings.append(
        _instead(
            beside[0].span,
            f"{said} {be} of `{field.name}`, not a condition",
            Fix(
                f"write `{written}`",
                Span(test.span.source, test.span.start, beside[-1].span.end),
                written,
            ),
        )
    )


def is_reported_value(name: nodes.Name, fields: Mapping[str, Field], scope: Scope) -> bool:
    """Report a name alone that is a value, or a word for every lead; else return False."""
    if not _is_free(name, scope):
        return False
    if name.text.lower() in _EVERYBODY:
        message = f"`{name.text}` asks nothing of a lead"
        advice = "leave `when` out: a rule without it takes every lead, as a `fallback` does"
        scope.report("unknown-name", name.span, message, help=advice)
        return True
    of = [field for field in fields.values() if _is_listed(name.text, field)]
    if len(of) != 1:
        return False
    word = "has" if isinstance(of[0].type, types.AnyOf) else "is"
    written = f"{of[0].name} {word} {name.text}"
    message = f"`{name.text}` is a value of `{of[0].name}`, not a condition"
    fix = Fix(f"write `{written}`", name.span, written)
    scope.findings.append(_instead(name.span, message, fix))
    return True


def _is_listed(text: str, field: Field) -> bool:
    return isinstance(field.type, types.OneOf | types.AnyOf) and text in field.type.values


def _instead(span: Span, message: str, fix: Fix) -> Finding:
    return error("unknown-name", span, message, help=fix.title, fixes=(fix,))
