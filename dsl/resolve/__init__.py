"""Syntax trees → Policy: every name looked up, every type and literal read.

All faults of all files are reported in one run. What was reported is left out of the
policy, and the routes that lost a condition by it are named, because nothing exact can be
said about them.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.expectations import TestCase
from turnout.dsl.files import Parsed
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.lookups import without_lookups
from turnout.dsl.references import Reference, References, in_order
from turnout.dsl.resolve import routes
from turnout.dsl.resolve.acceptance import rank, reasons
from turnout.dsl.resolve.calendars import calendar, timezone
from turnout.dsl.resolve.conditions import Terms
from turnout.dsl.resolve.declarations import Declarations, declarations
from turnout.dsl.resolve.families import FamilyReader, is_broken
from turnout.dsl.resolve.handing_over import Filling
from turnout.dsl.resolve.identities import identity
from turnout.dsl.resolve.kept_rules import KeptRules, RuleGround, names_of
from turnout.dsl.resolve.logged_fields import logged_fields, retention
from turnout.dsl.resolve.lookups import with_lookups
from turnout.dsl.resolve.people import PeopleReader, without_circles
from turnout.dsl.resolve.promises import GuaranteeReader, only, steward
from turnout.dsl.resolve.rosters import PersonRow, people_rows, reported, roster_rows
from turnout.dsl.resolve.rule_tables import RuleTableReader
from turnout.dsl.resolve.schema import people_by_spelling, schema
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.resolve.tests import TestReader
from turnout.dsl.source import Source, Span
from turnout.dsl.types import Field
from turnout.frozen import attribute, frozen

_Node = TypeVar("_Node")


@frozen
class Resolution:
    """A policy, as far as it could be read, and what was found.

    unsound: routes of which a clause is missing, so that nothing exact can be said of them.
    inexact: routes of which a part of a condition was reported; the policy has them with
    conditions that mean as many leads as they can. declared: every name. references: every
    use of one in the files, in order of file and place; what tables name is not among them.
    kept: what was made of each rule, for the next version, where it is asked to be kept.
    """

    policy: policy.Policy
    findings: tuple[Finding, ...]
    unsound: frozenset[str]
    inexact: Mapping[str, routes.Inexact]
    declared: Declarations
    references: Sequence[Reference]
    kept: KeptRules | None = attribute(default=None, eq=False, repr=False)


def resolve(parsed: Parsed, path: Path) -> Resolution:
    """Return what the files of the policy whose main file is `path` mean."""
    files = parsed.files
    written = Scope(declarations(files))
    tables = TableReader(parsed, lambda source: _base(parsed, path, source), written)
    listed = _Listed.read(files, tables, written)
    keyed = {node.span: tables.territories(node) for node in _tables(files)}
    scope, in_tables = written, listed.in_tables()
    if in_tables or keyed:
        scope = attrs.evolve(written, declared=declarations(files, in_tables, keyed))
    leads = _items(files, nodes.LeadSchema)
    zone = _zone(files, scope)
    fields = with_lookups(schema(leads, listed.spellings(), zone, scope), leads, tables, scope)
    read_identities = [identity(node, fields, scope) for node in _items(files, nodes.Identity)]
    identities = tuple(each for each in read_identities if each is not None)
    read_calendars = [calendar(node, scope) for node in _items(files, nodes.Calendar)]
    calendars = {found.name: found for found in read_calendars if found is not None}
    terms = Terms(fields, calendars, tuple(each.fields for each in identities))
    family_reader = FamilyReader(terms, tables, keyed, scope)
    for file in files:
        family_reader.collect(file.items, file.broken)
    families, definitions = family_reader.families()
    rule_tables = RuleTableReader(fields, families, definitions, tables, scope)
    rows = {node.span: rule_tables.rows(node) for node in _rule_tables(files)}
    if rows:
        names = {span: () if of is None else of.names for span, of in rows.items()}
        everything = declarations(files, in_tables, keyed, names)
        scope = attrs.evolve(scope, declared=everything)
    people_reader = PeopleReader(fields, calendars, zone, scope)
    people = without_circles(listed.people(people_reader, scope), scope)
    teams = listed.teams(people_reader, people, scope)
    outlets = _outlets(files, fields, people_reader, scope)
    reader = routes.RouteReader(family_reader.reader, fields, scope, rows, zone)
    if parsed.known is not None and parsed.known.keeps:
        ground = RuleGround(
            without_lookups(fields),
            calendars,
            terms.identities,
            definitions,
            zone,
            names_of(scope.declared),
            scope.declared.has_identity,
        )
        reader.kept = KeptRules.on(parsed.known, ground)
    read = [
        reader.route(node, file.broken) for file in files for node in _items([file], nodes.Route)
    ]
    named = {route.name: route for route in read if route is not None}
    routes_by_name, unsound, inexact = _with_handed(named, reader, scope)
    claims = GuaranteeReader(family_reader.reader, fields, routes_by_name, scope)
    guarantees = [claims.read(node) for node in _items(files, nodes.Guarantee)]
    result = policy.Policy(
        _name(files, path, scope),
        fields,
        families,
        definitions,
        people,
        teams,
        outlets,
        routes_by_name,
        calendars=calendars,
        guarantees={each.name: each for each in guarantees if each is not None},
        identities=identities,
        timezone=zone,
        rejecting=reasons("reject", _items(files, nodes.ReasonsClause), scope),
        returning=reasons("return", _items(files, nodes.ReasonsClause), scope),
        logged=logged_fields(_items(files, nodes.Log), fields, scope),
        retention=retention(_items(files, nodes.Retain), scope),
    )
    result = attrs.evolve(result, tests=_tests(files, result, scope))
    return Resolution(
        result,
        tuple(each for each in scope.findings if not _follows(each, files, scope)),
        unsound,
        inexact,
        scope.declared,
        _references(scope, reader.kept),
        reader.kept,
    )


def _references(scope: Scope, kept: KeptRules | None) -> Sequence[Reference]:
    """Return every use of a name; those of rules that were taken over when they are asked for."""
    if kept is None or not kept.taken:
        return in_order(scope.references)
    return References(lambda: [*scope.references, *kept.references(scope.declared)])


def _with_handed(
    named: Mapping[str, policy.Route], reader: routes.RouteReader, scope: Scope
) -> tuple[dict[str, policy.Route], frozenset[str], dict[str, routes.Inexact]]:
    """Return the routes with what others hand to them, and what is known of each in part.

    As `Resolution` has it: nothing is sure of a route that hands its leads to an unsound one.
    """
    filling = Filling(named, scope)
    narrow = {name: inexact.least for name, inexact in reader.inexact.items()}
    least = filling.filled({**named, **narrow})
    unsound = reader.unsound | filling.lost
    unsure = {name: inexact.unsure for name, inexact in reader.inexact.items()}
    for name in filling.order:
        others = filling.handed_to(name)
        if not unsound.isdisjoint(others):
            unsound.add(name)
        spans = frozenset[Span]().union(*(unsure.get(each, ()) for each in (name, *others)))
        if spans:
            unsure[name] = spans
    inexact = {
        name: routes.Inexact(least[name], spans)
        for name, spans in unsure.items()
        if name not in unsound
    }
    return filling.filled(named), frozenset(unsound), inexact


def _follows(finding: Finding, files: tuple[nodes.File, ...], scope: Scope) -> bool:
    """Return whether something lacks what a syntax error may have taken from it."""
    if not finding.name.startswith("incomplete-") or finding.span is None:
        return False
    if finding.name == "incomplete-test" and "route" in scope.declared.given_up:
        return True
    place = finding.span
    return any(
        item.span.start <= place.start and place.end <= item.span.end
        for file in files
        if file.broken and file.source == place.source
        for item in file.items
        if is_broken(item.span, file.broken)
    )


def _tests(
    files: tuple[nodes.File, ...], whole: policy.Policy, scope: Scope
) -> tuple[TestCase, ...]:
    """Return the tests in written order, without those that were reported."""
    reader = TestReader(whole, scope)
    read = (
        reader.read(node, file.broken) for file in files for node in _items([file], nodes.TestCase)
    )
    return tuple(test for test in read if test is not None)


def _name(files: tuple[nodes.File, ...], path: Path, scope: Scope) -> str:
    """Return what the policy is called: what its files say, or else how the main file is called.

    The main file's word comes before those of the files that it includes: these may be
    policies of their own.
    """
    in_main = _items(list(files[-1:]), nodes.Policy)
    named = in_main or _items(files, nodes.Policy)
    for node in named[1:]:
        if in_main or node.name != named[0].name:
            scope.findings.append(
                Finding(
                    "duplicate-clause",
                    Severity.ERROR,
                    node.span,
                    "a policy has one name",
                    text="named again",
                    labels=(Label(named[0].span, "named here first"),),
                    help=(f"say once in {path.name} what the policy is called",),
                )
            )
    return named[0].name.text if named else path.stem


def _zone(files: tuple[nodes.File, ...], scope: Scope) -> str:
    """Return the time zone of the policy's days, UTC where it has none or a faulty one.

    As with the name, the main file's word comes before those of the files that it includes.
    """
    in_main = _items(list(files[-1:]), nodes.Timezone)
    said = in_main or _items(files, nodes.Timezone)
    for node in said[1:]:
        if in_main or node.zone != said[0].zone:
            scope.findings.append(
                Finding(
                    "duplicate-clause",
                    Severity.ERROR,
                    node.span,
                    "a policy has one time zone",
                    text="another one",
                    labels=(Label(said[0].span, "the first"),),
                    help=("keep the one by which its days are counted",),
                )
            )
    return (timezone(said[0], scope) if said else None) or "UTC"


def _items(files: tuple[nodes.File, ...] | list[nodes.File], kind: type[_Node]) -> list[_Node]:
    return [item for file in files for item in file.items if isinstance(item, kind)]


def _base(parsed: Parsed, path: Path, source: Source) -> Path:
    """Return the folder of a file, from which it names its tables."""
    main = PurePosixPath(path.as_posix()).parent
    return parsed.folder / PurePosixPath(source.name).parent.relative_to(main)


def _tables(files: tuple[nodes.File, ...]) -> Iterator[nodes.FromTable]:
    """Yield the tables that declare territories."""
    for territory in _items(files, nodes.Territory):
        yield from _tables_in(territory)


def _tables_in(node: nodes.Territory) -> Iterator[nodes.FromTable]:
    for child in node.children:
        if isinstance(child, nodes.FromTable):
            yield child
        else:
            yield from _tables_in(child)


def _rule_tables(files: tuple[nodes.File, ...]) -> Iterator[nodes.RuleTable]:
    """Yield the tables of rules, in written order."""
    for route in _items(files, nodes.Route):
        pending: list[nodes.EntryNode] = [*reversed(route.entries)]
        while pending:
            entry = pending.pop()
            if isinstance(entry, nodes.RuleTable):
                yield entry
            elif isinstance(entry, nodes.Within):
                pending.extend(reversed(entry.entries))


def _outlets(
    files: tuple[nodes.File, ...],
    fields: Mapping[str, Field],
    reader: PeopleReader,
    scope: Scope,
) -> dict[str, policy.Outlet]:
    """Return the queues, partners and sequences."""
    found: dict[str, policy.Outlet] = {}
    for node in _items(files, nodes.Outlet):
        outlet = reader.outlet(node, steward(node.owner, scope))
        what = f"queue `{node.name.text}`"
        ranked = rank(node.clauses, fields, what, scope)
        waits = [clause for clause in node.clauses if isinstance(clause, nodes.UntilFree)]
        is_waiting = only(what, "until free", waits, scope) is not None
        if outlet is not None:
            found[f"{outlet.kind} {outlet.name}"] = attrs.evolve(
                outlet, rank=ranked, until_free=is_waiting
            )
    return found


@frozen
class _Listed:
    """Everybody who is declared: in the policy's words, in people files, in rosters.

    rows: of people files. rosters: each team, with the rows of its roster.
    """

    written: tuple[nodes.Person, ...]
    rows: tuple[PersonRow, ...]
    rosters: tuple[tuple[nodes.Team, tuple[PersonRow, ...]], ...]

    @classmethod
    def read(cls, files: tuple[nodes.File, ...], tables: TableReader, scope: Scope) -> "_Listed":
        """Return what the files declare, with the tables that they name."""
        rows: list[PersonRow] = []
        rosters: list[tuple[nodes.Team, tuple[PersonRow, ...]]] = []
        leads = _items(files, nodes.LeadSchema)
        fields = tuple(field.name.text for lead in leads for field in lead.fields)
        for file in files:
            for item in file.items:
                if isinstance(item, nodes.People):
                    rows += people_rows(item, tables, fields, scope)
                elif isinstance(item, nodes.Team):
                    roster: list[PersonRow] = []
                    if item.roster is not None:
                        roster = roster_rows(item.roster, tables, fields, scope)
                    rosters.append((item, tuple(roster)))
        return cls(tuple(_items(files, nodes.Person)), tuple(rows), tuple(rosters))

    def _all_rows(self) -> list[PersonRow]:
        return [*self.rows, *(row for _, roster in self.rosters for row in roster)]

    def in_tables(self) -> list[nodes.Person]:
        """Return the people whom tables declare."""
        return [row.person for row in self._all_rows() if row.person is not None]

    def spellings(self) -> dict[str, str]:
        """Return what a `person` field accepts; a file's name may be spelled as it is there."""
        rows = [(row, row.person) for row in self._all_rows() if row.person is not None]
        found = people_by_spelling([*self.written, *(person for _, person in rows)])
        spelled = {row.spelling.casefold(): person.name.text for row, person in rows}
        return {**spelled, **found}

    def people(self, reader: PeopleReader, scope: Scope) -> dict[str, policy.Person]:
        """Return everybody by name."""
        found = [reader.person(node) for node in self.written]
        for row in self._all_rows():
            if row.person is not None:
                node = row.person
                reported(scope, row, lambda to: found.append(reader.reporting_to(to).person(node)))  # noqa: B023 - called at once
        return {person.name: person for person in found if person is not None}

    def teams(
        self, reader: PeopleReader, people: dict[str, policy.Person], scope: Scope
    ) -> dict[str, policy.Team]:
        """Return the teams by name."""
        teams: dict[str, policy.Team] = {}
        for node, rows in self.rosters:
            members: list[policy.Member] = []
            for row in rows:
                if row.member is not None:
                    place = row.member
                    reported(
                        scope,
                        row,
                        lambda to: members.append(reader.reporting_to(to).member(place, people)),  # noqa: B023 - called at once
                    )
            team = reader.team(node, members, people)
            if team is not None:
                teams[team.name] = team
                for member in team.members:
                    # Reported as unknown; in the policy, so that nothing more is said of it.
                    people.setdefault(
                        member.person, policy.Person(member.person, None, member.span)
                    )
        return teams
