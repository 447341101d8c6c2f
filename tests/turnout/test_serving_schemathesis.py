"""Each operation of each example does what its description says, whatever is asked.

Schemathesis draws requests that fit the description and requests that don't, and judges answers:
no fault of ours, a status, a type and a body that were told, nothing refused that fits, nothing
taken that doesn't. Of the examples only what takes leads is asked, since the rest is one for all
policies and asked of one; with `--thorough` everything of each, on more requests.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as drawn
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData

from tests.support.served import HERE, settings
from turnout.compiler.compiled import compile_policy
from turnout.project.configuration import configuration_of
from turnout.project.roots import roots
from turnout.serving.reloading import PolicySource
from turnout.serving.running import ServingSettings

ROOT = Path(__file__).parents[2]
FOLDERS = sorted({each.parent for each in ROOT.glob("examples/*/*.route")})
MAINS = [each for folder in FOLDERS for each in roots([folder]).files]
LEADS = frozenset({"/leads", "/decide", "/explain"})

LET_PASS: Mapping[type[Failure], frozenset[str]] = {
    # A lead that doesn't fit its schema is decided, with its issues; what a form leaves empty is as
    # if it weren't there.
    AcceptedNegativeData: LEADS | {"/report"},
    # A lead of an id that has none; a time that lies before another, or before now; a reason that
    # the policy doesn't declare; somebody who isn't in the policy.
    RejectedPositiveData: frozenset({"/leads", "/report", "/people/{person}/away"})
    | {"/people/{person}/pause"},
}
"""What a schema can't say of an operation, and is no fault of it."""


def asked(schema: Any, paths: frozenset[str] | None, many: int) -> int:  # noqa: ANN401 - the library's
    """Ask operations, all where none are named, and return how often they were."""
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if paths is not None and operation.path not in paths:
            continue
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            if mode is schemathesis.GenerationMode.NEGATIVE and _takes_anything(operation):
                continue

            @drawn(
                max_examples=many,
                deadline=None,
                derandomize=True,
                database=None,
                phases=(Phase.explicit, Phase.generate),
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            )
            @given(case=strategy)
            def tried(case: Any) -> None:  # noqa: ANN401 - the library's
                nonlocal count
                count += 1
                try:
                    case.call_and_validate(base_url=HERE, headers={"Accept": "application/json"})
                except FailureGroup as failures:
                    left = [
                        each
                        for each in failures.exceptions
                        if case.operation.path not in LET_PASS.get(type(each), ())
                    ]
                    if left:
                        said = f"{case.operation.label} {case.query} {case.body!r}"
                        raise FailureGroup(left, said) from None

            tried()
    return count


def _takes_anything(operation: Any) -> bool:  # noqa: ANN401 - the library's
    """Return whether there is nothing to say wrong: no body, no query, and a path of any text."""
    return not operation.body and not operation.query


def described(of: ServingSettings) -> Any:  # noqa: ANN401 - the library's
    compiled = compile_policy(
        of.source.main, severities=configuration_of(of.source.main).severities
    )
    return schemathesis.openapi.from_asgi(
        "/openapi.json", of.application(compiled), headers={"Host": "localhost"}
    )


def test_every_operation_does_what_it_says(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    many = 60 if pytestconfig.getoption("thorough") else 12
    assert asked(described(settings(tmp_path)), None, many) > 300


@pytest.mark.parametrize("main", MAINS, ids=lambda each: each.parent.name)
def test_every_example_does_with_leads_what_it_says(
    main: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    is_thorough = pytestconfig.getoption("thorough")
    policy = compile_policy(main).policy
    source = PolicySource(main, next(iter(policy.routes)), tmp_path / "x.db", 5)
    of = ServingSettings(source, tmp_path / "t", is_watching=False)
    paths, many = (None, 15) if is_thorough else (LEADS, 5)
    assert asked(described(of), paths, many) > 5
