"""What tests came to, for people: a mark for each test, each failure in full, the summary."""

from collections.abc import Iterator, Sequence

from turnout.compiler.program import Clause
from turnout.compiler.questions.testable import Coverable
from turnout.dsl.expectations import TARGETS, Expectation
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.wording import promised
from turnout.frozen import attribute, frozen
from turnout.printable import visible
from turnout.rendering.excerpt import excerpt
from turnout.rendering.explanation import explanation_text, goes_to
from turnout.rendering.screen import Ink, hanging, paint, width
from turnout.runtime.decisions import Decision
from turnout.trials.testing import Covered, Failure, TestResult

_INDENT = 4


@frozen
class TestReport:
    """The tests of a run in order, and what those of each policy cover.

    coverages: by the name of the policy's main file. seconds: how long it took.
    """

    __test__ = False  # pytest: no test of ours

    results: tuple[TestResult, ...]
    coverages: tuple[tuple[str, Covered], ...]
    seconds: float = attribute(eq=False)

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The tests that failed, in order."""
        return tuple(result for result in self.results if not result.is_passed)

    @property
    def summary(self) -> str:
        """One line, such as "3 passed, 1 failed in 0.02 s"."""
        failed = len(self.failed)
        numbers = {"passed": len(self.results) - failed, "failed": failed}
        counts = [f"{number:,} {word}" for word, number in numbers.items() if number]
        return f"{', '.join(counts)} in {self.seconds:.2f} s"


def mark(result: TestResult) -> str:
    """Return a test's one character of progress."""
    return paint(".", Ink.HELP) if result.is_passed else paint("F", Ink.ERROR)


def result_line(result: TestResult, screen: int) -> list[str]:
    """Return a test as `-v` shows it: where it stands, its name, what it came to."""
    span = result.test.span
    word = paint("passed", Ink.HELP) if result.is_passed else paint("FAILED", Ink.ERROR)
    first = f"{word}  {visible(f'{span.source.name}:{span.line}')}  "
    return hanging(first, visible(result.test.name).split(" "), screen)


def failures_text(result: TestResult, screen: int) -> Iterator[str]:
    """Yield a failed test in full: each unmet expectation, and why the lead went there."""
    yield paint(f"failed: {visible(result.test.name)}", Ink.ERROR)
    told: set[str] = set()
    for at, failure in enumerate(result.failures):
        finding = Finding(
            "failed-test",
            Severity.ERROR,
            failure.expectation.span,
            failure.expectation.said,
            text=actual(failure),
        )
        yield from excerpt(finding, screen)
        yield ""
        later = result.failures[at + 1 :]
        lead = failure.arrived.decision.lead
        if lead in told or any(other.arrived == failure.arrived for other in later):
            continue  # a lead is explained once, below the last that is said of it
        told.add(lead)
        for line in explanation_text(failure.explanation, screen - _INDENT, has_state=True):
            yield f"{' ' * _INDENT}{line}".rstrip()
        yield ""


def actual(failure: Failure) -> str:
    """Return what is true in place of an expectation, in a few words."""
    expectation, decision, clause = failure.expectation, failure.arrived.decision, failure.clause
    found = _found(expectation, decision, clause)
    return f"not so: {found}" if not expectation.negated else f"it is so: {found}"


def _found(expectation: Expectation, decision: Decision, clause: Clause | None) -> str:
    match expectation.kind:
        case "rule" | "fallback":
            return f"{clause.title} takes it" if clause else "no rule takes it, and no fallback"
        case "sla":
            if clause is None or clause.sla is None:
                return "there is no SLA"
            if decision.due is None:
                return "nobody is to work on it, so nothing is due"
            return f"the SLA is {promised(clause.sla)}"
        case "due":
            return f"due {decision.due:%Y-%m-%d %H:%M} UTC" if decision.due else "nothing is due"
        case "action":
            words = [" ".join((each.kind, *each.arguments)) for each in decision.actions]
            return f"it does {', '.join(words)}" if words else "it does nothing"
        case "issue":
            return _listed([i.field or "the lead" for i in decision.issues], "there is no issue")
        case "passed-over":
            words = [f"{each.target} ({each.reason})" for each in decision.passed_over]
            return f"passed over: {', '.join(words)}" if words else "nobody is passed over"
        case "repeated":
            return (
                "it was routed before" if decision.repeated else "it is routed for the first time"
            )
        case "duplicate":
            seen = decision.duplicate_of
            return "it is new" if seen is None else f"lead {seen} came before it"
        case "assignee":
            return f"{decision.assignee} has it" if decision.assignee else "nobody is assigned"
        case kind:
            assert kind in TARGETS
            return f"it goes to {goes_to(decision)}"


def _listed(words: Sequence[str], nothing: str) -> str:
    return f"issues: {', '.join(dict.fromkeys(words))}" if words else nothing


def summary_lines(report: TestReport, screen: int) -> Iterator[str]:
    """Yield the names of failed tests, as `-k` takes them, and the summary."""
    for result in report.failed:
        first = f"{paint('FAILED', Ink.ERROR)} "
        span = result.test.span
        words = visible(f"{span.source.name}:{span.line} -k '{exact(result.test.name)}'").split(" ")
        yield from hanging(first, words, screen)
    ink = Ink.ERROR if report.failed else Ink.HELP
    yield paint(report.summary, ink)


def exact(name: str) -> str:
    r"""Return the expression for `-k` that finds a test by its name.

    >>> print(exact('a "big" lead'))
    "a \"big\" lead"
    """
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# -- coverage --

_NOUNS = {
    "rule": ("rule", "rules"),
    "fallback": ("fallback", "fallbacks"),
    "branch": ("branch", "branches"),
    "else": ("else-step", "else-steps"),
}


def coverage_text(coverages: Sequence[tuple[str, Covered]], screen: int) -> Iterator[str]:
    """Yield how much of each route and file is covered, and what isn't."""
    for policy, found in coverages:
        yield paint(visible(f"coverage of {policy}"), Ink.STRONG)
        for name, (covered, total) in parts(found).items():
            share = 100 * covered / total
            yield f"  {visible(name)}  {covered:,} of {total:,}  {share:.1f} %"
        missed = [(str(item.span).rsplit(":", 1)[0], item.title) for item in found.missed]
        if missed:
            yield "  not covered"
        column = max((width(visible(place)) for place, _ in missed), default=0)
        for place, title in missed:
            first = f"    {visible(place)}{' ' * (column - width(visible(place)))}  "
            yield from hanging(first, visible(title).split(" "), screen)
        yield from hanging("  ", _total(found).split(" "), screen)


def parts(found: Covered) -> dict[str, tuple[int, int]]:
    """Return how much is covered, and of how much, by route, then by file."""
    counts: dict[str, tuple[int, int]] = {}
    done = {id(item) for item in found.reached}
    for is_file in (False, True):
        for item in found.items:
            name = item.span.source.name if is_file else f"route {item.route}"
            covered, total = counts.get(name, (0, 0))
            counts[name] = (covered + (id(item) in done), total + 1)
    return counts


def by_kind(found: Covered) -> dict[str, tuple[int, int]]:
    """Return how much is covered, and of how much, by kind of thing."""

    def count(items: Sequence[Coverable], kind: str) -> int:
        return sum(item.kind == kind for item in items)

    return {kind: (count(found.reached, kind), count(found.items, kind)) for kind in _NOUNS}


def _total(found: Covered) -> str:
    said = [
        f"{covered:,} of {total:,} {_NOUNS[kind][total != 1]}"
        for kind, (covered, total) in by_kind(found).items()
        if total
    ]
    return f"{found.percent:.1f} % covered: {', '.join(said) or 'there is nothing to cover'}"
