"""Files of DMN as tools write them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.dmn_models import model, table
from tests.support.imported_policies import receivers
from turnout.cli import cli
from turnout.importing.dmn.asked_types import AskedTypes
from turnout.importing.dmn.decision_models import imported
from turnout.importing.dmn.unary_tests import unary_test
from turnout.importing.foreign import ALWAYS, Asked, Criterion, Every, ForeignError, Nay, Some
from turnout.importing.reports import ImportReport
from turnout.importing.xml_tree import Element


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def got(text: str, leads: list[dict[str, object]]) -> list[str]:
    Path("m.dmn").write_text(text, encoding="utf-8")
    return receivers(imported(Path("m.dmn")), leads)


def told(text: str) -> str:
    Path("m.dmn").write_text(text, encoding="utf-8")
    report = ImportReport(imported(Path("m.dmn")), (), is_fit=True)
    return " | ".join(f"{each.word} {each.place.entry}: {each.message}" for each in report.notes)


YES_FIRST = (
    '<output name=\'answer\'><outputValues><text>"take", "leave"</text></outputValues></output>'
)


def test_the_parts_of_a_structure_and_days_are_asked() -> None:
    text = table(
        "UNIQUE",
        {"item.price": "number", "day": "date"},
        ["<output name='answer'/>"],
        [
            (">10", '>date("2026-10-01")', '"dear-late"'),
            ("<=10", '@"2026-10-01"', '"cheap-then"'),
            ("[9.5..10)", '[date("2026-01-01")..date("2026-09-30")]', '"middle"'),
        ],
    )
    assert got(
        model(text),
        [
            {"item.price": 10.5, "day": "2026-10-02"},
            {"item.price": 10, "day": "2026-10-01"},
            {"item.price": 9.5, "day": "2026-03-01"},
            {"item.price": 10, "day": "2026-03-01"},
        ],
    ) == ["dear-late", "cheap-then", "middle", "unassigned"]


def one(operator: str, *values: str) -> Criterion:
    return Criterion("x", operator, values)  # type: ignore[arg-type]


TESTS: dict[str, Asked] = {
    " - ": ALWAYS,
    "? > 5": one(">", "5"),
    "? in ]1 .. 5]": Every((one(">", "1"), one("<=", "5"))),
    'contains(?, "ab")': one("contains", "ab"),
    'starts with(?, "ab"), ends with(?,"c")': Some(
        (one("starts with", "ab"), one("ends with", "c"))
    ),
    'not(contains(?, "ab"))': Every((one("present"), Nay(one("contains", "ab")))),
    'matches(?, "a.c")': one("matches", "a.c"),
    '@"2026-01-01"': one("is", "2026-01-01"),
    '"a" // why': one("is", "a"),
    '/* why\n not */ "a"': one("is", "a"),
    '"\\u00fc", null': Some((one("is", "\u00fc"), one("missing"))),
    'not("a", null)': one("is not", "a"),
}


@pytest.mark.parametrize("text", list(TESTS), ids=range(len(TESTS)))
def test_a_unary_test_asks_what_feel_says(text: str) -> None:
    assert unary_test("x", text) == TESTS[text]


REFUSED_TESTS = {
    'duration("P1D")': "no policy asks 'duration(\"P1D\")'",
    '> date and time("2026-01-01T00:00:00")': "no policy asks",
    '< time("10:00:00")': "no policy asks",
    "> other": "no policy asks '> other'",
    ">= 21 and < 30": "no policy asks",
    'list contains(?, "a")': "no policy asks",
    'matches(?, "a(?=b)")': "no policy asks matches",
    "f(?) = 1": "no policy asks",
}


@pytest.mark.parametrize("text", list(REFUSED_TESTS), ids=range(len(REFUSED_TESTS)))
def test_other_tests_are_told_by_name_and_a_field_stands_for_them(text: str) -> None:
    made = table("FIRST", {"x": "string"}, ["<output/>"], [(text, '"a"')])
    said = told(model(made))
    assert f"changed decision D, rule 1: x: {REFUSED_TESTS[text]}" in said
    assert "a field of its own says whether it holds" in said


RICH = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" xmlns:t="urn:tool"
 exporter="a tool" name="rich">
  <extensionElements><t:x/></extensionElements>
  <import name="other" namespace="urn:o" importType="DMN"/>
  <itemDefinition name="tList" isCollection="true"><typeRef>string</typeRef></itemDefinition>
  <itemDefinition name="tScore"><typeRef>number</typeRef><typeConstraint><text>[0..9]</text>
  </typeConstraint></itemDefinition>
  <itemDefinition name="tWho"><itemComponent name="full-name"><typeRef>string</typeRef>
  </itemComponent></itemDefinition>
  <inputData name="who"><variable name="who" typeRef="tWho"/></inputData>
  <inputData name="lists"><variable name="lists" typeRef="tList"/></inputData>
  <businessKnowledgeModel name="Sum"><encapsulatedLogic/></businessKnowledgeModel>
  <knowledgeSource name="Law"/>
  <decisionService name="Service"/>
  <decision name="Level"><literalExpression><text>1</text></literalExpression></decision>
  <decision name="All"><decisionTable hitPolicy="COLLECT" aggregation="SUM">
    <input><inputExpression><text>a</text></inputExpression></input><output/>
    <rule><inputEntry><text>1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
  </decisionTable></decision>
  <decision name="Nothing"/>
  <decision name="Assign">
    <question>Who?</question><variable name="Assign" typeRef="string"/>
    <informationRequirement><requiredDecision href="#Level"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#Sum"/></knowledgeRequirement>
    <decisionTable hitPolicy="FIRST">
      <input><inputExpression><text>who.full-name</text></inputExpression></input>
      <input><inputExpression typeRef="tScore"><text>score</text></inputExpression></input>
      <input><inputExpression typeRef="tList"><text>lists</text></inputExpression></input>
      <input><inputExpression><text>Level</text></inputExpression></input>
      <input><inputExpression expressionLanguage="juel"><text>${a}</text></inputExpression></input>
      <input><inputExpression><text>if a then b else c</text></inputExpression><t:odd/></input>
      <output name="owner"/><output name="Priority"/><output name="note"/>
      <annotation name="Why"/><pictures/>
      <rule id="1">
        <inputEntry><text>"Ana"</text></inputEntry><inputEntry><text>5</text></inputEntry>
        <inputEntry><text>"a"</text></inputEntry><inputEntry><text>"1"</text></inputEntry>
        <inputEntry><text>1</text></inputEntry>
        <inputEntry expressionLanguage="javascript"><text>1</text></inputEntry>
        <outputEntry><text>"ana@firm.example"</text></outputEntry>
        <outputEntry><text>2</text></outputEntry><outputEntry><text>f(1)</text></outputEntry>
        <annotationEntry><text>for reasons</text></annotationEntry><odd/>
      </rule>
    </decisionTable>
  </decision>
  <t:DMNDI/>
</definitions>"""


def test_every_element_is_translated_or_told() -> None:
    said = told(RICH)
    for each in (
        "refused import other: what another file says isn't read",
        "refused businessKnowledgeModel Sum: a businessKnowledgeModel has no place in a policy",
        "refused knowledgeSource Law: a knowledgeSource has no place",
        "refused decisionService Service: a decisionService has no place",
        "read : extensionElements, DMNDI: nothing is decided by it",
        "refused decision Level: the decision is no decision table but of the kind literalExpr",
        "refused decision All: the hit policy collect gives several answers",
        "refused decision Nothing: the decision has no logic",
        "refused decision Assign: the knowledgeRequirement isn't carried over",
        "refused decision Assign: the allowed values [0..9] of score aren't carried over",
        "changed decision Assign: Level is what another decision gives: fill a column of that",
        "refused decision Assign: a odd in a input isn't carried over",
        "refused decision Assign: a pictures in a decisionTable isn't carried over",
        "refused decision Assign, rule 1: a odd in a rule isn't carried over",
        "changed decision Assign, rule 1: lists is a list; a field of its own",
        "changed decision Assign, rule 1: it is written in juel, not in FEEL; a field",
        "changed decision Assign, rule 1: no policy reckons 'if a then b else c'; a field",
        "refused decision Assign, rule 1: the output note: no policy asks 'f(1)'; it isn't",
    ):
        assert each in said, each
    text = imported(Path("m.dmn")).draft.text
    assert 'do   tag "Priority: 2"' in text
    assert "# for reasons" in text
    assert 'who_full_name is "Ana"' in text.replace("\n", " ")


WRONG = {
    "more tests than inputs": (
        table("FIRST", {"x": "number"}, ["<output/>"], [("1", "2", '"a"')]).replace(
            "outputEntry", "inputEntry"
        ),
        "decision D, rule 1): 3 tests and 0 outputs for 1 and 1 columns",
    ),
    "fewer outputs": (
        table("FIRST", {"x": "number"}, ["<output/>"], [("1",)]),
        "1 tests and 0 outputs for 1 and 1 columns",
    ),
    "priorities of nothing": (
        table("PRIORITY", {"x": "number"}, ["<output/>"], [("1", '"a"')]),
        "no list of the values of its output",
    ),
    "a value without a priority": (
        table("PRIORITY", {"x": "number"}, [YES_FIRST], [("1", '"a"')]),
        "has no place among the values of answer",
    ),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_no_table_can_be_is_an_error_with_its_place(name: str) -> None:
    text, message = WRONG[name]
    with pytest.raises(ForeignError) as caught:
        got(model(text), [])
    assert message in str(caught.value.message)


def test_another_model_of_the_same_makers_is_told() -> None:
    with pytest.raises(ForeignError, match="it is none of DMN's"):
        got('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', [])


@pytest.mark.parametrize(
    "version", ["20151101/dmn.xsd", "20180521/MODEL/", "20191111/MODEL/", "20211108/MODEL/"]
)
def test_every_version_is_read(version: str) -> None:
    made = table("U", {"x": "number"}, ["<output/>"], [("1", '"a"')])
    assert got(model(made, "", version), [{"x": 1}]) == ["a"]


def test_names_and_expressions_are_told_apart() -> None:
    types = AskedTypes({}, frozenset({"pre-bureau risk"}), frozenset({"a and b"}))
    for text, wanted in (
        ("pre-bureau risk", True),
        ("a and b", True),
        ("Applicant Age.years", True),
        ("x in y", False),
        ("a + b", False),
        ("if a", False),
        ("f(x)", False),
    ):
        assert types.is_name(text) is wanted, text
    loop = {"t": Element("itemDefinition", 1, {"name": "t"}, "", [Element("typeRef", 1, text="t")])}
    assert AskedTypes(loop, frozenset(), frozenset()).kind("t", "") == (None, (), "")


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "dmn", *arguments, "-o", "out", "--force"])


def test_results_of_several_outputs_and_errors_are_read_by_the_target() -> None:
    made = table(
        "FIRST",
        {"x": "number"},
        ["<output name='owner'/>", "<output name='rate'/>"],
        [("1", '"a"', '"good"'), ("2", '"b"', '"poor"')],
    )
    Path("m.dmn").write_text(model(made))
    cases = "".join(
        f"<testCase id='{x}'><inputNode name='x'><value>{x}</value></inputNode>"
        f"<resultNode name='D' {attribute}><{tag}><component name='owner'><value>{owner}</value>"
        f"</component><component name='rate'><value>good</value></component></{tag}></resultNode>"
        "</testCase>"
        for x, owner, tag, attribute in (
            (1, "a", "expected", ""),
            (2, "b", "computed", ""),
            (3, "c", "expected", ""),
            (4, "a", "expected", "errorResult='true'"),
        )
    )
    Path("c.xml").write_text(f"<testCases>{cases}</testCases>")
    result = turnout("m.dmn", "--tests", "c.xml")
    said = " ".join(result.output.split())
    assert "(test case 3): the result D is none that the policy gives" in said
    assert "(test case 4): the result D is none that the policy gives" in said
    tested = CliRunner().invoke(cli, ["test", "out/m.route"])
    assert "2 passed" in tested.output
