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
    text = made.draft.text
    assert formatted(Source("imported.route", text)) == text
    policy = resolved(Written(text, dict(made.draft.files)))
    (route,) = policy.routes
    read = lead_reader(policy.fields)
    found: list[str] = []
    for number, lead in enumerate(leads):
        values = read({**lead, "id": str(number)}, None).values
        first = match(policy, route, values, AT).attempts[0][0]
        found.append(said(first).name)
    return found
