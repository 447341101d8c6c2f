"""A list is told in the order and in the words in which it was written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.conditions import Condition
from turnout.dsl.files import parse_files
from turnout.dsl.policy import Policy, Rule
from turnout.dsl.resolve import resolve
from turnout.dsl.wording import written
from turnout.trials.testing import Tester

POLICY = """\
lead {{
  id: text required
  country: country
  source: one of [demo, pricing, "Trade Show"]
}}
queue q
queue r
route main {{
  rule first {{ when country is IT and source is demo to queue r }}
  within country in [FR, "Germany"] {{
    rule inner {{ when source is "Trade Show" to queue r }}
    fallback to queue q
  }}
  rule last {{ when country in [ES, FR, "United Kingdom", AT] to queue q }}
  fallback to queue r
}}
test "a block is named as it is written" {{
  lead {{ id: "1", country: FR }}
  expect fallback "{name}"
}}
"""


def checked(folder: Path, name: str) -> Compiled:
    file = folder / "p.route"
    file.write_text(POLICY.format(name=name.replace('"', r"\"")), encoding="utf-8")
    return compile_policy(file)


def test_a_block_is_named_as_it_is_written(tmp_path: Path) -> None:
    compiled = checked(tmp_path, 'country in [FR, "Germany"]')
    assert [f.message for f in compiled.findings if f.name == "unknown-name"] == []
    tester = Tester(compiled.program)
    assert [tester.run(test).is_passed for test in compiled.policy.tests] == [True]


def test_a_corrected_list_keeps_its_order_and_words(tmp_path: Path) -> None:
    found = checked(tmp_path, 'country in [FR, "Germany"]').findings
    (finding,) = [each for each in found if each.name == "unreachable-alternative"]
    assert finding.help[0].startswith('write `when country in [ES, "United Kingdom", AT]`')
    assert [fix.replacement for fix in finding.fixes] == ['country in [ES, "United Kingdom", AT]']


FIELDS = "id: text required, city: text, code: code first 5, page: domain, tags: any of [a, b, c]"
TOLD = (
    'city ends with ["a", "b"]',
    'city starts with ["New", "OLD Town"]',
    'city contains ["elk", "Elk Grove", "elk"]',
    'city has word ["CTO", "cio"]',
    'not city contains ["x", "y"]',
    'city contains ["x", "y"] or tags has any [a, c]',
    'city contains ["x", "y"] and not (page ends with [".GOV", ".mil"] or city is "Rome")',
    '(city ends with ["x", "y"] or city starts with "a") and code is present',
    'code starts with ["12", "12345", "13"]',
    'code starts with ["23456", "12345"]',
    'code in ["12345", "23456"]',
    'code is "12345" or code is "23456"',
    'code starts with "12" or code is "12345"',
    'city contains "a" or city ends with "b"',
    'city contains "a" or page contains "a"',
    'city has word ["cto", "chief"] or city contains ["vp", "head"]',
    'city contains "say \\"hi\\", ]"',
)


@pytest.mark.parametrize("condition", TOLD)
def test_a_condition_is_told_as_it_is_written(tmp_path: Path, condition: str) -> None:
    policy = resolved_condition(tmp_path, condition)
    (said,) = [written(each, policy.fields) for each in conditions_of(policy)]
    assert said == condition
    (again,) = conditions_of(resolved_condition(tmp_path, said))
    assert [again] == list(conditions_of(policy))


def resolved_condition(folder: Path, condition: str) -> Policy:
    file = folder / "p.route"
    rule = f"rule x {{ when {condition} to queue q }}"
    text = f"lead {{ {FIELDS} }}\nqueue q\nroute main {{ {rule} }}\n"
    file.write_text(text, encoding="utf-8")
    found = resolve(parse_files(file), file)
    assert [each for each in found.findings if each.severity == "error"] == []
    return found.policy


def conditions_of(policy: Policy) -> Iterator[Condition]:
    for entry in policy.routes["main"].entries:
        assert isinstance(entry, Rule)
        yield entry.condition
