"""Pages of routes, and of each rule and fallback in them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby

from htpy import (
    Element,
    Node,
    a,
    code,
    dd,
    details,
    div,
    dl,
    dt,
    h2,
    li,
    meter,
    ol,
    p,
    pre,
    section,
    small,
    span,
    strong,
    summary,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
    ul,
)

from turnout.compiler.program import Clause
from turnout.compiler.questions.stewards import stewards_of
from turnout.dsl.conditions import ALWAYS, Condition
from turnout.dsl.findings import Witness
from turnout.dsl.policy import Block, Entry, Handover, Route, Rule, RuleTable
from turnout.dsl.source import Span
from turnout.dsl.types import Values
from turnout.dsl.wording import lasting, written
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.project.authorship import latest
from turnout.rendering.coverage import percent
from turnout.rendering.explanation import arrives_at
from turnout.rendering.pretty import lead_words
from turnout.rendering.report import counted
from turnout.rendering.site.addresses import link, page_of
from turnout.rendering.site.rule_table_pages import FEW_ROWS, RowRun, row_runs, rows
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell
from turnout.rendering.site.subject import MOST_SHOWN, RouteSubject, arrived_in, names_in

MOST_LINES = 60
"""Lines of a rule that its page shows."""

MOST_CELLS = 40
"""Cells of the coverage that a rule's page names."""


def route_page(shell: Shell, name: str) -> tuple[str, bytes]:
    """Return the page of a route: its rules in the order in which they are asked."""
    here = page_of("route", name)
    tell = shell.teller(here)
    route = shell.subject.policy.routes[name]
    clauses = shell.subject.program.routes[name].clauses
    rules = counted(sum(clause.is_rule for clause in clauses), "rule")
    lead = f"{rules}, asked from the top. The first that fits decides; what fits none falls back."
    runs = {run.first: run for run in row_runs(shell.subject.program.routes[name])}
    outline = _Outline(tell, name, iter(range(len(clauses))), runs)
    content = [
        p(".note")["Blocks can be folded: rules inside one are asked only of leads that it takes."],
        # Made at once and in this order: each entry takes the next numbers.
        div(".outline")[ol[list(outline.entries(route))], outline.last(route)],
        _rest(shell, name),
    ]
    return here, shell.page(here, f"Route {name}", content, lead=lead)


def _rest(shell: Shell, name: str) -> Node:
    last = shell.subject.program.routes[name].last
    if last:
        return None
    return p(".gap")["Leads that no rule takes have no target: this route has no fallback."]


@frozen(eq=False)
class _Outline:
    """Writes a route's entries, block in block.

    numbers: those of its clauses, in order. runs: its tables, by the number of the first row.
    """

    tell: Teller
    route: str
    numbers: Iterator[int]
    runs: Mapping[int, RowRun]

    def entries(self, block: Route | Block) -> Iterator[Element]:
        for of, group in groupby(block.entries, key=_table_of):
            if of is not None:
                numbers = [next(self.numbers) for _ in group]
                yield li(class_="block")[self._rows(self.runs[numbers[0]])]
                continue
            yield from self._written(group)

    def _written(self, entries: Iterable[Entry]) -> Iterator[Element]:
        for entry in entries:
            yield li(class_="rule" if isinstance(entry, Rule) else "block")[self._entry(entry)]

    def _rows(self, run: RowRun) -> Node:
        return details(open=True)[
            summary["Rows of ", code[told(run.table.name)], f", {len(run.clauses):,} in all"],
            rows(self.tell, run, FEW_ROWS),
            p(".note")["See ", self.tell.to(run.page, "the whole table"), "."],
        ]

    def last(self, block: Route | Block) -> Node:
        """Return the fallback of a block or route."""
        if block.fallback is None:
            return isinstance(block, Block) and p(".open")["What fits none of these goes on below."]
        at = next(self.numbers)
        clause = self.tell.subject.program.routes[self.route].clauses[at]
        page = self.tell.subject.pages[self.route, at]
        return p(".else", data_clause=f"{self.route}:{at}")[
            self.tell.to(page, "Everybody else"), " goes to ", self.tell.first(clause)
        ]

    def _entry(self, entry: Entry) -> Node:
        if isinstance(entry, Rule):
            return self._rule()
        return details(open=True)[
            # A link inside what folds the block would be two controls in one.
            summary["Only ", code[told(written(entry.condition, self.tell.subject.policy.fields))]],
            self._names(entry.condition),
            entry.handover is not None and self._handed(entry.handover),
            ol[list(self.entries(entry))],
            self.last(entry),
        ]

    def _handed(self, by: Handover) -> Node:
        to = self.tell.to(page_of("route", by.route), f"route {by.route}")
        return p(".note")["Rule ", code[told(by.rule)], " hands them to ", to, "."]

    def _names(self, condition: Condition) -> Node:
        names = [n for n in dict.fromkeys(names_in(condition)) if n in self.tell.subject.named]
        return bool(names) and p(".note")["See ", _listed(self.tell, names), "."]

    def _rule(self) -> Node:
        at = next(self.numbers)
        clause = self.tell.subject.program.routes[self.route].clauses[at]
        share = self.tell.subject.routes[self.route].share(at)
        return div(".row", data_clause=f"{self.route}:{at}")[
            span(".name")[self.tell.clause(self.route, at)],
            span(".when")[self.tell.takes(clause)],
            span(".then")["→ ", self.tell.first(clause)],
            span(".part")["" if share is None else percent(share)],
        ]


def _table_of(entry: Entry) -> RuleTable | None:
    return entry.row.table if isinstance(entry, Rule) and entry.row is not None else None


# -- one rule or fallback --


def clause_page(shell: Shell, route: str, at: int) -> tuple[str, bytes]:
    """Return the page of a rule or fallback."""
    subject = shell.subject
    here = subject.pages[route, at]
    tell = shell.teller(here)
    clause = subject.program.routes[route].clauses[at]
    rules = len(subject.program.routes[route].clauses)
    content: list[Node] = [
        dl(".facts")[list(_facts(tell, route, at, clause))],
        _reaching(tell, subject.routes[route], at),
        _instead(tell, route, at),
        _cells(tell, subject.routes[route], at),
        _tests(tell, route, at),
        _guarantees(tell, route, clause),
        source(tell, shell.subject.whole(route, clause)),
    ]
    number = f"Number {at + 1:,} of {rules:,} in route "
    lead = [number, tell.to(page_of("route", route), route), "."]
    title = f"Rule {clause.name}" if clause.is_rule else clause.name.capitalize()
    return here, shell.page(here, title, content, lead=lead)


def _facts(tell: Teller, route: str, at: int, clause: Clause) -> Iterator[Node]:
    if clause.row is not None:
        runs = row_runs(tell.subject.program.routes[route])
        run = next(each for each in runs if each.first <= at < each.first + len(each.clauses))
        yield dt["Row"]
        yield dd[f"Line {clause.row.line:,} of ", tell.to(run.page, run.table.name), "."]
    if clause.validity is not None:
        yield dt["Counts"]
        yield dd[lasting(clause.validity.first, clause.validity.last), "."]
    for by in clause.handed_by:
        yield dt["Handed over by"]
        yield dd[f"Rule {by.rule}, to ", tell.to(page_of("route", by.route), f"route {by.route}")]
    if clause.around:
        yield dt["Only inside"]
        yield dd[(tell.conditions(outer.condition) for outer in clause.around)]
    yield dt["Takes leads with" if clause.is_rule else "Takes"]
    yield dd["every lead that gets here" if clause.own == ALWAYS else tell.conditions(clause.own)]
    yield dt["Sends them to"]
    yield dd[
        tell.chain(clause),
        len(clause.attempts) > 1
        and p(".note")["Each is tried only if nobody before it can take the lead."],
    ]
    if clause.offer is not None:
        yield dt["Offered"]
        yield dd[tell.offer(clause.offer), "."]
    if clause.sla is not None:
        yield dt["Promise"]
        yield dd[tell.promise(clause.sla), "."]
    if clause.actions:
        yield dt["And does"]
        yield dd[ul[(li[action] for action in tell.actions(clause))]]
    stewards = stewards_of(tell.subject.policy, clause)
    if stewards:
        yield dt["Answered for by"]
        yield dd[told(", ".join(stewards))]
    yield dt["Written in"]
    yield dd[code[told(tell.subject.near(f"{clause.span.source.name}:{clause.span.line}"))]]


def _reaching(tell: Teller, of: RouteSubject, at: int) -> Node:
    share = of.share(at)
    lines: list[Node] = []
    if share is not None:
        lines.append(p[shared(tell, share), " ", meter(value=f"{float(share):.6f}", max="1")])
    witness = of.witness(at)
    if witness is not None:
        lines.append(p["For example, this lead: ", told(raw_lead(witness)), "."])
    elif share == 0:
        lines.append(p(".gap")["No lead gets here: rules above it take them all."])
    return section[h2["What reaches it"], lines] if lines else None


def shared(tell: Teller, share: object) -> Node:
    """Return a share in words: of a sample's leads, or of the space of leads."""
    leads = tell.subject.leads
    of = "of all combinations of values that the policy tells apart"
    if leads is not None:
        of = f"of the {counted(leads, 'lead')} in the sample"
    return [strong[percent(share)], f" {of}."]  # type: ignore[arg-type]


def raw_lead(witness: Witness) -> str:
    """Return a lead in words, such as "country DE, employees 500"."""
    return " ".join(lead_words(witness.fields))


def _instead(tell: Teller, route: str, at: int) -> Node:
    """Return which rules above take leads that fit this one, and what these get instead."""
    earlier = tell.subject.routes[route].earlier(at)
    if not earlier:
        return None
    clauses = tell.subject.program.routes[route].clauses

    def row(by: int) -> Node:
        return tr[
            td[tell.clause(route, by)],
            td[tell.takes(clauses[by])],
            td[tell.first(clauses[by])],
        ]

    rows = (tell.once(partial(row, by), "row", route, by) for by in earlier[:MOST_SHOWN])
    more = len(earlier) - MOST_SHOWN
    return section[
        h2["What rules above take first"],
        p["Leads that would fit here, too, go to the first of these that takes them."],
        div(".scroll", tabindex="0", role="region", aria_label="What rules above take first")[
            table[
                thead[tr[th["Rule above"], th["Takes"], th["Sends to"]]],
                tbody[list(rows)],
            ]
        ],
        more > 0 and p(".note")[f"And {more:,} more that take less."],
    ]


def _cells(tell: Teller, of: RouteSubject, at: int) -> Node:
    found = list(dict.fromkeys(of.cells(at)))
    if not found or len(found) > MOST_CELLS:
        return None
    by_row: dict[str, list[str]] = {}
    for row, column in found:
        by_row.setdefault(row, []).append(column)
    return section[
        h2["Where its leads come from"],
        ul[(li[tell.named(row), " × ", _listed(tell, columns)] for row, columns in by_row.items())],  # noqa: RUF001
    ]


def _listed(tell: Teller, names: list[str]) -> Node:
    return [[", " if at else "", tell.named(name)] for at, name in enumerate(names)]


def _tests(tell: Teller, route: str, at: int) -> Node:
    place = (route, at)
    results = tell.subject.arrivals.get(place, ())
    if not results:
        return (
            bool(tell.subject.tested)
            and section[
                h2["Its tests"], p(".note")["No test of the policy has a lead that comes here."]
            ]
        )
    return section[
        h2["Its tests"],
        ul(".tests")[
            (
                li(class_="passed" if result.is_passed else "failed")[
                    "passed: " if result.is_passed else "FAILED: ",
                    a(href=link(tell.here, f"tests.html#{anchor(result.test.name)}"))[
                        told(result.test.name)
                    ],
                    (
                        small[
                            told(" ".join(lead_words(_raw(each.lead.values)))),
                            " → ",
                            told(arrives_at(each.decision)),
                        ]
                        for each in arrived_in(result, place)[:3]
                    ),
                ]
                for result in results[:MOST_SHOWN]
            )
        ],
    ]


def _raw(values: Values) -> dict[str, object]:
    return {name: sorted(v) if isinstance(v, frozenset) else v for name, v in values.items()}


def anchor(name: str) -> str:
    """Return the id of a part of a page."""
    return page_of("", name).removeprefix("/").removesuffix(".html")


def _guarantees(tell: Teller, route: str, clause: Clause) -> Node:
    found = tell.subject.guarantees(route, clause)
    if not found:
        return None
    return section[
        h2["Guarantees that speak of it"],
        ul[
            (
                li[
                    a(href=link(tell.here, f"guarantees.html#{anchor(each.name)}"))[
                        told(each.name)
                    ],
                    ": ",
                    tell.condition(each.condition),
                ]
                for each in found
            )
        ],
    ]


def source(tell: Teller, span: Span) -> Node:
    """Return the lines of a part as they are written, and who changed them."""
    if not span.source.name:
        return None
    first = span.line
    last = span.source.place(span.end)[0]
    lines = [span.source.line(n) for n in range(first, min(last, first + MOST_LINES - 1) + 1)]
    history = latest(tell.subject.history.get(span.source.name, ()), first, last)
    return section[
        h2["As it is written"],
        p(".note")[told(tell.subject.near(f"{span.source.name}, line {first}"))],
        pre(".source", tabindex="0")["\n".join(map(visible, lines))],
        bool(history) and [h2["Who changed these lines"], ul[(li[told(each)] for each in history)]],
    ]
