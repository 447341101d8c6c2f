"""Leads decided by an imported policy, by the reference interpreter: who gets each."""

from collections.abc import Iterable, Mapping

from tests.support.policies import AT, resolved
from tests.support.strategies import Written
from turnout.compiler.meaning.interpreter import match
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source
from turnout.dsl.targets import said
from turnout.importing.reports import Imported
from turnout.runtime.leads import lead_reader


def receivers(made: Imported, leads: Iterable[Mapping[str, object]]) -> list[str]:
    """Return whom each lead goes to first, as the policy names them; each is given an id.

    The policy has no fault, and stands in its canonical form.
    """
    return [name for name, _ in outcomes(made, leads)]


def outcomes(
    made: Imported, leads: Iterable[Mapping[str, object]]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return whom each lead goes to first, and how it is tagged; as `receivers` otherwise."""
    text = made.draft.text
    assert formatted(Source("imported.route", text)) == text
    policy = resolved(Written(text, dict(made.draft.files)))
    (route,) = policy.routes
    read = lead_reader(policy.fields)
    found: list[tuple[str, tuple[str, ...]]] = []
    for number, lead in enumerate(leads):
        values = read({**lead, "id": str(number)}, None).values
        taken = match(policy, route, values, AT)
        tags = [text for each in taken.actions if each.kind == "tag" for text in each.arguments]
        found.append((said(taken.attempts[0][0]).name, tuple(tags)))
    return found
