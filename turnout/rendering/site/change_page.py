"""The page of a change: whose leads move between two versions, before and after side by side."""

from collections.abc import Sequence

from htpy import Node, br, dd, div, dl, dt, h2, li, p, section, table, tbody, td, th, thead, tr, ul

from turnout.compiler.difference import Outcome, Shift
from turnout.rendering.difference.sections import (
    Comparison,
    change_line,
    grouped,
    headline,
    moved_leads,
    route_lines,
    share,
    takers,
)
from turnout.rendering.pretty import lead_words
from turnout.rendering.site.sentences import told
from turnout.rendering.site.shell import Shell

HERE = "change.html"
MOST_SHIFTS = 200


def change_page(shell: Shell, of: Comparison) -> tuple[str, bytes]:
    """Return the page of what moves between two versions."""
    counted = of.movements
    content = [
        counted is not None and p[share(counted), "."],
        bool(of.broken)
        and section(".gap")[
            h2["Guarantees that it breaks"], ul[(li[told(each)] for each in of.broken)]
        ],
        _shifts(of.found.shifts),
        _lines(of),
        _changes(of),
    ]
    title = "What changes"
    lead = ["From ", told(of.old), " to ", told(of.new), ": ", told(headline(of)), "."]
    return HERE, shell.page(HERE, title, content, lead=lead)


def _shifts(shifts: Sequence[Shift]) -> Node:
    rows = [
        tr[
            td[told(moved_leads(shift)), _example(shift)],
            td[_outcomes(shift.before)],
            td[_outcomes(shift.after)],
            td[told(takers(shift))],
        ]
        for _, _, group in grouped(shifts[:MOST_SHIFTS])
        for shift in group
    ]
    if not rows:
        return None
    more = len(shifts) - MOST_SHIFTS
    return section[
        h2["Leads that move"],
        div(".scroll")[
            table(".moves")[
                thead[tr[th["Leads"], th["Before"], th["After"], th["Rules"]]], tbody[rows]
            ]
        ],
        more > 0 and p(".note")[f"And {more:,} more."],
    ]


def _outcomes(outcomes: Sequence[Outcome]) -> Node:
    return [[br if at else "", told(str(each))] for at, each in enumerate(outcomes)]


def _example(shift: Shift) -> Node:
    witness = shift.witness
    if witness is None:
        return None
    return p(".note")["For example: ", told(" ".join(lead_words(witness.fields)))]


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
