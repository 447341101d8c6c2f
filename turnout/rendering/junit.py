"""Findings as a JUnit report, the form that every CI server can show.

A suite is a file, a case a finding. Only what fails the run is a failure; the rest is
skipped, with its words. A file without findings is one case that passes, so that a clean
run isn't an empty report. No times: the same run gives the same bytes.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from turnout.dsl.findings import Finding
from turnout.printable import visible
from turnout.rendering.plain import sentences
from turnout.rendering.report import Report


def junit(report: Report, _screen: int) -> Iterator[str]:
    """Yield the whole report as one XML text."""
    everything = [*report.findings, *(each.finding for each in report.allowed)]
    places = dict.fromkeys([*report.files, *map(_file, everything)])
    root = ET.Element("testsuites", name="turnout check")
    for place in places:
        suite = ET.SubElement(root, "testsuite", name=xml_text(place or "turnout"))
        for finding in report.findings:
            if _file(finding) == place:
                _case(suite, finding, "failure" if report.fails(finding) else "skipped")
        for allowed in report.allowed:
            if _file(allowed.finding) == place:
                _case(suite, allowed.finding, "skipped", f"allowed: {allowed.reason}")
        if not len(suite):
            ET.SubElement(suite, "testcase", classname=xml_text(place), name="no findings")
        count(suite)
    count(root)
    ET.indent(root)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}'


def count(element: ET.Element) -> None:
    """Set how many cases are below `element`, and how many of them failed or were skipped."""
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("failures", str(len(element.findall(".//failure"))))
    element.set("errors", "0")
    element.set("skipped", str(len(element.findall(".//skipped"))))


def xml_text(text: str) -> str:
    """Return `text` with what XML 1.0 has no way to write, control characters, written out.

    Line breaks stay.
    """
    return "\n".join(map(visible, text.split("\n")))


def _file(finding: Finding) -> str:
    return finding.span.source.name if finding.span else ""


def _case(suite: ET.Element, finding: Finding, outcome: str, why: str = "") -> None:
    span = finding.span
    case = ET.SubElement(
        suite,
        "testcase",
        classname=xml_text(_file(finding)),
        name=xml_text(f"{finding.name} at {span.line}:{span.column}" if span else finding.name),
    )
    message = xml_text(why or finding.message)
    child = ET.SubElement(case, outcome, message=message, type=finding.severity.value)
    child.text = f"{xml_text(str(span))}\n{sentences(finding)}" if span else sentences(finding)
