"""What the checks say of policies over texts, codes and numbers, and what an oracle does.

The oracle (tests/support/oracle.py) is written from the documentation and imports nothing of
the compiler. Whatever it finds is said, and nothing else: no false claim, no false silence.
`--thorough` holds the checks to 20,000 policies, `--examples N` to so many.
"""

import re
from pathlib import Path

import pytest

from tests.support.oracle import Drawn, Expected, Lead, drawn, expected, holds
from turnout import Files, compile_policy
from turnout.dsl.findings import Finding

FEW = 80
MANY = 20_000
PATH = Path("policy.route")


def test_the_checks_say_what_an_independent_oracle_finds(request: pytest.FixtureRequest) -> None:
    count = FEW
    if request.config.getoption("thorough"):
        count = request.config.getoption("examples") or MANY
    wrong = [seed for seed in range(count) if disagreements(drawn(seed))]
    assert not wrong, [disagreements(drawn(seed)) for seed in wrong[:3]]


def test_of_blocks_the_same_alternatives_are_dead(request: pytest.FixtureRequest) -> None:
    count = FEW
    if request.config.getoption("thorough"):
        count = request.config.getoption("examples") or MANY // 10
    some = 0
    for seed in range(count):
        policy = drawn(seed)
        text = policy.text(in_blocks=True)
        first = 1 + text[: text.index("  within ")].count("\n") if policy.rules else 0
        findings = compile_policy(PATH, files=Files({PATH: text})).findings
        spans = [each.span for each in findings if each.name == "unreachable-alternative"]
        told = {span.line - first for span in spans if span is not None}
        assert told == expected(policy).dead, text
        some += len(told)
    assert some > count / 10


def disagreements(policy: Drawn) -> list[str]:
    """Return where the checks and the oracle differ on a policy, in words."""
    text = policy.text()
    findings = compile_policy(PATH, files=Files({PATH: text})).findings
    told = told_of(findings)
    right = expected(policy)
    found = [
        f"{name}: told {getattr(told, name)}, right {getattr(right, name)}\n{text}"
        for name in ("unreachable", "impossible", "redundant", "dead", "has_gap")
        if getattr(told, name) != getattr(right, name)
    ]
    for finding in findings:
        if finding.name in {"undecided", "syntax-error"} or "possibly" in finding.message:
            found.append(f"{finding.name}: {finding.message}\n{text}")
        if finding.name == "coverage-gap" and finding.witness is not None:
            shown = finding.witness.fields
            lead: Lead = {name: _value(shown.get(name)) for name in policy.fields}
            if any(holds(condition, lead) for condition, _ in policy.rules):
                found.append(f"a witness of no gap: {lead}\n{text}")
    return found


def _value(raw: object) -> str | int | None:
    assert raw is None or isinstance(raw, str | int)
    return raw


def told_of(findings: tuple[Finding, ...]) -> Expected:
    """Return what the findings say, in the oracle's terms."""

    def rules(name: str) -> frozenset[int]:
        of = (finding for finding in findings if finding.name == name)
        spans = (finding.span.text for finding in of if finding.span is not None)
        return frozenset(int(re.sub(r"\D", "", text)) for text in spans)

    return Expected(
        unreachable=rules("unreachable-rule"),
        impossible=rules("impossible-condition"),
        redundant=rules("redundant-condition"),
        dead=rules("unreachable-alternative"),
        has_gap=any(finding.name == "coverage-gap" for finding in findings),
    )
