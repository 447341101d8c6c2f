"""The first page of a site: the questions that people ask, with their answers."""

from collections import Counter
from collections.abc import Iterator

from htpy import Node, a, details, div, h2, li, p, strong, summary, ul

from turnout.compiler.questions.coverage import Coverage, Matrix
from turnout.dsl.findings import Severity
from turnout.dsl.targets import Reject
from turnout.rendering.report import counted
from turnout.rendering.site.addresses import HOME, page_of
from turnout.rendering.site.definition_pages import cell_takers
from turnout.rendering.site.overview_pages import FINDINGS, GUARANTEES, TESTS
from turnout.rendering.site.sentences import Teller
from turnout.rendering.site.shell import Shell

MOST_TERRITORIES = 12
MOST_RULES = 25
_ASKED = {"none": "leads in none of the territories", "every lead": "which leads"}
"""How rows of a matrix that are no territory are asked for."""


def start_page(shell: Shell) -> tuple[str, bytes]:
    """Return the page that a site opens with."""
    subject = shell.subject
    tell = shell.teller(HOME)
    clauses = [clause for route in subject.program.routes.values() for clause in route.clauses]
    rules = sum(clause.is_rule for clause in clauses)
    verb = "decides" if rules == 1 else "decide"
    lead = f"{counted(rules, 'rule')} {verb} who gets which lead: {_receivers(tell)}."
    content = [
        p(".act")[a(".button", href="try.html")["Try a lead"]],
        _state(shell),
        h2["Questions that people ask"],
        div(".questions")[(_question(title, answer) for title, answer in _questions(tell))],
    ]
    return HOME, shell.page(HOME, subject.title, content, lead=lead)


def _receivers(tell: Teller) -> str:
    """Return how many teams, people and others there are, those that there are none of left out."""
    policy = tell.subject.policy
    outlets = Counter(each.kind for each in policy.outlets.values())
    people = len(policy.people)
    several = {
        counted(len(policy.teams), "team"): len(policy.teams),
        "1 person" if people == 1 else f"{people:,} people": people,
        counted(outlets["queue"], "queue"): outlets["queue"],
        counted(outlets["partner"], "partner"): outlets["partner"],
        counted(outlets["sequence"], "sequence"): outlets["sequence"],
    }
    *others, last = [said for said, count in several.items() if count] or ["nobody"]
    return f"{', '.join(others)} and {last}" if others else last


def _state(shell: Shell) -> Node:
    """Return how the policy stands: findings, tests, guarantees."""
    subject = shell.subject
    findings = subject.compiled.findings
    errors = sum(each.severity is Severity.ERROR for each in findings)
    passed = sum(result.is_passed for result in subject.tested)
    tiles = [
        (FINDINGS, f"{len(findings):,}", "findings" if len(findings) != 1 else "finding", errors),
        (TESTS, f"{passed}/{len(subject.tested)}", "tests passed", passed < len(subject.tested)),
        (GUARANTEES, f"{len(subject.policy.guarantees):,}", "guarantees", 0),
    ]
    return ul(".tiles")[
        (
            li[a(href=page, class_="bad" if bad else None)[strong[number], " ", text]]
            for page, number, text, bad in tiles
        )
    ]


def _question(title: Node, answer: Node) -> Node:
    return details[summary[title], div[answer]]


def _questions(tell: Teller) -> Iterator[tuple[Node, Node]]:
    subject = tell.subject
    for route in subject.routes.values():
        suffix = "" if len(subject.routes) == 1 else f" (route {route.route.name})"
        for matrix in route.coverage.matrices[:1]:
            yield from _territories(tell, route.coverage, matrix, suffix)
        yield f"What happens to a lead that no rule takes?{suffix}", _last(tell, route.route.name)
    quick = list(_promises(tell))
    if quick:
        yield "How fast must a lead be touched?", ul[(li[each] for each in quick[:MOST_RULES])]
    refused = list(_refused(tell))
    if refused:
        yield "Which leads are rejected, and why?", ul[(li[each] for each in refused[:MOST_RULES])]
    if subject.policy.teams:
        yield (
            "What does each team get?",
            ul(".columns")[
                (li[tell.to(page_of("team", name), name)] for name in subject.policy.teams)
            ],
        )
    yield (
        "In which order are the rules asked?",
        ul[
            (
                li[tell.to(page_of("route", name), f"Route {name}")]
                for name in subject.program.routes
            )
        ],
    )


def _territories(
    tell: Teller, coverage: Coverage, matrix: Matrix, suffix: str
) -> Iterator[tuple[Node, Node]]:
    parents = {each.parent for each in tell.subject.policy.definitions.values()}
    rows = zip(matrix.rows, matrix.cells, strict=True)
    inner = [(name, cells) for name, cells in rows if name not in parents]
    seen = tell.subject.appearances(matrix)
    for name, cells in inner[:MOST_TERRITORIES]:
        who = _ASKED.get(name, f"leads of {name}")
        answers = [
            li[tell.named(column), ": ", cell_takers(tell, coverage.route, cell, seen, most=3)]
            for column, cell in zip(matrix.columns, cells, strict=True)
            if cell.clauses
        ]
        if answers:
            yield f"Who gets {who}?{suffix}", ul[answers]
    others = [name for name, _ in inner[MOST_TERRITORIES:] if name != "none"]
    if others:
        yield (
            f"Who gets leads of {others[0]} and {counted(len(others) - 1, 'other')}?{suffix}"
            if len(others) > 1
            else f"Who gets leads of {others[0]}?{suffix}",
            ul(".columns")[(li[tell.named(name)] for name in others)],
        )


def _last(tell: Teller, route: str) -> Node:
    last = tell.subject.program.routes[route].last
    if not last:
        return p(".gap")["It has no target: nobody gets it."]
    return p["It goes to ", tell.target(last[0].target), "."]


def _promises(tell: Teller) -> Iterator[Node]:
    found = [
        (clause.sla.period.minutes, route, at, clause)
        for route, lowered in tell.subject.program.routes.items()
        for at, clause in enumerate(lowered.clauses)
        if clause.sla is not None
    ]
    for _, route, at, clause in sorted(found, key=lambda each: each[:3]):
        assert clause.sla is not None
        yield [tell.clause(route, at), ": ", tell.promise(clause.sla)]


def _refused(tell: Teller) -> Iterator[Node]:
    for route, lowered in tell.subject.program.routes.items():
        for at, clause in enumerate(lowered.clauses):
            first = clause.attempts[0].target if clause.attempts else None
            if isinstance(first, Reject):
                yield [
                    tell.clause(route, at),
                    ": ",
                    tell.takes(clause),
                    " → ",
                    tell.first(clause),
                ]
