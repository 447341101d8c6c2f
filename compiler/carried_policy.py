"""The policy that a plan was made of, as the plan carries it: so that it needs no policy to run.

In two pieces, each `rows_of` a value as JSON, in Base64. The first is what reads leads and says
who gets them (fields, people, teams, calendars, hours, caps) with the text of every file, which the
log of a state keeps. The other is the route as it is written, which only an explanation and what is
kept in the log ask for: it is read when that is. What nothing asks for that runs (territories,
guarantees, tests, other routes) isn't carried.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Generic, TypeVar, cast

import attrs

from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.plan.shape import PlanError, without_collecting
from turnout.compiler.plan.value import CarriedPolicy, Plan
from turnout.compiler.plan.writing import canonical
from turnout.compiler.program import Program, RouteProgram
from turnout.compiler.written_values import rows_of, shape, value_of
from turnout.dsl.policy import Policy, Route
from turnout.dsl.source import Source
from turnout.frozen import frozen

T = TypeVar("T")


@frozen
class CarriedFields:
    """A policy without its routes and what only checks ask for. sources: the main file last."""

    policy: Policy
    sources: tuple[Source, ...]


@frozen
class CarriedRoute:
    """A route as it is written, and its clauses."""

    route: Route
    program: RouteProgram


def carried_policy(compiled: Compiled, route: str) -> CarriedPolicy:
    """Return what a plan of a route carries of its policy."""
    policy = attrs.evolve(
        compiled.policy, families=(), definitions={}, routes={}, guarantees={}, tests=()
    )
    whole = CarriedRoute(compiled.policy.routes[route], compiled.program.routes[route])
    return CarriedPolicy(
        files=compiled.files,
        shape=_shape(),
        policy=_packed(CarriedFields(policy, compiled.sources), CarriedFields),
        clauses=_packed(whole, CarriedRoute, compiled.sources),
    )


def compiled_of(plan: Plan, carried: CarriedPolicy) -> Compiled:
    """Return the policy that a plan carries, with the plan's route alone; see `CarriedPolicy`.

    Raises PlanError where it is of another version of Turnout, or isn't the plan's.
    """
    if carried.shape != _shape():
        message = "the plan carries its policy as another version of Turnout wrote it"
        raise PlanError(message, "write the plan anew: `turnout compile --plan`")
    lines = "".join(f"{digest}  {name}\n" for name, digest in carried.files)
    if sha256(lines.encode("utf-8", "surrogateescape")).hexdigest() != plan.policy_hash:
        raise _damaged("`policy_hash` is not that of its `files`")
    written = cast("CarriedFields", _unpacked(carried.policy, CarriedFields, "policy"))
    if written.policy.name != plan.policy or not written.sources:
        raise _damaged("it carries another policy")

    @cache
    def whole() -> CarriedRoute:
        sources = written.sources
        found = cast("CarriedRoute", _unpacked(carried.clauses, CarriedRoute, "clauses", sources))
        names = [each.name for each in plan.answers]
        if found.route.name != plan.route or [each.name for each in found.program.clauses] != names:
            raise _damaged("it carries the clauses of another route")
        return found

    routes = CarriedRoutes(plan.route, lambda: whole().route)
    policy = attrs.evolve(written.policy, routes=routes)
    program = Program(policy, CarriedRoutes(plan.route, lambda: whole().program))
    return Compiled(
        policy,
        program,
        findings=(),
        sources=written.sources,
        declared=None,
        references=(),
        policy_hash=plan.policy_hash,
        files=carried.files,
    )


class CarriedRoutes(Mapping[str, T], Generic[T]):
    """A route by its name, read when it is asked for."""

    def __init__(self, name: str, read: Callable[[], T]) -> None:
        self._name, self._read = name, read

    def __getitem__(self, name: str) -> T:
        """Return the route."""
        if name != self._name:
            raise KeyError(name)
        return self._read()

    def __iter__(self) -> Iterator[str]:
        """Return its name."""
        return iter((self._name,))

    def __len__(self) -> int:
        """Return one."""
        return 1


@cache
def _shape() -> str:
    return shape(CarriedFields) + shape(CarriedRoute)


def _packed(value: object, root: type, given: Sequence[object] = ()) -> str:
    return b64encode(canonical(rows_of(value, root, given)).encode()).decode()


def _unpacked(text: str, root: type, name: str, given: Sequence[object] = ()) -> object:
    with without_collecting():
        try:
            rows = json.loads(b64decode(text, validate=True))
        except (ValueError, RecursionError):
            raise _damaged(f"`policy_values.{name}` is no JSON in Base64") from None
        try:
            return value_of(rows, root, given)
        except ValueError as problem:
            raise _damaged(f"`policy_values.{name}`: {problem}") from None


def _damaged(what: str) -> PlanError:
    return PlanError(f"the plan is damaged: {what}", "write it anew")
