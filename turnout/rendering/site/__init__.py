"""A policy as a static site: pages for people who never open its file.

Every page is a value made of the policy: the same policy gives the same bytes, wherever and
whenever the site is made. Nothing is fetched: a page works from a disk.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from turnout.rendering.site.addresses import HOME, page_of
from turnout.rendering.site.change_page import HERE as CHANGE
from turnout.rendering.site.change_page import change_page
from turnout.rendering.site.clause_pages import anchor, clause_page, route_page
from turnout.rendering.site.definition_pages import definition_page
from turnout.rendering.site.form_page import form_files
from turnout.rendering.site.heat_map import HERE as COVERAGE
from turnout.rendering.site.heat_map import coverage_page
from turnout.rendering.site.map_page import HERE as MAP
from turnout.rendering.site.map_page import has_map, map_page
from turnout.rendering.site.overview_pages import (
    FINDINGS,
    GUARANTEES,
    STEWARDS,
    TABLES,
    TESTS,
    WORDS,
    findings_page,
    glossary_page,
    guarantees_page,
    stewards_page,
    tables_page,
    tests_page,
)
from turnout.rendering.site.picture_page import (
    STYLE,
    Pictured,
    picture_pages,
    picture_style,
    role_colours,
)
from turnout.rendering.site.receiver_pages import outlet_page, person_page, team_page
from turnout.rendering.site.rule_table_pages import row_runs, rule_table_page
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.start_page import start_page
from turnout.rendering.site.subject import SiteSubject

ASSETS = ("style.css", "site.js", "decide.js", "try.js", "way.js", "picture.js")
RELOAD = "reload.js"
VERSION = "data/version.js"
FORMAT = "turnout-site"
MARK = "turnout-site.json"
"""The file by which a folder is known as a site: it lists every other file with its hash."""


Shown: TypeAlias = Callable[[Iterator[tuple[str, bytes]], int], Iterator[tuple[str, bytes]]]
"""Passes files on as they are made, and shows how far it is. Besides: about how many there are."""


def site(
    subject: SiteSubject, *, has_reload: bool = False, shown: Shown | None = None
) -> Mapping[str, bytes]:
    """Return the files of a site, by their path in its folder.

    has_reload: whether a page that is open loads itself again after a change.
    """
    shell = Shell(subject, _ways(subject), has_reload)
    made = _files(shell)
    found = dict(made if shown is None else shown(made, len(list(_searched(subject)))))
    if has_reload:
        found[f"assets/{RELOAD}"] = _asset(RELOAD)
        digest = sha256(b"".join(found.values())).hexdigest()
        found[VERSION] = f'globalThis.turnoutVersion = "{digest[:16]}";\n'.encode()
    found[MARK] = _mark(found)
    return MappingProxyType(dict(sorted(found.items())))


def files_of_form(subject: SiteSubject, route: str) -> Iterator[tuple[str, bytes]]:
    """Yield the form of one route, with its picture and all that the page loads.

    subject: its coverage and its tests are not asked.
    """
    shell = Shell(subject, {})
    pages, heading = subject.pictures[route]
    yield from form_files(shell, route, Pictured(shell, route, pages, heading))
    yield STYLE, picture_style(pages[0], heading)
    yield from ((f"assets/{name}", _asset(name)) for name in ASSETS)
    yield "data/search.js", b"globalThis.turnoutSearch = [];\n"


def _mark(found: Mapping[str, bytes]) -> bytes:
    hashes = {name: sha256(content).hexdigest() for name, content in sorted(found.items())}
    return json.dumps({"format": FORMAT, "version": 1, "files": hashes}, indent=1).encode() + b"\n"


def _files(shell: Shell) -> Iterator[tuple[str, bytes]]:
    subject = shell.subject
    policy = subject.policy
    yield start_page(shell)
    for route in subject.routes:
        yield route_page(shell, route)
        pictured = None
        if route in subject.pictures:
            pictured = Pictured(shell, route, *subject.pictures[route])
            yield from picture_pages(pictured)
        yield from form_files(shell, route, pictured)
        for run in row_runs(subject.program.routes[route]):
            yield rule_table_page(shell, run)
        for at in range(len(subject.program.routes[route].clauses)):
            yield clause_page(shell, route, at)
    yield coverage_page(shell)
    if has_map(subject):
        yield map_page(shell)
    if subject.change is not None:
        yield change_page(shell, subject.change)
    for overview in (
        findings_page,
        tests_page,
        guarantees_page,
        tables_page,
        glossary_page,
        stewards_page,
    ):
        yield overview(shell)
    yield from (definition_page(shell, each) for each in policy.definitions.values())
    yield from (team_page(shell, each) for each in policy.teams.values())
    yield from (person_page(shell, each) for each in policy.people.values())
    yield from (outlet_page(shell, each) for each in policy.outlets.values())
    yield from ((f"assets/{name}", _asset(name)) for name in ASSETS)
    for pages, heading in list(subject.pictures.values())[:1]:
        yield STYLE, picture_style(pages[0], heading)
    yield "data/search.js", _search(subject)


def _asset(name: str) -> bytes:
    content = files("turnout.rendering.site").joinpath("assets", name).read_bytes()
    return role_colours() + content if name == "style.css" else content


def _ways(subject: SiteSubject) -> dict[str, str]:
    routes = {page_of("route", name): f"Route {name}" for name in subject.routes}
    several = len(subject.pictures) > 1
    pictures = {
        page_of("picture", name): f"Picture of {name}" if several else "Picture"
        for name in subject.pictures
    }
    return {
        HOME: "Start",
        "try.html": "Try a lead",
        **routes,
        **pictures,
        COVERAGE: "Who covers what",
        **({MAP: "Map"} if has_map(subject) else {}),
        **({CHANGE: "What changes"} if subject.change is not None else {}),
        FINDINGS: "Findings",
        TESTS: "Tests",
        GUARANTEES: "Guarantees",
        STEWARDS: "Who answers",
        TABLES: "Tables",
        WORDS: "Glossary",
    }


def _search(subject: SiteSubject) -> bytes:
    """Return what is searched: title, kind, page and further words of each."""
    rows = [list(row) for row in _searched(subject)]
    text = json.dumps(json.dumps(rows, separators=(",", ":")))
    return f"globalThis.turnoutSearch = JSON.parse({text});\n".encode()


def _searched(subject: SiteSubject) -> Iterator[tuple[str, str, str, str]]:
    policy = subject.policy
    for page, name in _ways(subject).items():
        yield name, "page", page, ""
    for (route, at), page in subject.pages.items():
        clause = subject.program.routes[route].clauses[at]
        kind = "rule" if clause.is_rule else "fallback"
        sends = " ".join(str(outcome) for outcome in [subject.routes[route].analysis.outcomes[at]])
        yield clause.name, kind, page, sends[:160]
    for program in subject.program.routes.values():
        yield from ((run.table.name, "table", run.page, "") for run in row_runs(program))
    for name, page in subject.named.items():
        yield name, policy.definitions[name].kind, page, ""
    yield from ((name, "team", page_of("team", name), "") for name in policy.teams)
    for name, person in policy.people.items():
        yield name, "person", page_of("person", name), person.email or ""
    for outlet in policy.outlets.values():
        yield outlet.name, outlet.kind, page_of(outlet.kind, outlet.name), ""
    for name in policy.fields:
        yield name, "field", f"{WORDS}#field-{anchor(name)}", ""
    for test in policy.tests:
        yield test.name, "test", f"{TESTS}#{anchor(test.name)}", ""
