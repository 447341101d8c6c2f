"""What is made of a version of the policy when somebody first asks: schema, picture, an example."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, cast

from turnout.compiler.leads.budget import Budget, OutOfSteps, OutOfTime
from turnout.compiler.leads.witness import example, shown
from turnout.compiler.questions.analysis import analyse
from turnout.rendering.diagram import Drawing, drawn
from turnout.rendering.trees import headed, whole_picture
from turnout.serving.lead_schema import lead_schema
from turnout.serving.served_versions import ServedVersion

T = TypeVar("T")

SECONDS = 5.0
"""For which an example is looked for."""

_TRIED = 20


def lead_schema_of(version: ServedVersion) -> dict[str, Any]:
    """Return what a lead is, as JSON Schema."""
    policy = version.router.compiled.policy
    return _once(version, "schema", lambda: lead_schema(policy.name, policy.fields))


def diagram_svg(version: ServedVersion) -> bytes:
    """Return the policy's decision tree as one picture."""
    return _once(version, f"diagram {version.route_name}", lambda: _drawn(version))


def example_lead(version: ServedVersion) -> dict[str, Any]:
    """Return a lead that a rule takes, as it would arrive; the first rule that has one."""
    return _once(version, "example", lambda: _example(version))


def _once(version: ServedVersion, name: str, make: Callable[[], T]) -> T:
    if name not in version.made:
        version.made[name] = make()
    return cast("T", version.made[name])


def _drawn(version: ServedVersion) -> bytes:
    compiled, route = version.router.compiled, version.route_name
    shown_pages = whole_picture(compiled, route, is_one_page=True)
    pages, heading = headed(compiled, route, shown_pages, has_commit=False)
    main = Path(compiled.sources[-1].name) if compiled.sources else Path("policy.route")
    ((_, picture),) = drawn(pages, heading, Drawing("svg", "auto", None, main))
    return picture


def _example(version: ServedVersion) -> dict[str, Any]:
    program, route = version.router.compiled.program, version.router.route_name
    analysis = analyse(program, route, Budget(deadline=monotonic() + SECONDS))
    try:
        for at in range(min(_TRIED, len(analysis.route.clauses))):
            left = analysis.remaining(at)
            made = None if left is None else example(analysis.space, left)
            if made is not None:
                return _with_id(version, shown(made, program.policy.fields).fields)
    except (OutOfSteps, OutOfTime):
        pass
    return _with_id(version, {})


def _with_id(version: ServedVersion, fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as a witness has it
    from turnout.dsl.types import id_field  # noqa: PLC0415

    found = dict(fields)
    named = id_field(version.router.compiled.policy.fields)
    if named is not None:
        found[named.name] = found.get(named.name) or "L-10017"
    return found
