"""Pages that list: findings, tests, guarantees, tables, words, who answers for what."""

from collections.abc import Iterator, Mapping

import click
from htpy import (
    Node,
    code,
    dd,
    details,
    div,
    dl,
    dt,
    h2,
    li,
    p,
    pre,
    section,
    span,
    summary,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
    ul,
)

from turnout.dsl.expectations import Absence, Arrival, Clock, Expectation, TestStep
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.types import Field, Lookup
from turnout.dsl.values import show
from turnout.dsl.wording import typed, written_nearness
from turnout.printable import visible
from turnout.rendering.excerpt import excerpt
from turnout.rendering.explanation import arrives_at
from turnout.rendering.pretty import lead_words
from turnout.rendering.report import counted
from turnout.rendering.site.addresses import page_of
from turnout.rendering.site.clause_pages import anchor, raw_lead
from turnout.rendering.site.rule_table_pages import row_runs
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.subject import line_of
from turnout.trials.testing import TestResult

_SCREEN = 100

MOST_ROWS = 300
"""Rows of a table that its page shows."""

FINDINGS, TESTS, GUARANTEES = "findings.html", "tests.html", "guarantees.html"
TABLES, WORDS, STEWARDS = "tables.html", "glossary.html", "owners.html"

_GRAVITY = {
    Severity.ERROR: "Errors: the policy can't be run with these",
    Severity.WARNING: "Warnings",
    Severity.NOTE: "Notes",
}


def findings_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of what Turnout found wrong with the policy."""
    findings = shell.subject.compiled.findings
    content = [
        section[h2[title], ul(".findings")[(li[_finding(shell, each)] for each in found)]]
        for severity, title in _GRAVITY.items()
        if (found := [each for each in findings if each.severity is severity])
    ]
    allowed = shell.subject.compiled.allowed
    if allowed:
        rest = ul[(li[told(each.finding.message), " ", told(each.reason)] for each in allowed)]
        content.append(section[h2["Allowed, with a reason"], rest])
    lead = "Turnout checks every possible lead. What it found is below, with a lead that proves it."
    if not findings:
        lead = "Turnout checked every possible lead and found nothing wrong."
    return FINDINGS, shell.page(FINDINGS, "Findings", content, lead=lead)


def _finding(shell: Shell, finding: Finding) -> Node:
    witness = finding.witness
    return [
        p[span(class_=f"badge {finding.severity.value}")[finding.name], " ", told(finding.message)],
        p(".note")[code[told(shell.subject.near(line_of(finding)))]],
        witness is not None and p["For example: ", told(raw_lead(witness)), "."],
        [p[told(note)] for note in finding.notes],
        [p(".help")["What to do: ", told(text)] for text in finding.help],
        finding.span is not None
        and details[
            summary["The lines"],
            pre(".source", tabindex="0")[shell.subject.near("\n".join(plain_lines(finding)))],
        ],
    ]


def plain_lines(finding: Finding) -> Iterator[str]:
    """Yield the lines of a finding's excerpt, without what colours them on a screen."""
    for line in excerpt(finding, _SCREEN):
        yield visible(click.unstyle(line))


# -- tests and guarantees --


def tests_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of the policy's tests and how they ended."""
    tested = shell.subject.tested
    passed = sum(result.is_passed for result in tested)
    content = [_test(shell, result) for result in tested]
    lead = f"{passed} of {counted(len(tested), 'test')} passed." if tested else "It has no tests."
    return TESTS, shell.page(TESTS, "Tests", content, lead=lead)


def _test(shell: Shell, result: TestResult) -> Node:
    arrived = iter(result.arrived)
    mark = "passed" if result.is_passed else "failed"
    steps = ul[(li[_step(step, arrived)] for step in result.test.steps)]
    return section(f"#{anchor(result.test.name)}", class_=f"test {mark}")[
        h2[told(result.test.name), " ", span(class_=f"badge {mark}")[mark]],
        steps,
        p(".note")[code[told(shell.subject.near(line_of(result.test)))]],
    ]


def _step(step: TestStep, arrived: Iterator[object]) -> Node:
    match step:
        case Clock(moment):
            return f"At {moment:%Y-%m-%d %H:%M} UTC"
        case Absence(why, names):
            return [f"{'Away' if why == 'away' else 'At their cap'}: ", told(", ".join(names))]
        case Arrival(raw):
            came = next(arrived, None)
            decision = getattr(came, "decision", None)
            to = None if decision is None else [" → ", told(arrives_at(decision))]
            return ["A lead: ", told(" ".join(lead_words(raw))), to]
        case Expectation():
            return ["Expected: ", code[told(step.said)]]


def guarantees_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of what the policy guarantees."""
    tell = shell.teller(GUARANTEES)
    broken = {f.name for f in shell.subject.compiled.findings if f.name == "refuted-guarantee"}
    content = [
        section(f"#{anchor(each.name)}")[
            h2[told(each.name)],
            p["Every lead with:"],
            tell.conditions(each.condition),
            ul[(li[tell.claim(claim)] for claim in each.claims)],
            each.steward and p(".note")["Answered for by ", told(each.steward)],
        ]
        for each in shell.subject.policy.guarantees.values()
    ]
    lead = "Proved for every possible lead, not only for those that came."
    if broken:
        lead = "Some are broken by a lead: see the findings."
    if not content:
        lead = "The policy guarantees nothing yet."
    return GUARANTEES, shell.page(GUARANTEES, "Guarantees", content, lead=lead)


# -- tables --


def tables_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of the tables that fields take values from."""
    policy = shell.subject.policy
    content = [
        _lookup(policy.fields, field, lookup)
        for field in policy.fields.values()
        for lookup in field.lookups
    ]
    keyed = [each for each in policy.families if each.members and each.members[0].is_keyed]
    tell = shell.teller(TABLES)
    for family in keyed:
        members = family.members[:MOST_ROWS]
        content.append(
            section[
                h2[told(family.name or "Territories from a table")],
                p(".note")[f"{counted(len(family.members), 'member')} from a table's rows."],
                ul(".columns")[(li[tell.named(each.name)] for each in members)],
            ]
        )
    for program in shell.subject.program.routes.values():
        for run in row_runs(program):
            where = p(".note")[told(run.title), " of rules in route ", told(program.name), "."]
            content.append(section[h2[tell.to(run.page, run.table.name)], where])
    lead = "Tables that the policy reads." if content else "The policy reads no tables."
    return TABLES, shell.page(TABLES, "Tables", content, lead=lead)


def _lookup(fields: Mapping[str, Field], field: Field, lookup: Lookup) -> Node:
    key = fields[lookup.key]
    rows = sorted(lookup.values.items(), key=lambda row: str(row[0]))
    return section[
        h2[f"{field.name} by {lookup.key}"],
        p(".note")[
            told(lookup.table),
            f", {counted(len(rows), 'row')}",
            f", {written_nearness(lookup.near)}" if lookup.near else "",
            f", the first {MOST_ROWS} shown" if len(rows) > MOST_ROWS else "",
            ".",
        ],
        div(".scroll", tabindex="0", role="region", aria_label=f"{field.name} by {lookup.key}")[
            table[
                thead[tr[th[lookup.key], th[field.name]]],
                tbody[
                    (
                        tr[td[told(show(key, at))], td[told(show(field, value))]]
                        for at, value in rows[:MOST_ROWS]
                    )
                ],
            ]
        ],
    ]


# -- words --


def glossary_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of the policy's words: its fields, territories, segments and people."""
    tell = shell.teller(WORDS)
    policy = shell.subject.policy
    named = [
        section[
            h2[title],
            dl(".words")[[(dt[tell.named(d.name)], dd[_meant(tell, d.name)]) for d in found]],
        ]
        for title, kind in (("Territories", "territory"), ("Segments", "segment"))
        if (found := [d for d in policy.definitions.values() if d.kind == kind])
    ]
    receivers = [
        section[
            h2[title], ul(".columns")[[li[tell.to(page_of(kind, name), name)] for name in names]]
        ]
        for title, kind, names in _receivers(shell)
        if names
    ]
    fields = section[
        h2["What is known of a lead"],
        dl(".words")[
            [
                (dt(f"#field-{anchor(f.name)}")[code[told(f.name)]], dd[_field(f)])
                for f in policy.fields.values()
            ]
        ],
    ]
    lead = "The words of this policy, and what each stands for."
    return WORDS, shell.page(WORDS, "Glossary", [named, receivers, fields, _general()], lead=lead)


def _meant(tell: Teller, name: str) -> Node:
    definition = tell.subject.policy.definitions[name]
    if definition.own is None:
        return "the leads of any of its parts"
    return tell.condition(definition.own)


def _receivers(shell: Shell) -> Iterator[tuple[str, str, list[str]]]:
    policy = shell.subject.policy
    yield "Teams", "team", list(policy.teams)
    yield "People", "person", list(policy.people)
    for kind in ("queue", "partner", "sequence"):
        names = [each.name for each in policy.outlets.values() if each.kind == kind]
        yield f"{kind.capitalize()}s", kind, names


def _field(field: Field) -> Node:
    parts: list[Node] = [code[told(typed(field.type))]]
    parts.append("; must be there" if field.required else "; may be missing")
    if field.placeholders:
        parts += ["; counts as missing: ", told(", ".join(field.placeholders))]
    for lookup in field.lookups:
        parts += ["; else from ", told(lookup.table), " by ", code[told(lookup.key)]]
        parts += [f", {written_nearness(lookup.near)}"] if lookup.near else []
    return parts


_GENERAL = {
    "lead": "the record to be routed",
    "missing": "a field without a value: absent, empty, a placeholder, or not readable",
    "route": "an entry point of the policy: ordered rules and a fallback",
    "rule": "a condition and where its leads go; the first that fits decides",
    "fallback": "where leads go that no rule takes",
    "by turns": "each member gets leads in proportion to their weight",
    "cap": "the most leads that somebody gets in a period",
    "guarantee": "what the policy promises of leads, proved for every possible one",
}


def _general() -> Node:
    return section[
        h2["Words of every policy"],
        dl(".words")[[(dt[word], dd[meaning]) for word, meaning in _GENERAL.items()]],
    ]


def stewards_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page of who answers for which part of the policy."""
    by: dict[str, list[Node]] = {}
    for part in shell.subject.stewards:
        line: list[Node] = [f"{part.kind} ", told(part.name)]
        by.setdefault(part.steward or "", []).append(line)
    nobody = by.pop("", [])
    content = [
        section[h2[told(name)], ul(".columns")[(li[part] for part in parts)]]
        for name, parts in by.items()
    ]
    if nobody and by:
        rest = ul(".columns")[(li[part] for part in nobody)]
        content.append(section[h2["Nobody is named for"], rest])
    lead = "Who answers for what." if by else "The policy names nobody who answers for its parts."
    return STEWARDS, shell.page(STEWARDS, "Who answers for what", content, lead=lead)
