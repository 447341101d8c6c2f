"""`turnout test`: the tests that stand in policies, what they cover, and tests for the rest."""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS, CannotRun
from turnout.commands.interrupts import until_interrupted
from turnout.commands.options import Command, color_option, format_option
from turnout.commands.policies import errors_of
from turnout.commands.selection import selection
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.expectations import TestCase
from turnout.frozen import define
from turnout.printable import visible
from turnout.project.roots import roots
from turnout.rendering.jsons import json_text
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report, counted
from turnout.rendering.screen import Ink, columns, hanging, paint
from turnout.rendering.tests import (
    TestReport,
    coverage_text,
    failures_text,
    mark,
    result_line,
    summary_lines,
)
from turnout.rendering.tests_data import report_data, report_junit
from turnout.trials.generation import generate as generated
from turnout.trials.testing import Covered, Tester, TestResult, covered


@click.command(
    "test",
    cls=Command,
    examples=(
        "turnout test",
        "turnout test policies/ -v --coverage --fail-under 90",
        """turnout test inbound.route -k 'german and not "small firm"'""",
        "turnout test inbound.route --format junit > tests.xml",
        "turnout test --generate inbound.route >> inbound.route",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=policy_files)
@click.option("-v", "--verbose", is_flag=True, help="A line for each test.")
@click.option("-k", "expression", metavar="EXPR", help="Only tests whose names fit.")
@click.option("-x", "--exitfirst", "stops", is_flag=True, help="Stop at the first failure.")
@click.option("--coverage", "shows_coverage", is_flag=True, help="Print what no test covers.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where less of a policy is covered.",
)
@click.option(
    "--generate",
    is_flag=True,
    help="Write tests for what no test of the one policy PATH covers, ready to paste.",
)
@format_option("text", "json", "junit", help="For people, for programs, or for build servers.")
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[Path, ...],
    verbose: bool,
    expression: str | None,
    stops: bool,
    shows_coverage: bool,
    fail_under: float | None,
    generate: bool,
    format_name: str,
) -> None:
    """Run the tests that stand in policies.

    A PATH is a policy's main file, or a folder (the current one where none is given):
    there every .route file that no other one includes is a main file. Tests may stand in
    a file of their own that includes the policy.

    -k takes words that a test's name must hold, joined by and, or, not and parentheses;
    a text in quotes is looked for as it stands. Rules, fallbacks, branches and else-steps
    count for the coverage.

    --generate writes a test for each rule, fallback, branch and else-step that no test
    covers; each was run before it is printed. What none can be made for is named on
    stderr, with the reason.

    Exit status: 0 where every test passes, 1 where one fails, a policy has errors or
    less is covered than --fail-under asks for, 2 where a PATH can't be read or there is no
    test.
    """
    policies = fit_policies(paths or (Path(),))
    if generate:
        _generate(policies)
        return
    chosen = [(compiled, _chosen(compiled, expression)) for compiled in policies]
    if not any(tests for _, tests in chosen):
        raise _no_tests(policies, expression)
    run = _Run(is_text=format_name == "text", is_verbose=verbose, stops=stops)
    report = run.report(chosen)
    _show(report, format_name, shows_coverage=shows_coverage or fail_under is not None)
    low = [name for name, found in report.coverages if found.percent < (fail_under or 0)]
    for name in low:
        message = f"less than {fail_under:g} % of {visible(name)} is covered"
        click.echo(paint(message, Ink.ERROR), err=True)
    ctx.exit(FINDINGS if report.failed or low else CLEAN)


def fit_policies(paths: tuple[Path, ...]) -> list[Compiled]:
    """Return the policies of these main files; where one has errors, print them all and end."""
    found = roots(paths)
    policies = [compile_policy(file) for file in found.files]
    unfit = [errors_of(compiled) for compiled in policies if not compiled.is_fit]
    if found.refused:
        unfit.append(Report(found.refused, ()))
    for report in unfit:
        for text in pretty(report, columns()):
            click.echo(text, err=True)
    if unfit:
        is_unread = any(finding.span is None for report in unfit for finding in report.findings)
        raise click.exceptions.Exit(CANNOT_RUN if is_unread else FINDINGS)
    return policies


def _chosen(compiled: Compiled, expression: str | None) -> list[TestCase]:
    if expression is None:
        return list(compiled.policy.tests)
    fits = selection(expression)
    return [test for test in compiled.policy.tests if fits(test.name)]


def _no_tests(policies: list[Compiled], expression: str | None) -> CannotRun:
    tests = [test for compiled in policies for test in compiled.policy.tests]
    if expression is not None and tests:
        listed = ", ".join(f'"{test.name}"' for test in tests[:3])
        more = "" if len(tests) <= 3 else f" and {len(tests) - 3} more"
        return CannotRun(f"no test's name fits {expression}", f"there are {listed}{more}")
    where = policies[0].sources[-1].name if len(policies) == 1 else counted(len(policies), "file")
    return CannotRun(
        f"there is no test in {where}",
        "write one, or let `turnout test --generate POLICY` write them",
    )


@define
class _Run:
    """A run of tests, and what it prints on the way. column: the cells taken of the line."""

    is_text: bool
    is_verbose: bool
    stops: bool
    column: int = 0

    def report(self, chosen: list[tuple[Compiled, list[TestCase]]]) -> TestReport:
        began = monotonic()
        results: list[TestResult] = []
        coverages: list[tuple[str, Covered]] = []
        total = sum(len(tests) for _, tests in chosen)
        hidden = self.is_text or not sys.stderr.isatty()
        with click.progressbar(
            length=total, label="testing", file=sys.stderr, hidden=hidden
        ) as bar:
            for compiled, tests in chosen:
                own: list[TestResult] = []
                if tests:
                    self._headed(compiled)
                for result in until_interrupted(self._results(compiled, tests)):
                    own.append(result)
                    bar.update(1)
                results += own
                arrived = [each for result in own for each in result.arrived]
                found = covered(compiled.program, arrived)
                coverages.append((compiled.sources[-1].name, found))
                if self.stops and any(not result.is_passed for result in own):
                    break
        return TestReport(tuple(results), tuple(coverages), monotonic() - began)

    def _results(self, compiled: Compiled, tests: list[TestCase]) -> Iterator[TestResult]:
        tester = Tester(compiled.program)
        for test in tests:
            result = tester.run(test)
            self._shown(result)
            yield result
            if self.stops and not result.is_passed:
                break
        if self.is_text and not self.is_verbose and tests:
            click.echo()

    def _headed(self, compiled: Compiled) -> None:
        if self.is_text and not self.is_verbose:
            name = visible(compiled.sources[-1].name)
            click.echo(f"{name} ", nl=False)
            self.column = len(name) + 1

    def _shown(self, result: TestResult) -> None:
        if not self.is_text:
            return
        if self.is_verbose:
            for line in result_line(result, columns()):
                click.echo(line)
            return
        if self.column >= columns():
            click.echo()
            self.column = 0
        click.echo(mark(result), nl=False)
        self.column += 1


def _show(report: TestReport, format_name: str, *, shows_coverage: bool) -> None:
    if format_name == "json":
        click.echo(json_text(report_data(report), indent=2))
    elif format_name == "junit":
        click.echo(report_junit(report))
    else:
        for result in report.failed:
            click.echo()
            for line in failures_text(result, columns()):
                click.echo(line)
        if shows_coverage:
            for line in coverage_text(report.coverages, columns()):
                click.echo(line)
        for line in summary_lines(report, columns()):
            click.echo(line)


def _generate(policies: list[Compiled]) -> None:
    """Print tests for what no test of a policy covers."""
    if len(policies) > 1:
        raise CannotRun(
            f"tests are made for one policy at a time; here are {len(policies)}",
            "name the main file of one",
        )
    (compiled,) = policies
    tester = Tester(compiled.program)
    arrived = [each for test in compiled.policy.tests for each in tester.run(test).arrived]
    made = generated(compiled.program, covered(compiled.program, arrived).missed)
    for number, (_, text) in enumerate(made.tests):
        click.echo(("\n" if number else "") + text, nl=False)
    for each in made.untestable:
        place = str(each.item.span).rsplit(":", 1)[0]
        first = f"{paint('no test', Ink.NOTE)} {visible(place)} "
        words = visible(f"{each.item.title}: {each.reason}").split(" ")
        for line in hanging(first, words, columns()):
            click.echo(line, err=True)
    if not made.tests and not made.untestable:
        click.echo("everything is covered", err=True)
