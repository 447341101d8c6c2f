"""A list is told in the order and in the words in which it was written."""

from pathlib import Path

from tests.support.policies import resolved
from turnout.compiler.compiled import Compiled, compile_policy
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


def test_a_list_of_texts_is_told_as_a_list() -> None:
    said = (
        'email ends with [".gov", ".mil"]',
        'title has word ["cto", "chief"] or title contains ["vp", "head"]',
        'not title starts with ["a", "b"] and email ends with ".eu"',
    )
    rules = "".join(f"rule r{at} {{ when {each} to queue q }}\n" for at, each in enumerate(said))
    policy = resolved(
        f"lead {{ id: text required  title: text  email: email }}\nqueue q\n"
        f"route r {{\n{rules}fallback to queue q }}"
    )
    entries = policy.routes["r"].entries
    assert tuple(written(each.condition, policy.fields) for each in entries) == said
