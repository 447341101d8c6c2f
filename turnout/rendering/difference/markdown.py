"""A difference as a comment on a pull request: tables, and the leads that show it folded.

Whatever comes from a policy or a lead stands in code spans, so that it can neither
format anything nor call anybody (`@name`).
"""

from collections.abc import Iterator, Sequence

from turnout.compiler.difference import Cause, Shift
from turnout.printable import visible
from turnout.rendering.difference.sections import (
    MOST_SHOWN,
    UNSHOWN,
    Comparison,
    cause_line,
    change_line,
    grouped,
    headline,
    moved_leads,
    owner_line,
    passed_by,
    route_lines,
    share,
    takers,
    trimmed,
    verdict,
)
from turnout.rendering.pretty import lead_words
from turnout.trials.impact import Movements

_MOST_ROWS = 50
"""Rows of a table; a comment has room for 65,536 characters in all."""


def markdown(of: Comparison, _screen: int) -> Iterator[str]:
    """Yield a difference as one comment."""
    yield f"### Lead routing: {headline(of)}"
    yield ""
    # A tick beside leads that move would be read as "nothing to see here".
    mark = "⚠️ " if of.excess else "✅ " if of.found.is_same else ""
    yield f"{mark}{code(of.old)} → {code(of.new)}: {verdict(of)}"
    for route in of.found.routes:
        if route.shifts:
            yield ""
            yield from _causes(route.causes)
        for title in route.undecided:
            yield ""
            yield f"**Undecided:** whether leads of {code(title)} move; raise `--steps`."
    if of.movements is not None:
        yield ""
        yield from _counted(of.movements)
    yield from _besides(of)


def code(text: str) -> str:
    """Return `text` as a code span that fits into a table.

    >>> code("rule `x`")
    '``rule `x` ``'
    """
    shown = visible(text).replace("|", "\\|")
    fence = "`"
    while fence in shown:
        fence += "`"
    front, back = (" " if end == "`" else "" for end in (shown[:1], shown[-1:]))
    return f"{fence}{front}{shown}{back}{fence}"


def _causes(causes: Sequence[Cause]) -> Iterator[str]:
    """Yield the causes as a list; then a table of what moves, and what shows it, folded."""
    if len(causes) > 1:
        for cause in causes[:_MOST_ROWS]:
            yield f"- {code(cause_line(cause))}"
        if len(causes) > _MOST_ROWS:
            yield f"- and {len(causes) - _MOST_ROWS:,} more"
        yield ""
    shown = [
        (shift, ends)
        for cause in causes
        for *ends, some in grouped(cause.shifts[:MOST_SHOWN])
        for shift in some
    ][:_MOST_ROWS]
    yield "| which leads | before | after |"
    yield "| --- | --- | --- |"
    for shift, (before, after) in shown:
        yield f"| {code(moved_leads(shift))} | {code(before)} | {code(after)} |"
    rest = sum(len(cause.shifts) for cause in causes) - len(shown)
    if rest:
        yield f"| and {rest:,} more | | |"
    yield ""
    yield "<details><summary>A lead for each, and the rules that take it</summary>"
    yield ""
    for shift, _ in shown:
        yield f"- {code(moved_leads(shift))}"
        if passed_by(shift):
            yield f"  - unless in {code(passed_by(shift))}"
        if takers(shift):
            yield f"  - by {code(takers(shift))}"
        yield f"  - {_lead(shift)}"
    yield ""
    yield "</details>"


def _lead(shift: Shift) -> str:
    if shift.witness is None:
        return f"possibly: {UNSHOWN}"
    note = f" ({code(shift.witness.note)})" if shift.witness.note else ""
    return f"lead {code(' '.join(lead_words(shift.witness.fields)))}{note}"


def _counted(movements: Movements) -> Iterator[str]:
    yield f"**{share(movements)}**"
    if not movements.pairs:
        return
    yield ""
    yield "| leads | before | after |"
    yield "| ---: | --- | --- |"
    for pair, count in movements.pairs[:_MOST_ROWS]:
        before, after = trimmed(*pair)
        yield f"| {count:,} | {code(str(before))} | {code(str(after))} |"
    rest = movements.pairs[_MOST_ROWS:]
    if rest:
        yield f"| {sum(count for _, count in rest):,} | {len(rest):,} other ways | |"


def _besides(of: Comparison) -> Iterator[str]:
    rows = [f"**newly broken:** {code(message)}" for message in of.broken]
    rows += [f"owners: {code(owner_line(of))}"] if of.found.owners else []
    rows += [f"{code(title)}: {code(said)}" for title, said in map(change_line, of.found.changes)]
    rows += [code(line) for route in of.found.routes for line in route_lines(route)]
    rows += [f"not compared: {code(caveat)}" for caveat in of.found.caveats]
    if rows:
        yield ""
        yield "**Besides**"
        yield ""
    for row in rows[:_MOST_ROWS]:
        yield f"- {row}"
    if len(rows) > _MOST_ROWS:
        yield f"- and {len(rows) - _MOST_ROWS:,} more"
