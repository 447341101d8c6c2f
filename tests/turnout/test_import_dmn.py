"""`turnout import dmn`, as its users meet it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.dmn.unary_tests import UnaryTestError, feel_literal, unary_test

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<d:definitions xmlns:d="http://www.omg.org/spec/DMN/20151101/dmn.xsd" name="Lead routing">
  <d:itemDefinition name="source">
    <d:typeRef>string</d:typeRef>
    <d:allowedValues><d:text>"demo", "web"</d:text></d:allowedValues>
  </d:itemDefinition>
  <d:decision id="a" name="Assign">
    <d:decisionTable hitPolicy="FIRST">
      <d:input label="Land"><d:inputExpression typeRef="feel:string"><d:text>Lead.Country</d:text>
      </d:inputExpression></d:input>
      <d:input><d:inputExpression typeRef="source"><d:text>source</d:text></d:inputExpression>
      </d:input>
      <d:input><d:inputExpression><d:text>upper case(city)</d:text></d:inputExpression></d:input>
      <d:output name="queue"/><d:output name="priority"/>
      <d:rule>
        <d:description>the first</d:description>
        <d:inputEntry><d:text>"de", "at"</d:text></d:inputEntry>
        <d:inputEntry><d:text>not("web")</d:text></d:inputEntry>
        <d:inputEntry><d:text>-</d:text></d:inputEntry>
        <d:outputEntry><d:text>"DACH"</d:text></d:outputEntry>
        <d:outputEntry><d:text>1</d:text></d:outputEntry>
      </d:rule>
      <d:rule>
        <d:inputEntry><d:text>-</d:text></d:inputEntry>
        <d:inputEntry><d:text>-</d:text></d:inputEntry>
        <d:inputEntry><d:text>"BONN"</d:text></d:inputEntry>
        <d:outputEntry><d:text>owner of(lead)</d:text></d:outputEntry>
        <d:outputEntry><d:text>1</d:text></d:outputEntry>
      </d:rule>
    </d:decisionTable>
  </d:decision>
  <d:decision name="Score">
    <d:literalExpression><d:text>1</d:text></d:literalExpression>
  </d:decision>
</d:definitions>
"""

CASES = """<testCases xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <testCase id="001">
    <inputNode name="Lead"><component name="Country"><value>de</value></component></inputNode>
    <inputNode name="source"><value xsi:nil="true"/></inputNode>
    <resultNode name="Assign"><expected><value>DACH</value></expected></resultNode>
    <resultNode name="Score"><expected><value>1</value></expected></resultNode>
  </testCase>
  <testCase id="002">
    <inputNode name="source"><value>demo</value></inputNode>
    <resultNode name="Assign"><expected><value xsi:nil="true"/></expected></resultNode>
  </testCase>
</testCases>
"""


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "dmn", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("r.dmn").write_text(TABLE)
    Path("cases.xml").write_text(CASES)


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_table_reads_as_a_person_writes_it() -> None:
    assert turnout("r.dmn", "-o", "out").exit_code == 0
    text = Path("out/lead-routing.route").read_text()
    assert '  lead_country: text from column ["Lead.Country", "Land"]\n' in text
    assert "  source:       one of [demo, web]\n" in text
    assert (
        "  # the first\n  rule de-at-not-web {\n"
        '    when lead_country in ["de", "at"] and (source is not web or source is missing)\n'
        "    to   queue dach\n"
    ) in text


def test_what_no_policy_says_is_told_with_its_place() -> None:
    told = said(turnout("r.dmn", "-o", "out"))
    assert "(decision Score): the decision is no decision table but of the kind literal" in told
    assert '    do   tag "priority: 1"\n' in Path("out/lead-routing.route").read_text()
    assert "(decision Assign, rule 2): no policy reckons 'upper case(city)'" in told
    assert "(decision Assign, rule 2): the output: no policy asks 'owner of(lead)'" in told
    assert '# stands for: upper case(city): "BONN"' in Path("out/lead-routing.route").read_text()


def test_test_cases_become_tests() -> None:
    result = turnout("r.dmn", "--tests", "cases.xml", "-o", "out")
    assert "(test case 001): the result Score is none that the policy gives" in said(result)
    tested = CliRunner().invoke(cli, ["test", "out/lead-routing.route"])
    assert "2 passed" in tested.output


REFUSED = {
    "another hit policy": (TABLE.replace("FIRST", "COLLECT"), "the hit policy collect gives"),
    "outputs alike": (
        TABLE.replace('name="queue"', 'name="x"'),
        "it isn't clear which output says who gets a lead: x, priority",
    ),
    "no table": ("<definitions/>", "r.dmn has no decision table"),
    "something else": ("<bpmn/>", "the root element is bpmn, not definitions"),
    "an entity": ('<!DOCTYPE x [<!ENTITY a "b">]><definitions>&a;</definitions>', "entities"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_file_is_refused_with_the_cause(name: str) -> None:
    text, message = REFUSED[name]
    Path("r.dmn").write_text(text)
    result = turnout("r.dmn", "-o", "out")
    assert result.exit_code == 2, result.output
    assert message in said(result)
    assert not Path("out").exists()


def test_the_output_may_be_named() -> None:
    Path("r.dmn").write_text(TABLE.replace('name="queue"', 'name="x"'))
    assert turnout("r.dmn", "--to", "x", "-o", "out").exit_code == 0
    assert turnout("r.dmn", "--to", "y", "-o", "o").exit_code == 2


@pytest.mark.parametrize(
    "text",
    ['a"', "f(1)", "1 + 2", "(" * 500, '"a"' * 5_000, "< null", "not(-)", '"\\q"', "a in [1]"],
)
def test_a_test_that_no_policy_asks_is_an_error(text: str) -> None:
    with pytest.raises(UnaryTestError):
        unary_test("x", text)


def test_literals_are_read_by_their_values() -> None:
    assert [feel_literal(each) for each in ('"a\\n"', "-", "", "null", ".5", "true")] == [
        "a\n",
        None,
        None,
        None,
        "0.5",
        "true",
    ]
