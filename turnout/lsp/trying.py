"""What comes of the tests of a policy, beside their names and what they expect."""

from collections.abc import Iterator

from turnout.compiler.compiled import Compiled
from turnout.dsl.findings import Severity
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen
from turnout.rendering.tests import actual
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
    if any(each.severity is Severity.ERROR for each in compiled.findings):
        return ()
    here = [test for test in compiled.policy.tests if test.span.source.name == source.name]
    tester = Tester(compiled.program)
    return tuple(TestRun(test.span, tester.run(test)) for test in here)
