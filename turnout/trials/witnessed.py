"""A test made of a finding's witness: the lead, and what becomes of it as the policy stands.

Whoever mends the policy changes what is expected, and keeps the lead that showed the fault.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from turnout.compiler.program import Program
from turnout.dsl import nodes
from turnout.dsl.expectations import TestCase
from turnout.dsl.formatting import formatted
from turnout.dsl.parse import parse
from turnout.dsl.resolve.declarations import declarations
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tests import MAX_NAME, TestReader
from turnout.dsl.source import Source
from turnout.dsl.wording import quoted
from turnout.trials.generation import expectations
from turnout.trials.testing import Tester


def witness_test(
    program: Program, route: str, fields: Mapping[str, object], title: str
) -> str | None:
    """Return a test of a raw lead in canonical form; it passes as the policy stands.

    program: of a policy without an error in its text. title: what the test is about; its name
    is made of it. None where the lead can't be written as one.
    """
    name = _name(program, title)
    lead = ", ".join(f"{field}: {_value(value)}" for field, value in fields.items())
    head = [f"test {quoted(name)} {{"]
    head += [f"route {route}"] if len(program.routes) > 1 else []
    head += [f"lead {{ {lead} }}"]
    first = _read(program, "\n".join([*head, "expect nobody", "}"]))
    if first is None:
        return None
    decision = Tester(program).run(first).arrived[-1].decision
    expected = [f"expect {each}" for each in expectations(decision)]
    text = formatted(Source("witness", "\n".join([*head, *expected, "}\n"])))
    test = _read(program, text) if isinstance(text, str) else None
    if test is None or not isinstance(text, str) or not Tester(program).run(test).is_passed:
        return None
    return text


def _name(program: Program, title: str) -> str:
    """Return a name that no test has."""
    known = {test.name for test in program.policy.tests}
    plain = "".join(each for each in " ".join(title.split()) if each.isprintable())
    plain = plain.replace("`", "")[: MAX_NAME - 10]
    name, number = plain, 1
    while name in known:
        number += 1
        name = f"{plain} ({number})"
    return name


def _value(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(_value, cast('Iterable[object]', value)))}]"
    return quoted(str(value))


def _read(program: Program, text: str) -> TestCase | None:
    """Return the test that a text writes, None where anything is wrong with it."""
    file, findings = parse(Source("witness", text))
    scope = Scope(declarations((file,)))
    reader = TestReader(program.policy, scope)
    tests = [reader.read(each, ()) for each in file.items if isinstance(each, nodes.TestCase)]
    return None if findings or scope.findings or len(tests) != 1 else tests[0]
