"""The process that reads a new version of a policy: what `reloading` asks, it answers.

It is given a pickled `ReloadOrder` and writes a pickled `PreparedPolicy`; both ends are the same
program.
"""

import pickle
import sys
from collections.abc import Iterator
from time import monotonic

import attrs

from turnout.compiler.checks.guarantees import judged_claims
from turnout.compiler.compiled import DEADLINE, compile_policy
from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.difference import difference
from turnout.compiler.difference.levels import beyond
from turnout.compiler.leads.budget import STEPS, Budget
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program
from turnout.dsl.findings import Finding, Severity
from turnout.errors import Error
from turnout.project.configuration import configuration_of
from turnout.serving.reloading import PreparedPolicy, ReloadOrder
from turnout.trials.testing import Tester


def prepared(order: ReloadOrder) -> PreparedPolicy:
    """Return a version as it may be served, or why it isn't."""
    source = order.source
    try:
        severities = configuration_of(source.main).severities
        compiled = compile_policy(source.main, severities=severities)
    except (Error, OSError) as failure:
        return PreparedPolicy(refused=(str(failure),))
    refused = tuple(_against(compiled, order))
    if refused:
        return PreparedPolicy(refused=refused)
    plan = plan_of(compiled.program, source.route, compiled.policy_hash)
    return PreparedPolicy(lean(compiled), plan)


def lean(compiled: Compiled) -> Compiled:
    """Return a policy without what only an editor asks."""
    return attrs.evolve(compiled, findings=(), declared=None, references=())


def _against(compiled: Compiled, order: ReloadOrder) -> Iterator[str]:
    """Yield what keeps a version from being served: of what is found first, all."""
    errors = [each for each in compiled.findings if each.severity is Severity.ERROR]
    if errors:
        yield from map(_line, errors)
        return
    route = order.source.route
    if compiled.policy.name != order.policy:
        yield f"it is policy {compiled.policy.name}, and {order.policy} is served"
        return
    if route not in compiled.policy.routes:
        yield f"it has no route {route}"
        return
    failed = list(_failed(compiled))
    if failed:
        yield from failed
        return
    if compiled.policy_hash != order.policy_hash and order.running is not None:
        yield from _changed(order.running, compiled.program, order.source.allow)


def _failed(compiled: Compiled) -> Iterator[str]:
    tester = Tester(compiled.program)
    for test in compiled.policy.tests:
        if not tester.run(test).is_passed:
            yield f'its test "{test.name}" fails'


def _changed(old: Program, new: Program, level: str) -> Iterator[str]:
    """Yield what a version changes that isn't let pass, and guarantees that it breaks."""
    budget = Budget(STEPS, monotonic() + DEADLINE)
    yield from beyond(difference(old, new, budget=budget), level)
    before = dict(_broken(old, budget))
    yield from (said for about, said in _broken(new, budget) if about not in before)


def _broken(program: Program, budget: Budget) -> Iterator[tuple[object, str]]:
    for found in judged_claims(program, program.routes, budget):
        if found.about and found.finding.severity is Severity.ERROR:
            yield found.about, found.finding.message


def _line(finding: Finding) -> str:
    span = finding.span
    place = "" if span is None else f"{span.source.name}:{span.line}: "
    return f"{place}{finding.message} [{finding.name}]"


def main() -> None:
    """Answer on standard output what standard input asks."""
    order: ReloadOrder = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - of the service itself
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # what a library prints is no answer
    answer.write(pickle.dumps(prepared(order), protocol=5))
    answer.flush()


if __name__ == "__main__":
    main()
