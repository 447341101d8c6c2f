"""Suggestions: proposals whose evidence holds, each with its patch and what it would do."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from turnout.compiler.compiled import Compiled
from turnout.compiler.difference import Difference, difference
from turnout.dsl.policy import Team
from turnout.dsl.types import id_field
from turnout.frozen import frozen
from turnout.reporting.suggesting.edited_policy import edited_policy
from turnout.reporting.suggesting.evidence import Proposal, SuggestionKind
from turnout.reporting.suggesting.lived_leads import LivedLead, lived_leads
from turnout.reporting.suggesting.odds import LEVEL, holm
from turnout.reporting.suggesting.proposals import proposals
from turnout.runtime.records import Record
from turnout.runtime.stores import microseconds
from turnout.runtime.stores.anywhere import AnyStore
from turnout.trials.impact import Movements, movements

MONTH: Final = timedelta(days=30)


@frozen
class Suggestion:
    """One change that somebody may make.

    chance: how likely such evidence is by chance, corrected for all tests of the run; None for
    `unused`. patch: a unified diff. found: the exact difference. effect: what it does with the
    leads of the last month whose values were logged.
    """

    kind: SuggestionKind
    subject: str
    evidence: tuple[str, ...]
    chance: float | None
    patch: str
    found: Difference
    effect: Movements


@frozen
class UnwrittenSuggestion:
    """Evidence for a change of which there is no patch. why: there is none."""

    kind: SuggestionKind
    subject: str
    evidence: tuple[str, ...]
    why: str


@frozen
class Suggested:
    """What a run found. leads: that were looked at; tests: that were made; level: see `LEVEL`."""

    route: str
    leads: int
    tests: int
    level: float
    suggestions: tuple[Suggestion, ...]
    unwritten: tuple["UnwrittenSuggestion", ...] = ()


def suggested(
    main: Path,
    compiled: Compiled,
    route: str,
    store: AnyStore,
    period: tuple[datetime, datetime],
) -> Suggested:
    """Return what the outcomes of a period suggest. main: the policy's file. Raises StateError."""
    since, until = period
    leads = lived_leads(store, route, microseconds(since), microseconds(until))
    had = _had(store, compiled, route, leads)
    found = [*proposals(compiled, route, leads, had=had)]
    chances = [each.chance for each in found if each.chance is not None]
    corrected = iter(holm(chances))
    pairs = [(each, None if each.chance is None else next(corrected)) for each in found]
    month = [lead for lead in leads if lead.at >= microseconds(until - MONTH)]
    holding = _holding(pairs)
    told = [_suggestion(main, compiled, route, each, month, until) for each in holding]
    suggestions = tuple(each for each in told if isinstance(each, Suggestion))
    unwritten = tuple(each for each in told if isinstance(each, UnwrittenSuggestion))
    return Suggested(route, len(leads), len(chances), LEVEL, suggestions, unwritten)


def _holding(
    pairs: Sequence[tuple[Proposal, float | None]],
) -> Iterator[tuple[Proposal, float | None]]:
    for proposal, chance in pairs:
        if chance is None or chance < LEVEL:
            yield proposal, chance


def _suggestion(  # noqa: PLR0913, PLR0917 - what it is made of
    main: Path,
    compiled: Compiled,
    route: str,
    pair: tuple[Proposal, float | None],
    month: Sequence[LivedLead],
    at: datetime,
) -> Suggestion | UnwrittenSuggestion | None:
    """Return a proposal with its patch, or why it has none; None where nothing follows."""
    proposal, chance = pair
    patch = edited_policy(main, compiled, proposal.edits)
    if patch is None:
        why = proposal.why_not
        if proposal.edits:
            why = "the change would bring errors or findings that the policy doesn't have"
        kind, subject = proposal.kind, proposal.subject
        return UnwrittenSuggestion(kind, subject, proposal.evidence, why) if why else None
    programs = compiled.program, patch.new.program
    named = id_field(compiled.policy.fields)
    records = (
        # The log's values have no id, and no lead is another one's duplicate here.
        Record(number, {**lead.values, **({} if named is None else {named.name: f"L-{number}"})})
        for number, lead in enumerate(month, 1)
        if lead.values
    )
    found = difference(*programs)
    evidence = [*proposal.evidence, *_turns(compiled, patch.new, proposal, month)]
    if proposal.kind == "unused" and found.is_same:
        evidence.append("no lead needs it: proved over every possible lead")
    return Suggestion(
        proposal.kind,
        proposal.subject,
        tuple(evidence),
        chance,
        patch.text,
        found,
        movements(records, ((programs[0], route), (programs[1], route)), at),
    )


def _turns(
    old: Compiled, new: Compiled, proposal: Proposal, month: Sequence[LivedLead]
) -> Iterator[str]:
    """Yield how many of last month's turns members of a team would have had by new weights."""
    if proposal.kind != "weights":
        return
    name = proposal.subject.removeprefix("team ")
    turns = sum(lead.team == name for lead in month)
    before, after = (_shares(policy.teams[name]) for policy in (old.policy, new.policy))
    told = (f"{who} {after[who] * turns:.0f}, now {before[who] * turns:.0f}" for who in after)
    yield f"of last month's {turns:,} turns would have: {'; '.join(told)}"


def _shares(team: Team) -> dict[str, float]:
    """Return the share of a team's leads that each member has while nobody is away."""
    whole = sum(each.weight for each in team.members)
    return {each.person: float(each.weight / whole) for each in team.members}


def _had(
    store: AnyStore, compiled: Compiled, route: str, leads: Sequence[LivedLead]
) -> frozenset[str]:
    """Return the rules that every version had that decided a lead of the period.

    Of rows of tables that is known only where it was this version all along.
    """
    versions = {lead.version for lead in leads}
    if versions == {compiled.policy_hash}:
        return frozenset(clause.name for clause in compiled.program.routes[route].clauses)
    found: frozenset[str] | None = None
    with store.read() as snapshot:
        for version in sorted(versions):
            text = snapshot.policy_text(version)
            if text is None:
                return frozenset()
            read: Mapping[str, Any] = json.loads(text)
            files = " ".join(map(str, read.get("files", {}).values()))
            names = frozenset(re.findall(r'(?<![\w-])rule\s+"?([^\s"{]+)', files))
            found = names if found is None else found & names
    return found or frozenset()
