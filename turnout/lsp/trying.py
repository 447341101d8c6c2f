"""What comes of the tests of a policy, beside their names and what they expect."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from turnout.compiler.compiled import Compiled
from turnout.dsl.findings import Severity
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen
from turnout.lsp.last_answers import LastAnswers
from turnout.rendering.tests import actual
from turnout.runtime.explain import Explanation
from turnout.runtime.router import Router
from turnout.trials.testing import Tester, TestResult


@frozen
class TestRun:
    """A test that was run. at: its name."""

    __test__ = False  # pytest: no test of ours

    at: Span
    result: TestResult

    @property
    def said(self) -> str:
        """What is shown above the test."""
        number = len(self.result.failures)
        return "passes" if not number else f"fails: {number} of what it expects is not so"

    @property
    def faults(self) -> Iterator[tuple[Span, str]]:
        """What is true in place of each expectation that is not met."""
        for failure in self.result.failures:
            yield failure.expectation.span, actual(failure)


def tried_tests(compiled: Compiled, source: Source) -> tuple[TestRun, ...]:
    """Return the tests that stand in a file, run; none where the policy can't be."""
    return _TRIED.of((compiled,), source.name, lambda: _tried(compiled, source))


_TRIED: LastAnswers[tuple[TestRun, ...]] = LastAnswers()


def _tried(compiled: Compiled, source: Source) -> tuple[TestRun, ...]:
    if any(each.severity is Severity.ERROR for each in compiled.findings):
        return ()
    here = [test for test in compiled.policy.tests if test.span.source.name == source.name]
    tester = Tester(compiled.program)
    return tuple(TestRun(test.span, tester.run(test)) for test in here)


def tried_lead(
    compiled: Compiled, route: str, lead: Mapping[str, object], at: datetime | None
) -> Explanation:
    """Return why a lead goes where it goes; nothing is recorded. at: when it comes, else now.

    Raises PolicyError, and LeadsError for what is no lead.
    """
    with Router(compiled, route=route) as router:
        return router.explain(dict(lead), at=at)
