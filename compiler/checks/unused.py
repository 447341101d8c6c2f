"""Find definitions that nothing uses."""

from collections.abc import Iterator
from typing import assert_never

from turnout.compiler.program import Program
from turnout.compiler.questions.per_condition import PerCondition
from turnout.dsl.conditions import And, Atom, Condition, Duplicate, Named, Not, Open, Or, fields_of
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding
from turnout.dsl.lookups import looked_up_fields, sources
from turnout.dsl.policy import Block, Entry, Policy, Route
from turnout.dsl.promises import AlwaysReaches, Guarantee, NeverReaches
from turnout.dsl.source import Span
from turnout.dsl.targets import KINDS, Target, said
from turnout.dsl.types import field_beside, id_field

UNUSED_DEFINITION = warning(
    "unused-definition", "A name is declared and never used.", is_absence=True, needs_whole=True
)

MANY = 8
"""Parts of a condition from which on what is named in them is kept."""

_SEEN = ("identity", "")
_DEFINED = {kind.reached: kind.definition for kind in KINDS}


def check_unused(program: Program) -> Iterator[Finding]:
    """Yield an `unused-definition` for each name that is declared and never used.

    Silent for a policy without routes, which others include, for fields before there is a
    rule, for required fields and the field `id`, and for people, whom a policy may know only
    as owners. A territory counts as used where one around it or below it is.
    """
    policy = program.policy
    if not policy.routes:
        return
    used = _used(policy)
    # Such a family is asked to leave nothing out, so a member isn't simply deleted.
    shared = {
        member.name: family.name
        for family in policy.families
        if family.kind == "segment" and family.name
        for member in family.members
    }
    for kind, name, span in _declared(policy):
        if (kind, name) in used:
            continue
        message = f"the {kind} `{name}` is never used"
        if kind == "segment" and name in shared:
            others = f"delete it and let another member of `{shared[name]}` have its leads"
            yield UNUSED_DEFINITION.finding(span, message, help=(f"use it in a rule, or {others}",))
        else:
            yield _unused(span, message, "use it in a rule")
    for identity in policy.identities:
        if _SEEN not in used:
            yield _unused(
                identity.span,
                "the identity is never used",
                "ask `when duplicate`, or send leads `to previous-owner`",
            )


def _unused(span: Span | None, message: str, use: str) -> Finding:
    advice = (f"delete it, or {use}",)
    return UNUSED_DEFINITION.finding(span, message, help=advice)


def _declared(policy: Policy) -> Iterator[tuple[str, str, Span | None]]:
    has_rules = any(route.entries for route in policy.routes.values())
    for field in policy.fields.values() if has_rules else ():
        if not field.required and field != id_field(policy.fields):
            yield "field", field.name, field.span
    for definition in policy.definitions.values():
        if not definition.is_keyed:
            yield definition.kind, definition.name, definition.span
    for team in policy.teams.values():
        yield "team", team.name, team.span
    for place in policy.outlets.values():
        yield place.kind, place.name, place.span
    for calendar in policy.calendars.values():
        yield "calendar", calendar.name, calendar.span


def _used(policy: Policy) -> set[tuple[str, str]]:
    used = _hours(policy)
    for route in policy.routes.values():
        used.update(*(_USES.of(each, _uses) for each in _conditions(route.entries)))
        used.update(_asked_by_tables(policy, route.entries))
        for target in dict.fromkeys(_targets(route)):  # thousands of rules send to a few
            what = said(target)
            used.add((target.kind.definition, what.name))
            used.update(("field", field) for field in what.matching)
        used.update(("sequence", name) for name in _sequences(route.entries))
    used.update(("field", place.rank or "") for place in policy.outlets.values())
    for guarantee in policy.guarantees.values():
        used.update(_uses(guarantee.condition))
        used.update(_spoken_of(guarantee))
    for definition in policy.definitions.values():
        around = definition.parent
        if (definition.kind, definition.name) in used:
            while around is not None:
                used.add((definition.kind, around))
                around = policy.definitions[around].parent
    for definition in policy.definitions.values():  # parents come before their children
        if (definition.kind, definition.parent) in used:
            used.add((definition.kind, definition.name))
    for definition in policy.definitions.values():
        if (definition.kind, definition.name) in used:
            used.update(_USES.of(definition.meaning, _uses))
    used.update(("field", name) for name in (*policy.logged.plain, *policy.logged.hashed))
    _mark_read_with(policy, used)
    return used


def _mark_read_with(policy: Policy, used: set[tuple[str, str]]) -> None:
    """Add the fields that identities, lookups, subdivisions and amounts need for what is used."""
    if _SEEN in used:
        used.update(("field", name) for each in policy.identities for name in each.fields)
    for field in reversed(looked_up_fields(policy.fields)):
        if ("field", field.name) in used or field.required:
            used.update(("field", name) for name in sources(field))
    used.update(
        ("field", field_beside(field.type) or "")
        for field in policy.fields.values()
        if ("field", field.name) in used
    )


def _hours(policy: Policy) -> set[tuple[str, str]]:
    """Return the calendars that somebody works by."""
    people = {person.hours or "" for person in policy.people.values()}
    teams = {team.hours or "" for team in policy.teams.values()}
    outlets = {outlet.hours or "" for outlet in policy.outlets.values()}
    return {("calendar", name) for name in people | teams | outlets}


_USES: PerCondition[frozenset[tuple[str, str]]] = PerCondition()


def _uses(condition: Condition) -> frozenset[tuple[str, str]]:
    """Return what a condition names, and what the names in it mean."""
    used: set[tuple[str, str]] = set()
    _mark(condition, used)
    return frozenset(used)


def _uses_in(condition: Condition) -> frozenset[tuple[str, str]]:
    """Return what a condition of many parts names."""
    assert isinstance(condition, And | Or)
    used: set[tuple[str, str]] = set()
    for part in condition.parts:
        _mark(part, used)
    return frozenset(used)


def _mark(condition: Condition, used: set[tuple[str, str]]) -> None:
    if isinstance(condition, Atom):
        used.update(_asked(condition))
        return
    match condition:
        case And(parts) | Or(parts) if len(parts) > MANY:
            used.update(_USES.of(condition, _uses_in))
        case And(parts) | Or(parts):
            for part in parts:
                _mark(part, used)
        case Not(part):
            _mark(part, used)
        case Named(kind, name, meaning):
            if (kind, name) not in used:
                used.add((kind, name))
                _mark(meaning, used)
        case _:
            assert_never(condition)


def _asked(atom: Atom) -> list[tuple[str, str]]:
    if isinstance(atom, Open):
        return [("calendar", atom.calendar.name)]
    return [_SEEN] if isinstance(atom, Duplicate) else [("field", name) for name in fields_of(atom)]


def _conditions(entries: tuple[Entry, ...]) -> Iterator[Condition]:
    for entry in entries:
        yield entry.condition
        if isinstance(entry, Block):
            yield from _conditions(entry.entries)


def _asked_by_tables(policy: Policy, entries: tuple[Entry, ...]) -> Iterator[tuple[str, str]]:
    """Yield what the heads of tables of rules name: without it, no row could be read."""
    for entry in entries:
        if isinstance(entry, Block):
            yield from _asked_by_tables(policy, entry.entries)
        elif entry.row is not None:
            for name in entry.row.table.by:
                definition = policy.definitions.get(name)
                yield "field" if definition is None else definition.kind, name


def _targets(block: Route | Block) -> Iterator[Target]:
    for step in block.fallback or ():
        yield step.target
    for entry in block.entries:
        if isinstance(entry, Block):
            yield from _targets(entry)
        else:
            yield from (step.target for step in entry.chain)
            if entry.sla is not None and entry.sla.then is not None:
                yield entry.sla.then.target


def _sequences(entries: tuple[Entry, ...]) -> Iterator[str]:
    """Yield the sequences that actions start or suppress."""
    for entry in entries:
        if isinstance(entry, Block):
            yield from _sequences(entry.entries)
            continue
        for action in entry.actions:
            if action.kind in {"start", "suppress"}:
                yield action.arguments[0]


def _spoken_of(guarantee: Guarantee) -> Iterator[tuple[str, str]]:
    for claim in guarantee.claims:
        if isinstance(claim, AlwaysReaches | NeverReaches):
            for target in claim.targets:
                yield _DEFINED[target.kind], target.name
