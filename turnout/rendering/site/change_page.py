"""The page of a change: whose leads move between two versions, before and after side by side."""

from collections.abc import Sequence

from htpy import (
    Node,
    code,
    dd,
    dl,
    dt,
    h2,
    h3,
    li,
    ol,
    p,
    section,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
    ul,
)

from turnout.compiler.difference import Shift
from turnout.rendering.difference.sections import (
    Comparison,
    cause_line,
    change_line,
    headline,
    moved_leads,
    passed_by,
    route_lines,
    share,
    takers,
    trimmed,
)
from turnout.rendering.pretty import lead_words
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell

HERE = "change.html"
MOST_SHIFTS = 200


def change_page(shell: Shell, of: Comparison) -> tuple[str, bytes]:
    """Return the page of what moves between two versions."""
    counted = of.movements
    tell = shell.teller(HERE)
    content = [
        counted is not None and p[share(counted), "."],
        bool(of.broken)
        and section(".gap")[
            h2["Guarantees that it breaks"], ul[(li[told(each)] for each in of.broken)]
        ],
        _moves(tell, of),
        _lines(of),
        _changes(of),
    ]
    title = "What changes"
    lead = ["From ", told(of.old), " to ", told(of.new), ": ", told(headline(of)), "."]
    return HERE, shell.page(HERE, title, content, lead=lead)


def _moves(tell: Teller, of: Comparison) -> Node:
    """Return the leads that move, by the edit that moves them."""
    causes = [cause for route in of.found.routes for cause in route.causes]
    if not causes:
        return None
    left = MOST_SHIFTS
    parts: list[Node] = []
    for cause in causes:
        shown = cause.shifts[:left]
        left -= len(shown)
        if shown:
            parts += [h3[told(plain(cause_line(cause)))], _table(tell, shown)]
    more = len(of.found.shifts) - MOST_SHIFTS
    return section[h2["Leads that move"], parts, more > 0 and p(".note")[f"And {more:,} more."]]


def _table(tell: Teller, shifts: Sequence[Shift]) -> Node:
    rows = [
        tr[
            td(data_label="Leads")[_leads(shift)],
            td(data_label="Before")[_outcome(tell, shift, 0)],
            td(data_label="After")[_outcome(tell, shift, 1)],
            td(data_label="By")[told(plain(takers(shift)))],
        ]
        for shift in shifts
    ]
    return table(".moves")[thead[tr[th["Leads"], th["Before"], th["After"], th["By"]]], tbody[rows]]


def plain(text: str) -> str:
    """Return a sentence without the marks around names of rules, for people who know none."""
    return text.replace("`", "")


def _leads(shift: Shift) -> Node:
    taken, witness = passed_by(shift), shift.witness
    return [
        told(plain(moved_leads(shift))),
        bool(taken) and p(".note")["But for those that are taken by ", told(plain(taken)), "."],
        witness is not None
        and p(".note")["For example: ", told(" ".join(lead_words(witness.fields)))],
    ]


def _outcome(tell: Teller, shift: Shift, which: int) -> Node:
    """Return what the leads get before (0) or after (1), without what stays as it is."""
    whole = shift.before[0], shift.after[0]
    own, other = trimmed(*whole)[which], whole[1 - which]
    targets: list[Node] = [li[tell.target(target)] for target in own.targets]
    if len(own.targets) < len(whole[which].targets):
        targets.append(li["then as in both"])
    terms = [_term(*term) for term in own.terms if term not in other.terms]
    return [
        ol(".chain")[targets] if targets else "nobody",
        bool(terms) and ul(".terms")[(li[each] for each in terms)],
    ]


def _term(name: str, words: str) -> Node:
    return ["touched within ", told(words)] if name == "sla" else ["and ", code[told(words)]]


def _lines(of: Comparison) -> Node:
    lines = [line for route in of.found.routes for line in route_lines(route)]
    return (
        section[h2["Routes and rules"], ul[(li[told(line)] for line in lines)]] if lines else None
    )


def _changes(of: Comparison) -> Node:
    pairs = [change_line(change) for change in of.found.changes]
    if not pairs:
        return None
    return section[
        h2["What is defined otherwise"],
        dl(".words")[[(dt[told(title)], dd[told(how)]) for title, how in pairs]],
    ]
