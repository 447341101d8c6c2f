"""Syntax trees → Policy: every name looked up, every type and literal read.

All faults of all files are reported in one run. What was reported is left out of the
policy, and the routes that lost a condition by it are named, because nothing exact can be
said about them.
"""

import re
from pathlib import Path, PurePosixPath
from typing import TypeVar

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.files import Parsed
from turnout.dsl.findings import Finding
from turnout.dsl.resolve import routes
from turnout.dsl.resolve.places import Places
from turnout.dsl.resolve.promises import GuaranteeReader, owner
from turnout.dsl.resolve.schema import people_by_spelling, schema
from turnout.dsl.resolve.scope import Scope

_Node = TypeVar("_Node")


@attrs.frozen
class Resolution:
    """A policy, as far as it could be read, and what was found.

    unsound: routes of which a condition is missing, so that nothing exact can be said of
    them.
    """

    policy: policy.Policy
    findings: tuple[Finding, ...]
    unsound: frozenset[str]


def resolve(parsed: Parsed, path: Path) -> Resolution:
    """Return what the files of the policy whose main file is `path` mean."""
    scope = Scope(given_up=_given_up(parsed.files))
    files = parsed.files
    written_people = _items(files, nodes.Person)
    people = [routes.person(node, scope) for node in written_people]
    fields = schema(_items(files, nodes.Lead), people_by_spelling(written_people), scope)
    places = Places(parsed.folder, fields, scope)
    for file in files:
        base = _base(parsed, path, file)
        places.collect(list(file.items), base, file.broken)
    families, definitions = places.families()
    teams = [routes.team(node, scope) for node in _items(files, nodes.Team)]
    places_to_send = _places(files, scope)
    _refuse(files, scope)
    reader = routes.RouteReader(places.reader, fields, scope)
    read = [
        reader.route(node, file.broken) for file in files for node in _items([file], nodes.Route)
    ]
    routes_by_name = {route.name: route for route in read if route is not None}
    claims = GuaranteeReader(places.reader, fields, routes_by_name, scope)
    guarantees = [claims.read(node) for node in _items(files, nodes.Guarantee)]
    result = policy.Policy(
        path.stem,
        fields,
        families,
        definitions,
        {person.name: person for person in people if person is not None},
        {team.name: team for team in teams if team is not None},
        places_to_send,
        routes_by_name,
        guarantees={each.name: each for each in guarantees if each is not None},
    )
    return Resolution(result, tuple(scope.findings), frozenset(reader.unsound))


def _items(files: tuple[nodes.File, ...] | list[nodes.File], kind: type[_Node]) -> list[_Node]:
    return [item for file in files for item in file.items if isinstance(item, kind)]


def _base(parsed: Parsed, path: Path, file: nodes.File) -> Path:
    """Return the folder of `file`, from which it names its tables."""
    main = PurePosixPath(path.as_posix()).parent
    return parsed.folder / PurePosixPath(file.source.name).parent.relative_to(main)


def _given_up(files: tuple[nodes.File, ...]) -> set[str]:
    return {
        word
        for file in files
        for span in file.broken
        for word in re.findall(r"[A-Za-z_][\w-]*", span.text)
    }


def _refuse(files: tuple[nodes.File, ...], scope: Scope) -> None:
    """Report the declarations that this version doesn't carry out."""
    kinds = (nodes.Calendar, nodes.People, nodes.Identity, nodes.TestCase)
    for item in (item for file in files for item in file.items):
        if isinstance(item, kinds):
            scope.not_supported(item.span.text.split(maxsplit=1)[0], item.span)


def _places(files: tuple[nodes.File, ...], scope: Scope) -> dict[str, policy.Place]:
    """Return the queues, partners and sequences."""
    found: dict[str, policy.Place] = {}
    for node in _items(files, nodes.Place):
        owned_by = owner(node.owner, scope)
        routes.refuse_clauses(node.clauses, scope)
        if scope.declare(node.kind, node.name):
            name = node.name.text
            found[f"{node.kind} {name}"] = policy.Place(
                node.kind, name, node.name.span, owner=owned_by
            )
    return found
