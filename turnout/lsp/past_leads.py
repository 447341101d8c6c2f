"""The leads of a sample that each rule takes, kept for as long as policy and sample stay.

The sample is named by the project's configuration. Every lead counts as a new one that comes
now, as `turnout coverage --leads` counts it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from turnout.compiler.compiled import Compiled
from turnout.compiler.meaning.identity import NEW
from turnout.compiler.plan.decide import day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.dsl.types import Field
from turnout.errors import Error
from turnout.frozen import attribute, frozen
from turnout.lsp.last_answers import LastAnswers
from turnout.project.configuration import configuration_of
from turnout.runtime.leads import Lead, leads
from turnout.runtime.records import records

MOST_LEADS = 5_000
"""Leads of a file that are looked at: somebody waits."""


class PastLeadsError(Error):
    """There is no sample of leads, or it can't be read."""


@frozen(eq=False)
class PastLeads:
    """The leads of a file. name: of the file."""

    name: str
    leads: tuple[Lead, ...] = attribute(repr=False)


def past_leads_of(main: Path, fields: Mapping[str, Field]) -> PastLeads | None:
    """Return the leads that are configured for a policy, None where none are.

    Raises LeadsError, ConfigurationError and PastLeadsError.
    """
    path = configuration_of(main).sample
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError as failure:
        raise PastLeadsError(f"{path.name} can't be read: {failure.strerror}") from failure
    stamp = found.st_mtime_ns, found.st_size
    known = _KEPT.get(path)
    if known is None or known[0] != stamp or dict(known[1]) != dict(fields):
        with records(path, fields=fields) as source:
            rows = islice(source, MOST_LEADS)
            sample = PastLeads(path.name, tuple(leads(rows, fields)))
        _KEPT.clear()
        _KEPT[path] = known = (stamp, fields, sample)
    return known[2]


_KEPT: dict[Path, tuple[object, Mapping[str, Field], PastLeads]] = {}


def taken_of(compiled: Compiled, route: str, sample: PastLeads) -> tuple[int | None, ...]:
    """Return which clause of a route takes each lead of a sample; None for nobody."""
    return _TAKEN.of((compiled, sample), route, lambda: tuple(_taken(compiled, route, sample)))


_TAKEN: LastAnswers[tuple[int | None, ...]] = LastAnswers()


def _taken(compiled: Compiled, route: str, sample: PastLeads) -> Iterator[int | None]:
    moment = datetime.now(UTC)
    plan = plan_of(compiled.program, route)
    match, today = decider(plan), day(plan, moment)
    beside = {**NEW.facts, **facts(plan, moment)}
    of = compiled.program.routes[route]
    last = len(of.clauses) - 1 if of.last else None
    for lead in sample.leads:
        is_fit = lead.complaint is None
        yield match({**lead.values, **beside}, today) if is_fit else last
