"""Policies out of text, for tests: read from real files in a folder of their own."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from tests.support.strategies import Written
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.leads.budget import STEPS
from turnout.compiler.meaning.interpreter import Match
from turnout.dsl.files import parse_files
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.policy import Policy
from turnout.dsl.resolve import resolve
from turnout.dsl.targets import Accepting

AT = datetime(2026, 1, 1, tzinfo=UTC)


def compiled(
    written: Written | str,
    *,
    steps: int = STEPS,
    deadline: float | None = None,
    at: date | None = AT,
) -> Compiled:
    """Return what becomes of a policy. at: the check's clock, the same on every day.

    None: every day counts, and of what is open the moments from now on.
    """
    with laid_down(written) as main:
        return compile_policy(main, steps=steps, deadline=deadline, at=at)


def resolved(written: Written | str) -> Policy:
    """Return the policy of a text that can be read."""
    policy, findings = attempted(written)
    assert not errors(findings), [finding.message for finding in findings]
    return policy


def attempted(written: Written | str) -> tuple[Policy, tuple[Finding, ...]]:
    """Return the policy as far as it could be read, and what parsing and resolving found."""
    with laid_down(written) as main:
        parsed = parse_files(main)
        resolution = resolve(parsed, main)
        return resolution.policy, (*parsed.findings, *resolution.findings)


def named(findings: tuple[Finding, ...], *names: str) -> list[Finding]:
    """Return the findings of these names."""
    return [finding for finding in findings if finding.name in names]


def errors(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the findings that make a policy unfit to run."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


@contextmanager
def laid_down(written: Written | str) -> Generator[Path, None, None]:
    """Return the main file of a policy; it lasts as long as the context."""
    whole = Written(written) if isinstance(written, str) else written
    with TemporaryDirectory() as folder:
        main = Path(folder, "policy.route")
        main.write_text(whole.text, encoding="utf-8")
        for name, content in whole.tables.items():
            main.with_name(name).write_text(content, encoding="utf-8")
        yield main


def kept_legs(said: Match) -> tuple[Match, ...]:
    """Return the legs, each by itself, up to the first that takes every lead."""
    kept: list[Match] = []
    for leg in said.legs:
        kept.append(attrs.evolve(leg, later=()))
        if any(isinstance(target, Accepting) for target, _ in leg.attempts):
            break
    return tuple(kept)
