"""A difference for a terminal: who moves from where to where, with a lead that shows it."""

from collections.abc import Iterator, Sequence

from turnout.compiler.difference import Cause, RouteDifference, Shift
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
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, clipped, fill, hanging, paint
from turnout.trials.impact import Movements

_MOST_PAIRS = 12
_MOST_CAUSES = 7
_LABEL = 8


def text(of: Comparison, screen: int) -> Iterator[str]:
    """Yield a difference in blocks of lines of at most `screen` cells."""
    title = fill(visible(f"{of.old} → {of.new}: {headline(of)}").split(" "), screen)
    yield "\n".join(paint(line, Ink.STRONG) for line in title)
    is_several = len(of.found.routes) > 1
    causes = [cause for route in of.found.routes for cause in route.causes]
    if len(causes) > 1:
        yield ""
        yield from _causes(causes, screen)
    for route in of.found.routes:
        yield from _route(route, screen, named=is_several, is_one=len(causes) < 2)
    if of.movements is not None:
        yield ""
        yield from _counted(of.movements, screen)
    yield from _besides(of, screen)
    yield ""
    ink = Ink.WARNING if of.excess else Ink.HELP
    yield paint(verdict(of), ink)


def _causes(causes: Sequence[Cause], screen: int) -> Iterator[str]:
    """Yield a line for each cause, the details to come; a long one is cut."""
    counts = [counted(len(cause.clauses), "rule") for cause in causes]
    room = max(map(len, counts))
    for cause, number in list(zip(causes, counts, strict=True))[:_MOST_CAUSES]:
        yield clipped(f"  {number:>{room}}  {visible(cause.title)}", screen)
    if len(causes) > _MOST_CAUSES:
        yield f"  {' ' * room}  and {len(causes) - _MOST_CAUSES:,} more"


def _route(route: RouteDifference, screen: int, *, named: bool, is_one: bool) -> Iterator[str]:
    if named and route.shifts:
        yield ""
        yield paint(visible(f"route {route.new}"), Ink.STRONG)
    for cause in route.causes:
        if not is_one or len(cause.shifts) > 1:
            yield ""
            lines = fill(visible(cause_line(cause)).split(" "), screen)
            yield from (paint(line, Ink.STRONG) for line in lines)
        yield from _cause(cause, screen)
    for title in route.undecided:
        yield ""
        said = f"whether leads of {title} move was not settled; raise --steps"
        yield from _row("undecided:", said, screen, Ink.WARNING)


def _cause(cause: Cause, screen: int) -> Iterator[str]:
    for before, after, shifts in grouped(cause.shifts[:MOST_SHOWN]):
        yield ""
        first, *more = fill(visible(f"{before} → {after}").split(" "), screen)
        yield paint(first, Ink.CAUSE)
        yield from (f"    {paint(line, Ink.CAUSE)}" for line in more)
        for at, shift in enumerate(shifts):
            if at:
                yield ""
            yield from _shift(shift, screen)
    rest = len(cause.shifts) - MOST_SHOWN
    if rest > 0:
        yield ""
        yield f"and {counted(rest, 'more change')}; --format json has them"


def _shift(shift: Shift, screen: int) -> Iterator[str]:
    yield from _row("where", moved_leads(shift), screen)
    if passed_by(shift):
        yield from _row("unless", f"in {passed_by(shift)}", screen)
    if takers(shift):
        yield from _row("by", takers(shift), screen)
    if shift.witness is None:
        yield from _row("possibly:", UNSHOWN, screen, Ink.WARNING)
        return
    words = lead_words(shift.witness.fields)
    if shift.witness.note:
        words += visible(f"({shift.witness.note})").split(" ")
    yield "\n".join(hanging(_label("lead", Ink.NOTE), words, screen))


def _label(word: str, ink: Ink = Ink.NOTE) -> str:
    return f"  {paint(word, ink)}{' ' * max(1, _LABEL - len(word))}"


def _row(word: str, said: str, screen: int, ink: Ink = Ink.NOTE) -> Iterator[str]:
    yield "\n".join(hanging(_label(word, ink), visible(said).split(" "), screen))


def _counted(movements: Movements, screen: int) -> Iterator[str]:
    """Yield how many leads of the file move, largest flows first."""
    yield paint(share(movements), Ink.STRONG)
    digits = max((len(f"{count:,}") for _, count in movements.pairs), default=0)
    for pair, count in movements.pairs[:_MOST_PAIRS]:
        before, after = trimmed(*pair)
        words = visible(f"{before} → {after}").split(" ")
        yield "\n".join(hanging(f"  {count:>{digits},}  ", words, screen))
    rest = movements.pairs[_MOST_PAIRS:]
    if rest:
        yield f"  {sum(count for _, count in rest):>{digits},}  in {len(rest):,} other ways"


def _besides(of: Comparison, screen: int) -> Iterator[str]:
    rows = [("newly broken", message) for message in of.broken]
    rows += [("owners", owner_line(of))] if of.found.owners else []
    rows += [change_line(change) for change in of.found.changes]
    rows += [("", line) for route in of.found.routes for line in route_lines(route)]
    rows += [("not compared", caveat) for caveat in of.found.caveats]
    if rows:
        yield ""
        yield paint("besides", Ink.STRONG)
    for title, said in rows:
        first = f"  {paint(visible(title), Ink.NOTE)}: " if title else "  "
        yield "\n".join(hanging(first, visible(said).split(" "), screen))
