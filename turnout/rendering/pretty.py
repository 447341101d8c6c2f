"""Findings for people: what is wrong, the lines that show it, a lead that proves it, help."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from turnout.dsl.findings import Finding, Severity, Witness
from turnout.printable import visible
from turnout.rendering.excerpt import SEVERITY_INK, excerpt, gutter
from turnout.rendering.report import Report
from turnout.rendering.screen import Ink, fill, hanging, paint

_PLAIN = re.compile(r"[^\s,\[\]{}\"'=]+(?: [^\s,\[\]{}\"'=]+)*")


def pretty(report: Report, screen: int) -> Iterator[str]:
    """Yield each finding as a block of lines, then the summary."""
    for finding in report.findings:
        yield "\n".join([*block(finding, screen), ""])
    severities = [each for each in Severity if report.count(each)]
    yield paint(report.summary, SEVERITY_INK[severities[0]] if severities else Ink.STRONG)


def block(finding: Finding, screen: int) -> list[str]:
    """Return one finding as lines of at most `screen` cells where its words allow it."""
    lines = [*_header(finding, screen), *excerpt(finding, screen)]
    rows = [*_witness(finding.witness)]
    rows += [("note", Ink.STRONG, visible(text).split(" ")) for text in finding.notes]
    rows += [("help", Ink.HELP, visible(text).split(" ")) for text in finding.help]
    edge = paint(f"{' ' * gutter(finding)} =", Ink.FRAME)
    for word, ink, words in rows:
        lines += hanging(f"{edge} {paint(f'{word}:', ink)} ", words, screen)
    return lines


def lead_words(fields: Mapping[str, object]) -> list[str]:
    """Return a raw lead as "field value" pairs, each to be kept on one line.

    >>> lead_words({"country": "DE", "products": ["core", "platform"]})
    ['country DE,', 'products [core, platform]']
    """
    if not fields:
        return ["a lead with no fields"]
    pairs = [visible(f"{name} {_value(value)}") for name, value in fields.items()]
    return [*(f"{pair}," for pair in pairs[:-1]), pairs[-1]]


def _header(finding: Finding, screen: int) -> list[str]:
    ink = SEVERITY_INK[finding.severity]
    name = f"{finding.severity.value}[{visible(finding.name)}]:"
    first, *more = fill([name, *visible(finding.message).split(" ")], screen - 4)
    lines = [paint(name, ink) + paint(first.removeprefix(name), Ink.STRONG)]
    return lines + [f"    {paint(line, Ink.STRONG)}" for line in more]


def _witness(witness: Witness | None) -> Iterator[tuple[str, Ink, list[str]]]:
    if witness:
        note = visible(f"({witness.note})").split(" ") if witness.note else []
        word = "witness" if witness.confirmed else "possibly"
        yield word, Ink.STRONG, [*lead_words(witness.fields), *note]


def _value(value: object) -> str:
    match value:
        case None:
            return "missing"
        case str():
            return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
        case list() | tuple() | set() | frozenset():
            return f"[{', '.join(map(_value, cast('Iterable[object]', value)))}]"
        case bool() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
