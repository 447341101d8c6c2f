"""The page of a change: whose leads move between two versions, before and after side by side."""

import re
from collections.abc import Sequence

from htpy import (
    Node,
    code,
    dd,
    details,
    dl,
    dt,
    h2,
    h3,
    li,
    ol,
    p,
    section,
    summary,
    table,
    tbody,
    td,
    th,
    thead,
    tr,
    ul,
)

from turnout.compiler.difference import Outcome, Shift
from turnout.compiler.picture.speech import promised_in_words
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
from turnout.rendering.report import counted
from turnout.rendering.site.sentences import Teller, told
from turnout.rendering.site.shell import Shell

HERE = "change.html"
MOST_SHIFTS = 200
_MOST_KEPT = 4
_KEPT_AWAY = re.compile(r"^not | other than ")


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
            td(data_label="Leads")[_leads(alike[0]), _others(alike[1:])],
            td(data_label="Before")[_outcome(tell, alike[0], 0)],
            td(data_label="After")[_outcome(tell, alike[0], 1)],
            td(data_label="By")[told(plain(takers(alike[0])))],
        ]
        for alike in _alike(shifts)
    ]
    return table(".moves")[thead[tr[th["Leads"], th["Before"], th["After"], th["By"]]], tbody[rows]]


def _alike(shifts: Sequence[Shift]) -> list[list[Shift]]:
    """Return the shifts by what they move from and to and who takes them, as the first of each."""
    found: dict[tuple[str, str, str], list[Shift]] = {}
    for shift in shifts:
        ends = str(shift.before[0]), str(shift.after[0]), takers(shift)
        found.setdefault(ends, []).append(shift)
    return list(found.values())


def _others(shifts: Sequence[Shift]) -> Node:
    """Return other leads that move likewise."""
    if not shifts:
        return None
    return details[
        summary[f"And {counted(len(shifts), 'other kind')} of leads, likewise"],
        ul[(li[_leads(shift)] for shift in shifts)],
    ]


def plain(text: str) -> str:
    """Return a sentence without the marks around names of rules, for people who know none."""
    return text.replace("`", "")


def _leads(shift: Shift) -> Node:
    taken, witness = passed_by(shift), shift.witness
    # Each rule above takes leads away, and to say of each that it didn't hides what is said.
    kept = [part for part in shift.said if _KEPT_AWAY.search(part)]
    is_folded = not shift.is_passed_on and len(kept) >= _MOST_KEPT
    said = ", ".join(part for part in shift.said if part not in kept) or "leads"
    return [
        told(plain(said if is_folded else moved_leads(shift))),
        is_folded
        and details[
            summary[f"{counted(len(kept), 'condition')} by which other rules don't take them"],
            ul[(li[told(plain(part))] for part in kept)],
        ],
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
    terms = [_term(*term, own) for term in own.terms if term not in other.terms]
    return [
        ol(".chain")[targets] if targets else "nobody",
        bool(terms) and ul(".terms")[(li[each] for each in terms)],
    ]


def _term(name: str, words: str, of: Outcome) -> Node:
    if name == "sla" and of.sla is not None:
        return told(promised_in_words(of.sla))
    return ["and ", code[told(words)]]


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
