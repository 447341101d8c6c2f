"""A policy on disk, read, checked and lowered: what every command starts from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

from turnout.compiler.checks import CHECKS, check, check_inexact
from turnout.compiler.checks.check import Check
from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.leads.budget import STEPS, Budget
from turnout.compiler.program import Program, lower
from turnout.compiler.verdict import Severities, verdict
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.compiler.verdict.gathering import gathered
from turnout.dsl import nodes
from turnout.dsl.files import Files, NotedFiles, parse_files
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.policy import Policy
from turnout.dsl.rereading import RulesRead
from turnout.dsl.resolve import Resolution, resolve
from turnout.dsl.zones import local_date
from turnout.frozen import frozen

__all__ = [
    "DEADLINE",
    "Compiled",
    "Unchecked",
    "checked_anew",
    "compile_policy",
    "read_policy",
    "settled",
]

_YEAR, _FIVE_YEARS = timedelta(days=366), timedelta(days=1_850)

DEADLINE = 300.0
"""Seconds for all exact questions of a policy; most take one, so that this only ends abuse."""


def compile_policy(  # noqa: PLR0913 - what bounds the check, each by name
    path: str | Path,
    *,
    steps: int = STEPS,
    severities: Severities | None = None,
    deadline: float | None = DEADLINE,
    files: Files | None = None,
    at: date | None = None,
) -> Compiled:
    """Return the policy whose main file is at `path`; what is wrong with it is a finding.

    steps: the budget of one exact question; one that needs more is left `undecided`.
    severities: what findings of a name count as instead of their own severity.
    deadline: seconds after which every question still open is left `undecided`, counted
    from now; None for no end. Reading the files isn't cut short.
    files: what to read from, such as the disk with an editor's unsaved texts over it.
    at: as of when the policy is checked, a moment with a time zone or a day by the policy's
    time zone. What is open and who is away is asked of the moments that come from the
    beginning of its day (UTC) on, and of rules that count on some days only what those from its
    day on say. Where it is left out every day counts, and moments come from now on, or from
    before the first day on which somebody joins or leaves a team.
    """
    budget = Budget(steps, None if deadline is None else monotonic() + deadline)
    read = read_policy(Path(path), files=files, at=at)
    return settled(read, checked_anew(read, budget), severities or {})


@frozen
class Unchecked:
    """A policy that was read and lowered, before anything is asked of it.

    read: by path, the hash of each text that was read; hashes: the same by its path from the main
    file's folder; missed: the paths of which none could be. files: of what was parsed; found: what
    reading them found.
    """

    resolution: Resolution
    program: Program
    files: tuple[nodes.File, ...]
    found: tuple[Finding, ...]
    read: Mapping[Path, str]
    policy_hash: str
    hashes: tuple[tuple[str, str], ...]
    missed: frozenset[Path]

    @property
    def sound(self) -> tuple[str, ...]:
        """The routes of which everything could be read."""
        lost_some = self.resolution.unsound | self.resolution.inexact.keys()
        return tuple(name for name in self.program.routes if name not in lost_some)


def read_policy(
    main: Path,
    *,
    files: Files | None = None,
    at: date | None = None,
    known: RulesRead | None = None,
) -> Unchecked:
    """Return the policy whose main file is `main`, errors and all; as `compile_policy` has it.

    known: rules of the same files before an edit, which aren't read again.
    """
    noted = NotedFiles(of=files or Files())
    parsed = parse_files(main, noted, known)
    resolution = resolve(parsed, main)
    asked = at or _beginning(resolution.policy)
    since = local_date(asked, "UTC") if isinstance(asked, datetime) else asked
    first = local_date(at, resolution.policy.timezone) if isinstance(at, datetime) else at
    program = lower(resolution.policy, since, first)
    folder = parsed.folder
    of_files = noted.read, noted.whole_hash(folder), noted.hashes(folder)
    missed = frozenset(noted.missed)
    return Unchecked(resolution, program, parsed.files, parsed.findings, *of_files, missed)


def _beginning(policy: Policy) -> date:
    """Return the day from which on moments count where nobody says as of when.

    That is today, or a year before the first day on which somebody joins or leaves a team, so
    that what is said of teams is the same on every day; what is over for five years is left out.
    """
    days = [each.validity for team in policy.teams.values() for each in team.members]
    ends = [day for each in days if each is not None for day in (each.first, each.last)]
    today = datetime.now(UTC).date()
    told_apart = [day - _YEAR for day in ends if day is not None and day > today - _FIVE_YEARS]
    return min([today, *told_apart])


def checked_anew(
    read: Unchecked, budget: Budget, checks: Sequence[Check] = CHECKS
) -> tuple[Finding, ...]:
    """Return what the checks find of all that could be read. checks: those that are run."""
    checked = check(read.program, routes=read.sound, budget=budget, checks=checks)
    for part in read.resolution.inexact.values():
        checked += check_inexact(read.program, part.least, part.unsure, budget=budget)
    return checked


def settled(read: Unchecked, checked: Sequence[Finding], severities: Severities) -> Compiled:
    """Return the policy with the findings that stand, of those that its checks have."""
    resolution, program = read.resolution, read.program
    # A route that lost a condition or a target uses what it lost, so nothing can be called
    # unused, and its rules may differ in what they lost.
    is_whole = len(read.sound) == len(program.routes) and not read.found
    is_whole &= all(c.own_attempts for route in program.routes.values() for c in route.clauses)
    kept = [f for f in checked if is_whole or not CATALOGUE[f.name].needs_whole]
    lost = [*read.found, *resolution.findings]
    found = sorted(gathered(sorted([*lost, *kept], key=_place)), key=_place)
    sources = tuple(file.source for file in read.files)
    # Nor can an allowance, where not everything was looked for that it may be about.
    is_settled = is_whole and all(finding.severity is not Severity.ERROR for finding in lost)
    is_settled = is_settled and all(finding.name != "undecided" for finding in found)
    findings, allowed = verdict(found, sources, severities, is_whole=is_settled)
    findings.sort(key=_place)
    return Compiled(
        resolution.policy,
        program,
        tuple(findings),
        sources,
        resolution.declared,
        resolution.references,
        tuple(allowed),
        read.policy_hash,
        read.hashes,
    )


def _place(finding: Finding) -> tuple[str, int, int]:
    if finding.span is None:
        return "", 0, 0
    return finding.span.source.name, finding.span.start, finding.span.end
