"""Whether a policy is fit to route leads and by which route; what else a router refuses."""

from turnout.compiler.compiled_policy import Compiled
from turnout.dsl.findings import Finding, Severity
from turnout.errors import Error


class PolicyError(Error):
    """The policy can't be run.

    The message names the file, and the line of the first error. findings: every finding,
    without an error where the policy only has no such route.
    """

    def __init__(
        self,
        message: str,
        help: str = "",
        findings: tuple[Finding, ...] = (),
    ) -> None:
        """Say what is wrong in one sentence."""
        super().__init__(message, help)
        self.findings = findings

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the findings when pickled."""
        return type(self), (self.message, self.help, self.findings)


class ClosedError(Error):
    """The router was closed, and its state released."""


class UnroutedError(Error):
    """Leads that were to be routed anew, but never were routed.

    leads: their ids, in order; `row 7` where one has none.
    """

    def __init__(self, leads: tuple[str, ...]) -> None:
        """Say which."""
        super().__init__(f"never routed: {', '.join(leads)}")
        self.leads = leads

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the ids when pickled."""
        return type(self), (self.leads,)


def chosen_route_name(compiled: Compiled, route: str | None) -> str:
    """Return the name of the route to be taken, the only one where none is named.

    Raises PolicyError.
    """
    findings = compiled.findings
    errors = [each for each in findings if each.severity is Severity.ERROR]
    if errors:
        first, more = errors[0], len(errors) - 1
        place = "" if first.span is None else f"{first.span.source.name}:{first.span.line}: "
        rest = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
        raise PolicyError(f"{place}{first.message}{rest}", "; ".join(first.help), findings)
    file = compiled.sources[-1].name
    names = list(compiled.program.routes)
    listed = ", ".join(names)
    if not names:
        raise PolicyError(
            f"{file}: the policy has no route", "name the file that has one", findings
        )
    if route is None and len(names) > 1:
        several = f"{file}: the policy has several routes: {listed}"
        raise PolicyError(several, "name one: `route=`", findings)
    if route is not None and route not in names:
        from turnout.dsl.resolve.scope import nearest  # noqa: PLC0415 - for errors only

        near = nearest(route, names)
        advice = f"it has {listed}" if near is None else f"did you mean `{near}`?"
        raise PolicyError(f"{file}: the policy has no route `{route}`", advice, findings)
    return names[0] if route is None else route
